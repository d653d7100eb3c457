"""Threads in HTML: ``message_N.html`` of both products, of every year.

A message is a block of three: the sender (a heading or ``div``), the content, and the date as a reader of the account's
language would write it, wall time of a zone that no page names. Class names change with every release; this structure
has not. Inside the content the second ``div`` holds what was typed, the others attachments, a copy of a link and
reactions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from likeness.sources.meta import notices
from likeness.sources.meta.entry import Entry
from likeness.sources.whatsapp import stamps

SIZE_LIMIT = 32 << 20
"""Exports begin a new file after some thousand messages, at a few megabytes."""
_BLOCKS = frozenset({"div", "section", "article", "li"})
_ZONE = re.compile(r"\s*(?:\(?(?:UTC|GMT)\s?[+-]?\d{0,2}(?::?\d{2})?\)?|Z)\s*$")
_MONTH_NUMBER = re.compile(r"(\d{1,2}) ?[月월] ?(\d{1,2}), (\d{4})")
"""East Asian accounts get the English order with a numbered month: ``7月 01, 2026``."""
_LONGEST_DATE = 60


def entries(path: Path, name: str) -> Iterator[Entry]:
    """The messages of one file, newest first as exports have them. The file must be below :data:`SIZE_LIMIT`."""
    yield from parsed(path.read_bytes(), name)


def parsed(raw: bytes, name: str) -> Iterator[Entry]:
    """The messages of an HTML document, or of the beginning of one."""
    tree = LexborHTMLParser(raw)
    for line_break in tree.css("br"):
        line_break.replace_with("\n")
    blocks = list(_blocks(tree))
    order = _order([date for _, _, date in blocks])
    for number, (sender, content, date) in enumerate(blocks, start=1):
        yield _entry(sender, content, _when(date, order), f"{name}:message {number}")


def _blocks(tree: LexborHTMLParser) -> Iterator[tuple[str, LexborNode, str]]:
    """(sender, content, date) of each message, in the document's order."""
    root = tree.css_first("main") or tree.css_first("[role=main]") or tree.body
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        children = [child for child in node.iter() if child.is_element_node]
        if node.tag in _BLOCKS and len(children) == 3 and (found := _message(children)) is not None:
            yield found
            continue
        waiting.extend(child for child in reversed(children) if child.tag in _BLOCKS or child.tag in ("main", "footer"))


def _message(children: list[LexborNode]) -> tuple[str, LexborNode, str] | None:
    sender, content, date = children
    written = date.text(deep=True).strip()
    named = sender.text(deep=True).strip()
    if not named or not 6 <= len(written) <= _LONGEST_DATE or not any(character.isdigit() for character in written):
        return None
    heading = sender.tag in ("h1", "h2", "h3", "h4") or not any(child.is_element_node for child in sender.iter())
    return (named, content, written) if heading and "\n" not in named and content.tag == "div" else None


def _entry(sender: str, content: LexborNode, sent_at: datetime | None, where: str) -> Entry:
    text, attached = _typed(content)
    if not text:
        return Entry(sender, sent_at, "", "attachment" if attached else "no text", where, precise=False)
    reason = notices.reason(text, sender)
    if not reason and sent_at is None:
        return Entry(sender, None, "", "bad date", where, precise=False, bad=True)
    return Entry(sender, sent_at, text, reason, where, precise=False)


def _typed(content: LexborNode) -> tuple[str, bool]:
    """What was typed, and whether there is more than text."""
    attached = content.css_first("img, video, audio, a, table") is not None
    inner = _divs(content)
    parts = _divs(inner[0]) if len(inner) == 1 else inner
    if len(parts) >= 2:
        return parts[1].text(deep=True).strip(), attached
    node = parts[0] if parts else content
    for reactions in node.css("ul"):
        reactions.decompose()
    return node.text(deep=True).strip(), attached


def _divs(node: LexborNode) -> list[LexborNode]:
    return [child for child in node.iter() if child.tag == "div"]


def _stamp(date: str) -> stamps.Stamp | None:
    return stamps.parse(_MONTH_NUMBER.sub(r"\3-\1-\2", _ZONE.sub("", date)))


def _order(dates: list[str]) -> stamps.Order | None:
    """The order of day, month and year in the numeric dates of one file; ``None`` where both can be meant."""
    for date in dates:
        stamp = _stamp(date)
        if stamp is None or stamp.order:
            continue
        first, second, _ = stamp.numbers
        if stamp.widths[0] == 4:
            return "ymd"
        if "." in date.split()[0] or first > 12:
            return "dmy"
        if second > 12:
            return "mdy"
    return None


def _when(date: str, order: stamps.Order | None) -> datetime | None:
    stamp = _stamp(date)
    if stamp is None or not (stamp.order or order):
        return None
    return stamps.when(stamp, order or "dmy")
