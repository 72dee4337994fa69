"""``chainrule verify``."""

from __future__ import annotations

from typing import Any

import click

from chainrule.commands.exits import Exit
from chainrule.commands.output import print_json
from chainrule.commands.session import Session, job_argument, json_option, pass_session

_EXITS = {"passed": Exit.DONE, "mismatch": Exit.MISMATCH, "error": Exit.ERROR}


@click.command()
@job_argument
@click.option("--from-step", type=click.IntRange(min=0), help="Of a kept checkpoint.  [default: the newest but one]")
@click.option("--to-step", type=click.IntRange(min=1), help="Where to end.  [default: the job's last step]")
@json_option
@pass_session
def verify(session: Session, job: str, from_step: int | None, to_step: int | None, as_json: bool) -> None:
    """Have a stretch of JOB (by default the newest) run again, and compare every bit.

    One worker replays it from a checkpoint and holds each step's cost, each epoch's metrics, each checkpoint on the way
    and at the end the weights against what is stored. --from-step 0 replays everything. Ctrl-C ends the waiting only.
    """
    job_id, verifications = session.job_id(job), session.client.verifications
    asked = verifications.create(job_id, from_step=from_step, to_step=to_step)
    with session.console.status(_progress(asked)) as line:
        found = verifications.wait(job_id, asked["id"], lambda now: line.update(_progress(now)))
    if as_json:
        print_json(found)
    else:
        session.console.print(f"{found['state']}: {found['message']}", soft_wrap=True)
    raise SystemExit(_EXITS[found["state"]])


def _progress(now: dict[str, Any]) -> str:
    if now["state"] == "queued":
        return "waiting for a worker that no job can use"
    return f"step {now['step']} of {now['to_step']}"
