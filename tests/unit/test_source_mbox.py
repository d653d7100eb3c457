"""Mail in an mbox: which mails are found, whose they are, what they answer, and that nothing makes it fail."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.events import drain
from likeness.core.protocols import Diagnosing, Owner, Source, Threaded
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.sources import mbox
from likeness.sources.mail import index, separators
from likeness.sources.mbox import MboxSource
from likeness.write.ingest import ingest

TAKEOUT = Path(__file__).parents[1] / "fixtures" / "mbox" / "takeout.mbox"
ME = Owner.of(["sam@example.org", "murdoch.duncan@gmail.com", "d.murdoch@stats.uwo.ca"])


def mail(
    number: int,
    from_: str = "Ana <ana@example.net>",
    body: str = "Hello there.",
    headers: str = "",
    subject: str = "Slides",
    separator: str = "From x@example.org Tue Apr  1 09:28:56 1997",
) -> str:
    return (
        f"{separator}\nFrom: {from_}\nDate: Tue, 1 Apr 1997 09:28:{number:02d} +0200\nSubject: {subject}\n"
        f"Message-ID: <{number}@example.org>\n{headers}\n{body}\n\n"
    )


def read(path: Path, text: str | bytes, owner: Owner = ME) -> tuple[list[Message], list[Skipped]]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    items = list(MboxSource().read(path, owner))
    return [i for i in items if isinstance(i, Message)], [i for i in items if isinstance(i, Skipped)]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return tmp_path / "all.mbox"


def test_it_is_a_source_that_knows_threads() -> None:
    assert isinstance(MboxSource(), Source)
    assert isinstance(MboxSource(), Threaded)
    assert isinstance(MboxSource(), Diagnosing)


def test_only_the_owners_mails_and_what_they_answer_are_read(box: Path) -> None:
    text = (
        mail(1)
        + mail(2, "Bob <bob@example.net>")
        + mail(3, "Sam <SAM@Example.org>", headers="In-Reply-To: <1@example.org>\nReferences: <0@x> <1@example.org>\n")
    )
    messages, skipped = read(box, text)
    assert [m.native_id for m in messages] == ["1@example.org", "3@example.org"]
    assert [m.from_owner for m in messages] == [False, True]
    assert [s.reason for s in skipped] == ["not yours, nor answered by you"]
    reply = messages[1]
    assert (reply.reply_to, reply.references) == ("1@example.org", ("0@x", "1@example.org"))
    assert reply.where.startswith("all.mbox:offset ")
    assert reply.sent_at is not None
    assert reply.sent_at.isoformat() == "1997-04-01T07:28:03+00:00"


def test_an_unescaped_from_in_a_body_is_text(box: Path) -> None:
    body = "From here on it gets hard.\n\nFrom x@y Tue Apr  1 09:28:56 1997\nis how it begins.\n>From the top."
    messages, _ = read(box, mail(1, "sam@example.org", body) + mail(2, "sam@example.org"))
    assert len(messages) == 2
    assert "From here on" in messages[0].body
    assert "is how it begins" in messages[0].body
    assert "\nFrom the top." in messages[0].body


@pytest.mark.parametrize(
    "separator",
    [
        "From - Tue Apr 01 09:28:56 1997",
        "From 1597@xxx Thu Jan 02 03:04:05 +0000 2020",
        "From a@b  Tue Apr  1 09:28 1997",
        "From a@b Tue, 1 Apr 1997 09:28:56 +0200",
        "From murdoch@dunc@n @end|ng |rom gm@||@com  Wed Jul  1 16:41:00 2020",
        "From ana at example.net  Fri Mar  5 12:55:32 2010",
        "From a@b Tue Apr  1 09:28:56 MET 1997 remote from host",
    ],
)
def test_separators_seen_in_the_wild(box: Path, separator: str) -> None:
    messages, _ = read(box, mail(1, "sam@example.org") + mail(2, "sam@example.org", separator=separator))
    assert len(messages) == 2


@pytest.mark.parametrize(
    ("from_", "address"),
    [
        ("sam at example.org (Sam Rivers)", "sam@example.org"),
        ("=?utf-8?q?S=C3=A4m?= <sam@example.org>", "sam@example.org"),
        ('"Rivers, Sam"\n <sam@example.org>', "sam@example.org"),
        ("murdoch@dunc@n @end|ng |rom gm@||@com (Duncan Murdoch)", "murdoch.duncan@gmail.com"),
        ("murdoch@dunc@n @ending from gm@il@com (Duncan Murdoch)", "murdoch.duncan@gmail.com"),
        ("d@murdoch @end|ng |rom @t@t@@uwo@c@ (Duncan Murdoch)", "d.murdoch@stats.uwo.ca"),
    ],
)
def test_the_owner_is_known_under_every_form_of_the_address(box: Path, from_: str, address: str) -> None:
    messages, _ = read(box, mail(1, from_))
    assert [(m.sender, m.from_owner) for m in messages] == [(address, True)]


def test_a_hidden_address_of_somebody_else_is_not_the_owners(box: Path) -> None:
    messages, _ = read(box, mail(1, "murdoch@duncon @end|ng |rom gm@||@com (Other)"))
    assert messages == []


def test_a_display_name_can_be_the_owners(box: Path) -> None:
    messages, _ = read(box, mail(1, "x@elsewhere (Duncan Murdoch)"), Owner.of(["duncan murdoch"]))
    assert messages[0].from_owner
    assert messages[0].sender == "x@elsewhere"


def test_a_reply_without_ids_is_paired_by_its_subject(box: Path) -> None:
    text = (
        mail(1, subject="[Rd] Slides for Monday")
        + mail(2, "bob@example.net", subject="Other")
        + mail(3, "sam@example.org", subject="Re: [Rd] AW: Slides  for Monday")
    )
    messages, _ = read(box, text)
    assert [m.native_id for m in messages] == ["1@example.org", "3@example.org"]
    assert len({m.conversation for m in messages}) == 1


def test_gmail_labels_may_be_encoded_and_folded(box: Path) -> None:
    headers = "X-Gmail-Labels: =?UTF-8?Q?Gesendet,Ge=C3=B6ffnet,?=\n =?UTF-8?Q?Wichtig?=\n"
    messages, _ = read(box, mail(1, "sam@example.org", headers=headers))
    assert messages[0].labels == ("Gesendet", "Geöffnet", "Wichtig")


def test_html_is_taken_only_where_there_is_no_plain_text(box: Path) -> None:
    both = (
        "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n",
        "--b\nContent-Type: text/plain; charset=latin-1\nContent-Transfer-Encoding: quoted-printable\n\nhall=E5\n"
        "--b\nContent-Type: text/html\n\n<p>hello</p>\n--b--",
    )
    only = "Content-Type: text/html; charset=utf-8\n", "<p>grüße</p>"
    text = mail(1, "sam@example.org", both[1], both[0]) + mail(2, "sam@example.org", only[1], only[0])
    messages, _ = read(box, text)
    assert [(m.body_type, m.body.strip()) for m in messages] == [("plain", "hallå"), ("html", "<p>grüße</p>")]


def test_truncated_base64_and_wrong_charsets_keep_their_text(box: Path) -> None:
    truncated = mail(
        1, "sam@example.org", "SGVsbG8gdGhlcmUsIGdlbmVyYWwgS2Vub2Jp\nSGVsb", "Content-Transfer-Encoding: base64\n"
    )
    unknown = mail(2, "sam@example.org", "gr\xfc\xdfe", "Content-Type: text/plain; charset=x-unheard-of\n")
    mislabelled = mail(3, "sam@example.org", "grüße", "Content-Type: text/plain; charset=iso-8859-1\n")
    messages, skipped = read(box, truncated.encode() + unknown.encode("latin-1") + mislabelled.encode())
    assert skipped == []
    assert messages[0].body.startswith("Hello there, general Kenobi")
    assert [m.body.strip() for m in messages[1:]] == ["grüße", "grüße"]


@pytest.mark.parametrize(
    ("from_", "headers", "automated"),
    [
        ("ana@example.net", "Precedence: list\nList-Id: <r-devel.r-project.org>\n", False),
        ("ana@example.net", "Auto-Submitted: no\n", False),
        ("ana@example.net", "Auto-Submitted: auto-replied\n", True),
        ("ana@example.net", "X-Autoreply: yes\n", True),
        ("ana@example.net", "Content-Class: urn:content-classes:calendarmessage\n", True),
        ("info@shop.example", "", False),
        ("info@shop.example", "List-Unsubscribe: <mailto:x@shop.example>\n", True),
        ("no-reply@shop.example", "", True),
        ("newsletter@shop.example", "Precedence: bulk\n", True),
        ("news-and-lists@people.example", "", False),
        ("newsletter.fan@people.example", "", False),
    ],
)
def test_machines_are_told_from_people(box: Path, from_: str, headers: str, automated: bool) -> None:
    reply = mail(2, "sam@example.org", headers="In-Reply-To: <1@example.org>\n")
    messages, _ = read(box, mail(1, from_, headers=headers) + reply)
    assert messages[0].automated is automated


def test_a_calendar_answer_is_a_machines(box: Path) -> None:
    body = "--b\nContent-Type: text/plain\n\nSam has accepted.\n--b\nContent-Type: text/calendar\n\nMETHOD:{}\n--b--"
    headers = "Content-Type: multipart/alternative; boundary=b\n"
    text = mail(1, "sam@example.org", body.format("REPLY"), headers)
    text += mail(2, "sam@example.org", body.format("REQUEST"), headers)
    messages, _ = read(box, text)
    assert [m.automated for m in messages] == [True, False]


def test_an_attached_mail_is_not_the_owners_text(box: Path) -> None:
    body = "--b\nContent-Type: text/plain\n\nSee below.\n--b\nContent-Type: message/rfc822\n\nFrom: z@z\n\ninner\n--b--"
    messages, _ = read(box, mail(1, "sam@example.org", body, "Content-Type: multipart/mixed; boundary=b\n"))
    assert messages[0].body.strip() == "See below."


def test_ids_are_stable_and_resuming_gives_the_rest(box: Path) -> None:
    text = "".join(mail(n % 60, "sam@example.org", f"number {n}").replace(f"<{n % 60}@", f"<{n}@") for n in range(450))
    whole, _ = read(box, text)
    cursors = [i.cursor for i in MboxSource().read(box, ME) if isinstance(i, Progress)]
    assert len(cursors) >= 3
    for cursor in cursors:
        rest = [i for i in MboxSource().read(box, ME, start=cursor) if isinstance(i, Message)]
        assert rest == whole[len(whole) - len(rest) :]
        assert int(whole[-len(rest)].where.split()[-1]) >= cursor if rest else cursor == box.stat().st_size


def test_mails_across_chunks_are_all_found(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(mail(n, "sam@example.org", "line\n" * (n + 1)) for n in range(40))
    whole, _ = read(box, text)
    for size in (1, 7, 64, 333):
        monkeypatch.setattr(separators, "CHUNK", size)
        assert read(box, text)[0] == whole
    assert len(whole) == 40


def test_what_stands_before_the_first_mail_is_counted(box: Path) -> None:
    _, skipped = read(box, "junk\n" + mail(1, "sam@example.org"))
    assert [(s.reason, s.bad, s.where) for s in skipped] == [("not a mail", True, "all.mbox:offset 0")]


@pytest.mark.parametrize(
    "tail", ["From : abc", ">From x Tue", ">From x\nFrom: sam@example.org\n\nhi", "From : sam@example.org\n\nhi"]
)
def test_a_separator_is_followed_by_anything(box: Path, tail: str) -> None:
    read(box, f"From x Tue Apr  1 09:28:56 1997\n{tail}")


@pytest.mark.parametrize(
    "word", ["=?utf-8?b?A?=", "=?utf-8?b?AAAAA?=", "=?nope?q?=FF?=", "=?idna?q?..?=", "=?utf-8?q?=ZZ?="]
)
def test_an_encoded_word_that_cannot_be_decoded_stays_as_it_is(box: Path, word: str) -> None:
    messages, skipped = read(box, mail(1, f"{word} <sam@example.org>", subject=word))
    assert [m.sender for m in messages] == ["sam@example.org"]
    assert skipped == []


def test_windows_line_ends(box: Path) -> None:
    text = (mail(1) + mail(2, "sam@example.org", headers="In-Reply-To: <1@example.org>\n")).replace("\n", "\r\n")
    messages, _ = read(box, text)
    assert [m.body.strip() for m in messages] == ["Hello there.", "Hello there."]


def test_the_owner_is_proposed_from_what_was_sent(box: Path) -> None:
    text = "".join(mail(n) for n in range(5)) + mail(6, "Sam <sam@example.org>", headers="X-Gmail-Labels: Sent\n")
    box.write_text(text)
    assert next(MboxSource().identities(box)).value == "sam@example.org"
    inbox = "".join(mail(n, headers="To: sam@example.org, bob@example.net\n") for n in range(5))
    inbox += "".join(mail(n, headers="To: Sam <sam@example.org>\n") for n in range(5))
    box.write_text(inbox)
    assert next(MboxSource().identities(box)).value == "sam@example.org"


_PIECES = st.sampled_from(
    [
        b"From a@b Tue Apr  1 09:28:56 1997\n",
        b"From: sam@example.org\n",
        b"from:sam@example.org",
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"Content-Type: text/html; charset=utf-7\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Type: message/rfc822\n",
        b"Subject: =?utf-8?b?////?=\n",
        b"From: =?utf-8?b?AAAAA?=\n",
        b"Date: Tue, 99 Foo 1997 99:99:99 +9999\n",
        b"Date: Mon, 01 Jan 0001 00:00:00 +2359\n",
        b"In-Reply-To: <<<>>><\n",
        b"--b\n",
        b"--b--\n",
        b"\n",
        b"\r\n",
        b"\x00\xff\xfe",
        b" folded\n",
    ]
)


@settings(max_examples=150, deadline=None)
@given(parts=st.lists(st.one_of(_PIECES, st.binary(max_size=40)), max_size=40))
def test_no_bytes_make_it_raise(parts: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("m") / "x.mbox"
    path.write_bytes(b"".join(parts))
    source = MboxSource()
    source.recognises(path)
    list(source.identities(path))
    source.answered(path, ME)
    for item in source.read(path, ME):
        assert isinstance(item, Message | Skipped | Progress)


def test_long_mails_can_be_committed_one_by_one(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("likeness.sources.mbox._PROGRESS_BYTES", 1000)
    box.write_text("".join(mail(n, "sam@example.org", "word " * 400) for n in range(5)))
    kinds = [type(item) for item in MboxSource().read(box, ME)]
    assert kinds == [Progress, Message] * 5 + [Progress]


def test_a_takeout_is_read_as_its_labels_say(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        for again in (False, True):
            last = drain(ingest(store, ME, [TAKEOUT]))[-1]
            assert last.metrics["kept"] == (0 if again else 7)
        record = store.ledger()[0]
        assert (record.read, dict(record.dropped)) == (
            12,
            {"draft": 1, "spam": 1, "in the bin": 1, "no text": 1, "not yours, nor answered by you": 1},
        )
        found = sorted(store.messages(), key=lambda m: m.sent_at or datetime.now(UTC))
    assert [(m.source, m.from_owner, m.body.strip()) for m in found] == [
        ("gmail-chat", False, "lunch?"),
        ("gmail-chat", True, "in ten & yes"),
        ("gmail-chat", True, "I am away from my computer right now."),
        ("gmail-chat", False, "did you see the game"),
        ("gmail-chat", True, "no! who won?"),
        ("mbox", False, "Schickst du mir die Folien?"),
        ("mbox", True, "Klar, kommen gleich."),
    ]
    assert [m.automated for m in found] == [False, False, True, False, False, False, False]
    assert len({m.conversation for m in found}) == 3
    assert found[1].recipients == ("bob@example.net",)
    assert found[3].sent_at == datetime(2015, 6, 5, 20, 10, 11, tzinfo=UTC)
    assert found[6].labels == ("Gesendet", "Geöffnet", "Wichtig")


def test_who_sent_it_is_the_owner_of_a_takeout() -> None:
    first = next(MboxSource().identities(TAKEOUT))
    assert (first.value, first.count) == ("sam@example.org", 2)  # Sent and the draft, not the spam nor the bin


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Drafts", "draft"),
        ("Entwürfe.mbox", "draft"),
        ("Junk", "spam"),
        ("Deleted Messages.mbox", "in the bin"),
        ("Draft ideas", ""),
        ("All mail Including Spam and Trash.mbox", ""),
    ],
)
def test_the_name_of_a_mailbox_says_what_is_in_it(tmp_path: Path, name: str, reason: str) -> None:
    path = tmp_path / name
    messages, skipped = read(path, mail(1, "sam@example.org", headers="In-Reply-To: <0@example.org>\n"))
    assert (len(messages), [s.reason for s in skipped]) == ((0, [reason]) if reason else (1, []))
    assert MboxSource().answered(path, ME) == (frozenset() if reason else {"0@example.org"})


def test_what_thunderbird_deleted_but_keeps_is_left_out(box: Path) -> None:
    text = mail(1, "sam@example.org", headers="X-Mozilla-Status: 0009\n")
    text += mail(2, "sam@example.org", headers="X-Mozilla-Status: 0001\n")
    text += mail(3, "sam@example.org", headers="X-Mozilla-Status: zz\n")
    messages, skipped = read(box, text)
    assert [m.native_id for m in messages] == ["2@example.org", "3@example.org"]
    assert [s.reason for s in skipped] == ["deleted"]


def test_a_folder_that_apple_mail_exported(tmp_path: Path) -> None:
    folder = tmp_path / "Sent Messages.mbox"
    folder.mkdir()
    (folder / "table_of_contents").write_bytes(b"\x00\x01" * 50)
    (folder / "mbox").write_text(mail(1, "sam@example.org"))
    source = MboxSource()
    assert source.recognises(folder)
    assert source.files(folder) == [folder / "mbox"]
    (message,) = [i for i in source.read(folder / "mbox", ME) if isinstance(i, Message)]
    assert message.where == "Sent Messages.mbox/mbox:offset 0"
    assert next(source.identities(folder)).evidence.startswith("From: of 1 mails in Sent")
    (folder / "mbox").unlink()
    assert not source.recognises(folder)
    assert "export the mailbox again" in (source.diagnose(folder) or "")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.mbox", b"", "empty"),
        ("a.mbox", b"PK\x03\x04rest", "compressed"),
        ("a.mbox", b"Dear diary", "does not begin like an mbox"),
        ("a.txt", b"Dear diary", None),
        ("b.mbox", mail(1).encode(), None),
    ],
)
def test_a_bad_mbox_is_explained(tmp_path: Path, name: str, data: bytes, said: str | None) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    found = MboxSource().diagnose(path)
    assert (found is None) if said is None else (said in (found or ""))


def test_a_file_is_indexed_once_for_both_questions(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Counter[str]()
    build = mbox.index.build

    def counted(*args: object, **options: object) -> object:
        calls["build"] += 1
        return build(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(mbox.index, "build", counted)
    box.write_text(mail(1) + mail(2, "sam@example.org", headers="In-Reply-To: <1@example.org>\n"))
    source = MboxSource()
    assert source.answered(box, ME) == {"1@example.org"}
    assert len([i for i in source.read(box, ME) if isinstance(i, Message)]) == 2
    assert calls["build"] == 1
    source.answered(box, ME)
    box.write_text(box.read_text() + mail(3, "sam@example.org"))  # it has grown: what was kept is of no use
    assert len([i for i in source.read(box, ME) if isinstance(i, Message)]) == 3
    assert calls["build"] == 3


def test_indexes_are_kept_up_to_a_bound(box: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "_indexes", kept := mbox._Indexes(most=3))
    other = tmp_path / "other.mbox"
    box.write_text(mail(1) + mail(2))
    other.write_text(mail(3) + mail(4))
    for path in (box, other, box):
        MboxSource().answered(path, ME)
    assert kept.take(other, ME) is None
    assert kept.take(box, ME) is not None
    assert kept.take(box, ME) is None


def test_a_missing_date_is_taken_from_the_separator(box: Path) -> None:
    text = mail(1, "sam@example.org", separator="From a@b Tue, 1 Apr 1997 09:28:56 +0200")
    messages, _ = read(box, text.replace("\nDate: Tue, 1 Apr 1997 09:28:01 +0200", ""))
    assert messages[0].sent_at == datetime(1997, 4, 1, 7, 28, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    ("from_", "headers", "delegated"),
    [
        ("Sam Rivers <sam@example.org>", "Sender: Eva Blum <eva@example.org>\n", True),
        ("Sam Rivers <sam@example.org>", "Sender: Sam Rivers <private@example.com>\n", False),
        ("Sam Rivers <sam@example.org>", "Sender: private@example.com\n", False),
        ("Sam Rivers <sam@example.org>", "Sender: R devel <r-devel-bounces@r.example>\n", False),
        ("Sam Rivers <sam@example.org>", "Sender: Friends <all@g.example>\nList-Id: <all.g.example>\n", False),
        ("Eva Blum im Auftrag von Sam Rivers <sam@example.org>", "", True),
    ],
)
def test_what_somebody_else_sent_in_the_owners_name_is_marked(
    box: Path, from_: str, headers: str, delegated: bool
) -> None:
    messages, _ = read(box, mail(1, from_, headers=headers))
    assert [("delegated" in m.labels, m.from_owner, m.automated) for m in messages] == [(delegated, True, False)]


@pytest.mark.parametrize(
    ("subject", "headers", "automated"),
    [
        ("Automatische Antwort: Folien", "", True),
        ("Réponse automatique : Folien", "", True),
        ("自動応答: スライド", "", True),
        ("Re: Automatic reply: Slides", "", False),
        ("Automatic reply systems in hospitals", "", False),
        ("Accepted: our paper!", "", False),
        ("Out of office: 3 to 9 May", "", False),
        ("Out of office: Slides", "In-Reply-To: <1@x.example>\n", True),
        ("Slides", "Sender: Google Calendar <calendar-notification@google.com>\n", True),
        ("Read: Slides", "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n", True),
        ("R-help Digest, Vol 1, Issue 2", "Content-Type: multipart/digest; boundary=b\n", True),
    ],
)
def test_what_a_program_sent_for_the_owner_is_a_machines(
    box: Path, subject: str, headers: str, automated: bool
) -> None:
    body = "--b\nContent-Type: text/plain\n\nHello there.\n--b--" if "boundary" in headers else "Hello there."
    messages, _ = read(box, mail(1, "sam@example.org", body, headers, subject))
    assert [m.automated for m in messages] == [automated]


def test_a_hostile_mailbox_costs_no_more_than_its_length() -> None:
    import io

    for text in (
        b"From x\n" * 50_000,
        b"From " + b"Mon Jan 1 1:11 " * 60_000 + b"\n",
        b"\nFrom Mon Jan 1 1:11 1" * 30_000,
    ):
        assert list(separators.scan(io.BytesIO(text))) == []


@settings(max_examples=100, deadline=None)
@given(cut=st.integers(0, 5000), put=st.binary(max_size=30), gone=st.integers(0, 200))
def test_a_damaged_takeout_never_makes_it_raise(
    cut: int, put: bytes, gone: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = TAKEOUT.read_bytes()
    path = tmp_path_factory.mktemp("t") / "x.mbox"
    path.write_bytes(whole[:cut] + put + whole[cut + gone :])
    assert all(isinstance(item, Message | Skipped | Progress) for item in MboxSource().read(path, ME))


@settings(max_examples=200, deadline=None)
@given(
    words=st.lists(
        st.sampled_from(
            ["Re: ", "re:", "AW: ", "[R] ", "[", "]", "[re: x] ", "a", " b", "Ünd", "=?utf-8?q?=C3=A4?=", ":", "\\"]
        )
    )
)
def test_the_quick_way_to_a_subject_gives_what_the_slow_one_does(words: list[str]) -> None:
    raw = "".join(words).strip().encode()
    assert index._subject(raw) == index._odd_subject(raw)
