"""A voice, its judges and other speakers for tests: syllables that buzz at a pitch, judges that hear only pitch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pytest

from likeness.core import plugins
from likeness.core.errors import LikenessError
from likeness.core.events import Event
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, Heard, SpeakRequest, StockVoice, Vectors

VOICE, ENCODERS, RECOGNISER, NATURALNESS = "fake.voice", ("fake.one", "fake.two"), "fake.ears", "fake.mos"
RATE = 16_000
BASE_HZ = 190.0
OTHERS = {"high": 260.0, "low": 85.0}


def buzz(hertz: float, seconds: float, rate: int = RATE) -> Audio:
    """Syllables of a voiced source at that pitch with a little melody, in phrases of 1.2 s, and hardly any noise."""
    time = np.arange(round(seconds * rate)) / rate
    pitch = hertz * 2 ** (np.sin(2 * np.pi * 1.3 * time) / 12)
    sound = 2.0 * ((np.cumsum(pitch) / rate) % 1.0 - 0.5)
    sound *= np.clip(np.sin(2 * np.pi * 4 * time), 0, 1) * (time % 1.5 < 1.2)
    edge = np.minimum(1, np.minimum(time, time[::-1]) / 0.02)
    noise = np.random.default_rng(0).standard_normal(len(time)) * 5e-5
    return Audio((0.15 * sound * edge + noise).astype(np.float32), rate)


class FakeEngine:
    """Opened and closed without anything to hold."""

    info: ClassVar[EngineInfo]

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        return cls()

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None: ...


class FakeVoice(FakeEngine):
    """Learns the pitch in ``learns``; ``moves`` shifts it by semitones for each emotion; ``fails`` names a text that
    it cannot say."""

    info = EngineInfo(
        name=VOICE,
        title="Fake",
        kind=frozenset({"speaker", "trainer"}),
        can=frozenset({"streaming", "clone", "emotion", "style", "base"}),
    )
    rate = RATE
    learns: ClassVar[float] = 122.0
    moves: ClassVar[dict[str, float]] = {}
    fails: ClassVar[str] = ""
    said: ClassVar[list[tuple[float, str]]] = []
    trained: ClassVar[list[list[str]]] = []

    def __init__(self, hertz: float = BASE_HZ) -> None:
        self.hertz = hertz

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        if artefact is not None:
            return cls(json.loads((artefact / "fake.json").read_text())["hertz"])
        return cls(OTHERS[(options or {})["voice"]])

    @classmethod
    def open_base(cls, artefact: Path, options: Mapping[str, Any] | None = None) -> Self:
        return cls()

    @classmethod
    def stock_voices(cls, options: Mapping[str, Any] | None = None) -> tuple[StockVoice, ...]:
        return tuple(StockVoice(name, name) for name in OTHERS)

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        self.said.append((self.hertz, request.text))
        if self.fails and self.fails in request.text:
            raise LikenessError("the engine lost the thread")
        shift = self.moves.get(request.blend[0][0], 0.0) if request.blend else 0.0
        yield buzz(self.hertz * 2 ** (shift / 12), max(1.0, 0.06 * len(request.text)))

    @classmethod
    def train(cls, data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
        clips = json.loads((data / "corpus.json").read_text())["clips"]
        cls.trained.append([clip["id"] for clip in clips])
        (out / "fake.json").write_text(json.dumps({"hertz": cls.learns}))
        yield Event("train", 1, 1, "steps", "done")


def heard_hertz(audio: Audio) -> float:
    """The strongest partial from 60 to 400 Hz: all that these judges hear."""
    spectrum = np.abs(np.fft.rfft(audio.samples, 1 << 17))
    hertz = np.fft.rfftfreq(1 << 17, 1 / audio.rate)
    return float(hertz[np.argmax(np.where((hertz > 60) & (hertz < 400), spectrum, 0))])


class FakeEncoder(FakeEngine):
    same_speaker = 0.9

    def speaker_vector(self, audio: Audio) -> Vectors:
        angle = 1.2 * np.log2(max(heard_hertz(audio), 50.0) / 50.0)
        return np.array([np.cos(angle), np.sin(angle)], np.float32)


class FakeOne(FakeEncoder):
    info = EngineInfo(ENCODERS[0], "One", frozenset({"speaker_encoder"}))


class FakeTwo(FakeEncoder):
    info = EngineInfo(ENCODERS[1], "Two", frozenset({"speaker_encoder"}))


class FakeEars(FakeEngine):
    """Hears ``hears``, whatever is said."""

    info = EngineInfo(RECOGNISER, "Ears", frozenset({"recogniser"}), languages=("*",))
    hears: ClassVar[str] = ""

    def recognise(self, audio: Audio, *, language: str = "en", expected: str = "") -> Heard:
        return Heard(self.hears)


class FakeMos(FakeEngine):
    info = EngineInfo(NATURALNESS, "Scores", frozenset({"naturalness"}))

    def naturalness(self, audio: Audio) -> Mapping[str, float]:
        return {"overall": 4.0 - heard_hertz(audio) / 200, "p808": 3.0}


def install(monkeypatch: pytest.MonkeyPatch, *, judges: bool = True, **changes: Any) -> type[FakeVoice]:
    """Make these engines the only ones for one test. ``changes`` are the voice's class attributes, and ``hears``."""
    voice = type("Fake", (FakeVoice,), {"said": [], "trained": [], **changes})
    ears = type("Ears", (FakeEars,), {"hears": changes.get("hears", "")})
    kinds: dict[str, Any] = {VOICE: voice}
    for kind in (FakeOne, FakeTwo, ears, FakeMos):
        needs = () if judges else ("no_such_library",)
        info = EngineInfo(
            kind.info.name, "", kind.info.kind, needs, f"pip install {kind.info.name}", languages=kind.info.languages
        )
        kinds[info.name] = type(kind.__name__, (kind,), {"info": info})
    monkeypatch.setattr(plugins, "_load", lambda group, name: kinds[name])
    monkeypatch.setattr(plugins, "names", lambda group: sorted(kinds))
    return voice
