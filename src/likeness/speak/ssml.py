"""Speech Synthesis Markup Language: the elements of W3C SSML 1.1 that a voice can follow, read into a script.

    speak p s break prosody emphasis say-as sub w token phoneme lang mark    and    mstts:express-as, amazon:effect,
    amazon:emotion, google:style                                             whose style or name is an emotion

``voice`` and ``audio`` are refused: no other voice or sound is ever mixed in. What else cannot be followed is read
plainly, and said. A document type or an entity of its own is refused, so that nothing is fetched or blown up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from xml.parsers import expat

from likeness.core.errors import InputError
from likeness.speak import say_as
from likeness.speak.emotions import known
from likeness.speak.marks import LONGEST_PAUSE
from likeness.speak.script import Boundary, Manner, Passage, Script, Silence

_DEEPEST = 40
_BREAKS = {"none": 0.0, "x-weak": 0.1, "weak": 0.2, "medium": 0.4, "strong": 0.7, "x-strong": 1.2}
_RATES = {"x-slow": 0.6, "slow": 0.8, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.6}
_PITCHES = {"x-low": -4.0, "low": -2.0, "medium": 0.0, "default": 0.0, "high": 2.0, "x-high": 4.0}
_SPANS = {"x-low": 0.4, "low": 0.7, "medium": 1.0, "default": 1.0, "high": 1.4, "x-high": 1.8}
_VOLUMES = {"silent": -20.0, "x-soft": -12.0, "soft": -6.0, "medium": 0.0, "default": 0.0, "loud": 6.0, "x-loud": 10.0}
_EMPHASES = {
    "strong": (0.85, 2.0, 4.0),
    "moderate": (0.92, 1.0, 2.0),
    "none": (1.0, 0.0, 0.0),
    "reduced": (1.08, -0.5, -2.0),
}
"""Factor on the rate, semitones, dB."""
_STYLES = {"express-as": "style", "effect": "name", "emotion": "name", "style": "name"}
_OTHER_STYLES = {
    "whispered": "whispered", "cheerful": "happy", "hopeful": "happy", "friendly": "happy", "lively": "happy",
    "unfriendly": "angry", "shouting": "angry", "terrified": "surprised", "fearful": "surprised",
    "disgruntled": "angry", "depressed": "sad", "empathetic": "sad", "gentle": "whispered", "serious": "authoritative",
    "newscast": "neutral",
    "newscast-formal": "authoritative", "chat": "neutral", "disappointed": "sad", "apologetic": "sad",
}  # fmt: skip
_PLAIN = frozenset(("lang", "phoneme", "w", "token", "metadata", "meta", "lexicon", "desc", "lookup"))
_UNSAID = frozenset(("metadata", "desc"))
_REFUSED = {
    "voice": "the voice is chosen outside of the text",
    "audio": "no other sound is mixed into a voice",
    "background-audio": "no other sound is mixed into a voice",
}
_Value = TypeVar("_Value")
_NUMBER = r"[+-]?\d{1,4}(?:\.\d{1,4})?"


def is_ssml(text: str) -> bool:
    """Whether ``text`` says that it is SSML: it begins with ``<speak`` or an XML declaration."""
    return bool(re.match(r"\s*(?:<\?xml\b[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<speak\b", text, re.DOTALL))


def read(text: str, manner: Manner, language: str = "en") -> Script:
    """The script of an SSML document, said in ``manner`` but for what its elements change.

    Raises :class:`InputError`, naming line and column, for XML that is not well formed, an element that is refused, and
    a value that cannot be understood.
    """
    reader = _Reader(manner, language)
    parser = reader.parser
    try:
        parser.Parse(text.strip(), True)
    except expat.ExpatError as error:
        place = f"line {error.lineno}, column {error.offset + 1}"
        raise InputError(
            f"SSML, {place}: it is not well formed ({expat.ErrorString(error.code)})",
            hint="close every element, and write & as &amp; and < as &lt;",
            param="text",
        ) from None
    return Script(tuple(reader.items), tuple(reader.notes))


@dataclass(frozen=True, slots=True)
class _Level:
    """An open element: what it is, the manner in it, and what is done with its text."""

    name: str
    manner: Manner
    said: Callable[[str], str] | None = None
    text_at: int = 0


class _Reader:
    """Collects the script while expat reads."""

    def __init__(self, manner: Manner, language: str) -> None:
        self.items: list[Passage | Silence | Boundary] = []
        self.notes: dict[str, None] = {}
        self._base, self._language = manner, language
        self._open: list[_Level] = []
        self._aside: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ExternalEntityRefHandler = lambda *_: 0

    # ── what expat calls ──────────────────────────────────────────────────────────────────────────────────

    def _doctype(self, *_: object) -> None:
        raise self._error("a document type or entity is declared", "leave the <!DOCTYPE …> out")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        if not self._open and local != "speak":
            raise self._error(f"the outermost element is <{name}>", "begin with <speak> and end with </speak>")
        if len(self._open) >= _DEEPEST:
            raise self._error(f"elements are nested more than {_DEEPEST} deep", "nest less")
        if local in _REFUSED:
            raise self._error(f"<{name}> is not followed: {_REFUSED[local]}", f"take the <{name}> element out")
        manner = self._open[-1].manner if self._open else self._base
        said: Callable[[str], str] | None = None
        if local == "break":
            self._break(attributes)
        elif local in ("p", "s"):
            self.items.append(Boundary(paragraph=local == "p"))
        elif local == "prosody":
            manner = self._prosody(manner, attributes)
        elif local == "emphasis":
            level = self._one_of(attributes.get("level", "moderate"), _EMPHASES, "emphasis level")
            manner = replace(
                manner, rate=manner.rate * level[0], pitch=manner.pitch + level[1], energy=manner.energy + level[2]
            )
        elif local == "sub":
            alias = attributes.get("alias", "")
            if not alias.strip():
                raise self._error("<sub> has no alias", 'write <sub alias="World Wide Web">WWW</sub>')
            said = lambda _: alias  # noqa: E731 - what its text is replaced with
        elif local == "say-as":
            said = self._say_as(attributes)
        elif local in _STYLES:
            manner = self._style(manner, name, attributes.get(_STYLES[local], ""))
        elif local not in ("speak", "mark") and local not in _PLAIN:
            self.notes[f"<{name}> is not followed; what is in it is read plainly."] = None
        if local in ("lang", "phoneme"):
            self.notes[f"<{name}> is not followed; what is in it is read as English."] = None
        if local in _UNSAID:
            said = lambda _: ""  # noqa: E731
        self._open.append(_Level(local, manner.within(), said, len(self._aside)))

    def _end(self, name: str) -> None:
        level = self._open.pop()
        if level.said is not None:
            inner = "".join(self._aside[level.text_at :])
            del self._aside[level.text_at :]
            self._add(level.said(" ".join(inner.split())), level.manner, said=level.name == "say-as")
        if level.name in ("p", "s"):
            self.items.append(Boundary(paragraph=level.name == "p"))

    def _characters(self, text: str) -> None:
        level = self._open[-1]
        self._add(re.sub(r"\s+", " ", text), level.manner)

    def _add(self, text: str, manner: Manner, *, said: bool = False) -> None:
        if any(level.said is not None for level in self._open):
            self._aside.append(text)
        elif text:
            self.items.append(Passage(text, manner, said))

    # ── elements ──────────────────────────────────────────────────────────────────────────────────────────

    def _break(self, attributes: Mapping[str, str]) -> None:
        time = attributes.get("time", "")
        if not time:
            seconds = self._one_of(attributes.get("strength", "medium"), _BREAKS, "strength of a break")
        else:
            found = re.fullmatch(r"\+?(\d{1,5}(?:\.\d{1,4})?|\.\d{1,4})(ms|s)", time.strip(), re.IGNORECASE)
            if not found:
                raise self._error(f"{time!r} is not a time", "write it as 500ms or 1.5s")
            seconds = float(found[1]) / (1000 if found[2].lower() == "ms" else 1)
        if seconds > LONGEST_PAUSE:
            raise self._error(f"a break of {seconds:g} s is too long", f"the longest is {LONGEST_PAUSE:g} s")
        self.items.append(Silence(seconds))

    def _prosody(self, manner: Manner, attributes: Mapping[str, str]) -> Manner:
        for name, value in attributes.items():
            value = value.strip().lower()
            if name == "rate":
                manner = replace(manner, rate=manner.rate * self._factor(value, _RATES, name))
            elif name == "range":
                manner = replace(manner, pitch_range=manner.pitch_range * self._factor(value, _SPANS, name))
            elif name == "pitch":
                manner = replace(manner, pitch=manner.pitch + self._semitones(value))
            elif name == "volume":
                manner = replace(manner, energy=manner.energy + self._decibels(value))
            else:
                self.notes[f"The {name} of <prosody> is not followed."] = None
        return manner

    def _factor(self, value: str, names: Mapping[str, float], what: str) -> float:
        """What a value multiplies by: slow, 80% (of what it was), +20% (more), 1.2 (times)."""
        if value in names:
            return names[value]
        found = re.fullmatch(rf"({_NUMBER})(%?)", value)
        factor = 0.0
        if found:
            number = float(found[1])
            factor = number if not found[2] else 1 + number / 100 if value[0] in "+-" else number / 100
        if factor <= 0:
            raise self._error(f"{value!r} is no {what}", f"use {', '.join(names)}, a percentage or a factor")
        return factor

    def _semitones(self, value: str) -> float:
        if value in _PITCHES:
            return _PITCHES[value]
        if found := re.fullmatch(rf"({_NUMBER})st", value):
            return float(found[1])
        found = re.fullmatch(rf"({_NUMBER})%", value)
        if found and float(found[1]) > -100:
            change = float(found[1])
            return 12 * math.log2(1 + change / 100 if value[0] in "+-" else max(change, 1.0) / 100)
        if re.fullmatch(rf"{_NUMBER}hz", value):
            self.notes["A pitch in Hz is not followed: it would not be the person's. Semitones (+2st) are."] = None
            return 0.0
        raise self._error(f"{value!r} is no pitch", f"use {', '.join(_PITCHES)}, a percentage, or semitones as +2st")

    def _decibels(self, value: str) -> float:
        if value in _VOLUMES:
            return _VOLUMES[value]
        if found := re.fullmatch(rf"({_NUMBER})db", value):
            return float(found[1])
        if found := re.fullmatch(rf"({_NUMBER})(%?)", value):
            number = float(found[1])
            share = 1 + number / 100 if value[0] in "+-" else number / 100
            return 20 * math.log10(max(share, 0.1))
        raise self._error(f"{value!r} is no volume", f"use {', '.join(_VOLUMES)}, or decibels as +6dB")

    def _say_as(self, attributes: Mapping[str, str]) -> Callable[[str], str]:
        wanted = attributes.get("interpret-as", "").strip().lower()
        if not wanted:
            raise self._error("<say-as> does not say as what", 'write <say-as interpret-as="date">')
        detail = attributes.get("format", "").strip().lower()
        if wanted not in say_as.KINDS:
            self.notes[f"<say-as> knows no {wanted!r}; what is in it is read plainly."] = None
        if wanted in say_as.UNSAID:
            self.notes[f"What is marked as {wanted!r} is left out."] = None
        return lambda text: say_as.said(text, wanted, detail, self._language)

    def _style(self, manner: Manner, name: str, style: str) -> Manner:
        word = style.strip().lower()
        found = known(word)
        emotion = found.name if found else _OTHER_STYLES.get(word, "")
        if not emotion:
            self.notes[f"<{name}>: {style!r} is no emotion that is known; it is read plainly."] = None
            return manner
        return replace(manner, emotion=emotion)

    def _one_of(self, value: str, names: Mapping[str, _Value], what: str) -> _Value:
        found = names.get(value.strip().lower())
        if found is None:
            raise self._error(f"{value!r} is no {what}", f"use {', '.join(names)}")
        return found

    def _error(self, problem: str, hint: str) -> InputError:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        return InputError(f"SSML, line {line}, column {column}: {problem}", hint=hint, param="text")
