"""``chainrule predict``."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from typing import IO, Any

import click

from chainrule.commands.output import print_json, said
from chainrule.commands.session import NEWEST, WHICH, Session, pass_session
from chainrule.payloads import Job
from chainrule.rows import BadRows, read_rows


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--job", default=NEWEST, help="Whose weights to use (by default those of the newest job).")
@click.option("--which", default="best", show_default=True, help=WHICH)
@click.option("--row", help="One row as JSON instead of a file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all probabilities.")
@pass_session
def predict(session: Session, file: IO[str], job: str, which: str, row: str | None, as_json: bool) -> None:
    """Predict the rows of FILE: CSV with a line of names, or JSON; - is standard input.

    Prints CSV: a line per row. Columns of the file that are not features of the job are left out.
    """
    job_id = session.job_id(job)
    rows = [_one(row)] if row is not None else _features_of(read_rows(file), session.client.jobs.get(job_id))
    predictions = session.client.results.predict(job_id, rows, which=which)
    if as_json:
        print_json(predictions)
        return
    lines = [_line(prediction) for prediction in predictions]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([name for name, _ in lines[0]] if lines else [])
    writer.writerows([said(cell) for _, cell in line] for line in lines)


def _features_of(rows: Sequence[Any], job: Job) -> list[Any]:
    """The rows with the columns the job predicts from alone: a table may have its target and weights beside them."""
    features = job["spec"]["features"]
    return [{name: row[name] for name in features if name in row} if isinstance(row, dict) else row for row in rows]


def _one(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BadRows(f"--row is not JSON: {error}") from error


def _line(prediction: dict[str, Any]) -> list[tuple[str, Any]]:
    """Names and cells of one line: of the probabilities only the largest, or of several labels that of each."""
    probabilities = prediction.get("probabilities") or {}
    if "labels" in prediction:
        pairs = [
            ((name, label), (f"{name}_probability", probabilities[name]))
            for name, label in prediction["labels"].items()
        ]
        return [cell for pair in pairs for cell in pair]
    if "values" in prediction:
        return list(prediction["values"].items())
    line = [(name, value) for name, value in prediction.items() if not isinstance(value, dict | list)]
    return [*line, ("probability", max(probabilities.values()))] if probabilities else line
