"""A real speaker to measure on: the prompts of Debian's ``asterisk-core-sounds-en`` (CC-BY-SA), read by one woman.

For measuring only; nothing trained on it is kept. Needs the packages asterisk-core-sounds-en-g722 and ffmpeg.
"""

from __future__ import annotations

import gzip
import random
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from likeness.core import corpus
from likeness.core.protocols import Corpus
from likeness.core.types import Clip

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
TRANSCRIPTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
RATE = 22_050
HELD_OUT = 40
LEVEL = 10 ** (-23 / 20)
_FIGURES = {"0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
            "8": "eight", "9": "nine", "*": "star", "#": "pound"}  # fmt: skip


@dataclass(frozen=True)
class Prompt:
    """One recording and what it says, in words."""

    name: str
    text: str
    path: Path
    seconds: float


def prompts(folder: Path) -> list[Prompt]:
    """Decode every prompt with a usable transcript into ``folder`` (FLAC, 22,050 Hz), levelled, in a fixed order."""
    found = []
    for line in gzip.decompress(TRANSCRIPTS.read_bytes()).decode("utf-8", "replace").splitlines():
        name, _, said = line.partition(":")
        text = spoken(said)
        source = SOUNDS / f"{name.strip()}.g722"
        if not text or not source.is_file():
            continue
        path = folder / f"{name.strip().replace('/', '-')}.flac"
        command = ["ffmpeg", "-v", "error", "-f", "g722", "-i", str(source), "-ar", str(RATE), "-f", "f32le", "-"]
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        samples = np.frombuffer(raw, np.float32)
        if not 0.5 * RATE < len(samples) < 30 * RATE:
            continue
        loud = samples[np.abs(samples) > 0.02]
        scaled = samples * (LEVEL / max(1e-3, float(np.sqrt((loud**2).mean())) if len(loud) else 1))
        soundfile.write(path, np.clip(scaled, -1, 1), RATE)
        found.append(Prompt(name.strip(), text, path, len(samples) / RATE))
    random.Random(0).shuffle(found)
    return found


def spoken(said: str) -> str:
    """The transcript in words; "" when it describes a sound instead."""
    said = said.strip()
    if not said or "[" in said or "(" in said or re.search(r"\d\d|\d[.,]\d", said):
        return ""
    for figure, word in _FIGURES.items():
        said = said.replace(figure, f" {word} ")
    return re.sub(r"\s+([,.?!])", r"\1", " ".join(said.split()))


def split(found: list[Prompt]) -> tuple[list[Prompt], list[Prompt]]:
    """(to learn from, held out): the held-out ones are of middling length."""
    held = [prompt for prompt in found if 2.5 < prompt.seconds < 10][:HELD_OUT]
    names = {prompt.name for prompt in held}
    return [prompt for prompt in found if prompt.name not in names], held


def make_corpus(folder: Path, pool: list[Prompt], minutes: float, *, transcripts: bool = True) -> Path:
    """A corpus of the first ``minutes`` of ``pool`` in ``folder``."""
    folder.mkdir(parents=True)
    clips, total = [], 0.0
    for prompt in pool:
        if total >= minutes * 60:
            break
        total += prompt.seconds
        path = folder / prompt.path.name
        shutil.copyfile(prompt.path, path)
        clips.append(Clip(prompt.name, path, prompt.text if transcripts else "", prompt.seconds))
    document = Corpus(tuple(clips), RATE)
    corpus.save(folder, document)
    return folder
