"""From an entry of ``messages.json`` to a message, or to the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from likeness.core.protocols import Owner
from likeness.core.types import Message, Skipped
from likeness.sources.google_chat.dates import prose_moment
from likeness.sources.google_chat.group import Group, person_of
from likeness.sources.shared.chats import Conversation
from likeness.sources.shared.jsonwalk import Edge
from likeness.sources.shared.values import text_at


class Reader:
    """Turns the entries of one group into messages."""

    def __init__(self, group: Group, owner: Owner) -> None:
        self._group = group
        self._owner = owner
        self._conversation = Conversation("google_chat", group.key, group.members, group.title)

    def read(self, entries: Iterable[Any]) -> Iterator[Message | Skipped]:
        number = 0
        for entry in entries:
            if isinstance(entry, Skipped):
                yield entry
            elif not isinstance(entry, Edge):
                number += 1
                yield self._entry(entry, number)

    def _entry(self, entry: Any, number: int) -> Message | Skipped:
        id = text_at(entry, "message_id")
        where = f"{self._group.place}:{id or f'message {number}'}"
        if not isinstance(entry, dict):
            return Skipped("not a message", where, bad=True)
        if text_at(entry, "message_state").upper() == "DELETED" or "deletion_metadata" in entry:
            return Skipped("deleted", where)
        body = text_at(entry, "text")
        if not body:
            return Skipped("attachment without text" if entry.get("attached_files") else "no text", where)
        person = person_of(entry, "creator")
        if not person.sender:
            return Skipped("by a deleted account", where)
        sent_at = prose_moment(text_at(entry, "created_date"))
        if sent_at is None:
            return Skipped("bad date", where, bad=True)
        return self._conversation.message(
            sender=person.sender,
            sender_name=person.name,
            body=body,
            sent_at=sent_at,
            mine=person.sender in self._group.owners or self._owner.is_me(person.sender, person.name),
            native_id=id,
            reply_to=_reply_to(entry, id),
            automated=person.is_bot,
            where=where,
        )


def _reply_to(entry: Mapping[str, Any], id: str) -> str:
    """What the message quotes, else the first of its thread: ids read "group/thread/message"."""
    quoted = text_at(entry, "quoted_message_metadata", "message_id")
    if quoted:
        return quoted
    group, _, rest = id.partition("/")
    thread, _, own = rest.partition("/")
    return f"{group}/{thread}/{thread}" if own and own != thread else ""
