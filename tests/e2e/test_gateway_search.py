"""Search through the gateway, as a program calls it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from running_gateway import Running, person, running

from likeness.core.events import drain
from likeness.core.store import Store
from likeness.core.types import Message
from likeness.engines.builtin.double import DoubleEngine
from likeness.write import meaning


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = person(Path(tmp_path_factory.mktemp("search")) / "Likeness")
    with Store.open(home.store) as store:
        store.add(
            Message(
                id=f"m{i}",
                source="mbox",
                conversation="c",
                sender="ana@example.org",
                sent_at=datetime(2020, 1, 1 + i, tzinfo=UTC),
                body=f"Zanzibar harbour number {i}",
                from_owner=i % 2 == 0,
            )
            for i in range(6)
        )
    with running(home, {"LIKENESS_EMBEDDER": "builtin.double"}) as started:
        yield started


def test_pages_filters_and_errors(gateway: Running) -> None:
    with gateway.client() as client:
        first = client.post("/api/search", json={"query": "zanzibar", "limit": 4}).json()
        assert (first["by"], first["next_offset"], len(first["results"])) == ("words", 4, 4)
        assert first["results"][0]["snippet"].startswith("Zanzibar harbour")
        assert first["results"][0]["marks"] == [[0, 8]]
        rest = client.post("/api/search", json={"query": "zanzibar", "limit": 4, "offset": 4}).json()
        assert (rest["next_offset"], len(rest["results"])) == (None, 2)
        mine = client.post("/api/search", json={"query": "zanzibar", "mine": True, "since": "2020-01-02"}).json()
        assert sorted(found["id"] for found in mine["results"]) == ["m2", "m4"]
        assert client.post("/api/search", json={"query": ""}).status_code == 400
        assert client.post("/api/search", json={"query": "a", "since": "soon"}).status_code == 400
        assert client.post("/api/search", json={"query": "a", "sort": "date"}).status_code == 422
        unready = client.post("/api/search", json={"query": "zanzibar", "by": "meaning"})
        assert unready.status_code == 409
        assert "search --index" in unready.json()["error"]["message"]


def test_by_meaning_once_it_is_indexed(gateway: Running) -> None:
    with Store.open(gateway.home.store) as store:
        drain(meaning.index(store, DoubleEngine()))
    with gateway.client() as client:
        found = client.post("/api/search", json={"query": "number 3 harbour", "by": "meaning", "limit": 1}).json()
        assert [(item["id"], item["ways"]) for item in found["results"]] == [("m3", ["meaning"])]
        both = client.post("/api/search", json={"query": "zanzibar"}).json()
        assert both["by"] == "both"
        assert both["results"][0]["ways"] == ["words", "meaning"]
    assert len(gateway.lanes()) >= 1


def test_it_needs_the_key_and_writes_no_word_of_it_down(gateway: Running) -> None:
    with gateway.client(Authorization="Bearer wrong") as client:
        assert client.post("/api/search", json={"query": "zanzibar"}).status_code == 401
    with gateway.client() as client:
        client.post("/api/search", json={"query": "zanzibar"})
    assert "anzibar" not in gateway.log
    assert [line["route"] for line in gateway.requests()].count("/api/search")
