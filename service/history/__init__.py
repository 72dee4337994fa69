"""``/api/v1/jobs/{id}/history``, ``/events`` and ``/stream``: what happened, and what is happening."""

from service.history.views import blueprint

__all__ = ["blueprint"]
