"""Near-duplicate search against datasketch and against the exact answer, on generated messages.

Truth is an exact Jaccard join over character 5-grams (prefix filtering, Chaudhuri et al. 2006; Bayardo et al. 2007),
not a sketch: of all texts up to 20,000, of the first 20,000 of more. Precision is that of every pair found in that
sample, and of 50,000 pairs drawn from all that were found. datasketch has 128 permutations in 16 bands of 8 rows, the
setting that reaches the same recall; its shingles are fed with ``update_batch``, its fastest way in. Each side runs in
a process of its own on the same texts; CPU seconds count, and memory is the process's peak over that with the texts
read.

    python -m bench.dedupe [--texts 20000]
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.harness import finish, peak_mb
from likeness.write import dedupe, minhash

TEXTS = 20_000
SAMPLE = 20_000
CHECKED = 50_000
THRESHOLD = 0.85
PEER_BANDS, PEER_ROWS = 16, 8
Pair = tuple[int, int]


def generate(count: int, seed: int = 7) -> list[str]:
    """Distinct message-like texts of 5 to 150 words; about one in six is an edited copy of an earlier one."""
    chance = random.Random(seed)
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in "aeiou"]
    vocabulary = ["".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3, 3, 4)))) for _ in range(6000)]
    weights = list(accumulate(1 / (rank + 5) for rank in range(len(vocabulary))))
    texts: list[str] = []
    while len(texts) < count:
        words = chance.choices(
            vocabulary, cum_weights=weights, k=min(150, max(5, round(chance.lognormvariate(3.3, 0.8))))
        )
        texts.append(" ".join(words))
        if chance.random() < 0.2:
            for _ in range(chance.choice((1, 1, 2, 4))):
                texts.append(" ".join(_edited(words, vocabulary, chance)))
    distinct = dict.fromkeys(text for text in texts if len(text) >= dedupe.SHORTEST)
    return list(distinct)[:count]


def _edited(words: list[str], vocabulary: list[str], chance: random.Random) -> list[str]:
    changed = list(words)
    for _ in range(chance.randint(1, max(1, len(words) // 7))):
        place = chance.randrange(len(changed))
        match chance.choice(("replace", "insert", "delete")):
            case "replace":
                changed[place] = chance.choice(vocabulary)
            case "insert":
                changed.insert(place, chance.choice(vocabulary))
            case _ if len(changed) > 5:
                del changed[place]
    return changed


def shingles(text: str) -> list[str]:
    """Distinct character 5-grams."""
    return list({text[i : i + minhash.SHINGLE] for i in range(len(text) - minhash.SHINGLE + 1)})


def exact_join(texts: Sequence[str], threshold: float) -> set[Pair]:
    """Every pair at or above ``threshold``: two such sets share one of the rarest shingles of each."""
    sets = [set(shingles(text)) for text in texts]
    frequency = Counter(shingle for one in sets for shingle in one)
    index: defaultdict[str, list[int]] = defaultdict(list)
    found: set[Pair] = set()
    for j in sorted(range(len(sets)), key=lambda i: len(sets[i])):
        size = len(sets[j])
        ordered = sorted(sets[j], key=lambda shingle: (frequency[shingle], shingle))
        prefix = ordered[: size - int(np.ceil(threshold * size)) + 1]
        for i in {i for shingle in prefix for i in index[shingle]}:
            if len(sets[i]) >= threshold * size:
                common = len(sets[i] & sets[j])
                if common >= threshold * (len(sets[i]) + size - common):
                    found.add((min(i, j), max(i, j)))
        for shingle in prefix:
            index[shingle].append(j)
    return found


def likeness(texts: Sequence[str], folder: Path) -> NDArray[np.int64]:
    """The pairs found by the product, as it works on a large archive: band keys in files."""
    return dedupe.near_duplicates(texts, THRESHOLD, folder)


def datasketch(texts: Sequence[str], folder: Path) -> NDArray[np.int64]:
    """What datasketch finds: candidate pairs, as its users take them."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=PEER_BANDS * PEER_ROWS, params=(PEER_BANDS, PEER_ROWS))
    found: list[Pair] = []
    for i, text in enumerate(texts):
        sketch = MinHash(num_perm=PEER_BANDS * PEER_ROWS)
        sketch.update_batch([shingle.encode() for shingle in shingles(text)])
        found += [(j, i) for j in index.query(sketch)]
        index.insert(i, sketch)
    return np.array(found, dtype=np.int64).reshape(-1, 2)


