"""JSON bodies: what is none is refused, at its place."""

from __future__ import annotations

import json

import pytest

from service.bodies import MOST_JSON_BYTES


def send(client, content: bytes | str, **options):
    return client.post("/api/v1/keys", data=content, content_type="application/json", **options)


def faults(answer) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.get_json()["faults"]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{'name': 1}",
        b'{"name": "\xff"}',
        b"[" * 100_000,
        b"1" * 9000,
    ],
)
def test_what_is_no_json_is_refused(client, content):
    answer = send(client, content)
    assert answer.status_code == 422
    assert faults(answer) == [("", "not_json")]


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        (b'{"name": NaN}', ["/name"]),
        (b'{"a": [1, -Infinity, {"b/c": Infinity}]}', ["/a/1", "/a/2/b~1c"]),
        (b"[" * 900 + b"NaN" + b"]" * 900, ["/0" * 900]),
    ],
)
def test_a_number_that_is_none_in_json_is_refused_at_its_place(client, content, pointers):
    answer = send(client, content)
    assert answer.status_code == 422
    assert faults(answer) == [(pointer, "not_json") for pointer in pointers]
    assert "must be finite" in answer.get_json()["detail"]


def test_a_name_that_stands_twice_is_refused(client):
    answer = send(client, b'{"name": "a", "name": "b"}')
    assert faults(answer) == [("", "not_json")]
    assert "'name'" in answer.get_json()["detail"]


def test_another_type_of_content_is_refused(client):
    answer = client.post("/api/v1/keys", data='{"name": "a"}', content_type="text/plain")
    assert faults(answer) == [("", "not_json")]


@pytest.mark.parametrize("known", [True, False], ids=["with its length", "in chunks"])
def test_a_body_that_is_too_large_is_not_read(client, known, monkeypatch):
    monkeypatch.setattr("service.bodies.MOST_JSON_BYTES", 1000)
    content = json.dumps({"name": "a" * 2000}).encode()
    options = (
        {}
        if known
        else {"headers": {"Transfer-Encoding": "chunked"}, "environ_overrides": {"wsgi.input_terminated": True}}
    )
    answer = send(client, content, **options)
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
    assert "1,000" in answer.get_json()["detail"]
    assert MOST_JSON_BYTES == 8 * 1024**2


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        (r'{"name": "a\u0000b"}', ["/name"]),
        (r'{"name": "\ud800"}', ["/name"]),
        (r'{"a": ["x", {"b/c": "\udc00"}], "name": "\u0000"}', ["/a/1/b~1c", "/name"]),
        (r'{"a\u0000": 1, "name": "x"}', [""]),
        (r"[" * 900 + r'"\u0000"' + "]" * 900, ["/0" * 900]),
    ],
)
def test_a_text_no_database_can_hold_is_refused_at_its_place(client, content, pointers):
    answer = send(client, content)
    assert answer.status_code == 422
    assert faults(answer) == [(pointer, "unusable_text") for pointer in pointers]


def test_a_whole_surrogate_pair_is_a_character(client):
    assert send(client, r'{"name": "\ud83d\ude00"}').get_json()["name"] == "😀"


def test_a_nul_in_an_address_finds_nothing(client):
    assert client.get("/api/v1/jobs/job_%00").status_code == 404
    assert client.get("/api/v1/jobs?name=%00").status_code == 422
