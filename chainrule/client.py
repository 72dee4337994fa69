"""The client: everything the service can do, grouped by what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self, cast

import httpx

from chainrule.address import find_data_dir, find_url, get_key
from chainrule.resources.datasets import Datasets
from chainrule.resources.jobs import Jobs
from chainrule.resources.keys import Keys
from chainrule.resources.results import Results
from chainrule.resources.stream import follow
from chainrule.resources.verifications import Verifications
from chainrule.resources.workers import Workers
from chainrule.sse import StreamEvent
from chainrule.transport import Transport


class Client:
    """A connection to a Chainrule service.

    Without arguments it finds the stack that ``chainrule up`` runs on this machine:

        with Client() as client:
            dataset = client.datasets.upload(Path("digits.csv"))
            job = client.jobs.submit({"dataset": dataset["id"], "target": "label"})
            for event in client.stream(job["id"]):
                print(event.name, event.data)
            client.results.weights(job["id"], Path("weights.safetensors"))

    Raises:
        KeyMissing: if no API key is given and none is found.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        data_dir: str | Path | None = None,
        timeout_s: float = 60.0,
        through: httpx.BaseTransport | None = None,
    ) -> None:
        directory = find_data_dir(data_dir)
        address = find_url(url, directory)
        self.transport = Transport(address, get_key(key, address, directory), timeout_s=timeout_s, through=through)
        self.datasets = Datasets(self.transport)
        self.jobs = Jobs(self.transport)
        self.results = Results(self.transport)
        self.verifications = Verifications(self.transport)
        self.workers = Workers(self.transport)
        self.keys = Keys(self.transport)

    @property
    def url(self) -> str:
        """The address of the service."""
        return self.transport.url

    def stream(self, job_id: str) -> Iterator[StreamEvent]:
        """The live events of a job, until it ends; see ``chainrule.resources.stream.follow``."""
        return follow(self.transport, job_id)

    def version(self) -> Mapping[str, Any]:
        """What the service says about itself."""
        return cast("Mapping[str, Any]", self.transport.json("GET", "/version"))

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
