"""Blocks that stand above an answered or forwarded mail: "From: … Sent: … Subject: …", "Original Message" lines."""

from __future__ import annotations

import re

from likeness.write.clean import locales as words

_LABELS = {
    "from": words.LABEL_FROM,
    "date": words.LABEL_DATE,
    "to": words.LABEL_TO,
    "subject": words.LABEL_SUBJECT,
    "other": words.LABEL_OTHER,
}
_LABEL = re.compile(
    r"[\s>*_|]{0,6}(?:"
    + "|".join(f"(?P<{name}>{value})" for name, value in _LABELS.items())
    + r")[*_ ]{0,3}[:：](?:[*_]{0,2}\s|\S|$)",
    re.I,
)
_FROM_INLINE = rf"(?:{words.LABEL_FROM})\s?[:：].*"
_END = rf"\s*:?(?:[\s*_=-]*+|\s*-{{2,}}\s*{_FROM_INLINE})$"
_ORIGINAL = re.compile(
    rf"[\s>*_]{{0,80}}+-{{2,}}[\s*_-]{{0,80}}+(?:{words.ORIGINAL}){_END}|\s{{0,8}}(?:{words.ORIGINAL})\s*:?\s*$|"
    rf"\s*-{{4,}}+(?!BEGIN PGP)\s?[\w ]{{0,30}}\b(?:{words.MESSAGE})\b[\w ]{{0,30}}-{{4,}}\s*$",
    re.I,
)
_FORWARDED = re.compile(rf"[\s>*_=-]{{0,100}}+(?:begin\s)?\s*(?:{words.FORWARDED}){_END}", re.I)
_RULE = re.compile(r"\s{0,8}(?:_{5,}|-{5,}|={5,}|\*{5,}|─{3,}|—{3,})\s*$")
_NAMED_RULE = re.compile(r"\s{0,8}-{2,}[^-].{1,60}-{2,}\s*$")
_ADDRESS = re.compile(r"[\w.+=-]{1,64}@[\w-]{1,64}\.\w|mailto:", re.I)
_UNKNOWN = re.compile(r"\s{0,4}[*_]{0,2}[^\W\d_][^\s:：]{0,24}(?: [^\s:：]{1,14}){0,2}\s?[*_]{0,2}\s?[:：]\s*\S")
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}")
_ANSWER = re.compile(
    r"[:：]\s*[*_]{0,2}\s*(?:re|aw|antw|sv|vs|odp|res|rif|ynt|tr|wg|fwd?|fw|rv|enc|vl|i|doorst|回复|答复|转发)\s?[:：]",
    re.I,
)
_MOST_LINES = 12
_DATE_INSIDE = re.compile(rf"\s(?:{words.LABEL_DATE})[*_ ]{{0,3}}[:：]", re.I)
_RULES = "-_=*>─—"
_SHORT = 45


def find(lines: list[str], position: int) -> tuple[str, int]:
    """Kind ("forward", "reply" or "") and length of the header that starts at ``position``."""
    line = lines[position]
    text = line.strip()
    if not text or len(line) > 1000:
        return "", 0
    ruled = text[0] in _RULES or text[-1] in _RULES
    if ruled or text[-1] in ":：" or (len(text) < _SHORT and any(map(_label, lines[position + 1 : position + 3]))):
        if _FORWARDED.match(line):
            return "forward", 1 + _block(lines, position + 1, needed=1)
        if _ORIGINAL.match(line):
            return "reply", 1 + _block(lines, position + 1, needed=1)
    if not ruled and ":" not in text[:_SHORT] and "：" not in text[:_SHORT]:
        return "", 0
    if _RULE.match(line) or _NAMED_RULE.match(line):
        block = _block(lines, position + 1, needed=2) or _unknown_block(lines, position + 1)
        return ("reply", 1 + block) if block else ("", 0)
    block = 0
    if _label(line) in {"from", "date", "to", "subject"}:
        block = _block(lines, position, needed=3)
        block = block or _short_block(lines, position)
    block = block or _unknown_block(lines, position)
    return ("reply", block) if block else ("", 0)


def _label(line: str) -> str:
    if ":" not in line[:_SHORT] and "：" not in line[:_SHORT]:
        return ""
    match = _LABEL.match(line)
    return match.lastgroup or "" if match else ""


def _block(lines: list[str], start: int, needed: int) -> int:
    """Length of a ``From: / Sent: / To: / Subject:`` block at ``start`` with at least ``needed`` different labels.

    Without a line above that says what it is (``needed`` 3) the block must name a subject or an address: an author's
    own "From: Vienna, To: Paris, Date: 3 May" does neither.
    """
    seen: set[str] = set()
    end = start
    for i in range(start, min(start + _MOST_LINES, len(lines))):
        label = _label(lines[i])
        if label:
            seen.add(label)
            end = i + 1
        elif not lines[i].strip() and seen and i > start + 2 * len(seen):
            break
    named = needed < 3 or "subject" in seen or any(_ADDRESS.search(line[:300]) for line in lines[start:end])
    senders = {"from", "date"} & seen if needed > 1 else seen
    return end - start if len(seen - {"other"}) >= needed and senders and named else 0


def _short_block(lines: list[str], start: int) -> int:
    """Length of a header of two labels, an address and a time of day, on two lines or on one."""
    end = start + 1
    labels = {_label(lines[start])}
    if end < len(lines) and _label(lines[end]):
        labels.add(_label(lines[end]))
        end += 1
    text = " ".join(lines[start:end])[:600]
    dated = "date" in labels or bool(_DATE_INSIDE.search(text))
    known = len(labels & {"from", "to", "date"}) == 2 or (labels == {"from"} and dated)
    return end - start if known and dated and _ADDRESS.search(text) and _CLOCK.search(text) else 0


def _unknown_block(lines: list[str], start: int) -> int:
    """Length of a header in a language that is not listed: four labelled lines or more, the first with an address,
    one with a time, and a subject that says it answers or forwards."""
    end = start
    while end < len(lines) and end - start < 8 and len(lines[end]) < 500 and _UNKNOWN.match(lines[end]):
        end += 1
    block = lines[start:end]
    if len(block) < 4 or not _ADDRESS.search(block[0]):
        return 0
    timed = any(_CLOCK.search(line) for line in block)
    return end - start if timed and any(_ANSWER.search(line) for line in block) else 0
