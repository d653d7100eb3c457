"""Discord's data package: ``messages/c<id>/`` with ``channel.json`` and ``messages.json``, until 2024 ``messages.csv``.

``messages/index.json`` names the channels, ``account/user.json`` the owner and their friends. The folders are called
``Messages`` and ``Account`` since 2024, and until 2020 those of channels were bare ids. All messages are the owner's.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from likeness.core.types import Message, Skipped
from likeness.sources.discord.names import person_of, plain, title_of
from likeness.sources.shared.chats import Conversation, owner_of
from likeness.sources.shared.jsonstream import head
from likeness.sources.shared.jsonwalk import Edge, JsonWalk, whole
from likeness.sources.shared.values import dicts_at, iso_moment, text_at, value_at

NAMES = ("messages.json", "messages.csv")
SIDE_FILES = frozenset({"channel.json", "index.json", "user.json"})
_HEADER = ["ID", "Timestamp", "Contents", "Attachments"]
_TABLE = re.compile(rb'"?ID"?,"?Timestamp"?,"?Contents"?,"?Attachments"?\r?(?:\n|$)')
_ENTRY = re.compile(rb'\[\s*\{\s*"(?:ID|Timestamp|Contents|Attachments)"\s*:')
_MARKS = (b'"ID"', b'"Timestamp"', b'"Contents"')
_DIRECT = re.compile(r"Direct Message with (?P<handle>.{1,64}?)(?:#0{1,4})?")
_KINDS = {"1": "DM", "3": "GROUP_DM"}


@dataclass(frozen=True, slots=True)
class Account:
    """The owner and whom they know. ``people`` are names by id, ``handles`` handles by id."""

    id: str
    sender: str
    name: str
    names: tuple[str, ...]
    people: Mapping[str, str] = field(default_factory=dict)
    handles: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


def is_messages(path: Path) -> bool:
    """Whether ``path`` holds a channel's messages as the package writes them."""
    if path.name not in NAMES:
        return False
    beginning = head(path)
    if path.name.endswith(".csv"):
        return bool(_TABLE.match(beginning))
    if _ENTRY.match(beginning):
        return all(mark in beginning for mark in _MARKS)
    return beginning.strip() == b"[]" and bool(text_at(whole(path.with_name("channel.json")), "id"))


def channels(folder: Path) -> list[Path]:
    """The messages in the folder of one channel, of all channels, or of the whole package."""
    for way in ("", "*/", "*/*/"):
        found = sorted(file for name in NAMES for file in folder.glob(f"{way}{name}"))
        if found:
            return found
    return []


def side_files(messages: Path) -> Iterator[Path]:
    """What lies around a channel's messages and says more about them."""
    beside, index = messages.with_name("channel.json"), messages.parent.parent / "index.json"
    yield from (path for path in (beside, index) if path.is_file())
    if index.is_file():
        yield from sorted(index.parent.parent.glob("*/user.json"))


def is_account(path: Path) -> bool:
    """Whether ``path`` is the package's description of the owner."""
    values = whole(path) if path.name == "user.json" else None
    return bool(text_at(values, "username")) and isinstance(value_at(values, "relationships"), list)


def account(messages: Path) -> Account:
    """Whose package it is that a channel's messages lie in; under a name of ours where the package does not say."""
    around = [path for path in side_files(messages) if path.name != "channel.json"]
    return _account(tuple((path, path.stat().st_mtime_ns) for path in around))


@lru_cache(maxsize=2)
def _account(around: tuple[tuple[Path, int], ...]) -> Account:
    loaded = [(path.name, whole(path)) for path, _ in around]
    values = next((value for name, value in loaded if name == "user.json"), None)
    index = next((value for name, value in loaded if name == "index.json"), None)
    me = person_of(values)
    friends = [person_of(friend.get("user")) for friend in dicts_at(values, "relationships")]
    known = [person for person in (me, *friends) if person.id]
    stated = (me.sender, me.name, me.id, text_at(values, "email").lower())
    names = tuple(dict.fromkeys(filter(None, stated))) or (owner_of("discord"),)
    return Account(
        me.id,
        me.sender or owner_of("discord"),
        me.name,
        names,
        {person.id: person.name for person in known},
        {person.id: person.sender for person in known},
        {id: text_at(index, id) for id in index} if isinstance(index, dict) else {},
    )


class Channel:
    """One channel's messages; ``position`` counts the bytes read so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._account = account(path)
        self._file = JsonWalk(path)
        self._table: io.BufferedReader | None = None
        about = whole(path.with_name("channel.json"))
        self._key = text_at(about, "id") or path.parent.name.removeprefix("c")
        kind = _KINDS.get(text_at(about, "type"), text_at(about, "type"))
        title = "" if kind == "DM" else title_of(text_at(about, "guild", "name"), text_at(about, "name"))
        people = self._people(about) if kind in ("DM", "GROUP_DM") else []
        self._conversation = Conversation("discord", self._key, people, title)
        # "general in My server", "Direct Message with ana#0"
        self._channels = {id: name.split(" in ", 1)[0] for id, name in self._account.channels.items() if name}

    @property
    def position(self) -> int:
        if self._table is not None and not self._table.closed:
            return self._table.tell()
        return self._file.position

    def read(self) -> Iterator[Message | Skipped]:
        rows = self._rows() if self._path.suffix == ".csv" else self._entries()
        for number, row in enumerate(rows, 1):
            yield row if isinstance(row, Skipped) else self._message(row, number)

    def _entries(self) -> Iterator[Any]:
        for _, value in self._file.values({""}):
            if not isinstance(value, Edge):
                yield value

    def _rows(self) -> Iterator[Any]:
        with self._path.open("rb") as self._table:
            text = io.TextIOWrapper(self._table, encoding="utf-8-sig", errors="replace", newline="")
            rows = csv.reader(text)
            try:
                for row in rows:
                    if row and row != _HEADER:
                        yield dict(zip(_HEADER, row, strict=False)) if len(row) >= len(_HEADER) - 1 else row
            except csv.Error as error:
                where = f"{self._key}/{self._path.name}:line {rows.line_num}"
                yield Skipped("damaged table", where, bad=True, detail=str(error)[:80])

    def _message(self, row: Any, number: int) -> Message | Skipped:
        id = text_at(row, "ID")
        where = f"{self._key}/{self._path.name}:{id or f'message {number}'}"
        if not isinstance(row, dict) or not id.isdecimal():
            return Skipped("not a message", where, bad=True)
        body = plain(text_at(row, "Contents"), self._account.people, self._channels)
        if not body:
            return Skipped("attachment without text" if text_at(row, "Attachments") else "no text", where)
        sent_at = iso_moment(text_at(row, "Timestamp"))
        if sent_at is None:
            return Skipped("bad date", where, bad=True)
        return self._conversation.message(
            sender=self._account.sender,
            sender_name=self._account.name,
            body=body,
            sent_at=sent_at,
            mine=True,
            native_id=id,
            where=where,
        )

    def _people(self, about: Any) -> list[str]:
        """The handles of those a direct message goes to, as far as the package tells them, else their ids."""
        listed = value_at(about, "recipients")
        ids = [str(id) for id in listed if isinstance(id, str | int)] if isinstance(listed, list) else []
        others = [id for id in ids if id != self._account.id]
        match = _DIRECT.fullmatch(self._account.channels.get(self._key, ""))
        if match and len(others) <= 1:
            return [match["handle"]]
        return [self._account.handles.get(id, id) for id in others]
