"""Which release this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """The installed version; a source tree that was never installed has none."""
    try:
        return version("chainrule")
    except PackageNotFoundError:
        return "unknown: run from a source tree"
