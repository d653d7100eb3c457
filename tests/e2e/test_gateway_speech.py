"""Text and speech in one request, and speech alone: what comes back, in every dress."""

from __future__ import annotations

import base64
import io
import json
import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
import soundfile
from running_gateway import Running, person, running

PROMPT = "thank Ana for the slides"
WRITTEN = f"draft of {PROMPT}"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(person(tmp_path_factory.mktemp("home") / "Likeness")) as started:
        yield started


@pytest.fixture
def client(gateway: Running) -> Iterator[httpx.Client]:
    with gateway.client() as made:
        yield made


def ok(response: httpx.Response) -> httpx.Response:
    assert response.status_code == 200, response.text
    return response


def said(data: bytes, sound_format: str) -> tuple[int, float]:
    """Sample rate and seconds of encoded sound, which has to be sound and not silence."""
    if sound_format == "pcm":
        samples = struct.unpack(f"<{len(data) // 2}h", data)
        assert max(samples) > 1000
        return 24_000, len(samples) / 24_000
    read, rate = soundfile.read(io.BytesIO(data))
    assert read.ndim == 1
    assert abs(read).max() > 0.03
    return rate, len(read) / rate


def events(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: {")]


@pytest.mark.parametrize(
    ("sound_format", "rate"), [("wav", 22_050), ("mp3", 22_050), ("flac", 22_050), ("opus", 24_000), ("pcm", 24_000)]
)
def test_one_request_gives_text_and_speech(client: httpx.Client, sound_format: str, rate: int) -> None:
    response = ok(client.post("/api/tts/pipeline", json={"prompt": PROMPT, "format": sound_format}))
    body = response.json()
    assert body["text"] == WRITTEN
    assert body["provenance"]["engine"] == "builtin.double"
    assert (body["voice"], body["notes"]) == ("me", ["a test voice"])
    assert (body["format"], body["sample_rate"]) == (sound_format, rate)
    heard_rate, seconds = said(base64.b64decode(body["audio"]), sound_format)
    assert heard_rate == rate
    assert seconds == pytest.approx(body["seconds"], abs=0.15)
    assert body["seconds"] == pytest.approx(0.16 * len(WRITTEN.split()), rel=0.2)
    assert {"write", "speak", "encode", "total"} <= set(body["timings"])
    assert "write;dur=" in response.headers["server-timing"]


def test_a_form_does_the_same(client: httpx.Client) -> None:
    fields = {"prompt": (None, PROMPT), "format": (None, "wav"), "style_reference": (None, "ok!"), "speed": (None, "2")}
    body = ok(client.post("/api/tts/pipeline", files=fields)).json()
    assert body["text"] == WRITTEN
    assert body["seconds"] == pytest.approx(0.08 * len(WRITTEN.split()), rel=0.25)


def test_the_sound_itself_with_its_text_in_a_header(client: httpx.Client) -> None:
    prompt = "café, naïve: 100 % — ok?"
    for headers, extra in (({"Accept": "audio/wav"}, {}), ({}, {"response": "audio"})):
        order = {"prompt": prompt, "format": "wav", **extra}
        response = ok(client.post("/api/tts/pipeline", json=order, headers=headers))
        assert response.headers["content-type"] == "audio/wav"
        assert unquote(response.headers["x-likeness-text"]) == f"draft of {prompt}"
        assert response.headers["x-likeness-voice"] == "me"
        riff, size = struct.unpack("<4sI", response.content[:8])
        assert (riff, size) == (b"RIFF", len(response.content) - 8)
        said(response.content, "wav")


def test_events_bring_the_text_then_the_sound_then_the_end(client: httpx.Client) -> None:
    told = events(ok(client.post("/api/tts/pipeline", json={"prompt": PROMPT, "format": "mp3", "stream": True})))
    kinds = [event["type"] for event in told]
    assert kinds.index("text.done") < kinds.index("speech.audio.delta")
    assert kinds[-1] == "done"
    assert "".join(event["delta"] for event in told if event["type"] == "text.delta") == WRITTEN
    sound = b"".join(base64.b64decode(event["audio"]) for event in told if event["type"] == "speech.audio.delta")
    assert said(sound, "mp3")[1] == pytest.approx(told[-1]["seconds"], abs=0.15)


def test_a_streamed_wav_says_that_its_length_is_not_known(client: httpx.Client) -> None:
    order = {"prompt": PROMPT, "format": "wav", "stream": True, "response": "audio"}
    response = ok(client.post("/api/tts/pipeline", json=order))
    assert "content-length" not in response.headers
    assert struct.unpack("<I", response.content[4:8]) == (0xFFFFFFFF,)
    before, marker, after = response.content.partition(b"data")
    assert (marker, struct.unpack("<I", after[:4])) == (b"data", (0xFFFFFFFF,))
    assert b"Synthetic speech" in before
    assert unquote(response.headers["x-likeness-text"]) == WRITTEN
    assert len(after) - 4 == pytest.approx(0.16 * 22_050 * 2 * len(WRITTEN.split()), rel=0.2)


def test_rewriting_and_the_trained_voice_by_its_id(client: httpx.Client) -> None:
    body = ok(client.post("/api/tts/pipeline", json={"prompt": "Hello.", "task": "rewrite"})).json()
    assert body["text"] == "rewrite of Hello."
    for order in ({"voice": "me"}, {"adapter": "me"}, {}):
        body = ok(client.post("/api/tts/lora/generate", json={"text": "hello there", "format": "wav", **order})).json()
        assert (body["text"], body["provenance"], body["voice"]) == ("hello there", None, "me")
    fields = {"text": (None, "hello there"), "voice": (None, "me")}
    assert ok(client.post("/api/tts/lora/generate", files=fields)).json()["voice"] == "me"


def test_no_other_voice_is_ever_taken_in_place_of_the_one_asked_for(client: httpx.Client) -> None:
    for path, order in (
        ("/api/tts/pipeline", {"prompt": "hi", "voice": "ana"}),
        ("/api/tts/lora/generate", {"text": "hi", "adapter": "ana"}),
        ("/v1/audio/speech", {"model": "voice", "input": "hi", "voice": "ana"}),
        ("/v1/audio/speech", {"model": "voice", "input": "hi", "voice": {"id": "ana"}}),
    ):
        response = client.post(path, json=order)
        assert response.status_code == 404
        assert "voices: me" in response.json()["error"]["message"]
        assert response.json()["error"]["param"] == "voice"


@pytest.mark.parametrize(
    ("sound_format", "kind"), [("wav", "audio/wav"), ("mp3", "audio/mpeg"), ("flac", "audio/flac")]
)
def test_speech_as_openai_asks_for_it(client: httpx.Client, sound_format: str, kind: str) -> None:
    order = {"model": "voice", "voice": "me", "input": "one two three", "response_format": sound_format}
    response = ok(client.post("/v1/audio/speech", json=order))
    assert response.headers["content-type"] == kind
    assert said(response.content, sound_format)[0] == 22_050


def test_pcm_is_24_khz_and_mp3_is_the_default(client: httpx.Client) -> None:
    order = {"model": "voice", "voice": {"id": "me"}, "input": "one two three four five"}
    assert ok(client.post("/v1/audio/speech", json=order)).headers["content-type"] == "audio/mpeg"
    pcm = ok(client.post("/v1/audio/speech", json={**order, "response_format": "pcm"})).content
    assert len(pcm) / 2 / 24_000 == pytest.approx(0.16 * 5, rel=0.1)
    fast = ok(client.post("/v1/audio/speech", json={**order, "response_format": "pcm", "speed": 2})).content
    assert len(fast) == pytest.approx(len(pcm) / 2, rel=0.1)


def test_speech_as_events(client: httpx.Client) -> None:
    order = {"model": "voice", "voice": "me", "input": "one two", "response_format": "pcm", "stream_format": "sse"}
    told = events(ok(client.post("/v1/audio/speech", json=order)))
    assert {event["type"] for event in told[:-1]} == {"speech.audio.delta"}
    assert told[-1]["type"] == "speech.audio.done"
    assert set(told[-1]["usage"]) == {"input_tokens", "output_tokens", "total_tokens"}
    said(b"".join(base64.b64decode(event["audio"]) for event in told[:-1]), "pcm")


@pytest.mark.parametrize("sound_format", ["aac", "ogg", "amr", ""])
def test_formats_that_cannot_be_made_are_refused_with_those_that_can(client: httpx.Client, sound_format: str) -> None:
    order = {"model": "voice", "voice": "me", "input": "hi", "response_format": sound_format}
    response = client.post("/v1/audio/speech", json=order)
    assert response.status_code == 400
    assert response.json()["error"]["param"] == "response_format"
    for name in ("wav", "mp3", "flac", "opus", "pcm"):
        assert name in response.json()["error"]["message"]


@pytest.mark.parametrize("text", ["...", "   ", "?!"])
def test_a_text_without_words_is_refused_before_anything_is_sent(client: httpx.Client, text: str) -> None:
    response = client.post("/v1/audio/speech", json={"model": "voice", "voice": "me", "input": text})
    assert response.status_code in (400, 422)
    assert response.json()["error"]["type"] == "invalid_request_error"


def test_the_lists_hold_what_clients_read(client: httpx.Client) -> None:
    voices = ok(client.get("/v1/audio/voices")).json()
    assert voices["object"] == "list"
    assert voices["voices"] == voices["data"]
    assert [(voice["id"], voice["name"]) for voice in voices["voices"]] == [("me", "me")]
    assert ok(client.get("/v1/audio/models")).json() == {"models": [{"id": "voice"}]}
    listed = ok(client.get("/v1/models")).json()["data"]
    assert [model["id"] for model in listed] == ["me", "me:rewrite", "voice"]
    assert all(ok(client.get(f"/v1/models/{model['id']}")).json() == model for model in listed)


def test_many_at_once_are_all_answered(gateway: Running) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def one(number: int) -> str:
        with gateway.client() as client:
            return str(ok(client.post("/api/tts/pipeline", json={"prompt": f"number {number}"})).json()["text"])

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(one, range(20))) == [f"draft of number {number}" for number in range(20)]


def test_the_page_of_the_api_needs_nothing_from_elsewhere(client: httpx.Client) -> None:
    page = ok(client.get("/docs")).text + ok(client.get("/docs/docs.js")).text + ok(client.get("/docs/docs.css")).text
    assert "http://" not in page
    assert "https://" not in page
    described = ok(client.get("/openapi.json")).json()
    paths = set(described["paths"])
    assert {"/api/tts/pipeline", "/api/tts/clone", "/api/tts/lora/generate", "/api/voice/upload"} <= paths
    assert {"/v1/chat/completions", "/v1/audio/speech", "/v1/audio/voices", "/v1/models", "/health", "/readyz"} <= paths
    pipeline = described["paths"]["/api/tts/pipeline"]["post"]
    assert set(pipeline["requestBody"]["content"]) == {"application/json", "multipart/form-data"}
    assert pipeline["security"]
    assert not described["paths"]["/health"]["get"].get("security")


def test_it_says_when_it_is_not_ready_and_why(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = person(tmp_path_factory.mktemp("empty") / "Likeness", voice=False)
    with running(home) as gateway, gateway.client() as client:
        assert client.get("/health").status_code == 200
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["ready"] is False
        assert "voice" in response.json()["speaker"]
        response = client.post("/api/tts/pipeline", json={"prompt": "hello"})
        assert response.status_code == 409
        assert response.json()["error"]["code"] == "not_ready"
