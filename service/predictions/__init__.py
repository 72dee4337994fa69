"""``/api/v1/jobs/{id}/checkpoints``, ``/weights`` and ``/predict``: what a job has learnt."""

from service.predictions.views import blueprint

__all__ = ["blueprint"]