SIDES = {"likeness": likeness, "datasketch": datasketch}


def run_side(side: str, path: Path) -> dict[str, float]:
    """Time one side in this process on the texts in ``path``; its pairs go to a file beside it."""
    with tempfile.TemporaryDirectory() as folder:
        SIDES[side]([f"a text to warm up on, number {i}" for i in range(50)], Path(folder))
        texts = [json.loads(line) for line in path.open(encoding="utf-8")]
        before = peak_mb()
        start = time.process_time()
        pairs = SIDES[side](texts, Path(folder))
        seconds = time.process_time() - start
    np.save(path.with_suffix(f".{side}.npy"), pairs)
    return {"seconds": seconds, "grown_mb": peak_mb() - before, "pairs": len(pairs)}


def measure(count: int = TEXTS) -> tuple[list[list[object]], dict[str, float]]:
    """Rows for a table (method, CPU seconds, pairs, recall, precision, memory) and the figures for programs."""
    texts = [dedupe.normalised(text) for text in generate(count)]
    truth = exact_join(texts[:SAMPLE], THRESHOLD)
    runs: dict[str, Mapping[str, float]] = {}
    quality: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.jsonl"
        path.write_text("".join(json.dumps(text) + "\n" for text in texts), encoding="utf-8")
        for side in SIDES:
            command = [sys.executable, "-m", "bench.dedupe", "--side", side, "--path", str(path)]
            runs[side] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            quality[side] = _quality(texts, np.load(path.with_suffix(f".{side}.npy")), truth)
    names = {
        "likeness": f"likeness, {minhash.BANDS} x {minhash.ROWS}, verified",
        "datasketch": f"datasketch, {PEER_BANDS} x {PEER_ROWS}",
    }
    rows: list[list[object]] = [[f"exact join of {len(texts[:SAMPLE]):,} texts", "", len(truth), 1.0, 1.0, ""]]
    rows += [
        [f"{names[side]}, {len(texts):,} texts", run["seconds"], run["pairs"], *quality[side], round(run["grown_mb"])]
        for side, run in runs.items()
    ]
    ours, theirs = runs["likeness"], runs["datasketch"]
    return rows, {
        "dedupe_texts": len(texts),
        "dedupe_recall": quality["likeness"][0],
        "dedupe_precision": quality["likeness"][1],
        "dedupe_ratio": theirs["seconds"] / ours["seconds"],
        "dedupe_memory_mb": ours["grown_mb"],
        "dedupe_memory_ratio": ours["grown_mb"] / max(theirs["grown_mb"], 1),
    }


def _quality(texts: Sequence[str], pairs: NDArray[np.int64], truth: set[Pair]) -> tuple[float, float]:
    """Recall in the sample, and precision there and of pairs drawn from all."""
    inside = {(i, j) for i, j in pairs[pairs.max(axis=1, initial=0) < SAMPLE].tolist()}
    drawn = random.Random(5).sample(range(len(pairs)), min(CHECKED, len(pairs)))
    right = sum(_similar(texts[i], texts[j]) for i, j in pairs[sorted(drawn)].tolist())
    return _share(inside, truth), min(_share(truth, inside), right / max(len(drawn), 1))


def _similar(a: str, b: str) -> bool:
    one, other = set(shingles(a)), set(shingles(b))
    common = len(one & other)
    return common >= THRESHOLD * (len(one) + len(other) - common)


def _share(found: set[Pair], wanted: set[Pair]) -> float:
    """Share of ``wanted`` that is in ``found``."""
    return len(found & wanted) / len(wanted) if wanted else 1.0


def main() -> None:
    """Print the table and the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=TEXTS)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps(run_side(options.side, options.path)))
        return
    rows, figures = measure(options.texts)
    finish("dedupe", ["method", "CPU s", "pairs", "recall", "precision", "memory MB"], rows, figures)


if __name__ == "__main__":
    main()
