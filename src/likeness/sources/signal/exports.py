"""Signal's chats as JSON: the app's own export, and those of two programs that read Signal Desktop's data.

Signal's own (``main.jsonl``, 2025): a line of ``version`` and ``backupTimeMs``, then a frame a line: ``account``,
``recipient`` (contact, group or self), ``chat`` and ``chatItem``, each after what it refers to; numbers of 64 bits are
strings. ``sigtop`` writes a list of Desktop's message objects, a file for each chat. ``signal-export`` writes
``CHAT/data.json``, a line for each message, with "Me" as the owner's name.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from likeness.core.types import Skipped
from likeness.sources.shared.jsonstream import JsonFile, head
from likeness.sources.signal.entry import ME, Entry, joined, moment

Form = Literal["own", "sigtop", "signal-export"]
_LINE_LIMIT = 16 << 20
_EXPORT_KEYS = frozenset({"date", "sender", "body", "quote", "sticker", "reactions", "attachments"})
_DESKTOP_KEYS = frozenset({"conversationId", "type"})
_DESKTOP_TIMES = ("sent_at", "timestamp", "received_at")
_NO_TEXT = {
    "updateMessage": "system line",
    "stickerMessage": "sticker",
    "remoteDeletedMessage": "unsent",
    "contactMessage": "attachment",
    "viewOnceMessage": "attachment",
    "paymentNotification": "system line",
    "giftBadge": "system line",
    "poll": "poll",
}


def form(path: Path) -> Form | None:
    """Which of the three a file is, by its beginning; ``None`` for any other."""
    if path.suffix.lower() not in (".json", ".jsonl"):
        return None
    start = head(path)
    if start[:1] == b"[":
        first = _object(start[1:].lstrip())
        if first.keys() >= _DESKTOP_KEYS and any(isinstance(first.get(key), int) for key in _DESKTOP_TIMES):
            return "sigtop"
        return None
    first = _object(start)
    if {"version", "backupTimeMs"} <= first.keys():
        return "own"
    return "signal-export" if first.keys() >= _EXPORT_KEYS else None


class Export:
    """Reads one file; ``position`` counts the bytes taken so far."""

    def __init__(self, path: Path, kind: Form) -> None:
        self._path = path
        self._kind = kind
        self._file = JsonFile(path)
        self._bytes = 0

    @property
    def position(self) -> int:
        return max(self._bytes, self._file.position)

    def entries(self) -> Iterator[Entry | Skipped]:
        """All messages, in the file's order."""
        if self._kind == "own":
            frames = _Frames()
            for number, value in self._lines():
                if isinstance(value, Skipped):
                    yield value
                elif (entry := frames.entry(value, f"{self._path.name}:line {number}")) is not None:
                    yield entry
        elif self._kind == "signal-export":
            chat = self._path.parent.name
            for number, value in self._lines():
                yield (
                    value
                    if isinstance(value, Skipped)
                    else _exported(value, chat, f"{chat}/{self._path.name}:line {number}")
                )
        else:
            for number, item in enumerate(self._file.items("item"), start=1):
                where = f"{self._path.name}:message {number}"
                if isinstance(item, Skipped):
                    yield item
                elif isinstance(item, dict):
                    yield _desktop(item, where, self._path.stem)
                else:
                    yield Skipped("not a message", where, bad=True)

    def owner_names(self) -> Iterator[str]:
        """What the export says the owner is called."""
        if self._kind == "own":
            for _, value in self._lines():
                if isinstance(value, dict) and isinstance(account := value.get("account"), dict):
                    yield joined([account.get("givenName"), account.get("familyName")])
                    yield joined([account.get("username")])
                    return

    def _lines(self) -> Iterator[tuple[int, dict[str, Any] | Skipped]]:
        with self._path.open("rb") as handle:
            number = 0
            while line := handle.readline(_LINE_LIMIT):
                number += 1
                self._bytes += len(line)
                if not line.strip():
                    continue
                where = f"{self._path.name}:line {number}"
                try:
                    value = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
                except (ValueError, RecursionError) as error:
                    yield number, Skipped("damaged line", where, bad=True, detail=type(error).__name__)
                    continue
                yield number, value if isinstance(value, dict) else Skipped("not a message", where, bad=True)


@dataclass(frozen=True, slots=True)
class _Recipient:
    address: str
    name: str
    is_group: bool = False


