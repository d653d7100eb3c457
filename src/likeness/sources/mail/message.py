"""A raw mail to a :class:`Message`, or to the reason why not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from likeness.core.artefacts import digest
from likeness.core.types import Message, Skipped
from likeness.sources.mail import folders, index, listed, threads
from likeness.sources.mail.addresses import Owners, Sender, decoded, recipients, sender
from likeness.sources.mail.automated import DELEGATED, is_automated, is_delegated, sounds_automated
from likeness.sources.mail.body import BodyType, Parsed, parse, with_line_feeds

SIZE_LIMIT = 32 * 2**20
"""Bytes of one mail that are looked at. Text stands in front of attachments, so a longer one loses only those."""


_BROKEN_LINES = 3
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_DATE = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )? ?([0-3]?\d) ({'|'.join(_MONTH_NAMES)}) ((?:19|20)\d\d) "
    r"([0-2]\d):([0-5]\d):([0-5]\d) ([+-][01]\d[0-5]\d)(?: \([A-Za-z ]*\))?",
    re.ASCII,
)
"""The form in which nearly all dates are, without folded lines."""
_HEADER = re.compile(rb"[A-Za-z][A-Za-z-]{1,40}:[ \t]")
NO_TEXT = "no text"
ENCRYPTED = "encrypted or sealed (PGP, S/MIME)"
_PGP = "-----BEGIN PGP MESSAGE-----"
_ENCRYPTED = re.compile(r"multipart/encrypted|application/(?:x-)?pkcs7-mime", re.IGNORECASE)
ONLY_TNEF = "only an Outlook attachment (winmail.dat)"


def read(
    raw: bytes,
    owners: Owners,
    *,
    source: str,
    where: str,
    by_subject: bool = False,
    sent_at: datetime | None = None,
    kind: folders.Kind = "",
) -> Message | Skipped:
    """Read one mail. Never raises on its content.

    ``by_subject`` makes its subject the conversation, where headers name none; ``sent_at`` stands in for a missing
    date; ``kind`` says what the folder is for that it lies in.
    """
    try:
        raw = raw[:SIZE_LIMIT]
        found = listed.parse(raw) if kind not in folders.LEFT_OUT else None
        if found is not None:
            return _of_list(found, owners, source, where, by_subject, sent_at)
        parsed = _parsed(raw)
        return assemble(parsed, owners, source=source, where=where, by_subject=by_subject, sent_at=sent_at, kind=kind)
    except Exception as error:  # any byte may stand in a mail, and one of them must not stop the import
        return Skipped("cannot be parsed", where, bad=True, detail=type(error).__name__)


def _parsed(raw: bytes) -> Parsed:
    """The mail, also where its first lines are no headers."""
    parsed = parse(raw)
    for _ in range(_BROKEN_LINES):
        if parsed.headers:
            break
        raw = raw.partition(b"\n")[2]
        parsed = parse(raw) if _HEADER.match(raw) else parsed
    return parsed


def assemble(
    parsed: Parsed,
    owners: Owners,
    *,
    source: str,
    where: str,
    by_subject: bool = False,
    sent_at: datetime | None = None,
    kind: folders.Kind = "",
    marks: tuple[str, ...] = (),
) -> Message | Skipped:
    """The message that headers and text make, or why there is none. ``marks`` are further labels."""
    if not parsed.headers:
        return Skipped("not a mail", where, bad=True)
    first = {name: values[0] for name, values in parsed.headers.items()}
    marked = first.get("x-gmail-labels")
    labels = index.labels(marked) if marked else ()
    if first.get("x-unsent", "").strip() == "1":
        kind = "draft"
    reason = folders.LEFT_OUT.get(kind) or folders.LEFT_OUT.get(folders.of_labels(labels))
    if reason:
        return Skipped(reason, where)
    body = parsed.body.lstrip()
    if body.startswith(_PGP) or (not body and _ENCRYPTED.match(first.get("content-type", "").strip())):
        return Skipped(ENCRYPTED, where)
    if not body:
        return Skipped(ONLY_TNEF if parsed.has_tnef else NO_TEXT, where)
    return _message(parsed, first, owners, source, where, by_subject, sent_at, (*labels, *marks))


def _message(
    parsed: Parsed,
    first: Mapping[str, str],
    owners: Owners,
    source: str,
    where: str,
    by_subject: bool,
    sent_at: datetime | None,
    labels: tuple[str, ...],
) -> Message:
    found = sender(decoded(first.get("from", "")))
    mine = owners.recognise(found)
    subject = decoded(first.get("subject", ""))
    shown = mine or found
    people = [value for name in ("to", "cc") for value in parsed.headers.get(name, ())]
    automated = parsed.is_calendar_reply or is_automated(parsed.headers, shown.address, subject)
    if mine and not automated and DELEGATED not in labels and is_delegated(parsed.headers, mine):
        labels = (*labels, DELEGATED)
    return _made(
        shown,
        parsed.body,
        source=source,
        where=where,
        by_subject=by_subject,
        native_id=next(iter(threads.ids(first.get("message-id", ""))), ""),
        in_reply_to=threads.ids(first.get("in-reply-to", "")),
        references=threads.ids(first.get("references", "")),
        sent_at=date(first.get("date", "")) or sent_at,
        from_owner=mine is not None,
        subject=subject,
        automated=automated,
        body_type=parsed.body_type,
        recipients=tuple(dict.fromkeys(address for value in people for address in recipients(decoded(value)))),
        labels=tuple(dict.fromkeys(labels)),
    )


def _of_list(
    mail: listed.Mail, owners: Owners, source: str, where: str, by_subject: bool, sent_at: datetime | None
) -> Message | Skipped:
    """What :func:`assemble` makes of a mail that has these few headers and no parts."""
    if not mail.text or mail.text.isspace():
        return Skipped(NO_TEXT, where)
    if mail.text.lstrip().startswith(_PGP):
        return Skipped(ENCRYPTED, where)
    found = sender(decoded(mail.sender))
    mine = owners.recognise(found)
    shown = mine or found
    subject = decoded(mail.subject)
    automated = sounds_automated(shown.address, subject, is_answer=mail.in_reply_to is not None)
    return _made(
        shown,
        with_line_feeds(mail.text),
        source=source,
        where=where,
        by_subject=by_subject,
        native_id=mail.native_id,
        in_reply_to=threads.ids(mail.in_reply_to or ""),
        references=threads.ids(mail.references),
        sent_at=date(mail.date) or sent_at,
        from_owner=mine is not None,
        subject=subject,
        automated=automated,
        labels=(DELEGATED,) if mine and not automated and is_delegated({}, mine) else (),
    )


def _made(
    shown: Sender,
    body: str,
    *,
    source: str,
    where: str,
    by_subject: bool,
    native_id: str,
    in_reply_to: tuple[str, ...],
    references: tuple[str, ...],
    sent_at: datetime | None,
    from_owner: bool,
    subject: str,
    automated: bool,
    labels: tuple[str, ...],
    body_type: BodyType = "plain",
    recipients: tuple[str, ...] = (),
) -> Message:
    """The message, its id and conversation."""
    identity = message_id(native_id, shown, sent_at, subject, body)
    parents = threads.parent_ids(in_reply_to, references)
    thread = threads.root(native_id or identity, in_reply_to, references)
    return Message(
        id=identity,
        source=source,
        conversation=f"subject:{threads.plain_subject(subject)}" if by_subject else thread,
        sender=shown.address or shown.name,
        sender_name=shown.name,
        sent_at=sent_at,
        body=body,
        from_owner=from_owner,
        recipients=recipients,
        subject=subject,
        body_type=body_type,
        native_id=native_id,
        reply_to=parents[0] if parents else "",
        references=references,
        labels=labels,
        automated=automated,
        where=where,
    )


def message_id(native_id: str, from_: Sender, when: datetime | None, subject: str, body: str) -> str:
    """The stable id: of Message-ID and sender, or of what is written where there is no Message-ID."""
    if native_id:
        return digest(("mail", native_id, from_.address))
    return digest(("mail", from_.address, when.isoformat() if when else "", subject, body.strip()))


def date(value: str) -> datetime | None:
    """A ``Date:`` value in UTC (taken as UTC where it states no zone); ``None`` where it is none."""
    if not value:
        return None
    common = _DATE.fullmatch(value)
    try:
        if common is not None:
            day, month, year, hour, minute, second, zone = common.groups()
            local = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), 0, UTC)
            return local - _offset(zone)
        when = parsedate_to_datetime(" ".join(value.split()))
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


@lru_cache(maxsize=64)
def _offset(zone: str) -> timedelta:
    """What "+0530" is ahead of UTC."""
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    return -offset if zone[0] == "-" else offset
