"""Mail in single files: eml, emlx, partial emlx, Outlook for Mac, and folders of them."""

from __future__ import annotations

import base64
import plistlib
from pathlib import Path

import outlook_files
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.protocols import Owner
from likeness.core.types import Message, Progress, Skipped
from likeness.sources.eml import EmlSource
from likeness.sources.mail import tnef
from likeness.sources.mail.addresses import decoded, recipients

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
        ("a.eml", b"\xff\xfe" + MAIL.decode().encode("utf-16-le")),
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


@pytest.mark.parametrize(
    ("flags", "reason"),
    [(8590195713, ""), (0b10, "in the bin"), (0b1000001, "draft"), (1 << 24 | 1, "spam"), (1 << 25, "")],
)
@pytest.mark.parametrize("binary", [False, True])
def test_apple_mails_flags_say_what_was_deleted_or_junk(tmp_path: Path, flags: int, reason: str, binary: bool) -> None:
    path = tmp_path / "INBOX.mbox" / "Messages" / "1.emlx"
    path.parent.mkdir(parents=True)
    style = plistlib.FMT_BINARY if binary else plistlib.FMT_XML
    path.write_bytes(b"%d\n" % len(MAIL) + MAIL + plistlib.dumps({"flags": flags, "date-sent": 859886936}, fmt=style))
    (item, _) = EmlSource().read(path, ME)
    assert item.reason == reason if isinstance(item, Skipped) else not reason


def test_attached_mails_beside_partial_ones_are_not_the_owners(tmp_path: Path) -> None:
    data = tmp_path / "V10" / "Sent Messages.mbox" / "9F" / "Data"
    (data / "Messages").mkdir(parents=True)
    (data / "Attachments" / "1" / "2").mkdir(parents=True)
    (data / "Messages" / "1.partial.emlx").write_bytes(emlx(MAIL))
    (data / "Attachments" / "1" / "2" / "forwarded.eml").write_bytes(MAIL)
    source = EmlSource()
    assert [p.name for p in source.files(tmp_path)] == ["1.partial.emlx"]
    assert "in Sent" in next(source.identities(tmp_path)).evidence


def test_drafts_and_outlooks_packages_are_counted_by_their_reason(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"X-Unsent: 1\r\n" + MAIL)
    head, _, _ = MAIL.partition(b"\r\n\r\n")
    tnef = b"\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+IgA=\r\n"
    (tmp_path / "b.eml").write_bytes(head + tnef)
    (tmp_path / "Drafts").mkdir()
    (tmp_path / "Drafts" / "c.eml").write_bytes(MAIL)
    reasons = [
        item.reason
        for file in EmlSource().files(tmp_path)
        for item in EmlSource().read(file, ME)
        if isinstance(item, Skipped)
    ]
    assert sorted(reasons) == ["draft", "draft", "only an Outlook attachment (winmail.dat)"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.eml", b"", "empty"),
        ("a.eml", b"<html><body>", "web page"),
        ("a.eml", b"\xd0\xcf\x11\xe0rest", ".msg"),
        ("a.emlx", b"12\nnothing like it", "is no mail"),
        ("a.txt", b"", None),
    ],
)
def test_a_bad_mail_file_is_explained(tmp_path: Path, name: str, data: bytes, said: str | None) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    found = EmlSource().diagnose(path)
    assert (found is None) if said is None else (said in (found or ""))


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        ("Content-Type: multipart/mixed; boundary=ab", "nothing but text", "nothing but text"),
        ("Content-Type: text/x-my-own", "hello", "hello"),
        ("Content-Type: text/enriched", "<bold>Hi</bold> a <<b <color><param>red</param>c</color>", "Hi a <b c"),
        ("Content-Type: text/vcard", "BEGIN:VCARD", None),
        ("Content-Transfer-Encoding: base64", "ecO2dMOkIHZhYW4uCg== ignored", "yötä vaan."),
        (
            "Content-Transfer-Encoding: base64",
            "SGVsbG8gdGhlcmUsIA==\nZ2VuZXJhbCBLZW5vYmkh",
            "Hello there, general Kenobi!",
        ),
        ("Content-Type: message/rfc822", "From: z@z\n\nsomebody else's", None),
        ("Content-Type: multipart/mixed boundary=x", "--x\nContent-Type: text/plain\n\nhi\n--x--", "hi"),
    ],
)
def test_text_is_found_where_types_and_encodings_are_odd(
    tmp_path: Path, headers: str, body: str, text: str | None
) -> None:
    path = tmp_path / "a.eml"
    path.write_text(f"From: sam@example.org\nMIME-Version: 1.0\n{headers}\n\n{body}\n")
    (item, _) = EmlSource().read(path, ME)
    assert (item.body.strip() if isinstance(item, Message) else None) == text


