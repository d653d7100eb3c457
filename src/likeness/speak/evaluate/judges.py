"""Asking the judges that are ready, once for each sound: what they say is kept, so that a stopped evaluation goes on.

Speaker encoders hear pieces of four seconds and more, put together from whole clips, for the voice, the person and
other speakers alike: a vector of a short clip is unsure, and a person's short clips against a voice's long sentences
would not be a fair ceiling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from likeness import __version__
from likeness.core import artefacts, lines, plugins
from likeness.core.errors import EngineMissing, InputError
from likeness.core.protocols import Naturalness, Recogniser, SpeakerEncoder
from likeness.core.settings import settings
from likeness.core.types import Audio, Vectors
from likeness.speak.encoders import open_encoder, ready_encoders, unit
from likeness.speak.evaluate.result import Missing
from likeness.speak.recognise import Errors, character_errors, open_recogniser, ready_recognisers, word_errors

PIECE_SECONDS = 4.0
ENCODERS = 2
"""So many independent speaker encoders are asked."""
_RECORDS = "judged.jsonl"


@dataclass(frozen=True)
class Sound:
    """A sound with what identifies it: judged once, whoever asks."""

    key: str
    load: Callable[[], Audio]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Judges:
    """Names of the judges that are asked; ``recogniser`` and ``naturalness`` are "" where none is ready."""

    encoders: tuple[str, ...]
    recogniser: str
    naturalness: str
    missing: tuple[Missing, ...]


def ready_judges(language: str = "en") -> Judges:
    """The judges that can start here, and what is missing for the measures of those that cannot."""
    missing: list[Missing] = []
    encoders = ready_encoders()[:ENCODERS]
    if len(encoders) < ENCODERS:
        hint = "; ".join(_installs("speaker_encoder", encoders)) or "pip install 'likeness[judge]'"
        missing.append(Missing("similarity by a second encoder", f"only {len(encoders)} is ready", hint))
    recogniser = settings().recogniser or next(iter(ready_recognisers(language)), "")
    if not recogniser:
        hint = "; ".join(_installs("recogniser", ()))
        missing.append(Missing("word and character error", "no recogniser is ready", hint))
    naturalness = next((e.info.name for e in plugins.engines_of("naturalness") if plugins.is_ready(e.info)), "")
    if not naturalness:
        hint = "; ".join(_installs("naturalness", ()))
        missing.append(Missing("naturalness", "no predictor of listeners' scores is ready", hint))
    return Judges(encoders, recogniser, naturalness, tuple(missing))


def _installs(kind: str, but: Sequence[str]) -> list[str]:
    """How the engines of a kind that are not ready are got, each command once."""
    found = []
    for engine in plugins.engines_of(kind):
        if engine.info.name in but or plugins.is_ready(engine.info):
            continue
        lacks = plugins.missing_libraries(engine.info)
        get = engine.info.install if lacks else f"likeness models get {engine.info.models[0]}"
        found.append(f"{engine.info.name}: {get}")
    return list(dict.fromkeys(found))


class Panel:
    """The judges, opened when first asked and closed at the end of the block; what they said is in ``folder``."""

    def __init__(self, folder: Path, judges: Judges, language: str) -> None:
        self.judges = judges
        self._language = language
        self._path = folder / _RECORDS
        # Of a judge that has changed since, nothing is taken over: what two versions say cannot be compared.
        self._versions = {name: _version(name) for name in (*judges.encoders, judges.recogniser, judges.naturalness)}
        self._said = {
            (record["judge"], record["key"]): record["said"]
            for record in lines.records(self._path)
            if record.get("version") == self._versions.get(record["judge"])
        }
        self._open: dict[str, Any] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Panel:
        return self

    def __exit__(self, *exc: object) -> None:
        self._open.clear()
        self._stack.close()

    def vector(self, encoder: str, sound: Sound) -> Vectors | None:
        """Who speaks, as a unit vector; ``None`` when there is too little speech to tell."""

        def ask(audio: Audio) -> list[float] | None:
            try:
                found = cast("SpeakerEncoder", self._opened(encoder)).speaker_vector(audio)
            except InputError:
                return None
            return [round(float(value), 6) for value in found]

        said = self._ask(encoder, sound, ask)
        return None if said is None else np.asarray(said, np.float32)

    def heard(self, sound: Sound) -> str:
        """What the recogniser hears."""
        recogniser = self.judges.recogniser

        def ask(audio: Audio) -> str:
            return cast("Recogniser", self._opened(recogniser)).recognise(audio, language=self._language).text

        return str(self._ask(recogniser, sound, ask))

    def naturalness(self, sound: Sound) -> Mapping[str, float]:
        """Scores of listeners, predicted."""
        judge = self.judges.naturalness

        def ask(audio: Audio) -> dict[str, float]:
            return {
                name: round(float(value), 4)
                for name, value in cast("Naturalness", self._opened(judge)).naturalness(audio).items()
            }

        return cast("Mapping[str, float]", self._ask(judge, sound, ask))

    def _ask(self, judge: str, sound: Sound, ask: Callable[[Audio], Any]) -> Any:
        known = (judge, sound.key)
        if known not in self._said:
            self._said[known] = ask(sound.load())
            told = {"judge": judge, "version": self._versions[judge], "key": sound.key}
            lines.append(self._path, {**told, "said": self._said[known]})
        return self._said[known]

    def _opened(self, name: str) -> Any:
        if name not in self._open:
            if name == self.judges.recogniser:
                opened: Any = self._stack.enter_context(open_recogniser(settings(), name, language=self._language))
            elif name in self.judges.encoders:
                opened = self._stack.enter_context(open_encoder(name))
            else:
                opened = self._stack.enter_context(plugins.engine(name).open(None, {}))
            if opened is None:
                raise EngineMissing(f"the recogniser {name!r} is gone", hint="measure again")
            self._open[name] = opened
        return self._open[name]


def _version(name: str) -> str:
    """What tells one state of a judge from another: its engine's files, the libraries it needs, and its model."""
    if not name:
        return ""
    parts = [__version__, settings().recogniser_model]
    for library in plugins.engine(name).info.needs:
        try:
            parts.append(f"{library} {metadata.version(library)}")
        except metadata.PackageNotFoundError:
            parts.append(library)
    for folder in {path.parent for path in plugins.engine_files(name)}:
        found = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
        parts += [f"{path.relative_to(folder)} {path.stat().st_size}" for path in found]
    return artefacts.digest(parts)


