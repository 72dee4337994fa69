"""The configuration: one frozen object, read once from a mapping, every fault reported together."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from models.errors import SettingsInvalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are, and the few numbers an operator may want to change.

    ``database_url``, ``redis_url`` and ``artifact_url`` come from the variables of the same name in capitals;
    every other field from its name in capitals behind ``CHAINRULE_``.
    """

    database_url: str
    redis_url: str
    artifact_url: str
    data_dir: Path = Path("~/.chainrule")
    """Where this host keeps its cache of prepared datasets."""
    shared_memory_dir: Path = Path("/dev/shm" if os.path.isdir("/dev/shm") else tempfile.gettempdir())  # noqa: PTH112, S108 - a default, not a file of ours
    """Where gangs map their segments. Workers that see the same folder can serve one job together."""
    worker_name: str = ""
    """How this worker process calls itself; its host's name when empty."""
    lease_ttl_s: float = 10.0
    """A worker that has not renewed for so long, by the database's clock, is taken for dead."""
    heartbeat_s: float = 2.0
    """How often a worker renews its lease."""
    forming_s: float = 0.25
    """How long the founder of a gang waits for others it has seen idle."""
    linger_s: float = 5.0
    """How long a worker without work keeps asking the database before it waits for a hint."""
    progress_timeout_s: float = 30.0
    """A gang whose step counter stands still for so long has a hung member."""
    reconcile_s: float = 2.0
    """How often each Celery worker repairs leases and publishes hints for waiting jobs."""
    collect_s: float = 600.0
    """How often each Celery worker removes artifacts that nothing names."""
    artifact_grace_s: float = 3600.0
    """An artifact that nothing names yet is left alone for so long: its row may be on its way."""
    boundary_s: float = 1.0
    """How often a gang copies its state aside and looks whether it should re-form."""
    size_trial_s: float = 30.0
    """A job with less than so many seconds left is not tried with fewer workers than it has."""
    max_upload_bytes: int = 2 * 1024**3
    """The largest dataset file the service takes."""
    max_parameters: int = 200_000_000
    """The largest network the service takes."""

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, str]) -> Settings:
        """Read the settings from, usually, ``os.environ``.

        Raises:
            SettingsInvalid: with a line for every variable that is missing or cannot be read.
        """
        values: dict[str, object] = {}
        faults: list[str] = []
        for field in fields(cls):
            variable = _variable(field.name)
            text = mapping.get(variable, "")
            if text:
                try:
                    values[field.name] = _PARSERS[str(field.type)](text)
                except ValueError as error:
                    faults.append(f"{variable}: {error}")
            elif field.name in _REQUIRED:
                faults.append(f"{variable} is not set (for example {_REQUIRED[field.name]})")
        if faults:
            raise SettingsInvalid(faults)
        values.setdefault("data_dir", Path("~/.chainrule").expanduser())
        return cls(**values)  # type: ignore[arg-type]  # parsed by the field's own type above


_REQUIRED = {
    "database_url": "sqlite:///chainrule.db or postgresql+psycopg://user@host/name",
    "redis_url": "redis://localhost:6379/0",
    "artifact_url": "file:///var/lib/chainrule/artifacts",
}


def _variable(field: str) -> str:
    return field.upper() if field in _REQUIRED else f"CHAINRULE_{field.upper()}"


def _positive(parse: Callable[[str], float]) -> Callable[[str], float]:
    def parser(text: str) -> float:
        try:
            value = parse(text)
        except ValueError:
            raise ValueError(f"{text!r} is not a number") from None
        if not 0 < value < float("inf"):
            raise ValueError(f"{text!r} must be greater than 0")
        return value

    return parser


_PARSERS: dict[str, Callable[[str], object]] = {
    "str": str,
    "Path": lambda text: Path(text).expanduser(),
    "float": _positive(float),
    "int": _positive(int),
}
