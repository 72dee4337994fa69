"""``chainrule datasets``."""

from __future__ import annotations

from pathlib import Path

import click

from chainrule.commands.output import count, local_time, number, print_column_warnings, print_json, size
from chainrule.commands.session import Session, json_option, pass_session
from chainrule.commands.tables import print_start_of_table, print_table
from chainrule.payloads import Column, Dataset


@click.group()
def datasets() -> None:
    """Upload tables and look at them."""


@datasets.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the datasets, newest first."""
    found = list(session.client.datasets.list())
    if as_json:
        print_json(found)
        return
    rows = [
        [item["id"], item["name"], count(item["rows"]), str(len(item["columns"])), size(item["size_bytes"]),
         local_time(item["created_at"])]
        for item in found
    ]  # fmt: skip
    print_table(session.console, ["id", "~name", ">rows", ">columns", ">size", "uploaded"], rows)


@datasets.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="Default: the file's name.")
@json_option
@pass_session
def upload(session: Session, file: Path, name: str | None, as_json: bool) -> None:
    """Upload a CSV FILE with a line of column names."""
    dataset = session.client.datasets.upload(file, name)
    if as_json:
        print_json(dataset)
    else:
        _show(session, dataset)


@datasets.command()
@click.argument("dataset")
@json_option
@pass_session
def preview(session: Session, dataset: str, as_json: bool) -> None:
    """Show the columns of DATASET and its first rows."""
    found = session.client.datasets.preview(dataset)
    if as_json:
        print_json(found)
        return
    _show(session, session.client.datasets.get(dataset))
    rows = [["" if row[name] is None else str(row[name]) for name in found["columns"]] for row in found["rows"]]
    print_start_of_table(session.console, found["columns"], rows)


@datasets.command()
@click.argument("dataset")
@pass_session
def delete(session: Session, dataset: str) -> None:
    """Delete DATASET for good."""
    session.client.datasets.delete(dataset)
    session.console.print(f"{dataset} deleted")


def _show(session: Session, dataset: Dataset) -> None:
    session.console.print(f"{dataset['id']}  {dataset['name']}  {count(dataset['rows'])} rows", markup=False)
    print_table(
        session.console,
        ["column", "kind", ">missing", ">distinct", ">min", ">max", ">mean"],
        [_column_row(column) for column in dataset["columns"]],
    )
    print_column_warnings(dataset)


def _column_row(column: Column) -> list[str]:
    numbers = [number(column.get("min")), number(column.get("max")), number(column.get("mean"))]
    return [column["name"], column["kind"], count(column["missing"]), count(column.get("distinct")), *numbers]
