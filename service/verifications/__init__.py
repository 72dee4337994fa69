"""Verifications: proof, asked for by whoever doubts, that a job's numbers can be had again."""

from service.verifications.views import blueprint

__all__ = ["blueprint"]
