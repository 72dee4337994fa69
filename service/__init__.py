"""The HTTP face: the API under ``/api/v1``, the dashboard, and what operators look at."""
