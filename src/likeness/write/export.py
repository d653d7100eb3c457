"""Examples as the training programs read them: ChatML messages and ShareGPT conversations, one JSON object a line.

One byte-identical system prompt everywhere: without a system message the Qwen2.5 template puts in one of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from likeness.core.types import Example
from likeness.write import dataset
from likeness.write.recipe import SYSTEM_PROMPT
from likeness.write.redact import scan


def chatml(example: Example) -> dict[str, Any]:
    """``{"messages": [{"role": …, "content": …}, …]}``, the form of OpenAI, mlx-lm, TRL and Axolotl."""
    turns = (("system", SYSTEM_PROMPT), ("user", example.prompt), ("assistant", example.completion))
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def sharegpt(example: Example) -> dict[str, Any]:
    """``{"conversations": [{"from": …, "value": …}, …]}``, the form of LLaMA-Factory and Unsloth."""
    turns = (("system", SYSTEM_PROMPT), ("human", example.prompt), ("gpt", example.completion))
    return {"conversations": [{"from": speaker, "value": value} for speaker, value in turns]}


def export(folder: Path, examples: Sequence[Example]) -> list[Path]:
    """Write every training file into ``folder`` and return their paths; a split without examples is an empty file."""
    written: list[Path] = []
    for split in dataset.SPLITS:
        written.append(folder / f"{split}.chatml.jsonl")
        dataset.write_lines(written[-1], (chatml(example) for example in examples if example.split == split))
    for name, form in (("chatml", chatml), ("sharegpt", sharegpt)):
        written.append(folder / f"dataset.{name}.jsonl")
        dataset.write_lines(written[-1], map(form, examples))
    return written


def rescan(paths: Iterable[Path], regions: Sequence[str]) -> Counter[str]:
    """Look for personal data once more in every string of finished files; counts by kind, empty when clean."""
    found: Counter[str] = Counter()
    seen: set[str] = set()
    for path in paths:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                record = json.loads(line)
                turns = record.get("messages") or record.get("conversations") or []
                for turn in turns:
                    text = turn.get("content") or turn.get("value") or ""
                    if text not in seen:
                        seen.add(text)
                        found += scan(text, regions)
    return found
