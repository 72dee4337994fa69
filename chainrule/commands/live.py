"""Show one job as it runs: a bar where there is a terminal, a line per epoch elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from chainrule.client import Client
from chainrule.commands.output import count, duration, number, percent, waits_for
from chainrule.payloads import TERMINAL_STATES, Job


class Display(Protocol):
    """Somewhere to show a job."""

    def show(self, job: Job, metrics: dict[str, Any]) -> None:
        """Show its present state; ``metrics`` are those of its last epoch."""


def watch(client: Client, job_id: str, console: Console) -> Job:
    """Show the job until it has ended, and return it as it is then.

    Raises:
        ChainruleError: if it cannot be followed.
    """
    job = client.jobs.get(job_id)
    if job["state"] in TERMINAL_STATES:
        return job
    with _display(console, job) as display:
        metrics = dict(job["latest"] or {})
        for event in client.stream(job_id):
            if event.name == "job":
                job = event.data
                metrics |= job["latest"] or {}
            elif event.name == "epochs" and event.data["rows"]:
                metrics |= dict(zip(event.data["columns"], event.data["rows"][-1], strict=True))
            display.show(job, metrics)
        job = client.jobs.get(job_id)
        display.show(job, metrics | (job["latest"] or {}))
    return job


class Bar:
    """A progress bar with cost, validation accuracy, speed and time left."""

    def __init__(self, progress: Progress, job: Job) -> None:
        self._progress = progress
        self._task = progress.add_task(job["name"], total=1.0, line="", state=job["state"])

    def show(self, job: Job, metrics: dict[str, Any]) -> None:
        """Show its present state."""
        done = job["progress"]["fraction"]
        if job["state"] == "succeeded":
            done = 1.0  # an early end is an end
        self._progress.update(self._task, completed=done or 0.0, state=job["state"], line=_line(job, metrics))


class Lines:
    """One line whenever an epoch has passed or the state has changed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: tuple[str, int] | None = None

    def show(self, job: Job, metrics: dict[str, Any]) -> None:
        """Print a line if there is news."""
        news = (job["state"], job["progress"]["epoch"])
        if news != self._shown:
            self._shown = news
            self._console.print(f"{job['name']}  {job['state']}  {_line(job, metrics)}", soft_wrap=True)


@contextmanager
def _display(console: Console, job: Job) -> Iterator[Display]:
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (
        TextColumn("{task.description} [dim]{task.fields[state]}[/dim]"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[line]}", markup=False),
    )
    with Progress(*columns, console=console, refresh_per_second=10) as progress:
        yield Bar(progress, job)


def _line(job: Job, metrics: dict[str, Any]) -> str:
    """What is known, most important first; a waiting job says why it waits."""
    if job["state"] == "queued":
        return waits_for(job) or "waiting"
    progress = job["progress"]
    said = [f"epoch {progress['epoch']}", f"cost {number(metrics.get('train_cost'))}"]
    if metrics.get("validation_accuracy") is not None:
        said.append(f"validation accuracy {percent(metrics['validation_accuracy'])}")
    elif metrics.get("validation_cost") is not None:
        said.append(f"validation cost {number(metrics['validation_cost'])}")
    said.append(f"{count(progress['samples_per_second'])} samples/s")
    if job["state"] not in TERMINAL_STATES:
        said.append(f"{duration(progress['eta_seconds'])} left")
    return " · ".join(said)
