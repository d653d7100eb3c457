"""From a text to the sentences that are spoken one after another: pure, so that it can be looked at before any sound.

A plan says of every sentence with which words, manner and mix of emotions it is asked for, which pause comes before it,
and what is done to its sound for an engine without style parameters of its own. Its notes are for the listener: what
was mixed, left out or makes no difference.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from likeness.core.errors import InputError
from likeness.core.protocols import EngineInfo
from likeness.core.types import SpeakRequest
from likeness.speak import feeling, marks, ssml
from likeness.speak.emotions import blend
from likeness.speak.script import AUTO, Boundary, Manner, Passage, Script, Silence

LONGEST_TEXT = 20_000
"""Characters that one call speaks at most."""
SENTENCE_PAUSE, PARAGRAPH_PAUSE, CLAUSE_PAUSE = 0.25, 0.55, 0.12
"""Silence added between sentences, paragraphs, and parts of a sentence, in seconds at the normal rate."""
LONGEST_SILENCE = 300.0
"""Seconds of asked-for pauses in one text at most."""
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_STOP = re.compile(r"[.!?…][\"')\]”’]*\s*$")
_COMMA = re.compile(r"[,;:—–)][\"')\]”’]*\s*$")


@dataclass(frozen=True, slots=True)
class Style:
    """What is done to the sound of a sentence afterwards (units as in :class:`SpeakRequest`)."""

    rate: float = 1.0
    pitch: float = 0.0
    pitch_range: float = 1.0
    energy: float = 0.0
    pauses: float = 1.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence, or the part of one that has a manner of its own.

    ``request`` is what the engine is asked, ``pause`` the seconds of silence before it, ``after`` what is done to its
    sound (``None``: nothing). ``whole``: its engine gives it in one piece, so that nothing is lost by judging it whole.
    """

    request: SpeakRequest
    pause: float = 0.0
    after: Style | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The sentences in order, the silence asked for at the end, in seconds, and notes for the listener."""

    segments: tuple[Segment, ...]
    ending: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def characters(self) -> int:
        """How much is spoken."""
        return sum(len(segment.request.text) for segment in self.segments)


def plan(
    text: str,
    manner: Manner | None = None,
    *,
    emotions: Collection[str] = (),
    info: EngineInfo | None = None,
    seed: int = 0,
    language: str = "en",
    is_ssml: bool | None = None,
) -> Plan:
    """Plan how ``text`` is spoken: plain, with marks (``speak.marks``), or SSML (``speak.ssml``).

    ``emotions`` are those that the voice was recorded in, ``info`` its engine's; without one the engine is taken to
    follow every style parameter and emotion itself. ``is_ssml`` ``None`` looks at the text.

    Raises :class:`InputError` for a text that is empty, too long, without anything to speak or not well formed, and
    for a value out of range.
    """
    manner = (manner or Manner()).checked()
    script = _read(text, manner, emotions, language, ssml.is_ssml(text) if is_ssml is None else is_ssml)
    gathered = _Gathered(emotions, info, seed, language)
    for item in script.items:
        gathered.take(item)
    gathered.flush()
    if not gathered.segments:
        raise InputError("the text has nothing in it that can be spoken", hint="give some words", param="text")
    if gathered.silence > LONGEST_SILENCE:
        raise InputError(
            f"the pauses in the text are {gathered.silence:.0f} s long together",
            hint=f"at most {LONGEST_SILENCE:.0f} s are spoken at once",
            param="text",
        )
    notes = dict.fromkeys((*script.notes, *gathered.notes))
    return Plan(tuple(gathered.segments), gathered.asked_pause, tuple(notes))


def _read(text: str, manner: Manner, emotions: Collection[str], language: str, as_ssml: bool) -> Script:
    if not text.strip():
        raise InputError("there is no text to speak", hint="give some words", param="text")
    if len(text) > LONGEST_TEXT:
        raise InputError(
            f"the text has {len(text):,} characters, over the limit of {LONGEST_TEXT:,}",
            hint="speak it in parts",
            param="text",
        )
    if as_ssml:
        return ssml.read(text, manner, language)
    return marks.read(text.replace("\r\n", "\n"), manner, emotions)


class _Gathered:
    """Makes segments of a script's items, in order."""

    def __init__(self, emotions: Collection[str], info: EngineInfo | None, seed: int, language: str) -> None:
        self.segments: list[Segment] = []
        self.notes: dict[str, None] = {}
        self.silence = 0.0
        self.asked_pause = 0.0
        self._emotions, self._info, self._seed, self._language = emotions, info, seed, language
        self._passages: list[Passage] = []
        self._pause = 0.0
        """Natural pause before the next segment, at the normal rate."""

    def take(self, item: Passage | Silence | Boundary) -> None:
        if isinstance(item, Passage):
            if self._passages and self._passages[-1].manner != item.manner:
                self.flush()
            self._passages.append(item)
            return
        self.flush()
        if isinstance(item, Silence):
            self.asked_pause += item.seconds
            self.silence += item.seconds
        elif self.segments:
            self._pause = max(self._pause, PARAGRAPH_PAUSE if item.paragraph else SENTENCE_PAUSE)

    def flush(self) -> None:
        """Make segments of the passages since the last change of manner."""
        if not self._passages:
            return
        manner = self._passages[0].manner
        for number, paragraph in enumerate(self._paragraphs()):
            if number and self.segments:
                self._pause = max(self._pause, PARAGRAPH_PAUSE)
            for sentence in paragraph:
                self._add(sentence, manner)
        # A comma at the end of a passage is not always left in its words.
        self._pause = max(self._pause, _after(self._passages[-1].text) if self.segments else 0.0)
        self._passages = []

    def _paragraphs(self) -> Iterator[list[str]]:
        """The sentences of each paragraph, in words."""
        from likeness.speak.normalise import sentences

        whole = ""
        for passage in self._passages:
            words = passage.text if passage.said else _unmarked(passage.text, passage.manner)
            whole += f"\x00{words}\x00" if passage.said else words
        for paragraph in _PARAGRAPHS.split(whole):
            yield sentences(self._spoken(paragraph))

    def _spoken(self, text: str) -> str:
        """``text`` read out, but for the stretches between NULs, which are words already."""
        from likeness.speak.normalise import spoken

        made = ""
        for number, part in enumerate(text.split("\x00")):
            if number % 2:
                made += part
                continue
            words = spoken(part, self._language) if self._reads else part
            # What leads over to what follows is no end of a text, where it would be dropped.
            if (lead := part.rstrip()[-1:]) in tuple(",;:") and words and words[-1] not in ",;:.!?":
                words += lead
            before = " " if part[:1].isspace() and made else ""
            made += before + (words if any(map(str.isalnum, words)) else part.strip()) + " " * part[-1:].isspace()
        return made

    @property
    def _reads(self) -> bool:
        """Whether figures can be read out in the language; engines of other languages read them themselves."""
        return self._language.partition("-")[0].casefold() == "en"

    def _add(self, sentence: str, manner: Manner) -> None:
        if manner.emotion == AUTO:
            sentence, emotion = feeling.felt(sentence, self._emotions)
            manner = replace(manner, emotion=emotion)
        if any(map(str.isalnum, sentence)):
            pause = self._pause * manner.pauses / manner.rate if self.segments else 0.0
            self.segments.append(self._segment(sentence, manner, max(pause, self.asked_pause)))
            self.asked_pause = 0.0
            self._pause = 0.0
        if self.segments:
            self._pause = max(self._pause, _after(sentence))

    def _segment(self, sentence: str, manner: Manner, pause: float) -> Segment:
        can = None if self._info is None else self._info.can
        mixed = blend(manner.emotion, self._emotions)
        if can is not None and "emotion" not in can and manner.emotion != "neutral":
            title = self._info.title if self._info else ""
            self.notes[f"{title} speaks without emotions: {manner.emotion!r} makes no difference."] = None
        elif mixed.note and (manner.emotion != "neutral" or self._emotions):
            self.notes[mixed.note] = None
        style = Style(manner.rate, manner.pitch, manner.pitch_range, manner.energy, manner.pauses)
        follows = can is None or "style" in can
        asked = style if follows else Style()
        request = SpeakRequest(
            text=sentence,
            rate=asked.rate,
            pitch_range=asked.pitch_range,
            pitch=asked.pitch,
            energy=asked.energy,
            emotion=manner.emotion,
            seed=self._seed,
            pauses=asked.pauses,
            blend=mixed.parts,
        )
        whole = can is not None and "streaming" not in can
        return Segment(request, pause, None if follows or style == Style() else style, whole)


def _after(text: str) -> float:
    """The pause that the end of ``text`` calls for."""
    return SENTENCE_PAUSE if _STOP.search(text) else CLAUSE_PAUSE if _COMMA.search(text) else 0.0


def _unmarked(text: str, manner: Manner) -> str:
    """``text`` without what could pass for the plan's own signs, and with pictures as words where they count."""
    plain = text.replace("\x00", " ")
    return feeling.carrying(plain) if manner.emotion == AUTO else plain
