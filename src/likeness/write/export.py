"""Examples as the training programs read them: ChatML messages and ShareGPT conversations, one JSON object a line.

One byte-identical system prompt everywhere: without a system message the Qwen2.5 template puts in one of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from likeness.core import files
from likeness.core.prompts import SYSTEM_PROMPT
from likeness.core.types import Example
from likeness.write import dataset
from likeness.write.helpers import Helpers
from likeness.write.redact import Names, scan

_LINES_AT_ONCE = 20_000
_TEXTS_AT_ONCE = 1_000


def chatml(example: Example) -> dict[str, Any]:
    """``{"messages": [{"role": …, "content": …}, …]}``, the form of OpenAI, mlx-lm, TRL and Axolotl."""
    turns = (("system", SYSTEM_PROMPT), ("user", example.prompt), ("assistant", example.completion))
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def sharegpt(example: Example) -> dict[str, Any]:
    """``{"conversations": [{"from": …, "value": …}, …]}``, the form of LLaMA-Factory and Unsloth."""
    turns = (("system", SYSTEM_PROMPT), ("human", example.prompt), ("gpt", example.completion))
    return {"conversations": [{"from": speaker, "value": value} for speaker, value in turns]}


def export(folder: Path) -> list[Path]:
    """Write every training file into ``folder`` from its ``examples.jsonl``, read once, and return their paths.

    A split without examples is an empty file.
    """
    names = (*(f"{split}.chatml" for split in dataset.SPLITS), "dataset.chatml", "dataset.sharegpt")
    paths = {name: folder / f"{name}.jsonl" for name in names}
    with ExitStack() as stack:
        out = {name: stack.enter_context(files.replacing(path)) for name, path in paths.items()}
        for example in dataset.examples(folder):
            line = dataset.line(chatml(example)) + b"\n"
            out[f"{example.split}.chatml"].write(line)
            out["dataset.chatml"].write(line)
            out["dataset.sharegpt"].write(dataset.line(sharegpt(example)) + b"\n")
    return list(paths.values())


def rescan(
    paths: Iterable[Path], regions: Sequence[str], names: Names | None = None, *, helpers: int = 0
) -> Counter[str]:
    """Look for personal data once more in every string of finished files; counts by kind, empty when clean.

    ``names`` are looked for too. ``helpers`` is the number of processes that do it. What stands in several files is
    looked at once: 8 bytes of memory for each different string.
    """
    found: Counter[str] = Counter()
    with Helpers(_scanning, regions, names, count=helpers) as scanning:
        for counted in scanning.map(_different(paths)):
            found += counted
    return found


def _scanning(regions: Sequence[str], names: Names | None) -> Callable[[list[str]], Counter[str]]:
    """What a helper does with a batch of strings."""

    def count(texts: list[str]) -> Counter[str]:
        return sum((scan(text, regions, names) for text in texts), Counter())

    return count


def _different(paths: Iterable[Path]) -> Iterator[list[str]]:
    """The strings of the files, each once, some at a time."""
    seen = np.empty(0, dtype=np.uint64)
    for path in paths:
        with path.open(encoding="utf-8", newline="\n") as lines:
            while block := list(islice(lines, _LINES_AT_ONCE)):
                texts = {_hash(text): text for line in block for text in _strings(json.loads(line))}
                hashes = np.fromiter(texts, dtype=np.uint64, count=len(texts))
                new = np.setdiff1d(hashes, seen, assume_unique=True)
                seen = np.union1d(seen, new)
                found = (texts[number] for number in new.tolist())
                while batch := list(islice(found, _TEXTS_AT_ONCE)):
                    yield batch


def _strings(record: dict[str, Any]) -> Iterator[str]:
    for turn in record.get("messages") or record.get("conversations") or []:
        yield turn.get("content") or turn.get("value") or ""


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
