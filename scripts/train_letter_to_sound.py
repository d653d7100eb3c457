"""Train the letter-to-sound model on the shipped lexicon, measure it on words held out, and store it.

    python scripts/train_letter_to_sound.py [--epochs 16] [--hidden 640 256] [--seed 1]

Five words in a hundred (chosen by a hash of the spelling) are never trained on; the model that is measured on them is
the one that ships. Prints phoneme and word error, with and without stress, against the nearest listed pronunciation.
"""

from __future__ import annotations

import argparse
import random
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from align_letters import align, bare, estimate
from numpy.typing import NDArray
from scipy import sparse

from likeness.engines.builtin.voice.english import letter_to_sound as model
from likeness.engines.builtin.voice.english.letters import spell
from likeness.engines.builtin.voice.english.lexicon import lexicon

DATA = Path(__file__).parent.parent / "src/likeness/engines/builtin/voice/data"
RAREST = 25
"""A chunk seen fewer times than this is noise: words that need it are left out of training."""
WORST = -6.0
"""Mean log-probability per letter below which an alignment is refused (initialisms, foreign spellings)."""

Phones = tuple[str, ...]
Example = tuple[str, tuple[Phones, ...]]
Floats = NDArray[np.float32]


def held_out(word: str) -> bool:
    return zlib.crc32(word.encode()) % 20 == 0


def aligned(words: Sequence[Example]) -> list[tuple[str, list[Phones]]]:
    """Words with their first pronunciation cut into one chunk for each letter, stress digits kept."""
    pairs = [(word, bare(known[0])) for word, known in words]
    estimates = estimate(random.Random(0).sample(pairs, min(12_000, len(pairs))))
    found = []
    for (word, known), (_, phones) in zip(words, pairs, strict=True):
        score, chunks = align(word, phones, estimates)
        if score / len(word) < WORST:
            continue
        marked, start = [], 0
        for chunk in chunks:
            marked.append(known[0][start : start + len(chunk)])
            start += len(chunk)
        found.append((word, marked))
    counts = Counter(chunk for _, chunks in found for chunk in chunks)
    return [(word, chunks) for word, chunks in found if all(counts[chunk] >= RAREST for chunk in chunks)]


