"""``chainrule submit``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, Any

import click

from chainrule.commands.output import print_column_warnings, print_json, print_warnings
from chainrule.commands.session import Session, json_option, pass_session
from chainrule.commands.watch import watch_to_the_end
from chainrule.spec_builder import BadSetting, hidden_layers, parse_assignments, with_setting

_PLACES = {
    "dataset": "dataset",
    "target": "target",
    "task": "task",
    "name": "name",
    "epochs": "training.max_epochs",
    "batch_size": "training.batch_size",
    "seed": "training.seed",
    "dtype": "training.dtype",
    "optimizer": "training.optimizer.name",
    "learning_rate": "training.optimizer.learning_rate",
    "shards": "shards",
    "workers": "workers.max",
    "validation": "validation.fraction",
    "priority": "priority",
}
"""Where each option goes in the spec."""


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), required=False)
@click.option(
    "--data", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Upload this CSV file first."
)
@click.option("--dataset", help="Use a dataset that is uploaded already.")
@click.option("--target", multiple=True, help="The column to predict; given again, one more.")
@click.option("--task", type=click.Choice(["classification", "regression"]))
@click.option("--name", help="A name for people.")
@click.option("--hidden", help="Units of the hidden layers, such as 128,64 or 128:tanh,64.")
@click.option("--activation", help="The activation of all hidden layers.")
@click.option("--dropout", type=float, help="The dropout of all hidden layers.")
@click.option("--epochs", type=int)
@click.option("--batch-size", type=int)
@click.option("--optimizer", help="Its name, such as adam or sgd.")
@click.option("--learning-rate", type=float)
@click.option("--seed", type=int)
@click.option("--dtype", type=click.Choice(["float32", "float64"]))
@click.option("--shards", type=int, help="Into how many slices every batch is cut.")
@click.option("--workers", type=int, help="The most workers that may serve the job.")
@click.option("--validation", type=float, help="The fraction of rows held back.")
@click.option("--priority", type=int)
@click.option("--set", "assignments", multiple=True, metavar="PATH=VALUE", help="Any field, such as training.l2=0.001.")
@click.option("--idempotency-key", help="Submitting twice with one key makes one job.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--watch", "-w", "watching", is_flag=True, help="Follow the job to its end.")
@json_option
@pass_session
def submit(
    session: Session,
    /,
    file: IO[str] | None,
    data: Path | None,
    idempotency_key: str | None,
    dry_run: bool,
    watching: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Submit a job: from FILE (JSON, - for standard input), from options, or both; options win.

    \b
    chainrule submit job.json
    chainrule submit --data digits.csv --target label --hidden 128,64 --watch
    chainrule submit --data films.csv --target comedy --target drama --watch
    """  # noqa: D301 - click looks for the character itself, and then breaks no lines
    spec = build_spec(_read(file), options)
    if data is not None:
        dataset = session.client.datasets.upload(data)
        print_column_warnings(dataset)
        spec["dataset"] = dataset["id"]
    if dry_run:
        print_json(session.client.jobs.plan(spec))
        return
    job = session.client.jobs.submit(spec, idempotency_key)
    if as_json:
        print_json(job)
    else:
        session.console.print(f"{job['id']} {job['state']}  ({session.client.url}/jobs/{job['id']})", soft_wrap=True)
        print_warnings(job)
    if watching:
        watch_to_the_end(session.client, job["id"], session.console)


def build_spec(spec: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """``spec`` with everything the options say written over it.

    Raises:
        BadSetting: if an option cannot be understood.
    """
    targets = options.get("target") or (None,)
    options = {**options, "target": targets[0] if len(targets) == 1 else list(targets)}
    for option, path in _PLACES.items():
        if options.get(option) is not None:
            spec = with_setting(spec, path, options[option])
    if options.get("hidden") is not None:
        layers = hidden_layers(options["hidden"], options.get("activation"), options.get("dropout"))
        spec = with_setting(spec, "network.hidden", layers)
    elif options.get("activation") or options.get("dropout") is not None:
        raise BadSetting("--activation and --dropout need --hidden")
    for path, value in parse_assignments(options.get("assignments") or ()):
        spec = with_setting(spec, path, value)
    return spec


def _read(file: IO[str] | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        spec = json.load(file)
    except ValueError as error:
        raise BadSetting(f"{file.name} is not JSON: {error}") from error
    if not isinstance(spec, dict):
        raise BadSetting(f"{file.name} should hold one JSON object")
    return spec
