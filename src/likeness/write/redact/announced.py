"""Values that only a word nearby tells from any other number: documents, plates, door codes, birth dates.

The word may stand before the value, with a few small words, marks or a line break between, or right after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from likeness.write.redact.announcing_words import AND_THEN, LOCKS, PLACES
from likeness.write.redact.folding import folded
from likeness.write.redact.rules import RULES, Rule
from likeness.write.redact.shapes import DATE
from likeness.write.redact.spans import Span

_COMPILED = tuple((rule, tuple(rule.patterns()), *rule.gate()) for rule in RULES)
_WORD = re.compile(r"[^\W\d_]{2,5}(?![^\W\d_])")
_THE_CODE = re.compile(
    r"(?<!error )(?<!exit )(?<!area )(?<!zip )(?<!status )(?<!source )(?<!country )(?<!product )(?<!discount )"
    r"(?<!promo )"
    r"\b(?:code|kombination|código|codice|combination)(?:\s+(?:is|ist|est|es|è|c'est)\s+|"
    r":\s*)(\d{4,8}[#*A-Z]?)(?![\w.,/-]\w)",
    re.I,
)
_USED_STEMS = (
    "use", "type", "enter", "press", "dial", "punch", "tipp", "gib", "nimm", "tape", "compose", "marca", "pulsa",
    "teclea", "digita", "usa", "fai",
)  # fmt: skip
_USED_FOR = re.compile(
    rf"\b(?:use|type|enter|press|dial|punch in|tipp\w*|gib|nimm|tape[rz]?|compose[rz]?|marca|pulsa|teclea|"
    rf"digita|usa|fai)\s+(?:in\s+)?\(?([A-Z]?\d{{4,8}}[#*A-Z]?)(?!\w)(?=[^\n\d.]{{0,30}}\b(?:{LOCKS}|{PLACES})\b)",
    re.I,
)
_THEN = re.compile(rf"(?<![\w.,:/-])([A-Z]?\d{{4,8}}),? (?i:{AND_THEN})(?!\w)")
_COMBINATION = re.compile(
    r"(?:combinat\w+|combinaci[oó]n|combinazione|combinaison|zahlenkombination)[ \t]+(\d{4,6})(?![\w%]|"
    r"[.,:/-]\d)",
    re.I,
)
_BORN_SIGN = re.compile(rf"(?<![\w*])\*[ \t]{{0,2}}(?P<value>{DATE})(?=[ \t]+(?:in|à|en|a)\b|[ \t]*†|[ \t]*$)", re.M)
"""An asterisk before a date and a place, as in family trees."""


def find(text: str) -> Iterator[Span]:
    """Yield what a word nearby gives away. ``text`` as ``view.plain_view`` gives it."""
    lower = folded(text)
    if any(character.isdigit() for character in text):
        words = set(_WORD.findall(lower))
        for rule, patterns, stems, short in _COMPILED:
            if not words.isdisjoint(short) or any(stem in lower for stem in stems):
                yield from _announced(text, rule, patterns)
        if "cod" in lower or "kombination" in lower or "combination" in lower:
            yield from _codes(text, _THE_CODE)
        if "combina" in lower or "kombination" in lower:
            yield from _codes(text, _COMBINATION)
        yield from _codes(text, _THEN)
        if any(stem in lower for stem in _USED_STEMS):
            yield from _codes(text, _USED_FOR)
        if "*" in text:
            for match in _BORN_SIGN.finditer(text):
                yield Span(*match.span("value"), "birth date")


def _announced(text: str, rule: Rule, patterns: tuple[re.Pattern[str], ...]) -> Iterator[Span]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            if rule.holds(match["value"], match["gap"]):
                yield Span(*match.span("value"), rule.kind)


def _codes(text: str, pattern: re.Pattern[str]) -> Iterator[Span]:
    for match in pattern.finditer(text):
        if not re.fullmatch(r"(?:19|20)\d\d", match[1]):
            yield Span(*match.span(1), "password")
