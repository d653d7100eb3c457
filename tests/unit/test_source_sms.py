"""SMS Backup & Restore: emoji in halves, one person under three numbers, groups, pictures of any size, damage."""

from __future__ import annotations

import io
import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core import plugins
from likeness.core.events import drain
from likeness.core.protocols import Diagnosing, Owner
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.sources.sms import SmsSource, people, repair
from likeness.write.ingest import ingest
from likeness.write.recognise import recognise

FIXTURE = Path(__file__).parent.parent / "fixtures" / "sms" / "sms-20230405101112.xml"
ME = Owner.of(["sms:me"])


def read(path: Path, start: int = 0) -> tuple[list[Message], list[Skipped]]:
    items = list(SmsSource().read(path, ME, start=start))
    return [i for i in items if isinstance(i, Message)], [i for i in items if isinstance(i, Skipped)]


def backup(path: Path, *elements: str) -> Path:
    path.write_text(f"<?xml version='1.0'?>\n<smses count='1'>\n{''.join(elements)}</smses>\n", encoding="utf-8")
    return path


def sms(body: str, *, date: int = 1680601000000, address: str = "+491711234567", kind: int = 1) -> str:
    return f'<sms address="{address}" date="{date}" type="{kind}" body="{body}" contact_name="null" />\n'


def test_it_is_a_source_and_registered() -> None:
    assert isinstance(SmsSource(), Diagnosing)
    assert isinstance(plugins.source("sms"), SmsSource)
    assert recognise([FIXTURE]) == [("sms", FIXTURE)]


def test_a_backup_reaches_the_store_with_exact_counts_and_adds_nothing_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        drain(ingest(store, ME, [FIXTURE]))
        record = store.ledger()[0]
        assert (record.read, record.kept, record.duplicates) == (16, 10, 1)
        assert dict(record.dropped) == {"no text": 1, "draft or not sent": 2, "bad date": 1, "attachment": 1}
        assert len(record.bad) == 1
        assert store.count(owner_only=True) == 3
        assert len({m.conversation for m in store.messages()}) == 5
        drain(ingest(store, ME, [FIXTURE]))
        assert store.count() == 10


def test_three_ways_of_writing_a_number_are_one_person() -> None:
    messages, _ = read(FIXTURE)
    ana = [m for m in messages if m.conversation == "sms:711234567"]
    assert len(ana) == 6
    assert {m.sender for m in ana} == {"sms:me", "+491711234567"}
    assert {m.sender_name for m in ana if not m.from_owner} == {"Ana Lima"}
    assert {m.recipients for m in ana if m.from_owner} == {("+491711234567",)}


def test_emoji_in_halves_are_put_together_and_what_xml_forbids_is_replaced() -> None:
    bodies = [m.body for m in read(FIXTURE)[0]]
    assert bodies[0] == "Kommst du heute? 😀"
    assert bodies[1] == "Ja, um acht 👍 & bringe Brot\nund Käse"
    assert "a lone half: \ufffd and a bell: \ufffd" in bodies
    assert "Grillen am Samstag? 🔥" in bodies


def test_a_group_is_one_conversation_with_its_own_senders() -> None:
    group = [m for m in read(FIXTURE)[0] if "~" in m.conversation]
    assert [(m.sender, m.from_owner, m.body) for m in group] == [
        ("sms:me", True, "Grillen am Samstag? 🔥"),
        ("+491721112223", False, "Bin dabei"),
    ]
    assert group[0].conversation == group[1].conversation
    assert group[1].recipients == ("sms:me", "+491711234567")


def test_machines_are_marked_and_people_are_not() -> None:
    automated = {m.sender: m.automated for m in read(FIXTURE)[0]}
    assert automated == {"sms:me": False, "+491711234567": False, "+491721112223": False, "dhl": True} | {
        "bo@example.net": False
    }


def test_the_owner_leads_the_identities_and_their_number_follows() -> None:
    assert [i.value for i in SmsSource().identities(FIXTURE)] == ["sms:me", "+491701000001"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+47 912 34 567", "91234567"),
        ("+1 (415) 555-2671", "4155552671"),
        ("+14155552671", "14155552671"),
        ("+39 06 1234 5678", "0612345678"),
        ("+44 7911 123456", "07911-123456"),
        ("0044 7911 123456", "+447911123456"),
        ("INFO", "Info"),
    ],
)
def test_numbers_are_told_by_what_all_forms_share(one: str, other: str) -> None:
    assert people.key(one) == people.key(other)


def test_different_numbers_differ() -> None:
    numbers = ["+491711234567", "+491711234568", "72404", "112", "DHL", "bo@example.net", "٠١٧١٩٩٩٩٩٩٩"]
    assert len({people.key(number) for number in numbers}) == len(numbers)


def test_every_cursor_gives_the_rest(tmp_path: Path) -> None:
    path = backup(tmp_path / "sms.xml", *(sms(f"message {n}", date=1680601000000 + n) for n in range(1300)))
    whole, _ = read(path)
    assert len(whole) == 1300
    cursors = [i.cursor for i in SmsSource().read(path, ME) if isinstance(i, Progress)]
    assert cursors == [500, 1000, 1300]
    for cursor in cursors:
        assert read(path, cursor)[0] == whole[cursor:]