def test_broken_lines_before_the_headers_do_not_hide_them(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"Fro :uMmlti broken\r\n" + MAIL)
    (item, _) = EmlSource().read(path, ME, wanted={"1@example.org"})
    assert isinstance(item, Message)
    assert item.from_owner


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/encrypted; boundary=b", "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--"),
        ("application/pkcs7-mime; smime-type=enveloped-data", "MIIB"),
        ("text/plain", "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"),
    ],
)
def test_what_is_encrypted_is_counted_as_that(tmp_path: Path, kind: str, body: str) -> None:
    path = tmp_path / "a.eml"
    path.write_text(f"From: sam@example.org\nMIME-Version: 1.0\nContent-Type: {kind}\n\n{body}\n")
    (item, _) = EmlSource().read(path, ME)
    assert isinstance(item, Skipped)
    assert item.reason == "encrypted or sealed (PGP, S/MIME)"


@pytest.mark.parametrize(
    ("package", "kind", "body"),
    [
        (outlook_files.package({0x1000: (0x1F, "Grüße".encode("utf-16-le"))}), "plain", "Grüße"),
        (outlook_files.package({0x1013: (0x102, b"<p>hi</p>")}), "html", "<p>hi</p>"),
        (
            outlook_files.package({0x1009: (0x102, outlook_files.compressed(rb"{\rtf1\ansi From RTF.}"))}),
            "plain",
            "From RTF.",
        ),
        (outlook_files.package({}, b"The old way\0"), "plain", "The old way"),
    ],
)
def test_the_text_in_winmail_dat_is_read_where_there_is_no_other(
    tmp_path: Path, package: bytes, kind: str, body: str
) -> None:
    path = tmp_path / "a.eml"
    head, _, _ = MAIL.partition(b"\r\n\r\n")
    path.write_bytes(
        head
        + b"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\r\n--b\r\n"
        + b'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + base64.encodebytes(package)
        + b"\r\n--b--\r\n"
    )
    (item, _) = EmlSource().read(path, ME)
    assert isinstance(item, Message)
    assert (item.body_type, item.body.strip()) == (kind, body)


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 300), put=st.binary(min_size=1, max_size=8))
def test_no_package_makes_it_raise(at: int, put: bytes) -> None:
    whole = outlook_files.package({0x1000: (0x1F, "Grüße".encode("utf-16-le"))}, b"The old way\0")
    tnef.text(whole[:at] + put + whole[at + len(put) :])
    tnef.text(whole[:at])


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('"Lima, Ana" <ana@x.example>, bob@x.example', ("ana@x.example", "bob@x.example")),
        ('"A \\"B, C\\" D" <d@x.example>,e@x.example', ("d@x.example", "e@x.example")),
        ('"open <a@x.example>, b@x.example', ("a@x.example", "b@x.example")),
        ("a@x.example, A@x.example,, ", ("a@x.example",)),
    ],
)
def test_recipients_are_told_apart(value: str, found: tuple[str, ...]) -> None:
    assert recipients(value) == found


def test_hostile_headers_cost_no_more_than_their_length() -> None:
    for value in ('a,"' * 100_000, "=?utf-8?q?a?= " * 50_000, "<" * 300_000, "(" * 300_000, "a at " * 60_000):
        recipients(decoded(value))
