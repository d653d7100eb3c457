"""A raw mail to a :class:`Message`, or to the reason why not."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from likeness.core.artefacts import digest
from likeness.core.types import Message, Skipped
from likeness.sources.mail import threads
from likeness.sources.mail.addresses import Owners, Sender, decoded, recipients, sender
from likeness.sources.mail.automated import is_automated
from likeness.sources.mail.body import Parsed, parse

SIZE_LIMIT = 32 * 2**20
"""Bytes of one mail that are looked at. Text stands in front of attachments, so a longer one loses only those."""


def read(
    raw: bytes, owners: Owners, *, source: str, where: str, conversation: str = "", sent_at: datetime | None = None
) -> Message | Skipped:
    """Read one mail. Never raises on its content.

    ``conversation`` overrides the thread that the mail's own headers name; ``sent_at`` stands in for a missing date.
    """
    try:
        parsed = parse(raw[:SIZE_LIMIT])
        if not parsed.headers:
            return Skipped("not a mail", where, bad=True)
        if not parsed.body.strip():
            return Skipped("no text", where)
        return _message(parsed, owners, source, where, conversation, sent_at)
    except Exception as error:  # any byte may stand in a mail, and one of them must not stop the import
        return Skipped("cannot be parsed", where, bad=True, detail=type(error).__name__)


def _message(
    parsed: Parsed, owners: Owners, source: str, where: str, conversation: str, sent_at: datetime | None
) -> Message:
    first = {name: values[0] for name, values in parsed.headers.items()}
    found = sender(decoded(first.get("from", "")))
    mine = owners.recognise(found)
    native_id = next(iter(threads.ids(first.get("message-id", ""))), "")
    in_reply_to = threads.ids(first.get("in-reply-to", ""))
    references = threads.ids(first.get("references", ""))
    when = date(first.get("date", "")) or sent_at
    parents = threads.parent_ids(in_reply_to, references)
    subject = decoded(first.get("subject", ""))
    shown = mine or found
    identity = message_id(native_id, shown, when, subject, parsed.body)
    people = (value for name in ("to", "cc") for value in parsed.headers.get(name, ()))
    return Message(
        id=identity,
        source=source,
        conversation=conversation or threads.root(native_id or identity, in_reply_to, references),
        sender=shown.address,
        sender_name=shown.name,
        sent_at=when,
        body=parsed.body,
        from_owner=mine is not None,
        recipients=tuple(dict.fromkeys(address for value in people for address in recipients(decoded(value)))),
        subject=subject,
        body_type=parsed.body_type,
        native_id=native_id,
        reply_to=parents[0] if parents else "",
        references=references,
        labels=labels(first.get("x-gmail-labels", "")),
        automated=parsed.is_calendar_reply or is_automated(parsed.headers, shown.address),
        where=where,
    )


def message_id(native_id: str, from_: Sender, when: datetime | None, subject: str, body: str) -> str:
    """The stable id: of Message-ID and sender, or of what is written where there is no Message-ID."""
    if native_id:
        return digest(("mail", native_id, from_.address))
    return digest(("mail", from_.address, when.isoformat() if when else "", subject, body.strip()))


def labels(value: str) -> tuple[str, ...]:
    """Gmail's labels of a mail, which may be folded and RFC 2047-encoded."""
    return tuple(dict.fromkeys(label.strip().strip('"') for label in decoded(value).split(",") if label.strip()))


def date(value: str) -> datetime | None:
    """A ``Date:`` value in UTC (taken as UTC where it states no zone); ``None`` where it is none."""
    if not value:
        return None
    try:
        when = parsedate_to_datetime(" ".join(value.split()))
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
