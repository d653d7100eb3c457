"""Text messages from Android as the app "SMS Backup & Restore" writes them: XML with ``sms`` and ``mms`` elements.

The format marks what the owner sent (``type="2"``, ``msg_box="2"``); times are milliseconds since 1970. Pictures and
other parts that are no text are not read. RCS chats are stored by the app as ``mms``.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import ClassVar

from likeness.core.artefacts import digest
from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.shared.chats import Conversation, owner_of, resumable
from likeness.sources.shared.jsonstream import head
from likeness.sources.sms import people
from likeness.sources.sms.elements import Backup, Element

_PREFACE = rb"(?:<\?[^>]{0,400}\?>\s*|<!--.{0,2000}?-->\s*|<!DOCTYPE[^\[>]{0,400}>\s*)*"
_ROOT = re.compile(rb"\s*" + _PREFACE + rb"<smses[\s/>]", re.DOTALL)
_CALLS = re.compile(rb"\s*" + _PREFACE + rb"<calls[\s/>]", re.DOTALL)
_MEMBER = re.compile(r"(?:^|/)sms[^/]*\.xml$", re.IGNORECASE)
_LOOKED_AT = 20_000
_SENT, _RECEIVED = "2", "1"
_FROM, _EPOCH = "137", datetime(1970, 1, 1, tzinfo=UTC)
_TAKE = "make a backup with SMS Backup & Restore (XML, without encryption) and import its sms-….xml"


class SmsSource:
    """Reads one backup file."""

    name: ClassVar[str] = "sms"
    title: ClassVar[str] = "SMS Backup & Restore (xml)"

    def recognises(self, path: Path) -> bool:
        """True for an XML file whose root is ``smses``."""
        return path.is_file() and _ROOT.match(head(path)) is not None

    def files(self, path: Path) -> Sequence[Path]:
        """The file itself."""
        return [path]

    def identities(self, path: Path) -> Iterator[Identity]:
        """The owner as the format marks them, then the number they sent group messages from."""
        yield Identity(owner_of(self.name), 0, f"sender of what {path.name} marks as sent")
        own: dict[str, int] = {}
        for element in islice(Backup(path).elements(), _LOOKED_AT):
            if isinstance(element, Element) and element.value("msg_box") == _SENT:
                for number in _senders(element):
                    own[number] = own.get(number, 0) + 1
        for number, count in sorted(own.items(), key=lambda item: -item[1]):
            yield Identity(number, count, f"sent {count} group messages in {path.name}")

    def diagnose(self, path: Path) -> str | None:
        """What is wrong with a backup of the same app that is encrypted, zipped, of calls, or empty."""
        if not path.is_file():
            return None
        start = head(path)
        if _CALLS.match(start):
            return f"{path.name} is the backup of the call log, which holds no messages; {_TAKE}"
        if re.match(r"sms.*\.xml$", path.name, re.IGNORECASE):
            if not start:
                return f"{path.name} is empty; expected an XML file with the element smses; {_TAKE}"
            if not _ROOT.match(start):
                return f"{path.name} does not begin with the element smses, as a backup does; {_TAKE}"
        return _diagnose_zip(path)

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """All messages, in the file's order. ``start`` is the number of an item."""
        backup = Backup(path)
        conversations = _Conversations(path)
        items = (
            element if isinstance(element, Skipped) else conversations.read(element) for element in backup.elements()
        )
        yield from resumable(items, start=start, size=path.stat().st_size, position=lambda: backup.position)


class _Conversations:
    """Makes messages of elements; a conversation is a person, or the set of people of a group."""

    def __init__(self, path: Path) -> None:
        self._file = path.name
        self._book = people.Book(people.addresses_in(path))
        self._known: dict[str, Conversation] = {}

    def read(self, element: Element) -> Message | Skipped:
        where = f"{self._file}:message {element.number}"
        box = element.value("msg_box" if element.kind == "mms" else "type")
        if box not in (_SENT, _RECEIVED):
            return Skipped("draft or not sent", where, bad=not box.isdecimal())
        sent_at = _moment(element.value("date"))
        if sent_at is None:
            return Skipped("bad date", where, bad=True)
        body = "\n".join(element.texts) if element.kind == "mms" else element.value("body")
        if not body.strip():
            return Skipped("attachment" if element.kind == "mms" else "no text", where)
        members = people.split(element.value("address"))
        senders = [] if box == _SENT else _senders(element) or list(members[:1])
        if not members and not senders:
            return Skipped("no address", where, bad=True)
        return self._message(element, members or tuple(senders), box == _SENT, senders, sent_at, body, where)

    def _message(
        self,
        element: Element,
        members: tuple[str, ...],
        mine: bool,
        senders: list[str],
        sent_at: datetime,
        body: str,
        where: str,
    ) -> Message:
        sender = owner_of(SmsSource.name) if mine else self._book.name(senders[0])
        contact = element.value("contact_name")
        alone = len(members) == 1 and contact.casefold() not in people.PLACEHOLDERS
        return self._conversation(members).message(
            sender=sender,
            sender_name=contact if alone and not mine else "",
            body=body,
            sent_at=sent_at,
            mine=mine,
            # The same message in two backups, whatever form the number has in them, is one.
            native_id=f"{element.value('date')}-{digest((people.key(sender), body))}",
            automated=not mine and people.is_sender_name(sender),
            where=where,
        )

    def _conversation(self, members: tuple[str, ...]) -> Conversation:
        name = "~".join(sorted({people.key(member) for member in members}))
        if name not in self._known:
            everyone = [owner_of(SmsSource.name), *(self._book.name(member) for member in members)]
            self._known[name] = Conversation(SmsSource.name, name, everyone)
        return self._known[name]


def _senders(element: Element) -> list[str]:
    found = (address.strip() for kind, address in element.addresses if kind == _FROM)
    return [address for address in found if address.casefold() not in people.PLACEHOLDERS]


def _moment(milliseconds: str) -> datetime | None:
    """A time of the backup; ``None`` for none and for one before 1990 or out of range."""
    try:
        moment = _EPOCH + timedelta(milliseconds=int(milliseconds))
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= 1990 else None


def _diagnose_zip(path: Path) -> str | None:
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            found = [member for member in archive.infolist() if _MEMBER.search(member.filename)]
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        return None
    if not found:
        return None
    if any(member.flag_bits & 1 for member in found):
        return f"{path.name} is an encrypted backup; {_TAKE}"
    return f"{path.name} holds a backup ({found[0].filename}): unpack it and import that file"
