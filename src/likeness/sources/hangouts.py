"""Legacy Google Hangouts from Google Takeout: one ``Hangouts.json`` with all conversations.

``conversations[]`` holds ``conversation`` (participants, and who the owner is) and then ``events[]``; exports before
2017 have ``conversation_state[].conversation_state`` with ``conversation`` and ``event[]``. Times are microseconds;
texts are segments of type TEXT, LINK and LINE_BREAK.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.shared.chats import Conversation, resumable
from likeness.sources.shared.jsonstream import head
from likeness.sources.shared.jsonwalk import BEGINS, JsonWalk
from likeness.sources.shared.people import People
from likeness.sources.shared.values import dicts_at, moment, text_at, value_at

_NEW = "conversations.item"
_OLD = "conversation_state.item"
_INTO = frozenset(
    {
        "",
        "conversations",
        _NEW,
        f"{_NEW}.events",
        "conversation_state",
        _OLD,
        f"{_OLD}.conversation_state",
        f"{_OLD}.conversation_state.event",
    }
)
_EVENTS = frozenset({f"{_NEW}.events.item", f"{_OLD}.conversation_state.event.item"})
_ABOUT = {f"{_NEW}.conversation": ("conversation",), f"{_OLD}.conversation_state.conversation": ()}
_BEGINS = re.compile(rb'\{.{0,400}?"(?:conversations|conversation_state)"\s*:\s*\[', re.DOTALL)
_MARKS = (b'"conversation_id"', b'"self_conversation_state"')
_REASONS = {
    "HANGOUT_EVENT": "call",
    "ADD_USER": "joined or left",
    "REMOVE_USER": "joined or left",
    "RENAME_CONVERSATION": "renamed",
}
_LISTED_MEMBERS = 12


@dataclass(frozen=True, slots=True)
class _Chat:
    """The conversation that the events after it stand in; ``names`` and ``numbers`` by the participants' ids."""

    key: str = ""
    title: str = ""
    owner: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)


class HangoutsSource:
    """Reads ``Hangouts.json``."""

    name: ClassVar[str] = "hangouts"
    title: ClassVar[str] = "Hangouts (Takeout, Hangouts.json)"

    def recognises(self, path: Path) -> bool:
        """True for JSON that begins with conversations as Hangouts describes them."""
        if not path.is_file():
            return False
        beginning = head(path)
        return bool(_BEGINS.match(beginning)) and all(mark in beginning for mark in _MARKS)

    def files(self, path: Path) -> Sequence[Path]:
        """The file itself."""
        return [path]

    def identities(self, path: Path) -> Iterator[Identity]:
        """The owner, as the first conversation that names them says; else the senders, in most conversations first."""
        people = People()
        owner = ""
        for chat, event in _events(JsonWalk(path)):
            if isinstance(event, Skipped):
                continue
            owner = owner or chat.owner
            if owner in chat.names:
                break
            sender = text_at(event, "sender_id", "gaia_id")
            if sender:
                people.add(chat.key, sender, chat.names.get(sender, ""))
        else:
            chat = _Chat()
        if not owner:
            yield from people.identities(path.name)
        for value in (chat.names.get(owner, ""), owner, chat.numbers.get(owner, "")):
            if value:
                yield Identity(value, 0, f"the account that {path.name} was exported from")

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """All conversations in their order. ``start`` is the number of an event."""
        file = JsonWalk(path)
        items = _messages(file, owner)
        yield from resumable(items, start=start, size=path.stat().st_size, position=lambda: file.position)

    def diagnose(self, path: Path) -> str | None:
        """A ``Hangouts.json`` that is empty or has no conversation."""
        if not path.is_file() or path.name.lower() != "hangouts.json":
            return None
        beginning = head(path)
        if not beginning:
            return f"{path.name} is empty; all your Hangouts conversations were expected: unpack the Takeout again"
        if re.match(rb'\{\s*"conversation(?:s|_state)"\s*:\s*\[\s*\]', beginning):
            return (
                f"{path.name} holds no conversation: Google moved them to Google Chat; choose “Google Chat” in Takeout "
                "and import its folder"
            )
        return None


def _events(file: JsonWalk) -> Iterator[tuple[_Chat, Any]]:
    """Every event with its conversation, in the order of the file."""
    chat = _Chat()
    for place, value in file.values(_INTO):
        if isinstance(value, Skipped) or place in _EVENTS:
            yield chat, value
        elif value is BEGINS and place in (_NEW, _OLD):
            chat = _Chat()
        elif place in _ABOUT:
            chat = _chat(value_at(value, *_ABOUT[place]), text_at(value, "conversation_id", "id"))


def _chat(about: Any, key: str) -> _Chat:
    names: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for entry in dicts_at(about, "participant_data"):
        id = text_at(entry, "id", "gaia_id")
        if id:
            names[id] = text_at(entry, "fallback_name")
            numbers[id] = text_at(entry, "phone_number", "e164")
    return _Chat(
        key=text_at(about, "id", "id") or key,
        title=text_at(about, "name"),
        owner=text_at(about, "self_conversation_state", "self_read_state", "participant_id", "gaia_id"),
        names={id: name for id, name in names.items() if name},
        numbers={id: number for id, number in numbers.items() if number},
    )


def _messages(file: JsonWalk, owner: Owner) -> Iterator[Message | Skipped]:
    conversation = Conversation(HangoutsSource.name, "")
    current: _Chat | None = None
    number = 0
    for chat, event in _events(file):
        if isinstance(event, Skipped):
            yield event
            continue
        if chat is not current:
            current, number = chat, 0
            people = list(chat.names) if len(chat.names) <= _LISTED_MEMBERS else []
            key = chat.key or text_at(event, "conversation_id", "id")
            conversation = Conversation(HangoutsSource.name, key, people, chat.title)
        number += 1
        id = text_at(event, "event_id")
        where = f"{file.name}:{conversation.name.partition(':')[2]}/{id or f'event {number}'}"
        yield _message(event, chat, owner, conversation, where)


def _message(event: Any, chat: _Chat, owner: Owner, conversation: Conversation, where: str) -> Message | Skipped:
    if not isinstance(event, dict):
        return Skipped("not an event", where, bad=True)
    if "chat_message" not in event:
        return Skipped(_REASONS.get(text_at(event, "event_type"), "system line"), where)
    content = value_at(event, "chat_message", "message_content")
    body = _typed(content)
    if not body:
        return Skipped("attachment without text" if dicts_at(content, "attachment") else "no text", where)
    sender = text_at(event, "sender_id", "gaia_id")
    if not sender:
        return Skipped("no sender", where, bad=True)
    sent_at = moment(text_at(event, "timestamp"), per_second=1_000_000)
    if sent_at is None:
        return Skipped("bad date", where, bad=True)
    name = chat.names.get(sender, "")
    myself = chat.owner or text_at(event, "self_event_state", "user_id", "gaia_id")
    return conversation.message(
        sender=sender,
        sender_name=name,
        body=body,
        sent_at=sent_at,
        mine=sender == myself or owner.is_me(sender, name, chat.numbers.get(sender, "")),
        native_id=text_at(event, "event_id"),
        where=where,
    )


def _typed(content: Any) -> str:
    """The segments' texts together; a line break is one whether it carries its text or not."""
    pieces = []
    for segment in dicts_at(content, "segment"):
        text = segment.get("text")
        pieces.append("\n" if segment.get("type") == "LINE_BREAK" else text if isinstance(text, str) else "")
    return "".join(pieces).strip()
