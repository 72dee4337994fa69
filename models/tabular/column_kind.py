"""What kind of column it is, found out chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import Fault
from models.tabular.cells import MISSING, TRUTH, as_codes, as_numbers, as_truth
from models.tabular.limits import POINTER, IngestLimits

Kind = Literal["numeric", "integer", "boolean", "categorical"]

LARGEST: Final = 1e100
"""Beyond it the squares in a variance leave float64; no measured thing is as large."""


class ColumnKind:
    """Numeric while every cell is a number or missing, boolean while all are yes or no, else categorical.

    A column that turns categorical after cells of another kind has not kept their texts: it is then ``incomplete``,
    and wants ``collect`` for every cell again. So a column of numbers costs no memory for texts.
    """

    def __init__(self, name: str, limits: IngestLimits) -> None:
        self.name = name
        self._limits = limits
        self._reads: Literal["numbers", "truth", "texts"] = "numbers"
        self._is_empty, self._is_whole, self._is_single = True, True, True
        self._faults_of_numbers: list[Fault] = []
        self._faults_of_texts: list[Fault] = []
        self._levels = set[str]()
        self.incomplete = False

    def look_at(self, cells: Sequence[str], lines: Sequence[int]) -> None:
        """Take some cells into account, which end on these lines."""
        if self._reads == "numbers" and not self._take_numbers(cells, lines):
            self._reads = "truth"
            if not self._is_empty:
                self._become_texts()
        if self._reads == "truth" and not self._take_truth(cells):
            self._become_texts()
        if self._reads == "texts" and not self.incomplete:
            self.collect(cells, lines)

    def collect(self, cells: Sequence[str], lines: Sequence[int]) -> None:
        """Remember the texts of some cells."""
        for text in {cell.strip() for cell in set(cells)} - self._levels:
            if text.casefold() in MISSING:
                continue
            if len(text) > self._limits.cell_characters:
                self._refuse_long_text(text, cells, lines)
            elif len(self._levels) <= self._limits.levels:
                self._levels.add(text)

    @property
    def kind(self) -> Kind:
        """Of all cells so far. A column with nothing in it is numeric."""
        if self._reads == "texts":
            return "categorical"
        if self._reads == "truth":
            return "boolean"
        return "integer" if self._is_whole and not self._is_empty else "numeric"

    @property
    def needs_double(self) -> bool:
        """Whether a number is another one as a float32.

        Not only beyond its range: a time such as 1700000000.25 would be one of a stretch of two minutes that are all
        alike, and what is calculated in float64 would begin with an error of 1e-8.
        """
        return self.kind in ("numeric", "integer") and not self._is_single

    @property
    def levels(self) -> list[str] | None:
        """The texts of a categorical column, sorted."""
        return sorted(self._levels) if self.kind == "categorical" else None

    @property
    def texts_held(self) -> int:
        """How many texts are in memory."""
        return len(self._levels)

    @property
    def faults(self) -> list[Fault]:
        """What is wrong with it, as far as it was looked at."""
        if self.kind != "categorical":
            return self._faults_of_numbers
        if len(self._levels) <= self._limits.levels:
            return self._faults_of_texts
        message = (
            f"column {self.name!r} holds more than {self._limits.levels:,} different texts: "
            "remove it, or replace it by something that groups them"
        )
        return [*self._faults_of_texts, Fault(POINTER, message, "too_many_levels")]

    def encoder(self) -> Callable[[Sequence[str]], NDArray[np.float64]]:
        """What makes of cells (rows,) what the matrix holds; asked for when all cells were looked at."""
        if self._reads == "truth":
            return as_truth
        if self._reads == "texts":
            codes = {level: code for code, level in enumerate(self.levels or ())}
            return lambda cells: as_codes(cells, codes)
        return _only_numbers

    def _become_texts(self) -> None:
        self._reads, self.incomplete = "texts", not self._is_empty

    def _take_numbers(self, cells: Sequence[str], lines: Sequence[int]) -> bool:
        numbers = as_numbers(cells)
        if numbers is None:
            return False
        size = np.abs(numbers)
        if (size > LARGEST).any():
            self._refuse_large_number(cells, lines, int(np.argmax(size > LARGEST)))
            return True
        known = size[~np.isnan(size)]
        if len(known):
            self._is_empty = False
            with np.errstate(over="ignore"):
                self._is_single = self._is_single and bool((known.astype(np.float32) == known).all())
            self._is_whole = self._is_whole and bool((known == np.floor(known)).all())
        return True

    def _take_truth(self, cells: Sequence[str]) -> bool:
        known = {cell.strip().casefold() for cell in set(cells)} - MISSING
        if not known <= TRUTH.keys():
            return False
        self._is_empty = self._is_empty and not known
        return True

    def _refuse_large_number(self, cells: Sequence[str], lines: Sequence[int], place: int) -> None:
        message = (
            f"line {lines[place]}: column {self.name!r} holds {cells[place][:40].strip()}, which is infinite or beyond "
            f"{LARGEST:g}; leave the cell empty if it is not known"
        )
        self._faults_of_numbers.append(Fault(POINTER, message, "infinite_number"))

    def _refuse_long_text(self, text: str, cells: Sequence[str], lines: Sequence[int]) -> None:
        line = next(line for line, cell in zip(lines, cells, strict=True) if cell.strip() == text)
        message = (
            f"line {line}: column {self.name!r} holds a text of {len(text):,} characters, at most "
            f"{self._limits.cell_characters:,} are possible; remove the column"
        )
        self._faults_of_texts.append(Fault(POINTER, message, "long_text"))


def _only_numbers(cells: Sequence[str]) -> NDArray[np.float64]:
    numbers = as_numbers(cells)
    assert numbers is not None, "the first reading found numbers only"
    return numbers
