"""Stand-ins for one machine: a Realtime server, a telephone that behaves like Twilio, a POS receiver."""
