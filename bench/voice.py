"""How like a real person the built-in voice becomes, and how fast it is: ``python -m bench.voice``.

A speaker the prior never heard (see ``voice_speaker``), general text she never recorded (``voice_sentences``).
Similarity is Resemblyzer's cosine to the mean of her other recordings, from other speakers (``floor``) to her own
held-out recordings (``ceiling``); shares are of that way. Words are recognised by pocketsphinx; the ratio is to her
own held-out recordings. Resemblyzer needs torch: name an interpreter that has it in LIKENESS_BENCH_PYTHON, or install
it beside the project. Needs ffmpeg, flite and pocketsphinx.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from bench import harness, voice_speaker
from bench.voice_sentences import SENTENCES
from bench.voice_speaker import Prompt
from likeness.core.types import SpeakRequest
from likeness.engines.builtin.voice.engine import BuiltinVoice

OTHER = "other"
OTHERS = ("slt", "rms", "awb", "kal16")
HUNDRED = "The old harbour master kept seventeen brass lanterns, all polished every morning, in his north window"
CENTRE_SECONDS, CENTRE_PARTS = 4.0, 40


@dataclass
class Condition:
    """One way of speaking: its sound files with what they should say."""

    name: str
    files: list[Path]
    texts: list[str]
    notes: dict[str, float] = field(default_factory=dict)
    similarity: float = float("nan")
    words: float = float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, nargs="*", default=[1, 5], help="amounts of speech to learn from")
    parser.add_argument("--renderer", choices=["auto", "vocoder", "units"], nargs="*", default=["auto"])
    parser.add_argument("--clip-seconds", type=float, default=20, help="one clip without transcript; 0 leaves it out")
    parser.add_argument("--keep", type=Path, help="folder to leave voices and sound in")
    arguments = parser.parse_args()
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        run(arguments, arguments.keep.resolve())
    else:
        with tempfile.TemporaryDirectory() as folder:
            run(arguments, Path(folder))


def run(arguments: argparse.Namespace, folder: Path) -> None:
    (folder / "prompts").mkdir(exist_ok=True)
    pool, held = voice_speaker.split(voice_speaker.prompts(folder / "prompts"))
    conditions = [
        Condition("herself, held out", [p.path for p in held], [p.text for p in held]),
        *(other(voice, folder) for voice in OTHERS),
    ]
    if arguments.clip_seconds:
        conditions.append(one_clip(pool, arguments.clip_seconds, folder))
    for minutes in arguments.minutes:
        for renderer in arguments.renderer:
            conditions.append(learned(pool, minutes, renderer, folder))
    judge(conditions, centre_files(pool, folder), folder)
    report(conditions)


def other(voice: str, folder: Path) -> Condition:
    """Another speaker saying the same sentences."""
    files = []
    for number, text in enumerate(SENTENCES):
        path = folder / f"other-{voice}-{number:02}.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True, capture_output=True)
        files.append(path)
    return Condition(f"{OTHER}: {voice}", files, list(SENTENCES))


def one_clip(pool: Sequence[Prompt], seconds: float, folder: Path) -> Condition:
    """A first voice from one clip without transcript: recordings joined to ``seconds``."""
    parts: list[np.ndarray] = []
    for prompt in pool:
        samples, _ = soundfile.read(prompt.path, dtype="float32")
        parts += [samples, np.zeros(voice_speaker.RATE // 4, np.float32)]
        if sum(len(part) for part in parts) > seconds * voice_speaker.RATE:
            break
    joined = np.concatenate(parts)[: int(seconds * voice_speaker.RATE)]
    path = folder / "one-clip.flac"
    soundfile.write(path, joined, voice_speaker.RATE)
    source = voice_speaker.make_corpus(
        folder / "corpus-clip", [Prompt("clip", "", path, seconds)], 1, transcripts=False
    )
    return spoken(source, "auto", f"{seconds:.0f} s, no words", folder)


def learned(pool: Sequence[Prompt], minutes: float, renderer: str, folder: Path) -> Condition:
    """A voice from the first ``minutes`` with transcripts."""
    name = f"{minutes:g} min" + ("" if renderer == "auto" else f", {renderer}")
    source = voice_speaker.make_corpus(folder / f"corpus-{name.replace(' ', '-')}", list(pool), minutes)
    return spoken(source, renderer, name, folder)


def spoken(source: Path, renderer: str, name: str, folder: Path) -> Condition:
    """Learn from the corpus ``source``, say all sentences, and time it."""
    out = folder / f"voice-{name.replace(' ', '-')}"
    out.mkdir()
    clock = time.process_time()
    for _ in BuiltinVoice.train(source, {"renderer": renderer}, out):
        pass
    notes = {"train_s": time.process_time() - clock}
    files = []
    clock = time.perf_counter()
    with BuiltinVoice.open(out) as engine:
        notes["open_s"] = time.perf_counter() - clock
        list(engine.speak(SpeakRequest("One moment.")))
        clock, length = time.process_time(), 0.0
        for number, text in enumerate(SENTENCES):
            sound = np.concatenate([audio.samples for audio in engine.speak(SpeakRequest(text))])
            path = out / f"said-{number:02}.wav"
            soundfile.write(path, sound, engine.rate)
            files.append(path)
            length += len(sound) / engine.rate
        notes["rtf"] = (time.process_time() - clock) / length
        notes |= latency(engine)
    return Condition(name, files, list(SENTENCES), notes)


def latency(engine: BuiltinVoice) -> dict[str, float]:
    """Median wall time in ms to the first sound and to all of 100 characters."""
    first, complete = [], []
    for _ in range(7):
        clock = time.perf_counter()
        pieces = iter(engine.speak(SpeakRequest(HUNDRED)))
        next(pieces)
        first.append(time.perf_counter() - clock)
        list(pieces)
        complete.append(time.perf_counter() - clock)
    return {"first_ms": float(np.median(first)) * 1000, "complete_ms": float(np.median(complete)) * 1000}


def centre_files(pool: Sequence[Prompt], folder: Path) -> list[Path]:
    """Her recordings, the last of the pool first, joined to pieces of at least four seconds."""
    files: list[Path] = []
    parts: list[np.ndarray] = []
    for prompt in reversed(pool):
        parts.append(soundfile.read(prompt.path, dtype="float32")[0])
        joined = np.concatenate(parts)
        if len(joined) > CENTRE_SECONDS * voice_speaker.RATE:
            files.append(folder / f"centre-{len(files):02}.wav")
            soundfile.write(files[-1], joined, voice_speaker.RATE)
            parts = []
        if len(files) == CENTRE_PARTS:
            break
    return files


def judge(conditions: Sequence[Condition], centre: Sequence[Path], folder: Path) -> None:
    """Fill in similarity and word error of each condition."""
    names = [str(path) for condition in conditions for path in condition.files]
    vectors = embed([*map(str, centre), *names], folder)
    middle = vectors[: len(centre)].mean(0)
    middle /= np.linalg.norm(middle)
    cosines = vectors[len(centre) :] @ middle
    at = 0
    for condition in conditions:
        condition.similarity = float(cosines[at : at + len(condition.files)].mean())
        at += len(condition.files)
        if not condition.name.startswith(OTHER):
            condition.words = word_error(condition)


def embed(names: Sequence[str], folder: Path) -> np.ndarray:
    (folder / "judge.json").write_text(json.dumps(list(names)), encoding="utf-8")
    python = os.environ.get("LIKENESS_BENCH_PYTHON", sys.executable)
    script = Path(__file__).with_name("voice_judge.py")
    command = [python, str(script), str(folder / "judge.json"), str(folder / "judge.npy")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"Resemblyzer did not run with {python}; set LIKENESS_BENCH_PYTHON.\n{done.stderr[-800:]}")
    return np.asarray(np.load(folder / "judge.npy"))


def word_error(condition: Condition) -> float:
    """Word errors by pocketsphinx over all of a condition's words."""
    import pocketsphinx

    from likeness.engines.builtin.voice.resampling import resample

    decoder = pocketsphinx.Decoder(samprate=16_000, loglevel="FATAL")
    noise = np.random.default_rng(0)
    errors = total = 0
    for path, text in zip(condition.files, condition.texts, strict=True):
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


