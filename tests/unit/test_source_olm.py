"""Outlook for Mac's archive: a zip of XML made as Outlook 2016 makes it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.events import drain
from likeness.core.protocols import Diagnosing, Owner, Threaded
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.sources.olm import OlmSource
from likeness.write.ingest import ingest

ME = Owner.of(["sam@example.org"])
SPACE = 'xml:space="preserve"'


def people(tag: str, *found: tuple[str, str]) -> str:
    entries = "".join(
        f"<emailAddress {SPACE} OPFContactEmailAddressAddress={quoteattr(address)} "
        f'OPFContactEmailAddressName={quoteattr(name)} OPFContactEmailAddressType="0"></emailAddress>'
        for name, address in found
    )
    return f"<{tag} {SPACE}>{entries}</{tag}>"


def email(number: int, sender: tuple[str, str], text: str, html: str = "", answers: int | None = None) -> str:
    parts = {
        "OPFMessageCopyBody": text,
        "OPFMessageCopyHTMLBody": html,
        "OPFMessageCopyMessageID": f"{number}@mail.example.org",
        "OPFMessageCopyInReplyTo": f"<{answers}@mail.example.org>" if answers is not None else "",
        "OPFMessageCopySentTime": "2019-04-05T06:07:08",
        "OPFMessageCopySubject": f"Größe {number}",
        "OPFMessageIsOutgoingMeetingResponse": "1E0" if text == "accepted" else "0",
    }
    body = "".join(f"<{tag} {SPACE}>{escape(value)}</{tag}>" for tag, value in parts.items() if value)
    body += people("OPFMessageCopyFromAddresses", sender)
    body += people("OPFMessageCopyToAddresses", ("Ana Lima", "ana@example.net"), ("", "bob@example.net"))
    return f'<emails {SPACE} elementCount="1"><email {SPACE}>{body}</email></emails>'


SAM, ANA = ("Sam Rivers", "sam@example.org"), ("Ana Lima", "ana@example.net")
MEMBERS = {
    "Accounts/sam@example.org/com.microsoft.__Messages/Inbox/message_00000.xml": email(0, ANA, "Wie groß?"),
    "Accounts/sam@example.org/com.microsoft.__Messages/Inbox/message_00001.xml": email(1, ANA, "Werbung"),
    "Accounts/sam@example.org/com.microsoft.__Messages/Gesendete Elemente/message_00000.xml": email(
        2, SAM, "<html><body>So groß.</body></html>", "<html><body>So groß.</body></html>", 0
    ),
    "Accounts/sam@example.org/com.microsoft.__Messages/Gesendete Elemente/message_00001.xml": email(3, SAM, "accepted"),
    "Accounts/sam@example.org/com.microsoft.__Messages/Entwürfe/message_00000.xml": email(4, SAM, "Ich"),
    "Accounts/sam@example.org/com.microsoft.__Messages/Gelöschte Elemente/Alt/message_00000.xml": email(5, SAM, "weg"),
    "Accounts/sam@example.org/com.microsoft.__Messages/Archiv/message_00000.xml": email(6, SAM, "Nur Text.\n"),
    "Accounts/sam@example.org/com.microsoft.__Messages/Archiv/message_00001.xml": "<emails><email>cut o",
    "Accounts/sam@example.org/com.microsoft.__Messages/Archiv/message_00002.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>',
    "Accounts/sam@example.org/com.microsoft.__Messages/Archiv/message_00003.xml": "<emails/>",
    "Local/Address Book/Contacts.xml": "<contacts/>",
}


@pytest.fixture
def olm(tmp_path: Path) -> Path:
    path = tmp_path / "Outlook.olm"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in MEMBERS.items():
            archive.writestr(name, text)
    return path


def test_it_is_a_source_of_mail_that_explains_itself() -> None:
    assert isinstance(OlmSource(), Threaded)
    assert isinstance(OlmSource(), Diagnosing)


def test_an_archive_is_read_without_unpacking(olm: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        for again in (False, True):
            last = drain(ingest(store, ME, [olm]))[-1]
            assert (last.metrics["kept"], last.metrics["yours"]) == (0 if again else 4, 3)
        (record, _) = store.ledger()
        assert (record.read, dict(record.dropped)) == (
            10,
            {"draft": 1, "in the bin": 1, "not yours, nor answered by you": 1, "damaged XML": 2, "not a mail": 1},
        )
        found = {m.native_id: m for m in store.messages()}
    question, reply = found["0@mail.example.org"], found["2@mail.example.org"]
    assert (reply.reply_to, reply.conversation) == (question.native_id, question.native_id)
    assert (reply.body_type, reply.subject) == ("html", "Größe 2")
    assert reply.recipients == ("ana@example.net", "bob@example.net")
    assert reply.sent_at is not None
    assert reply.sent_at.isoformat() == "2019-04-05T06:07:08+00:00"
    assert found["3@mail.example.org"].automated
    assert (found["6@mail.example.org"].body_type, found["6@mail.example.org"].body) == ("plain", "Nur Text.\n")
    assert reply.where.endswith("Gesendete Elemente/message_00000.xml")


def test_the_account_is_the_owner(olm: Path) -> None:
    first = next(OlmSource().identities(olm))
    assert (first.value, first.evidence) == ("sam@example.org", "account of 10 mails (Outlook.olm)")


def test_only_an_olm_is_recognised(olm: Path, tmp_path: Path) -> None:
    source = OlmSource()
    assert source.recognises(olm)
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("message_00000.xml", "x")
    for path in (other, tmp_path, tmp_path / "nothing.olm"):
        assert not source.recognises(path)


def test_bad_archives_are_explained(olm: Path, tmp_path: Path) -> None:
    source = OlmSource()
    assert source.diagnose(olm) is None
    contacts = tmp_path / "contacts.olm"
    with zipfile.ZipFile(contacts, "w") as archive:
        archive.writestr("Local/Address Book/Contacts.xml", "x")
    (tmp_path / "cut.olm").write_bytes(olm.read_bytes()[:300])
    (tmp_path / "empty.olm").write_bytes(b"")
    (tmp_path / "x.zip").write_bytes(b"PK")
    said = {path.name: source.diagnose(path) for path in tmp_path.iterdir() if path != olm}
    assert "holds no mail" in (said["contacts.olm"] or "")
    assert "cut off" in (said["cut.olm"] or "")
    assert "empty" in (said["empty.olm"] or "")
    assert said["x.zip"] is None


def test_resuming_anywhere_gives_the_rest(olm: Path) -> None:
    items = [i for i in OlmSource().read(olm, ME) if not isinstance(i, Progress)]
    for start in range(len(items) + 1):
        assert [i for i in OlmSource().read(olm, ME, start=start) if not isinstance(i, Progress)] == items[start:]


@settings(max_examples=80, deadline=None)
@given(at=st.integers(0, 9000), put=st.binary(min_size=1, max_size=8))
def test_no_bytes_make_it_raise(at: int, put: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("o") / "x.olm"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in MEMBERS.items():
            archive.writestr(name, text)
    data = bytearray(path.read_bytes())
    data[at : at + len(put)] = put
    path.write_bytes(data)
    source = OlmSource()
    source.recognises(path)
    source.diagnose(path)
    list(source.identities(path))
    source.answered(path, ME)
    assert all(isinstance(i, Message | Skipped | Progress) for i in source.read(path, ME))