def inputs(
    words: Sequence[tuple[str, list[Phones]]], classes: dict[Phones, int]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Switched-on input columns and the right class for every letter of every word."""
    rows, targets = [], []
    for word, chunks in words:
        around = model.letter_columns(model.letter_ids(word))
        path: list[int] = []
        stressed = False
        for position in range(len(word) - 1, -1, -1):
            rows.append(np.concatenate((around[position], model.history_columns(path, stressed, len(classes)))))
            path.insert(0, classes[chunks[position]])
            targets.append(path[0])
            stressed = stressed or any(phone.endswith("1") for phone in chunks[position])
    return np.array(rows, dtype=np.int32), np.array(targets, dtype=np.int32)


class Network:
    """Two hidden layers on sparse one-hot input, trained with Adam (Kingma and Ba, 2015)."""

    def __init__(self, sizes: Sequence[int], seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.weights = [
            (self.random.standard_normal((a, b)) * np.sqrt(2 / (16 if index == 0 else a))).astype(np.float32)
            for index, (a, b) in enumerate(pairwise(sizes))
        ]
        self.biases = [np.zeros(size, dtype=np.float32) for size in sizes[1:]]
        everything = [*self.weights, *self.biases]
        self.moments = [(np.zeros_like(array), np.zeros_like(array)) for array in everything]
        self.steps = 0

    def step(self, columns: NDArray[np.int32], targets: NDArray[np.int32], rate: float, dropout: float) -> float:
        """One batch; returns its mean cross-entropy in nats."""
        count, switched = columns.shape
        x = sparse.csr_matrix(
            (np.ones(columns.size, np.float32), columns.ravel(), np.arange(0, columns.size + 1, switched)),
            shape=(count, len(self.weights[0])),
        )
        keep = 1 - dropout
        first = np.maximum(x @ self.weights[0] + self.biases[0], 0)
        mask = (self.random.random(first.shape, dtype=np.float32) < keep) / np.float32(keep)
        first *= mask
        second = np.maximum(first @ self.weights[1] + self.biases[1], 0)
        logits = second @ self.weights[2] + self.biases[2]
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        shares /= shares.sum(axis=1, keepdims=True)
        loss = -float(np.log(shares[np.arange(count), targets] + 1e-9).mean())
        shares[np.arange(count), targets] -= 1
        shares /= count
        back_second = (shares @ self.weights[2].T) * (second > 0)
        back_first = (back_second @ self.weights[1].T) * (first > 0) * mask
        slopes = [x.T @ back_first, first.T @ back_second, second.T @ shares]
        slopes += [back_first.sum(0), back_second.sum(0), shares.sum(0)]
        self._adam(slopes, rate)
        return loss

    def _adam(self, slopes: Sequence[Floats], rate: float) -> None:
        self.steps += 1
        scale = rate * np.sqrt(1 - 0.999**self.steps) / (1 - 0.9**self.steps)
        for array, slope, (mean, spread) in zip([*self.weights, *self.biases], slopes, self.moments, strict=True):
            mean += 0.1 * (slope - mean)
            spread += 0.001 * (slope * slope - spread)
            array -= np.float32(scale) * mean / (np.sqrt(spread) + 1e-8)


def packed(network: Network, chunks: Sequence[Phones]) -> dict[str, NDArray[np.generic]]:
    """What is stored: int8 weights with a scale for each column, float16 biases, the chunks as text."""
    arrays: dict[str, NDArray[np.generic]] = {"chunks": np.array("|".join(" ".join(chunk) for chunk in chunks))}
    for index, (weights, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        scale = np.maximum(np.abs(weights).max(axis=0), 1e-6) / 127
        arrays[f"weights{index}"] = np.round(weights / scale).astype(np.int8)
        arrays[f"scale{index}"] = scale.astype(np.float32)
        arrays[f"bias{index}"] = bias.astype(np.float16)
    return arrays


def distance(left: Sequence[str], right: Sequence[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(right) + 1))
    for index, item in enumerate(left, 1):
        diagonal, row[0] = row[0], index
        for place, other in enumerate(right, 1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (item != other))
    return row[-1]


def measure(words: Sequence[Example], trained: model.LetterToSound) -> dict[str, float]:
    """Errors on ``words`` in percent."""
    totals = Counter[str]()
    for word, known in words:
        guess = trained.pronounce(word)
        for name, plain in (("stressed", False), ("bare", True)):
            said = bare(guess) if plain else guess
            options = [bare(phones) if plain else phones for phones in known]
            nearest = min(options, key=lambda option: distance(said, option))
            wrong = distance(said, nearest)
            totals[f"{name} phoneme errors"] += wrong
            totals[f"{name} phonemes"] += len(nearest)
            totals[f"{name} words wrong"] += bool(wrong)
    return {
        f"{name} {kind} error %": round(100 * totals[f"{name} {over}"] / (totals[f"{name} {under}"] or len(words)), 2)
        for name in ("bare", "stressed")
        for kind, over, under in (("phoneme", "phoneme errors", "phonemes"), ("word", "words wrong", ""))
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--hidden", type=int, nargs=2, default=[640, 256])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0, help="share of the words to train on, for quick trials")
    parser.add_argument("--out", type=Path, default=DATA / "letter_to_sound.npz")
    options = parser.parse_args()
    words = [(word, known) for word, known in lexicon().items() if known[0] != spell(word) and len(word) > 1]
    train = [example for example in words if not held_out(example[0])]
    train = random.Random(options.seed).sample(train, int(options.share * len(train)))
    test = [example for example in words if held_out(example[0])]
    began = time.process_time()
    examples = aligned(train)
    chunks: list[Phones] = [("",), *sorted({chunk for _, found in examples for chunk in found})]
    columns, targets = inputs(examples, {chunk: index for index, chunk in enumerate(chunks)})
    print(f"{len(examples)} of {len(train)} words aligned, {len(chunks)} chunks, {time.process_time() - began:.0f} s")
    network = Network([model.columns(len(chunks)), *options.hidden, len(chunks)], options.seed)
    batch = 512
    total = options.epochs * (len(targets) // batch)
    for epoch in range(options.epochs):
        order = network.random.permutation(len(targets))
        losses = []
        for start in range(0, len(order) - batch + 1, batch):
            progress = network.steps / total
            picked = order[start : start + batch]
            losses.append(network.step(columns[picked], targets[picked], 2e-3 * (1 - progress) + 2e-5, 0.1))
        print(f"epoch {epoch + 1}: {np.mean(losses):.4f} nats, {time.process_time() - began:.0f} s", flush=True)
    arrays: dict[str, Any] = packed(network, chunks)
    np.savez_compressed(options.out, **arrays)
    print(f"{options.out.stat().st_size} bytes; held out: {len(test)} words")
    print(measure(test, model.LetterToSound.load(options.out.read_bytes())))


if __name__ == "__main__":
    main()
