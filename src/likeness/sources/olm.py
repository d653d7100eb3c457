"""Outlook for Mac's archive (``.olm``): a zip of XML, read from the zip without unpacking it.

``…/com.microsoft.__Messages/<folders>/message_00001.xml`` holds ``<emails><email>`` with elements ``OPFMessageCopy…``
(no published specification; taken from archives of Outlook 2011, 2016 and 2019). ``OPFMessageCopyBody`` is HTML where
``OPFMessageGetHasHTML`` says so. Times are in UTC. Contacts, calendars, tasks and attachments are not read.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime, formataddr
from pathlib import Path, PurePosixPath
from typing import ClassVar

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.mail import archive, folders, message
from likeness.sources.mail.addresses import Owners
from likeness.sources.mail.body import Parsed

_MESSAGES = "com.microsoft.__Messages"
_MESSAGE = re.compile(rf"(?:^|/){re.escape(_MESSAGES)}/(?:.*/)?message_\d+\.xml$")
_ACCOUNT = re.compile(r"(?:^|/)Accounts/([^/@\s]+@[^/@\s]+)/")
_LOOKED_AT = 200_000
_HTML = re.compile(r"^\s*<(?:!doctype|html|head|body|div|p|meta|table|span)\b", re.IGNORECASE)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
_YES = ("1", "1E0")
_TAGS = 200_000
"""Tags in one mail; its text has none, as they are escaped there."""
_TEXT_FIELDS = {
    "message-id": "OPFMessageCopyMessageID",
    "in-reply-to": "OPFMessageCopyInReplyTo",
    "references": "OPFMessageCopyReferences",
    "subject": "OPFMessageCopySubject",
}
_PEOPLE_FIELDS = {
    "from": "OPFMessageCopyFromAddresses",
    "sender": "OPFMessageCopySenderAddress",
    "to": "OPFMessageCopyToAddresses",
    "cc": "OPFMessageCopyCCAddresses",
}


class OlmSource:
    """Reads the mails of an ``.olm`` archive."""

    name: ClassVar[str] = "olm"
    title: ClassVar[str] = "Outlook for Mac archive (olm)"

    def recognises(self, path: Path) -> bool:
        """True for a zip with a folder of Outlook's messages in it."""
        try:
            if not path.is_file() or not zipfile.is_zipfile(path):
                return False
            with zipfile.ZipFile(path) as opened:
                return any(_MESSAGE.search(name) for name in opened.namelist()[:_LOOKED_AT])
        except _DAMAGED:
            return False

    def files(self, path: Path) -> Sequence[Path]:
        """The archive itself."""
        return [path]

    def diagnose(self, path: Path) -> str | None:
        """Says what is wrong with an ``.olm`` that is empty, cut off, or holds no mail."""
        if path.suffix.lower() != ".olm" or not path.is_file():
            return None
        again = "export it again in Outlook for Mac (File > Export, with 'Mail' ticked) and wait until it is finished"
        try:
            if path.stat().st_size == 0:
                return f"{path.name} is empty: {again}"
            if not zipfile.is_zipfile(path):
                return f"{path.name} is cut off or no archive of Outlook for Mac (a zip was expected): {again}"
            with zipfile.ZipFile(path) as opened:
                if not any(_MESSAGE.search(name) for name in opened.namelist()):
                    return f"{path.name} holds no mail, only {len(opened.namelist())} other entries: {again}"
        except _DAMAGED:
            return f"{path.name} is damaged: {again}"
        return None

    def identities(self, path: Path) -> Iterator[Identity]:
        """The accounts that the archive is of, then as for any mail."""
        with _opened(path) as opened:
            seen = set()
            for address, count in opened.accounts().items():
                seen.add(address)
                yield Identity(address, count, f"account of {count:,} mails ({path.name})")
            yield from (one for one in archive.identities(path.name, opened) if one.value not in seen)

    def answered(self, path: Path, owner: Owner) -> frozenset[str]:
        """Message-IDs that the owner's mails in this archive answer, wherever those may be."""
        with _opened(path) as opened:
            return archive.answered(opened, Owners(owner))

    def read(
        self, path: Path, owner: Owner, *, start: int = 0, wanted: Collection[str] = ()
    ) -> Iterator[Message | Skipped | Progress]:
        """The owner's mails, what they answer and those ``wanted``. ``start`` is the number of a mail."""
        size = path.stat().st_size
        with _opened(path) as opened:
            yield from archive.read(opened, Owners(owner), size=size, start=start, wanted=wanted)


