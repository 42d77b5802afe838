"""The voice-ordering gateway."""
