"""A mail from MAPI properties, as Outlook keeps them in PST files and ``.msg`` files ([MS-OXPROPS], [MS-OXCMSG]).

Properties are given by their 16-bit id. Transport headers, where a mail has them, win; the others stand in for what
they lack: sent mail has none, and its recipients are properties.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import HeaderParser
from email.utils import format_datetime

from likeness.core.types import Message, Skipped
from likeness.sources.mail import folders, message
from likeness.sources.mail.addresses import Owners
from likeness.sources.mail.body import Parsed
from likeness.sources.mail.properties import BODY, CODEPAGE, HTML, RTF, Value, body_of, text

MESSAGE_CLASS, SUBJECT, SUBMITTED, DELIVERED, FLAGS = 0x1A, 0x37, 0x39, 0x0E06, 0x0E07
HEADERS = 0x7D
MESSAGE_ID, REFERENCES, IN_REPLY_TO = 0x1035, 0x1039, 0x1042
RECIPIENT_TYPE, NAME, ADDRESS_TYPE, ADDRESS, SMTP_ADDRESS = 0x0C15, 0x3001, 0x3002, 0x3003, 0x39FE
_FOR = {"name": 0x42, "type": 0x64, "address": 0x65, "smtp": 0x5D02}
"""In whose name it was sent."""
_BY = {"name": 0x0C1A, "type": 0x0C1E, "address": 0x0C1F, "smtp": 0x5D01}
"""Who sent it."""
NEEDED = frozenset(
    {MESSAGE_CLASS, SUBJECT, SUBMITTED, DELIVERED, FLAGS, CODEPAGE, HEADERS, BODY, RTF, HTML, MESSAGE_ID, REFERENCES}
    | {IN_REPLY_TO, RECIPIENT_TYPE, NAME, ADDRESS_TYPE, ADDRESS, SMTP_ADDRESS, *_FOR.values(), *_BY.values()}
)
_UNSENT = 0x8
_TO, _CC = 1, 2
_MAIL = ("ipm.note", "ipm.post", "ipm.schedule.meeting", "report.", "ipm.replication", "ipm.outlook.recall")
_BY_A_PROGRAM = ("report.", "ipm.schedule.meeting.resp", "ipm.note.rules", "ipm.outlook.recall", "ipm.replication")


@dataclass(frozen=True, slots=True)
class Item:
    """An item's own properties and those of its recipients, by id."""

    properties: Mapping[int, Value]
    recipients: Sequence[Mapping[int, Value]] = field(default_factory=tuple)

    @property
    def is_mail(self) -> bool:
        """False for contacts, appointments, tasks, notes and the like."""
        return self._text(MESSAGE_CLASS).lower().startswith(_MAIL) or not self._text(MESSAGE_CLASS)

    @property
    def is_draft(self) -> bool:
        """True for what was written and not sent."""
        flags = self.properties.get(FLAGS, 0)
        return isinstance(flags, int) and bool(flags & _UNSENT) and not self._text(HEADERS)

    def headers(self) -> dict[str, list[str]]:
        """Headers as a mail would have them, names in lower case."""
        found: dict[str, list[str]] = {}
        for name, value in HeaderParser().parsestr(self._text(HEADERS).lstrip("\r\n\ufeff ")).items():
            found.setdefault(name.lower(), []).append(str(value))
        own = {
            "from": self._person(_FOR) or self._person(_BY),
            "to": self._people(_TO),
            "cc": self._people(_CC),
            "subject": _subject(self._text(SUBJECT)),
            "message-id": _bracketed(self._text(MESSAGE_ID)),
            "in-reply-to": _bracketed(self._text(IN_REPLY_TO)),
            "references": self._text(REFERENCES),
            "date": self._date(),
            "x-message-class": self._text(MESSAGE_CLASS),
        }
        for name, value in own.items():
            if value and name not in found:
                found[name] = [value]
        by = self._person(_BY)
        if by and by != self._person(_FOR) and self._person(_FOR) and "sender" not in found:
            found["sender"] = [by]
        return found

    def read(
        self, owners: Owners, *, source: str, where: str, kind: folders.Kind = "", by_subject: bool = False
    ) -> Message | Skipped:
        """The message, or why there is none. Never raises on content."""
        try:
            body, body_type = body_of(self.properties)
            of_class = self._text(MESSAGE_CLASS).lower()
            parsed = Parsed(self.headers(), body, body_type, of_class.startswith(_BY_A_PROGRAM))
            kind = "draft" if self.is_draft else kind
            return message.assemble(parsed, owners, source=source, where=where, by_subject=by_subject, kind=kind)
        except Exception as error:  # as for any mail: whatever stands in it, it must not stop the import
            return Skipped("cannot be parsed", where, bad=True, detail=type(error).__name__)

    def _text(self, id: int) -> str:
        return text(self.properties, id)

    def _person(self, ids: Mapping[str, int]) -> str:
        smtp = self._text(ids["smtp"])
        address = self._text(ids["address"]) if self._text(ids["type"]).upper() in ("SMTP", "") else ""
        return _mailbox(self._text(ids["name"]), smtp or (address if "@" in address else ""))

    def _people(self, of_type: int) -> str:
        found = []
        for one in self.recipients:
            if one.get(RECIPIENT_TYPE, _TO) == of_type:
                texts = {id: value for id, value in one.items() if isinstance(value, str)}
                address = texts.get(ADDRESS, "")
                shown = texts.get(SMTP_ADDRESS) or (address if "@" in address else "")
                found.append(_mailbox(texts.get(NAME, ""), shown.rstrip("\0")))
        return ", ".join(one for one in found if one)

    def _date(self) -> str:
        when = self.properties.get(SUBMITTED) or self.properties.get(DELIVERED)
        return format_datetime(when) if isinstance(when, datetime) else ""


def _mailbox(name: str, address: str) -> str:
    name, address = name.strip().strip("'\"").replace('"', "'"), address.strip().strip("'<>")
    if not name or name.casefold() == address.casefold():
        return address
    return f'"{name}" <{address}>'


def _subject(text: str) -> str:
    """The subject without the mark and length of its prefix that Outlook puts in front."""
    return text[2:] if text.startswith("\x01") else text


def _bracketed(value: str) -> str:
    bare = value.strip().strip("<>")
    return f"<{bare}>" if bare else ""
