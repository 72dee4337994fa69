"""``chainrule change``: what may be different about a job that was accepted."""

from __future__ import annotations

from typing import Any

import click

from chainrule.commands.output import print_json
from chainrule.commands.session import Session, json_option, pass_session


@click.command()
@click.argument("job")
@click.option("--min-workers", type=click.IntRange(min=1), help="It keeps so many when more urgent jobs want workers.")
@click.option("--max-workers", help="It uses no more than so many; `shards` for one a shard.")
@click.option("--priority", type=click.IntRange(-1000, 1000), help="Higher runs first.")
@click.option("--name", help="What it is called.")
@json_option
@pass_session
def change(
    session: Session,
    job: str,
    min_workers: int | None,
    max_workers: str | None,
    priority: int | None,
    name: str | None,
    as_json: bool,
) -> None:
    """Change the bounds, the priority or the name of JOB, while it waits or runs. Its weights stay the same."""
    bounds: dict[str, Any] = {} if min_workers is None else {"min": min_workers}
    if max_workers is not None:
        bounds["max"] = _most(max_workers)
    wanted = {"workers": bounds or None, "priority": priority, "name": name}
    changes = {field: value for field, value in wanted.items() if value is not None}
    if not changes:
        raise click.UsageError("say what to change: --min-workers, --max-workers, --priority or --name")
    changed = session.client.jobs.update(session.job_id(job), **changes)
    if as_json:
        print_json(changed)
        return
    workers = changed["workers"]
    session.console.print(
        f"{changed['id']} {changed['state']}, {workers['min']} to {workers['max']} workers, "
        f"priority {changed['priority']}, named {changed['name']}",
        markup=False,
        soft_wrap=True,
    )


def _most(text: str) -> int | None:
    if text == "shards":
        return None
    if not text.isdigit() or int(text) < 1:
        raise click.BadParameter(f"{text!r} is neither a number of at least 1 nor `shards`", param_hint="--max-workers")
    return int(text)
