"""Signatures: the ``-- `` delimiter, and lines that repeat below an owner's name at the end of their mails."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from likeness.write.clean import greetings

_DELIMITER = re.compile(r"\s{0,2}(?:--|—|–|-- \*{2}|\*\*|__)\s*$")
_CONTACT = re.compile(
    r"https?://|www\.|@|\b(?:tel|fax|phone|mobile|mob|cell|telefon|tél|email|e-mail|web)\b|\d{3}.*\d{3}|\bext\.", re.I
)
_SPACE = re.compile(r"\s+")
_TAIL = 10
_LONGEST_BLOCK = 15
_LINE_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Signatures:
    """What is known of one owner: ``lines`` of their signature (normalised) and ``names`` they sign with (tokens,
    case-folded)."""

    lines: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


def normalised(line: str) -> str:
    """``line`` as it is compared: case-folded, single spaces, no framing punctuation."""
    return _SPACE.sub(" ", line).strip(" *_-|•·~=").casefold()


def mine(texts: Iterable[list[str]], names: frozenset[str]) -> Signatures:
    """Find the owner's signature lines in ``texts``, each one mail's own lines without quotes.

    A line counts when it ends at least three mails, and 1 % of them, and stands below their name or a closing
    formula in most, or carries contact data. A favourite last sentence is therefore not mistaken for one.
    """
    seen: Counter[str] = Counter()
    below: Counter[str] = Counter()
    mails = 0
    for lines in texts:
        mails += 1
        tail = [line for line in lines if line.strip()][-_TAIL:]
        signed = False
        counted: set[str] = set()
        for line in tail:
            key = normalised(line)
            if greetings.is_name(line, names) or greetings.is_closing(line, names):
                signed = True
            elif key and len(line) <= _LINE_LIMIT and key not in counted:
                counted.add(key)
                seen[key] += 1
                below[key] += signed
    needed = max(3, round(mails * 0.01))
    found = {
        key
        for key, count in seen.items()
        if count >= needed and (below[key] * 2 > count or (_CONTACT.search(key) and len(key.split()) <= 8))
    }
    return Signatures(frozenset(found), names)


def strip(lines: list[str], signatures: Signatures) -> tuple[list[str], int]:
    """``lines`` without their signature, and how many lines were taken."""
    kept = _before_delimiter(lines)
    while kept:
        last = kept[-1]
        if not normalised(last) or normalised(last) in signatures.lines:
            kept = kept[:-1]
        else:
            break
    kept = _below_closing(kept, signatures.names)
    if not any(line.strip() for line in kept):
        return lines, 0
    return kept, sum(1 for line in lines if normalised(line)) - sum(1 for line in kept if normalised(line))


def _before_delimiter(lines: list[str]) -> list[str]:
    for i, line in enumerate(lines):
        if _DELIMITER.match(line):
            below = [text for text in lines[i + 1 :] if text.strip()]
            if len(below) <= _LONGEST_BLOCK and not any(_DELIMITER.match(text) for text in below[8:]):
                return lines[:i]
    return lines


def _below_closing(lines: list[str], names: frozenset[str]) -> list[str]:
    """Drop titles, firms and numbers that stand below a closing formula and the name under it."""
    filled = [i for i, line in enumerate(lines) if line.strip()]
    for place, i in enumerate(filled):
        below = filled[place + 1 :]
        if not 2 <= len(below) <= 8 or not greetings.is_closing(lines[i], names) or place == 0:
            continue
        name, *rest = below
        texts = [lines[j].strip() for j in rest]
        if not greetings.may_be_name(lines[name]) or any(
            len(text) > 70 or re.search(r"[a-z][.?!]$", text) for text in texts
        ):
            continue
        if any(_CONTACT.search(text) for text in texts) or all(len(text.split()) <= 6 for text in texts):
            return [*lines[: name + 1]]
    return lines
