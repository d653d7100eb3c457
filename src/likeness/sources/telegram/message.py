"""From an entry of a Telegram chat to a message, or to the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from likeness.core.protocols import Owner
from likeness.core.types import Message, Skipped
from likeness.sources.shared.chats import Conversation
from likeness.sources.shared.values import iso_moment, moment, text_at
from likeness.sources.telegram.export import Account, Chat, Entry

_NOT_TYPED = (
    ("forwarded_from", "forwarded"),
    ("forwarded_from_id", "forwarded"),
    ("via_bot", "sent through a bot"),
)
_NO_CONVERSATIONS = {
    "saved_messages": "saved messages",
    "verify_codes": "chat of the system's",
    "replies": "chat of the system's",
}
_LOGIN_CODES = "user777000"


class Reader:
    """Turns entries into messages; one conversation per chat."""

    def __init__(self, name: str, owner: Owner) -> None:
        self._name = name
        self._owner = owner
        self._account: Account | None = None
        self._conversations: dict[str, Conversation] = {}

    def read(self, entries: Iterable[Account | Entry | Skipped]) -> Iterator[Message | Skipped]:
        for entry in entries:
            if isinstance(entry, Account):
                self._account = entry
            elif isinstance(entry, Skipped):
                yield entry
            else:
                yield self._entry(entry)

    def _entry(self, entry: Entry) -> Message | Skipped:
        where = f"{self._name}:{entry.chat.key}/{text_at(entry.values, 'id') or entry.number}"
        unwanted = _why_unwanted(entry)
        if unwanted:
            return Skipped(unwanted, where)
        body = typed(entry.values)
        if not body:
            return Skipped(_why_empty(entry.values), where)
        sent_at = _sent_at(entry.values)
        if sent_at is None:
            return Skipped("bad date", where, bad=True)
        if not entry.sender:
            return Skipped("no sender", where, bad=True)
        mine = self._is_mine(entry)
        return self._conversation(entry.chat).message(
            sender=entry.sender,
            sender_name=entry.sender_name,
            body=body,
            sent_at=sent_at,
            mine=mine,
            native_id=text_at(entry.values, "id"),
            reply_to=_reply_to(entry),
            automated=not mine and entry.chat.kind == "bot_chat",
            where=where,
        )

    def _is_mine(self, entry: Entry) -> bool:
        """The account's own; in a chat of two whoever is not the other; else as the owner confirmed."""
        if self._account and entry.sender == self._account.sender:
            return True
        if entry.chat.peer and entry.sender.startswith("user"):
            return entry.sender != entry.chat.peer
        return self._owner.is_me(entry.sender, entry.sender_name)

    def _conversation(self, chat: Chat) -> Conversation:
        known = self._conversations.get(chat.key)
        if known is None:
            people = [chat.peer, self._account.sender if self._account else ""] if chat.peer else []
            known = Conversation("telegram", chat.key, people, chat.title if chat.is_group else "")
            self._conversations[chat.key] = known
        return known


def typed(values: Mapping[str, Any]) -> str:
    """The text: ``text`` is a string, or a list of strings and of marked pieces such as ``{type: link, text: …}``."""
    for key in ("text", "text_entities"):
        value = values.get(key)
        pieces = value if isinstance(value, list) else [value]
        texts = [piece.get("text") if isinstance(piece, dict) else piece for piece in pieces]
        joined = "".join(text for text in texts if isinstance(text, str)).strip()
        if joined:
            return joined
    return ""


def _why_unwanted(entry: Entry) -> str:
    if entry.kind == "service":
        return "system line"
    if entry.kind != "message":
        return "not a message"
    if entry.chat.kind in _NO_CONVERSATIONS:
        return _NO_CONVERSATIONS[entry.chat.kind]
    if entry.chat.peer == _LOGIN_CODES:
        return "chat of the system's"
    for key, reason in _NOT_TYPED:
        if key in entry.values:
            return reason
    entities = entry.values.get("text_entities") or entry.values.get("text")
    if isinstance(entities, list):
        kinds = {str(piece.get("type")) for piece in entities if isinstance(piece, dict)}
        if kinds == {"bot_command"} and all(isinstance(piece, dict) for piece in entities):
            return "command to a bot"
    return ""


def _why_empty(values: Mapping[str, Any]) -> str:
    if values.get("media_type") == "sticker":
        return "sticker"
    return "media without text" if any(key in values for key in ("media_type", "photo", "file")) else "no text"


def _reply_to(entry: Entry) -> str:
    """The entry it answers, if that is of the same chat."""
    elsewhere = text_at(entry.values, "reply_to_peer_id")
    if elsewhere and elsewhere not in (entry.chat.key, entry.chat.peer):
        return ""
    return text_at(entry.values, "reply_to_message_id")


def _sent_at(values: Mapping[str, Any]) -> datetime | None:
    """``date_unixtime`` (seconds), else ``date``: the wall clock of the exporting machine, marked UTC."""
    stamp = text_at(values, "date_unixtime")
    return moment(stamp) if stamp else iso_moment(text_at(values, "date"))
