"""Mails as list archives (Mailman's pipermail) write them: few headers, always in the same order, and plain text.

An archive holds ten times the mails of a mailbox of its size, so that what each costs counts. One pattern finds all
that is needed of such a mail, the same as the general code would find. A mail that differs in anything is left to that.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FOLDED = rb"([^\n]*+\n(?:[ \t][^\n]*+\n)*+)"
_HEADERS = (
    rb"From:([^\n]*+)\nDate:([^\n]*+)\nSubject:" + _FOLDED + rb"(?:In-Reply-To:" + _FOLDED + rb")?"
    rb"(?:References:" + _FOLDED + rb")?Message-ID:[ \t]*(<[!-;=?-~]+>)\n\n"
)
BLOCK = re.compile(
    rb"\nFrom [^\n]{1,400}+\n"
    rb"(?<=[ \t](?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    rb"[ \d]\d \d\d:\d\d:\d\d \d{4}\n)" + _HEADERS
)
"""A separator and the header block after it, with the blank line; groups :data:`FROM` and so on, not stripped."""
FROM, DATE, SUBJECT, IN_REPLY_TO, REFERENCES, MESSAGE_ID = range(1, 7)
_MAIL = re.compile(_HEADERS)
_HALF_AN_ID = re.compile(rb"<[^<>\n]*\n[ \t]")


class Mail(NamedTuple):
    """The fields of a mail, stripped but folded as they are, and its text."""

    sender: str
    date: str
    subject: str
    in_reply_to: str | None
    references: str
    native_id: str
    text: str


def parse(raw: bytes) -> Mail | None:
    """A mail in ASCII; ``None`` for any other.

    Encoded words and lines that end within an id are left to the parsers, which read them in different ways.
    """
    match = _MAIL.match(raw)
    if match is None or not raw.isascii():
        return None
    from_, date, subject, replies, references, native_id = match.groups(b"")
    head = match[0]
    if b"=?" in head or b"\r" in head or _HALF_AN_ID.search(replies) or _HALF_AN_ID.search(references):
        return None
    return Mail(
        from_.decode("ascii").strip(),
        date.decode("ascii").strip(),
        subject.decode("ascii").strip(),
        replies.decode("ascii").strip() if replies else None,
        references.decode("ascii").strip(),
        native_id[1:-1].decode("ascii"),
        raw[match.end() :].decode("ascii"),
    )
