"""Kills a recording session: the real command, with sound files in place of the microphone (see ``bench.kills``)."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from scipy.signal import lfilter

from likeness.core.home import Home, PersonHome
from likeness.speak.decode import Decoder
from likeness.speak.recordings import load_audio, recordings

_RATE = 24_000
_LINES = 12
_RETAKE_EVERY = 3
_FORMANTS = (700.0, 1200.0, 2600.0)

Run = Callable[[str, Path, Path, float | None], tuple[list[str], bool, float]]


def make_session(folder: Path, seed: int) -> None:
    """Sound files, a script that fits them, and the keys of somebody who reads every third line a second time."""
    (folder / "sounds").mkdir(parents=True)
    for number in range(3):
        path = folder / "sounds" / f"{number}.wav"
        soundfile.write(path, _babble(seed + number), _RATE, subtype="PCM_16")
    texts = [
        f"Line {number} of a script, long enough for some seconds of sound like speech." for number in range(_LINES)
    ]
    (folder / "script.txt").write_text("\n".join(texts), encoding="utf-8")
    keys = "".join("\n" + "r\n\n" * (number % _RETAKE_EVERY == 0) for number in range(_LINES + 1))
    # Some to spare: a take that is refused asks for its line again.
    (folder / "keys.txt").write_text(keys + "\n" * _LINES, encoding="utf-8")


def _babble(seed: int) -> np.ndarray[Any, Any]:
    """Six seconds of voiced bursts through formants, with pauses, over noise 60 dB below."""
    rng = np.random.default_rng(seed)
    sound = np.zeros(6 * _RATE)
    burst = round(0.15 * _RATE)
    for at in range(round(0.3 * _RATE), len(sound) - round(0.5 * _RATE), round(0.2 * _RATE)):
        if rng.random() < 0.15:
            continue
        phase = np.cumsum(np.full(burst, 120 * 2 ** rng.uniform(-0.3, 0.3) / _RATE)) % 1.0
        voiced = (np.diff(phase, prepend=0.0) < 0).astype(float)
        for formant in _FORMANTS:
            width = np.exp(-np.pi * 90 / _RATE)
            turn = 2 * np.pi * formant * rng.uniform(0.8, 1.2) / _RATE
            voiced = lfilter([1 - width], [1, -2 * width * np.cos(turn), width**2], voiced)
        hiss = np.diff(rng.standard_normal(burst), prepend=0.0) * 0.02
        sound[at : at + burst] += (voiced / np.abs(voiced).max() + hiss) * np.hanning(burst)
    return 0.25 * sound / np.abs(sound).max() + rng.standard_normal(len(sound)) * 1e-4


def work(home: PersonHome, folder: Path) -> None:
    """The process that is killed: the command itself, its standard input a file of keys."""
    os.dup2(os.open(folder / "keys.txt", os.O_RDONLY), 0)
    os.environ["LIKENESS_HOME"] = str(home.root.parent)
    options = ["--script", str(folder / "script.txt"), "--device", f"file:{folder / 'sounds'}", "--no-check-words"]
    sys.argv = ["likeness", "record", *options]
    from likeness.cli.main import app

    print("ready", flush=True)
    app(standalone_mode=False)


def kill_sessions(outcome: Any, run: Run, fresh: Callable[[Path], PersonHome], kills: int, seed: int) -> None:
    """Record one session, killed again and again until it ends; then a new one, until ``kills`` are done.

    Lost: a take that the command called kept, whose line has no whole take of that number or a later one. Unsound: a
    recording without its sound, or whose sound is not what its checksum says or cannot be decoded. Unequal: at a
    session's end there is not exactly one recording of each line.
    """
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        root, folder = Path(name) / "home", Path(name) / "session"
        make_session(folder, seed)
        home = fresh(root)
        _, _, duration = run("record", root, folder, None)
        shutil.rmtree(root)
        home, promised = fresh(root), dict[str, int]()
        while outcome.kills < kills:
            words, ended, took = run("record", root, folder, rng.uniform(0, duration))
            for place in (place for place, word in enumerate(words) if word == "Kept:"):
                if place + 3 < len(words):
                    line, number = words[place + 1], int(words[place + 3])
                    promised[line] = max(number, promised.get(line, 0))
            outcome.kills += not ended
            _judge(outcome, home, promised)
            if ended:
                duration = min(duration, took)
                outcome.completed += 1
                outcome.unequal += _one_of_each(home) is False
                shutil.rmtree(root)
                home, promised = fresh(root), {}
        run("record", root, folder, None)
        outcome.completed += 1
        _judge(outcome, home, promised)
        outcome.unequal += _one_of_each(home) is False


def _judge(outcome: Any, home: PersonHome, promised: dict[str, int]) -> None:
    standing: dict[str, int] = {}
    with Decoder() as decoder:
        for each in recordings(Home(home.root.parent).open(home.root.name)):
            whole = hashlib.sha256(each.path.read_bytes()).hexdigest() == each.sha256
            outcome.unsound += not whole or load_audio(each, decoder).seconds != each.seconds
            line, _, number = each.name.removesuffix(".flac").rpartition(".take")
            standing[line] = max(int(number), standing.get(line, 0))
    outcome.lost += sum(standing.get(line, 0) < number for line, number in promised.items())


def _one_of_each(home: PersonHome) -> bool:
    lines = [each.name.rpartition(".take")[0] for each in recordings(home)]
    return len(lines) == len(set(lines)) == _LINES + 1
