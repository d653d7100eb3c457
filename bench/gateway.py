"""How fast the gateway answers: text and speech in one request, over HTTP on loopback, engines in their lanes.

    python -m bench.gateway                        the shipped example person, set up in a temporary home
    python -m bench.gateway --home H --person P    somebody who is set up already
    python -m bench.gateway --double               the test double: what the gateway itself costs

Texts of under 100 characters are rewritten and spoken (``pipeline_ms_…``), which makes the length spoken known;
drafts of short prompts, whose length is the writer's to choose, are shown beside them. Eight listeners ask for a long
text at the same moment and play it as it comes: a stream underruns when sound is due that is not there yet.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.harness import finish
from likeness.core.artefacts import Manifest, publish
from likeness.core.home import Home
from likeness.server.keys import read_key

EXAMPLE = Path(__file__).parents[1] / "examples" / "ellis"
TEXTS = (
    "Thank you for your help with the boat yesterday.",
    "I will not be able to come on Thursday.",
    "Could you send me the list before noon?",
    "The meeting has been moved to half past three.",
    "I have received the parcel and everything is fine.",
    "Please let me know if you need anything else from me.",
    "We should talk about the budget next week.",
    "I am sorry for the late reply, it was a long day.",
    "That sounds good to me, let us do it on Saturday.",
    "I do not think that this is a good idea.",
)
PROMPTS = (
    "Thank my colleague for their help",
    "Say that I will be ten minutes late",
    "Ask when the delivery comes",
    "Decline the invitation politely",
    "Tell Kit that Saturday works for me",
)


@dataclass(frozen=True)
class Answer:
    """One request: milliseconds until all was there, the stages the gateway named, what was said."""

    milliseconds: float
    stages: Mapping[str, float]
    characters: int
    seconds: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="home with a person who has an adapter and a voice")
    parser.add_argument("--person", default="", help="which person of that home")
    parser.add_argument("--double", action="store_true", help="measure with the test double")
    parser.add_argument("--requests", type=int, default=40, help="requests one after the other")
    parser.add_argument("--at-once", type=int, default=20, help="requests at the same moment")
    parser.add_argument("--streams", type=int, default=8, help="listeners at the same moment")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, person, engines = _who(options, Path(folder) / "Likeness")
        with started(home, person, engines) as client:
            _measure(client, options.requests, options.at_once, options.streams, engines)


def _measure(client: httpx.Client, count: int, at_once: int, streams: int, engines: Mapping[str, str]) -> None:
    for text in TEXTS[:2]:
        _ask(client, text, "rewrite")
    short = [_ask(client, TEXTS[number % len(TEXTS)], "rewrite") for number in range(count)]
    drafts = [_ask(client, prompt, "draft") for prompt in PROMPTS]
    first = [_first_sound(client, TEXTS[number % len(TEXTS)]) for number in range(max(5, count // 4))]
    bytes_first = [_first_byte(client, TEXTS[number % len(TEXTS)]) for number in range(max(5, count // 4))]
    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        crowd = list(pool.map(lambda number: _ask(client, TEXTS[number % len(TEXTS)], "rewrite"), range(at_once)))
    crowd_seconds = time.perf_counter() - began
    with ThreadPoolExecutor(streams) as pool:
        heard = list(pool.map(lambda number: _listen(client, number), range(streams)))
    overhead = [answer.milliseconds - sum(answer.stages.get(s, 0) for s in _WORK) for answer in short]
    rows: list[Sequence[object]] = [_row("pipeline, text under 100 characters", [a.milliseconds for a in short])]
    rows += [_row(f"  stage: {stage}", [a.stages.get(stage, 0.0) for a in short]) for stage in (*_WORK, "voice")]
    rows.append(_row("  outside the stages", overhead))
    rows.append(_row("first sound, pipeline as events", first))
    rows.append(_row("first byte, /v1/audio/speech", bytes_first))
    rows.append(_row(f"pipeline, drafts of {_mean_length(drafts)} characters", [a.milliseconds for a in drafts]))
    rows.append(_row(f"pipeline, {at_once} at once", [a.milliseconds for a in crowd]))
    rows.append(_row(f"first sound, {streams} listeners at once", [each.first for each in heard]))
    rows.append(_row("  least sound in hand while playing", [each.margin for each in heard]))
    figures = {
        "pipeline_ms_p50": quantile([a.milliseconds for a in short], 0.5),
        "pipeline_ms_p95": quantile([a.milliseconds for a in short], 0.95),
        **{f"{s}_ms_p50": quantile([a.stages.get(s, 0.0) for a in short], 0.5) for s in _WORK},
        "overhead_ms_p50": quantile(overhead, 0.5),
        "first_sound_ms_p50": quantile(first, 0.5),
        "first_byte_ms_p50": quantile(bytes_first, 0.5),
        "draft_ms_p50": quantile([a.milliseconds for a in drafts], 0.5),
        "at_once": at_once,
        "at_once_ms_p50": quantile([a.milliseconds for a in crowd], 0.5),
        "at_once_ms_p95": quantile([a.milliseconds for a in crowd], 0.95),
        "at_once_wall_ms": crowd_seconds * 1000,
        "real_time_factor": sum(a.stages.get("speak", 0.0) for a in short) / 1000 / sum(a.seconds for a in short),
        "characters_mean": _mean_length(short),
        "streams": streams,
        "streams_underruns": sum(each.margin < 0 for each in heard),
        "streams_first_sound_ms_worst": max(each.first for each in heard),
        "streams_margin_ms_least": min(each.margin for each in heard),
        "double": int(engines["speaker"] == "builtin.double"),
    }
    finish("gateway", ("milliseconds", "p50", "p95", "worst", "n"), rows, figures)


_WORK = ("write", "speak", "encode")


def _ask(client: httpx.Client, text: str, task: str) -> Answer:
    began = time.perf_counter()
    response = client.post("/api/tts/pipeline", json={"prompt": text, "task": task, "format": "mp3"})
    elapsed = (time.perf_counter() - began) * 1000
    if response.status_code != 200:
        raise SystemExit(f"the gateway answered {response.status_code}: {response.text}")
    body = response.json()
    return Answer(elapsed, body["timings"], len(body["text"]), body["seconds"])


def _first_sound(client: httpx.Client, text: str) -> float:
    order = {"prompt": text, "task": "rewrite", "format": "mp3", "stream": True}
    return _until(client, "/api/tts/pipeline", order, b"speech.audio.delta")


def _first_byte(client: httpx.Client, text: str) -> float:
    order = {"model": "voice", "voice": "me", "input": text, "response_format": "pcm"}
    return _until(client, "/v1/audio/speech", order, b"")


@dataclass(frozen=True)
class Heard:
    """One listener: milliseconds to the first sound, and of sound that was in hand when least was, after that."""

    first: float
    margin: float


PCM_BYTES_PER_MS = 48
"""The gateway's pcm: 24 kHz, 16 bit, mono."""


