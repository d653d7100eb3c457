"""Mails as list archives (Mailman's pipermail) write them: few headers, always in the same order, and plain text.

An archive holds ten times the mails of a mailbox of its size, so that what each costs counts. One pattern finds all
that is needed of such a mail, the same as the general code would find. A mail that differs in anything is left to that.
"""

from __future__ import annotations

import re

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
_FIELDS = ("from", "date", "subject", "in-reply-to", "references", "message-id")
_MAIL = re.compile(_HEADERS)
_HALF_AN_ID = re.compile(r"<[^<>\n]*\n")


def parts(raw: bytes) -> tuple[dict[str, list[str]], str] | None:
    """Headers (names in lower case) and text of a mail in ASCII; ``None`` for any other.

    Encoded words and lines that end within an id are left to the parsers, which read them in different ways.
    """
    match = _MAIL.match(raw)
    if match is None or not raw.isascii():
        return None
    end = match.end()
    head = raw[:end].decode("ascii")
    if "=?" in head or "\r" in head:
        return None
    spans = zip(_FIELDS, match.regs[1:], strict=True)
    headers = {name: [head[start:stop].strip()] for name, (start, stop) in spans if start >= 0}
    if any("\n" in values[0] and _HALF_AN_ID.search(values[0]) for values in headers.values()):
        return None
    return headers, raw[end:].decode("ascii")
