"""The loop of ``likeness record``: keys and sound in, a take after the other into the booth; a surface draws it."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from likeness.cli.keys import END, Keys
from likeness.core.types import Samples, Verdict
from likeness.speak.record.booth import Booth, Kept
from likeness.speak.record.levels import FLOOR_DBFS, Capture, EndOfSpeech, Level, Meter
from likeness.speak.record.microphone import Microphone, Stream
from likeness.speak.record.room import SECONDS, RoomCheck
from likeness.speak.record.session import Phase

START, CANCEL, RETAKE, SKIP, PAUSE, QUIT = " ", "c", "r", "s", "p", "q"
_PRE_ROLL_BLOCKS = 5
"""A quarter of a second before the key was pressed belongs to the take: people begin as they press it."""


class Surface(Protocol):
    """What shows the session."""

    def room(self, heard: RoomCheck | None) -> None:
        """The room is being listened to (``None``), or was."""

    def show(self, booth: Booth, level: Level | None = None, seconds: float = 0.0) -> None:
        """How the session stands; called with each block of sound."""

    def outcome(self, kept: Kept) -> None:
        """What came of a take."""

    def working(self, booth: Booth) -> None:
        """A take is being judged and kept."""


class Recording:
    """One run of the command over an open booth."""

    def __init__(
        self, booth: Booth, microphone: Microphone, surface: Surface, keys: Keys, *, stop_after: float = 0.0
    ) -> None:
        """``stop_after``: seconds of silence that end a take; 0: a key does."""
        self._booth, self._microphone, self._surface, self._keys = booth, microphone, surface, keys
        self._stop_after = stop_after
        self._noise = FLOOR_DBFS

    def run(self) -> None:
        """Until everything is read or the person leaves. While paused the microphone is closed."""
        while self._booth.session.phase is not Phase.ENDED:
            if self._booth.session.phase is Phase.PAUSED:
                self._surface.show(self._booth)
                key = self._keys.poll(None)
                self._booth.act("end" if key in (QUIT, END) else "resume")
                continue
            with self._microphone.open() as stream:
                self._listen(stream)

    def _listen(self, stream: Stream) -> None:
        """With the microphone open: the room once, then take after take, until paused or ended."""
        if self._booth.session.phase is Phase.ROOM:
            self._room(stream)
        while self._booth.session.phase is Phase.READY:
            if self._booth.session.done and self._keys.by_line:
                self._booth.act("end")
                return
            before: deque[Samples] = deque(maxlen=_PRE_ROLL_BLOCKS)
            key = self._idle(stream, before)
            self._obey(key, stream, before)

    def _idle(self, stream: Stream, before: deque[Samples]) -> str:
        """Wait for a key; the meter moves meanwhile."""
        meter = Meter(stream.rate)
        self._surface.show(self._booth)
        while True:
            if self._keys.by_line or self._microphone.ends_itself:
                return self._keys.poll(None)
            block = stream.read()
            before.append(block)
            self._surface.show(self._booth, meter.feed(block))
            key = self._keys.poll(0)
            if key:
                return key

    def _obey(self, key: str, stream: Stream, before: deque[Samples]) -> None:
        acts = {RETAKE: "retake", SKIP: "skip", PAUSE: "pause", QUIT: "end", END: "end"}
        possible = self._booth.session.actions
        if key == START and "start" in possible:
            self._take(stream, before)
        elif acts.get(key) in possible:
            self._booth.act(acts[key])

    def _take(self, stream: Stream, before: deque[Samples]) -> None:
        """Record the line until a key, silence or the sound's own end stops it; then judge and keep it."""
        line = self._booth.session.line
        assert line is not None  # "start" was possible
        self._booth.act("start")
        stream.cue(line.id)
        capture = Capture(stream.rate)
        for block in before:
            capture.feed(block)
        ended = EndOfSpeech(self._stop_after, self._noise)
        while not capture.full:
            block = stream.read()
            if not len(block):
                break
            level = capture.feed(block)
            self._surface.show(self._booth, level, capture.seconds)
            if self._stop_after and ended.feed(level, len(block) / stream.rate):
                break
            key = "" if self._keys.by_line and self._microphone.ends_itself else self._keys.poll(0)
            if key == START:
                break
            if key in (CANCEL, QUIT, END):
                self._booth.act("cancel" if key == CANCEL else "end")
                return
        self._surface.working(self._booth)
        self._surface.outcome(self._booth.finish(capture.audio(), lost=stream.lost))

    def _room(self, stream: Stream) -> None:
        """Listen to the room, again if the person wants that; where it is too loud they are asked whether to go on."""
        while self._booth.session.phase is Phase.ROOM:
            self._surface.room(None)
            stream.cue("room")
            capture = Capture(stream.rate, SECONDS)
            while not capture.full and len(block := stream.read()):
                capture.feed(block)
            heard = self._booth.hear_room(capture.audio())
            self._noise = heard.level_dbfs
            self._surface.room(heard)
            if heard.verdict is Verdict.REFUSED:
                key = self._keys.poll(None)
                if key in (QUIT, END):
                    self._booth.act("end")
                elif key == START:
                    self._booth.accept_room()
