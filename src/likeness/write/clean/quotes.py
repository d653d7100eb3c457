"""Finding what the owner did not write in a mail's plain text: quotes, attribution lines, reply headers, forwards.

The owner's text between quotes (an inline reply) is kept; what follows a reply header without quote marks is not.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from likeness.write.clean import locales as words

_QUOTE = re.compile(r"\s{0,4}(?:>|»|&gt;)|\s{0,8}[A-Z][A-Za-z]{0,12}>(?=\s|$)|\s{0,2}\|\s(?=\S.*\S)")
_QUOTE_MARK = re.compile(r"\s{0,8}(?:[A-Z][A-Za-z]{0,12}(?=>))?(?:>|»|&gt;|\|(?=\s))\s?")
_ADDRESS_END = re.compile(r"\s*>\s?[:：]\s*$")
_RUN_ON = re.compile(r"(.*\S)\s+(On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? .*\d.* wrote:\s*)$")
_STRAY = re.compile(r"\s*[:>|]+\s*$")
_GOES_ON = re.compile(r"[a-zà-ÿ(]")
_TABLE = re.compile(r"\s*\|.*\|\s*$")
_WROTE = re.compile(rf"(?:^|[\s,)>\]\"'“”])(?:{words.WROTE})\b|写道|寫道|書きました|님이 작성", re.I)
_WROTE_END = re.compile(rf"(?:\b(?:{words.WROTE})|写道|寫道|書きました|님이 작성)\b[^.?!]{{0,60}}[:：]\s*>?$", re.I)
_OPENER = re.compile(rf"\W*(?:{words.OPENER})\b\.?,?\s", re.I)
_EMAIL = re.compile(r"[\w.+=-]+(?:@| at |\(at\)|\[at\]| _at_ )[\w-]+\.[\w.-]*|<mailto:|@[\w.-]+\.\w{2,}>", re.I)
_DATE = re.compile(
    rf"\b(?:19|20)\d\d\b|\b\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}\b|\b\d{{1,2}}[:.]\d{{2}}\b|"
    rf"\b(?:{words.MONTH})\w*\.?,?\s+\d{{1,2}}\b|\b\d{{1,2}}\.?\s+(?:de\s+)?(?:{words.MONTH})|\d{{4}}年",
    re.I,
)
_LEADING_DATE = re.compile(
    r"\W*(?:\d{1,2}:\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|(?:19|20)\d\d年|"
    r"\d{1,2}\.? \w{3,9}\.? \d{4})"
)
_ENDS = re.compile(r"(?:[:：]\s*>?|\bwrote\s*-{2,}|\bwrote\s*\.{3}|[>)]\s*wrote)\s*$", re.I)
_FIRST_PERSON = re.compile(
    r"\b(?:I|we|ich|wir|je|nous|yo|ik|jag|jeg) (?:[a-zà-ÿ]+ )?(?:wrote|said|say|write|schrieb|écrit)", re.I
)
_LABELS = {
    "from": words.LABEL_FROM,
    "date": words.LABEL_DATE,
    "to": words.LABEL_TO,
    "subject": words.LABEL_SUBJECT,
    "other": words.LABEL_OTHER,
}
_LABEL = re.compile(
    r"[\s>*_]{0,6}(?:"
    + "|".join(f"(?P<{name}>{value})" for name, value in _LABELS.items())
    + r")[*_ ]{0,3}[:：][*_]?(?=\s|\S*@|$|\S)",
    re.I,
)
_ORIGINAL = re.compile(
    rf"[\s>*_-]*-{{2,}}\s*(?:{words.ORIGINAL})\s*:?[\s*_-]*$|^\s*(?:{words.ORIGINAL})\s*:?\s*$|"
    rf"\s*-{{4,}}\s?[\w ]{{0,30}}\b(?:{words.MESSAGE})\b[\w ]{{0,30}}-{{4,}}\s*$",
    re.I,
)
_FORWARDED = re.compile(rf"[\s>*_-]*(?:-{{2,}}|_{{2,}}|begin)?\s*(?:{words.FORWARDED})\s*:?[\s*_-]*$", re.I)
_RULE = re.compile(r"\s*(?:_{5,}|-{5,}|={5,})\s*$")
_MAX_HEADER = 12
_MAX_ATTRIBUTION = 5


@dataclass(slots=True)
class Split:
    """``own`` lines are the owner's, ``quoted`` theirs who is answered (first level, marks removed)."""

    own: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    removed: Counter[str] = field(default_factory=Counter)


