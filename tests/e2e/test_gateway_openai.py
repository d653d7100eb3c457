"""The official ``openai`` client against the gateway."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator

import openai
import pytest
import soundfile
from running_gateway import Running, person, running


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(person(tmp_path_factory.mktemp("home") / "Likeness")) as started:
        yield started


@pytest.fixture
def client(gateway: Running) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key, max_retries=0) as made:
        yield made


def test_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["me", "me:rewrite", "voice"]
    assert client.models.retrieve("me:rewrite").owned_by == "likeness"
    with pytest.raises(openai.NotFoundError) as missing:
        client.models.retrieve("gpt-4o")
    assert missing.value.param == "model"


def test_a_model_that_cannot_do_it_is_refused_with_those_that_can(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match=r"models that can: voice\b"):
        client.audio.speech.create(model="me", input="hello", voice="me")
    with pytest.raises(openai.NotFoundError, match=r"models that can: me, me:rewrite\)"):
        client.chat.completions.create(model="voice", messages=[{"role": "user", "content": "hello"}])


def test_a_draft(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="me",
        messages=[
            {"role": "system", "content": "Style: short and dry"},
            {"role": "user", "content": [{"type": "text", "text": "thank Ana"}]},
        ],
        temperature=0,
    )
    assert completion.choices[0].message.content == "draft of thank Ana"
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    ours = completion.model_extra["likeness"]
    assert ours["provenance"]["engine"] == "builtin.double"
    assert ours["notes"] == []


def test_a_rewrite_with_earlier_turns_says_that_they_were_not_used(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="me:rewrite",
        messages=[
            {"role": "user", "content": "hello"},
            {"role": "assistant", "content": "hi"},
            {"role": "user", "content": "I am unable to attend."},
        ],
    )
    assert completion.choices[0].message.content == "rewrite of I am unable to attend."
    assert "2 earlier turns" in completion.model_extra["likeness"]["notes"][0]


def test_a_stream_has_one_id_ends_with_usage_and_joins_to_the_text(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model="me",
            messages=[{"role": "user", "content": "say three words"}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "draft of say three words"
    assert len([c for c in chunks if c.choices and c.choices[0].delta.content]) > 1
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None


def test_the_stream_on_the_wire_ends_with_done(gateway: Running) -> None:
    order = {"model": "me", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    with gateway.client() as client:
        text = client.post("/v1/chat/completions", json=order).text
    lines = [line for line in text.split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    assert all(json.loads(line[6:])["object"] == "chat.completion.chunk" for line in lines[:-1])
    assert all(json.loads(line[6:])["choices"] for line in lines[:-1])


def test_text_and_speech_through_chat(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="me",
        messages=[{"role": "user", "content": "thank Ana"}],
        modalities=["text", "audio"],
        audio={"voice": "me", "format": "wav"},
    )
    audio = completion.choices[0].message.audio
    assert audio is not None
    assert audio.transcript == "draft of thank Ana"
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(audio.data)))
    assert (rate, len(samples) > 3000) == (22_050, True)
    chunks = list(
        client.chat.completions.create(
            model="me",
            messages=[{"role": "user", "content": "thank Ana"}],
            modalities=["text", "audio"],
            audio={"voice": "me", "format": "pcm16"},
            stream=True,
        )
    )
    parts = [chunk.choices[0].delta.model_dump().get("audio") or {} for chunk in chunks if chunk.choices]
    assert "".join(part.get("transcript") or "" for part in parts) == "draft of thank Ana"
    assert len(b"".join(base64.b64decode(part.get("data") or "") for part in parts)) > 10_000


@pytest.mark.parametrize(
    "extra",
    [
        {"n": 2},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
        {"response_format": {"type": "json_object"}},
        {"stop": ["."]},
        {"logprobs": True},
        {"modalities": ["text", "audio"]},
        {"modalities": ["text", "audio"], "audio": {"voice": "me", "format": "aac"}},
    ],
)
def test_what_cannot_be_done_is_refused_and_not_ignored(client: openai.OpenAI, extra: dict[str, object]) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="me", messages=[{"role": "user", "content": "hi"}], extra_body=extra)
    assert refused.value.param
    assert refused.value.type == "invalid_request_error"


@pytest.mark.parametrize(
    ("field", "wrong", "param"),
    [
        ("stop", "x" * 201, "stop"),
        ("stop", 5, "stop"),
        ("stop", list("abcde"), "stop"),
        ("messages", [{"role": "user", "content": 5}], "messages.0.content"),
        ("adapter", "../me", "adapter"),
        ("adapter", "/etc", "adapter"),
        ("adapter", "me/../../me", "adapter"),
        ("adapter", "me/step-000100/..", "adapter"),
        ("adapter", "/step-000100", "adapter"),
        ("adapter", "me/checkpoints", "adapter"),
    ],
)
def test_a_field_that_is_wrong_is_named_as_the_caller_knows_it(
    gateway: Running, field: str, wrong: object, param: str
) -> None:
    order = {"model": "me", "messages": [{"role": "user", "content": "hi"}], field: wrong}
    with gateway.client() as client:
        response = client.post("/v1/chat/completions", json=order)
    assert response.status_code == 422
    assert response.json()["error"]["param"] == param
    assert "constrained" not in response.text


@pytest.mark.parametrize("name", ["..", "../", ".", "nobody/step-000100", "me/step-000100"])
def test_an_adapter_or_checkpoint_that_there_is_not_is_not_found(gateway: Running, name: str) -> None:
    order = {"model": "me", "messages": [{"role": "user", "content": "hi"}], "adapter": name}
    with gateway.client() as client:
        assert client.post("/v1/chat/completions", json=order).status_code == (422 if name == "../" else 404)


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}],
        [{"role": "user", "content": "  "}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}],
    ],
)
def test_conversations_that_cannot_be_answered(client: openai.OpenAI, messages: list[object]) -> None:
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="me", messages=messages)


def test_half_a_surrogate_pair_is_refused(gateway: Running) -> None:
    body = json.dumps({"model": "me", "messages": [{"role": "user", "content": "half: \ud83d"}]})
    with gateway.client() as client:
        answer = client.post("/v1/chat/completions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "Unicode" in answer.json()["error"]["message"]


def test_speech_whole_and_streamed(client: openai.OpenAI) -> None:
    whole = client.audio.speech.create(model="voice", voice="me", input="one two three", response_format="wav")
    samples, rate = soundfile.read(io.BytesIO(whole.content))
    assert rate == 22_050
    assert len(samples) > 5000
    with client.audio.speech.with_streaming_response.create(
        model="voice", voice="me", input="one two three", response_format="pcm", speed=1.5
    ) as response:
        assert sum(len(part) for part in response.iter_bytes()) > 10_000


def test_a_wrong_key(gateway: Running) -> None:
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key="wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            client.models.list()
        assert refused.value.code == "invalid_api_key"
