"""GET /jobs/{id}/history?series=epoch."""

from __future__ import annotations


def test_an_epoch_is_a_row_with_every_metric(client, world):
    job_id = world.job()
    world.epochs(job_id, 1, 2)
    assert client.get(f"/api/v1/jobs/{job_id}/history").get_json() == {
        "columns": [
            *("epoch", "step", "seconds", "train_cost", "validation_cost"),
            *("validation_accuracy", "learning_rate", "gradient_norm"),
        ],
        "rows": [[1, 10, 0.5, 1.0, 1.5, 0.0, 0.001, 0.1], [2, 20, 1.0, 0.5, 0.75, 0.5, 0.001, 0.1]],
    }


def test_before_the_first_epoch_there_are_names_and_no_rows(client, world):
    found = client.get(f"/api/v1/jobs/{world.job()}/history").get_json()
    assert found["rows"] == []
    assert found["columns"][:4] == ["epoch", "step", "seconds", "train_cost"]


def test_epochs_before_a_step_are_left_out(client, world):
    job_id = world.job()
    world.epochs(job_id, 1, 5)
    found = client.get(f"/api/v1/jobs/{job_id}/history?from_step=40").get_json()
    assert [row[0] for row in found["rows"]] == [4, 5]


def test_many_epochs_are_thinned_out_on_request(client, world):
    job_id = world.job()
    world.epochs(job_id, 1, 300)
    found = client.get(f"/api/v1/jobs/{job_id}/history?points=20").get_json()
    epochs = [row[0] for row in found["rows"]]
    assert len(epochs) <= 20
    assert (epochs[0], epochs[-1]) == (1, 300)


def test_epochs_come_as_csv_too(client, world):
    job_id = world.job()
    world.epochs(job_id, 1, 1)
    answer = client.get(f"/api/v1/jobs/{job_id}/history", headers={"Accept": "text/csv"})
    assert answer.mimetype == "text/csv"
    assert answer.text.splitlines()[1] == "1,10,0.5,1.0,1.5,0.0,0.001,0.1"
