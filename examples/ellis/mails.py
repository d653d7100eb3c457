"""Turns the hand-written threads into the bytes of a Gmail-like mbox, with the oddities real archives have."""

from __future__ import annotations

import base64
import html
import quopri
import textwrap
import zlib
from collections.abc import Iterator
from datetime import datetime
from email.header import Header
from email.utils import format_datetime

from people import OTHERS, Correspondent, owner_at, signature_at
from threads import Letter, Thread


def mails_of(thread: Thread, first_number: int) -> Iterator[tuple[datetime, bytes]]:
    """The mails of a thread, encoded, with the date of each. ``first_number`` varies their encoding."""
    thread_id = zlib.crc32(thread.subject.encode())
    ids: list[str] = []
    for index, letter in enumerate(thread.letters):
        number = first_number + index
        answers = index - 1 if index and "noquote" not in letter.flags and _answers(thread, index) else None
        message_id = (
            f"{letter.when:%Y%m%d%H%M}.{thread_id % 99991}.{index}@{_sender(letter, thread).address.split('@')[1]}"
        )
        headers = _headers(thread, letter, message_id, ids if answers is not None else [], number)
        text = _full_text(thread, letter, answers, number)
        yield letter.when, _encode(headers, text, letter, number)
        ids.append(message_id)


def _answers(thread: Thread, index: int) -> bool:
    letter, before = thread.letters[index], thread.letters[index - 1]
    return letter.sender != before.sender and letter.sender in (*before.to, *before.cc, before.sender)


def _sender(letter: Letter, thread: Thread) -> Correspondent:
    return _person(letter.sender, letter.when, thread)


def _person(key: str, when: datetime, thread: Thread) -> Correspondent:
    return owner_at(when, at_work=thread.at_work) if key == "me" else OTHERS[key]


def _headers(thread: Thread, letter: Letter, message_id: str, ids: list[str], number: int) -> list[str]:
    mine = letter.sender == "me"
    subject = thread.subject if not ids else f"Re: {thread.subject}"
    labels = ["Sent" if mine else "Inbox", *(["Opened"] if not mine else []), *thread.labels]
    lines = [
        f"X-GM-THRID: {1500000000000000000 + zlib.crc32(thread.subject.encode())}",
        f"X-Gmail-Labels: {encoded(','.join(labels))}",
        f"Message-ID: <{message_id}>",
        f"Date: {format_datetime(letter.when)}".replace("-0000", "+0000"),
        f"From: {encoded_mailbox(_sender(letter, thread))}",
        "To: " + ", ".join(encoded_mailbox(_person(key, letter.when, thread)) for key in letter.to),
    ]
    if letter.cc:
        lines.append("Cc: " + ", ".join(encoded_mailbox(_person(key, letter.when, thread)) for key in letter.cc))
    lines.append(f"Subject: {encoded(subject, force=number % 13 == 0)}")
    if ids:
        lines.append(f"In-Reply-To: <{ids[-1]}>")
        lines.append("References: " + "\n ".join(f"<{one}>" for one in ids))
    if "auto" in letter.flags:
        lines += ["Auto-Submitted: auto-replied", "X-Autoreply: yes"]
    return lines


def encoded(text: str, *, force: bool = False) -> str:
    """A header value, RFC 2047-encoded where it needs it (or where ``force`` asks for variety)."""
    if text.isascii() and not force:
        return text
    return Header(text, "utf-8", maxlinelen=70).encode()


def encoded_mailbox(person: Correspondent) -> str:
    """A mailbox for an address header; names with specials are quoted."""
    name = person.name
    if not name.isascii():
        name = Header(name, "utf-8").encode()
    elif not name.replace(" ", "").replace("-", "").isalnum():
        name = f'"{name}"'
    return f"{name} <{person.address}>"


def _full_text(thread: Thread, letter: Letter, answers: int | None, number: int) -> tuple[str, str]:
    """What the sender wrote with signature, and the quoted mail under it ("" when nothing is quoted)."""
    text = letter.text
    signature = signature_at(letter.when, at_work=thread.at_work, number=number) if letter.sender == "me" else ""
    quote = ""
    if answers is not None:
        before = thread.letters[answers]
        author = _sender(before, thread)
        if "inline" in letter.flags:
            text = f"{_attribution(before, author)}\n\n{text}"
        elif letter.sender in ("howard", "priya", "accounts") or number % 9 == 4:
            quote = _outlook_quote(before, author, thread)
        else:
            quoted = "\n".join(f"> {line}".rstrip() for line in _wrapped(before.text, 74).splitlines())
            quote = f"{_attribution(before, author)}\n{quoted}"
    if signature and "nosig" not in letter.flags:
        text = f"{text}\n\n{signature}"
    return text, quote


