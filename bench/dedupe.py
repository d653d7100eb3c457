"""Near-duplicate search against datasketch and against the exact answer, on generated messages.

Truth is an exact Jaccard join over character 5-grams (prefix filtering, Chaudhuri et al. 2006; Bayardo et al. 2007),
not a sketch. datasketch has 128 permutations in 16 bands of 8 rows, the setting that reaches the same recall; its
shingles are fed with ``update_batch``, its fastest way in. Both are given the same texts and timed in CPU seconds.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from bench.harness import finish
from likeness.write import dedupe

TEXTS = 20_000
THRESHOLD = 0.85
PEER_BANDS, PEER_ROWS = 16, 8
Pair = tuple[int, int]


def generate(count: int, seed: int = 7) -> list[str]:
    """Distinct message-like texts of 5 to 150 words; about one in six is an edited copy of an earlier one."""
    chance = random.Random(seed)
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in "aeiou"]
    vocabulary = ["".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3, 3, 4)))) for _ in range(6000)]
    weights = [1 / (rank + 5) for rank in range(len(vocabulary))]
    texts: list[str] = []
    while len(texts) < count:
        words = chance.choices(vocabulary, weights, k=min(150, max(5, round(chance.lognormvariate(3.3, 0.8)))))
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
    return list({text[i : i + dedupe.SHINGLE] for i in range(len(text) - dedupe.SHINGLE + 1)})


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


def peer(texts: Sequence[str]) -> set[Pair]:
    """What datasketch finds with the same bands: candidate pairs, as its users take them."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=PEER_BANDS * PEER_ROWS, params=(PEER_BANDS, PEER_ROWS))
    found: set[Pair] = set()
    for i, text in enumerate(texts):
        sketch = MinHash(num_perm=PEER_BANDS * PEER_ROWS)
        sketch.update_batch([shingle.encode() for shingle in shingles(text)])
        found |= {(j, i) for j in index.query(sketch)}
        index.insert(i, sketch)
    return found


def measure() -> tuple[list[list[object]], dict[str, float]]:
    """Rows for a table (method, CPU seconds, recall, precision) and the figures for programs."""
    texts = [dedupe.normalised(text) for text in generate(TEXTS)]
    truth = exact_join(texts, THRESHOLD)
    dedupe.near_duplicates(texts[:200], THRESHOLD)
    start = time.process_time()
    ours = {(i, j) for i, j in dedupe.near_duplicates(texts, THRESHOLD).tolist()}
    our_seconds = time.process_time() - start
    start = time.process_time()
    theirs = peer(texts)
    their_seconds = time.process_time() - start
    rows: list[list[object]] = [
        ["exact join", None, len(truth), 1.0, 1.0],
        [
            f"likeness, {dedupe.BANDS} x {dedupe.ROWS}, verified",
            our_seconds,
            len(ours),
            _share(ours, truth),
            _share(truth, ours),
        ],
        [
            f"datasketch, {PEER_BANDS} x {PEER_ROWS}",
            their_seconds,
            len(theirs),
            _share(theirs, truth),
            _share(truth, theirs),
        ],
    ]
    figures = {
        "dedupe_texts": len(texts),
        "dedupe_recall": _share(ours, truth),
        "dedupe_precision": _share(truth, ours),
        "dedupe_ratio": their_seconds / our_seconds,
    }
    return rows, figures


def _share(found: set[Pair], wanted: set[Pair]) -> float:
    """Share of ``wanted`` that is in ``found``."""
    return len(found & wanted) / len(wanted) if wanted else 1.0


def main() -> None:
    """Print the table and the figures."""
    rows, figures = measure()
    finish("dedupe", ["method", "CPU s", "pairs", "recall", "precision"], rows, figures)


if __name__ == "__main__":
    main()
