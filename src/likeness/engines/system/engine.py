"""Engine ``system``: the voices of the machine, for hearing something before any voice of one's own is there.

They are nobody's own here, are never taken in place of a person's voice, and need no download.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from likeness.core.errors import EngineMissing, InputError, NotFound
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, SpeakRequest, StockVoice
from likeness.engines.system import programs

_INSTALL = "apt install espeak-ng, or pip install 'likeness[system]'; macOS has its own"


class SystemVoice:
    """Speaker with stock voices. The program that speaks runs once for each sentence and gets it on standard input."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="system",
        title="Voices of this machine",
        kind=frozenset({"speaker"}),
        install=_INSTALL,
        memory_mb=30,
        can=frozenset({"streaming"}),
        licence="of the system: macOS's own; espeak-ng GPL-3.0, run as a program of its own",
        notes="Through macOS say, espeak-ng, or whatever pyttsx3 finds, whichever is here first.",
        languages=("*",),
    )
    rate: int = programs.RATE

    def __init__(self, program: programs.Program, voice: str) -> None:
        self._program, self._voice = program, voice

    @classmethod
    def runs_here(cls) -> bool:
        """Whether one of the programs is on this machine."""
        return programs.found() is not None

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Speak with ``options["voice"]`` (an id of :meth:`stock_voices`), or with the system's own choice.

        Raises :class:`EngineMissing` when nothing here speaks, :class:`NotFound` for a voice it does not have and
        :class:`InputError` for an artefact: it learns nothing.
        """
        if artefact is not None:
            raise InputError("engine 'system' learns no voices", hint="enrol with another: likeness voices engines")
        program = _program()
        voice = str((options or {}).get("voice") or "")
        if voice and voice not in {known.id for known in program.voices()}:
            raise NotFound(f"engine 'system' has no voice {voice!r}", hint="see: likeness voices stock system")
        return cls(program, voice)

    @classmethod
    def stock_voices(cls, options: Mapping[str, Any] | None = None) -> tuple[StockVoice, ...]:
        """The voices of the program that is here. Raises :class:`EngineMissing` when there is none."""
        return _program().voices()

    def close(self) -> None:
        """Nothing is held between sentences."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        """Yield 22,050 Hz mono sound. Closing the iterator ends the program. Style and emotion are not followed.

        Raises :class:`EngineFailed` when the program fails, gives no sound, or takes longer than a minute.
        """
        # Both programs take what stands in double brackets for commands of their own.
        text = request.text.replace("[[", " ").replace("]]", " ")
        yield from self._program.speak(text, self._voice)


def _program() -> programs.Program:
    program = programs.found()
    if program is None:
        raise EngineMissing("nothing on this machine speaks: no say, no espeak-ng, no pyttsx3", hint=_INSTALL)
    return program
