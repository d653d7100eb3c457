"""Engines in processes of their own: pieces, errors, deadlines, death, memory."""

from __future__ import annotations

import os
import signal
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from likeness.core.errors import Busy, DoesNotFit, EngineFailed, EngineMissing, InputError, TooFewExamples
from likeness.core.lanes import Lanes
from likeness.core.types import Ending, SpeakRequest, WriteRequest

ENGINE = """
    import os, time
    from likeness.core.errors import TooFewExamples
    from likeness.core.protocols import EngineInfo
    from likeness.core.types import Draft, Ending, Provenance


    class PersonalShortage(TooFewExamples):
        pass


    class Odd:
        info = EngineInfo(name="odd", title="Odd", kind=frozenset({"writer"}), memory_mb=MEMORY)

        def __init__(self, artefact):
            self.artefact = artefact

        @classmethod
        def open(cls, artefact=None, options=None):
            return cls(artefact)

        @classmethod
        def memory_needed(cls, artefact, options):
            return int((options or {}).get("memory_mb", MEMORY))

        def close(self):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *exc):
            pass

        def write(self, request):
            if request.text == "refuse":
                raise PersonalShortage("three are not enough", hint="import more", param="archive")
            if request.text == "fault":
                raise ValueError("the owner's secret")
            provenance = Provenance(engine="odd", method="generated", note=str(os.getpid()))
            ending = Ending("length", prompt_tokens=2, completion_tokens=3)
            return Draft(pieces=self.pieces(request.text), provenance=provenance, ended=lambda: ending)

        def pieces(self, text):
            if text == "die":
                yield "last words"
                os._exit(7)
            if text == "hang":
                time.sleep(60)
            if text == "late fault":
                yield "one"
                raise KeyError("the owner's secret")
            if text == "read":
                yield (self.artefact / "says.txt").read_text()
            for number in range(1000 if text == "long" else 3):
                time.sleep(0.02 if text == "long" else 0)
                yield f"{number} "
"""


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installs a third party's engine called ``odd`` where worker processes find it."""
    return install(tmp_path, monkeypatch, "odd", 1)


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, memory_mb: int) -> Path:
    site = folder / f"site-{name}"
    (site / f"{name}-1.0.dist-info").mkdir(parents=True)
    (site / f"{name}-1.0.dist-info" / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (site / f"{name}-1.0.dist-info" / "entry_points.txt").write_text(
        f"[likeness.engines]\n{name} = {name}_engine:Odd\n"
    )
    (site / f"{name}_engine.py").write_text(textwrap.dedent(ENGINE).replace("MEMORY", str(memory_mb)))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")])))
    return site


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    pool = Lanes(4000, deadline=20.0)
    yield pool
    pool.close()


def ask(text: str) -> WriteRequest:
    return WriteRequest(task="draft", text=text)


def test_a_lane_writes_and_speaks_what_the_engine_does(lanes: Lanes) -> None:
    from likeness.engines.builtin.double import DoubleEngine

    draft = lanes.writer("builtin.double").write(ask("hello there"))
    assert "".join(draft.pieces) == "draft of hello there"
    assert draft.provenance.engine == "builtin.double"

    speaker = lanes.speaker("builtin.double")
    request = SpeakRequest(text="hello there", pitch=2.0)
    heard = [audio.samples.tobytes() for audio in speaker.speak(request)]
    direct = [audio.samples.tobytes() for audio in DoubleEngine.open().speak(request)]
    assert heard == direct
    assert speaker.rate == 22_050
    assert speaker.info is not None
    assert speaker.info.name == "builtin.double"
    assert [status.starts for status in lanes.status()] == [1]


def test_errors_cross_the_line_intact_and_foreign_ones_without_their_text(lanes: Lanes, odd: Path) -> None:
    writer = lanes.writer("odd")
    with pytest.raises(TooFewExamples) as refused:
        writer.write(ask("refuse"))
    assert (str(refused.value), refused.value.hint, refused.value.param) == (
        "three are not enough",
        "import more",
        "archive",
    )
    with pytest.raises(EngineFailed) as failed:
        writer.write(ask("fault"))
    assert "ValueError" in str(failed.value)
    assert "secret" not in str(failed.value)
    with pytest.raises(EngineFailed, match="KeyError"):
        "".join(writer.write(ask("late fault")).pieces)
    assert "".join(writer.write(ask("fine")).pieces) == "0 1 2 "
    assert lanes.status()[0].starts == 1
    with pytest.raises(InputError, match="does not speak"):
        list(lanes.speaker("odd").speak(SpeakRequest(text="x")))
    with pytest.raises(EngineMissing, match="nobody"):
        lanes.writer("nobody").write(ask("x"))


def test_how_a_text_ended_crosses_the_line(lanes: Lanes, odd: Path) -> None:
    draft = lanes.writer("odd").write(ask("fine"))
    assert draft.ended() == Ending()
    assert list(draft.pieces)
    assert draft.ended() == Ending("length", prompt_tokens=2, completion_tokens=3)


def test_memory_is_asked_for_by_what_the_engine_is_opened_on(lanes: Lanes, odd: Path) -> None:
    assert list(lanes.writer("odd").write(ask("x")).pieces)
    with pytest.raises(DoesNotFit, match="9000 MB"):
        lanes.writer("odd", options={"memory_mb": 9000}).write(ask("x"))


def test_a_dead_process_is_said_and_the_next_request_works(lanes: Lanes, odd: Path) -> None:
    writer = lanes.writer("odd")
    with pytest.raises(EngineFailed, match="status 7"):
        "".join(writer.write(ask("die")).pieces)
    assert "".join(writer.write(ask("fine")).pieces) == "0 1 2 "

    pieces = writer.write(ask("long")).pieces
    next(pieces)
    pid = lanes.lane("odd").pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(EngineFailed, match="signal 9"):
        "".join(pieces)
    assert "".join(writer.write(ask("fine")).pieces) == "0 1 2 "
    assert lanes.status()[0].starts == 3


def test_a_request_over_its_deadline_is_stopped(odd: Path) -> None:
    lanes = Lanes(4000, deadline=3.0)
    try:
        writer = lanes.writer("odd")
        lanes.warm("odd")
        pid = lanes.lane("odd").pid
        with pytest.raises(EngineFailed, match="in time"):
            "".join(writer.write(ask("hang")).pieces)
        assert pid is not None
        assert not psutil.pid_exists(pid)
        assert "".join(writer.write(ask("fine")).pieces) == "0 1 2 "
    finally:
        lanes.close()


def test_a_reader_that_goes_away_stops_the_work_without_ending_the_process(lanes: Lanes, odd: Path) -> None:
    writer = lanes.writer("odd")
    pieces = writer.write(ask("long")).pieces
    next(pieces)
    del pieces
    assert "".join(writer.write(ask("fine")).pieces) == "0 1 2 "
    assert lanes.status()[0].starts == 1


def test_an_unread_answer_cannot_hold_a_lane_beyond_its_deadline(odd: Path) -> None:
    lanes = Lanes(4000, deadline=3.0)
    try:
        writer = lanes.writer("odd")
        kept = writer.write(ask("long")).pieces
        next(kept)
        waiter: list[object] = []

        def second() -> None:
            try:
                waiter.append("".join(writer.write(ask("fine")).pieces))
            except Busy as error:
                waiter.append(error)

        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(3.5)
        with pytest.raises(EngineFailed):
            for _ in kept:
                pass
        thread.join(20)
        assert waiter == ["0 1 2 "] or isinstance(waiter[0], Busy)
        assert "".join(writer.write(ask("fine")).pieces) == "0 1 2 "
    finally:
        lanes.close()


def test_requests_queue_and_all_are_answered(lanes: Lanes) -> None:
    writer = lanes.writer("builtin.double")
    answers: list[str] = []

    def one(number: int) -> None:
        answers.append("".join(writer.write(ask(f"number {number}")).pieces))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == sorted(f"draft of number {number}" for number in range(12))
    assert lanes.status()[0].starts == 1


def test_the_longest_unused_lane_makes_room_and_what_cannot_fit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, memory in (("one", 300), ("two", 300), ("huge", 900)):
        install(tmp_path, monkeypatch, name, memory)
    lanes = Lanes(450, patience=1.0)
    try:
        for name in ("one", "builtin.double", "two"):
            assert list(lanes.writer(name).write(ask("x")).pieces)
        running = {status.engine for status in lanes.status() if status.running}
        assert "two" in running
        assert sum(status.memory_mb for status in lanes.status()) <= 450
        with pytest.raises(DoesNotFit, match="900 MB"):
            lanes.writer("huge").write(ask("x"))
        held = lanes.writer("two").write(ask("long")).pieces
        next(held)
        monkeypatch.setattr(lanes, "memory_limit_mb", 310)
        with pytest.raises(DoesNotFit, match="at work"):
            lanes.writer("one").write(ask("x"))
        held.close()
        assert list(lanes.writer("one").write(ask("x")).pieces)
        assert {status.engine for status in lanes.status() if status.running} == {"one"}
    finally:
        lanes.close()


def test_an_artefact_made_anew_is_loaded_anew(lanes: Lanes, odd: Path, tmp_path: Path) -> None:
    from likeness.core.artefacts import Manifest, publish

    def make(words: str) -> None:
        with publish(tmp_path / "me") as folder:
            (folder / "says.txt").write_text(words)
            Manifest(kind="adapter", name="me", engine="odd").save(folder)

    for words in ("first ", "second "):
        make(words)
        draft = lanes.writer("odd", tmp_path / "me").write(ask("read"))
        assert next(draft.pieces) == words
        draft.pieces.close()


def test_closing_ends_every_process(odd: Path) -> None:
    lanes = Lanes(4000)
    lanes.warm("odd")
    lanes.warm("builtin.double")
    pids = [lanes.lane(name).pid for name in ("odd", "builtin.double")]
    lanes.close()
    assert not any(psutil.pid_exists(pid) for pid in pids if pid)
