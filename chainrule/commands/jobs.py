"""``chainrule jobs``: the list, or one job in full."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import click
from rich.text import Text

from chainrule.commands.output import (
    count,
    duration,
    local_time,
    number,
    percent,
    print_json,
    state_text,
    waits_for,
)
from chainrule.commands.session import Session, json_option, pass_session
from chainrule.commands.tables import print_facts, print_table
from chainrule.payloads import Job


@click.command()
@click.argument("job", required=False)
@click.option("--state", help="Only jobs in this state.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@json_option
@pass_session
def jobs(session: Session, job: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """List the newest jobs, or show JOB with its gang and its events."""
    if job is not None:
        _show_one(session, session.job_id(job), as_json)
        return
    found = list(islice(session.client.jobs.list(state=state, limit=min(limit, 100)), limit))
    if as_json:
        print_json(found)
        return
    print_table(
        session.console,
        ["id", "~name", "state", ">done", ">epoch", ">cost", ">accuracy", ">left"],
        [_row(item) for item in found],
    )


def _row(job: Job) -> list[str | Text]:
    progress, latest = job["progress"], job["latest"] or {}
    return [
        job["id"],
        job["name"] or "",
        state_text(job["state"]),
        percent(progress["fraction"]),
        count(progress["epoch"]),
        number(latest.get("train_cost")),
        percent(latest.get("validation_accuracy")),
        duration(progress["eta_seconds"]) if job["state"] == "running" else "",
    ]


def _show_one(session: Session, job_id: str, as_json: bool) -> None:
    job = session.client.jobs.get(job_id)
    if as_json:
        print_json(job)
        return
    print_facts(session.console, _facts(job))
    session.console.print()
    for event in session.client.results.events(job_id):
        line = f"{local_time(event.get('at'))}  {event.get('kind', '')}  {event.get('message') or ''}"
        session.console.print(line.rstrip(), soft_wrap=True, markup=False)


def _facts(job: Job) -> Iterator[tuple[str, str | Text]]:
    progress, latest = job["progress"], job["latest"] or {}
    yield "id", job["id"]
    yield "name", job["name"] or ""
    yield "state", state_text(job["state"]).append(f" {job['reason'] or ''}", style="dim")
    yield "message", job["message"] or ""
    yield "waits for", waits_for(job)
    yield "progress", f"{percent(progress['fraction'])}, epoch {progress['epoch']}, step {count(progress['step'])}"
    yield "speed", f"{count(progress['samples_per_second'])} samples/s" if progress["samples_per_second"] else ""
    yield "time left", duration(progress["eta_seconds"]) if progress["eta_seconds"] is not None else ""
    figures = {name: value for name, value in latest.items() if isinstance(value, int | float)}
    yield "latest", ", ".join(f"{name} {number(value)}" for name, value in figures.items())
    for member in (job["gang"] or {"members": []})["members"]:
        yield "worker", f"{member['worker']} on {member['host']} ({member['pid']}), {_shards(member['shards'])}"
    origin = job["forked_from"]
    yield "forked from", f"{origin['job']} at step {count(origin['step'])}" if origin else ""
    yield "restarts", str(job["restarts"] or "")
    mixed = job["mixed_since_step"]
    yield "promise", "" if mixed is None else f"lost at step {count(mixed)}: workers of different arithmetic served it"
    yield "weights", job["weights_sha256"] or ""
    yield "created", local_time(job["created_at"])
    yield "finished", local_time(job["finished_at"]) if job["finished_at"] else ""


def _shards(held: list[int]) -> str:
    """``held`` is [first, one past the last], or empty."""
    if not held:
        return "joining"
    first, last = held[0], held[1] - 1
    return f"shard {first}" if first == last else f"shards {first} to {last}"
