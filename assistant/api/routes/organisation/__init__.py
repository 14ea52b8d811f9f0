"""Routes for the organisation: home, settings, audit trail, what was sent to a language model, usage."""
