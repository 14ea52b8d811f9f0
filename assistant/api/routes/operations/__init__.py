"""For who runs the service: health and metrics."""
