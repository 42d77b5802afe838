"""The media path: transcoding, pacing, what was heard, the caller's voice. Pure: bytes and times in, bytes out."""
