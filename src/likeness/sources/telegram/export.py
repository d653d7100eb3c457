"""What ``result.json`` holds: the account, its chats, and their entries as they stand there.

Telegram Desktop (2018–2025). One chat: ``{name, type, id, messages: []}``. An account: ``personal_information`` with
the owner's ``user_id``, then ``chats.list`` and ``left_chats.list`` of such chats. ``from_id`` is "user123",
"channel123", "chat123" or, until 2021, a bare number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from likeness.core.types import Skipped
from likeness.sources.shared.jsonwalk import BEGINS, JsonWalk
from likeness.sources.shared.values import text_at

_LISTS = ("chats", "left_chats")
_CHATS = frozenset({"", *(f"{name}.list.item" for name in _LISTS)})
_INTO = _CHATS | {"messages", *_LISTS} | {f"{name}.list{end}" for name in _LISTS for end in ("", ".item.messages")}
_ENTRIES = frozenset({"messages.item", *(f"{name}.list.item.messages.item" for name in _LISTS)})
_WITH_ONE_OTHER = ("personal_chat", "bot_chat")


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account was exported. Empty where the export does not say."""

    sender: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat that the entries after it stand in.

    ``key`` stays the same when a group becomes public; ``peer`` is the sender id of the only other person in it.
    """

    kind: str
    key: str
    title: str
    peer: str

    @property
    def is_group(self) -> bool:
        return not self.peer and self.kind not in ("saved_messages", "replies", "verify_codes")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a chat: a message, or a line of the system's."""

    chat: Chat
    number: int
    values: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return text_at(self.values, "type")

    @property
    def sender(self) -> str:
        """The sender's id; the name where there is no id."""
        return _sender_id(self.values.get("from_id")) or self.sender_name

    @property
    def sender_name(self) -> str:
        """The name it is shown under; empty for a deleted account."""
        return text_at(self.values, "from")


def entries(file: JsonWalk) -> Iterator[Account | Entry | Skipped]:
    """The account if the export has one, then every entry of every chat, in the order of the file."""
    about: dict[str, Any] = {}
    chat: Chat | None = None
    number = 0
    for place, value in file.values(_INTO):
        if isinstance(value, Skipped):
            yield value
        elif place == "personal_information":
            account = _account(value)
            if account:
                yield account
        elif value is BEGINS:
            if place in _CHATS:
                about, chat, number = {}, None, 0
        elif place in _ENTRIES:
            chat = chat or _chat(about)
            number += 1
            if isinstance(value, dict):
                yield Entry(chat, number, value)
            else:
                yield Skipped("not a message", f"{file.name}:{chat.key}/{number}", bad=True)
        elif place.rpartition(".")[0] in _CHATS:
            about[place.rpartition(".")[2]] = value


def _chat(about: Mapping[str, Any]) -> Chat:
    kind, number, title = text_at(about, "type"), text_at(about, "id"), text_at(about, "name")
    many = "supergroup" in kind or "channel" in kind
    space = "channel" if many else "chat" if kind == "private_group" else "user"
    peer = f"user{number}" if number and kind in _WITH_ONE_OTHER else ""
    return Chat(kind, f"{space}{number or title}", title, peer)


def _sender_id(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"user{value}"
    if not isinstance(value, str):
        return ""
    return f"user{value}" if value.isdecimal() else value.strip()


def _account(value: Any) -> Account | None:
    if not isinstance(value, dict) or not text_at(value, "user_id"):
        return None
    name = " ".join(filter(None, (text_at(value, "first_name"), text_at(value, "last_name"))))
    return Account(f"user{text_at(value, 'user_id')}", name, text_at(value, "phone_number").replace(" ", ""))
