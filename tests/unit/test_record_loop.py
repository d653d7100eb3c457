"""The loop of a session with a microphone that never ends by itself: keys, silence, pauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from speech_like import speech

from likeness.cli.keys import END
from likeness.cli.record_session import Recording
from likeness.core.errors import NotReady
from likeness.core.home import Home, PersonHome
from likeness.core.types import Samples
from likeness.speak import scripts
from likeness.speak.consent import sentence
from likeness.speak.decode import Decoder
from likeness.speak.record.booth import Booth, Kept, open_booth, plan
from likeness.speak.record.levels import Level
from likeness.speak.record.room import RoomCheck
from likeness.speak.record.session import Phase
from likeness.speak.recordings import load_audio, recordings

RATE = 24_000
BLOCK = RATE // 20
TEXT = "Here is a sentence of about the right length for six seconds of sound."
CONSENT = scripts.line("neutral", sentence("Sam", date(2024, 5, 4)), required=True)
LINES = plan(CONSENT, [scripts.Script("sad", "Sadly.", (scripts.line("sad", TEXT),))])


class Keys:
    """Presses what it is told to, at the number of the block that is to be read next; the input ends at the 300th."""

    by_line = False

    def __init__(self, presses: Sequence[tuple[int, str]], microphone: Endless) -> None:
        self.presses, self.microphone = [*presses, (300, END)], microphone

    def poll(self, seconds: float | None) -> str:
        at, key = self.presses[0]
        if seconds is not None and self.microphone.read_blocks < at:
            return ""
        del self.presses[0]
        return key


class Endless:
    """A microphone: three seconds of a quiet room, then speech of 6 s and 3 s of room, over and over."""

    name, ends_itself = "endless", False

    def __init__(self, unplugged_at: int = 1 << 30) -> None:
        self.read_blocks = 0
        self.opened = 0
        self.is_open = False
        self.rate, self.lost = RATE, 0
        room = (np.random.default_rng(0).standard_normal(3 * RATE) * 1e-4).astype(np.float32)
        self.sound = np.concatenate([room, *[speech(6.0, RATE).samples, room] * 4])
        self.unplugged_at = unplugged_at

    @contextmanager
    def open(self, rate: int = 48_000) -> Iterator[Endless]:
        self.opened, self.is_open = self.opened + 1, True
        yield self
        self.is_open = False

    def cue(self, what: str) -> None: ...

    def read(self) -> Samples:
        if self.read_blocks >= self.unplugged_at:
            raise NotReady("it does not answer any more")
        at = self.read_blocks * BLOCK
        self.read_blocks += 1
        return self.sound[at : at + BLOCK]


class Watching:
    """A surface that remembers."""

    def __init__(self, microphone: Endless) -> None:
        self.microphone = microphone
        self.outcomes: list[Kept] = []
        self.paused_with_open_microphone: list[bool] = []
        self.levels = 0

    def room(self, heard: RoomCheck | None) -> None: ...

    def show(self, booth: Booth, level: Level | None = None, seconds: float = 0.0) -> None:
        self.levels += level is not None
        if booth.session.phase is Phase.PAUSED:
            self.paused_with_open_microphone.append(self.microphone.is_open)

    def outcome(self, kept: Kept) -> None:
        self.outcomes.append(kept)

    def working(self, booth: Booth) -> None: ...


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    return Home(tmp_path / "people").create("sam", "Sam")


def session(home: PersonHome, presses: Sequence[tuple[int, str]], **options: float) -> tuple[Watching, Endless]:
    microphone = Endless(int(options.pop("unplugged_at", 1 << 30)))
    surface = Watching(microphone)
    with open_booth(home, LINES) as booth:
        Recording(booth, microphone, surface, Keys(presses, microphone), **options).run()  # type: ignore[arg-type]
    return surface, microphone


def test_a_take_goes_from_key_to_key_with_the_moment_before_the_first(home: PersonHome) -> None:
    surface, _ = session(home, [(70, " "), (190, " ")])
    assert [kept.line for kept in surface.outcomes] == [CONSENT]
    with Decoder() as decoder:
        audio = load_audio(recordings(home)[0], decoder)
    assert audio.seconds == pytest.approx((190 - 70 + 5) * 0.05)
    assert surface.levels >= 240  # of all blocks but the room's: the meter moves while nothing is recorded, too


def test_silence_ends_a_take_where_that_is_wanted(home: PersonHome) -> None:
    surface, _ = session(home, [(60, " ")], stop_after=1.0)
    assert len(surface.outcomes) == 1
    with Decoder() as decoder:
        audio = load_audio(recordings(home)[0], decoder)
    assert 6.4 < audio.seconds < 7.5  # the speech, a second of silence, and the moment before the key


def test_a_take_that_is_cancelled_or_left_is_not_kept(home: PersonHome) -> None:
    surface, _ = session(home, [(60, " "), (120, "c"), (130, " "), (190, "q")])
    assert surface.outcomes == []
    assert recordings(home) == []


def test_the_microphone_is_closed_in_a_pause(home: PersonHome) -> None:
    surface, microphone = session(home, [(62, "p"), (0, " "), (64, "q")])
    assert surface.paused_with_open_microphone == [False]
    assert microphone.opened == 2


def test_keys_that_mean_nothing_now_do_nothing(home: PersonHome) -> None:
    surface, _ = session(home, [(61, "s"), (61, "r"), (62, "x"), (63, "q")])
    assert surface.outcomes == []


def test_what_was_kept_stays_when_the_microphone_is_unplugged(home: PersonHome) -> None:
    with pytest.raises(NotReady):
        session(home, [(60, " "), (185, " "), (240, " ")], unplugged_at=260)
    assert len(recordings(home)) == 1
    with open_booth(home, LINES) as booth:
        assert booth.session.at == LINES[1].id
        assert booth.damaged == []
