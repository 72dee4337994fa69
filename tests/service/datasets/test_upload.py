"""POST /datasets: a table is kept whole, or nothing of it is."""

from __future__ import annotations

import errno
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from models.records import Dataset

CSV = b"height,kind\n1.5,oak\n,elm\n2,oak\n"


def upload(client, content: bytes = CSV, filename: str = "trees.csv", **fields: str):
    data = {"file": (io.BytesIO(content), filename), **fields}
    return client.post("/api/v1/datasets", data=data, content_type="multipart/form-data")


def kept(world) -> tuple[int, list[str]]:
    """Rows and files there are."""
    with world.database.read() as session:
        return session.scalar(select(func.count(Dataset.id))), list(world.store.names())


@pytest.fixture
def workbench(tmp_path, monkeypatch) -> Path:
    """Where uploads are worked on."""
    folder = tmp_path / "workbench"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_an_upload_answers_with_what_its_columns_hold(client):
    answer = upload(client)
    dataset = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/datasets/{dataset['id']}"
    assert (dataset["name"], dataset["rows"]) == ("trees.csv", 3)
    assert [(column["name"], column["kind"], column["missing"]) for column in dataset["columns"]] == [
        ("height", "numeric", 1),
        ("kind", "categorical", 0),
    ]
    assert dataset["columns"][1]["levels"] == ["elm", "oak"]
    assert [column["warning"] for column in dataset["columns"]] == [None, None]


def test_a_cell_that_makes_texts_of_a_column_of_numbers_is_told_and_kept(client):
    rows = "".join(f"{number},oak\n" for number in range(30))
    dataset = upload(client, f"height,kind\n{rows}tall,elm\n".encode()).get_json()
    assert "line 32: 'tall' is no number" in dataset["columns"][0]["warning"]
    shown = client.get(f"/api/v1/datasets/{dataset['id']}").get_json()
    assert shown["columns"] == dataset["columns"]


def test_the_table_is_a_row_major_matrix_under_its_digest(client, world):
    dataset = upload(client).get_json()
    with world.database.read() as session:
        row = session.get_one(Dataset, dataset["id"])
    matrix = np.load(world.store.verify(row.artifact, row.sha256), mmap_mode="r", allow_pickle=False)
    assert matrix.flags.c_contiguous
    np.testing.assert_array_equal(matrix, [[1.5, 1], [np.nan, 0], [2, 1]])
    assert row.artifact.startswith(f"datasets/{dataset['id']}-")
    assert (dataset["sha256"], dataset["size_bytes"]) == (row.sha256, row.size_bytes)


def test_the_same_bytes_give_the_same_digest(client):
    first, second = upload(client).get_json(), upload(client).get_json()
    assert first["sha256"] == second["sha256"]
    assert first["id"] != second["id"]


@pytest.mark.parametrize(
    ("filename", "fields", "name"),
    [
        ("a.csv", {"name": "my trees"}, "my trees"),
        ("../../etc/passwd", {}, "../../etc/passwd"),
        ("a.csv", {"name": "a\0b\nc"}, "abc"),
        ("a.csv", {"name": "  "}, "dataset"),
        ("a.csv", {"name": "n" * 300}, "n" * 200),
    ],
)
def test_a_name_is_only_shown(client, world, filename, fields, name):
    assert upload(client, filename=filename, **fields).get_json()["name"] == name
    assert [Path(file).parent.name for file in kept(world)[1]] == ["datasets"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"height,kind\n",
        b"height,height\n1,2\n",
        b"height,\n1,2\n",
        b"height,kind\n1\n",
        b"height,kind\n1,2,3\n",
        b"height,kind\ninf,2\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"height,kind\n\xff\xfe,2\n",
        b'height,kind\n"open,2\n',
    ],
    ids=["empty", "no rows", "twice", "unnamed", "short", "long", "infinite", "binary", "latin", "quote"],
)
def test_a_broken_file_is_refused_and_leaves_nothing(client, world, workbench, content):
    answer = upload(client, content)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.get_json()["faults"]} == {"/file"}
    assert all(fault["message"] for fault in answer.get_json()["faults"])
    assert kept(world) == (0, [])
    assert list(workbench.iterdir()) == []


def test_a_request_without_a_file_is_told_how_to_send_one(client, world):
    for data in ({}, {"file": "height,kind"}, {"table": (io.BytesIO(CSV), "a.csv")}):
        answer = client.post("/api/v1/datasets", data=data, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert answer.get_json()["faults"][0]["pointer"] == "/file"
    assert client.post("/api/v1/datasets", data=CSV, content_type="text/csv").status_code == 422
    assert kept(world) == (0, [])


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(client, world, settings):
    line = b"1,2\n"
    answer = upload(client, b"a,b\n" + line * (settings.max_upload_bytes // len(line)))
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
    assert f"{settings.max_upload_bytes:,}" in answer.get_json()["detail"]
    assert kept(world) == (0, [])


def test_a_full_disk_is_said_and_leaves_nothing(client, world, workbench, monkeypatch):
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("models.artifacts.file_store._write_all", full)
    assert upload(client).status_code == 507
    assert kept(world) == (0, [])
    assert list(workbench.iterdir()) == []
    assert list((world.store.root / ".incoming").iterdir()) == []


def test_a_database_that_fails_after_the_file_leaves_no_file(client, world, workbench, monkeypatch):
    def away(*_arguments: object, **_options: object) -> None:
        raise OperationalError("INSERT", {}, Exception("gone"))

    with monkeypatch.context() as patch:
        patch.setattr("service.datasets.upload.utc_now", away)  # the last thing before the row
        assert upload(client).status_code == 503
    assert kept(world) == (0, [])
    assert list(workbench.iterdir()) == []


def test_a_file_whose_row_may_be_there_stays(client, world, app, monkeypatch):
    """The connection breaks during the commit, which the database had done already."""
    write = type(world.database).write

    @contextmanager
    def broken(database) -> Iterator[object]:
        with write(database) as session:
            yield session
            adds = bool(session.new)
        if adds:
            raise OperationalError("COMMIT", {}, Exception("cut"))

    with monkeypatch.context() as patch:
        patch.setattr(type(world.database), "write", broken)
        assert upload(client).status_code == 503
    rows, files = kept(world)
    assert (rows, len(files)) == (1, 1)
    assert len(client.get("/api/v1/datasets").get_json()["items"]) == 1
