"""The dashboard: pages that show what the API says, and nothing the API does not."""

from service.dashboard.views import blueprint

__all__ = ["blueprint"]
