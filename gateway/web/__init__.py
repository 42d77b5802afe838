"""Routes for Twilio, for health checks and, later, for the POS."""
