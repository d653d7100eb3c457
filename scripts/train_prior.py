"""Train the built-in voice's prior from three flite voices: ``python scripts/train_prior.py``.

Needs the program ``flite`` 2.2 (voices slt, rms and awb). Everything else is made here: the sentences, the audio in a
temporary folder, the alignment, the networks. The same input gives the same file; figures are printed for the model
card. No other recording takes part.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
from prior_sentences import sentences

from likeness.engines.builtin.voice import alignment, context, duration, examples, features, trajectory
from likeness.engines.builtin.voice.alignment import Monophones
from likeness.engines.builtin.voice.english.phones import Word
from likeness.engines.builtin.voice.english.pronounce import pronounce
from likeness.engines.builtin.voice.examples import Examples, Statistics, Utterance
from likeness.engines.builtin.voice.features import Acoustics
from likeness.engines.builtin.voice.model import AcousticModel, DurationModel
from likeness.engines.builtin.voice.network import Network, Scaling, Schedule
from likeness.engines.builtin.voice.resampling import resample
from likeness.engines.builtin.voice.symbols import INDEX, SYMBOLS

VOICES = {"slt": 1, "rms": 2, "awb": 3}
HIDDEN = (384, 384, 384)
ACOUSTIC = Schedule(epochs=8, batch=512, rate=1.5e-3, dropout=0.1, share=0.5)
DURATION = Schedule(epochs=30, batch=256, rate=2e-3, dropout=0.05)
FLAT_START = 120
OUT = Path(__file__).parent.parent / "src/likeness/engines/builtin/voice/data/prior.npz"


@dataclass(frozen=True)
class Reading:
    """One sentence as one voice reads it."""

    text: str
    words: tuple[Word, ...]
    acoustics: Acoustics


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=420, help="sentences read by each voice")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    clock = time.process_time()
    rare = rare_words()
    readings = {voice: list(read(voice, sentences(arguments.sentences, rare, seed))) for voice, seed in VOICES.items()}
    minutes = sum(len(r.acoustics) for group in readings.values() for r in group) / 12_000
    print(f"{minutes:.1f} minutes measured, {time.process_time() - clock:.0f} CPU s", flush=True)
    monophones, speakers = align(readings)
    print(f"aligned, {time.process_time() - clock:.0f} CPU s", flush=True)
    save(arguments.out, monophones, speakers)
    print(f"{arguments.out.stat().st_size / 1e6:.2f} MB, {time.process_time() - clock:.0f} CPU s", flush=True)


def rare_words() -> list[str]:
    """Words of the lexicon for rare neighbours of phones: every one that is plain letters of middling length."""
    packed = files("likeness.engines.builtin.voice").joinpath("data", "lexicon.zlib").read_bytes()
    words = [line.split(" ", 1)[0] for line in zlib.decompress(packed).decode("ascii").splitlines()]
    found = [word for word in words if word.isalpha() and 4 <= len(word) <= 9]
    return random.Random(0).sample(found, 4000)


def read(voice: str, texts: list[str]) -> Iterator[Reading]:
    """Have ``flite`` read ``texts`` and measure the sound."""
    with tempfile.TemporaryDirectory() as folder:
        sounds = []
        for text in texts:
            path = Path(folder) / "reading.wav"
            subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True, capture_output=True)
            samples, rate = soundfile.read(path)
            sounds.append(resample(samples, rate, features.RATE))
    pitch = features.f0_range(sounds[:20])
    for text, samples in zip(texts, sounds, strict=True):
        yield Reading(text, tuple(pronounce(text)), features.analyse(samples, pitch, quick=True))


def align(readings: dict[str, list[Reading]]) -> tuple[Monophones, dict[str, Examples]]:
    """One set of models for all voices from a flat start, then each voice's readings in time."""
    seen = {voice: alignment.observations([r.acoustics for r in group]) for voice, group in readings.items()}
    some = [s for group in seen.values() for s in group[:FLAT_START]]
    texts = [r.words for group in readings.values() for r in group[:FLAT_START]]
    shared = list(alignment.train(some, texts, alignment.flat_start(some, texts), rounds=8))[-1]
    speakers = {}
    for voice, group in readings.items():
        words = [r.words for r in group]
        own = list(alignment.train(seen[voice], words, shared, rounds=1, prior=shared))[-1]
        found = alignment.align(seen[voice], words, own)
        utterances = [
            examples.trimmed(Utterance(str(number), r.words, a.tokens, r.acoustics))
            for number, (r, a) in enumerate(zip(group, found, strict=True))
            if a is not None
        ]
        print(f"{voice}: {len(utterances)} of {len(group)} aligned", boundary_error(voice, group, found), flush=True)
        speakers[voice] = examples.assemble(utterances)
    return shared, speakers


