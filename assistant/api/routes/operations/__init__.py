"""Routes for the operator of the service (health and metrics), and for browsers (home screen, offline)."""
