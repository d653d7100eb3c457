"""What a voice is judged with: sentences to speak, and the person's recordings to hold them against.

Recordings that the voice did not learn from are best; where there are none, the engine can learn a second time without
some of them; else the learned ones are compared with, which flatters, and everything that needs no original is judged
on sentences nobody recorded.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from likeness.core import artefacts, corpus, sound_files
from likeness.core.artefacts import Manifest
from likeness.core.errors import NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.types import Audio, Clip, Verdict
from likeness.speak.evaluate.result import Basis, Missing
from likeness.speak.prepare import build_corpus, corpus_folder
from likeness.speak.recipe import voice_recipe
from likeness.speak.recordings import Recording, recordings

UNSEEN = (
    "The museum opens at nine, so we could meet at the station and walk there together.",
    "I have read your notes twice, and I think the second half should come first.",
    "Could you bring the blue folder tomorrow? I left mine in the office.",
    "It rained all weekend, but the garden needed it.",
    "Nobody told me that the bakery moves to the other side of the river in spring.",
    "We counted thirty chairs and only twenty guests, which was just as well.",
    "My sister laughs whenever she remembers the goat that followed us up the mountain.",
    "Please keep the receipt, because the shop wants to see it if the kettle breaks.",
    "Which of the two roads is quicker at this hour, and which one is safer?",
    "A quiet voice from the kitchen asked whether anybody still wanted soup.",
)
"""Sentences spoken for what needs no original. The first is under 100 characters and is the one that is timed."""
FELT = UNSEEN[1:3]
"""What is said with every emotion: the same sentences, so that only the emotion differs."""
MOST_CLIPS = 8
_MOST_REFERENCE = 40
_SHORTEST = 1.0
_HELD_SHARE = 0.25
NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence to be spoken with an emotion; ``clip`` is the person's recording of it, where there is one."""

    text: str
    kind: str
    emotion: str = NEUTRAL
    clip: Clip | None = None


@dataclass(slots=True)
class Material:
    """``lines`` to speak, ``reference`` clips that stand for the person, ``held`` clips that are compared with those
    (the ceiling; empty: the reference's own clips with the others), ``without`` clips to learn again without."""

    basis: Basis
    language: str
    lines: list[Line]
    reference: list[Clip]
    held: list[Clip]
    corpus: Path
    without: list[Clip] = field(default_factory=list)
    emotions: dict[str, list[Clip]] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)

    @property
    def neutral(self) -> str:
        """The emotion that the sentences without a feeling are spoken with: the one with most recordings, if none is
        neutral."""
        if not self.emotions or NEUTRAL in self.emotions:
            return NEUTRAL
        return max(self.emotions, key=lambda name: sum(clip.seconds for clip in self.emotions[name]))


def gather(home: PersonHome, voice: str, manifest: Manifest, *, again: bool = False) -> Iterator[Event | Material]:
    """Events of preparing recordings that were not learned from, where there are any, and the :class:`Material` last.

    ``again``: have the engine learn a second time, where there are none. Raises :class:`NotReady` when the voice's
    corpus is gone.
    """
    place = corpus_of(home, manifest)
    learned = corpus.load(place)
    clips = list(learned.clips)
    fresh = _not_learned(home, voice, place)
    held: list[Clip] = []
    if fresh:
        held = yield from _prepared(home, manifest, fresh)
    basis: Basis = "held out" if held else "learned"
    without: list[Clip] = []
    missing: list[Missing] = []
    if again and not held:
        without = held = _left_out(clips)
        basis = "learned again" if held else "learned"
        clips = [clip for clip in clips if clip not in held]
        if not held:
            missing.append(Missing("held-out sentences", "there are too few clips with transcripts to keep some back"))
    able = {clip.transcript: clip for clip in held or clips if clip.transcript and clip.seconds >= _SHORTEST}
    paired = _spread(list(able.values()), MOST_CLIPS)
    kind = "held out" if held else "learned"
    made = Material(
        basis,
        learned.language,
        [],
        _spread([clip for clip in clips if clip.seconds >= _SHORTEST] or clips, _MOST_REFERENCE),
        held,
        place,
        without,
        _by_emotion([*clips, *held]),
        missing,
    )
    made.lines = _lines(made, paired, kind)
    if not paired:
        made.missing.append(Missing("duration_ratio", "no recording has a transcript", "give transcripts, enrol again"))
    yield made


