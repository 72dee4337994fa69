"""Measurements of the real job path: real HTTP, real Celery workers, the engine's own history as the clock."""
