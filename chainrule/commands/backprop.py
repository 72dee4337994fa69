"""``chainrule backprop``: a row of the dataset on its way through the network, forward and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from chainrule.commands.output import count, number, percent, print_json, said
from chainrule.commands.session import Session, job_argument, json_option, pass_session
from chainrule.commands.tables import print_facts, print_table


@click.command()
@job_argument
@click.option("--row", type=click.IntRange(min=0), help="Of the job's dataset.  [default: 0]")
@click.option("--rows", type=click.IntRange(1, 1024), help="So many, as means.  [default: 1]")
@click.option("--batch", is_flag=True, help="Instead, the batch of the step that follows the checkpoint.")
@click.option("--step", type=click.IntRange(min=0), help="Of a kept checkpoint.  [default: the newest]")
@click.option("--top", type=click.IntRange(0, 100), default=10, show_default=True, help="Weights to look at.")
@json_option
@pass_session
def backprop(
    session: Session,
    job: str,
    row: int | None,
    rows: int | None,
    batch: bool,
    step: int | None,
    top: int,
    as_json: bool,
) -> None:
    """Trace a row or a step's batch of JOB (by default the newest) through a kept state: forward, back, update."""
    if batch and not (row is None and rows is None):
        raise click.UsageError("--batch traces the rows of a step: leave out --row and --rows")
    found = session.client.results.backprop(session.job_id(job), row=row, rows=rows, batch=batch, step=step, top=top)
    if as_json:
        print_json(found)
        return
    print_facts(session.console, _facts(found))
    session.console.print()
    columns = ["layer", "activation", ">units", ">dead", ">weight RMS", ">gradient RMS", ">update RMS"]
    print_table(session.console, columns, [_layer(layer) for layer in found["layers"]])
    if found["adjustments"]:
        session.console.print()
        columns = [">layer", "~from", ">to", ">weight", ">gradient", ">update", ">cost, first order", ">measured"]
        print_table(session.console, columns, [_adjustment(item) for item in found["adjustments"]])


def _facts(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "job", f"{found['job']} at step {count(found['step'])}"
    first, rows, batch = found["row"], found["rows"], found["batch"]
    if batch:
        yield "batch", f"of epoch {count(batch['epoch'])}: {count(rows)} rows in {count(batch['shards'])} shards, means"
    else:
        yield "row" if rows == 1 else "rows", str(first) if rows == 1 else f"{first} to {first + rows - 1}, means"
    yield "cost", number(found["cost"])
    if batch:
        yield "recorded", _recorded(found["cost"], batch["recorded_cost"])
    elif rows == 1:
        yield "target", said(found["targets"][0])
        answer = found["predictions"][0]
        yield "answer", said(next(iter(answer.values())))


def _recorded(cost: float | None, recorded: float | None) -> str:
    """What the step wrote into the history, held against the trace."""
    if recorded is None:
        return "nothing: this step was not done"
    return (
        f"{number(recorded)}, {'the same bits' if recorded == cost else 'other bits: this service computes otherwise'}"
    )


def _layer(layer: Mapping[str, Any]) -> list[str]:
    figures = [number(layer[name]) for name in ("weight_rms", "gradient_rms", "update_rms")]
    dead = percent(layer["dead_share"]) if layer["dead_share"] is not None else ""
    return [str(layer["layer"]), layer["activation"], count(layer["units"]), dead, *figures]


def _adjustment(item: Mapping[str, Any]) -> list[str]:
    figures = [number(item[name]) for name in ("weight", "gradient", "update", "first_order", "measured")]
    return [str(item["layer"]), str(item["from"]), str(item["to"]), *figures]
