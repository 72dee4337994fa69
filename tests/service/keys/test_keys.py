"""/keys: shown once, listed without their secrets, revoked at once."""

from __future__ import annotations

import pytest


def make(client, name: str = "laptop") -> dict:
    answer = client.post("/api/v1/keys", json={"name": name})
    assert answer.status_code == 201
    return answer.get_json()


def works(anonymous, secret: str) -> bool:
    return anonymous.get("/api/v1/keys", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_a_new_key_works_and_is_shown_this_once(client, anonymous):
    made = make(client)
    assert works(anonymous, made["key"])
    assert made["prefix"] == made["key"][:8]
    answer = client.get("/api/v1/keys")
    assert made["key"] not in answer.text
    assert [key["name"] for key in answer.get_json()["items"]] == ["tests", "laptop"]
    assert set(answer.get_json()["items"][1]) == {"id", "name", "prefix", "created_at", "last_used_at"}


def test_a_revoked_key_opens_nothing_and_is_not_listed(client, anonymous):
    made = make(client)
    assert client.delete(f"/api/v1/keys/{made['id']}").status_code == 204
    assert not works(anonymous, made["key"])
    assert [key["name"] for key in client.get("/api/v1/keys").get_json()["items"]] == ["tests"]
    assert client.delete(f"/api/v1/keys/{made['id']}").status_code == 204


def test_a_key_may_revoke_itself(client, anonymous):
    made = make(client)
    header = {"Authorization": f"Bearer {made['key']}"}
    assert anonymous.delete(f"/api/v1/keys/{made['id']}", headers=header).status_code == 204
    assert not works(anonymous, made["key"])


@pytest.mark.parametrize(
    ("document", "pointer"),
    [({}, "/name"), ({"name": ""}, "/name"), ({"name": 3}, "/name"), ({"name": "n" * 201}, "/name"), ([], "")],
)
def test_a_key_needs_a_name(client, document, pointer):
    answer = client.post("/api/v1/keys", json=document)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["faults"]] == [pointer]


def test_a_field_nobody_knows_is_refused_at_its_place(client):
    answer = client.post("/api/v1/keys", json={"name": "", "scope": "all"})
    assert [fault["pointer"] for fault in answer.get_json()["faults"]] == ["/name", "/scope"]


def test_sessions_and_login_links_are_no_keys_to_list(client, session_secret):
    assert [key["name"] for key in client.get("/api/v1/keys").get_json()["items"]] == ["tests"]


def test_a_key_that_is_not_there_cannot_be_revoked(client):
    assert client.delete("/api/v1/keys/key_none").status_code == 404
