"""The text of a mail: fast-mail-parser where it can be trusted, the standard library where it cannot.

fast-mail-parser raises on some malformed mails, loses truncated base64 and replaces what a wrong charset label cannot
decode; such a mail is read again with :mod:`email` (compat32), which forgives more and is forty times slower.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as StdlibMessage
from typing import Literal

import fast_mail_parser

from likeness.sources.mail import charsets, tnef

BodyType = Literal["plain", "html"]

_DOUBTFUL = re.compile("[\ufffd\x80-\x9f]|Ã[\xa0-\xbf]|â€")
"""Characters that a wrongly labelled charset leaves behind."""
_BLANK_LINE = re.compile(rb"\n\r?\n")
_HEADERS_LIMIT = 2**17
"""Headers longer than this are left to the standard library: the other's cost grows with their length squared."""
_ADDRESS = "address-unparseable"
"""A warning of fast-mail-parser's that does not matter: addresses are read in :mod:`.addresses`."""
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_PADDING = re.compile(r"=[=\s]*")
_SHORTEST_PIECE = 16
_CALENDAR_REPLY = b"METHOD:REPLY"
_DIVIDER = re.compile(r"^--([^\s\"\\]{1,70})[ \t]*\r?\n(?=Content-)", re.IGNORECASE | re.MULTILINE)
_NO_PROSE = frozenset(
    {
        "calendar",
        "vcard",
        "x-vcard",
        "directory",
        "css",
        "javascript",
        "xml",
        "csv",
        "rtf",
        "x-amp-html",
        "rfc822-headers",
    }
)
_ENRICHED = frozenset({"text/enriched", "text/richtext"})
_ENRICHED_PARAMETER = re.compile(r"<param>[^<]{0,200}</param>", re.IGNORECASE)
_ENRICHED_TAG = re.compile(r"</?[a-z-]{1,60}>", re.IGNORECASE)
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """Headers (names in lower case; RFC 2047 words possibly still encoded) and the text that a reader would see."""

    headers: Mapping[str, Sequence[str]]
    body: str
    body_type: BodyType
    is_calendar_reply: bool = False
    has_tnef: bool = False
    """It carries Outlook's own packaging (winmail.dat), in which the text may be."""


def parse(raw: bytes) -> Parsed:
    """Read a whole mail. May raise anything on malformed input; :func:`likeness.sources.mail.message.read` guards."""
    if len(raw) > _HEADERS_LIMIT and _BLANK_LINE.search(raw, 0, _HEADERS_LIMIT) is None:
        return _parse_slowly(raw)
    try:
        mail = fast_mail_parser.parse_email(raw, mode="lazy")
    except fast_mail_parser.ParseError:
        return _parse_slowly(raw)
    plain, html = _joined(mail.text_plain), _joined(mail.text_html)
    if (
        any(w.kind != _ADDRESS for w in mail.warnings)
        or not (plain or html)
        or _is_doubtful(plain)
        or _is_doubtful(html)
    ):
        return _parse_slowly(raw)
    headers: dict[str, list[str]] = {}
    for name, values in mail.headers.items():
        headers.setdefault(name.lower(), []).extend(values)
    answers = any(a.mimetype == "text/calendar" and _CALENDAR_REPLY in a.content for a in mail.attachments)
    return Parsed(headers, *_chosen(plain, html), answers)


def _is_doubtful(text: str) -> bool:
    return not text.isascii() and _DOUBTFUL.search(text) is not None