def split_quotes(lines: list[str]) -> Split:
    """Tell the owner's lines from quoted ones.

    A removed stretch leaves one blank line in ``own`` so that the paragraphs around it stay apart.
    """
    result = Split()
    lines = [part for line in lines for part in _apart(line)]
    quoted = [is_quote(line) for line in lines]
    quoted = _with_broken_ends(lines, quoted)
    position = 0
    while position < len(lines):
        if quoted[position]:
            position = _take_quote(lines, quoted, position, result)
            continue
        length = _attribution(lines, quoted, position)
        if length:
            position = _take_attribution(lines, quoted, position, length, result)
            continue
        kind, length = _header(lines, position)
        if kind:
            position = _take_header(lines, quoted, position, length, kind, result)
            continue
        if not _STRAY.match(lines[position]):
            result.own.append(lines[position])
        position += 1
    return result


def is_quote(line: str) -> bool:
    """True for a line that carries a quote mark (``>``, ``»``, ``AB>``, a leading bar that is no table)."""
    return bool(_QUOTE.match(line)) and not _TABLE.match(line) and not _ADDRESS_END.match(line)


def unquote(line: str) -> str:
    """``line`` without its outermost quote mark."""
    return _QUOTE_MARK.sub("", line, count=1)


def _apart(line: str) -> list[str]:
    """``line``, in two when an attribution follows the owner's words on it."""
    match = _RUN_ON.match(line) if line.rstrip().endswith(":") else None
    return [match[1], match[2]] if match and not is_quote(line) else [line]


def _with_broken_ends(lines: list[str], quoted: list[bool]) -> list[bool]:
    """Mark parts of quoted lines that were broken off and left without a quote mark.

    A tail was broken off at a mailer's margin: it stands directly between two quoted lines, is short, and the line
    above it is long. A head was broken off where an answer was put in: it stands alone under a blank line, ends in the
    middle of a sentence, and the quoted line right below goes on in lower case.
    """
    marked = list(quoted)
    for i in range(1, len(lines) - 1):
        tail = lines[i].strip()
        if quoted[i] or not tail or not quoted[i + 1]:
            continue
        if not quoted[i - 1]:
            alone = not lines[i - 1].strip() and len(tail) < 80 and tail[-1] not in ".?!:;)"
            marked[i] = alone and bool(_GOES_ON.match(unquote(lines[i + 1]).lstrip("> ")))
            continue
        # The break came where the tail's first word would have crossed the margin.
        crossed = len(lines[i - 1].rstrip()) + 1 + len(tail.split()[0])
        likely = len(tail) <= 60 if tail[0].islower() else len(tail) <= 40 and not tail.endswith(("?", "!"))
        marked[i] = crossed >= 66 and likely
    return marked


def _take_quote(lines: list[str], quoted: list[bool], position: int, result: Split) -> int:
    while position < len(lines) and quoted[position]:
        inner = unquote(lines[position]) if is_quote(lines[position]) else lines[position]
        if not is_quote(inner):
            result.quoted.append(inner)
        result.removed["quote"] += 1
        position += 1
    result.own.append("")
    return position


def _attribution(lines: list[str], quoted: list[bool], position: int) -> int:
    """Number of lines of the attribution that starts at ``position``, 0 when none does.

    Read from its first line, so that one broken over several ("On … ⏎ … wrote:") goes whole.
    """
    for length in range(1, _MAX_ATTRIBUTION + 1):
        end = position + length - 1
        if end >= len(lines) or not lines[end].strip() or (length > 1 and quoted[end]):
            return 0
        if not _ENDS.search(lines[end]):
            continue
        joined = " ".join(line.strip() for line in lines[position : end + 1])
        follows = _next_filled(quoted, lines, end + 1)
        if len(joined) <= 400 and _is_attribution(joined, length, followed=follows):
            return length
        return 0
    return 0


