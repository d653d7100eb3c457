"""Facebook and Instagram: mojibake, both layouts, both forms, encrypted chats, edits, and what nobody typed."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core import plugins
from likeness.core.events import drain
from likeness.core.protocols import Diagnosing, Owner
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.sources.meta import FacebookSource, InstagramSource, htmlthread, notices
from likeness.sources.meta.entry import repaired
from likeness.write.ingest import ingest
from likeness.write.recognise import recognise

FIXTURES = Path(__file__).parent.parent / "fixtures" / "meta"
FACEBOOK = FIXTURES / "facebook-samrivers-2024-03-01"
INSTAGRAM = FIXTURES / "instagram-sam.rivers-2024-03-01"
ENCRYPTED = FIXTURES / "encrypted" / "Zoë Lima_40.json"
ME = Owner.of(["Sam Rivers"])
Source = FacebookSource | InstagramSource


def read(source: Source, path: Path) -> tuple[list[Message], list[Skipped]]:
    items = [item for file in source.files(path) for item in source.read(file, ME)]
    return [i for i in items if isinstance(i, Message)], [i for i in items if isinstance(i, Skipped)]


def thread(folder: Path, messages: list[dict[str, Any]], number: int = 1) -> Path:
    path = folder / f"message_{number}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"participants": [{"name": "Ana"}, {"name": "Sam Rivers"}], "messages": messages}))
    return path


def said(text: str, at: int = 1709200000000, sender: str = "Ana") -> dict[str, Any]:
    return {"sender_name": sender, "timestamp_ms": at, "content": text}


def test_both_are_sources_and_registered() -> None:
    assert isinstance(plugins.source("facebook"), FacebookSource)
    assert isinstance(plugins.source("instagram"), InstagramSource)
    assert isinstance(FacebookSource(), Diagnosing)


def test_every_export_is_recognised_as_what_it_is() -> None:
    found = {path.name: [name for name, _ in recognise([path])] for path in sorted(FIXTURES.iterdir())}
    assert found == {
        "encrypted": ["facebook"],
        "facebook-html": ["facebook"],
        "facebook-samrivers-2024-03-01": ["facebook"],
        "instagram-html": ["instagram"],
        "instagram-sam.rivers-2024-03-01": ["instagram"],
    }
    assert [name for name, _ in recognise([FIXTURES])] == ["facebook", "instagram", "facebook"]


def test_all_exports_reach_the_store_with_exact_counts_and_add_nothing_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        drain(ingest(store, ME, [FIXTURES]))
        records = {record.source: record for record in store.ledger() if record.path == "meta"}
        assert (records["facebook"].read, records["facebook"].kept) == (20, 9)
        assert dict(records["facebook"].dropped) == {
            "reaction": 1,
            "attachment": 3,
            "sticker": 1,
            "unsent": 1,
            "call": 1,
            "share without text": 1,
            "bad date": 1,
            "no text": 1,
            "system line": 1,
        }
        assert (records["instagram"].read, records["instagram"].kept) == (11, 4)
        assert dict(records["instagram"].dropped) == {"edited later": 1, "reaction": 3, "attachment": 2, "bad date": 1}
        assert store.count() == 9 + 4 + 2
        assert store.count(owner_only=True) == 8
        assert len({m.conversation for m in store.messages()}) == 6
        drain(ingest(store, ME, [FIXTURES]))
        assert store.count() == 15


def test_mojibake_is_repaired_in_texts_and_names() -> None:
    messages, _ = read(FacebookSource(), FACEBOOK)
    assert messages[0].body == "See you at the café then 😀"
    assert {m.sender for m in messages} == {"Sam Rivers", "Zoë Lima", "Bo"}
    assert "Nachricht mit Ümläut – and “quotes”" in [m.body for m in messages]
    assert messages[0].recipients == ("Zoë Lima",)


@pytest.mark.parametrize("text", ["plain", "café", "“quoted” ’til", "日本", "naïve Ã", "\ud83d"])
def test_text_that_is_right_stays_as_it_is(text: str) -> None:
    assert repaired(text) == text


@given(st.text())
def test_every_text_survives_the_way_exports_write_it(text: str) -> None:
    assert repaired(text.encode("utf-8", "replace").decode("latin-1")) == text.encode("utf-8", "replace").decode()


def test_the_files_of_one_thread_are_one_conversation() -> None:
    messages, _ = read(FacebookSource(), FACEBOOK)
    zoe = [m for m in messages if m.conversation == "facebook:zoelima_100200300"]
    assert len(zoe) == 5
    assert {m.where.split(":")[0] for m in zoe} == {
        "zoelima_100200300/message_1.json",
        "zoelima_100200300/message_2.json",
    }


def test_the_later_of_an_edited_message_is_kept() -> None:
    messages, skipped = read(InstagramSource(), INSTAGRAM)
    assert [m.body for m in messages] == ["I will be there at eight, not seven", "when do you come?"]
    assert "edited later" in [s.reason for s in skipped]


def test_similar_messages_that_are_no_edits_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "your_instagram_activity" / "messages" / "inbox" / "ana_1"
    hour = 3_600_000
    thread(
        folder,
        [
            said("see you at the station tomorrow", 1709200000000 + 2 * hour),
            said("see you at the station tomorrow!", 1709200000000),
            said("ok", 1709200000000 - 1000),
            said("ok!", 1709200000000 - 2000),
            said("see you at the station tomorrow, then", 1709200000000 - 3000, "Sam Rivers"),
        ],
    )
    assert len(read(InstagramSource(), tmp_path)[0]) == 5


def test_an_encrypted_chat_is_read() -> None:
    messages, skipped = read(FacebookSource(), ENCRYPTED)
    assert [(m.sender, m.body, m.from_owner) for m in messages] == [
        ("Zoë Lima", "this one is encrypted ☺", False),
        ("Sam Rivers", "https://example.net read this", True),
    ]
    assert [s.reason for s in skipped] == ["attachment", "unsent", "system line"]
    assert {m.conversation for m in messages} == {"facebook:Zoë Lima_40"}
    assert not InstagramSource().recognises(ENCRYPTED)


def test_a_folder_of_encrypted_chats_is_one_export(tmp_path: Path) -> None:
    for name in ("Ana", "Bo", "Zoe"):
        shutil.copy(ENCRYPTED, tmp_path / f"{name}_1.json")
        text = (tmp_path / f"{name}_1.json").read_text(encoding="utf-8").replace("Zoë Lima", name)
        (tmp_path / f"{name}_1.json").write_text(text, encoding="utf-8")
    (tmp_path / "other.json").write_text("{}")
    assert recognise([tmp_path]) == [("facebook", tmp_path)]
    assert [file.name for file in FacebookSource().files(tmp_path)] == ["Ana_1.json", "Bo_1.json", "Zoe_1.json"]
    assert next(iter(FacebookSource().identities(tmp_path))).value == "Sam Rivers"
    assert not InstagramSource().recognises(tmp_path)


def test_html_is_read_by_its_structure() -> None:
    messages, skipped = read(InstagramSource(), FIXTURES / "instagram-html")
    assert [(m.sender, m.body, str(m.sent_at)) for m in messages] == [
        ("Sam Rivers", "Sure, I can help.\nSee https://example.com/p", "2025-03-10 11:50:00+00:00"),
        ("Ana", "Hello & good day, can you help me?", "2025-03-10 21:05:00+00:00"),
    ]
    assert [(s.reason, s.bad) for s in skipped] == [("reaction", False), ("attachment", False), ("bad date", True)]
    german, _ = read(FacebookSource(), FIXTURES / "facebook-html")
    assert [str(m.sent_at) for m in german] == ["2023-03-13 14:05:09+00:00", "2023-03-12 09:01:00+00:00"]


def page(*dates: str) -> bytes:
    blocks = "".join(
        f"<div><h2>Ana</h2><div><div><div></div><div>hi {d}</div></div></div><div>{d}</div></div>" for d in dates
    )
    return f"<html><body><div role='main'>{blocks}</div></body></html>".encode()


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Jan 05, 2025 9:00 am", "2025-01-05 09:00"),
        ("Jun 1, 2018, 10:00 PM", "2018-06-01 22:00"),
        ("Friday, June 1, 2018 at 10:00am UTC+02", "2018-06-01 10:00"),
        ("Apr 02, 2023 10:49:01 am", "2023-04-02 10:49"),
        ("02.04.2023, 10:49", "2023-04-02 10:49"),
        ("03. Sept. 2026, 9:33 pm", "2026-09-03 21:33"),
        ("2 mars 2023 14:05", "2023-03-02 14:05"),
        ("23 de abr. de 2021 14:05", "2021-04-23 14:05"),
        ("2023-04-02 10:49", "2023-04-02 10:49"),
        ("9 de octubre de 2023 21:30", "2023-10-09 21:30"),
        ("7月 01, 2026 6:25:04 PM", "2026-07-01 18:25"),
        ("7월 01, 2026 6:25 오후", "2026-07-01 18:25"),
        ("13/04/2023 10:49", "2023-04-13 10:49"),
        ("04/13/2023 10:49", "2023-04-13 10:49"),
        ("03/04/2023 10:49", ""),
        ("31/02/2023 10:49", ""),
        ("no date at 7", ""),
    ],
)
def test_dates_as_accounts_write_them(date: str, expected: str) -> None:
    (entry,) = htmlthread.parsed(page(date), "x")
    assert (str(entry.sent_at)[:16] if entry.sent_at else "") == expected
    assert entry.reason == ("" if expected else "bad date")


def test_one_clear_date_settles_the_order_of_a_file() -> None:
    entries = list(htmlthread.parsed(page("03/04/2023 10:49", "28/03/2023 10:49"), "x"))
    assert [str(e.sent_at)[:10] for e in entries] == ["2023-04-03", "2023-03-28"]


@pytest.mark.parametrize(
    ("text", "sender", "kind"),
    [
        ("Ana sent an attachment.", "Ana", "attachment"),
        ("You sent a photo.", "Sam", "attachment"),
        ("Ana hat einen Anhang gesendet.", "Ana", "attachment"),
        ("Enviaste un archivo adjunto.", "Sam", "attachment"),
        ("Ana a envoyé une pièce jointe.", "Ana", "attachment"),
        ("Ana ha inviato un allegato.", "Ana", "attachment"),
        ("Ana enviou um anexo.", "Ana", "attachment"),
        ("Ana heeft een bijlage verzonden.", "Ana", "attachment"),
        ("Ana wysłał(a) załącznik.", "Ana", "attachment"),
        ("Liked a message", "Ana", "reaction"),
        ("Ana liked a message", "Ana Lima", "reaction"),
        ("A aimé un message", "Ana", "reaction"),
        ("Le ha gustado un mensaje", "Ana", "reaction"),
        ("Reacted ❤️ to your message ", "Ana", "reaction"),
        ("Reagiu com 😂 à sua mensagem", "Ana", "reaction"),
        ("Hat mit 😂 auf deine Nachricht reagiert", "Ana", "reaction"),
        ("Ana called you.", "Ana", "call"),
        ("You missed a call.", "Sam", "call"),
        ("Ana named the group The trip.", "Ana", "system line"),
        ("Ana set the nickname for Bo to Bear.", "Ana", "system line"),
        ("Ana set your nickname to Bear.", "Ana", "system line"),
        ("You changed the theme to Love.", "Sam", "system line"),
        ("I sent an attachment, did you get it?", "Ana", ""),
        ("you called me yesterday", "Ana", ""),
        ("I liked a message of hers", "Ana", ""),
        ("sent a photo", "Ana", ""),
        ("Ana is my name", "Ana", ""),
    ],
)
def test_what_nobody_typed_is_told_from_what_somebody_did(text: str, sender: str, kind: str) -> None:
    assert notices.reason(text, sender) == kind


def test_the_owner_leads_the_identities() -> None:
    assert [i.value for i in FacebookSource().identities(FACEBOOK)][:2] == ["Sam Rivers", "sam@example.org"]
    assert next(iter(InstagramSource().identities(INSTAGRAM))).value == "Sam Rivers"
    html = list(FacebookSource().identities(FIXTURES / "facebook-html"))
    assert {i.value for i in html} == {"Sam Rivers", "Bo"}


def test_without_a_profile_whoever_is_in_most_threads_leads(tmp_path: Path) -> None:
    for name in ("ana_1", "bo_2"):
        path = thread(tmp_path / "messages" / "inbox" / name, [said("hi")])
        path.write_text(path.read_text().replace('"Ana"', f'"{name}"'))
    assert next(iter(FacebookSource().identities(tmp_path))).value == "Sam Rivers"


def test_the_old_layout_is_told_by_its_neighbours(tmp_path: Path) -> None:
    thread(tmp_path / "a" / "messages" / "inbox" / "ana_1", [said("hi")])
    thread(tmp_path / "b" / "messages" / "inbox" / "ana_1", [said("hi")])
    (tmp_path / "b" / "connections").mkdir()
    assert recognise([tmp_path / "a"]) == [("facebook", tmp_path / "a")]
    assert recognise([tmp_path / "b"]) == [("instagram", tmp_path / "b")]


def test_an_export_two_folders_down_is_found_whole_with_its_profile(tmp_path: Path) -> None:
    shutil.copytree(FACEBOOK, tmp_path / "downloads" / "2024" / "facebook-sam")
    folder = tmp_path / "downloads"
    assert recognise([folder]) == [("facebook", folder)]
    assert next(iter(FacebookSource().identities(folder))).value == "Sam Rivers"
    assert len(read(FacebookSource(), folder)[0]) == len(read(FacebookSource(), FACEBOOK)[0])


def test_every_cursor_gives_the_rest(tmp_path: Path) -> None:
    for source, above in ((FacebookSource(), "your_facebook_activity"), (InstagramSource(), "your_instagram_activity")):
        messages = [said(f"message number {n} of many", 1709200000000 - n * 1_000_000) for n in range(1200)]
        path = thread(tmp_path / above / "messages" / "inbox" / "ana_1", messages)
        whole = [i for i in source.read(path, ME) if isinstance(i, Message)]
        assert len(whole) == 1200
        cursors = [i.cursor for i in source.read(path, ME) if isinstance(i, Progress)]
        assert cursors == [500, 1000, 1200]
        for cursor in cursors:
            assert [i for i in source.read(path, ME, start=cursor) if isinstance(i, Message)] == whole[cursor:]


def test_a_newer_export_adds_only_what_is_new(tmp_path: Path) -> None:
    old = [said("ok", 1709200000000), said("ok", 1709200000001)]
    first = thread(tmp_path / "1" / "messages" / "inbox" / "ana_1", old)
    # Messages move to the next file, and the thread to the archive, as new ones come.
    second = thread(tmp_path / "2" / "messages" / "archived_threads" / "ana_1", [said("new", 1709200009000), old[1]])
    third = thread(tmp_path / "2" / "messages" / "archived_threads" / "ana_1", [old[0]], 2)
    known = {m.id for m in FacebookSource().read(first, ME) if isinstance(m, Message)}
    items = [*FacebookSource().read(second, ME), *FacebookSource().read(third, ME)]
    assert [m.body for m in items if isinstance(m, Message) and m.id not in known] == ["new"]


def test_a_thread_whose_participants_come_last_is_known(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"messages": [said("hi")], "participants": [{"name": "Ana"}, {"name": "Sam Rivers"}]}))
    assert recognise([path]) == [("facebook", path)]
    assert next(m for m in read(FacebookSource(), path)[0]).recipients == ("Sam Rivers",)


def test_a_truncated_thread_gives_what_it_has(tmp_path: Path) -> None:
    path = thread(tmp_path / "messages" / "inbox" / "ana_1", [said("a"), said("b", 1709200000001)])
    path.write_bytes(path.read_bytes()[:-20])
    messages, skipped = read(FacebookSource(), path)
    assert [m.body for m in messages] == ["a"]
    assert [(s.reason, s.bad) for s in skipped] == [("truncated or damaged JSON", True)]


def test_other_files_are_turned_down(tmp_path: Path) -> None:
    for name, content in {
        "result.json": '{"name": "Ana", "messages": [{"sender_name": "x", "timestamp_ms": 1}]}',
        "list.json": '[{"participants": []}]',
        "message_1.json": '{"participants": [{"name": "x"}], "items": []}',
        "message_1.html": "<html><body><div><h2>A page</h2><div>about</div><div>nothing</div></div></body></html>",
        "profile.html": page("Jan 05, 2025 9:00 am").decode(),
        "chat.txt": "[12/03/20, 15:04:05] Ana: hi",
    }.items():
        (tmp_path / name).write_text(content)
        for source in (FacebookSource(), InstagramSource()):
            assert not source.recognises(tmp_path / name)
            assert not source.recognises(tmp_path)


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    inbox = tmp_path / "messages" / "inbox" / "ana_1"
    inbox.mkdir(parents=True)

    def diagnosis(content: str, name: str = "message_1.json") -> str:
        (inbox / name).write_text(content)
        return FacebookSource().diagnose(inbox / name) or ""

    assert "is empty" in diagnosis("")
    assert "no JSON object" in diagnosis("<html></html>")
    assert "no list of messages" in diagnosis('{"participants": []}')
    assert "no message of the form" in diagnosis('{"participants": [], "messages": []}')
    assert "no message of the form" in diagnosis("<html></html>", "message_2.html")
    assert InstagramSource().diagnose(inbox / "message_1.json") is None
    bare = tmp_path / "instagram-sam-2024"
    (bare / "connections").mkdir(parents=True)
    assert "without messages/inbox" in (InstagramSource().diagnose(bare) or "")
    assert FacebookSource().diagnose(bare) is None
    packed = tmp_path / "facebook-sam.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("your_facebook_activity/messages/inbox/ana_1/message_1.json", "{}")
    assert "unpack it" in (FacebookSource().diagnose(packed) or "")
    assert InstagramSource().diagnose(packed) is None
    (tmp_path / "notes.txt").write_text("hi")
    assert FacebookSource().diagnose(tmp_path / "notes.txt") is None
    assert FacebookSource().diagnose(FACEBOOK) is None


def everything(source: Source, path: Path) -> None:
    source.recognises(path)
    source.diagnose(path)
    for file in source.files(path):
        list(source.read(file, ME))
    list(source.identities(path))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", '{"participants": [', '{"participants": [], "messages": [{']))
def test_no_byte_sequence_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes, begin: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name in ("message_1.json", "message_1.html"):
        path = folder / name / "messages" / "inbox" / "ana_1" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(begin.encode() + content)
        for source in (FacebookSource(), InstagramSource()):
            everything(source, path)
            everything(source, folder / name)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        json_values
        | st.fixed_dictionaries(
            {
                "sender_name": json_values,
                "timestamp_ms": json_values,
                "content": json_values,
                "type": json_values,
                "share": json_values,
            }
        ),
        max_size=4,
    ),
    json_values,
)
def test_no_json_raises(tmp_path_factory: pytest.TempPathFactory, messages: list[Any], people: Any) -> None:
    path = tmp_path_factory.mktemp("any") / "messages" / "inbox" / "ana_1" / "message_1.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"participants": people, "messages": messages}))
    everything(FacebookSource(), path)


def test_mutated_exports_never_raise(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES, tmp_path / "meta")
    originals = {p: p.read_bytes() for p in (tmp_path / "meta").rglob("*") if p.is_file()}
    chance = random.Random(7)
    for _ in range(25):
        for path, original in originals.items():
            raw = bytearray(original)
            for _ in range(chance.randint(1, 8)):
                at = chance.randrange(len(raw))
                raw[at : at + chance.randint(0, 9)] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 9)))
            path.write_bytes(raw)
        for source in (FacebookSource(), InstagramSource()):
            for folder in [*(tmp_path / "meta").iterdir(), *(tmp_path / "meta" / "encrypted").iterdir()]:
                everything(source, folder)