def pieces(sounds: Sequence[Sound]) -> list[Sound]:
    """``sounds`` joined, in order, to sounds of at least :data:`PIECE_SECONDS`, as far as they reach; what is left
    over goes to the last one."""
    groups: list[list[Sound]] = []
    seconds = PIECE_SECONDS
    for sound in sounds:
        if seconds >= PIECE_SECONDS:
            groups.append([])
            seconds = 0.0
        groups[-1].append(sound)
        seconds += sound.load().seconds
    if len(groups) > 1 and seconds < PIECE_SECONDS:
        groups[-2].extend(groups.pop())
    return [_joined(group) for group in groups]


def _joined(group: Sequence[Sound]) -> Sound:
    if len(group) == 1:
        return group[0]

    def load() -> Audio:
        sounds = [sound.load() for sound in group]
        return Audio(np.concatenate([sound.samples for sound in sounds]), sounds[0].rate)

    return Sound(artefacts.digest([sound.key for sound in group]), load)


def stacked(vectors: Iterable[Vectors | None]) -> NDArray[np.float32]:
    """The vectors that there are, as rows; shape (0, 0) without any."""
    rows = [vector for vector in vectors if vector is not None]
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)


def against_the_rest(rows: NDArray[np.float32]) -> list[float]:
    """Cosine of each row with the mean direction of all the others; empty for fewer than two."""
    if len(rows) < 2:
        return []
    total = rows.sum(axis=0)
    return [float(row @ unit(total - row)) for row in rows]


def against(rows: NDArray[np.float32], reference: NDArray[np.float32]) -> list[float]:
    """Cosine of each row with the mean direction of ``reference``; empty where there is nothing to compare."""
    if not len(rows) or not len(reference):
        return []
    middle = unit(reference.mean(axis=0))
    return [float(row @ middle) for row in rows]


def errors(pairs: Iterable[tuple[str, str]]) -> tuple[Errors, Errors]:
    """Word and character errors over all (asked, heard)."""
    words, characters = Errors(0, 0), Errors(0, 0)
    for asked, heard in pairs:
        words, characters = words + word_errors(asked, heard), characters + character_errors(asked, heard)
    return words, characters
