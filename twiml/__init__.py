"""TwiML documents, one module per document."""