class _Frames:
    """Follows the frames of Signal's own export: who is who, and which chat is with whom."""

    def __init__(self) -> None:
        self._recipients: dict[str, _Recipient] = {}
        self._chats: dict[str, str] = {}

    def entry(self, frame: Mapping[str, Any], where: str) -> Entry | None:
        """The message of a frame; ``None`` for a frame that is none."""
        recipient, chat, item = frame.get("recipient"), frame.get("chat"), frame.get("chatItem")
        if isinstance(recipient, dict):
            self._recipients[str(recipient.get("id", ""))] = _recipient(recipient)
        elif isinstance(chat, dict):
            self._chats[str(chat.get("id", ""))] = str(chat.get("recipientId", ""))
        elif isinstance(item, dict):
            return self._message(item, where)
        return None

    def _message(self, item: Mapping[str, Any], where: str) -> Entry:
        text, reason = _words(item)
        chat = self._recipients.get(self._chats.get(str(item.get("chatId", "")), ""))
        author = self._recipients.get(str(item.get("authorId", "")))
        if reason or chat is None or author is None:
            return Entry(where, reason=reason or "no chat", bad=not reason)
        return Entry(
            where,
            chat=chat.address,
            people=() if chat.is_group else (chat.address,),
            sender=author.address,
            sender_name=author.name,
            mine="outgoing" in item or author.address == ME,
            sent_at=moment(item.get("dateSent")),
            stamp=str(item.get("dateSent")),
            text=text,
            quoted=self._quoted(_nested(item, "standardMessage", "quote")),
        )

    def _quoted(self, quote: Mapping[str, Any]) -> tuple[str, str] | None:
        author = self._recipients.get(str(quote.get("authorId", "")))
        target = quote.get("targetSentTimestamp")
        return (str(target), author.address) if author is not None and target else None


def _words(item: Mapping[str, Any]) -> tuple[str, str]:
    """What was typed, or why there is nothing."""
    reply = _nested(item, "directStoryReplyMessage")
    text = _nested(item, "standardMessage", "text").get("body") or _nested(reply, "textReply", "text").get("body")
    if isinstance(text, str) and text.strip():
        return text.strip(), ""
    if reply:
        return "", "reaction"
    if item.get("standardMessage"):
        return "", "attachment"
    return "", next((reason for key, reason in _NO_TEXT.items() if key in item), "no text")


def _recipient(value: Mapping[str, Any]) -> _Recipient:
    number = str(value.get("id", ""))
    if "self" in value:
        return _Recipient(ME, "")
    group = value.get("group")
    if isinstance(group, dict):
        title = _nested(group, "snapshot", "title").get("title")
        return _Recipient(f"group:{group.get('masterKey') or number}", title if isinstance(title, str) else "", True)
    contact = _nested(value, "contact")
    nickname = _nested(contact, "nickname")
    name = (
        joined([nickname.get("given"), nickname.get("family")])
        or joined([contact.get("systemGivenName"), contact.get("systemFamilyName")])
        or joined([contact.get("profileGivenName"), contact.get("profileFamilyName")])
    )
    phone = str(contact.get("e164") or "")
    address = (f"+{phone.lstrip('+')}" if phone else "") or _uuid(contact.get("aci")) or name or f"recipient {number}"
    return _Recipient(address, name or address)


def _exported(item: Mapping[str, Any], chat: str, where: str) -> Entry:
    """A message as ``signal-export`` writes it."""
    body, sender = item.get("body"), item.get("sender")
    text = body.strip() if isinstance(body, str) else ""
    mine = sender == "Me"
    name = sender if isinstance(sender, str) and sender not in ("Me", "No-Sender") else chat
    sent_at = _wall_time(item.get("date"))
    reason = ""
    if item.get("call") is True:
        reason = "call"
    elif item.get("deleted") is True:
        reason = "unsent"
    elif not text:
        reason = "sticker" if item.get("sticker") else "attachment" if item.get("attachments") else "no text"
    return Entry(
        where,
        chat=chat,
        people=(name,) if not mine else (),
        sender=name,
        sender_name=name,
        mine=mine,
        sent_at=sent_at,
        stamp=str(item.get("date")),
        text=text,
        reason=reason,
    )


def _desktop(item: Mapping[str, Any], where: str, title: str) -> Entry:
    """A message as Signal Desktop stores it and ``sigtop`` writes it."""
    kind, body = item.get("type"), item.get("body")
    text = body.strip() if isinstance(body, str) else ""
    stamp = next((item[key] for key in _DESKTOP_TIMES if isinstance(item.get(key), int)), None)
    reason = ""
    if kind not in ("incoming", "outgoing"):
        reason = "system line"
    elif item.get("deletedForEveryone") or item.get("isErased"):
        reason = "unsent"
    elif not text:
        reason = "sticker" if item.get("sticker") else "attachment" if item.get("attachments") else "no text"
    sender = next(
        (str(item[key]) for key in ("source", "sourceServiceId", "sourceUuid", "sourceAci") if item.get(key)), title
    )
    return Entry(
        where,
        chat=str(item.get("conversationId")),
        people=(title,) if kind == "outgoing" else (sender,),
        sender=sender,
        sender_name=sender,
        mine=kind == "outgoing",
        sent_at=moment(stamp),
        stamp=str(stamp),
        text=text,
        reason=reason,
    )


def _nested(value: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The object at a path of keys; an empty one where there is none."""
    for key in keys:
        found = value.get(key)
        if not isinstance(found, dict):
            return {}
        value = found
    return value


def _uuid(value: object) -> str:
    """Sixteen bytes in base64 as the UUID that other files of Signal's write."""
    try:
        return str(uuid.UUID(bytes=base64.b64decode(value))) if isinstance(value, str) else ""
    except (ValueError, binascii.Error):
        return ""


def _wall_time(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None or found.year < 1995 or found.year > 9990:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _object(start: bytes) -> dict[str, Any]:
    """The first JSON object in ``start``; empty when there is none."""
    try:
        found = json.JSONDecoder().raw_decode(start.decode("utf-8", "replace"))[0]
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
