"""What ``bench.voice`` measures of sound: whose it is, which words are heard, and where the time goes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile

from likeness.core.types import SpeakRequest
from likeness.engines.builtin.voice import features, speaking, vocoder, voice
from likeness.engines.builtin.voice.engine import BuiltinVoice
from likeness.engines.builtin.voice.english.pronounce import pronounce
from likeness.engines.builtin.voice.resampling import resample

TIMES = 7


def embed(names: Sequence[str], folder: Path) -> np.ndarray:
    """Resemblyzer's vectors of sound files, (files, 256), unit rows. Ends the program when it cannot run."""
    (folder / "judge.json").write_text(json.dumps(list(names)), encoding="utf-8")
    python = os.environ.get("LIKENESS_BENCH_PYTHON", sys.executable)
    script = Path(__file__).with_name("voice_judge.py")
    command = [python, str(script), str(folder / "judge.json"), str(folder / "judge.npy")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"Resemblyzer did not run with {python}; set LIKENESS_BENCH_PYTHON.\n{done.stderr[-800:]}")
    return np.asarray(np.load(folder / "judge.npy"))


def word_error(files: Sequence[Path], texts: Sequence[str]) -> float:
    """Word errors by pocketsphinx over all words of ``texts``."""
    import pocketsphinx

    decoder = pocketsphinx.Decoder(samprate=16_000, loglevel="FATAL")
    noise = np.random.default_rng(0)
    errors = total = 0
    for path, text in zip(files, texts, strict=True):
        samples, rate = soundfile.read(path)
        sound = np.pad(resample(samples, rate, 16_000), 1600)
        sound = sound / max(1e-6, np.abs(sound).max()) * 0.6 + 1e-4 * noise.standard_normal(len(sound))
        decoder.start_utt()
        decoder.process_raw((sound * 32767).astype(np.int16).tobytes(), full_utt=True)
        decoder.end_utt()
        heard = decoder.hyp()
        wanted = re.sub(r"[^a-z' ]", " ", text.lower()).split()
        errors += edits(wanted, heard.hypstr.split() if heard else [])
        total += len(wanted)
    return errors / total


def edits(wanted: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein distance between two lists of words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, start=1):
        last, row[0] = row[0], i
        for j, other_word in enumerate(heard, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other_word))
    return row[-1]


def latency(engine: BuiltinVoice, text: str) -> dict[str, float]:
    """Median wall time in ms to the first sound and to all of ``text``."""
    first, complete = [], []
    for _ in range(TIMES):
        clock = time.perf_counter()
        pieces = iter(engine.speak(SpeakRequest(text)))
        next(pieces)
        first.append(time.perf_counter() - clock)
        list(pieces)
        complete.append(time.perf_counter() - clock)
    return {"first_ms": float(np.median(first)) * 1000, "complete_ms": float(np.median(complete)) * 1000}


def speaking_shares(folder: Path, text: str) -> dict[str, float]:
    """Of the processor time that saying ``text`` takes, the share of each stage."""
    opened = voice.load(folder)
    spent: dict[str, float] = {}
    for _ in range(TIMES):
        with _Stage(spent, "pronounce"):
            words = pronounce(text)
        with _Stage(spent, "durations"):
            planned = opened.acoustic.plan(words)
        with _Stage(spent, "network and trajectory"):
            trajectory = opened.acoustic.predict(words, planned)
        if opened.joiner is None:
            with _Stage(spent, "vocoder"):
                resample(vocoder.render(trajectory.static, trajectory.voiced), features.RATE, speaking.RATE)
        else:
            with _Stage(spent, "choice of units"):
                chosen = opened.joiner.units.select(trajectory)
            with _Stage(spent, "joining"):
                opened.joiner.render(chosen, trajectory)
    return shares(spent)


def shares(spent: Mapping[str, float]) -> dict[str, float]:
    """``spent`` as shares of its sum."""
    total = sum(spent.values()) or 1.0
    return {name: seconds / total for name, seconds in spent.items()}


class _Stage:
    """Adds the processor time of its block to ``spent[name]``."""

    def __init__(self, spent: dict[str, float], name: str) -> None:
        self.spent, self.name = spent, name

    def __enter__(self) -> None:
        self.clock = time.process_time()

    def __exit__(self, *exc: object) -> None:
        self.spent[self.name] = self.spent.get(self.name, 0.0) + time.process_time() - self.clock
