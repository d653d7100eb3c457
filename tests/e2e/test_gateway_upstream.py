"""A server of models that fails, and callers that go away: nothing half said passes for whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from running_gateway import Running, person, running
from served_models import Fake


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with Fake(("plain",)).running() as server:
        yield server


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, fake: Fake) -> Iterator[Running]:
    """A gateway whose plain model is the fake's and whose person is the test double."""
    settings = {"LIKENESS_SUBSTANCE": "openai", "LIKENESS_OPENAI_URL": fake.url}
    with running(person(tmp_path_factory.mktemp("upstream") / "Likeness"), settings) as started:
        yield started


@pytest.fixture
def client(gateway: Running) -> Iterator[httpx.Client]:
    with gateway.client() as made:
        yield made


def order(words: str, **more: Any) -> dict[str, Any]:
    return {"model": "base", "messages": [{"role": "user", "content": words}], **more}


def works(client: httpx.Client) -> None:
    response = client.post("/v1/chat/completions", json=order("say all is well"))
    assert response.status_code == 200, response.text
    assert response.json()["choices"][0]["message"]["content"].strip() == "all is well"


def until(look: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 20
    while not look():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_a_whole_conversation_reaches_the_plain_model(client: httpx.Client, fake: Fake) -> None:
    turns = [
        {"role": "developer", "content": "be brief"},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hello yourself"},
        {"role": "user", "content": [{"type": "text", "text": "say this"}]},
    ]
    body = {
        "model": "base",
        "messages": turns,
        "max_tokens": 9,
        "stop": "x",
        "top_p": 0.5,
        "temperature": 0.3,
        "seed": 4,
    }
    response = client.post("/v1/chat/completions", json=body)
    assert response.status_code == 200
    assert response.json()["usage"] == {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    sent = fake.bodies[-1]
    assert [turn["role"] for turn in sent["messages"]] == ["system", "user", "assistant", "user"]
    wanted = {"model": "plain", "max_tokens": 9, "stop": ["x"], "top_p": 0.5, "temperature": 0.3, "seed": 4}
    assert {name: sent[name] for name in wanted} == wanted


@pytest.mark.parametrize("how", ["cut", "unfinished", "reported", "garbage"])
def test_an_answer_that_breaks_off_is_told_and_cut(client: httpx.Client, how: str) -> None:
    parts: list[bytes] = []
    with (
        client.stream("POST", "/v1/chat/completions", json=order(f"{how} it", stream=True)) as response,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        parts.extend(response.iter_bytes())
    heard = b"".join(parts)
    assert b"half an ans" in heard
    assert b"event: error" in heard
    assert b"engine_failed" in heard
    assert b"[DONE]" not in heard
    assert b'"finish_reason":"stop"' not in heard.replace(b" ", b"")
    response = client.post("/v1/chat/completions", json=order(f"{how} it"))
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "engine_failed"
    works(client)


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("fail", 500, "it broke"),
        ("wrong", 400, "context size"),
        ("loading", 503, "Loading model"),
        ("locked", 503, "LIKENESS_OPENAI_KEY"),
        ("elsewhere", 500, "307"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_fails_at_once_has_a_status(client: httpx.Client, how: str, status: int, words: str, stream: bool) -> None:
    response = client.post("/v1/chat/completions", json=order(f"{how} it", stream=stream))
    assert response.status_code == status
    assert words in response.json()["error"]["message"]
    works(client)


@pytest.mark.parametrize("stream", [True, False])
def test_a_caller_that_goes_away_ends_the_request_there(
    gateway: Running, client: httpx.Client, fake: Fake, stream: bool
) -> None:
    fake.left.clear()
    with gateway.client() as leaving:
        try:
            with leaving.stream(
                "POST", "/v1/chat/completions", json=order("endless", stream=stream), timeout=0.5
            ) as got:
                next(got.iter_bytes())
        except httpx.ReadTimeout:
            pass
    until(fake.left.is_set)
    works(client)


def test_a_slow_answer_is_passed_on_as_it_comes(client: httpx.Client) -> None:
    began = time.monotonic()
    with client.stream("POST", "/v1/chat/completions", json=order("endless", stream=True)) as response:
        seen = b""
        for part in response.iter_bytes():
            seen += part
            if b"word3" in seen:
                break
    assert time.monotonic() - began < 20
    assert b"word1000" not in seen


def test_two_stages_with_another_engine_for_each(client: httpx.Client, fake: Fake) -> None:
    response = client.post("/v1/chat/completions", json=order("say meet me at 10:30", voice="me"))
    body = response.json()
    assert body["choices"][0]["message"]["content"] == "rewrite of meet me at 10:30"
    details = body["likeness"]["provenance"]["details"]
    assert (details["substance"], details["substance_engine"]) == ("meet me at 10:30", "openai")
    assert details["facts_lost"] == 0
    assert body["likeness"]["provenance"]["engine"] == "builtin.double"
    response = client.post("/api/tts/pipeline", json={"prompt": "say hello there"})
    assert response.json()["text"] == "rewrite of hello there"
    asked = fake.bodies[-1]["messages"][-1]["content"]
    assert "say hello there" in asked
    response = client.post("/v1/chat/completions", json={**order("hello"), "model": "me:rewrite"})
    assert response.json()["choices"][0]["message"]["content"] == "rewrite of hello"


def test_what_a_model_puts_around_a_draft_is_taken_off_and_told(client: httpx.Client) -> None:
    response = client.post("/v1/chat/completions", json=order("say fine with me<|im_end|> more of it"))
    body = response.json()
    assert body["choices"][0]["message"]["content"] == "fine with me"
    assert body["likeness"]["provenance"]["details"]["finished"] == "markers"


def test_what_the_plain_model_has_no_use_for_is_refused(client: httpx.Client) -> None:
    refused = (
        {"style_reference": "hey"},
        {"adapter": "me"},
        {"context": "hello?"},
        {"voice": "ana"},
        {"stop": ["a"] * 5},
        {"messages": [{"role": "tool", "content": "x"}, {"role": "user", "content": "x"}]},
    )
    for wrong in refused:
        assert client.post("/v1/chat/completions", json={**order("say it"), **wrong}).status_code in (400, 422), wrong
    response = client.post("/v1/chat/completions", json={**order("say it", stop="x"), "model": "me:rewrite"})
    assert response.status_code == 400
    assert response.json()["error"]["param"] == "stop"


def test_nothing_that_was_said_is_in_the_log(gateway: Running) -> None:
    for words in ("half an ans", "all is well", "meet me at", "endless"):
        assert words not in gateway.log


def test_a_server_that_is_not_there_comes_with_the_command_that_starts_it(tmp_path: Path) -> None:
    settings = {"LIKENESS_SUBSTANCE": "openai", "LIKENESS_OPENAI_URL": "http://127.0.0.1:1/v1"}
    with running(person(tmp_path / "Likeness"), settings) as gateway, gateway.client() as client:
        response = client.post("/v1/chat/completions", json=order("hello"))
        assert response.status_code == 503
        assert "llama-server -m" in response.json()["error"]["message"]


def test_no_model_is_listed_that_no_engine_can_be(tmp_path: Path) -> None:
    with running(person(tmp_path / "Likeness")) as gateway, gateway.client() as client:
        listed = client.get("/v1/models").json()["data"]
        assert [model["id"] for model in listed] == ["me", "me:rewrite", "voice"]
        assert client.get("/v1/models/base").status_code == 404
        assert client.post("/v1/chat/completions", json=order("hello")).status_code == 404
        response = client.post("/v1/chat/completions", json={**order("hello"), "model": "me", "voice": "me"})
        assert response.status_code == 409
        assert "LIKENESS_SUBSTANCE" in response.json()["error"]["message"]
