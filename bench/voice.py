"""How like a person the built-in voice becomes, and how fast it is: ``python -m bench.voice``.

By default two speakers that took no part in developing it (see ``voice_readers``), who record 30 s, ten minutes, and
one clip of 30 s without a transcript; then it says general text that they did not record for it (``voice_sentences``).
Similarity is Resemblyzer's cosine to the mean of their other recordings, from other speakers (``floor``) to their own
held-out recordings (``ceiling``); shares are of that way. Words are recognised by pocketsphinx; the ratio is to their
own held-out recordings. Figures are those of the worse speaker, each one's own carry their name. Resemblyzer needs
torch: name an interpreter that has it in LIKENESS_BENCH_PYTHON, or install it beside the project. Needs flite,
pocketsphinx and what the speakers need.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from bench import harness, voice_measures, voice_readers, voice_speaker
from bench.voice_readers import Material
from bench.voice_sentences import SENTENCES
from bench.voice_speaker import RATE, Prompt
from likeness.core.types import SpeakRequest
from likeness.engines.builtin.voice.engine import BuiltinVoice

SPEAKERS = ("clb", "ked")
OTHER = "other"
OTHERS = ("slt", "rms", "awb", "kal16")
HUNDRED = "The old harbour master kept seventeen brass lanterns, all polished every morning, in his north window"
CENTRE_SECONDS, CENTRE_PARTS = 4.0, 40


@dataclass
class Condition:
    """One way of speaking: its sound files with what they should say; ``key`` names its figures."""

    name: str
    files: list[Path]
    texts: list[str]
    key: str = ""
    notes: dict[str, float] = field(default_factory=dict)
    learning: dict[str, float] = field(default_factory=dict)
    speaking: dict[str, float] = field(default_factory=dict)
    similarity: float = float("nan")
    words: float = float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speaker", nargs="*", default=list(SPEAKERS), help="who: a reader, allison, or a folder")
    parser.add_argument("--minutes", type=float, nargs="*", default=[0.5, 10], help="amounts of speech to learn from")
    parser.add_argument("--renderer", choices=["auto", "vocoder", "units"], nargs="*", default=["auto"])
    parser.add_argument("--clip-seconds", type=float, default=30, help="one clip without transcript; 0 leaves it out")
    parser.add_argument("--sentences", type=int, default=len(SENTENCES), help="how many are said")
    parser.add_argument(
        "--keep", type=Path, help="folder to leave voices and sound in; recordings there are used again"
    )
    arguments = parser.parse_args()
    said = SENTENCES[: arguments.sentences]
    with tempfile.TemporaryDirectory() as folder:
        root = (arguments.keep or Path(folder)).resolve()
        root.mkdir(parents=True, exist_ok=True)
        others = [other(voice, said, root) for voice in OTHERS]
        found: dict[str, dict[str, float]] = {}
        for speaker in arguments.speaker:
            name = Path(speaker).name
            print(f"\n{name}", flush=True)
            found[name] = measured(speaker, arguments, said, others, root / name)
    harness.finish("voice", ["speaker", *_KEYS], [[n, *(f.get(k, "") for k in _KEYS)] for n, f in found.items()],
                   worst(found))  # fmt: skip


_KEYS = ("floor", "ceiling", "similarity_30s", "similarity_clip", "similarity_10min", "word_error_ratio_10min")


def measured(
    speaker: str, arguments: argparse.Namespace, said: Sequence[str], others: Sequence[Condition], folder: Path
) -> dict[str, float]:
    """Learn and speak under all conditions, print their tables, and return the figures."""
    material = voice_readers.material(speaker, folder / "recordings", max([*arguments.minutes, 0.0]), said)
    held = material.held
    conditions = [Condition("their own, held out", [p.path for p in held], [p.text for p in held]), *others]
    if arguments.clip_seconds:
        conditions.append(one_clip(material.pool, arguments.clip_seconds, said, folder))
    for minutes in arguments.minutes:
        conditions += [learned(material, minutes, renderer, said, folder) for renderer in arguments.renderer]
    judge(conditions, centre_files(material.pool, folder), folder)
    return report(conditions)


def other(voice: str, said: Sequence[str], folder: Path) -> Condition:
    """Another speaker saying the same sentences."""
    files = []
    for number, text in enumerate(said):
        path = folder / f"other-{voice}-{number:02}.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True, capture_output=True)
        files.append(path)
    return Condition(f"{OTHER}: {voice}", files, list(said))


def one_clip(pool: Sequence[Prompt], seconds: float, said: Sequence[str], folder: Path) -> Condition:
    """A first voice from one clip without transcript: recordings joined to ``seconds``."""
    parts: list[np.ndarray] = []
    for prompt in pool:
        samples, _ = soundfile.read(prompt.path, dtype="float32")
        parts += [samples, np.zeros(RATE // 4, np.float32)]
        if sum(len(part) for part in parts) > seconds * RATE:
            break
    path = folder / "one-clip.flac"
    soundfile.write(path, np.concatenate(parts)[: int(seconds * RATE)], RATE)
    clip = Prompt("clip", "", path, seconds)
    source = voice_speaker.make_corpus(folder / "corpus-clip", [clip], 1, transcripts=False)
    return spoken(source, "auto", f"{seconds:.0f} s, no words", "clip", said, folder)


def learned(material: Material, minutes: float, renderer: str, said: Sequence[str], folder: Path) -> Condition:
    """A voice from the first ``minutes`` with transcripts."""
    amount = f"{minutes:g}min" if minutes >= 1 else f"{minutes * 60:.0f}s"
    key = amount + ("" if renderer == "auto" else f"_{renderer}")
    source = voice_speaker.make_corpus(folder / f"corpus-{key}", material.pool, minutes)
    return spoken(source, renderer, key.replace("_", ", "), key, said, folder)


def spoken(source: Path, renderer: str, name: str, key: str, said: Sequence[str], folder: Path) -> Condition:
    """Learn from the corpus ``source``, say all sentences, and time it."""
    out = folder / f"voice-{key}"
    out.mkdir()
    spent: dict[str, float] = {}
    began = clock = time.process_time()
    wall = time.perf_counter()
    for event in BuiltinVoice.train(source, {"renderer": renderer}, out):
        now = time.process_time()
        spent[event.stage] = spent.get(event.stage, 0.0) + now - clock
        clock = now
    notes = {"train_s": clock - began, "train_wall_s": time.perf_counter() - wall}
    files, length = [], 0.0
    with BuiltinVoice.open(out) as engine:
        list(engine.speak(SpeakRequest("One moment.")))
        clock = time.process_time()
        for number, text in enumerate(said):
            sound = np.concatenate([audio.samples for audio in engine.speak(SpeakRequest(text))])
            files.append(out / f"said-{number:02}.wav")
            soundfile.write(files[-1], sound, engine.rate)
            length += len(sound) / engine.rate
        notes["rtf"] = (time.process_time() - clock) / length
        notes |= voice_measures.latency(engine, HUNDRED)
    speaking = voice_measures.speaking_shares(out, HUNDRED)
    return Condition(name, files, list(said), key, notes, voice_measures.shares(spent), speaking)


def centre_files(pool: Sequence[Prompt], folder: Path) -> list[Path]:
    """The speaker's recordings, the last of the pool first, joined to pieces of at least four seconds."""
    files: list[Path] = []
    parts: list[np.ndarray] = []
    for prompt in reversed(pool):
        parts.append(soundfile.read(prompt.path, dtype="float32")[0])
        joined = np.concatenate(parts)
        if len(joined) > CENTRE_SECONDS * RATE:
            files.append(folder / f"centre-{len(files):02}.wav")
            soundfile.write(files[-1], joined, RATE)
            parts = []
        if len(files) == CENTRE_PARTS:
            break
    return files


