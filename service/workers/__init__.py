"""``/api/v1/workers``: the capacity that serves jobs."""

from service.workers.views import blueprint

__all__ = ["blueprint"]
