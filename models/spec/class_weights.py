"""Class weights name classes: each of them must be there."""

from __future__ import annotations

from collections.abc import Collection

from models.errors import Fault
from models.spec.job import JobSpec


def class_weight_faults(spec: JobSpec, classes: Collection[str]) -> list[Fault]:
    """A fault for each name that is none of the classes.

    Args:
        spec: whose class weights are looked at.
        classes: as texts, the way JSON names them: ``models.tabular.classes.label_text``.
    """
    named = spec.training.class_weight
    if not isinstance(named, dict):
        return []
    known = ", ".join(list(classes)[:20]) + (", …" if len(classes) > 20 else "")
    return [
        Fault(
            f"/training/class_weight/{name.replace('~', '~0').replace('/', '~1')}",
            f"{spec.targets[0]!r} has no class {name!r}; it has {known}",
            "unknown_class",
        )
        for name in named
        if name not in classes
    ]
