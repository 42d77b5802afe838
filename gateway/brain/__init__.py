"""An agent without a language model: the conversation that text-only mode and the local server hold. Pure."""
