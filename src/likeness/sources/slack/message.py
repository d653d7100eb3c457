"""From an entry of a Slack day to a message, or to the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from likeness.core.protocols import Owner
from likeness.core.types import Message, Skipped
from likeness.sources.shared.chats import Conversation
from likeness.sources.shared.jsonwalk import Edge
from likeness.sources.shared.values import moment, text_at
from likeness.sources.slack.markup import Markup
from likeness.sources.slack.workspace import Person, Workspace

_TYPED = frozenset({"", "thread_broadcast", "me_message", "file_share"})
_SUBTYPES = {
    "tombstone": "deleted",
    "message_deleted": "deleted",
    "message_changed": "record of an edit",
    "message_replied": "record of a reply",
    "file_comment": "comment on a file",
    "reminder_add": "reminder",
    "sh_room_created": "call",
    "huddle_thread": "call",
}
_CHANGES = ("join", "leave", "topic", "purpose", "name", "archive", "unarchive", "convert", "posting_permissions")
_BOTS = frozenset({"bot_message", "assistant_app_thread"})


class Reader:
    """Turns the entries of one day into messages."""

    def __init__(self, path: Path, owner: Owner, workspace: Workspace) -> None:
        channel = workspace.channel(path.parent.name)
        self._place = f"{path.parent.name}/{path.name}"
        self._owner = owner
        self._workspace = workspace
        self._markup = Markup(workspace)
        self._conversation = Conversation("slack", channel.key, workspace.senders(channel), channel.title)

    def read(self, entries: Iterable[Any]) -> Iterator[Message | Skipped]:
        number = 0
        for entry in entries:
            if isinstance(entry, Skipped):
                yield entry
            elif not isinstance(entry, Edge):
                number += 1
                yield self._entry(entry, number)

    def _entry(self, entry: Any, number: int) -> Message | Skipped:
        if not isinstance(entry, dict) or entry.get("type") != "message":
            return Skipped("not a message", f"{self._place}:entry {number}", bad=not isinstance(entry, dict))
        stamp = text_at(entry, "ts")
        where = f"{self._place}:{stamp or f'entry {number}'}"
        kind = text_at(entry, "subtype")
        by_a_bot = kind in _BOTS or bool(text_at(entry, "bot_id"))
        if kind not in _TYPED and not by_a_bot:
            return Skipped(_why_not(kind), where)
        body = self._markup.plain(text_at(entry, "text"))
        if not body:
            return Skipped("attachment without text" if entry.get("files") else "no text", where)
        sent_at = moment(stamp)
        if sent_at is None:
            return Skipped("bad date", where, bad=True)
        person = self._person(entry)
        if person is None:
            return Skipped("no sender", where, bad=True)
        thread = text_at(entry, "thread_ts")
        return self._conversation.message(
            sender=person.sender,
            sender_name=person.name,
            body=body,
            sent_at=sent_at,
            mine=not by_a_bot and self._owner.is_me(person.id, person.sender, person.name, *person.names),
            native_id=stamp,
            reply_to=thread if thread != stamp else "",
            automated=by_a_bot or person.is_bot,
            where=where,
        )

    def _person(self, entry: Mapping[str, Any]) -> Person | None:
        id = text_at(entry, "user")
        if id:
            return self._workspace.person(id, entry.get("user_profile"))
        bot = text_at(entry, "bot_id") or text_at(entry, "username")
        return Person(bot, bot, text_at(entry, "username") or bot, is_bot=True) if bot else None


def _why_not(kind: str) -> str:
    """The reason a subtype is dropped for; those that are not known share one."""
    if kind.partition("_")[0] in ("channel", "group", "mpim") and kind.partition("_")[2] in _CHANGES:
        return "joined or left" if kind.endswith(("_join", "_leave")) else "channel changed"
    return _SUBTYPES.get(kind, "system line")
