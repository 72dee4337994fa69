"""What a worker does with a job that cannot be served, and never will be."""

import numpy as np
import pytest

from models.records import Job
from tests.support.fleet import Fleet


@pytest.fixture
def fleet(tmp_path):
    fleet = Fleet(tmp_path)
    fleet.start_broker()
    yield fleet
    fleet.stop()


def test_data_that_do_not_fit_end_a_job_at_once(fleet):
    columns = [
        {"name": "x", "kind": "numeric", "missing": 0, "levels": None, "distinct": 9},
        {"name": "label", "kind": "integer", "missing": 0, "levels": None, "distinct": 2},
    ]
    first, second = (
        fleet.add_dataset(np.column_stack([np.arange(60.0), np.arange(60) % classes]).astype(np.float32), columns)
        for classes in (2, 3)  # more than the second one's columns tell
    )
    job_id = fleet.accept({"dataset": first, "target": "label"})
    with fleet.database.write() as session:
        job = session.get_one(Job, job_id)
        job.spec = {**job.spec, "validation": {"fraction": None, "dataset": second}}
    fleet.hint(1)
    fleet.start_workers(1)
    ended = fleet.wait(job_id)
    assert (ended.state, ended.reason) == ("failed", "dataset_unfit")
    assert "'label' has a class 2" in ended.message
    assert ended.restarts == 0
    assert len(fleet.generations(job_id)) == 1
