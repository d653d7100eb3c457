"""The recording session as the surfaces use it: the course (``session``), the judging, the takes on disk.

One process at a time records for a person. Everything that was kept is on the disk when a call returns.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from likeness.core import files
from likeness.core.errors import Busy, InputError, PoorRecording
from likeness.core.home import PersonHome
from likeness.core.protocols import Recogniser
from likeness.core.types import Audio, Verdict
from likeness.speak import consent, scripts
from likeness.speak.record import judge, takes
from likeness.speak.record.room import RoomCheck, check_room
from likeness.speak.record.session import Session, Taken
from likeness.speak.scripts import Line


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a take: the judgement, and the take as it stands on the disk (``None``: it was not kept)."""

    line: Line
    check: judge.TakeCheck
    taken: Taken | None


def consent_line(home: PersonHome, today: date) -> Line:
    """The sentence a person reads aloud before anything else: the one that was read, or a new one of today's date."""
    read = _consent_read(home)
    if read is not None:
        return read[0]
    return scripts.line("neutral", consent.sentence(home.person().display_name, today), required=True)


def consent_recording(home: PersonHome) -> str:
    """Id of the recording in which the person read their consent in a session; "" when there is none that is whole."""
    read = _consent_read(home)
    return read[1].sha256[:16] if read is not None else ""


def _consent_read(home: PersonHome) -> tuple[Line, Taken] | None:
    notes = takes.load_notes(home)
    line = scripts.line("neutral", notes.consent, required=True)
    taken = notes.taken.get(line.id) if notes.consent else None
    return (line, taken) if taken is not None and takes.is_whole(home, taken) else None


def plan(first: Line, chosen: Sequence[scripts.Script], minutes: float = 0.0) -> tuple[Line, ...]:
    """The consent (:func:`consent_line`) and then the scripts' lines, of each at most ``minutes`` of reading (0: all).

    A script's beginning has every phoneme already.
    """
    lines = [first]
    for script in chosen:
        seconds = 0.0
        for line in script.lines:
            if minutes and seconds >= minutes * 60:
                break
            lines.append(line)
            seconds += line.seconds
    return tuple(dict.fromkeys(lines))


class Booth:
    """A session at work on one person's home; made by :func:`open_booth`."""

    def __init__(self, home: PersonHome, lines: Sequence[Line], recogniser: Recogniser | None) -> None:
        self.home = home
        self.recogniser = recogniser
        takes.sweep(home)
        self._notes = takes.load_notes(home)
        found = takes.stored(home)
        stands, older, self.damaged = takes.standing(found, self._notes)
        for take in older:
            takes.remove(home, take.taken.sha256)
        self._numbers: dict[str, int] = {}
        """Of each line the highest number that a take of it ever had here."""
        self._replaced: dict[str, set[str]] = {}
        """Of each line the files that go once a new take of it is safe."""
        for line, number, sha256 in (
            *((each.line, each.taken.number, each.taken.sha256) for each in found),
            *((each.line, each.number, each.sha256) for each in self.damaged),
        ):
            self._numbers[line] = max(number, self._numbers.get(line, 0))
            self._replaced.setdefault(line, set()).add(sha256)
        agreed = stands.get(lines[0].id)
        self._agreed_at = agreed.added_at if agreed else ""
        taken = {line: self._known(line, take.taken) for line, take in stands.items()}
        self.session = Session.begin(lines, taken, frozenset(self._notes.skipped))
        self._save()

    @property
    def consent(self) -> consent.Consent:
        """What stands with each take: the sentence as it was read aloud, when, and in which recording.

        Whether the same person reads it is compared where a voice is made (``speak.consent.spoken``).
        """
        line = self.session.plan[0]
        read = self.session.taken.get(line.id)
        return consent.Consent(
            statement=line.text,
            at=self._agreed_at or datetime.now(UTC).isoformat(timespec="seconds"),
            method="spoken",
            source="recording session",
            recording=read.sha256[:16] if read else "",
        )

    def hear_room(self, audio: Audio) -> RoomCheck:
        """Judge the room; the session goes on unless it is refused."""
        found = check_room(audio)
        if found.verdict is not Verdict.REFUSED:
            self.session = self.session.room_heard()
        return found

    def accept_room(self) -> None:
        """Go on in a room that was refused: the person knows better, and each take is judged anyway."""
        self.session = self.session.room_heard()

    def finish(self, audio: Audio, *, lost: int = 0) -> Kept:
        """Judge the take of the line that is being read and keep it, unless it would ruin the voice.

        When this returns, a kept take is on the disk, its checksum was compared, and an older one of the line is gone.
        Raises :class:`InputError` when the disk does not give back what was written; the line stands as before.
        """
        session = self.session.stop()
        line = session.line
        if line is None:
            raise InputError("no line is being read", hint="start one first")
        found = judge.take_check(audio, line, recogniser=self.recogniser, lost=lost)
        self.session = session.refuse()
        if found.verdict is Verdict.REFUSED:
            return Kept(line, found, None)
        number = self._numbers.get(line.id, 0) + 1
        try:
            kept = takes.keep(self.home, line, number, audio, self.consent)
        except PoorRecording as error:
            refused = replace(found, verdict=Verdict.REFUSED, findings=(*found.findings, str(error)))
            return Kept(line, refused, None)
        taken = Taken(kept.sha256, found.check.speech_seconds, number, found.verdict.value, found.findings)
        if line.required:
            self._agreed_at = kept.added_at
        self.session = session.keep(taken)
        self._save()
        self._replace(line.id, taken)
        return Kept(line, found, taken)

    def act(self, name: str) -> None:
        """One of the session's acts without sound: start, cancel, retake, skip, pause, resume, end."""
        if name not in ("start", "cancel", "retake", "skip", "pause", "resume", "end"):
            raise InputError(f"{name!r} is not an act of a recording session", hint="see speak.record.session")
        before = self.session.skipped
        self.session = getattr(self.session, name)()
        if self.session.skipped != before:
            self._save()

    def _known(self, line: str, taken: Taken) -> Taken:
        """What was said of this very take when it was judged: more than its entry holds."""
        noted = self._notes.taken.get(line)
        return noted if noted is not None and noted.sha256 == taken.sha256 else taken

    def _replace(self, line: str, new: Taken) -> None:
        self._numbers[line] = new.number
        for old in self._replaced.get(line, set()) - {new.sha256}:
            takes.remove(self.home, old)
        self._replaced[line] = {new.sha256}

    def _save(self) -> None:
        """Lines of other plans keep their notes."""
        planned = {line.id for line in self.session.plan}
        skipped = {line for line in self._notes.skipped if line not in planned} | self.session.skipped
        first = self.session.plan[0]
        agreed = first.text if first.id in self.session.taken else ""
        takes.save_notes(self.home, self.session.taken, skipped, agreed)


@contextmanager
def open_booth(home: PersonHome, lines: Sequence[Line], recogniser: Recogniser | None = None) -> Iterator[Booth]:
    """Go on with the person's session over ``lines`` (see :func:`plan`), every earlier take's checksum compared.

    Raises :class:`Busy` while another process records for the same person.
    """
    files.private_folder(home.recordings)
    descriptor = os.open(home.recordings, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy("a recording session is under way in another window", hint="end it there first") from None
        yield Booth(home, lines, recogniser)
    finally:
        os.close(descriptor)
