"""The organisation itself: home, settings, audit trail, usage."""
