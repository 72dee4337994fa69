"""Exports: tensors by name, and the same bytes for the same weights."""

import io
import json
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from safetensors.numpy import load

from models.weights_file import safetensors_pieces, weights_bytes

WIDTHS = (3, 4, 2)
PARAMETERS = np.arange(26, dtype=np.float32)
DESCRIPTION = {"task": "classification", "target": "label", "preprocessing": {"classes": ["a", "b"]}}


def test_safetensors_holds_weights_and_biases_by_layer():
    tensors = load(weights_bytes("safetensors", WIDTHS, PARAMETERS, DESCRIPTION))
    assert sorted(tensors) == ["layers.0.bias", "layers.0.weight", "layers.1.bias", "layers.1.weight"]
    assert (tensors["layers.0.weight"] == PARAMETERS[:12].reshape(3, 4)).all()
    assert (tensors["layers.1.bias"] == PARAMETERS[24:]).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("widths", [(3, 4, 2), (1, 1), (2, *[3] * 11, 2), (5, 300, 7)])
def test_the_pieces_that_are_digested_are_what_the_library_writes(widths, dtype):
    parameters = np.random.default_rng(1).standard_normal(sum((a + 1) * b for a, b in pairwise(widths))).astype(dtype)
    description = {**DESCRIPTION, "target": 'a "quoted" \\ name', "more": {"é": [1.5, None, "\x7f\n", "日本"]}}
    pieces = safetensors_pieces(widths, parameters, description)
    assert b"".join(pieces) == weights_bytes("safetensors", widths, parameters, description)


def test_npz_holds_the_same_and_the_description():
    with np.load(io.BytesIO(weights_bytes("npz", WIDTHS, PARAMETERS, DESCRIPTION)), allow_pickle=False) as arrays:
        assert (arrays["layers.1.weight"] == PARAMETERS[16:24].reshape(4, 2)).all()
        assert json.loads(arrays["chainrule"].tobytes()) == DESCRIPTION


@pytest.mark.parametrize("format", ["safetensors", "npz"])
def test_another_process_writes_the_same_bytes(format):
    code = (
        "import sys, hashlib, numpy as np\n"
        "from models.weights_file import weights_bytes\n"
        f"data = weights_bytes({format!r}, {WIDTHS}, np.arange(26, dtype=np.float32), {DESCRIPTION!r})\n"
        "sys.stdout.buffer.write(data)"
    )
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(3)}
    assert runs == {weights_bytes(format, WIDTHS, PARAMETERS, DESCRIPTION)}
