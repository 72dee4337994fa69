"""The artifact store: whole objects or none."""

import errno
import hashlib
import os

import pytest

from models.artifacts import FileStore, open_store
from models.errors import ArtifactCorrupt, ArtifactMissing, SettingsInvalid, StorageFull


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "store")


def files_of(store):
    return [path for path in store.root.rglob("*") if path.is_file()]


def test_an_object_comes_back_as_it_went_in(store):
    stored = store.put("checkpoints/job_1/000-1", ".safetensors", [b"one ", b"two"])

    assert store.verify(stored.name, stored.sha256).read_bytes() == b"one two"
    assert stored.sha256 == hashlib.sha256(b"one two").hexdigest()
    assert stored.size_bytes == 7
    assert stored.name == f"checkpoints/job_1/000-1-{stored.sha256[:16]}.safetensors"
    assert list(store.names()) == [stored.name]


def test_a_flipped_bit_is_found(store):
    stored = store.put("a/b", ".bin", [b"content"])
    store.local_path(stored.name).write_bytes(b"c0ntent")
    with pytest.raises(ArtifactCorrupt):
        store.verify(stored.name, stored.sha256)


def test_a_missing_object_is_named(store):
    with pytest.raises(ArtifactMissing, match="a/b-0"):
        store.local_path("a/b-0")


def test_deleting_twice_is_no_error(store):
    stored = store.put("a/b", "", [b"x"])
    store.delete(stored.name)
    store.delete(stored.name)
    assert files_of(store) == []


def test_a_writer_that_fails_leaves_nothing(store):
    def chunks():
        yield b"some"
        raise RuntimeError("power")

    with pytest.raises(RuntimeError):
        store.put("a/b", "", chunks())
    assert files_of(store) == []


def test_a_full_disk_leaves_nothing_and_says_so(store, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull, match="free some space"):
        store.put("a/b", "", [b"x"])
    assert files_of(store) == []


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../b", "a//b", "a", ""])
def test_a_name_that_could_lead_elsewhere_is_refused(store, name):
    with pytest.raises(ValueError, match="not the name of an artifact"):
        store.local_path(name)


def test_stores_are_opened_by_url(tmp_path):
    assert isinstance(open_store(f"file://{tmp_path}/x"), FileStore)
    with pytest.raises(SettingsInvalid, match="ARTIFACT_URL"):
        open_store("ftp://somewhere")
