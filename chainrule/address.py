"""Find the service and the key: as given, else the environment, else what ``chainrule up`` wrote."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from chainrule.errors import KeyMissing

DEFAULT_URL: Final = "http://127.0.0.1:8090"
DEFAULT_DATA_DIR: Final = "~/.chainrule"
ENDPOINT_FILE: Final = "endpoint"
KEY_FILE: Final = "admin.key"


def find_data_dir(given: str | Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The data directory of the embedded stack, absolute; it need not exist."""
    return Path(given or environ.get("CHAINRULE_DATA_DIR") or DEFAULT_DATA_DIR).expanduser().absolute()


def find_url(given: str | None, data_dir: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The address of the service, without a slash at its end."""
    url = given or environ.get("CHAINRULE_URL") or _first_line(data_dir / ENDPOINT_FILE) or DEFAULT_URL
    return url.rstrip("/")


def get_key(given: str | None, url: str, data_dir: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The API key for the service at ``url``.

    The key in the data directory opens the stack of this machine, so it is never sent to another one.

    Raises:
        KeyMissing: if there is none in any of the places.
    """
    key = given or environ.get("CHAINRULE_API_KEY") or ""
    looked_in = ["--key", "CHAINRULE_API_KEY"]
    if not key and (is_loopback(url) or url == _first_line(data_dir / ENDPOINT_FILE)):
        key = _first_line(data_dir / KEY_FILE)
        looked_in.append(str(data_dir / KEY_FILE))
    if not key:
        raise KeyMissing(looked_in)
    return key


def is_loopback(url: str) -> bool:
    """Whether ``url`` names this machine by its loopback address."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _first_line(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return ""
    return text.strip().split("\n", 1)[0].strip()
