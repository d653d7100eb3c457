"""Chats that Gmail keeps as mail and Takeout exports in the mbox under the label "Chat".

Google Talk: one mail a conversation, with a part ``text/xml`` (``con:conversation``, one ``cli:message`` a line, times
in milliseconds) and the same as HTML. Hangouts: one mail a line, without subject, date or Message-ID; the thread's id
is ``X-GM-THRID`` and the moment stands in the mbox's separator line.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes

from likeness.core.types import Message, Skipped
from likeness.sources.mail import body, index, message, threads
from likeness.sources.mail.addresses import Owners, Sender, decoded, sender
from likeness.sources.shared.chats import Conversation

SOURCE = "gmail-chat"
"""What these messages' ``Message.source`` is: they are no mail."""

_XML = b"google:archive:conversation"
_CLIENT = "{jabber:client}"
_TIME = "{google:timestamp}time"
_AUTO_REPLY = "{google:aim}auto-reply"
_TAGS = 500_000
_ROOM = re.compile(r"@groupchat\.google\.com$")


def read(raw: bytes, owners: Owners, *, where: str, sent_at: datetime | None = None) -> Iterator[Message | Skipped]:
    """The lines of a chat that was exported as one mail. Never raises on its content."""
    try:
        found = list(_talk(raw, owners, where) if _XML in raw else _hangouts(raw, owners, where, sent_at))
    except Exception as error:  # as for any mail: whatever stands in it, it must not stop the import
        found = [Skipped("damaged chat", where, bad=True, detail=type(error).__name__)]
    yield from found


def _talk(raw: bytes, owners: Owners, where: str) -> Iterator[Message | Skipped]:
    mail = message_from_bytes(raw)
    parts = (part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "text/xml")
    text = next((part for part in parts if isinstance(part, bytes) and _XML in part), b"")
    if text.count(b"<") > _TAGS:
        raise ValueError("more tags than a conversation has")
    root = ElementTree.fromstring(text.strip())  # noqa: S314  expat of 2.4 or later stops entity bombs by itself
    labels = index.labels(str(mail.get("x-gmail-labels", "")))
    lines = [(line, _person(line.get("from", ""))) for line in root.iter(f"{_CLIENT}message")]
    people = [_person(line.get("to", "")) for line, _ in lines] + [person for _, person in lines]
    # Named by everybody in it: without the owner it would become another chat with each address they confirm.
    chat = Conversation(SOURCE, " & ".join(sorted({person for person in people if person})), people)
    for line, person in lines:
        text_of = (line.findtext(f"{_CLIENT}body") or "").strip()
        if not text_of:
            yield Skipped(message.NO_TEXT, where)
            continue
        mine = owners.recognise(Sender(person, ""))
        yield chat.message(
            sender=mine.address if mine else person,
            body=text_of,
            sent_at=_moment(line.find(_TIME)),
            mine=mine is not None,
            where=where,
            labels=labels,
            automated=line.get(_AUTO_REPLY) == "true",
        )


def _hangouts(raw: bytes, owners: Owners, where: str, sent_at: datetime | None) -> Iterator[Message | Skipped]:
    parsed = body.parse(raw)
    first = {name: values[0] for name, values in parsed.headers.items()}
    if not parsed.body.strip():
        yield Skipped(message.NO_TEXT, where)
        return
    found = sender(decoded(first.get("from", "")))
    mine = owners.recognise(found)
    shown = mine or found
    native_id = next(iter(threads.ids(first.get("message-id", ""))), "")
    thread = first.get("x-gm-thrid", "").strip() or found.address
    line = Conversation(SOURCE, thread).message(
        sender=shown.address,
        sender_name=shown.name,
        body=parsed.body.strip(),
        sent_at=message.date(first.get("date", "")) or sent_at,
        mine=mine is not None,
        where=where,
        native_id=native_id,
        labels=index.labels(first.get("x-gmail-labels", "")),
    )
    yield replace(line, body_type=parsed.body_type)


def _person(jid: str) -> str:
    """The address of a Jabber id without its device; in a room, the name that the person has there."""
    address, _, resource = jid.partition("/")
    return resource if _ROOM.search(address) else address.casefold()


def _moment(time: ElementTree.Element | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(time.get("ms", "")) / 1000, UTC) if time is not None else None
    except (ValueError, OverflowError, OSError):
        return None
