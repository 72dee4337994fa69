"""``/api/v1/jobs``: submit training runs, look at them, steer them."""

from service.jobs.views import blueprint

__all__ = ["blueprint"]
