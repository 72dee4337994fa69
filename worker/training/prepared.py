"""The prepared dataset: transformed once a host, kept in its cache, mapped by every worker there.

A folder holds ``train_x.npy``, ``train_y.npy``, ``validation_x.npy`` and ``validation_y.npy``, all row-major, and
``train_weight.npy`` where the spec names a column of sample weights.
Its name is the digest of everything that decides its content.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.spec import JobSpec
from models.tabular import Preprocessing
from models.training_rows import divide_rows
from worker.backprop.philox import philox

Array = NDArray[Any]

_BLOCK_BYTES = 4 * 1024**2
"""Of inputs in float64 that are made at once: each row is transformed by itself, so no bit depends on it."""
_LEAST_SAMPLE, _MOST_SAMPLE, _SAMPLE_SHARE = 256, 8192, 32
"""Of the training rows that are tested after every epoch: a test of one row costs a third of a step on it."""
_CACHE_BYTES = 20 * 1024**3
_NAMES = ("train_x", "train_y", "validation_x", "validation_y")
_WEIGHT = "train_weight.npy"
_DRAFT = ".draft-"


@dataclass(frozen=True, slots=True)
class Table:
    """A dataset as the store has it: the raw matrix, mapped, its columns and its digest."""

    matrix: Array
    columns: list[dict[str, Any]]
    sha256: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a run trains and is tested on.

    x has shape (rows, inputs + 1), its last column all ones (a bias is then one more weight); y has shape (rows,)
    of class codes or (rows, outputs).
    """

    train_x: Array
    train_y: Array
    validation_x: Array
    validation_y: Array
    train_weight: Array | None = None
    """(rows,): how much each training row counts; None for once each."""

    @property
    def inputs(self) -> int:
        """Inputs of the network."""
        return int(self.train_x.shape[1]) - 1

    def training_sample(self, seed: int) -> NDArray[np.int64] | None:
        """The training rows that are tested after every epoch, drawn by (seed, "tested") and sorted; None for all.

        Every k-th row would do only for rows in no order: where ten classes take turns, every tenth row is of one.
        """
        rows = len(self.train_x)
        if self._sampled_rows == rows:
            return None
        return np.sort(philox(seed, "tested").permutation(rows)[: self._sampled_rows])

    @property
    def tested_rows(self) -> int:
        """How many rows are tested after every epoch."""
        return self.validation_rows + self._sampled_rows

    @property
    def _sampled_rows(self) -> int:
        """As many as there are for validation, or a small share, within bounds."""
        rows = len(self.train_x)
        return min(rows, max(_LEAST_SAMPLE, rows // _SAMPLE_SHARE, self.validation_rows), _MOST_SAMPLE)

    @property
    def validation_rows(self) -> int:
        """Rows the network never trains on."""
        return len(self.validation_x)


def learn_preprocessing(spec: JobSpec, table: Table) -> Preprocessing:
    """Learn from the training rows alone."""
    train, _ = split_rows(spec, table)
    return Preprocessing.learn(
        table.matrix,
        table.columns,
        spec.features or (),
        spec.targets,
        spec.task,
        train,
        standardize=spec.preprocessing.standardize,
        binary=spec.training.cost == "binary_cross_entropy",
    )


def drop_drafts(cache: Path, *, older_than_s: float) -> None:
    """Remove what processes left unfinished that died while they prepared a dataset."""
    for draft in (cache / "prepared").glob(f"{_DRAFT}*"):
        with contextlib.suppress(FileNotFoundError):  # it has just got its name
            if time.time() - draft.stat().st_mtime >= older_than_s:
                shutil.rmtree(draft, ignore_errors=True)


def split_rows(spec: JobSpec, table: Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The training rows and the validation rows of the dataset, each sorted."""
    return divide_rows(spec, table.matrix, table.columns)


def prepare(
    spec: JobSpec, preprocessing: Preprocessing, table: Table, validation: Table | None, cache: Path
) -> Prepared:
    """Map the prepared dataset, after making it if this host has not yet."""
    folder = cache / "prepared" / _digest(spec, preprocessing, table, validation)
    if not folder.exists():
        _make(folder, lambda draft: _fill(draft, spec, preprocessing, table, validation))
        _evict(folder.parent, keep=folder)
    folder.touch()
    train_x, train_y, validation_x, validation_y = (_map(folder / f"{name}.npy") for name in _NAMES)
    weight = _map(folder / _WEIGHT) if (folder / _WEIGHT).exists() else None
    return Prepared(train_x, train_y, validation_x, validation_y, weight)


def _digest(spec: JobSpec, preprocessing: Preprocessing, table: Table, validation: Table | None) -> str:
    parts = {
        "dataset": table.sha256,
        "validation": validation.sha256 if validation else spec.model_dump(mode="json")["validation"],
        "seed": spec.training.seed,
        "preprocessing": preprocessing.to_json(),
        "dtype": spec.training.dtype,
        "sample_weight": spec.sample_weight,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _make(folder: Path, fill: Callable[[Path], None]) -> None:
    """Fill a draft and give it the folder's name; who is second, or fails, throws the draft away."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=folder.parent))
    try:
        fill(draft)
        draft.rename(folder)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if not (isinstance(error, OSError) and folder.exists()):
            raise


def _fill(folder: Path, spec: JobSpec, preprocessing: Preprocessing, table: Table, validation: Table | None) -> None:
    train, held_back = split_rows(spec, table)
    if validation is not None:
        test_matrix, test_rows, test_columns = validation.matrix, np.arange(len(validation.matrix)), validation.columns
    else:
        test_matrix, test_rows, test_columns = table.matrix, held_back, table.columns
    _write(folder, "train", spec, preprocessing, table.matrix, train, table.columns)
    _write(folder, "validation", spec, preprocessing, test_matrix, test_rows, test_columns)
    if spec.sample_weight is not None:
        names = [column["name"] for column in table.columns]
        np.save(folder / _WEIGHT, table.matrix[train, names.index(spec.sample_weight)].astype(spec.training.dtype))


def _write(
    folder: Path,
    name: str,
    spec: JobSpec,
    preprocessing: Preprocessing,
    matrix: Array,
    rows: NDArray[np.int64],
    columns: list[dict[str, Any]],
) -> None:
    dtype = np.dtype(spec.training.dtype)
    x = np.lib.format.open_memmap(
        folder / f"{name}_x.npy", mode="w+", dtype=dtype, shape=(len(rows), preprocessing.n_inputs + 1)
    )
    x[:, -1] = 1.0
    targets = []
    rows_at_once = max(1, _BLOCK_BYTES // (8 * x.shape[1]))
    for start in range(0, len(rows), rows_at_once):
        block = np.asarray(matrix[rows[start : start + rows_at_once]])
        x[start : start + len(block), :-1] = preprocessing.transform(block, columns)
        targets.append(preprocessing.encode_target(block, columns))
    x.flush()
    y = np.concatenate(targets) if targets else preprocessing.encode_target(matrix[:0], columns)
    np.save(folder / f"{name}_y.npy", y if y.dtype == np.intp else y.astype(dtype))


def _map(path: Path) -> Array:
    try:
        mapped: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:  # nothing to map in an empty array
        mapped = np.load(path, allow_pickle=False)
    return mapped.view(np.ndarray)  # a memmap costs a microsecond more in every call it goes through


def _evict(cache: Path, *, keep: Path) -> None:
    """Remove the folders used longest ago beyond the cache's size. Whoever has them mapped is not disturbed."""
    folders = sorted(
        (path for path in cache.iterdir() if path.is_dir() and not path.name.startswith(_DRAFT)),
        key=lambda path: -path.stat().st_mtime,
    )
    total = 0
    for folder in folders:
        total += sum(file.stat().st_size for file in folder.iterdir())
        if total > _CACHE_BYTES and folder != keep:
            shutil.rmtree(folder, ignore_errors=True)
