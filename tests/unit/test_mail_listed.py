"""What is done quickly for the mails of list archives gives what the general code does."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.protocols import Owner
from likeness.core.types import Message, Skipped
from likeness.sources.mail import charsets, index, listed, message, threads
from likeness.sources.mail.addresses import Owners, decoded, sender

ME = Owner.of(["sam@example.org", "Sam Vale", "Zoë", "s.v@"])
_NEVER = re.compile(rb"(?!)")
_FROM = (
    "sam at example.org (Sam Vale)",
    "Sam Vale <sam@example.org>",
    "SAM@EXAMPLE.ORG",
    "@@m @end|ng |rom ex@mp|e@org (Sam Vale)",
    "=?utf-8?q?Sam_Vale?= <x@example.net>",
    "Zoë <z@example.net>",
    '"Sam\\"s" <ana at example.net>',
    "ana at example.net (Ana)",
    "",
    "Ana\n <ana@example.net>",
)
_DATES = (
    "Tue, 1 Apr 1997 10:28:56 +0200",
    "Tue,  1 Apr 1997 10:28:56 -0330 (NST)",
    "Tue, 31 Feb 1997 10:28:56 +0200",
    "1 Apr 97 10:28 EST",
    "nonsense",
    "",
)
_SUBJECTS = ("[Rd] Slides", "Re: [Rd] Slides", "[Rd] Slides\n\tfor  the talk", "AW: Slides", "=?utf-8?q?B=C3=BC?=", "")
_REPLIES = (
    "<1@example.org>",
    "<1@example.org> (message from Ana\n of Tue)",
    "message of Tue",
    "ana@example.net of Tue",
    "<1@\n example.org>",
    "<2@example.org>\n\t<1@example.org>\n  <1@example.org>",
    "<",
)
_IDS = ("<3@example.org>", "<4 @example.org>", "5@example.org", "<6@exämple.org>", "<>", "<7@example.org> (x)")
_BODIES = (
    "Hello there.\n",
    "",
    " \n\n",
    "Grüße\n",
    "a\r\nb\rc\n",
    "From here on\n>From there on\n",
    "\n\nIndented\x0c\n",
)


@st.composite
def _mails(draw: st.DrawFn) -> bytes:
    """A mail in the form of a list archive, or nearly so."""
    lines = [
        f"From: {draw(st.sampled_from(_FROM))}",
        f"Date: {draw(st.sampled_from(_DATES))}",
        f"Subject: {draw(st.sampled_from(_SUBJECTS))}",
    ]
    for name in ("In-Reply-To", "References"):
        if draw(st.booleans()):
            lines.append(f"{name}: {draw(st.sampled_from(_REPLIES))}")
    lines.append(f"Message-ID: {draw(st.sampled_from(_IDS))}")
    change = draw(st.integers(0, 14))
    if change == 1:
        lines = [
            draw(st.sampled_from(["X-Gmail-Labels: Spam", "Content-Type: text/html", "To: ana@example.net"])),
            *lines,
        ]
    elif change == 2:
        lines.reverse()
    elif change == 3:
        lines = [f"{line}\r" for line in lines]
    elif change == 4:
        del lines[draw(st.integers(0, len(lines) - 1))]
    elif change == 5:
        lines = [line.upper() for line in lines]
    elif change == 6:
        lines.append(draw(st.sampled_from([" folded", "no header", "X-Mozilla-Status: 0009", "From: sam@example.org"])))
    text = "\n".join([*lines, "", draw(st.sampled_from(_BODIES))])
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "latin-1"])))


def _read(raw: bytes) -> Message | Skipped:
    return message.read(raw, Owners(ME), source="mbox", where="x")


def _index(raw: bytes) -> tuple[list[object], bytearray]:
    found = index.build(io.BytesIO(raw), Owners(ME), keep_answers=True)
    columns = (found.offsets, found.ids, found.subjects, found.owned, found.parents, found.parent_counts, found.orphans)
    return [*map(list, columns), found.states, found.answers], found.needed()


def test_a_list_mail_is_read_without_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fast_mail_parser.parse_email", None)
    raw = b"From: sam at example.org (Sam Vale)\nDate: Tue, 1 Apr 1997 10:28:56 +0200\nSubject: Slides\n\tof Ana\n"
    found = _read(raw + b"References: <1@example.org>\n\t<2@example.org>\nMessage-ID: <3@example.org>\n\nHello.\n")
    assert isinstance(found, Message)
    assert (found.from_owner, found.subject, found.body) == (True, "Slides of Ana", "Hello.\n")
    assert (found.native_id, found.references) == ("3@example.org", ("1@example.org", "2@example.org"))
    assert found.sent_at == datetime(1997, 4, 1, 8, 28, 56, tzinfo=UTC)


@settings(max_examples=400, deadline=None)
@given(raw=_mails())
def test_a_mail_is_read_the_same_without_the_quick_way(raw: bytes) -> None:
    quick = _read(raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listed, "_MAIL", _NEVER)
        assert _read(raw) == quick


@settings(max_examples=200, deadline=None)
@given(
    mails=st.lists(_mails(), min_size=1, max_size=6),
    separator=st.sampled_from(
        [
            b"From a at b.c  Tue Apr  1 09:28:56 1997\n",
            b"From a@b.c Tue Apr 01 09:28:56 1997\n",
            b"From - Tue Apr 01 09:28:56 1997\r\n",
            b"From a@b.c Tue Apr 1 09:28:56 1997 +0200\n",
            b"From a@b.c  Tue Apr  1 09:28:56 1997\n>From d@e.f Tue Apr  1 09:28:56 1997\n",
            b"From nobody\n",
        ]
    ),
)
def test_an_mbox_is_indexed_the_same_without_the_quick_way(mails: list[bytes], separator: bytes) -> None:
    raw = b"".join(separator + one + b"\n\n" for one in mails)
    quick = _index(raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listed, "BLOCK", _NEVER)
        assert _index(raw) == quick


@settings(max_examples=400, deadline=None)
@given(
    raw=st.one_of(
        st.sampled_from([one.encode() for one in _FROM]),
        st.lists(st.sampled_from(["Sam", " ", "Vale", "@", " at ", "example.org", "<", ">", "(", ")", '"', "s.v"])).map(
            lambda parts: "".join(parts).encode()
        ),
        st.binary(max_size=40),
    ),
    identities=st.lists(st.sampled_from(["sam@example.org", "Sam Vale", "Zoë", "s.v@", "@", "ana@example.net", "Ana"])),
)
def test_who_may_not_be_the_owner_is_not(raw: bytes, identities: list[str]) -> None:
    owners = Owners(Owner.of(identities))
    assert owners.may_be(raw) or owners.recognise(sender(decoded(charsets.decode(raw)))) is None


@settings(max_examples=300, deadline=None)
@given(
    day=st.integers(0, 39),
    month=st.sampled_from(["Jan", "Feb", "Jun", "Dec", "dec"]),
    year=st.sampled_from([1900, 1969, 1999, 2024, 2099]),
    clock=st.sampled_from(["00:00:00", "23:59:59", "24:00:00", "9:05:00", "12:30:60"]),
    zone=st.sampled_from(["+0000", "-0000", "+0530", "-1130", "+1959", "-2400", "+0160", "GMT", ""]),
    end=st.sampled_from(["", " (CEST)", " (a) b"]),
)
def test_common_dates_are_what_the_library_says(
    day: int, month: str, year: int, clock: str, zone: str, end: str
) -> None:
    value = f"Mon, {day} {month} {year} {clock} {zone}{end}".strip()
    try:
        when = parsedate_to_datetime(value)
        expected = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        expected = None
    assert message.date(value) == expected


@settings(max_examples=300, deadline=None)
@given(
    value=st.lists(st.sampled_from(["<", ">", "a@b", " ", "\n", "\t", "x", ",", "(", "<1@c>", "<1@c>", "<2@ c>"])).map(
        "".join
    )
)
def test_ids_without_spaces_are_what_those_with_spaces_would_be(value: str) -> None:
    found = threads._ID.findall(value) or (threads._BARE_ID.findall(value) if "@" in value else [])
    assert threads.ids(value) == tuple(dict.fromkeys("".join(one.split()) for one in found))
