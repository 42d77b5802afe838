"""The pure core of a call: states, events in, effects out."""
