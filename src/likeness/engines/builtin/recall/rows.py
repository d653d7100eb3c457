"""The owner's messages as the engine learns from them: the "train" lines of a dataset's ``exchanges.jsonl``."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from likeness.core import spans
from likeness.core.errors import InputError, NotReady
from likeness.engines.builtin.recall.sites import Situation

EXCHANGES = "exchanges.jsonl"
_PLACEHOLDER = re.compile(spans.PLACEHOLDER)


@dataclass(frozen=True, slots=True)
class Row:
    """One message of the owner: cleaned text, what it answered, and where it went."""

    text: str
    context: str
    channel: str
    correspondent: str
    greeting: str
    sign_off: str
    sent_at: str
    message_ids: tuple[str, ...]

    @property
    def situation(self) -> Situation:
        return Situation(self.channel, self.correspondent.casefold())


def read(data: Path) -> list[Row]:
    """The training rows of the dataset in ``data``, oldest first.

    Raises :class:`NotReady` when the dataset has none and :class:`InputError` when a line cannot be read.
    """
    path = data / EXCHANGES
    if not path.is_file():
        raise NotReady(f"{data.name} has no {EXCHANGES}", hint="make a dataset with: likeness prepare writing")
    rows: list[Row] = []
    with path.open(encoding="utf-8", newline="\n") as handle:
        for number, line in enumerate(handle, 1):
            try:
                record = json.loads(line)
                if record["split"] == "train" and record["text"].strip():
                    rows.append(_row(record))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise InputError(
                    f"{EXCHANGES} line {number} cannot be read: {error}", hint="prepare the dataset again"
                ) from None
    if not rows:
        raise NotReady("the dataset has no training messages", hint="import more, then: likeness prepare writing")
    return sorted(rows, key=lambda row: row.sent_at)


def _row(record: dict[str, Any]) -> Row:
    return Row(
        text=unwrapped(record["text"].strip()),
        context=record.get("context") or "",
        channel=record.get("channel") or "",
        correspondent=record.get("correspondent") or "",
        greeting=(record.get("greeting") or "").strip(),
        sign_off=(record.get("sign_off") or "").strip(),
        sent_at=record.get("sent_at") or "",
        message_ids=tuple(record.get("message_ids") or ()),
    )


def unwrapped(text: str) -> str:
    """Join lines that a mail program broke; lines the person broke stay. Hard wrapping shows as long lines."""
    lines = text.split("\n")
    out = lines[0]
    for before, line in pairwise(lines):
        wrapped = (
            len(before) >= 55 and line[:1] not in "-*•>|" and bool(line.strip()) and not re.match(r"\s|\d+[.)]", line)
        )
        out += (" " if wrapped else "\n") + line
    return out


def names(rows: Iterable[Row]) -> frozenset[str]:
    """Words (lower case) that are names in these messages: capitalised inside sentences, hardly ever lower case."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for row in rows:
        capital.update(span.text.lower() for span in spans.find(row.text) if span.kind == "name")
        small.update(re.findall(r"\b[a-z][\w'-]*\b", row.text))
        capital.update(re.findall(r"[^\W\d_]{2,}", row.correspondent.split("@")[0].lower()))
    return frozenset(word for word, count in capital.items() if small[word] * 4 < count)


def clean_enough(text: str) -> bool:
    """False for text with a redaction placeholder in it, which must never be written out."""
    return not _PLACEHOLDER.search(text)
