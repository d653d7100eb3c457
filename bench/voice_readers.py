"""Speakers to measure on: voices of programs that are installed apart, reading the project's own recording scripts.

``clb`` (a woman, RHVoice) and ``ked`` (a man, Festival's diphones) took no part in developing the engine; ``pico``,
``us1`` and Allison (``voice_speaker``) did. A folder of recordings with a table of what they say serves as well. For
measuring only: what is made here is thrown away.
"""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from bench import voice_speaker
from bench.voice_sentences import SENTENCES
from bench.voice_speaker import LEVEL, RATE, Prompt
from likeness.engines.builtin.voice.resampling import resample
from likeness.speak import emotions, scripts
from likeness.speak.normalise import spoken

HELD_OUT_OF_A_FOLDER = 8


@dataclass(frozen=True)
class Reader:
    """A program that reads ``text`` into ``out``, and how to get it on Debian."""

    command: Callable[[str, Path], Sequence[str]]
    install: str
    typed: bool = True
    """The text goes to the program's standard input."""


@dataclass(frozen=True)
class Material:
    """What a speaker recorded: to learn from, and held out."""

    pool: list[Prompt]
    held: list[Prompt]


READERS = {
    "clb": Reader(lambda text, out: ["RHVoice-test", "-p", "clb", "-o", str(out)], "rhvoice rhvoice-english (contrib)"),
    "ked": Reader(
        lambda text, out: ["text2wave", "-eval", "(voice_ked_diphone)", "-o", str(out)], "festival festvox-kdlpc16k"
    ),
    "pico": Reader(
        lambda text, out: ["pico2wave", "-l", "en-GB", "-w", str(out), text], "libttspico-utils (non-free)", typed=False
    ),
    "us1": Reader(
        lambda text, out: ["espeak-ng", "-v", "mb-us1", "-w", str(out), text],
        "espeak-ng mbrola-us1 (non-free)",
        typed=False,
    ),
}


def material(name: str, folder: Path, minutes: float, sentences: Sequence[str] = SENTENCES) -> Material:
    """The recordings of the speaker ``name`` (one of :data:`READERS`, "allison", or a folder), at least ``minutes`` to
    learn from where there is so much, made in ``folder``; a reader's held-out ones are ``sentences``.
    Ends the program when what the speaker needs is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if name == "allison":
        return Material(*voice_speaker.split(voice_speaker.prompts(folder)))
    if name in READERS:
        held = [_read(name, text, folder / f"held-{number:03}.flac") for number, text in enumerate(sentences)]
        pool: list[Prompt] = []
        for number, text in enumerate(_texts()):
            if sum(prompt.seconds for prompt in pool) > minutes * 60 + 30:
                break
            pool.append(_read(name, text, folder / f"read-{number:03}.flac"))
        return Material(pool, held)
    if Path(name).is_dir():
        return _from_folder(Path(name), folder)
    sys.exit(f"no speaker {name!r}: {', '.join(READERS)}, allison, or a folder with metadata.csv")


def _texts() -> list[str]:
    """Every line of the recording scripts as words, in an order that mixes them."""
    found = [spoken(line.text) for name in emotions.NAMES for line in scripts.script(name).lines]
    random.Random(1).shuffle(found)
    return found


def _read(name: str, text: str, path: Path) -> Prompt:
    if path.is_file():
        return Prompt(path.stem, text, path, soundfile.info(path).duration)
    reader = READERS[name]
    raw = path.with_suffix(".wav")
    command = reader.command(text, raw)
    if not shutil.which(command[0]):
        sys.exit(f"the speaker {name!r} needs the program {command[0]}: apt-get install {reader.install}")
    subprocess.run(command, input=text if reader.typed else None, text=True, check=True, capture_output=True)
    samples, rate = soundfile.read(raw)
    raw.unlink()
    return _kept(path, text, samples, rate)


def _from_folder(source: Path, folder: Path) -> Material:
    """Sound files with ``metadata.csv`` as LJ Speech has it (name|text|text in words), shuffled, some held out."""
    found = []
    with (source / "metadata.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.reader(handle, delimiter="|", quoting=csv.QUOTE_NONE):
            sound = next((source / f"{row[0]}{suffix}" for suffix in (".wav", ".flac")), source)
            samples, rate = soundfile.read(sound)
            found.append(_kept(folder / f"{row[0]}.flac", spoken(row[-1]), samples, rate))
    random.Random(1).shuffle(found)
    return Material(found[HELD_OUT_OF_A_FOLDER:], found[:HELD_OUT_OF_A_FOLDER])


def _kept(path: Path, text: str, samples: np.ndarray, rate: int) -> Prompt:
    sound = resample(samples if samples.ndim == 1 else samples.mean(1), rate, RATE)
    loud = sound[np.abs(sound) > 0.05 * np.abs(sound).max()]
    soundfile.write(path, np.clip(sound * (LEVEL / float(np.sqrt((loud**2).mean()))), -1, 1), RATE)
    return Prompt(path.stem, text, path, len(sound) / RATE)