def _listen(client: httpx.Client, number: int) -> Heard:
    """Play a text of all :data:`TEXTS` from the first sound on, each listener beginning at another."""
    text = " ".join(TEXTS[number % len(TEXTS) :] + TEXTS[: number % len(TEXTS)])
    order = {"model": "voice", "voice": "me", "input": text, "response_format": "pcm"}
    began, first, received, margin = time.perf_counter(), 0.0, 0, float("inf")
    with client.stream("POST", "/v1/audio/speech", json=order) as response:
        if response.status_code != 200:
            raise SystemExit(f"the gateway answered {response.status_code}")
        for part in response.iter_raw():
            now = (time.perf_counter() - began) * 1000
            if received:
                margin = min(margin, received / PCM_BYTES_PER_MS - (now - first))
            else:
                first = now
            received += len(part)
    return Heard(first, min(margin, received / PCM_BYTES_PER_MS))


def _until(client: httpx.Client, path: str, order: Mapping[str, Any], mark: bytes) -> float:
    """Milliseconds until ``mark`` was read, or the first byte; the rest is read as well."""
    began = time.perf_counter()
    found = 0.0
    seen = b""
    with client.stream("POST", path, json=order) as response:
        for part in response.iter_raw():
            seen = seen[-200:] + part
            if not found and (mark in seen):
                found = (time.perf_counter() - began) * 1000
    return found


def _who(options: argparse.Namespace, folder: Path) -> tuple[Path, str, dict[str, str]]:
    """Home, person and engines to measure with; says which."""
    real = {"writer": "builtin.recall", "speaker": "builtin.voice"}
    if options.home:
        print(f"person: {options.person or 'the only one'} in the home given, built-in engines")
        return options.home, options.person, real
    if options.double or not EXAMPLE.is_dir():
        print("person: nobody, the test double (this measures the gateway and no engine)")
        home = Home(folder).create("nobody")
        for kind, place in (("adapter", home.adapters), ("voice", home.voices)):
            with publish(place / "me") as made:
                Manifest(kind="adapter" if kind == "adapter" else "voice", name="me", engine="builtin.double").save(
                    made
                )
        return folder, "nobody", {"writer": "builtin.double", "speaker": "builtin.double"}
    print("person: the shipped example, built-in engines; setting them up takes a few minutes", flush=True)
    known = json.loads((EXAMPLE / "person.json").read_text(encoding="utf-8"))["identities"]
    _likeness(folder, "init", "ellis")
    _likeness(folder, "import", str(EXAMPLE), "--yes", *(f"--me={identity}" for identity in known))
    _likeness(folder, "prepare", "writing", "--allow-small")
    _likeness(folder, "enrol", "voice", str(EXAMPLE / "recordings"), "--consent", "A made-up person's synthetic voice")
    return folder, "ellis", real


def _likeness(home: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "likeness", *arguments]
    done = subprocess.run(command, env={**os.environ, "LIKENESS_HOME": str(home)}, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"likeness {arguments[0]} failed:\n{done.stderr}")


@contextmanager
def started(home: Path, person: str, engines: Mapping[str, str]) -> Iterator[httpx.Client]:
    """A gateway on a free port, and a client with its key."""
    settings = {f"LIKENESS_{name.upper()}": value for name, value in engines.items()}
    command = [sys.executable, "-m", "likeness", "serve", "--port", "0", *(["--person", person] if person else [])]
    process = subprocess.Popen(
        command,
        env={**os.environ, "LIKENESS_HOME": str(home), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = next((m.group(1) for line in process.stdout if (m := re.search(r"(http://[\d.:]+\d)", line))), "")
        if not url:
            raise SystemExit("the gateway did not start")
        threading.Thread(target=process.stdout.read, daemon=True).start()
        key = read_key(Home(home).open(person).root)
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
            yield client
    finally:
        process.terminate()
        process.wait(20)


def _row(name: str, values: Sequence[float]) -> Sequence[object]:
    return name, quantile(values, 0.5), quantile(values, 0.95), max(values), len(values)


def quantile(values: Sequence[float], share: float) -> float:
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def _mean_length(answers: Sequence[Answer]) -> int:
    return round(statistics.mean(answer.characters for answer in answers))


if __name__ == "__main__":
    main()