def _is_attribution(text: str, length: int, *, followed: bool) -> bool:
    """``followed``: a quoted line comes next, which lets weaker evidence do."""
    dated, mailed, wrote = bool(_DATE.search(text)), bool(_EMAIL.search(text)), bool(_WROTE.search(text))
    opened = bool(_OPENER.match(text)) or bool(_LEADING_DATE.match(text))
    if _FIRST_PERSON.search(text) and not followed:
        return False
    if opened and dated and (wrote or mailed):
        return True
    if length == 1 or _name_above(text):
        if mailed and wrote:
            return True
        if followed and (_WROTE_END.search(text) or (mailed and dated)):
            return True
    return False


def _name_above(text: str) -> bool:
    """The part before the address or verb is a name only: no sentence ran into the attribution."""
    before = re.split(r"[<(\[]|\s(?=\S+@)", text, maxsplit=1)[0]
    return len(before.split()) <= 6 and not re.search(r"[.?!;]\s", before)


def _next_filled(quoted: list[bool], lines: list[str], start: int) -> bool:
    for i in range(start, min(start + 4, len(lines))):
        if lines[i].strip():
            return quoted[i]
    return False


def _take_attribution(lines: list[str], quoted: list[bool], position: int, length: int, result: Split) -> int:
    result.removed["attribution"] += 1
    end = position + length
    if _next_filled(quoted, lines, end) or any(quoted[end:]):
        return end
    result.quoted += lines[end:]
    result.removed["quote"] += len(lines) - end
    return len(lines)


def _label(line: str) -> str:
    match = _LABEL.match(line)
    return match.lastgroup or "" if match else ""


def _header(lines: list[str], position: int) -> tuple[str, int]:
    """Kind ("forward", "reply" or "") and length of the reply header that starts at ``position``."""
    line = lines[position]
    if _FORWARDED.match(line):
        return "forward", 1 + _header_block(lines, position + 1, needed=1)
    if _ORIGINAL.match(line):
        return "reply", 1 + _header_block(lines, position + 1, needed=1)
    if _RULE.match(line) or re.match(r"\s*-{2,}.{3,60}-{2,}\s*$", line):
        block = _header_block(lines, position + 1, needed=2)
        return ("reply", 1 + block) if block else ("", 0)
    block = _header_block(lines, position, needed=3) if _label(line) in {"from", "date", "to", "subject"} else 0
    return ("reply", block) if block else ("", 0)


def _header_block(lines: list[str], start: int, needed: int) -> int:
    """Length of a ``From: / Sent: / To: / Subject:`` block at ``start`` with at least ``needed`` different labels."""
    seen: set[str] = set()
    end = start
    for i in range(start, min(start + _MAX_HEADER, len(lines))):
        label = _label(lines[i])
        if label:
            seen.add(label)
            end = i + 1
        elif not lines[i].strip() and seen and i > start + 2 * len(seen):
            break
    senders = {"from", "date"} & seen if needed > 1 else seen
    return end - start if len(seen - {"other"}) >= needed and senders else 0


def _take_header(lines: list[str], quoted: list[bool], position: int, length: int, kind: str, result: Split) -> int:
    """Skip the header; what follows is dropped too, unless it is quoted and the owner wrote below it."""
    end = position + length
    nothing_above = not any(line.strip() for line in result.own)
    result.removed["forward" if kind == "forward" else "reply header"] += 1
    if nothing_above and kind == "reply" and any(quoted[end:]):
        return end
    result.quoted += [unquote(line) if quoted[i] else line for i, line in enumerate(lines[end:], end)]
    result.removed["quote"] += len(lines) - end
    return len(lines)
