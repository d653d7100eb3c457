"""Mail in single files: eml, emlx, partial emlx, Outlook for Mac, and folders of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.protocols import Owner
from likeness.core.types import Message, Progress, Skipped
from likeness.sources.eml import EmlSource

ME = Owner.of(["sam@example.org"])
MAIL = (
    b"From: Sam <sam@example.org>\r\nTo: ana@example.net\r\nSubject: Slides\r\nDate: Tue, 1 Apr 1997 09:28:56 +0200\r\n"
    b"Message-ID: <1@example.org>\r\n\r\nHello there.\r\n"
)
PLIST = b'<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict></dict></plist>\n'


def emlx(mail: bytes) -> bytes:
    return b"%d      \n" % len(mail) + mail + PLIST


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.eml", MAIL),
        ("a.eml", MAIL.replace(b"\r\n", b"\n")),
        ("a.eml", b"\xef\xbb\xbf" + MAIL),
        ("a.emlx", emlx(MAIL)),
        ("a.partial.emlx", emlx(MAIL)),
        ("a.eml", b"\x00\x01\x00\x00" * 10 + MAIL.replace(b"\r\n", b"\r")),
    ],
)
def test_every_wrapping_gives_the_same_mail(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert EmlSource().recognises(path)
    (message,) = [i for i in EmlSource().read(path, ME) if isinstance(i, Message)]
    assert (message.sender, message.body.strip(), message.native_id) == (
        "sam@example.org",
        "Hello there.",
        "1@example.org",
    )
    assert message.from_owner


def test_a_mail_has_the_same_id_as_in_an_mbox(tmp_path: Path) -> None:
    from likeness.sources.mbox import MboxSource

    (tmp_path / "a.eml").write_bytes(MAIL)
    (tmp_path / "a.mbox").write_bytes(b"From x Tue Apr  1 09:28:56 1997\r\n" + MAIL)
    found = [
        item.id
        for source, name in ((EmlSource(), "a.eml"), (MboxSource(), "a.mbox"))
        for item in source.read(tmp_path / name, ME)
        if isinstance(item, Message)
    ]
    assert len(found) == 2
    assert len(set(found)) == 1


def test_a_folder_is_its_mail_files(tmp_path: Path) -> None:
    (tmp_path / "Sent.mbox" / "Messages").mkdir(parents=True)
    (tmp_path / "Sent.mbox" / "Messages" / "2.emlx").write_bytes(emlx(MAIL))
    (tmp_path / "1.eml").write_bytes(MAIL.replace(b"sam@", b"ana@"))
    (tmp_path / "notes.txt").write_text("nothing")
    source = EmlSource()
    assert source.recognises(tmp_path)
    assert [p.name for p in source.files(tmp_path)] == ["1.eml", "2.emlx"]
    assert [i.value for i in source.identities(tmp_path)][:1] == ["sam@example.org"]
    assert not source.recognises(tmp_path / "notes.txt")


def test_mails_of_others_are_kept_only_where_the_owner_answers_them(tmp_path: Path) -> None:
    question = tmp_path / "question.eml"
    question.write_bytes(MAIL.replace(b"Sam <sam@", b"Ana <ana@").replace(b"<1@", b"<0@"))
    answer = tmp_path / "answer.eml"
    answer.write_bytes(MAIL.replace(b"Subject", b"In-Reply-To: <0@example.org>\r\nSubject"))
    source = EmlSource()
    assert source.answered(answer, ME) == {"0@example.org"}
    assert source.answered(question, ME) == frozenset()
    assert [type(i) for i in source.read(question, ME)] == [Skipped, Progress]
    assert [type(i) for i in source.read(question, ME, wanted={"0@example.org"})] == [Message, Progress]


def test_an_empty_file_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"")
    assert [i.reason for i in EmlSource().read(path, ME) if isinstance(i, Skipped)] == ["not a mail"]


@settings(max_examples=100, deadline=None)
@given(
    head=st.sampled_from([b"", b"12\n", b"99999999999\n", b"\0" * 40, MAIL[:60]]),
    tail=st.binary(max_size=200),
    suffix=st.sampled_from([".eml", ".emlx", ".partial.emlx"]),
)
def test_no_bytes_make_it_raise(
    head: bytes, tail: bytes, suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("e") / f"x{suffix}"
    path.write_bytes(head + tail)
    source = EmlSource()
    source.recognises(path)
    list(source.identities(path))
    source.answered(path, ME)
    assert all(isinstance(i, Message | Skipped | Progress) for i in source.read(path, ME))
