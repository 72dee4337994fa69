"""``chainrule history``."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click
from rich.console import Console

from chainrule.commands.output import number, print_json
from chainrule.commands.session import Session, job_argument, pass_session
from chainrule.commands.tables import print_table
from chainrule.errors import ChainruleError
from chainrule.payloads import History
from chainrule.plot.curves import curves
from chainrule.plot.svg import svg
from chainrule.plot.terminal import draw

_COSTS = ("train_cost", "validation_cost")
_FIRST = ("epoch", "step", "seconds")
_TOLD = (*_FIRST, *_COSTS, "validation_accuracy", "validation_r2", "gradient_norm")
"""What fits a terminal; CSV and JSON hold everything."""


@click.command()
@job_argument
@click.option("--series", type=click.Choice(["epoch", "step"]), default="epoch", show_default=True)
@click.option("--points", type=click.IntRange(min=2), help="Thin steps out to about so many rows.")
@click.option("--from-step", type=click.IntRange(min=0))
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json", "plot"]), default="table", show_default=True
)
@click.option("--plot", "form", flag_value="plot", help="The same as --format plot.")
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--svg", "svg_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write a picture here.")
@click.option("--column", "columns", multiple=True, help="What to show or draw. Repeatable.")
@click.option("--log/--linear", default=True, help="The scale of the pictures.")
@pass_session
def history(
    session: Session,
    job: str,
    series: str,
    points: int | None,
    from_step: int | None,
    form: str,
    svg_file: Path | None,
    columns: tuple[str, ...],
    log: bool,
) -> None:
    """Show the cost and the metrics of JOB (by default the newest) by epoch or by step."""
    job_id = session.job_id(job)
    if points is None and (form == "plot" or svg_file) and series == "step":
        points = 2000
    found = session.client.results.history(job_id, series, points=points, from_step=from_step)
    if svg_file:
        svg_file.write_text(picture(found, series, f"Cost of {job_id}", columns or _COSTS, log), encoding="utf-8")
    if form == "csv":
        _write_csv(found)
    elif form == "json":
        print_json(found)
    elif form == "plot":
        drawn = curves(found, columns or _COSTS, series)
        if not drawn:
            raise ChainruleError("there is nothing to draw yet")
        session.console.print(draw(drawn, width=min(session.console.width, 110), log=log, x_name=series))
    else:
        _show_table(session.console, found, columns)


def picture(found: History, series: str, title: str, columns: tuple[str, ...] = _COSTS, log: bool = True) -> str:
    """The history as an SVG document.

    Raises:
        ChainruleError: if there is nothing in it to draw.
    """
    drawn = curves(found, columns, series)
    if not drawn:
        raise ChainruleError("there is nothing to draw yet")
    return svg(drawn, title=title, x_name=series, log=log)


def _show_table(console: Console, found: History, asked: tuple[str, ...]) -> None:
    wanted = {*_FIRST[:2], *asked} if asked else set(_TOLD)
    kept = [index for index, name in enumerate(found["columns"]) if name in wanted]
    print_table(
        console,
        [f">{found['columns'][index]}" for index in kept],
        [[number(row[index], 5) for index in kept] for row in found["rows"]],
    )


def _write_csv(found: History) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(found["columns"])
    writer.writerows(found["rows"])