def test_a_newer_backup_adds_only_what_is_new(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    old = backup(tmp_path / "sms-1.xml", sms("a"), sms("b", date=1680601000001, kind=2))
    # The newer phone writes the number without its country.
    new = backup(
        tmp_path / "new" / "sms-2.xml",
        sms("a", address="01711234567"),
        sms("b", date=1680601000001, kind=2, address="01711234567"),
        sms("c", date=1680601000002),
    )
    ids = {m.id for m in read(old)[0]}
    assert [m.body for m in read(new)[0] if m.id not in ids] == ["c"]


def test_damage_costs_one_message_and_is_said(tmp_path: Path) -> None:
    path = backup(
        tmp_path / "sms.xml", sms("a"), '<sms address="+1 <broken" />', sms("b"), "</wrong>", sms("c"), sms("d")
    )
    messages, skipped = read(path)
    assert [m.body for m in messages] == ["a", "b", "c", "d"]
    assert [s.reason for s in skipped] == ["damaged XML"] * 2
    assert all(s.bad for s in skipped)


def test_a_truncated_backup_gives_what_it_has(tmp_path: Path) -> None:
    path = backup(tmp_path / "sms.xml", sms("a"), sms("b"))
    path.write_bytes(path.read_bytes()[:-40])
    messages, skipped = read(path)
    assert [m.body for m in messages] == ["a"]
    assert [(s.reason, s.bad) for s in skipped] == [("truncated file", True)]


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "sms.xml"
    path.write_text(
        '<!DOCTYPE smses [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        '<smses><sms body="&b;" date="1680601000000"/></smses>'
    )
    messages, skipped = read(path)
    assert messages == []
    assert [s.reason for s in skipped] == ["XML that declares entities"]


def test_a_picture_of_any_size_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "sms.xml"
    part = '<part seq="0" ct="image/jpeg" text="null" data="'
    with path.open("w") as handle:
        handle.write("<smses>")
        for n in range(2):
            handle.write(f'<mms date="{1680601000000 + n}" msg_box="2" address="+491711234567"><parts>{part}')
            for _ in range(160):
                handle.write("QUJD" * 25_000)
            handle.write('" /><part ct="text/plain" text="look" /></parts></mms>')
        handle.write("</smses>")
    tracemalloc.start()
    messages, skipped = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [m.body for m in messages] == ["look", "look"]
    assert skipped == []
    assert peak < 8 * 2**20


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11, 64, 1021, 4096])
def test_reading_in_pieces_of_any_size_gives_the_same(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(FIXTURE)
    monkeypatch.setattr(repair, "CHUNK", size)
    assert read(FIXTURE) == whole


def test_a_long_attachment_is_emptied_wherever_the_pieces_end(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b'<p a="1" data="' + b"QUJD" * 700 + b'" b="&#55357;&#56832;"/><q data="short" body="data="/>' * 2
    for size in (*range(1, 40), 999, 2000):
        monkeypatch.setattr(repair, "CHUNK", size)
        out = b"".join(repair.pieces(io.BytesIO(raw), lambda _: None))
        assert out == b'<p a="1" data="" b="&#128512;"/><q data="short" body="data="/>' + (
            b'" b="&#128512;"/><q data="short" body="data="/>'
        )


def test_other_files_are_turned_down(tmp_path: Path) -> None:
    for name, content in {
        "calls.xml": '<?xml version="1.0"?><calls count="1"><call number="1"/></calls>',
        "feed.xml": "<rss><channel/></rss>",
        "page.html": "<html><body>&lt;smses&gt;</body></html>",
        "notes.txt": "the root is <smses count='1'>",
        "empty.xml": "",
    }.items():
        (tmp_path / name).write_text(content)
        assert not SmsSource().recognises(tmp_path / name)
    assert not SmsSource().recognises(tmp_path)


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    def diagnosis(name: str, content: bytes) -> str | None:
        (tmp_path / name).write_bytes(content)
        return SmsSource().diagnose(tmp_path / name)

    assert "call log" in (diagnosis("calls-1.xml", b"<?xml version='1.0'?><calls count='0'></calls>") or "")
    assert "is empty" in (diagnosis("sms-1.xml", b"") or "")
    assert "does not begin with" in (diagnosis("sms-2.xml", b"\x00\x01 encrypted") or "")
    assert diagnosis("feed.xml", b"<rss/>") is None
    assert diagnosis("notes.txt", b"hello") is None
    packed = tmp_path / "sms-3.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("sms-20230405.xml", "<smses/>")
    assert "unpack it" in (SmsSource().diagnose(packed) or "")
    raw = bytearray(packed.read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    packed.write_bytes(raw)
    assert "encrypted" in (SmsSource().diagnose(packed) or "")
    assert SmsSource().diagnose(tmp_path) is None


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.booleans())
def test_no_byte_sequence_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes, rooted: bool) -> None:
    path = tmp_path_factory.mktemp("any") / "sms-1.xml"
    path.write_bytes(b"<smses>" + content if rooted else content)
    list(SmsSource().read(path, ME))
    list(SmsSource().identities(path))
    SmsSource().recognises(path)
    SmsSource().diagnose(path)


def test_mutated_backups_never_raise(tmp_path: Path) -> None:
    original = FIXTURE.read_bytes()
    chance = random.Random(7)
    path = tmp_path / "sms-1.xml"
    for _ in range(200):
        raw = bytearray(original)
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randint(0, 9)] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 9)))
        path.write_bytes(raw)
        items = list(SmsSource().read(path, ME))
        assert isinstance(items[-1], Progress)
