"""Threads in JSON: ``message_N.json`` of both products, and Messenger's own download of end-to-end encrypted chats.

{"participants": [{"name": …}], "messages": [{"sender_name", "timestamp_ms", "content", "photos", "share",
 "sticker", "call_duration", "is_unsent", "type", …}], "title": …, "thread_path": "inbox/ana_123"}
{"participants": ["Ana", "Sam"], "threadName": "Ana_40", "messages": [{"senderName", "timestamp", "text", "type":
 "text|media|link|placeholder", "isUnsent", "media": […]}]}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from likeness.core.types import Skipped
from likeness.sources.meta import notices
from likeness.sources.meta.entry import Entry, moment, repaired
from likeness.sources.shared.jsonstream import JsonFile, head

_BEGIN = re.compile(rb'\{\s*"participants"\s*:\s*\[')
_BEGIN_EITHER = re.compile(rb'\{\s*"(?:participants|messages)"\s*:\s*\[')
_PARTICIPANTS = re.compile(r'"participants"\s*:\s*')
_NAME = re.compile(r'"threadName"\s*:\s*')
_ATTACHED = ("photos", "videos", "audio_files", "audio", "gifs", "files", "media")


def looks_like_thread(start: bytes) -> bool:
    """True for the beginning of a ``message_N.json``."""
    return _BEGIN_EITHER.match(start) is not None and b'"sender_name"' in start and b'"timestamp_ms"' in start


def looks_like_encrypted_chat(start: bytes) -> bool:
    """True for the beginning of a chat in Messenger's download of end-to-end encrypted chats."""
    keys = (b'"threadName"', b'"messages"', b'"senderName"', b'"timestamp"')
    return _BEGIN.match(start) is not None and all(key in start for key in keys)


def participants(path: Path) -> list[str]:
    """Their names, from the beginning of the file; empty when they are not there."""
    found = _value(head(path), _PARTICIPANTS)
    names = [one.get("name") if isinstance(one, dict) else one for one in found] if isinstance(found, list) else []
    return [repaired(name).strip() for name in names if isinstance(name, str) and name.strip()]


def thread_name(path: Path) -> str:
    """The name that an encrypted chat carries; empty in other files."""
    found = _value(head(path), _NAME)
    return repaired(found) if isinstance(found, str) else ""


def entries(file: JsonFile, name: str) -> Iterator[Entry | Skipped]:
    """The messages of one file, newest first as exports have them."""
    for number, item in enumerate(file.items("messages.item"), start=1):
        where = f"{name}:message {number}"
        if isinstance(item, Skipped):
            yield item
        elif isinstance(item, dict):
            yield _entry(item, where)
        else:
            yield Skipped("not a message", where, bad=True)


def _entry(item: Mapping[str, Any], where: str) -> Entry:
    sender = _text(item, "sender_name") or _text(item, "senderName")
    sent_at = moment(item.get("timestamp_ms", item.get("timestamp")))
    text = _text(item, "content") or _text(item, "text")
    reason = _reason(item, text, sender)
    if not reason and sent_at is None:
        return Entry(sender, None, "", "bad date", where, precise=True, bad=True)
    if not reason and not sender:
        return Entry(sender, sent_at, "", "no sender", where, precise=True, bad=True)
    return Entry(sender, sent_at, text, reason, where, precise=True)


def _reason(item: Mapping[str, Any], text: str, sender: str) -> str:
    kind = item.get("type")
    if item.get("is_unsent") is True or item.get("isUnsent") is True:
        return "unsent"
    if "call_duration" in item or kind == "Call":
        return "call"
    if kind in ("Subscribe", "Unsubscribe", "placeholder"):
        return "system line"
    if text:
        return notices.reason(text, sender)
    if any(item.get(key) for key in _ATTACHED):
        return "attachment"
    if item.get("sticker"):
        return "sticker"
    return "share without text" if item.get("share") else "no text"


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return repaired(value).strip() if isinstance(value, str) else ""


def _value(start: bytes, name: re.Pattern[str]) -> Any:
    text = start.decode("utf-8", "replace")
    match = name.search(text)
    if match is None:
        return None
    try:
        return json.JSONDecoder().raw_decode(text, match.end())[0]
    except (ValueError, RecursionError):
        return None
