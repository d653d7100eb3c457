"""Speaker encoders and the finding of the owner: equal error rates, and how much of an interview is rightly kept.

``python -m bench.speakers SPEAKER=FOLDER… [--same A=B] [--minutes 6]``. Every ``FOLDER`` holds sound files of one
person in any format (G.722 of Asterisk's prompts through ffmpeg); ``--same`` names two folders of one person. The
speaker named first is the owner of the interviews, one with each other speaker. Encoders that are ready here are
measured side by side; Resemblyzer in an interpreter of its own when LIKENESS_BENCH_PYTHON names one that has it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from bench.harness import finish
from likeness.core.types import Audio
from likeness.speak import diarise
from likeness.speak.encoders import open_encoder, ready_encoders

RATE = 16_000
CLIPS, CLIP_SECONDS = 20, 4.0
LEVEL = 0.05
HEADER = ("encoder", "what", "with", "figure", "also")
Clips = dict[str, list[NDArray[np.float32]]]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("speakers", nargs="+", metavar="SPEAKER=FOLDER")
    parser.add_argument("--same", action="append", default=[], metavar="A=B")
    parser.add_argument("--minutes", type=float, default=6.0)
    chosen = parser.parse_args()
    clips = {name: _clips(Path(folder)) for name, folder in (item.split("=", 1) for item in chosen.speakers)}
    same = {frozenset(pair.split("=")) for pair in chosen.same}
    rows: list[tuple[str, str, str, float, str]] = []
    figures: dict[str, float | int | None] = {}
    for name in ready_encoders():
        with open_encoder(name) as encoder:
            for seconds in (CLIP_SECONDS, 2.0):
                vectors = {who: _vectors(encoder.speaker_vector, each, seconds) for who, each in clips.items()}
                rate, threshold = equal_error_rate(vectors, same)
                rows.append((name, "equal error rate", f"{seconds:g} s", rate, f"at {threshold:.2f}"))
                figures[f"{name}_eer_{seconds:g}s"] = rate
            owner, *others = clips
            kept, foreign = zip(
                *(interview(encoder, clips, owner, other, chosen.minutes) for other in others), strict=True
            )
            for other, good, bad in zip(others, kept, foreign, strict=True):
                rows.append((name, "owner's speech kept", other, good, f"foreign let in {bad:.3f}"))
            figures |= {f"{name}_kept": float(np.mean(kept)), f"{name}_foreign": float(np.mean(foreign))}
    judge = os.environ.get("LIKENESS_BENCH_PYTHON", "")
    if judge and "resemblyzer" not in ready_encoders():
        rate, threshold = equal_error_rate(_judged(judge, clips), same)
        rows.append(("resemblyzer", "equal error rate", f"{CLIP_SECONDS:g} s", rate, f"at {threshold:.2f}"))
        figures["resemblyzer_eer_4s"] = rate
    finish("speakers", HEADER, rows, figures)


def equal_error_rate(vectors: Mapping[str, NDArray[np.float32]], same: set[frozenset[str]]) -> tuple[float, float]:
    """(rate, cosine at it): where as many pairs of one speaker are missed as pairs of two are taken for one. Pairs of
    two folders of the same person are left out: another language is another matter."""
    own, foreign = [], []
    names = list(vectors)
    for number, one in enumerate(names):
        for other in names[number:]:
            cosines = vectors[one] @ vectors[other].T
            if one == other:
                own.append(cosines[np.triu_indices(len(cosines), 1)])
            elif frozenset((one, other)) not in same:
                foreign.append(cosines.ravel())
    target, other_people = np.concatenate(own), np.concatenate(foreign)
    cuts = np.unique(np.concatenate([target, other_people]))
    missed = np.searchsorted(np.sort(target), cuts) / len(target)
    taken = 1 - np.searchsorted(np.sort(other_people), cuts) / len(other_people)
    at = int(np.argmin(np.abs(missed - taken)))
    return float(missed[at] + taken[at]) / 2, float(cuts[at])


def interview(
    encoder: diarise.SpeakerEncoder, clips: Clips, owner: str, other: str, minutes: float
) -> tuple[float, float]:
    """(share of the owner's speech kept, share of what is kept that is the other's) when the two take turns and the
    group nearest to one other clip of the owner is kept."""
    rng = np.random.default_rng(0)
    pools: dict[str, Iterator[NDArray[np.float32]]] = {owner: iter(clips[owner][1:]), other: iter(clips[other])}
    pieces: list[NDArray[np.float32]] = []
    turns: list[tuple[float, float, str]] = []
    at = 0.0
    while at < minutes * 60:
        who = owner if rng.random() < 0.6 else other
        said = next(pools[who], None)
        if said is None:
            break
        pause = np.zeros(round(RATE * rng.uniform(0.15, 0.9)), np.float32)
        pieces += [said, pause]
        turns.append((at, at + len(said) / RATE, who))
        at += (len(said) + len(pause)) / RATE
    sound = np.concatenate(pieces) + rng.standard_normal(sum(map(len, pieces))).astype(np.float32) * 1e-4
    blocks = (Audio(sound[place : place + RATE], RATE) for place in range(0, len(sound), RATE))
    heard = list(diarise.listen(blocks, encoder))[-1]
    speakers = diarise.group([heard], diarise.joined_from(encoder))
    chosen = speakers.speakers[speakers.nearest(encoder.speaker_vector(Audio(clips[owner][0], RATE)))]
    own, foreign = (sum(_overlap(w, turn) for w in chosen.windows for turn in turns if (turn[2] == owner) == mine)
                    for mine in (True, False))  # fmt: skip
    total = sum(end - start for start, end, who in turns if who == owner)
    return own / total, foreign / max(own + foreign, 1e-9)


def _overlap(window: diarise.Window, turn: tuple[float, float, str]) -> float:
    return max(0.0, min(window.end, turn[1]) - max(window.start, turn[0]))


def _vectors(
    of: Callable[[Audio], NDArray[np.float32]], clips: Sequence[NDArray[np.float32]], seconds: float
) -> NDArray[np.float32]:
    longest = round(seconds * RATE * (2 if seconds == CLIP_SECONDS else 1))
    return np.stack([of(Audio(clip[:longest], RATE)) for clip in clips[:CLIPS]])


def _judged(python: str, clips: Clips) -> dict[str, NDArray[np.float32]]:
    with tempfile.TemporaryDirectory() as folder:
        names: list[str] = []
        for who, each in clips.items():
            for number, clip in enumerate(each[:CLIPS]):
                names.append(str(Path(folder) / f"{who}-{number}.wav"))
                soundfile.write(names[-1], clip, RATE)
        (Path(folder) / "list.json").write_text(json.dumps(names))
        out = str(Path(folder) / "out.npy")
        script = str(Path(__file__).with_name("voice_judge.py"))
        subprocess.run([python, script, str(Path(folder) / "list.json"), out], check=True, capture_output=True)
        rows = iter(np.load(out))
        return {who: np.stack([next(rows) for _ in each[:CLIPS]]) for who, each in clips.items()}


def _clips(folder: Path) -> list[NDArray[np.float32]]:
    """Clips of 4 to 8 s at one level, of short files joined."""
    made: list[NDArray[np.float32]] = []
    held: list[NDArray[np.float32]] = []
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "silence" not in str(path))
    for place in np.random.default_rng(0).permutation(len(files)):
        path = files[int(place)]
        kind = ["-f", "g722"] if path.suffix == ".g722" else []
        command = ["ffmpeg", "-v", "error", *kind, "-i", str(path), "-ar", str(RATE), "-ac", "1", "-f", "f32le", "-"]
        samples = np.frombuffer(subprocess.run(command, capture_output=True, check=False).stdout, np.float32)
        if len(samples) < RATE / 2:
            continue
        held.append(samples)
        if sum(map(len, held)) >= CLIP_SECONDS * RATE:
            clip = np.concatenate(held)[: round(2 * CLIP_SECONDS * RATE)]
            made.append((clip * (LEVEL / np.sqrt((clip**2).mean()))).astype(np.float32))
            held = []
        if len(made) == 2 * CLIPS:
            break
    return made


if __name__ == "__main__":
    main()
