"""A further leg of a call that is going on: the media stream again, nothing said before it."""

from twiml.document import Stream, connect, document


def resume(stream: Stream, next_url: str) -> str:
    """Open the stream of the next leg; `next_url` is asked when it has ended."""
    return document(connect(stream, next_url))