class _Olm:
    """An opened archive: :class:`likeness.sources.mail.archive.Archive`."""

    def __init__(self, opened: zipfile.ZipFile | None, name: str) -> None:
        self._opened = opened
        self._name = name
        entries = opened.infolist() if opened else []
        self._members = sorted((one for one in entries if _MESSAGE.search(one.filename)), key=lambda one: one.filename)

    def accounts(self) -> dict[str, int]:
        """Addresses of the accounts that mails lie under, and how many."""
        counts: dict[str, int] = {}
        for member in self._members:
            found = _ACCOUNT.search(member.filename)
            if found:
                counts[found[1].casefold()] = counts.get(found[1].casefold(), 0) + 1
        return counts

    def headings(self) -> Iterator[archive.Heading]:
        if self._opened is None:
            yield archive.Heading(-1, None, reason="damaged archive", bad=True)
        for place in range(len(self._members)):
            email = self._email(place)
            if isinstance(email, Skipped):
                yield archive.Heading(place, None, reason=email.reason, bad=email.bad)
            else:
                yield archive.Heading(place, _fields(email), self._kind(place))

    def read(self, place: int, owners: Owners, *, by_subject: bool) -> Message | Skipped:
        where = self.where(place)
        try:
            email = self._email(place)
            if isinstance(email, Skipped):
                return email
            return message.assemble(
                _parsed(email),
                owners,
                source=OlmSource.name,
                where=where,
                by_subject=by_subject,
                kind=self._kind(place),
            )
        except Exception as error:  # as for any mail: whatever stands in it, it must not stop the import
            return Skipped("cannot be parsed", where, bad=True, detail=type(error).__name__)

    def where(self, place: int) -> str:
        return self._name if place < 0 else f"{self._name}/{self._members[place].filename}"

    def _email(self, place: int) -> ElementTree.Element | Skipped:
        where = self.where(place)
        assert self._opened is not None
        try:
            with self._opened.open(self._members[place]) as member:
                data = member.read(message.SIZE_LIMIT + 1)
            if len(data) > message.SIZE_LIMIT:
                return Skipped("too long", where, bad=True)
            # Neither stands in these: entities and masses of elements are how XML exhausts memory.
            if b"<!DOCTYPE" in data[:1024] or data.count(b"<") > _TAGS:
                return Skipped("damaged XML", where, bad=True)
            email = ElementTree.fromstring(data).find("email")  # noqa: S314
        except (*_DAMAGED, ElementTree.ParseError) as error:
            return Skipped("damaged XML", where, bad=True, detail=type(error).__name__)
        return Skipped("not a mail", where, bad=True) if email is None else email

    def _kind(self, place: int) -> folders.Kind:
        names = PurePosixPath(self._members[place].filename).parent.parts
        inside = names[names.index(_MESSAGES) + 1 :] if _MESSAGES in names else ()
        return next((kind for name in reversed(inside) if (kind := folders.kind(name))), "")


@contextmanager
def _opened(path: Path) -> Iterator[_Olm]:
    """The archive; one that is damaged as a whole gives a single entry that says so."""
    with path.open("rb") as handle:
        try:
            opened = zipfile.ZipFile(handle)
        except _DAMAGED:
            yield _Olm(None, path.name)
            return
        with opened:
            yield _Olm(opened, path.name)


def _fields(email: ElementTree.Element) -> dict[str, str]:
    """Header fields as a mail would have them."""
    fields = {name: (email.findtext(tag) or "").strip() for name, tag in _TEXT_FIELDS.items()}
    fields["message-id"] = f"<{fields['message-id'].strip('<>')}>" if fields["message-id"] else ""
    for name, tag in _PEOPLE_FIELDS.items():
        fields[name] = ", ".join(_address(one.attrib) for one in email.findall(f"{tag}/emailAddress"))
    return {name: value for name, value in fields.items() if value}


def _address(attributes: Mapping[str, str]) -> str:
    address = attributes.get("OPFContactEmailAddressAddress", "").strip()
    name = attributes.get("OPFContactEmailAddressName", "").strip()
    return formataddr((name if name != address else "", address)) if address.isascii() else f'"{name}" <{address}>'


def _parsed(email: ElementTree.Element) -> Parsed:
    headers = {name: [value] for name, value in _fields(email).items()}
    sent = email.findtext("OPFMessageCopySentTime") or email.findtext("OPFMessageCopyReceivedTime") or ""
    try:
        headers["date"] = [format_datetime(datetime.fromisoformat(sent.strip()).replace(tzinfo=UTC))]
    except ValueError:
        pass  # a mail without a date is kept
    headers.setdefault("x-mailer", ["Outlook for Mac"])
    body = email.findtext("OPFMessageCopyBody") or ""
    html = email.findtext("OPFMessageCopyHTMLBody") or ""
    is_html = not body.strip() or _HTML.match(body) is not None
    answers = email.findtext("OPFMessageIsOutgoingMeetingResponse", "0").strip() in _YES
    return Parsed(headers, html or body if is_html else body, "html" if is_html else "plain", answers)