def judge(conditions: Sequence[Condition], centre: Sequence[Path], folder: Path) -> None:
    """Fill in similarity and word error of each condition."""
    names = [str(path) for condition in conditions for path in condition.files]
    vectors = voice_measures.embed([*map(str, centre), *names], folder)
    middle = vectors[: len(centre)].mean(0)
    cosines = vectors[len(centre) :] @ (middle / np.linalg.norm(middle))
    at = 0
    for condition in conditions:
        condition.similarity = float(cosines[at : at + len(condition.files)].mean())
        at += len(condition.files)
        if not condition.name.startswith(OTHER):
            condition.words = voice_measures.word_error(condition.files, condition.texts)


def report(conditions: Sequence[Condition]) -> dict[str, float]:
    """Print the tables of one speaker; returns the figures."""
    natural = conditions[0]
    others = [condition for condition in conditions if condition.name.startswith(OTHER)]
    floor, ceiling = float(np.mean([c.similarity for c in others])), natural.similarity
    figures = {"floor": floor, "ceiling": ceiling, "floor_nearest": max(c.similarity for c in others)}
    rows = []
    for c in conditions:
        way = (c.similarity - floor) / (ceiling - floor)
        ratio = c.words / natural.words if natural.words else float("nan")
        keys = ("train_s", "train_wall_s", "rtf", "first_ms", "complete_ms")
        rows.append([c.name, c.similarity, way, c.words, ratio, *(c.notes.get(key, float("nan")) for key in keys)])
        if c.key:
            figures |= {f"similarity_{c.key}": way, f"similarity_{c.key}_cosine": c.similarity}
            figures |= {f"word_error_ratio_{c.key}": ratio, "rtf": c.notes["rtf"]}
            figures |= {"first_sound_ms": c.notes["first_ms"], "complete_ms_100chars": c.notes["complete_ms"]}
            figures[f"train_s_{c.key}"] = c.notes["train_s"]
    harness.table(["voice", "similarity", "share of the way", "word error", "ratio", "train CPU s", "train wall s",
                   "rtf", "first ms", "100 characters ms"], rows)  # fmt: skip
    for c in conditions:
        for what, stages in (("learning", c.learning), ("speaking", c.speaking)):
            if stages:
                parts = ", ".join(f"{name} {part:.0%}" for name, part in stages.items() if part >= 0.005)
                print(f"{c.name}, {what}: {parts}")
    return figures


def worst(found: dict[str, dict[str, float]]) -> dict[str, float | int | None]:
    """Each figure of the speaker it is worse for, and of each speaker under its name."""
    figures: dict[str, float | int | None] = {}
    for key in dict.fromkeys(key for each in found.values() for key in each):
        values = [each[key] for each in found.values() if key in each]
        figures[key] = min(values) if key.startswith(("similarity", "ceiling")) else max(values)
    if len(found) > 1:
        for name, each in found.items():
            figures |= {f"{key}_{name}": each[key] for key in _KEYS if key in each}
    return figures


if __name__ == "__main__":
    main()
