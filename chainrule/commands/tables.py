"""Tables of plain text: columns are padded, never broken, so that an id can be copied and a line be cut by programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

_GAP = "  "
_NARROWEST = 8


def print_table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Print a table.

    A column whose name begins with ``>`` is set to the right; one that begins with ``~`` is shortened where the
    terminal is too narrow for the others. A terminal that is narrower still breaks the lines itself.
    """
    cells = [[Text(cell) if isinstance(cell, str) else cell.copy() for cell in row] for row in rows]
    heads = [Text(column.lstrip(">~"), style="bold") for column in columns]
    _shorten(console, columns, [heads, *cells])
    widths = [max(cell.cell_len for cell in column) for column in zip(heads, *cells, strict=True)]
    for line in (heads, *cells):
        for cell, column, width in zip(line, columns, widths, strict=True):
            cell.align("right" if column.startswith(">") else "left", width)
        text = Text(_GAP).join(line)
        text.rstrip()
        console.print(text, soft_wrap=True)


def print_start_of_table(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print as many of the columns as fit the terminal, and say how many are left out."""
    room, shown = console.width if console.is_terminal else 10**9, 0
    for index, column in enumerate(columns):
        room -= max(len(cell) for cell in (column, *(row[index] for row in rows))) + len(_GAP)
        if room < -len(_GAP) and shown:
            break
        shown += 1
    print_table(console, columns[:shown], [row[:shown] for row in rows])
    if shown < len(columns):
        console.print(f"… and {len(columns) - shown} more columns; --json shows them all", style="dim", soft_wrap=True)


def print_facts(console: Console, facts: Iterable[tuple[str, str | Text]]) -> None:
    """Print names and values below each other; empty values are left out."""
    for name, value in facts:
        if value:
            console.print(Text().append(f"{name:<10} ", style="dim").append(value), soft_wrap=True)


def _shorten(console: Console, columns: Sequence[str], lines: Sequence[Sequence[Text]]) -> None:
    if not console.is_terminal:
        return
    widths = [max(cell.cell_len for cell in column) for column in zip(*lines, strict=True)]
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - console.width
    for index, column in enumerate(columns):
        if column.startswith("~") and over > 0:
            width = max(_NARROWEST, widths[index] - over)
            over -= widths[index] - width
            for line in lines:
                line[index].truncate(width, overflow="ellipsis")
