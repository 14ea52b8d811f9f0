"""Routes for the organisation: home, settings, emergency cards, audit trail, what a language model was sent, usage."""
