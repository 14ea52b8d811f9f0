"""The same small organisations and browsers as the service's own tests."""

from tests.assistant.api.conftest import app, client, ready, service_settings

__all__ = ["app", "client", "ready", "service_settings"]