def _lines(material: Material, paired: Sequence[Clip], kind: str) -> list[Line]:
    neutral = material.neutral
    unseen = list(UNSEEN)
    if material.language != "en":
        unseen = []
        reason = f"the sentences nobody recorded are English, the voice speaks {material.language!r}"
        material.missing.append(Missing("unseen sentences", reason, "recordings with transcripts are spoken instead"))
        if not paired:
            raise NotReady(reason, hint="give transcripts to some recordings, and enrol the voice again")
    lines = [Line(text, "unseen", neutral) for text in unseen]
    same = [Line(clip.transcript, kind, clip.emotion, clip) for clip in paired]
    felt = [line.text for line in lines if line.text in FELT] or [clip.transcript for clip in paired[:2]]
    names = [name for name in material.emotions if name != neutral]
    return [*lines[:1], *same, *lines[1:], *(Line(text, "unseen", name) for name in names for text in felt)]


def corpus_of(home: PersonHome, manifest: Manifest) -> Path:
    """The folder of the corpus that a voice was made of. Raises :class:`NotReady` when it is gone."""
    for parent in manifest.parents:
        if (home.root / parent).is_dir():
            return home.root / parent
    raise NotReady(f"the corpus of voice {manifest.name!r} is gone", hint="enrol the voice again")


def read(path: Path) -> Audio:
    """A clip of a corpus or a take, read in this process. Raises :class:`InputError` when it is gone or damaged."""
    return sound_files.read(path, hint="enrol the voice again")


def _not_learned(home: PersonHome, voice: str, place: Path) -> list[Recording]:
    """Recordings of the same person and emotions that are not in the corpus. A voice that was made of uploads of its
    own is somebody else's than the rest, so only further uploads for it count."""
    known = recordings(home)
    used = set(artefacts.load(place).extra.get("recordings", ()))
    learned = [item for item in known if item.id in used]
    whose = {item.voice for item in learned}
    emotions = {item.emotion for item in learned}
    return [
        item
        for item in known
        if item.id not in used
        and item.voice in whose
        and item.emotion in emotions
        and item.check.verdict is not Verdict.REFUSED
    ]


def _prepared(home: PersonHome, manifest: Manifest, fresh: Sequence[Recording]) -> Generator[Event, None, list[Clip]]:
    """The clips of ``fresh``, prepared as the voice's own were; returned as the value of the generator."""
    recipe = voice_recipe(**manifest.recipe)  # an option that came later is as its preset has it
    name = ""
    for event in build_corpus(home, recipe=recipe, only=[item.id for item in fresh]):
        name = event.note
        yield event
    return list(corpus.load(corpus_folder(home, name)).clips)


def _left_out(clips: Sequence[Clip]) -> list[Clip]:
    """Clips to learn again without: with transcripts, spread over the corpus, at most eight and a quarter of it."""
    able = [clip for clip in clips if clip.transcript and clip.seconds >= _SHORTEST]
    room = _HELD_SHARE * sum(clip.seconds for clip in clips)
    chosen: list[Clip] = []
    for clip in _spread(able, MOST_CLIPS):
        if clip.seconds <= room:
            chosen.append(clip)
            room -= clip.seconds
    return chosen


def _by_emotion(clips: Sequence[Clip]) -> dict[str, list[Clip]]:
    found: dict[str, list[Clip]] = {}
    for clip in clips:
        found.setdefault(clip.emotion, []).append(clip)
    return found


def _spread(clips: Sequence[Clip], most: int) -> list[Clip]:
    """At most ``most`` of ``clips``, evenly from all along them."""
    if len(clips) <= most:
        return list(clips)
    return [clips[number * len(clips) // most] for number in range(most)]
