"""Rows with named columns as messages: which column says what, by its name or by a description.

    role           column names that say it of themselves
    body           body, text, message, content, message_text, message_body, body_text, msg
    sender         sender, from, author, from_address, sender_address, sender_email, user, username
    sender_name    sender_name, from_name, author_name
    recipients     recipients, to, recipient, to_address, receiver
    contact        contact, address, phone, number          (the other side, in both directions)
    date           date, sent_at, timestamp, datetime, date_sent, sent, time, created_at, ts
    conversation   conversation, thread, chat, conversation_id, thread_id, chat_id, channel, room
    id             id, message_id, guid, uuid
    reply_to       reply_to, in_reply_to, reply_to_id, parent_id
    subject        subject, title
    is_me          is_me, is_from_me, from_me, direction, outgoing

Upper and lower case, spaces, dots and dashes make no difference ("Sent At" is sent_at).
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from likeness.core.artefacts import digest
from likeness.core.protocols import Owner
from likeness.core.types import Message, Skipped
from likeness.sources.mail import addresses
from likeness.sources.shared import moments
from likeness.sources.shared.chats import Conversation, owner_of

Role = Literal[
    "body",
    "sender",
    "sender_name",
    "recipients",
    "contact",
    "date",
    "conversation",
    "id",
    "reply_to",
    "subject",
    "is_me",
]
NAMES: Mapping[Role, tuple[str, ...]] = {
    "body": ("body", "text", "message", "content", "message_text", "message_body", "body_text", "msg"),
    "sender": (
        "sender",
        "from",
        "author",
        "from_address",
        "sender_address",
        "sender_email",
        "user",
        "username",
    ),
    "sender_name": ("sender_name", "from_name", "author_name"),
    "recipients": ("recipients", "to", "recipient", "to_address", "receiver"),
    "contact": ("contact", "address", "phone", "number"),
    "date": ("date", "sent_at", "timestamp", "datetime", "date_sent", "sent", "time", "created_at", "ts"),
    "conversation": (
        "conversation",
        "thread",
        "chat",
        "conversation_id",
        "thread_id",
        "chat_id",
        "channel",
        "room",
    ),
    "id": ("id", "message_id", "guid", "uuid"),
    "reply_to": ("reply_to", "in_reply_to", "reply_to_id", "parent_id"),
    "subject": ("subject", "title"),
    "is_me": ("is_me", "is_from_me", "from_me", "direction", "outgoing"),
}
_MINE = frozenset({"true", "t", "yes", "y", "1", "out", "outgoing", "outbound", "sent", "me"})
_NOT_MINE = frozenset({"false", "f", "no", "n", "0", "in", "incoming", "inbound", "received", ""})
_UNKNOWN = "unknown"
_CONVERSATIONS_HELD = 1024


class Described(BaseModel):
    """What a description says of columns, whatever holds them."""

    model_config = ConfigDict(extra="forbid")

    columns: dict[Role, str | int] = Field(default_factory=dict, description="role: column name")
    name: str = Field("", description="tells this table's ids and conversations from those of other tables")
    me: tuple[str, ...] = Field((), description="values of is_me or sender that mark your own messages")
    date_format: str = Field("", description="how dates are written, as strptime reads it")
    timezone: str = Field("UTC", description="zone of dates without an offset, such as Europe/Madrid")
    body_type: Literal["plain", "html"] = "plain"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, LookupError):
            raise ValueError(f"no time zone called {value!r}") from None
        return value

    @property
    def zone(self) -> tzinfo:
        return UTC if self.timezone == "UTC" else ZoneInfo(self.timezone)


def obvious(names: Iterable[str]) -> dict[Role, str]:
    """Which of ``names`` play which role; empty unless they are evidently the columns of messages.

    Needed: a body, somebody who wrote it, and a date, recipients or a conversation.
    """
    found = by_name(names)
    people = "sender" in found or "is_me" in found
    place = "date" in found or "recipients" in found or "conversation" in found
    return found if "body" in found and people and place else {}


def by_name(names: Iterable[str]) -> dict[Role, str]:
    """Which of ``names`` say their role of themselves."""
    there = {re.sub(r"[\s.\-]+", "_", name.strip().casefold()): name for name in names if isinstance(name, str)}
    return {role: there[known[0]] for role, aliases in NAMES.items() if (known := [a for a in aliases if a in there])}


class Rows:
    """Makes messages of rows, given what each role's column holds. ``table`` stands for a name where none is given."""

    def __init__(self, source: str, described: Described, owner: Owner, table: str = "") -> None:
        self._source = source
        self._table = table
        self._described = described
        self._owner = owner
        self._me = frozenset(value.strip().casefold() for value in described.me)
        self._conversations: OrderedDict[str, Conversation] = OrderedDict()

    def message(self, values: Mapping[Role, Any], where: str) -> Message | Skipped:
        """The message in a row; a :class:`Skipped` for one without a text, or with a date or direction unknown."""
        body = values.get("body")
        if isinstance(body, Mapping | list):
            return Skipped("text is no text", where, bad=True)
        text = _text(body)
        if not text:
            return Skipped("no text", where)
        try:
            date = values.get("date")
            date = _text(date) if isinstance(date, bytes) else date
            sent_at = moments.parse(date, date_format=self._described.date_format, zone=self._described.zone)
        except ValueError:
            return Skipped("bad date", where, bad=True)
        mine = self.is_mine(values)
        if mine is None:
            return Skipped("unknown direction", where, bad=True)
        sender, name = self.sender(values, mine)
        contact = _text(values.get("contact"))
        recipients = _people(values.get("recipients")) or ((contact,) if mine and contact else ())
        key = self._key(values, sender, recipients, contact)
        message = self._conversation(key).message(
            sender=sender, sender_name=name, body=text, sent_at=sent_at, mine=mine, where=where
        )
        return self._finished(message, values, recipients)

    def is_mine(self, values: Mapping[Role, Any]) -> bool | None:
        """Whether the owner wrote a row; ``None`` where its mark says neither."""
        sender = _text(values.get("sender"))
        named = sender.casefold() in self._me or self._owner.is_me(*_person(sender), _text(values.get("sender_name")))
        if "is_me" not in values:
            return bool(named)
        mark = _text(values["is_me"]).casefold()
        if self._me and (mark in self._me or not sender):
            return mark in self._me
        if mark in _MINE or mark in _NOT_MINE:
            return mark in _MINE
        return True if named else None

    def sender(self, values: Mapping[Role, Any], mine: bool) -> tuple[str, str]:
        """Address and name of who wrote a row."""
        address, name = _person(_text(values.get("sender")))
        if not address:
            address = owner_of(self._source) if mine else _text(values.get("contact")) or _UNKNOWN
        return address, _text(values.get("sender_name")) or name or address

    def _key(self, values: Mapping[Role, Any], sender: str, recipients: tuple[str, ...], contact: str) -> str:
        stated = _text(values.get("conversation")) or contact
        key = stated or " & ".join(sorted({sender.casefold(), *(person.casefold() for person in recipients)}))
        if not stated and not recipients:
            key = "messages"
        return f"{self._described.name}/{key}" if self._described.name else key

    def _conversation(self, key: str) -> Conversation:
        """The one of this key; only the latest are held, since no more is needed to tell equal messages apart."""
        if key in self._conversations:
            self._conversations.move_to_end(key)
        else:
            self._conversations[key] = Conversation(self._source, key)
            if len(self._conversations) > _CONVERSATIONS_HELD:
                self._conversations.popitem(last=False)
        return self._conversations[key]

    def _finished(self, message: Message, values: Mapping[Role, Any], recipients: tuple[str, ...]) -> Message:
        """With what a row says beyond a chat's message.

        A number of a row is not enough to make an id of: two tables count from one. Answers are looked for in the
        tables of the same name, or in the same conversation where one is stated: conversations of tables that have
        nothing to do with each other would become one.
        """
        number = _text(values.get("id"))
        parent = _text(values.get("reply_to"))
        stated = _text(values.get("conversation")) or _text(values.get("contact"))
        named = self._described.name or self._table
        prefix = f"{message.conversation}/" if stated else f"{self._source}/{named}/"
        stamp = message.sent_at.isoformat() if message.sent_at else ""
        whole = (message.conversation, number, stamp, message.sender, message.body)
        return replace(
            message,
            id=digest(whole) if number else message.id,
            native_id=prefix + number if number else "",
            reply_to=prefix + parent if parent else "",
            recipients=tuple(person for person in recipients if person != message.sender),
            subject=_text(values.get("subject")),
            body_type=self._described.body_type,
        )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes | memoryview):
        value = bytes(value).decode("utf-8", "replace")
    return str(value).replace("\0", "").strip()


def _person(text: str) -> tuple[str, str]:
    """Address and name of "Ana <ana@example.net>"; of anything else the text itself."""
    if "<" not in text and "@" not in text:
        return text, ""
    found = addresses.sender(text)
    return found.address, found.name


def _people(value: Any) -> tuple[str, ...]:
    """Recipients from a list, a JSON list in a text, or names and addresses between commas or semicolons."""
    text = "" if isinstance(value, list | tuple) else _text(value)
    if text.startswith("["):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text
    if not isinstance(value, list | tuple):
        value = re.split(r"[,;]\s*", text)
    people = (_person(_text(person))[0] for person in value if not isinstance(person, Mapping | list | tuple))
    return tuple(dict.fromkeys(person for person in people if person))
