"""What every optimizer is: an element-wise rule, bound to blocks of the flat vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from worker.backprop.arrays import Floats, Op, on_a_line
from worker.backprop.compiled import Loop, Numbers, bind_loop

Update = Callable[[int, float], None]
"""Apply one step: (step counted from 1, learning rate of this step)."""

SCALE = 4
"""Of a loop's numbers, the one that is the scale of the mean gradient."""

SWEEP_EVERY = 32
"""Steps from one sweep of the slots to the next."""


class Optimizer(ABC):
    """θ ← θ - what the rule makes of the gradient g and of its slots.

    Element i of parameters and slots depends on element i of gradient and slots alone, so the flat vectors may be cut
    anywhere and every cut updated by another worker. An optimizer keeps hyperparameters only: the state of a run is in
    its slots, flat vectors of zeros at the start. Symbols: θ parameters, g gradient, η learning rate, t step from 1.

    A rule is there twice: as NumPy calls (``calls``), and as the loop ``rule`` of ``compiled/loops.c`` with the same
    bits. Both take η, ε and then ``constants``. The loop is there once more with all that comes before it in a step.
    """

    rule: ClassVar[str]
    slot_names: ClassVar[tuple[str, ...]] = ()
    decays: ClassVar[bool] = False
    """Whether slots fade where gradients are 0, and have to be swept."""

    def __init__(self) -> None:
        self._scratch: dict[np.dtype[Any], Floats] = {}

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
        prepare, (run, *_) = self.bind_rule(parameters, gradient, slots, weights)

        def update(step: int, learning_rate: float) -> None:
            prepare(step, learning_rate)
            run()

        return update

    def bind_rule(
        self,
        parameters: Floats,
        gradient: Floats,
        slots: Sequence[Floats],
        weights: Sequence[slice] | None = None,
    ) -> tuple[Update, Loop]:
        """``bind`` in two parts: what is to be done first, which needs no gradient, and the rule."""
        rule = bind_loop(self.rule, (parameters, gradient, *slots), self._numbers())
        rule = rule or self._bind_calls(parameters, gradient, slots, (0.0, 0.0, *self.constants()))
        return self._bind_preparation(rule.numbers, parameters, slots, weights), rule

    def bind_step(
        self,
        parameters: Floats,
        summands: Sequence[Floats],
        slots: Sequence[Floats],
        squares: Floats,
        weights: Sequence[slice] | None = None,
    ) -> tuple[Update, Loop] | None:
        """``bind_rule`` with the mean gradient made on the way, and written nowhere: one compiled loop.

        Args:
            parameters: as in ``bind``.
            summands: the one gradient, or the two, whose sum times the scale is the mean one.
            slots: as in ``bind``.
            squares: where the sums of its squares go, see ``bind_squares``.
            weights: as in ``bind``.

        Returns:
            What is to be done first, and the loop, whose number ``SCALE`` is the scale; None where loops can't be used.
        """
        arrays = (parameters, *summands, *slots, squares)
        loop = bind_loop(f"{self.rule}_of_{len(summands)}", arrays, self._numbers(), sums=1)
        return loop and (self._bind_preparation(loop.numbers, parameters, slots, weights), loop)

    def _numbers(self) -> list[float]:
        """What the loops take: η and ε, which ``prepare`` sets, up to two constants, and the scale."""
        numbers = [0.0] * (SCALE + 1)
        numbers[2 : 2 + len(self.constants())] = self.constants()
        return numbers

    def _bind_preparation(
        self, numbers: Numbers, parameters: Floats, slots: Sequence[Floats], weights: Sequence[slice] | None
    ) -> Update:
        """What is to be done before the rule that has these numbers."""
        sweep, rates = self._bind_sweep(slots) if self.decays else None, self.rates

        def prepare(step: int, learning_rate: float) -> None:
            numbers[0], numbers[1] = rates(step, learning_rate)
            if sweep is not None and not step % SWEEP_EVERY:
                sweep()

        return prepare

    @abstractmethod
    def calls(self, theta: Floats, g: Floats, slots: Sequence[Floats], c: Sequence[Floats], scratch: Floats) -> Op:
        """The rule in NumPy calls on these blocks, with η, ε and the constants in ``c``, arrays without axes."""

    def rates(self, step: int, learning_rate: float) -> tuple[float, float]:
        """η and ε of a step, as the rule wants them."""
        return learning_rate, 0.0

    def constants(self) -> tuple[float, ...]:
        """What else the rule takes, the same in every step."""
        return ()

    def _bind_calls(self, theta: Floats, g: Floats, slots: Sequence[Floats], constants: Sequence[float]) -> Loop:
        """A constant is an array without axes: as an operand it costs 0.2 µs less a call than a Python number."""
        numbers = np.array(constants, theta.dtype)
        c = [numbers[i : i + 1].reshape(()) for i in range(numbers.size)]
        return Loop(self.calls(theta, g, slots, c, self._like(theta)), numbers)

    def _like(self, block: Floats, dtype: np.dtype[Any] | None = None) -> Floats:
        """Scratch of the block's size, one memory for all blocks: they are updated one after the other."""
        dtype = dtype or block.dtype
        scratch = self._scratch.get(dtype)
        if scratch is None or scratch.size < block.size:
            scratch = self._scratch[dtype] = on_a_line(block.size, dtype)
        return scratch[: block.size]

    def _bind_sweep(self, slots: Sequence[Floats]) -> Callable[[], None]:
        """A function that sets to 0 what has decayed to within a factor 64 of the smallest normal number.

        A slot whose gradient stays 0, as that of a dead unit does, decays into the subnormal numbers and, by rounding,
        never leaves them: arithmetic there is so slow that an update of 64-32-10 took 20 instead of 6 µs, for good.
        Which steps sweep follows from the step alone, so it is the same in every cut.
        """
        scratch, kept = self._like(slots[0]), self._like(slots[0], np.dtype(np.bool_))
        floor = np.array(64.0 * float(np.finfo(scratch.dtype).tiny), scratch.dtype)

        def sweep() -> None:
            for slot in slots:
                np.absolute(slot, scratch)
                np.greater_equal(scratch, floor, kept)
                np.copyto(scratch, kept)  # not by multiply, which would allocate a buffer to cast in
                np.multiply(slot, scratch, slot)

        return sweep
