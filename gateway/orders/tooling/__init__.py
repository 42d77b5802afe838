"""The tools through which a model changes an order: their schemas, their arguments, and what each does."""