def _attribution(before: Letter, author: Correspondent) -> str:
    line = f"On {before.when:%a, %-d %b %Y} at {before.when:%H:%M}, {author.name} <{author.address}> wrote:"
    return line if len(line) < 78 else line.replace(f" <{author.address}>", f"\n<{author.address}>")


def _outlook_quote(before: Letter, author: Correspondent, thread: Thread) -> str:
    to = "; ".join(_person(key, before.when, thread).name for key in before.to)
    return (
        f"-----Original Message-----\nFrom: {author.name} <{author.address}>\n"
        f"Sent: {before.when:%d %B %Y %H:%M}\nTo: {to}\nSubject: {thread.subject}\n\n{before.text}"
    )


def _wrapped(text: str, width: int) -> str:
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) if len(line) > width else line
        for line in text.splitlines()
    )


def _encode(headers: list[str], parts: tuple[str, str], letter: Letter, number: int) -> bytes:
    text = "\n\n".join(part for part in parts if part)
    lines = [*headers, "MIME-Version: 1.0"]
    if "html" in letter.flags:
        return _simple(lines, "text/html", letter.text, "quoted-printable")
    if "auto" not in letter.flags and number % 19 == 7:
        return _simple(lines, "text/html", _as_html(*parts, number), "quoted-printable")
    if number % 3 == 1:
        return _alternative(lines, text, _as_html(*parts, number), number)
    if number % 11 == 5:
        return _simple(lines, "text/plain", text, "base64")
    if number % 7 == 3:
        return _simple(lines, "text/plain", text, "quoted-printable", charset="iso-8859-1")
    return _simple(lines, "text/plain", _wrapped(text, 76), "8bit")


def _as_html(text: str, quote: str, number: int) -> str:
    body = "".join(f"<div>{html.escape(line, quote=False) or '<br>'}</div>" for line in text.splitlines())
    if not quote:
        return f'<div dir="ltr">{body}</div>'
    attribution, _, quoted = quote.partition("\n")
    inner = "<br>".join(html.escape(line.removeprefix(">").strip(), quote=False) for line in quoted.splitlines())
    if attribution.startswith("-----Original"):
        return f'<div dir="ltr">{body}</div><div id="divRplyFwdMsg"><b>{attribution}</b><br>{inner}</div>'
    return (
        f'<div dir="ltr">{body}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f'{html.escape(attribution)}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">'
        f"{inner}</blockquote></div>"
    )


def _payload(text: str, encoding: str, charset: str) -> bytes:
    raw = text.encode(charset, "replace") + b"\n"
    if encoding == "base64":
        return base64.encodebytes(raw)
    return quopri.encodestring(raw) if encoding == "quoted-printable" else raw


def _part_headers(kind: str, encoding: str, charset: str) -> list[str]:
    return [f'Content-Type: {kind}; charset="{charset}"', f"Content-Transfer-Encoding: {encoding}"]


def _simple(lines: list[str], kind: str, text: str, encoding: str, charset: str = "utf-8") -> bytes:
    if charset != "utf-8" and not _fits(text, charset):
        charset = "utf-8"
    head = "\n".join([*lines, *_part_headers(kind, encoding, charset)])
    return head.encode() + b"\n\n" + _payload(text, encoding, charset)


def _fits(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _alternative(lines: list[str], text: str, markup: str, number: int) -> bytes:
    boundary = f"000000000000{zlib.crc32(str(number).encode()):08x}"
    out = "\n".join([*lines, f'Content-Type: multipart/alternative; boundary="{boundary}"']).encode() + b"\n\n"
    for kind, body in (("text/plain", text), ("text/html", markup)):
        head = "\n".join(_part_headers(kind, "quoted-printable", "utf-8"))
        out += f"--{boundary}\n{head}\n\n".encode() + _payload(body, "quoted-printable", "utf-8") + b"\n"
    return out + f"--{boundary}--\n".encode()
