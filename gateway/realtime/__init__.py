"""The model side: the Realtime protocol without I/O, and the socket that carries it."""
