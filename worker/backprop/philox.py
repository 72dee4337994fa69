"""Randomness without state: every stream is named by what it is for, and can be made again at any time."""

from __future__ import annotations

import hashlib
import json

import numpy as np


def philox(seed: int, *what: str | int) -> np.random.Generator:
    """A fresh generator for one purpose, such as ``philox(seed, "dropout", step, layer, shard)``.

    The key of the counter-based Philox4x64 is a digest of seed and purpose, so streams of different purposes are
    independent, nobody has to draw in any order, and there is no generator state to save.

    Source: J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """
    name = json.dumps([seed, *what], separators=(",", ":")).encode()
    digest = hashlib.blake2b(name, digest_size=16).digest()
    key = [int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")]
    return np.random.Generator(np.random.Philox(key=np.array(key, np.uint64)))
