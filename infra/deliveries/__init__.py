"""Measures the delivery of orders to a POS: nothing lost, nothing doubled, in order, and how fast."""
