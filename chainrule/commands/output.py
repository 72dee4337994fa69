"""How single values are shown."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click
from rich.text import Text

from chainrule.payloads import Dataset, Job

_STATE_STYLES = {
    "queued": "yellow",
    "running": "cyan",
    "succeeded": "green",
    "failed": "red",
    "stopped": "magenta",
    "cancelled": "dim",
}


def print_json(value: Any) -> None:
    """Print ``value`` as JSON that ends in a newline."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_warnings(job: Job) -> None:
    """Print on standard error what the service warned of when it accepted the job."""
    for warning in job.get("warnings", []):
        _warn(f"{warning['pointer']}: {warning['message']}")


def print_column_warnings(dataset: Dataset) -> None:
    """Print on standard error what was strange about the columns of a table."""
    for column in dataset.get("columns", []):
        if warning := column.get("warning"):
            _warn(f"column {column['name']!r}, {warning}")


def state_text(state: str) -> Text:
    """A job's state in its colour."""
    return Text(state, style=_STATE_STYLES.get(state, ""))


def waits_for(job: Job) -> str:
    """Why a queued job does not run yet, in words; empty if that is not known."""
    queue = job["queue"]
    return (queue["blocked_by"] or "") if queue else ""


def said(value: Any) -> str:
    """What a job predicts: of several targets each by its name, a truth value as JSON writes it."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {said(item)}" for name, item in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


def number(value: float | None, digits: int = 4) -> str:
    """A number of ``digits`` significant digits, or a dash."""
    return "–" if value is None else f"{value:.{digits}g}"


def count(value: float | None) -> str:
    """A count with thousands separated, or a dash."""
    return "–" if value is None else f"{value:,.0f}"


def percent(fraction: float | None) -> str:
    """A fraction as a percentage, or a dash."""
    return "–" if fraction is None else f"{100 * fraction:.1f} %"


def duration(seconds: float | None) -> str:
    """Seconds as ``m:ss`` or ``h:mm:ss``, or a dash."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def local_time(text: str | None) -> str:
    """An ISO time as the local time of day with its date and zone, or a dash."""
    return "–" if not text else datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def size(n_bytes: float | None) -> str:
    """A number of bytes in a unit that suits it."""
    value = float(n_bytes or 0)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} GB"


def _warn(message: str) -> None:
    click.echo(f"{click.style('Warning:', fg='yellow')} {message}", err=True)
