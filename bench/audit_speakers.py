"""Clean speech of several speakers for ``bench.audit``: recorded people and synthesised voices, whatever is here.

People: the prompts of Debian's ``asterisk-core-sounds-*-g722`` (CC-BY-SA, for measuring only; 16 kHz), each language a
person. Synthesised: flite's voices and espeak-ng's (22,050 Hz), the example's recordings. All are levelled to −23 dBFS.
"""

from __future__ import annotations

import csv
import gzip
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from bench.voice_speaker import TRANSCRIPTS, spoken
from likeness.core.types import Audio
from likeness.speak import activity

EXAMPLE = Path(__file__).parents[1] / "examples" / "ellis" / "recordings"
PEOPLE = {"allison": "en_US_f_Allison", "june": "fr_CA_f_June", "carlo": "it_IT_m_Carlo", "ivr": "ru_RU_f_IvrvoiceRU"}
FLITE = ("rms", "slt", "awb")
ESPEAK = {"espeak-m3": "en-us+m3", "espeak-linda": "en-us+Linda", "espeak-michael": "en-gb+Michael"}
TUNED_ON = ("june", "ivr", "ellis", "rms", "espeak-m3")
HELD_OUT = ("allison", "carlo", "slt", "awb", "espeak-linda", "espeak-michael")
_RATE = 16_000
_SEED = 1


@dataclass(frozen=True)
class Spoken:
    """A clean clip: its sound and, for English, what it says."""

    name: str
    audio: Audio
    text: str


def speaker(name: str, count: int, sounds: Path) -> list[Spoken]:
    """Up to ``count`` clips of 2.5 to 12 s of a speaker; none where what makes or holds them is not here."""
    if name in PEOPLE:
        found = _person(sounds / PEOPLE[name], with_text=name == "allison")
    elif name == "ellis":
        found = _example()
    elif name in FLITE and shutil.which("flite"):
        found = _made(["flite", "-voice", name, "-t"], "-o")
    elif name in ESPEAK and shutil.which("espeak-ng"):
        found = _made(["espeak-ng", "-v", ESPEAK[name]], "-w")
    else:
        return []
    taken = []
    for clip in found:
        loud, quiet = np.percentile(activity.levels(clip.audio), [95, 10])
        # among the prompts are tones, which are no speech
        if 2.5 <= clip.audio.seconds <= 12.0 and loud - quiet > 10.0:
            taken.append(Spoken(f"{name}-{len(taken):02d}", levelled(clip.audio), clip.text))
        if len(taken) == count:
            break
    return taken


def levelled(audio: Audio, dbfs: float = -23.0) -> Audio:
    """The speech in ``audio`` at one level, as a careful recording would be."""
    gain = 10 ** ((dbfs - activity.speech_level(audio)) / 20)
    return Audio(np.clip(audio.samples * np.float32(gain), -1, 1), audio.rate)


def _person(folder: Path, *, with_text: bool) -> Iterator[Spoken]:
    texts = {}
    if with_text and TRANSCRIPTS.is_file():
        for line in gzip.decompress(TRANSCRIPTS.read_bytes()).decode("utf-8", "replace").splitlines():
            prompt, _, said = line.partition(":")
            texts[prompt.strip()] = spoken(said)
    files = sorted(folder.rglob("*.g722"))
    random.Random(_SEED).shuffle(files)
    for path in files:
        name = path.relative_to(folder).with_suffix("").as_posix()
        # a second of G.722 is 8,000 bytes
        if not 20_000 <= path.stat().st_size <= 96_000 or (with_text and not texts.get(name)):
            continue
        command = ["ffmpeg", "-v", "error", "-f", "g722", "-i", str(path), "-ar", str(_RATE), "-f", "f32le", "-"]
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        yield Spoken(name, Audio(np.frombuffer(raw, np.float32), _RATE), texts.get(name, ""))


def _example() -> Iterator[Spoken]:
    for row in csv.DictReader((EXAMPLE / "transcripts.csv").open(encoding="utf-8")):
        samples, rate = soundfile.read(EXAMPLE / row["file"], dtype="float32")
        yield Spoken(row["file"], Audio(samples, rate), row["text"])


def _made(command: list[str], out: str) -> Iterator[Spoken]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.wav"
        for row in csv.DictReader((EXAMPLE / "transcripts.csv").open(encoding="utf-8")):
            # the text stands before -o for flite and last for espeak-ng
            text = [row["text"], out, str(path)] if out == "-o" else [out, str(path), row["text"]]
            subprocess.run([*command, *text], check=True, capture_output=True)
            samples, rate = soundfile.read(path, dtype="float32")
            # a microphone is never digitally silent
            hiss = np.random.default_rng(len(row["text"])).standard_normal(len(samples)) * 10 ** (-88 / 20)
            yield Spoken(row["file"], Audio((samples + hiss).astype(np.float32), rate), row["text"])
