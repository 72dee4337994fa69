"""``chainrule backprop``: a row of the dataset on its way through the network, forward and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
@click.option(
    "--top", type=click.IntRange(0, 100), help="Weights to look at.  [default: 10, fewer if that is too much]"
)
@json_option
@pass_session
def backprop(
    session: Session,
    job: str,
    row: int | None,
    rows: int | None,
    batch: bool,
    step: int | None,
    top: int | None,
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
    print_table(session.console, *_layers(found["layers"]))
    if found["adjustments"]:
        session.console.print()
        columns = [">layer", "~from", ">to", ">weight", ">gradient", ">update", ">cost, first order", ">measured"]
        print_table(session.console, columns, [_adjustment(item) for item in found["adjustments"]])


def _facts(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "job", f"{found['job']} at step {count(found['step'])}"
    first, rows, batch = found["row"], found["rows"], found["batch"]
    if batch:
        yield "batch", f"of epoch {count(batch['epoch'])}: {count(rows)} rows in {count(batch['shards'])} shards, means"
        if batch["beyond_the_end"]:
            yield "", "the job ends before this step: it shows what one more would do"
    else:
        yield "row" if rows == 1 else "rows", str(first) if rows == 1 else f"{first} to {first + rows - 1}, means"
    yield "cost", number(found["cost"])
    if batch:
        yield "recorded", _recorded(found["cost"], batch["recorded_cost"])
    elif rows == 1:
        yield "target", said(found["targets"][0])
        answer = found["predictions"][0]
        yield "answer", said(next(iter(answer.values())))
    yield "order", _order(found)
    yield "cost then", number(found["cost_after"])
    yield "gradient", f"norm {number(found['gradient_norm'])}"


def _recorded(cost: float | None, recorded: float | None) -> str:
    """What the step wrote into the history, held against the trace."""
    if recorded is None:
        return "nothing: this step was not done"
    return (
        f"{number(recorded)}, {'the same bits' if recorded == cost else 'other bits: this service computes otherwise'}"
    )


def _order(found: Mapping[str, Any]) -> str:
    """How the layers are adjusted, and in which order if one at a time."""
    if found["layer_order"] is None:
        return f"{found['update_order']}: all layers at once"
    return f"{found['update_order']}: layer {', '.join(map(str, found['layer_order']))}"


def _layers(layers: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows; of clipping and of impacts only where there are any."""
    figures = {"weight_rms": ">weight RMS", "gradient_rms": ">gradient RMS"}
    if any(layer["clip_factor"] != 1 for layer in layers):
        figures["clip_factor"] = ">clip factor"
    figures["update_rms"] = ">update RMS"
    if any(layer["impact"] is not None for layer in layers):
        figures["impact"] = ">impact"
    rows = [
        [
            str(layer["layer"]),
            layer["activation"],
            count(layer["units"]),
            percent(layer["dead_share"]) if layer["dead_share"] is not None else "",
            *(number(layer[name]) for name in figures),
        ]
        for layer in layers
    ]
    return ["layer", "activation", ">units", ">dead", *figures.values()], rows


def _adjustment(item: Mapping[str, Any]) -> list[str]:
    figures = [number(item[name]) for name in ("weight", "gradient", "update", "first_order", "measured")]
    return [str(item["layer"]), str(item["from"]), str(item["to"]), *figures]
