"""GET /jobs/{id}/checkpoints."""

from __future__ import annotations


def test_the_kept_states_are_listed_by_step_page_by_page(client, world):
    job_id = world.job()
    for step in (20, 0, 10):
        world.checkpoint(job_id, step, pinned=step == 0)
    page = client.get(f"/api/v1/jobs/{job_id}/checkpoints?limit=2").get_json()
    rest = client.get(f"/api/v1/jobs/{job_id}/checkpoints?limit=2&cursor={page['next']}").get_json()
    items = page["items"] + rest["items"]
    assert [(item["step"], item["epoch"], item["kind"]) for item in items] == [
        (0, 0, "pinned"),
        (10, 1, "kept"),
        (20, 2, "kept"),
    ]
    assert rest["next"] is None
    assert set(items[0]) == {"step", "epoch", "kind", "size_bytes", "sha256", "created_at"}
