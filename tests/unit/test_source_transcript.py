"""Transcripts of every make: who speaks, when, turns put together; and texts that only look like one."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.events import drain
from likeness.core.protocols import Diagnosing, Owner
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.sources import transcript
from likeness.sources.shared import chats
from likeness.sources.transcript import TranscriptSource, clock, plain
from likeness.sources.transcript.labels import file_label, is_generic, is_label
from likeness.write.ingest import ingest

FIXTURES = Path(__file__).parent.parent / "fixtures"
HERE = FIXTURES / "transcript"
ALL = sorted(path.name for path in HERE.iterdir())
JSON = [name for name in ALL if name.endswith(".json")]
PLAUD = "plaud 2024-03-05 14-30-00.txt"
ME = Owner.of(["Sam Rivers", "Sam", f"Speaker 2 ({PLAUD})"])


def read(path: Path, start: int = 0) -> list[Message | Skipped]:
    return [i for i in TranscriptSource().read(path, ME, start=start) if not isinstance(i, Progress)]


def messages(path: Path) -> list[Message]:
    return [i for i in read(path) if isinstance(i, Message)]


def skipped(path: Path) -> list[tuple[str, str]]:
    return [(i.reason, i.where) for i in read(path) if isinstance(i, Skipped)]


def test_it_is_a_source_that_is_asked_last_and_knows_its_format() -> None:
    assert isinstance(TranscriptSource(), Diagnosing)
    assert TranscriptSource.last_resort


def test_time_and_speaker_above_their_text() -> None:
    found = messages(HERE / PLAUD)
    assert [(m.sender, m.sender_name, m.from_owner, m.body) for m in found] == [
        (f"Speaker 1 ({PLAUD})", "Speaker 1", False, "Shall we begin? I have half an hour."),
        (f"Speaker 2 ({PLAUD})", "Speaker 2", True, "Yes, of course.\nThe boat first, then the paddles."),
        (f"Speaker 1 ({PLAUD})", "Speaker 1", False, "Good.\nI called the yard on Monday."),
        (f"Speaker 2 ({PLAUD})", "Speaker 2", True, "So we are done."),
    ]
    assert found[0].sent_at == datetime(2024, 3, 5, 14, 30, 1, tzinfo=UTC)
    assert found[3].sent_at == datetime(2024, 3, 5, 15, 30, 5, tzinfo=UTC)
    assert {m.labels for m in found} == {("spoken",)}
    assert skipped(HERE / PLAUD) == [("no text", f"{PLAUD}:line 14")]


def test_speaker_and_time_above_their_text() -> None:
    found = messages(HERE / "otter.txt")
    assert [m.sender for m in found] == ["Sam Rivers", "Ana Lima", "Unknown Speaker (otter.txt)", "Sam Rivers"]
    assert found[3].body == "No problem at all."
    assert found[1].sent_at == datetime(2024, 3, 4, 14, 5, 7, tzinfo=UTC)
    assert skipped(HERE / "otter.txt") == [("heading", "otter.txt:line 1")]


def test_lines_of_time_speaker_and_text() -> None:
    found = messages(HERE / "meeting.md")
    assert [(m.sender, m.body) for m in found] == [
        ("Sam", "Okay, let us start."),
        ("Ana", "I am here.\nAnd Ben is on his way."),
        ("Sam", "No problem: we wait."),
        ("Ana", "Friday works."),
    ]
    assert found[3].sent_at == datetime(2025, 1, 27, 11, 30, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "senders", "first"),
    [
        ("named.txt", ["Sam Rivers", "Ana Lima", "Sam Rivers"], "Where did we put the paddles?"),
        ("play.txt", ["Sam", "Ana"] * 3, "Where did we put the paddles last summer?"),
        (
            "whisperx.txt",
            ["SPEAKER_00 (whisperx.txt)", "SPEAKER_01 (whisperx.txt)"] * 3,
            "so what do we do about the boat",
        ),
        ("teams.vtt", ["Sam Rivers", "Ana Lima", "Sam Rivers"], "Can everybody hear me?"),
        ("zoom.vtt", ["Sam Rivers", "Ana Lima"], "Can everybody hear me? Good & loud?"),
        (
            "two in a cue.srt",
            [f"Speaker {n} (two in a cue.srt)" for n in (1, 2, 1)],
            "Where is the boat?",
        ),
    ],
)
def test_other_forms(name: str, senders: list[str], first: str) -> None:
    found = messages(HERE / name)
    assert [m.sender for m in found] == senders
    assert found[0].body == first
    assert all(m.sent_at is None for m in found)


@pytest.mark.parametrize("name", JSON)
def test_json_of_every_make_says_the_same(name: str) -> None:
    found = messages(HERE / name)
    spoken = ["Where is the boat now?", "At the yard until Friday.", "Good."]
    assert [m.body for m in found] == spoken[: len(found)]
    assert len(found) == (2 if name == "whisperx.json" else 3)
    assert found[0].sender != found[1].sender
    assert skipped(HERE / name) == ([("no speaker", f"{name}:segment 3")] if name == "whisperx.json" else [])


@pytest.mark.parametrize("name", JSON)
def test_units_of_time_come_out_of_how_fast_people_speak(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"2024-03-05 {name}"
    path.write_bytes((HERE / name).read_bytes())
    found = [m.sent_at for m in messages(path) if m.sent_at]
    assert [(moment.minute, moment.second) for moment in found] == [(0, 1), (0, 3), (1, 5)][: len(found)]
    assert found


def test_into_the_store_and_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        last = drain(ingest(store, ME, [HERE]))[-1]
        ledger = {record.path: record for record in store.ledger()}
        assert sorted(ledger) == ALL
        assert {record.source for record in ledger.values()} == {"transcript"}
        assert last.metrics["kept"] == sum(len(messages(HERE / name)) for name in ALL) == 61
        assert last.metrics["yours"] == 2 + 2 + 2 + 2 + 3 + 2 + 1 + 1 + 1 + 1
        assert len({m.conversation for m in store.messages()}) == len(ALL)
        before = list(store.messages())
        assert drain(ingest(store, ME, [HERE]))[-1].metrics["kept"] == 0
        assert list(store.messages()) == before


@pytest.mark.parametrize("name", ALL)
def test_resuming_gives_the_rest(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chats, "PROGRESS_EVERY", 1)
    whole = read(HERE / name)
    cursors = [i.cursor for i in TranscriptSource().read(HERE / name, ME) if isinstance(i, Progress)]
    assert cursors[:-1] == list(range(1, len(whole) + 1))
    for cursor in cursors:
        assert whole[:cursor] + read(HERE / name, cursor) == whole


def test_only_its_own_is_recognised() -> None:
    for file in sorted(FIXTURES.rglob("*")):
        if file.is_file():
            assert TranscriptSource().recognises(file) == (file.parent == HERE), file


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dear diary\n",
        "[12/03/20, 15:04:05] Ana: hi\n[12/03/20, 15:04:09] Sam: hello\n[12/03/20, 15:05:09] Ana: well\n",
        "12/03/2020, 15:04 - Ana: hi\n12/03/2020, 15:05 - Sam: hello\n13/03/2020, 15:04 - Ana: well\n",
        "[15:04, 3/12/2020] Ana: hi\n[15:05, 3/12/2020] Sam: hello\n[15:06, 3/12/2020] Ana: well\n",
        "12:30:05 ERROR: it broke\n12:30:06 INFO: it goes on\n12:30:07 ERROR: again\n12:30:09 INFO: on\n",
        "12:30:05 sshd: session opened\n12:30:06 cron: job\n12:30:07 sshd: session closed\n",
        "2024-01-01 12:30:05 Ana: in\n2024-01-01 12:31:05 Ben: out\n2024-01-01 12:32:05 Ana: in\n",
        "INFO: the server has begun\nWARNING: the disk is full\nINFO: the server works\nINFO: it has ended now\n" * 3,
        "From: ana@example.net\nTo: sam@example.org\nSubject: the boat\nDate: today\n\nhello there\n" * 4,
        "Received: from a by b\nMessage-Id: one of them all\nContent-Type: text of some kind\nX-Spam: no not at all\n"
        * 4,
        "Name: Ana Lima of Rome\nPhone: one two three\n\nName: Ben Ode of Kent\nPhone: three two one\n\n" * 3,
        "Classifier: Programming Language :: Python\n" * 9 + "Requires-Dist: a b c d\n" * 8,
        "Sugar: two full spoons\nFlour: three full cups\nMilk: one cup of it\nSalt: a small pinch\n" * 1,
        "09:00 Registration\nHall\n10:00 Keynote\nRoom 1\n11:00 Coffee\nFoyer\n12:00 Workshop\nRoom 2\n",
        "Lunch 12:30\nDinner 18:00\nBreakfast 08:00\n",
        "date,from,text\n00:01,Ana,hi\n00:02,Sam,hello\n00:03,Ana,well\n",
        '{"messages": [{"from": "Ana", "date": 1, "text": "hi"}, {"from": "Sam", "date": 2, "text": "hello"}]}',
        '[{"name": "Ana", "time": 1, "text": "hi"}, {"name": "Sam", "time": 2, "text": "hello"}]',
        "class Point:\n    X: int = 0\n    Y: int = 1\n    Name: str = 'a b c'\n" * 4,
        "1\n00:00:01,000 --> 00:00:04,000\nNo speaker here\n\n2\n00:00:05,000 --> 00:00:06,000\nNor here: really\n",
    ],
)
def test_other_texts_are_turned_down(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(text)
    assert not TranscriptSource().recognises(path)
    assert list(TranscriptSource().identities(path)) == []
    assert [reason for reason, _ in skipped(path)] == ["no speakers"]


def test_a_text_of_code_is_not_asked_for_names(tmp_path: Path) -> None:
    path = tmp_path / "play.py"
    path.write_bytes((HERE / "play.txt").read_bytes())
    assert not TranscriptSource().recognises(path)


def test_long_json_is_recognised_by_its_head(tmp_path: Path) -> None:
    values = json.loads((HERE / "plaud.json").read_text()) * 400
    path = tmp_path / "long.json"
    path.write_text(json.dumps({"trans_result": values}))
    assert path.stat().st_size > 65_536
    assert TranscriptSource().recognises(path)
    assert len(messages(path)) == 801  # where the last and the first speaker are the same, two turns are one
    path.write_text(path.read_text()[:-9])
    assert skipped(path) == [("truncated or damaged JSON", "long.json")]
    path.write_text(json.dumps([{"start": 1, "text": "hello"}] * 5000))
    assert not TranscriptSource().recognises(path)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.srt", "", "is empty"),
        ("a.vtt", "hello", "no captions"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n\n00:03.000 --> 00:04.000\nthere\n", "does not say who"),
        (
            "a.srt",
            "1\n00:00:01,000 --> 00:00:02,000\nhi\n\n2\n00:00:03,000 --> 00:00:04,000\nyes\n",
            "does not say who",
        ),
        ("a.txt", "[00:01] hello\n[00:05] there\n[00:09] again\n", "does not say who"),
        ("a.txt", "00:01\nhello there\n00:05\nand there\n00:09\nagain\n", "does not say who"),
        ("a.json", '{"segments": [{"start": 0, "text": "hi"}, {"start": 2, "text": "yes"}]}', "does not say who"),
        (
            "a.json",
            '[{"speaker": "A", "start": 0, "text": "hi"}, {"speaker": "B", "start": 2, "text": "yes"',
            "cut short",
        ),
        ("a.txt", "dear diary", None),
        ("a.json", '{"a": 1}', None),
        ("a.csv", "", None),
    ],
)
def test_what_is_wrong_with_a_transcript_is_said(tmp_path: Path, name: str, text: str, said: str | None) -> None:
    path = tmp_path / name
    path.write_text(text)
    found = TranscriptSource().diagnose(path)
    assert (found is None) if said is None else (found is not None and said in found and name in found)
    assert TranscriptSource().diagnose(HERE / PLAUD) is None


def test_named_speakers_are_proposed_before_numbered_ones() -> None:
    found = list(TranscriptSource().identities(HERE / "plaud.json"))
    assert [(i.value, i.count) for i in found] == [("Sam Rivers", 1), ("Speaker 1 (plaud.json)", 2)]


def test_recordings_that_are_all_called_alike_are_told_apart(tmp_path: Path) -> None:
    for folder in ("monday", "tuesday"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "transcript.txt").write_bytes((HERE / "whisperx.txt").read_bytes() + folder.encode())
    assert file_label(tmp_path / "monday" / "transcript.txt") == "monday/transcript.txt"
    first, second = (messages(tmp_path / folder / "transcript.txt")[0] for folder in ("monday", "tuesday"))
    assert first.sender == "SPEAKER_00 (monday/transcript.txt)"
    assert first.sender != second.sender


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-05", "2024-03-05T00:00"),
        ("rec_20240305_143000", "2024-03-05T14:30"),
        ("20240305143000", "2024-03-05T14:30"),
        ("call 2024.03.05 14h30", "2024-03-05T14:30"),
        ("Date: March 5, 2024 at 2:30 PM", "2024-03-05T14:30"),
        ("5 March 2024", "2024-03-05T00:00"),
        ("Recorded 2024-03-05T14:30:00Z", "2024-03-05T14:30"),
    ],
)
def test_dates_of_recordings(text: str, expected: str) -> None:
    found = clock.recorded_at(text)
    assert found is not None
    assert found.isoformat(timespec="minutes") == expected + "+00:00"


def test_texts_without_a_date() -> None:
    for text in ("", "meeting 3", "02-30 call", "2024-13-05", "2024-02-31", "Marching 5, 2024", "1234567890123"):
        assert clock.recorded_at(text) is None


def test_labels() -> None:
    for label in ("Speaker 1", "SPEAKER_00", "spk_0", "A", "Unknown Speaker", "发言人1", "Hablante 2", "3", "Me"):
        assert is_generic(label)
    for label in ("Sam", "Sam Rivers", "María José", "Dr. Okonkwo-Reid"):
        assert is_label(label, strict=True)
        assert not is_generic(label)
    for label in ("Note", "ERROR", "http", "a/b", "this is not a name at all", "what?"):
        assert not is_label(label)


def test_a_file_that_is_too_long_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "_LONGEST", 10)
    assert skipped(HERE / "play.txt") == [("too long for a transcript", "play.txt")]


@pytest.mark.parametrize("piece", [" ", "\t", "a ", "00:01", "[", "(", "Sam ", ":", "<v ", "-->", "\n \n", "2024-"])
def test_no_repetition_takes_long(piece: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    began = time.process_time()
    for start in ("", "00:01 ", "Sam (00:01", "WEBVTT\n\n00:01.000 --> 00:02.000\n", "1\n00:00:01,000 "):
        path.write_text(start + piece * (60_000 // len(piece)))
        TranscriptSource().recognises(path)
        TranscriptSource().diagnose(path)
        plain.form_of(path.read_text())
    assert time.process_time() - began < 20  # a pattern that grows with the square takes minutes


_PIECES = st.sampled_from(
    [
        "00:00:01 ",
        "Speaker 1",
        "Sam: ",
        "[",
        "]",
        "(",
        ")",
        "\n",
        "\r\n",
        "00:01 --> 00:02",
        "<v Ana>",
        "WEBVTT\n",
        '{"',
    ]
)


@settings(max_examples=120, deadline=None)
@given(
    parts=st.lists(st.one_of(_PIECES, st.text(max_size=8), st.binary(max_size=8)), max_size=30),
    suffix=st.sampled_from([".txt", ".srt", ".vtt", ".json"]),
)
def test_no_bytes_make_it_raise(
    parts: list[str | bytes], suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("t") / f"a{suffix}"
    path.write_bytes(b"".join(p if isinstance(p, bytes) else p.encode("utf-8", "surrogatepass") for p in parts))
    source = TranscriptSource()
    source.recognises(path)
    source.diagnose(path)
    list(source.identities(path))
    for item in source.read(path, ME):
        assert isinstance(item, Message | Skipped | Progress)


@settings(max_examples=120, deadline=None)
@given(data=st.data(), name=st.sampled_from(ALL))
def test_no_damage_makes_it_raise(data: st.DataObject, name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    raw = bytearray((HERE / name).read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=12)):
        raw[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("d") / name
    path.write_bytes(raw)
    source = TranscriptSource()
    source.recognises(path)
    source.diagnose(path)
    list(source.identities(path))
    list(source.read(path, ME))


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["speaker", "text", "start", "end", "segments", "elements", "words"]), inner),
    ),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None)
@given(values=_JSON)
def test_no_json_makes_it_raise(values: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("j") / "2024-01-01.json"
    path.write_text(json.dumps(values))
    TranscriptSource().recognises(path)
    TranscriptSource().diagnose(path)
    list(TranscriptSource().read(path, ME))
