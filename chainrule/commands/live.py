"""Show one job as it runs: a bar where there is a terminal, a line per epoch elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from chainrule.client import Client
from chainrule.commands.output import count, duration, number, percent, state_text, waits_for
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
    with _display(console) as display:
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
    """A progress bar with the time left, and under it cost, validation accuracy and speed; fits 80 columns."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def show(self, job: Job, metrics: dict[str, Any]) -> None:
        """Show its present state."""
        # A job that ended early, its target reached, is done all the same.
        fraction = 1.0 if job["state"] == "succeeded" else job["progress"]["fraction"] or 0.0
        bar = Table.grid(padding=(0, 1))
        bar.add_row(
            Text(job["name"] or job["id"], style="bold", overflow="ellipsis", no_wrap=True),
            state_text(job["state"]),
            ProgressBar(total=1.0, completed=fraction, width=30),
            f"{fraction:4.0%}",
            _time_left(job),
        )
        under = Table.grid()
        under.add_row(bar)
        under.add_row(Text(_line(job, metrics), style="dim"))
        self._live.update(under)


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
            said = f"{job['name'] or job['id']}  {job['state']}  {_line(job, metrics)}  {_time_left(job)}"
            self._console.print(said.rstrip(), soft_wrap=True, markup=False)


@contextmanager
def _display(console: Console) -> Iterator[Display]:
    if not console.is_terminal:
        yield Lines(console)
        return
    with Live(console=console, refresh_per_second=10) as live:
        yield Bar(live)


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
    if progress["samples_per_second"] is not None:
        said.append(f"{count(progress['samples_per_second'])} samples/s")
    return " · ".join(said)


def _time_left(job: Job) -> str:
    left_s = job["progress"]["eta_seconds"]
    return f"{duration(left_s)} left" if left_s is not None and job["state"] not in TERMINAL_STATES else ""
