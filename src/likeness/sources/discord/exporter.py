"""Channels saved by DiscordChatExporter as JSON: ``{guild, channel, dateRange, exportedAt, messages: [], …}``.

Every author's messages, with replies (``type`` "Reply", ``reference.messageId``). Mentions are mostly names already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from likeness.core.protocols import Owner
from likeness.core.types import Message, Skipped
from likeness.sources.discord.names import Person, person_of, plain, title_of
from likeness.sources.shared.chats import Conversation
from likeness.sources.shared.jsonstream import head
from likeness.sources.shared.jsonwalk import JsonWalk
from likeness.sources.shared.values import dicts_at, iso_moment, text_at

_BEGINS = re.compile(rb'\{\s*"guild"\s*:\s*\{')
_MARKS = tuple(re.compile(mark) for mark in (rb'"channel"\s*:\s*\{', rb'"dateRange"\s*:\s*\{', rb'"messages"\s*:\s*\['))
_SHOWN = ("nickname", "name")
_TYPED = frozenset({"Default", "Reply", "0", "19"})
_REPLIES = frozenset({"Reply", "19"})
_COMMANDS = frozenset({"ChatInputCommand", "ContextMenuCommand", "20", "23"})


@dataclass(frozen=True, slots=True)
class About:
    """What the file says of its channel before the messages."""

    key: str
    name: str
    title: str
    is_direct: bool


def is_channel(path: Path) -> bool:
    """Whether ``path`` is a channel in this form."""
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    beginning = head(path)
    return bool(_BEGINS.match(beginning)) and all(mark.search(beginning) for mark in _MARKS)


def authors(path: Path) -> Iterator[tuple[About, Person]]:
    """Who wrote each message that a person typed."""
    for about, entry in _entries(JsonWalk(path)):
        author = person_of(entry.get("author"), "name", shown=_SHOWN) if isinstance(entry, dict) else None
        if author and author.sender and not author.is_bot and text_at(entry, "type") in _TYPED:
            yield about, author


class Channel:
    """One channel's messages; ``position`` counts the bytes read so far."""

    def __init__(self, path: Path, owner: Owner) -> None:
        self._file = JsonWalk(path)
        self._owner = owner
        self._conversation = Conversation("discord", "")

    @property
    def position(self) -> int:
        return self._file.position

    def read(self) -> Iterator[Message | Skipped]:
        number = 0
        for about, entry in _entries(self._file):
            if isinstance(entry, Skipped):
                yield entry
                continue
            if not number:
                self._conversation = Conversation("discord", about.key, (), about.title)
            number += 1
            yield self._message(entry, about, number)

    def _message(self, entry: Any, about: About, number: int) -> Message | Skipped:
        id, kind = text_at(entry, "id"), text_at(entry, "type")
        where = f"{self._file.name}:{id or f'message {number}'}"
        if not isinstance(entry, dict) or not id:
            return Skipped("not a message", where, bad=True)
        if kind not in _TYPED:
            return Skipped("answer to a command" if kind in _COMMANDS else "system line", where)
        if entry.get("forwardedMessage"):
            return Skipped("forwarded", where)
        body = plain(text_at(entry, "content"), _mentioned(entry), {})
        if not body:
            return Skipped(_why_empty(entry), where)
        author = person_of(entry.get("author"), "name", shown=_SHOWN)
        if not author.sender:
            return Skipped("no sender", where, bad=True)
        sent_at = iso_moment(text_at(entry, "timestamp"))
        if sent_at is None:
            return Skipped("bad date", where, bad=True)
        here = text_at(entry, "reference", "channelId") in ("", about.key)
        return self._conversation.message(
            sender=author.sender,
            sender_name=author.name,
            body=body,
            sent_at=sent_at,
            mine=self._owner.is_me(author.sender, author.name, author.id, text_at(entry, "author", "name")),
            native_id=id,
            reply_to=text_at(entry, "reference", "messageId") if kind in _REPLIES and here else "",
            automated=author.is_bot,
            where=where,
        )


def _entries(file: JsonWalk) -> Iterator[tuple[About, Any]]:
    about = About("", "", "", False)
    guild = ""
    for place, value in file.values({"", "messages"}):
        if place == "messages.item" or isinstance(value, Skipped):
            yield about, value
        elif place == "guild":
            guild = text_at(value, "name")
        elif place == "channel":
            about = _about(value, guild)


def _about(channel: Any, guild: str) -> About:
    name, kind = text_at(channel, "name"), text_at(channel, "type")
    is_direct = kind in ("DirectTextChat", "1")
    is_group = kind in ("DirectGroupTextChat", "3")
    title = "" if is_direct else name if is_group else title_of(guild, name)
    return About(text_at(channel, "id"), name, title, is_direct)


def _mentioned(entry: Mapping[str, Any]) -> dict[str, str]:
    """The names by id of those whom a message mentions."""
    people = (person_of(named, "name", shown=_SHOWN) for named in dicts_at(entry, "mentions"))
    return {person.id: person.name for person in people if person.name}


def _why_empty(entry: Mapping[str, Any]) -> str:
    if dicts_at(entry, "stickers"):
        return "sticker"
    return "attachment without text" if dicts_at(entry, "attachments") else "no text"
