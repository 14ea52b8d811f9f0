"""Addresses for who runs the service."""
