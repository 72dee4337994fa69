"""What every optimizer is: an element-wise rule, bound to blocks of the flat vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from worker.backprop.arrays import Floats, on_a_line

Update = Callable[[int, float], None]
"""Apply one step: (step counted from 1, learning rate of this step)."""


class Optimizer(ABC):
    """θ ← θ - what the rule makes of the gradient g and of its slots.

    Element i of parameters and slots depends on element i of gradient and slots alone, so the flat vectors may be cut
    anywhere and every cut updated by another worker. An optimizer keeps hyperparameters only: the state of a run is in
    its slots, flat vectors of zeros at the start. Symbols: θ parameters, g gradient, η learning rate, t step from 1.
    """

    slot_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self._scratch: dict[np.dtype[Any], Floats] = {}

    @abstractmethod
    def bind(
        self,
        parameters: Floats,
        gradient: Floats,
        slots: Sequence[Floats],
        weights: Sequence[slice] | None = None,
    ) -> Update:
        """A function that updates these blocks in place and allocates nothing. The gradient is left as it is.

        Args:
            parameters: a block of the flat vector; at best of some ten thousand elements, to stay in the cache.
            gradient: of the same size; the mean gradient is there when the function is called.
            slots: one block of the same size for each of ``slot_names``.
            weights: the parts of the block that are weights and not biases (``Layout.weights_within``), for a rule
                that treats them differently; None for all of it.
        """

    def _like(self, block: Floats, dtype: np.dtype[Any] | None = None) -> Floats:
        """Scratch of the block's size, one memory for all blocks: they are updated one after the other."""
        dtype = dtype or block.dtype
        scratch = self._scratch.get(dtype)
        if scratch is None or scratch.size < block.size:
            scratch = self._scratch[dtype] = on_a_line(block.size, dtype)
        return scratch[: block.size]

    def _bind_sweep(self, *slots: Floats) -> Callable[[], None]:
        """A function that sets to 0 what has decayed to within a factor 64 of the smallest normal number.

        A slot whose gradient stays 0, as that of a dead unit does, decays into the subnormal numbers and, by rounding,
        never leaves them: arithmetic there is so slow that an update of 64-32-10 took 20 instead of 6 µs, for good.
        Which steps sweep follows from the step alone, so it is the same in every cut.
        """
        scratch, kept = self._like(slots[0]), self._like(slots[0], np.dtype(np.bool_))
        (floor,) = constants(scratch, 64.0 * float(np.finfo(scratch.dtype).tiny))

        def sweep() -> None:
            for slot in slots:
                np.absolute(slot, scratch)
                np.greater_equal(scratch, floor, kept)
                np.copyto(scratch, kept)  # not by multiply, which would allocate a buffer to cast in
                np.multiply(slot, scratch, slot)

        return sweep


SWEEP_EVERY = 32
"""Steps from one sweep of the slots to the next."""


def constants(like: Floats, *values: float) -> tuple[Floats, ...]:
    """Arrays without axes: as operands they cost 0.2 µs less a call than Python numbers, with the same result."""
    return tuple(np.array(value, like.dtype) for value in values)
