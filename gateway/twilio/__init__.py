"""The telephone side: Twilio Media Streams and REST."""
