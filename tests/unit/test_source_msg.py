"""Outlook's single mails: properties, bodies of three kinds, recipients, and what is no mail."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outlook_files import compressed, container, properties, text_streams

from likeness.core.events import drain
from likeness.core.protocols import Diagnosing, Owner, Threaded
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.sources.mail import rtf
from likeness.sources.msg import MsgSource
from likeness.write.ingest import ingest

ME = Owner.of(["sam@example.org"])
TICKS = struct.pack("<Q", int((datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp() + 11644473600) * 10**7))


def msg(
    number: int,
    sender: str = "sam@example.org",
    *,
    streams: dict[str, bytes] | None = None,
    answers: str = "",
    of_class: str = "IPM.Note",
    flags: int = 1,
    by: str = "",
) -> bytes:
    texts = {0x1A: of_class, 0x37: "\x01\x05RE: Slides", 0x42: "Sam Rivers", 0x64: "SMTP", 0x65: sender}
    texts |= {0x1035: f"<{number}@mail.example.org>", 0x1042: answers}
    if by:
        texts |= {0x0C1A: by, 0x0C1E: "EX", 0x0C1F: "/O=FIRM/CN=EVA", 0x5D01: "eva@example.org"}
    fixed = {0x39: (0x40, TICKS), 0x0E07: (3, struct.pack("<i", flags)), 0x3FDE: (3, struct.pack("<i", 65001))}
    person = text_streams({0x3001: "Ana Lima", 0x3002: "EX", 0x3003: "/O=FIRM/CN=ANA", 0x39FE: "ana@example.net"})
    other = text_streams({0x3001: "Board", 0x3002: "EX", 0x3003: "/O=FIRM/CN=BOARD"})
    names = {"__properties_version1.0": properties(fixed, 32), **text_streams(texts)}
    return container(
        {
            "": names | (streams if streams is not None else text_streams({0x1000: "Grüße\r\nSam"})),
            "__recip_version1.0_#00000000": person
            | {"__properties_version1.0": properties({0x0C15: (3, b"\1\0\0\0")}, 8)},
            "__recip_version1.0_#00000001": other
            | {"__properties_version1.0": properties({0x0C15: (3, b"\2\0\0\0")}, 8)},
        }
    )


def read(path: Path, data: bytes) -> Message | Skipped:
    path.write_bytes(data)
    (item, _) = MsgSource().read(path, ME)
    assert not isinstance(item, Progress)
    return item


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.msg"


def test_it_is_a_source_of_mail_that_explains_itself() -> None:
    assert isinstance(MsgSource(), Threaded)
    assert isinstance(MsgSource(), Diagnosing)


def test_properties_make_a_message(path: Path) -> None:
    message = read(path, msg(1, answers="<0@mail.example.org>"))
    assert isinstance(message, Message)
    assert (message.sender, message.sender_name, message.from_owner) == ("sam@example.org", "Sam Rivers", True)
    assert message.recipients == ("ana@example.net", "Board")
    assert (message.subject, message.body, message.body_type) == ("RE: Slides", "Grüße\nSam", "plain")
    assert (message.native_id, message.reply_to) == ("1@mail.example.org", "0@mail.example.org")
    assert message.sent_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert not message.automated
    assert message.labels == ()
    assert MsgSource().answered(path, ME) == {"0@mail.example.org"}


@pytest.mark.parametrize(
    ("streams", "kind", "body"),
    [
        ({"__substg1.0_10130102": "<p>grüße</p>".encode()}, "html", "<p>grüße</p>"),
        ({"__substg1.0_10090102": compressed(rb"{\rtf1\ansi Gr\'fc\'dfe\par {\b Sam}}")}, "plain", "Grüße\nSam"),
        (
            {
                "__substg1.0_10090102": compressed(
                    rb"{\rtf1\fromhtml1 {\*\htmltag <p>}a\htmlrtf x\htmlrtf0 b{\*\htmltag </p>}}"
                )
            },
            "html",
            "<p>ab</p>",
        ),
        ({"__substg1.0_1000001E": "naïve".encode("cp1252")}, "plain", "naïve"),
    ],
)
def test_a_body_of_every_kind_is_read(path: Path, streams: dict[str, bytes], kind: str, body: str) -> None:
    message = read(path, msg(1, streams=streams))
    assert isinstance(message, Message)
    assert (message.body_type, message.body.rstrip("\0")) == (kind, body)


def test_what_is_no_mail_of_the_owners_hand_is_told(path: Path) -> None:
    reasons = [
        read(path, data)
        for data in (
            msg(1, of_class="IPM.Contact"),
            msg(1, flags=8),
            msg(1, streams={}),
            msg(1, "ana@example.net"),
            b"nothing of the kind",
        )
    ]
    assert [item.reason for item in reasons if isinstance(item, Skipped)] == [
        "no mail (contact, appointment, task …)",
        "draft",
        "no text",
        "not yours, nor answered by you",
        "not a mail",
    ]
    answer = read(path, msg(1, of_class="IPM.Schedule.Meeting.Resp.Pos"))
    assert isinstance(answer, Message)
    assert answer.automated
    delegated = read(path, msg(1, by="Eva Blum"))
    assert isinstance(delegated, Message)
    assert "delegated" in delegated.labels


def test_a_folder_of_messages_is_imported_once(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    (folder / "Sent").mkdir(parents=True)
    (folder / "question.msg").write_bytes(msg(0, "ana@example.net"))
    (folder / "Sent" / "answer.msg").write_bytes(msg(1, answers="<0@mail.example.org>"))
    assert MsgSource().recognises(folder)
    assert next(MsgSource().identities(folder)).value == "sam@example.org"
    with Store.open(tmp_path / "s.sqlite") as store:
        for again in (False, True):
            last = drain(ingest(store, ME, [folder]))[-1]
            assert last.metrics["kept"] == (0 if again else 2)
        assert {m.from_owner for m in store.messages()} == {True, False}


def test_bad_files_are_explained(path: Path, tmp_path: Path) -> None:
    source = MsgSource()
    for data, said in ((b"", "empty"), (b"From: x", ".eml"), (msg(1)[:1500], "cut off")):
        path.write_bytes(data)
        assert not source.recognises(path)
        assert said in (source.diagnose(path) or "")
    path.write_bytes(msg(1))
    assert source.recognises(path)
    assert source.diagnose(path) is None
    (tmp_path / "b.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    assert source.diagnose(tmp_path / "b.doc") is None


def test_compressed_rtf_refers_back_and_may_be_cut_off() -> None:
    # The example of [MS-OXRTFCP] 4.1.1: references into the text the ring begins with, and to what was just written.
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a0072637067313235423 20af32068656c090020627705b06c647d0a800fa0".replace(
            " ", ""
        )
    )
    assert rtf.decompress(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert rtf.decompress(packed[:30]).startswith(b"{\\rtf1\\ansi\\ansi")
    for bad in (b"", b"x" * 20):
        with pytest.raises(ValueError):
            rtf.decompress(bad)


def test_rtf_gives_its_text_and_nothing_else() -> None:
    source = (
        rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fnil\fcharset204 Arial;}}{\*\generator X;}"
        rb"\uc1 caf\u233? \emdash  {\f1 \'cf\'f0} \{x\}\line{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}\tab end"
        rb"{\pict 00ff}\par}"
    )
    assert rtf.text(source) == ("café — Пр {x}\nlink\tend\n", "plain")


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=300), kind=st.sampled_from([0x75465A4C, 0x414C454D]))
def test_no_rtf_makes_it_raise(data: bytes, kind: int) -> None:
    rtf.text(rtf.decompress(struct.pack("<IIII", len(data), 4000, kind, 0) + data))
    rtf.text(b"{\\rtf1 " + data)


@settings(max_examples=80, deadline=None)
@given(at=st.integers(0, 20_000), put=st.binary(min_size=1, max_size=12))
def test_no_bytes_make_it_raise(at: int, put: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("m") / "x.msg"
    data = bytearray(msg(1))
    data[at : at + len(put)] = put
    path.write_bytes(data)
    source = MsgSource()
    source.recognises(path)
    source.diagnose(path)
    source.answered(path, ME)
    assert all(isinstance(i, Message | Skipped | Progress) for i in source.read(path, ME))