def _parse_slowly(raw: bytes) -> Parsed:
    mail = message_from_bytes(raw)
    headers: dict[str, list[str]] = {}
    for name, value in mail.items():
        headers.setdefault(name.lower(), []).append(_header_text(value))
    answers = False
    packages: list[bytes] = []
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    others: list[str] = []
    for part in _leaves(_divided(mail)):
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment":
            pass
        elif kind in texts:
            texts[kind].append(charsets.decode(_content(part), _charset(part)))
        elif _is_text_after_all(kind):
            others.append(_without_markup(charsets.decode(_content(part), _charset(part)), kind))
        answers = answers or (kind == "text/calendar" and _CALENDAR_REPLY in _content(part))
        if kind in _TNEF or str(part.get_filename("")).lower() == "winmail.dat":
            packages.append(_content(part))
    plain, html = _joined(texts["text/plain"]), _joined(texts["text/html"])
    if not (plain or html):
        plain = _joined(others)
    for package in () if plain or html else packages:
        body, body_type = tnef.text(package)
        if body.strip():
            return Parsed(headers, body, body_type, answers, has_tnef=True)
    return Parsed(headers, *_chosen(plain, html), answers, bool(packages))


def _is_text_after_all(kind: str) -> bool:
    """True for what is shown as text where there is nothing else: text of an unheard-of kind (RFC 2046, 4.1.4), and a
    multipart without a single part."""
    major, _, minor = kind.partition("/")
    return major == "multipart" or (major == "text" and minor not in _NO_PROSE)


def _without_markup(text: str, kind: str) -> str:
    """``text/enriched`` (RFC 1896) and its forerunner as plain text; anything else as it is."""
    if kind not in _ENRICHED:
        return text
    return _ENRICHED_TAG.sub("", _ENRICHED_PARAMETER.sub("", text.replace("<<", "\0"))).replace("\0", "<")


def _divided(mail: StdlibMessage) -> StdlibMessage:
    """``mail``, or its parts where its header does not name the line that divides them."""
    payload = mail.get_payload()
    if mail.get_content_maintype() != "multipart" or not isinstance(payload, str):
        return mail
    found = _DIVIDER.search(payload)
    if found is None:
        return mail
    text = f'Content-Type: multipart/mixed; boundary="{found[1]}"\n\n{payload}'
    return message_from_bytes(text.encode("utf-8", "surrogateescape"))


def _leaves(mail: StdlibMessage) -> Iterator[StdlibMessage]:
    """The parts that are not containers, without those of an attached mail, which somebody else wrote."""
    if mail.get_content_maintype() == "message":
        return
    payload = mail.get_payload()
    if isinstance(payload, list):
        for part in payload:
            if isinstance(part, StdlibMessage):
                yield from _leaves(part)
    else:
        yield mail


def _content(part: StdlibMessage) -> bytes:
    """A part's bytes."""
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    payload = part.get_payload()
    if encoding == "base64" and isinstance(payload, str):
        return _from_base64(payload)
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _from_base64(text: str) -> bytes:
    """All that is whole. Some mailers encode a text in pieces, each with its own padding; others add a word."""
    pieces = [_NOT_BASE64.sub("", piece) for piece in _PADDING.split(text)]
    kept = [piece for number, piece in enumerate(pieces) if number == 0 or len(piece) >= _SHORTEST_PIECE]
    usable = (piece[: -1 if len(piece) % 4 == 1 else None] for piece in kept)
    return b"".join(base64.b64decode(piece + "=" * (-len(piece) % 4)) for piece in usable)


def _charset(part: StdlibMessage) -> str:
    label = part.get_param("charset", "")
    return label[2] if isinstance(label, tuple) else str(label or "")


def _header_text(value: object) -> str:
    """compat32 hands out 8-bit headers as ``Header`` objects or with surrogate escapes."""
    text = str(value)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return charsets.decode(text.encode("utf-8", "surrogateescape"))
    return text


def with_line_feeds(text: str) -> str:
    """``text`` without the carriage returns that mail has at the ends of lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _joined(texts: Sequence[str]) -> str:
    kept = [with_line_feeds(text) for text in texts if text and not text.isspace()]
    return "\n".join(kept)


def _chosen(plain: str, html: str) -> tuple[str, BodyType]:
    if plain or not html:
        return plain, "plain"
    return html, "html"
