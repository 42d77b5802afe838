"""Orders, prices and times in words, English and Spanish."""
