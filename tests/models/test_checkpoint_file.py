"""Checkpoint files: the state comes back bit by bit, and any safetensors reader can open one."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from models.checkpoint_file import RunState, checkpoint_header, read_checkpoint, split_vector
from models.errors import ArtifactCorrupt

STATE = RunState(
    step=120,
    widths=(3, 4, 2),
    dtype="float32",
    slots=("m", "v"),
    has_best=True,
    seconds=1.25,
    progress={"best_value": 0.1 + 0.2},
)


@pytest.fixture
def vector():
    return np.random.default_rng(0).standard_normal(STATE.vector_size).astype(np.float32)


@pytest.fixture
def path(tmp_path, vector):
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(checkpoint_header(STATE) + vector.tobytes())
    return path


def test_state_and_numbers_come_back(path, vector):
    state, found = read_checkpoint(path)
    assert state == STATE
    assert found.tobytes() == vector.tobytes()


def test_the_parts_are_named(path, vector):
    parts = split_vector(*read_checkpoint(path))
    assert list(parts) == ["parameters", "slots.m", "slots.v", "best"]
    assert parts["slots.v"].tobytes() == vector[2 * 26 : 3 * 26].tobytes()


def test_other_readers_see_the_layers(path, vector):
    tensors = load_file(path)
    assert tensors["layers.0.weight"].shape == (3, 4)
    assert tensors["layers.1.bias"].tobytes() == vector[24:26].tobytes()
    assert tensors["best"].shape == (26,)


@pytest.mark.parametrize("keep", [0, 7, 100, -1])
def test_one_cut_short_is_refused(path, keep):
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ArtifactCorrupt):
        read_checkpoint(path)


def test_garbage_is_refused(path):
    path.write_bytes(b"\xff" * 1000)
    with pytest.raises(ArtifactCorrupt):
        read_checkpoint(path)
