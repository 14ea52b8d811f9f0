"""Routes for the organisation: home, settings, audit trail, usage."""
