"""How something is said over HTTP: feelings, pauses, marks, SSML; what was noted; voices shown, told and removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from running_gateway import Running, person, running

from likeness.core.home import PersonHome


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> PersonHome:
    made = person(tmp_path_factory.mktemp("home") / "Likeness")
    path = made.voices / "me" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["extra"]["emotions"] = {"neutral": 60.0, "happy": 30.0, "sad": 20.0}
    path.write_text(json.dumps(manifest))
    return made


@pytest.fixture(scope="module")
def gateway(home: PersonHome) -> Iterator[Running]:
    with running(home) as started:
        yield started


@pytest.fixture
def client(gateway: Running) -> Iterator[httpx.Client]:
    with gateway.client() as made:
        yield made


def said(client: httpx.Client, text: str, **options: Any) -> dict[str, Any]:
    response = client.post("/api/tts/lora/generate", json={"text": text, **options})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_a_feeling_that_was_not_recorded_is_mixed_and_said_so(client: httpx.Client) -> None:
    assert said(client, "Well done.", emotion="happy")["notes"] == ["a test voice"]
    notes = said(client, "Well done.", emotion="tired")["notes"]
    assert any("Tired was not recorded" in note and "sad" in note for note in notes)


def test_marks_and_ssml_are_followed(client: httpx.Client) -> None:
    plain = said(client, "One two. Three four.")["seconds"]
    paused = said(client, "One two. [pause 2] Three four.")["seconds"]
    assert paused == pytest.approx(plain + 1.75, abs=0.3)
    marked = said(client, '<speak>One two. <break time="2s"/> Three four.</speak>')["seconds"]
    assert marked == pytest.approx(paused, abs=0.3)
    assert said(client, "One two. Three four.", pauses=4)["seconds"] > plain + 0.4
    broken = client.post("/api/tts/lora/generate", json={"text": "<speak>One <break</speak>", "ssml": True})
    assert broken.status_code == 400
    assert broken.json()["error"]["code"] == "invalid_input"


def test_openai_clients_name_a_feeling_in_their_instructions(client: httpx.Client) -> None:
    order = {"model": "voice", "voice": "me", "input": "Hello there.", "response_format": "wav"}
    for instructions in ("Speak in a tired, weary tone.", "Sound exhausted"):
        response = client.post("/v1/audio/speech", json={**order, "instructions": instructions})
        assert response.status_code == 200, response.text
        assert "Tired was not recorded" in unquote(response.headers["x-likeness-notes"])
    for instructions in ("Sound like a pirate", "first happy, then sad"):
        refused = client.post("/v1/audio/speech", json={**order, "instructions": instructions})
        assert refused.status_code == 400
        assert refused.json()["error"]["param"] == "instructions"


def test_engines_are_told_with_what_they_need(client: httpx.Client) -> None:
    engines = {each["name"]: each for each in client.get("/api/voices/engines").json()["engines"]}
    assert engines["builtin.voice"]["ready"]
    assert engines["builtin.voice"]["learns"]
    assert engines["xtts"]["next_step"] == "likeness models get XTTS-v2"
    assert not engines["xtts"]["ready"]
    assert engines["xtts"]["models"][0]["about_mb"] > 1000


def test_a_voice_that_came_with_an_engine_is_never_taken_by_accident(client: httpx.Client) -> None:
    for name in ("nothing/x", "builtin.voice/x", "xtts/x"):
        response = client.post("/api/tts/lora/generate", json={"text": "Hello.", "voice": name})
        assert response.status_code in (404, 503), response.text
    listed = client.get("/v1/audio/voices", params={"stock": "true"}).json()["voices"]
    assert [each["id"] for each in listed if each["own"]] == ["me"]
    assert all("/" in each["id"] and each["engine"] for each in listed if not each["own"])


def test_an_engine_that_cannot_learn_is_refused_before_anything_is_kept(client: httpx.Client, home: PersonHome) -> None:
    before = sorted(home.recordings.iterdir())
    form = {"name": "other", "consent": "I am the speaker and agree", "engine": "parler"}
    response = client.post("/api/voice/upload", data=form, files={"audio_sample": ("a.wav", b"RIFF")})
    assert response.status_code == 503
    assert sorted(home.recordings.iterdir()) == before
    unknown = client.post(
        "/api/voice/upload", data={**form, "engine": "nobody"}, files={"audio_sample": ("a.wav", b"")}
    )
    assert unknown.status_code == 404
    assert unknown.json()["error"]["param"] == "engine"


def test_a_damaged_voice_is_an_error_and_silences_no_other(client: httpx.Client, home: PersonHome) -> None:
    (home.voices / "old").mkdir()
    (home.voices / "old" / "manifest.json").write_text("{")
    asked = {"model": "voice", "input": "Hello.", "response_format": "wav"}
    assert client.post("/v1/audio/speech", json={**asked, "voice": "me"}).status_code == 200
    assert "old" not in [voice["id"] for voice in client.get("/v1/audio/voices").json()["voices"]]
    broken = client.post("/v1/audio/speech", json={**asked, "voice": "old"})
    assert broken.status_code == 400
    assert "damaged" in broken.text
    assert client.delete("/v1/audio/voices/old").status_code == 200


def test_a_voice_is_shown_and_removed_with_what_was_made_from_it(client: httpx.Client, home: PersonHome) -> None:
    assert said(client, "Hello.")["voice"] == "me"
    shown = client.get("/v1/audio/voices/me").json()
    assert shown["emotions"] == {"neutral": 60.0, "happy": 30.0, "sad": 20.0}
    assert client.get("/v1/audio/voices/nobody").status_code == 404
    assert client.delete("/v1/audio/voices/nobody").status_code == 404
    removed = client.delete("/v1/audio/voices/me").json()
    assert removed["deleted"]
    assert removed["freed_bytes"] > 0
    assert not (home.voices / "me").exists()
    assert client.get("/v1/audio/voices").json()["voices"] == []
    assert client.post("/api/tts/lora/generate", json={"text": "Hello."}).status_code == 409
