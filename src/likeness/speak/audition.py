"""A blind test by ear: two sounds of one sentence, one question, without a word on which is whose.

    prepare(home, …)      both sides speak the same sentences; the sounds are kept beside the voice
    Audition.open(…)      the pairs, the choices so far, and what they say

A voice is heard against its base ("base"), the person's own recordings ("person"), another voice or a stock voice by
name. Both sounds are cut to their speech and brought to one level and one rate, so that neither loudness nor silence
tells them apart. Where the other side is not the person, a recording of them stands beside each pair to compare with
(ABX, Munson and Gardner 1950). ``auditions/`` holds the sounds, ``audition.json`` the result.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from likeness.core import artefacts, blind, files, lines, plugins
from likeness.core.artefacts import Manifest
from likeness.core.blind import Choices, Picked, Side
from likeness.core.errors import EngineMissing, InputError, LikenessError, NotFound, NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.preference import ENOUGH, Preference, Words, preference
from likeness.core.resample import SPEECH_RATE, resample
from likeness.core.types import Audio, Clip
from likeness.speak import activity
from likeness.speak.encode import encode
from likeness.speak.evaluate.material import UNSEEN, Material, gather, read
from likeness.speak.generate import joined, say
from likeness.speak.preprocess import levelled
from likeness.speak.recipe import voice_recipe
from likeness.speak.scripts import script
from likeness.speak.voices import OpenVoice, open_voice, stock_voices, voice_folder

FOLDER = "auditions"
RESULT = "audition.json"
BASE, PERSON = "base", "person"
WORDS = Words(
    subject="the voice",
    taken="the voice for the recording",
    apart="You can hear which is the recording.",
    more="You found it more like you than your own recordings.",
)
_SECONDS = (1.5, 12.0)
"""Length of the recordings that are compared with."""
_REFERENCES = 6


@dataclass(frozen=True, slots=True)
class Pair:
    """``a`` is the voice's sound of ``text``, ``b`` the other's; ``first`` says which is heard first. ``reference`` is
    a recording of the person saying something else, where ``b`` is not theirs."""

    id: str
    text: str
    a: Path
    b: Path
    first: Side
    reference: Path | None = None

    @property
    def shown(self) -> tuple[Path, Path]:
        """The two sounds in the order they are heard in."""
        return (self.a, self.b) if self.first == "a" else (self.b, self.a)

    def picked(self, place: int) -> Picked:
        """Whose sound stands at ``place`` (1 or 2); 0 for none."""
        return blind.picked(self.first, place)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is compared: ``voice`` and ``against`` by name, the ``seed`` of the order, which voice it was then
    (``version``), and whether it learned from the very sentences that are heard."""

    id: str
    voice: str
    against: str
    seed: int
    version: str
    learned: bool = False


def prepare(
    home: PersonHome, voice: str = "me", against: str = BASE, *, count: int = ENOUGH, seed: int = 0
) -> Iterator[Event]:
    """Have ``count`` sentences spoken by ``voice`` and by ``against``; what was spoken before is not spoken again.

    The last event has the stage "paired" and the audition's id as note. Raises :class:`NotFound` for an unknown voice,
    :class:`EngineMissing` when a side cannot speak here, :class:`NotReady` when there are no recordings to compare
    with, and :class:`InputError` for a voice against itself.
    """
    if count < 1:
        raise InputError("an audition needs at least one pair", param="pairs")
    if against == voice:
        raise InputError("a voice cannot be compared with itself", hint="name another with --against")
    folder = voice_folder(home, voice)
    manifest = artefacts.load(folder)
    _check(home, manifest, against)
    material = yield from _material(home, voice, manifest)
    name = artefacts.digest([voice, against, str(seed), manifest.data_hash])[:12]
    wanted, learned = _sentences(material, against, count)
    terms = Terms(name, voice, against, seed, manifest.data_hash, learned)
    place = files.private_folder(folder / FOLDER / name)
    files.write_json(place.with_suffix(".json"), asdict(terms))
    _keep_references(material, place)
    yield from _side(place, "a", wanted, _opens(home, voice, voice))
    if against == PERSON:
        for number, (text, clip) in enumerate(wanted, 1):
            if clip is not None:
                _keep(place, "b", text, read(clip.path))
            yield Event("recordings", number, len(wanted), "sentences")
    else:
        yield from _side(place, "b", wanted, _opens(home, voice, against))
    yield Event("paired", len(wanted), len(wanted), "pairs", name)


