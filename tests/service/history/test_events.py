"""GET /jobs/{id}/events."""

from __future__ import annotations


def test_the_story_is_told_from_its_beginning_page_by_page(client, world):
    job_id = world.job()
    for number in range(5):
        world.event(job_id, f"thing {number}")
    world.event(world.job(), "another job's")
    page = client.get(f"/api/v1/jobs/{job_id}/events?limit=2").get_json()
    seen = page["items"]
    while page["next"]:
        page = client.get(f"/api/v1/jobs/{job_id}/events?limit=2&cursor={page['next']}").get_json()
        seen += page["items"]
    assert [event["message"] for event in seen] == [f"thing {number}" for number in range(5)]
    assert set(seen[0]) == {"id", "at", "kind", "actor", "message", "details"}
