"""A document spoken in a voice, part by part: one loop for the command line, the page and comparisons."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from likeness.core.errors import InputError
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.types import Audio
from likeness.speak.documents import Document
from likeness.speak.generate import OpenVoice, Plan, joined, open_voice, perform, plan
from likeness.speak.script import Manner


@dataclass(slots=True)
class Reading:
    """A document planned for a voice. ``notes`` are for the listener; :meth:`pieces` is the sound."""

    voice: OpenVoice
    plans: tuple[Plan, ...]
    notes: tuple[str, ...]
    done: int = field(default=0)

    @property
    def sentences(self) -> int:
        """How many there are."""
        return sum(len(made.segments) for made in self.plans)

    def pieces(self, *, whole: bool = False) -> Iterator[Audio]:
        """The sound, mono at 22,050 Hz, as soon as it is made; ``done`` counts the sentences meanwhile."""
        before = 0
        for made in self.plans:

            def count(sentences: int, before: int = before) -> None:
                self.done = before + sentences

            yield from perform(self.voice.speaker, made, references=self.voice.references, whole=whole, done=count)
            before += len(made.segments)


def reading(voice: OpenVoice, document: Document, manner: Manner, *, seed: int = 0) -> Reading:
    """Plan a document for a voice. A part in which nothing can be said is left out, unless it is the only one.

    An emotion's mark holds to the end of its part (20,000 characters). Raises what ``plan`` raises.
    """
    plans: list[Plan] = []
    for part in document.parts:
        try:
            plans.append(
                plan(
                    part,
                    manner,
                    emotions=voice.emotions,
                    info=voice.info,
                    seed=seed,
                    language=voice.language,
                    is_ssml=document.is_ssml,
                )
            )
        except InputError:
            if len(document.parts) == 1 or any(map(str.isalnum, part)):
                raise
    notes = tuple(dict.fromkeys(note for made in plans for note in made.notes))
    return Reading(voice, tuple(plans), notes)


def before_and_after(
    home: PersonHome, voice: str, document: Document, manner: Manner, *, against: str = "", seed: int = 0
) -> Generator[Event, None, tuple[Audio, Audio, Sequence[str]]]:
    """The same words by the voice that a person's was made of, and by the person's: both sounds, and the notes.

    ``against`` names another voice to compare with ("ENGINE/VOICE"). Raises as ``open_voice``, ``plan`` and ``perform``
    do; nothing is ever taken in place of a base that cannot be heard.
    """
    sounds: list[Audio] = []
    notes: dict[str, None] = {}
    for stage, name, base in (("before", against or voice, not against), ("after", voice, False)):
        with open_voice(home, name, base=base) as opened:
            made = reading(opened, document, manner, seed=seed)
            pieces: list[Audio] = []
            for piece in made.pieces(whole=True):
                pieces.append(piece)
                yield Event(stage, made.done, made.sentences, "sentences")
            sounds.append(joined(iter(pieces)))
            if stage == "after":
                notes.update(dict.fromkeys(made.notes))
            yield Event(stage, made.sentences, made.sentences, "sentences")
    return sounds[0], sounds[1], tuple(notes)
