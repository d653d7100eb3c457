"""What breaks in the middle: engines that die or fail, callers that go away, programs that are stopped."""

from __future__ import annotations

import os
import signal
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from running_gateway import Running, person, running

from likeness.core.artefacts import Manifest, publish

ENGINE = """
    import os, time
    import numpy as np
    from likeness.core.protocols import EngineInfo
    from likeness.core.types import Audio


    class Frail:
        info = EngineInfo(name="frail", title="Frail", kind=frozenset({"speaker"}), memory_mb=1)
        rate = 22050

        @classmethod
        def open(cls, artefact=None, options=None):
            return cls()

        def close(self):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *exc):
            pass

        def speak(self, request):
            for number, word in enumerate(request.text.split()):
                if word.startswith("fault") and number:
                    raise ValueError("the owner's secret")
                if word.startswith("die") and number:
                    os._exit(7)
                if word.startswith("slowly"):
                    time.sleep(0.2)
                yield Audio(0.2 * np.sin(np.arange(4410) * 0.1).astype(np.float32), 22050)
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A gateway whose voice ``frail`` can be made to fail by what it is told to say."""
    folder = tmp_path_factory.mktemp("frail")
    site = folder / "site"
    (site / "frail-1.0.dist-info").mkdir(parents=True)
    (site / "frail-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: frail\nVersion: 1.0\n")
    (site / "frail-1.0.dist-info" / "entry_points.txt").write_text("[likeness.engines]\nfrail = frail_engine:Frail\n")
    (site / "frail_engine.py").write_text(textwrap.dedent(ENGINE))
    home = person(folder / "Likeness")
    with publish(home.voices / "frail") as voice:
        Manifest(kind="voice", name="frail", engine="frail").save(voice)
    path = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))
    with running(home, {"PYTHONPATH": path}) as started:
        yield started


@pytest.fixture
def client(gateway: Running) -> Iterator[httpx.Client]:
    with gateway.client() as made:
        yield made


def order(words: str, **more: Any) -> dict[str, Any]:
    return {"model": "voice", "voice": "frail", "input": words, "response_format": "pcm", **more}


def works(client: httpx.Client) -> None:
    """The voice speaks, and all of it."""
    response = client.post("/v1/audio/speech", json=order("one two"))
    assert response.status_code == 200, response.text
    assert len(response.content) > 15_000


def until(look: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 20
    while not look():
        assert time.monotonic() < give_up
        time.sleep(0.05)


@pytest.mark.parametrize("word", ["fault", "die"])
def test_a_failure_in_the_middle_cuts_the_connection(client: httpx.Client, word: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/v1/audio/speech", json=order(f"one two. one {word} two"))
    works(client)


def test_a_failure_in_the_middle_of_events_is_told_and_then_cut(client: httpx.Client) -> None:
    parts: list[bytes] = []
    body = order("one two. one fault two", stream_format="sse")
    with (
        client.stream("POST", "/v1/audio/speech", json=body) as response,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        parts.extend(response.iter_bytes())
    heard = b"".join(parts)
    assert b"event: error" in heard
    assert b"ValueError" in heard
    assert b"secret" not in heard
    assert b"audio.done" not in heard


def test_a_failure_before_anything_was_sent_has_a_status(gateway: Running, client: httpx.Client) -> None:
    response = client.post("/api/tts/lora/generate", json={"text": "one fault two", "voice": "frail"})
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "engine_failed"
    assert "secret" not in response.text
    assert "secret" not in gateway.log
    response = client.post("/api/tts/lora/generate", json={"text": "one die two", "voice": "frail"})
    assert response.status_code == 500
    assert "status 7" in response.json()["error"]["message"]
    works(client)


def test_a_killed_lane_is_said_and_the_next_request_works(gateway: Running, client: httpx.Client) -> None:
    works(client)
    before = {process.pid for process in gateway.lanes()}
    answers: list[httpx.Response] = []

    def ask() -> None:
        with gateway.client() as other:
            answers.append(other.post("/api/tts/lora/generate", json={"text": "slowly " * 30, "voice": "frail"}))

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(1)
    for process in gateway.lanes():
        os.kill(process.pid, signal.SIGKILL)
    thread.join(20)
    assert answers[0].status_code == 500
    assert "signal 9" in answers[0].json()["error"]["message"]
    works(client)
    assert not before & {process.pid for process in gateway.lanes()}


@pytest.mark.parametrize("path", ["/v1/audio/speech", "/api/tts/lora/generate"])
def test_a_caller_that_goes_away_stops_the_work(gateway: Running, client: httpx.Client, path: str) -> None:
    works(client)
    long = "slowly " * 300
    body = order(long) if path.startswith("/v1") else {"text": long, "voice": "frail"}
    with gateway.client() as leaving:
        try:
            with leaving.stream("POST", path, json=body, timeout=0.7) as response:
                next(response.iter_bytes())
        except httpx.ReadTimeout:
            pass
    began = time.monotonic()
    works(client)
    assert time.monotonic() - began < 15, "the lane was still at work for nobody"


def test_stopping_the_gateway_ends_its_processes_even_when_they_are_at_work(tmp_path: Path) -> None:
    with running(person(tmp_path / "Likeness")) as gateway:
        lanes = gateway.lanes()
        assert lanes
        gateway.process.send_signal(signal.SIGTERM)
        assert gateway.process.wait(20) is not None
        until(lambda: not any(lane.is_running() for lane in lanes))


def test_a_killed_gateway_leaves_no_process_behind(tmp_path: Path) -> None:
    with running(person(tmp_path / "Likeness")) as gateway:
        lanes = gateway.lanes()
        assert lanes
        gateway.process.kill()
        until(lambda: not any(psutil.pid_exists(lane.pid) and lane.status() != "zombie" for lane in lanes))
