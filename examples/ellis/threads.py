"""Reads the hand-written conversations in ``threads/``.

Mail files (``work-*.txt``, ``home.txt``):

    == Subject | Label,Label
    -- 2016-03-02 10:11 howard to=me,priya cc=gareth inline nosig
    the text, up to the next line that begins with "-- 2" or "== "

Words after the sender: ``to=`` and ``cc=`` (default: everybody else in the thread so far), ``inline`` (the text quotes
by itself), ``noquote``, ``nosig``, ``html`` (HTML only), ``auto`` (an automatic answer).

Chat files (``chat-*.txt``): a line ``## 2017-05-13`` starts a day, ``10:02 kit: text`` is a message, ``*`` the system;
``\\n`` inside a text is a line break.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

_HEAD = re.compile(r"-- (\d{4}-\d\d-\d\d \d\d:\d\d) (\w+)(.*)")
_CHAT = re.compile(r"(\d\d:\d\d) ([\w*]+): (.*)")


@dataclass(slots=True)
class Letter:
    """One mail as written: who, when, to whom, the text and how it is to be encoded."""

    when: datetime
    sender: str
    text: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()


@dataclass(slots=True)
class Thread:
    subject: str
    labels: tuple[str, ...]
    at_work: bool
    letters: list[Letter] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ChatLine:
    when: datetime
    sender: str
    text: str


def mail_threads(folder: Path) -> list[Thread]:
    """Every thread of every mail file, in file order."""
    paths = [*sorted(folder.glob("work-*.txt")), folder / "home.txt"]
    return [thread for path in paths for thread in _threads_of(path)]


def _threads_of(path: Path) -> Iterator[Thread]:
    for block in re.split(r"^== ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        title, _, rest = block.partition("\n")
        subject, _, labels = title.partition(" | ")
        thread = Thread(subject.strip(), tuple(labels.strip().split(",")), at_work=path.name.startswith("work"))
        for part in re.split(r"^(?=-- 2)", rest, flags=re.M):
            if part.strip():
                thread.letters.append(_letter(part, thread))
        yield thread


def _letter(part: str, thread: Thread) -> Letter:
    head, _, text = part.partition("\n")
    match = _HEAD.match(head)
    if match is None:
        raise ValueError(f"cannot read {head!r} in {thread.subject!r}")
    when, sender, words = datetime.strptime(match[1], "%Y-%m-%d %H:%M"), match[2], match[3].split()
    options = dict(word.split("=", 1) for word in words if "=" in word)
    earlier = {name for letter in thread.letters for name in (letter.sender, *letter.to)}
    to = tuple(options["to"].split(",")) if "to" in options else tuple(sorted(earlier - {sender})) or ("me",)
    cc = tuple(options["cc"].split(",")) if "cc" in options else ()
    flags = frozenset(word for word in words if "=" not in word)
    return Letter(when, sender, text.strip("\n"), to, cc, flags)


def chat_lines(path: Path) -> list[ChatLine]:
    """The messages of one chat file."""
    lines, day = [], ""
    for raw in path.read_text(encoding="utf-8").splitlines():
        if raw.startswith("## "):
            day = raw[3:].strip()
        elif raw.strip():
            match = _CHAT.match(raw)
            if match is None:
                raise ValueError(f"cannot read {raw!r} in {path.name}")
            when = datetime.strptime(f"{day} {match[1]}", "%Y-%m-%d %H:%M")
            lines.append(ChatLine(when, match[2], match[3].replace("\\n", "\n")))
    return lines
