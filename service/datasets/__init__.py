"""Datasets: uploaded once, converted once, looked at and deleted."""

from service.datasets.views import blueprint

__all__ = ["blueprint"]