def report(conditions: Sequence[Condition]) -> None:
    by_name = {condition.name: condition for condition in conditions}
    natural = conditions[0]
    others = [condition for condition in conditions if condition.name.startswith(OTHER)]
    floor, ceiling = float(np.mean([c.similarity for c in others])), natural.similarity
    header = ["voice", "similarity", "share of the way", "word error", "ratio", "train s", "open s", "rtf", "first ms",
              "100 characters ms"]  # fmt: skip
    rows = []
    for c in conditions:
        timed = [c.notes.get(key, float("nan")) for key in ("train_s", "open_s", "rtf", "first_ms", "complete_ms")]
        rows.append([c.name, c.similarity, share(c, floor, ceiling), c.words, c.words / natural.words, *timed])
    figures: dict[str, float | int | None] = {"floor": floor, "ceiling": ceiling}
    figures["floor_nearest"] = max(c.similarity for c in others)
    for minutes in (1, 5, 20):
        c = by_name.get(f"{minutes} min")
        if c:
            figures[f"similarity_{minutes}min"] = share(c, floor, ceiling)
            figures[f"similarity_{minutes}min_cosine"] = c.similarity
            figures[f"word_error_ratio_{minutes}min"] = c.words / natural.words
            figures |= {"rtf": c.notes["rtf"], "first_sound_ms": c.notes["first_ms"]}
            figures["complete_ms_100chars"] = c.notes["complete_ms"]
    for c in conditions:
        if c.name.endswith("no words"):
            figures["similarity_clip"] = share(c, floor, ceiling)
    harness.finish("voice", header, rows, figures)


def share(condition: Condition, floor: float, ceiling: float) -> float:
    """How far from other speakers to herself, 0 to 1."""
    return (condition.similarity - floor) / (ceiling - floor)


if __name__ == "__main__":
    main()
