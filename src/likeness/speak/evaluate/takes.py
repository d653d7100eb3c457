"""Sentences spoken for judging: each is kept as it is made, with the time it took, so that what was stopped goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from likeness.core import artefacts, files, lines
from likeness.core.errors import EngineFailed, EngineMissing, InputError, LikenessError
from likeness.core.types import Audio
from likeness.speak.encode import encode
from likeness.speak.evaluate.material import Line, read
from likeness.speak.generate import say
from likeness.speak.voices import OpenVoice

_RECORDS = "takes.jsonl"
_WARM_UP = "Hello."
Opens = Callable[[], AbstractContextManager[OpenVoice]]


@dataclass(frozen=True)
class Take:
    """A sound that is judged: who speaks (``series``), what, and from which file."""

    series: str
    text: str
    emotion: str
    kind: str
    path: Path
    key: str
    original: Path | None = None
    """The person's recording of the same sentence."""
    seconds_to_make: float = 0.0
    seconds_to_first: float = 0.0

    @cached_property
    def audio(self) -> Audio:
        return read(self.path)


@dataclass(slots=True)
class Failure:
    """A sentence that gave no usable sound, and why."""

    series: str
    text: str
    why: str


class Studio:
    """Speaks lines into ``folder`` and remembers what was spoken. ``version`` identifies the voice."""

    def __init__(self, folder: Path, version: str) -> None:
        self.folder = files.private_folder(folder)
        self.version = version
        self.peak_mb = 0.0
        self.failures: list[Failure] = []
        self._known = {record["key"]: record for record in lines.records(folder / _RECORDS) if "key" in record}
        self.peak_mb = max((float(record.get("peak_mb", 0)) for record in self._known.values()), default=0.0)

    def missing(self, series: str, wanted: Sequence[Line]) -> list[Line]:
        """Those of ``wanted`` that were not spoken yet."""
        return [line for line in wanted if not self._spoken(self._key(series, line))]

    def speak(self, series: str, wanted: Sequence[Line], opens: Opens) -> Iterator[Line]:
        """Speak ``wanted`` as ``series`` and yield each when it is done; the voice is opened only when something is
        not there yet. Raises what opening raises.
        """
        left = self.missing(series, wanted)
        yield from (line for line in wanted if line not in left)
        if left:
            with opens() as opened, _Memory() as memory:
                self._warm(opened)
                for line in left:
                    if not self._spoken(self._key(series, line)):
                        self._speak(opened, series, line, memory)
                    yield line

    def takes(self, series: str, wanted: Sequence[Line]) -> list[Take]:
        """What was spoken of ``wanted``. A sentence that gave no usable sound is in ``failures`` instead.

        Raises :class:`EngineFailed` when none did.
        """
        found = [self._take(series, line) for line in wanted]
        made = [take for take in found if take is not None]
        if not made:
            raise EngineFailed(
                f"not one of {len(wanted)} sentences could be spoken: {self.failures[-1].why}",
                hint="the voice cannot be judged; enrol it again",
            )
        return made

    def _warm(self, opened: OpenVoice) -> None:
        """What an engine loads for its first sentence is not what a sentence costs."""
        try:
            list(_said(opened, _WARM_UP))
        except (EngineMissing, InputError):
            raise
        except LikenessError:
            return  # the sentences themselves tell

    def _speak(self, opened: OpenVoice, series: str, line: Line, memory: _Memory) -> None:
        key = self._key(series, line)
        began = time.perf_counter()
        first, pieces = 0.0, []
        try:
            for piece in _said(opened, line.text, line.emotion):
                first = first or time.perf_counter() - began
                pieces.append(piece)
        except EngineMissing:
            raise
        except LikenessError as error:
            self._keep({"key": key, "failed": str(error)})
            return
        took = time.perf_counter() - began
        sound = Audio(np.concatenate([piece.samples for piece in pieces]), pieces[0].rate)
        files.write_bytes(
            self.folder / f"{key}.flac", encode(sound, "flac", voice=opened.name, engine=opened.info.name)
        )
        self._keep({"key": key, "to_make": took, "to_first": first, "peak_mb": memory.peak_mb})

    def _keep(self, record: dict[str, Any]) -> None:
        lines.append(self.folder / _RECORDS, record)
        self._known[record["key"]] = record
        self.peak_mb = max(self.peak_mb, float(record.get("peak_mb", 0.0)))

    def _take(self, series: str, line: Line) -> Take | None:
        key = self._key(series, line)
        record = self._known[key]
        if "failed" in record:
            self.failures.append(Failure(series, line.text, str(record["failed"])))
            return None
        return Take(
            series,
            line.text,
            line.emotion,
            line.kind,
            self.folder / f"{key}.flac",
            key,
            line.clip.path if line.clip else None,
            float(record["to_make"]),
            float(record["to_first"]),
        )

    def _spoken(self, key: str) -> bool:
        record = self._known.get(key)
        return record is not None and ("failed" in record or (self.folder / f"{key}.flac").is_file())

    def _key(self, series: str, line: Line) -> str:
        return artefacts.digest([self.version, series, line.emotion, line.text])


def _said(opened: OpenVoice, text: str, emotion: str = "neutral") -> Iterator[Audio]:
    return say(
        opened.speaker,
        text,
        emotion=emotion,
        emotions=opened.emotions,
        language=opened.language,
        info=opened.info,
        references=opened.references,
    )


class _Memory:
    """The largest resident memory of this process while the block runs, looked at twenty times a second."""

    def __init__(self) -> None:
        import psutil

        self._process = psutil.Process()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mb = 0.0

    def __enter__(self) -> _Memory:
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            self._look()

    def _look(self) -> None:
        self.peak_mb = max(self.peak_mb, self._process.memory_info().rss / 2**20)
