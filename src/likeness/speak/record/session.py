"""The course of a recording session, without sound, disk or clock: what is read next, and what may be done now.

    ROOM ──room_heard──▶ READY ──start──▶ RECORDING ──stop──▶ JUDGING ──keep / refuse──▶ READY …
                         │  ▲ retake, skip                    (cancel: back to READY)
                         ▼  │
                        PAUSED                                end from everywhere ──▶ ENDED

A session is a value: each act gives a new one. The plan holds the lines in order; the next one is the first that has no
take and was not skipped. A retake changes nothing until its take is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from likeness.core.errors import InputError, NotFound
from likeness.speak.scripts import Line


class Phase(StrEnum):
    """Where the session stands."""

    ROOM = "room"
    READY = "ready"
    RECORDING = "recording"
    JUDGING = "judging"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Taken:
    """The take that stands for a line: its file's checksum, how long the speech in it is, and what was said of it."""

    sha256: str
    seconds: float
    number: int
    verdict: str = "good"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextProgress:
    """How far one context is, the required lines left out. Seconds of takes, and of all its lines by estimate."""

    emotion: str
    done: int
    total: int
    skipped: int
    seconds: float
    planned_seconds: float


@dataclass(frozen=True, slots=True)
class Session:
    """See the module's drawing. Acts that are not in :attr:`actions` raise :class:`InputError`."""

    plan: tuple[Line, ...]
    taken: Mapping[str, Taken] = field(default_factory=lambda: MappingProxyType({}))
    skipped: frozenset[str] = frozenset()
    phase: Phase = Phase.ROOM
    at: str = ""
    """Id of the line that is to be read; "" when there is none left."""
    last: str = ""
    """Id of the line whose take was kept last."""

    @classmethod
    def begin(cls, plan: Sequence[Line], taken: Mapping[str, Taken], skipped: frozenset[str] = frozenset()) -> Session:
        """A session over ``plan`` with what earlier ones left. Skipped lines come again once all others are read."""
        known = {line.id for line in plan}
        skipped = frozenset(skipped & known)
        if all(line.id in taken or line.id in skipped for line in plan):
            skipped = frozenset()
        return cls(tuple(plan), MappingProxyType(dict(taken)), skipped)._onward()

    @property
    def line(self) -> Line | None:
        """The line that is to be read, or is being read."""
        return next((line for line in self.plan if line.id == self.at), None)

    @property
    def done(self) -> bool:
        """Whether every line has its take, or was skipped, and none is being read again."""
        return not self.at

    @property
    def lines_done(self) -> int:
        """How many of the plan's lines have a take."""
        return sum(line.id in self.taken for line in self.plan)

    @property
    def actions(self) -> frozenset[str]:
        """What may be done now, by the methods' names."""
        line = self.line
        match self.phase:
            case Phase.ROOM:
                found = {"room_heard", "end"}
            case Phase.READY:
                found = {"pause", "end"}
                found |= {"start"} if line else set()
                found |= {"skip"} if line and not line.required else set()
                found |= {"retake"} if self.last else set()
            case Phase.RECORDING:
                found = {"stop", "cancel", "end"}
            case Phase.JUDGING:
                found = {"keep", "refuse", "end"}
            case Phase.PAUSED:
                found = {"resume", "end"}
            case Phase.ENDED:
                found = set()
        return frozenset(found)

    def room_heard(self) -> Session:
        """The room was listened to, and the person goes on."""
        return replace(self._may("room_heard"), phase=Phase.READY)

    def start(self) -> Session:
        """The line is being read."""
        return replace(self._may("start"), phase=Phase.RECORDING)

    def stop(self) -> Session:
        """It has been read; the take is judged."""
        return replace(self._may("stop"), phase=Phase.JUDGING)

    def cancel(self) -> Session:
        """What is being recorded is thrown away; the same line stands again."""
        return replace(self._may("cancel"), phase=Phase.READY)

    def keep(self, take: Taken) -> Session:
        """The take is safe; it stands for the line from now on."""
        self._may("keep")
        taken = MappingProxyType({**self.taken, self.at: take})
        kept = replace(self, taken=taken, skipped=self.skipped - {self.at}, last=self.at, phase=Phase.READY)
        return kept._onward()

    def refuse(self) -> Session:
        """The take is not kept; the same line stands again, and its earlier take where it has one."""
        return replace(self._may("refuse"), phase=Phase.READY)

    def retake(self, line: str = "") -> Session:
        """Read a line again: the one kept last, or one that is named. Raises :class:`NotFound` for one without take."""
        self._may("retake")
        line = line or self.last
        if line not in self.taken or all(line != known.id for known in self.plan):
            raise NotFound(f"there is no take of a line {line!r}", hint="read it first")
        return replace(self, at=line)

    def skip(self) -> Session:
        """Leave the line for later. One that is being read again keeps the take it has."""
        self._may("skip")
        skipped = self.skipped if self.at in self.taken else self.skipped | {self.at}
        return replace(self, skipped=skipped)._onward()

    def pause(self) -> Session:
        """Nothing is listened to until :meth:`resume`."""
        return replace(self._may("pause"), phase=Phase.PAUSED)

    def resume(self) -> Session:
        """Go on where it stood."""
        return replace(self._may("resume"), phase=Phase.READY)

    def end(self) -> Session:
        """Leave; what is being recorded or judged is not kept."""
        return replace(self._may("end"), phase=Phase.ENDED)

    def progress(self) -> tuple[ContextProgress, ...]:
        """How far each context of the plan is, in the plan's order."""
        found = []
        counted = [line for line in self.plan if not line.required]
        for emotion in dict.fromkeys(line.emotion for line in counted):
            lines = [line for line in counted if line.emotion == emotion]
            takes = [self.taken[line.id] for line in lines if line.id in self.taken]
            found.append(
                ContextProgress(
                    emotion=emotion,
                    done=len(takes),
                    total=len(lines),
                    skipped=sum(line.id in self.skipped for line in lines),
                    seconds=sum(take.seconds for take in takes),
                    planned_seconds=sum(line.seconds for line in lines),
                )
            )
        return tuple(found)

    @property
    def seconds_left(self) -> float:
        """Of reading that is still to be done, by estimate."""
        return sum(line.seconds for line in self.plan if line.id not in self.taken and line.id not in self.skipped)

    def _may(self, action: str) -> Session:
        if action not in self.actions:
            raise InputError(
                f"{action.replace('_', ' ')}: not while the session is {self.phase.value}",
                hint=f"possible now: {', '.join(sorted(self.actions)) or 'nothing'}",
            )
        return self

    def _onward(self) -> Session:
        """At the first line that has no take and was not skipped."""
        left = (line.id for line in self.plan if line.id not in self.taken and line.id not in self.skipped)
        return replace(self, at=next(left, ""))