class Audition:
    """An audition that was prepared: its pairs, the choices so far, and what they say."""

    def __init__(self, folder: Path, terms: Terms) -> None:
        self.folder = folder
        self.terms = terms
        place = folder / FOLDER / terms.id
        sides = [_spoken(place, side) for side in ("a", "b")]
        references = sorted(place.glob("x-*.flac")) if terms.against != PERSON else []
        both = [(text, sides[0][text], sides[1][text]) for text in sides[0] if text in sides[1]]
        differing = [(text, a, b) for text, a, b in both if a.read_bytes() != b.read_bytes()]
        self.same = len(both) - len(differing)
        self.pairs = tuple(
            Pair(
                artefacts.digest([text]),
                text,
                a,
                b,
                blind.first(terms.seed, terms.id, text),
                references[number % len(references)] if references else None,
            )
            for number, (text, a, b) in enumerate(differing)
        )
        self._choices = Choices(
            place.with_suffix(".choices.jsonl"), terms.id, [(pair.id, pair.first) for pair in self.pairs]
        )

    @classmethod
    def open(cls, home: PersonHome, name: str) -> Audition:
        """The audition with the id ``name``. Raises :class:`NotFound` and :class:`InputError` when it is damaged."""
        for folder, _ in artefacts.surveyed(home.voices)[0]:
            path = folder / FOLDER / f"{name}.json"
            if name.isalnum() and path.is_file():
                try:
                    return cls(folder, Terms(**json.loads(path.read_text(encoding="utf-8"))))
                except (OSError, ValueError, TypeError, KeyError) as error:
                    raise InputError(f"the audition {name} cannot be read: {error}", hint="make a new one") from None
        raise NotFound(f"there is no audition {name!r}", hint="make one with: likeness audition voice")

    @property
    def question(self) -> str:
        """What the person is asked of each pair."""
        if self.terms.against == PERSON:
            return "Which one is the recording of you?"
        return "Which one sounds more like you?"

    @property
    def choices(self) -> dict[str, Picked]:
        """What was chosen so far, by pair."""
        return self._choices.made

    def left(self) -> list[Pair]:
        """The pairs that nothing was chosen of yet."""
        return [pair for pair in self.pairs if pair.id not in self.choices]

    def choose(self, pair: Pair, place: int) -> None:
        """Keep that the sound at ``place`` (1 or 2) was chosen, or none (0). It is on the disk when this returns."""
        self._choices.choose(pair.id, place)

    def take(self, code: str) -> int:
        """Keep the choices in a page's code and return how many there were; see :meth:`blind.Choices.take`."""
        return self._choices.take(code)

    def result(self) -> Preference:
        """What the choices say so far. Against the person "chosen" are the pairs in which the voice was taken for
        the recording."""
        chosen = self._choices.count("a")
        return preference(
            self.terms.voice,
            self.terms.against,
            WORDS,
            chosen=chosen,
            judged=chosen + self._choices.count("b"),
            skipped=self._choices.count("skip"),
            same=self.same,
            pairs=len(self.pairs),
            told_apart=self.terms.against == PERSON,
        )

    def save(self) -> Preference:
        """Write the result beside the voice (``audition.json``, a list with an entry for each audition of it)."""
        found = self.result()
        others = [entry for entry in results(self.folder) if entry.get("id") != self.terms.id]
        entry = {"id": self.terms.id, "seed": self.terms.seed, "learned": self.terms.learned, **asdict(found)}
        files.write_json(self.folder / RESULT, {"auditions": [*others, entry]})
        return found


def results(voice: Path) -> list[dict[str, Any]]:
    """What auditions of the voice in ``voice`` found, for reports. Raises :class:`InputError` when damaged."""
    return blind.results(voice / RESULT)


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────

_Opens = Callable[[], AbstractContextManager[OpenVoice]]


