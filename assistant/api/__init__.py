"""The service: one FastAPI application for browsers and programs. ``assistant.api.app.create`` is the way in."""
