"""API keys: made, listed and revoked by their owner."""

from service.keys.views import blueprint

__all__ = ["blueprint"]