def _check(home: PersonHome, manifest: Manifest, against: str) -> None:
    """Say that a side is not there before hours of speech by the other."""
    if against == BASE and not hasattr(plugins.engine(manifest.engine), "open_base"):
        raise EngineMissing(
            f"{manifest.engine} has no voice of its own to compare with",
            hint="compare with your recordings: --against person",
        )
    if "/" in against:
        engine, _, name = against.partition("/")
        if name not in {each.id for each in stock_voices(engine)}:
            raise NotFound(f"engine {engine!r} has no voice {name!r}", hint="see: likeness voices list")
    elif against not in (BASE, PERSON):
        voice_folder(home, against)


def _opens(home: PersonHome, voice: str, side: str) -> _Opens:
    """How a side that speaks is opened."""
    return partial(open_voice, home, voice, base=True) if side == BASE else partial(open_voice, home, side)


def _material(home: PersonHome, voice: str, manifest: Manifest) -> Generator[Event, None, Material]:
    """The person's recordings of this voice; the generator's value."""
    for step in gather(home, voice, manifest):
        if isinstance(step, Event):
            yield step
        else:
            found = step
    return found


def _sentences(material: Material, against: str, count: int) -> tuple[list[tuple[str, Clip | None]], bool]:
    """(text, its recording) of what both sides say, and whether the voice learned from them."""
    able = [
        clip
        for clip in material.held or material.reference
        if clip.transcript and _SECONDS[0] <= clip.seconds <= _SECONDS[1] and clip.emotion == material.neutral
    ]
    recorded: dict[str, Clip | None] = {clip.transcript: clip for clip in able}
    if against == PERSON:
        if not recorded:
            raise NotReady(
                "there are no recordings with transcripts to compare with", hint="give transcripts, and enrol again"
            )
        return list(recorded.items())[:count], not material.held
    if material.language != "en":
        if not recorded:
            raise NotReady("no sentences in that language are known", hint="give the recordings transcripts")
        return list(recorded.items())[:count], not material.held
    texts = dict.fromkeys([*UNSEEN, *(line.text for line in script(material.neutral).lines)])
    new: list[tuple[str, Clip | None]] = [(text, None) for text in texts if text not in recorded]
    return new[:count], False


def _side(place: Path, side: Side, wanted: Sequence[tuple[str, Clip | None]], opens: _Opens) -> Iterator[Event]:
    """Have what is missing of a side spoken, each sound kept as it is made. A sentence that fails is left out."""
    known = _spoken(place, side)
    missing = [text for text, _ in wanted if text not in known]
    if not missing:
        return
    stage = "first side" if side == "a" else "second side"
    failed: LikenessError | None = None
    with opens() as opened:
        for number, text in enumerate(missing, 1):
            try:
                sound = joined(
                    say(
                        opened.speaker,
                        text,
                        emotions=opened.emotions,
                        language=opened.language,
                        info=opened.info,
                        references=opened.references,
                    )
                )
            except EngineMissing:
                raise
            except LikenessError as error:
                failed = error
                yield Event(stage, number, len(missing), "sentences", f"left out: {error}")
                continue
            _keep(place, side, text, sound)
            yield Event(stage, number, len(missing), "sentences")
    if failed is not None and not _spoken(place, side):
        raise failed


def _keep(place: Path, side: str, text: str, sound: Audio) -> None:
    """Write a sound as it is heard: speech alone, at one level and rate, with no word of where it came from."""
    file = f"{side}-{artefacts.digest([text])}.flac"
    files.write_bytes(place / file, encode(_heard(sound), "flac"))
    lines.append(place / f"{side}.jsonl", {"text": text, "file": file})


def _heard(sound: Audio) -> Audio:
    plain = activity.trimmed(resample(sound, SPEECH_RATE), margin=0.1)
    return levelled(plain, voice_recipe())


def _spoken(place: Path, side: str) -> dict[str, Path]:
    found = {record["text"]: place / Path(record["file"]).name for record in lines.records(place / f"{side}.jsonl")}
    return {text: path for text, path in found.items() if path.is_file()}


def _keep_references(material: Material, place: Path) -> None:
    """Some recordings of the person, of middling length, to compare with."""
    clips = [clip for clip in material.reference if clip.emotion == material.neutral]
    clips.sort(key=lambda clip: abs(clip.seconds - 5.0))
    for number, clip in enumerate(clips[:_REFERENCES]):
        path = place / f"x-{number}.flac"
        if not path.is_file():
            files.write_bytes(path, encode(_heard(read(clip.path)), "flac"))