def boundary_error(voice: str, group: list[Reading], found: list[alignment.Aligned | None]) -> str:
    """Median distance in ms from flite's own phone ends, where both name the same phone."""
    from difflib import SequenceMatcher

    errors: list[float] = []
    for reading, aligned in list(zip(group, found, strict=True))[:40]:
        if aligned is None:
            continue
        command = ["flite", "-voice", voice, "-psdur", "-t", reading.text, "-o", "/dev/null"]
        parts = [
            part.rsplit(":", 1)
            for part in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        ]
        theirs = [(name.lower(), float(end)) for name, end in parts]
        ours = [(token.symbol.lower(), token.start / 200) for token in aligned.tokens]
        starts = [0.0, *(end for _, end in theirs)]
        matcher = SequenceMatcher(None, [name for name, _ in ours], [name for name, _ in theirs], False)
        scale = aligned.tokens[-1].end / 200 / starts[-1]
        for block in matcher.get_matching_blocks():
            errors += [abs(ours[block.a + k][1] - starts[block.b + k] * scale) * 1000 for k in range(1, block.size)]
    return f"median boundary error {np.median(errors):.1f} ms, 90 % within {np.percentile(errors, 90):.0f} ms"


def save(out: Path, monophones: Monophones, speakers: dict[str, Examples]) -> None:
    """Fit both networks on all voices, each in its own scale, and write the prior."""
    statistics = {voice: examples_.statistics() for voice, examples_ in speakers.items()}
    inputs = np.concatenate([e.inputs for e in speakers.values()])
    targets = np.concatenate([e.normalised(statistics[voice]) for voice, e in speakers.items()])
    scaling = Scaling(inputs.mean(0), np.maximum(inputs.std(0), 0.05))
    inputs = scaling(inputs)
    network = Network.fresh((context.CONTEXT + context.WITHIN, *HIDDEN, targets.shape[1]))
    for loss in network.fit(inputs, targets, ACOUSTIC):
        print(f"acoustic loss {loss:.4f}", flush=True)
    residual = (network.predict(inputs[::5])[:, :-1] - targets[::5, :-1]).var(0)
    durations = fit_durations(scaling, speakers)
    means = np.stack([statistics[voice].mean for voice in speakers])
    spreads = np.stack([statistics[voice].spread for voice in speakers])
    average = Statistics(means.mean(0), spreads.mean(0))
    ratios = [variance_ratio(network, scaling, e, statistics[v], residual) for v, e in speakers.items()]
    model = AcousticModel(
        network, scaling, durations, average, residual * average.spread**2,
        np.mean(ratios, axis=0).astype(np.float32), monophones,
    )  # fmt: skip
    arrays = model.arrays() | {
        "speaker_names": np.array(list(speakers)),
        "speaker_means": means,
        "speaker_spreads": spreads,
        "pairs": symbol_pairs(speakers),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as handle:
        np.savez_compressed(handle, allow_pickle=False, **arrays)


def symbol_pairs(speakers: dict[str, Examples]) -> np.ndarray:
    """Log probability of each symbol after each symbol, every pair counted once more than it was seen."""
    counts = np.ones((len(SYMBOLS), len(SYMBOLS)))
    for speaker in speakers.values():
        for before, after in pairwise(speaker.tokens):
            counts[INDEX[before.symbol], INDEX[after.symbol]] += 1
    return np.log(counts / counts.sum(1, keepdims=True)).astype(np.float32)


def fit_durations(scaling: Scaling, speakers: dict[str, Examples]) -> DurationModel:
    """One network for all voices, each relative to its own tempo."""
    rows, logs, tempos, spreads = [], [], [], []
    for speaker in speakers.values():
        values = duration.log_lengths(speaker.tokens)
        spoken = np.array([not token.is_pause for token in speaker.tokens])
        tempos.append(float(values[spoken].mean()))
        spreads.append(float(values[spoken].std()))
        rows.append(scaling(speaker.rows))
        logs.append((values - tempos[-1]) / spreads[-1])
    network = Network.fresh((context.CONTEXT, *duration.HIDDEN, 1))
    inputs, targets = np.concatenate(rows), np.concatenate(logs)[:, None].astype(np.float32)
    loss = list(network.fit(inputs, targets, DURATION))[-1]
    spread = float(np.mean(spreads))
    print(f"duration error {np.sqrt(loss) * spread:.3f} (logarithm, root mean square)")
    return DurationModel(network, float(np.mean(tempos)), spread)


def variance_ratio(
    network: Network, scaling: Scaling, speaker: Examples, own: Statistics, residual: np.ndarray
) -> np.ndarray:
    """How much more natural trajectories spread than generated ones, over 40 sentences."""
    natural, generated = [], []
    for start, end in list(pairwise(speaker.bounds))[:40]:
        predicted = network.predict(scaling(speaker.inputs[start:end]))[:, :-1] * own.spread + own.mean
        static = trajectory.generate(predicted, residual * own.spread**2)
        loud = features.speech_frames(speaker.targets[start:end, 0])
        natural.append(speaker.targets[start:end, : features.STATIC][loud])
        generated.append(static[loud])
    return trajectory.variance_ratio(np.concatenate(natural), np.concatenate(generated))


if __name__ == "__main__":
    main()
