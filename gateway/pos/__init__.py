"""The restaurant's POS: what it is sent, how it is signed, and how it gets there."""
