"""Voices through the gateway: recordings sent and learned from, clips spoken with and forgotten."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile
from running_gateway import Running, person, running

RECORDINGS = Path(__file__).parents[2] / "examples" / "ellis" / "recordings"
CONSENT = "I am the speaker and agree to a voice being made of this"


@pytest.fixture(scope="module")
def clip() -> bytes:
    """About fifteen seconds of speech, as FLAC."""
    pieces: list[np.ndarray] = []
    rate = 0
    for path in sorted(RECORDINGS.glob("*.flac")):
        samples, rate = soundfile.read(path, dtype="float32")
        pieces.append(samples)
        if sum(map(len, pieces)) > 15 * rate:
            break
    target = io.BytesIO()
    soundfile.write(target, np.concatenate(pieces), rate, format="FLAC")
    return target.getvalue()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(person(tmp_path_factory.mktemp("home") / "Likeness")) as started:
        yield started


@pytest.fixture
def client(gateway: Running) -> Iterator[httpx.Client]:
    with gateway.client() as made:
        yield made


def send(client: httpx.Client, sample: bytes, path: str = "/api/voice/upload", **fields: str) -> httpx.Response:
    return client.post(path, data={"consent": CONSENT, **fields}, files={"audio_sample": ("a.flac", sample)})


def done(client: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    give_up = time.monotonic() + 40
    while time.monotonic() < give_up:
        body: dict[str, Any] = client.get(f"/api/jobs/{job['id']}").json()
        if body["state"] not in ("queued", "running"):
            return body
        time.sleep(0.1)
    raise AssertionError("the job does not end")


def test_a_recording_becomes_a_voice(client: httpx.Client, clip: bytes) -> None:
    response = send(client, clip, name="ana", transcript="", emotion="happy")
    assert response.status_code == 200, response.text
    body = response.json()
    assert (body["id"], body["name"], body["object"]) == ("ana", "ana", "audio.voice")
    assert body["check"]["verdict"] in ("good", "usable")
    assert body["check"]["seconds"] > 14

    with client.stream("GET", f"/api/jobs/{body['job']['id']}/events") as stream:
        lines = [line for line in stream.iter_lines() if line]
    told = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    assert len(told) > 2
    assert {event["type"] for event in told[:-1]} == {"job.event"}
    assert told[-1]["type"] == "job.done"
    assert told[-1]["job"]["state"] == "done", told[-1]
    numbers = [line for line in lines if line.startswith("id: ")]
    assert len(set(numbers[:-1])) == len(numbers) - 1
    resumed = client.get(f"/api/jobs/{body['job']['id']}/events", headers={"Last-Event-ID": numbers[-3][4:]})
    assert resumed.text.count("data: ") < len(told)

    assert "ana" in [voice["id"] for voice in client.get("/v1/audio/voices").json()["voices"]]
    spoken = client.post("/api/tts/lora/generate", json={"text": "hello there", "voice": "ana"})
    assert spoken.status_code == 200, spoken.text
    assert spoken.json()["voice"] == "ana"


def test_openai_s_path_does_the_same_and_more_recordings_add_up(gateway: Running, clip: bytes) -> None:
    samples, rate = soundfile.read(io.BytesIO(clip), dtype="float32")
    half = io.BytesIO()
    soundfile.write(half, samples[: 9 * rate], rate, format="WAV", subtype="PCM_16")
    with gateway.client() as client:
        assert send(client, clip, path="/v1/audio/voices", name="bo").status_code == 400
        soundfile.write(other := io.BytesIO(), samples[rate:], rate, format="FLAC")
        for sample in (other.getvalue(), half.getvalue()):
            response = send(client, sample, path="/v1/audio/voices", name="bo")
            assert response.status_code == 200, response.text
            assert done(client, response.json()["job"])["state"] == "done"
    kept = [json.loads(path.read_text()) for path in gateway.home.recordings.glob("*.json")]
    assert all(CONSENT in recording["consent"] for recording in kept)
    manifest = json.loads((gateway.home.voices / "bo" / "manifest.json").read_text())
    assert manifest["measures"]["seconds"] > 18


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"consent": ""}, (403, 422)),
        ({"consent": "no"}, (403,)),
        ({"consent": "false"}, (403,)),
        ({"name": "../me"}, (422,)),
        ({"name": ""}, (422,)),
        ({"name": "UPPER"}, (422,)),
        ({"emotion": "../x"}, (422,)),
        ({"extra": "x"}, (422,)),
    ],
)
def test_uploads_that_are_refused(
    client: httpx.Client, clip: bytes, fields: dict[str, str], status: tuple[int]
) -> None:
    response = send(client, clip, **{"name": "cleo", **fields})
    assert response.status_code in status, response.text
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}
    assert "cleo" not in [voice["id"] for voice in client.get("/v1/audio/voices").json()["voices"]]


def test_recordings_that_would_ruin_a_voice_are_refused_with_reasons(client: httpx.Client) -> None:
    noise = np.random.default_rng(1).normal(0, 0.5, 22_050 * 12).clip(-1, 1)
    target = io.BytesIO()
    soundfile.write(target, noise, 22_050, format="WAV")
    response = send(client, target.getvalue(), name="noise")
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "poor_recording"
    assert len(response.json()["error"]["message"]) > 40


def test_files_that_are_no_sound_or_built_to_exhaust_are_refused(client: httpx.Client) -> None:
    silence = io.BytesIO()
    soundfile.write(silence, np.zeros(22_050 * 60 * 12, dtype="int16"), 22_050, format="FLAC")
    table = [
        (b"", {400}),
        (b"hello", {415}),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", {400}),
        (b"fLaC" + b"\x00" * 500, {400}),
        # With the optional reader of such files this one is damaged, without it is of a kind that cannot be read.
        (b"\x00\x00\x00\x20ftypM4A " + b"\x00" * 100, {400, 415}),
        (silence.getvalue(), {413}),
    ]
    for data, statuses in table:
        for response in (
            send(client, data, name="x"),
            client.post(
                "/api/tts/clone",
                data={"text": "hi", "consent": CONSENT},
                files={"audio_sample": ("a.wav", data)},
            ),
        ):
            assert response.status_code in statuses, response.text
            assert set(response.json()["error"]) == {"message", "type", "param", "code"}


def test_a_clip_is_spoken_with_and_forgotten(tmp_path: Path, clip: bytes) -> None:
    with running(person(tmp_path / "Likeness")) as gateway, gateway.client() as client:
        form = {"text": "hello there", "consent": CONSENT, "format": "wav"}
        response = client.post("/api/tts/clone", data=form, files={"audio_sample": ("a.flac", clip)})
        assert response.status_code == 200, response.text
        body = response.json()
        assert (body["text"], body["voice"]) == ("hello there", "instant")
        assert any("rough" in note.casefold() for note in body["notes"])
        assert soundfile.read(io.BytesIO(base64.b64decode(body["audio"])))[1] == 22_050

        encoded = base64.b64encode(clip).decode()
        order = {"prompt": "thank Ana", "reference_clip": encoded, "consent": CONSENT, "style_reference": "ok!"}
        body = client.post("/api/tts/pipeline", json=order).json()
        assert (body["text"], body["voice"]) == ("draft of thank Ana", "instant")
        refused = client.post("/api/tts/pipeline", json={**order, "consent": ""})
        assert refused.status_code == 403
        assert refused.json()["error"]["param"] == "consent"
        assert client.post("/api/tts/pipeline", json={**order, "voice": "me"}).status_code == 400
        assert (
            client.post("/api/tts/clone", json={"text": "x", "consent": "yes", "audio_sample": "!"}).status_code == 400
        )

        assert [voice["id"] for voice in client.get("/v1/audio/voices").json()["voices"]] == ["me"]
        assert list(gateway.home.recordings.iterdir()) == []
    assert not (gateway.home.root / ".instant").exists()


def test_a_job_can_be_cancelled_and_an_unknown_one_is_not_found(client: httpx.Client, clip: bytes) -> None:
    samples, rate = soundfile.read(io.BytesIO(clip), dtype="float32")
    soundfile.write(shorter := io.BytesIO(), samples[2 * rate :], rate, format="FLAC")
    job = send(client, shorter.getvalue(), name="dot").json()["job"]
    assert client.delete(f"/api/jobs/{job['id']}").status_code == 200
    assert done(client, job)["state"] in ("cancelled", "done")
    assert client.delete("/api/jobs/0000").status_code == 404
    assert client.get("/api/jobs/0000/events").status_code == 404


def test_the_consent_that_is_stated_last_stands(gateway: Running, client: httpx.Client, clip: bytes) -> None:
    again = clip + b"\0"  # the same sound in another file, so that no other test knows it
    for said in ("I am Sam and agree", "I am Sam and agree to a voice called guest"):
        sent = client.post(
            "/api/voice/upload", data={"consent": said, "name": "guest"}, files={"audio_sample": ("a.flac", again)}
        )
        assert sent.status_code == 200, sent.text
        assert done(client, sent.json()["job"])["state"] == "done"
    shown = client.get("/v1/audio/voices/guest").json()["consent"]
    assert [(each["statement"], each["source"]) for each in shown] == [
        ("I am Sam and agree to a voice called guest", "gateway")
    ]
