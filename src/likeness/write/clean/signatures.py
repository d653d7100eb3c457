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
_STRONG_CONTACT = re.compile(
    r"\b(?:tel|fax|phone|mobile|mob|cell|telefon|tél|téléphone|telefono|teléfono|direct|office|ph|m|t|f|e|"
    r"w)\b\.? ?[:.+|]|"
    r"\+\d[\d ().-]{6,}\d|\(?\d{2,4}\)?[ .-]\d{3}[ .-]?\d{3,4}|^\W*\S+@\S+\.\w{2,}\W*$|^\W*(?:https?://|www\.)\S+$",
    re.I,
)
_RULE = re.compile(r"\s{0,4}(?:[-_=*~#]\s?){5,120}$")
_SENTENCE_END = re.compile(r"[a-zà-ÿ]{2}[.?!]$")
_QUESTION = re.compile(r"\?\s*$")
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
    end = len(kept)
    while end and (not normalised(kept[end - 1]) or normalised(kept[end - 1]) in signatures.lines):
        end -= 1
    kept = _below_rule(_below_closing(kept[:end], signatures.names))
    while kept and not kept[-1].strip():
        kept.pop()
    kept = _before_contacts(kept, signatures.names)
    if not any(line.strip() for line in kept):
        return lines, 0
    return kept, sum(1 for line in lines[len(kept) :] if normalised(line))


def _before_delimiter(lines: list[str]) -> list[str]:
    """The lines above the first delimiter that has a block of a signature's length below it."""
    found = [i for i, line in enumerate(lines) if _DELIMITER.match(line)]
    filled = 0
    last = len(lines)
    start: int | None = None
    for place in range(len(found) - 1, -1, -1):
        i = found[place]
        filled += sum(1 for line in lines[i + 1 : last] if line.strip()) + (last < len(lines))
        last = i
        if filled > _LONGEST_BLOCK:
            break
        later = found[place + 1 :]
        if not any(sum(1 for line in lines[i + 1 : j] if line.strip()) >= 8 for j in later):
            start = i
    return lines if start is None else lines[:start]


def _below_closing(lines: list[str], names: frozenset[str]) -> list[str]:
    """Drop titles, firms and numbers that stand below a closing formula and the name under it."""
    filled = [i for i, line in enumerate(lines) if line.strip()]
    for place in range(max(1, len(filled) - 9), len(filled) - 2):
        i, (name, *rest) = filled[place], filled[place + 1 :]
        if not greetings.is_closing(lines[i], names) or not greetings.may_be_name(lines[name]):
            continue
        texts = [lines[j].strip() for j in rest]
        if any(len(text) > 70 or _SENTENCE_END.search(text) for text in texts):
            continue
        if any(_CONTACT.search(text) for text in texts) or all(len(text.split()) <= 6 for text in texts):
            return [*lines[: name + 1]]
    return lines


def _before_contacts(lines: list[str], names: frozenset[str]) -> list[str]:
    """Drop a last paragraph of name, title, address and numbers that nothing introduces.

    It has two lines of contact data or more (one is enough below a name), no sentence, and the text above it does not
    end in a colon, which would announce it as content.
    """
    end = len(lines)
    start = end
    while start and lines[start - 1].strip() and end - start <= _TAIL:
        start -= 1
    block = [line.strip() for line in lines[start:end]]
    above = next((line.strip() for line in reversed(lines[max(0, start - 4) : start]) if line.strip()), "")
    if not 2 <= len(block) <= _TAIL or not above or above.endswith(":"):
        return lines
    if any(len(line) > 90 or _SENTENCE_END.search(line) or _QUESTION.search(line) for line in block):
        return lines
    contacts = sum(1 for line in block if _STRONG_CONTACT.search(line))
    named = greetings.is_name(block[0], names) or greetings.may_be_name(block[0].split("|")[0].split(",")[0])
    return lines[:start] if named and contacts and contacts + len(block) > 2 else lines


def _below_rule(lines: list[str]) -> list[str]:
    """Drop what stands below the last drawn line when it is short lines only, two of them contact data or more."""
    rule = next(
        (i for i in range(len(lines) - 1, max(-1, len(lines) - 3 * _LONGEST_BLOCK), -1) if _RULE.match(lines[i])), 0
    )
    block = [line.strip() for line in lines[rule + 1 :] if line.strip()]
    if not rule or not 2 <= len(block) <= _LONGEST_BLOCK:
        return lines
    if any(len(line) > 90 or _SENTENCE_END.search(line) or _QUESTION.search(line) for line in block):
        return lines
    return lines[:rule] if sum(1 for line in block if _STRONG_CONTACT.search(line)) >= 2 else lines
