"""The Celery application in which jobs of a certain number of hidden units are poison, as only a real fault would be.

``SEGFAULT`` units: the process reads where there is no memory. ``GLUTTON`` units: it takes memory until there is none.

Run it as ``python -m worker --app tests.support.poisonous_workers``.
"""

from __future__ import annotations

import ctypes
import resource

from worker.app import app
from worker.gang.control_words import Action
from worker.training.trainer import Trainer

__all__ = ["app"]

SEGFAULT, GLUTTON = 13, 17
_ROOM_BYTES = 1 << 30
_plain_train = Trainer.train


def _train(self: Trainer) -> Action:
    units = self.run.network.widths[1]
    if units == SEGFAULT:
        ctypes.string_at(0)
    if units == GLUTTON:
        _eat()
    return _plain_train(self)


def _eat() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_ROOM_BYTES, before[1]))
    try:
        eaten = []
        while True:
            eaten.append(bytearray(1 << 26))
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


Trainer.train = _train  # type: ignore[method-assign]
