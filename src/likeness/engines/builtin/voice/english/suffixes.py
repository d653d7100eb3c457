"""Pronouncing inflected words from their stem: plural, possessive, past, -ing, -er, -ly and their like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Phones = tuple[str, ...]
Find = Callable[[str], Phones | None]

_SIBILANTS = frozenset(("S", "Z", "SH", "ZH", "CH", "JH"))
_VOICELESS = frozenset(("P", "T", "K", "F", "TH", "S", "SH", "CH"))

# Ending, its sound, and the least length of the stem before it. Endings and prefixes that are not here (-er, -able,
# de-, dis-, co-) are read better by the letter-to-sound model.
_PLAIN_ENDINGS: tuple[tuple[str, str, int], ...] = (
    ("ing", "IH0 NG", 2),
    ("ings", "IH0 NG Z", 2),
    ("in'", "IH0 N", 2),
    ("ers", "ER0 Z", 3),
    ("est", "AH0 S T", 3),
    ("ly", "L IY0", 3),
    ("ness", "N AH0 S", 3),
    ("less", "L AH0 S", 3),
    ("ful", "F AH0 L", 3),
    ("ish", "IH0 SH", 3),
    ("ment", "M AH0 N T", 4),
    ("ments", "M AH0 N T S", 4),
    ("ship", "SH IH2 P", 3),
    ("hood", "HH UH2 D", 3),
    ("like", "L AY2 K", 3),
    ("wise", "W AY2 Z", 3),
    ("'ll", "AH0 L", 1),
    ("'d", "D", 1),
    ("'ve", "AH0 V", 1),
    ("'re", "ER0", 1),
)
_PREFIXES: tuple[tuple[str, str], ...] = (
    ("un", "AH0 N"),
    ("re", "R IY0"),
    ("non", "N AA2 N"),
    ("pre", "P R IY0"),
    ("mis", "M IH0 S"),
    ("over", "OW2 V ER0"),
    ("under", "AH2 N D ER0"),
    ("out", "AW2 T"),
    ("inter", "IH2 N T ER0"),
    ("super", "S UW2 P ER0"),
    ("anti", "AE2 N T IY0"),
    ("multi", "M AH2 L T IY0"),
    ("micro", "M AY2 K R OW0"),
)
_ONE_CONSONANT = re.compile("[^aeiou][aeiouy][^aeiouwxy]$|[cgsvz]$|[^aeiou]l$")


def plural(stem: Phones) -> Phones:
    """``stem`` with -s, voiced as its last sound asks (also the possessive and the third person)."""
    if stem[-1] in _SIBILANTS:
        return (*stem, "IH0", "Z")
    return (*stem, "S" if stem[-1] in _VOICELESS else "Z")


def past(stem: Phones) -> Phones:
    """``stem`` with -ed, voiced as its last sound asks."""
    if stem[-1] in ("T", "D"):
        return (*stem, "IH0", "D")
    return (*stem, "T" if stem[-1] in _VOICELESS else "D")


def inflected(word: str, find: Find) -> Phones | None:
    """``word`` as a stem that ``find`` knows plus a regular ending or prefix; ``None`` when it has neither."""
    if word.endswith("s'"):
        return find(word[:-1]) or inflected(word[:-1], find)
    for stem, ending in _s_or_ed(word):
        known = find(stem)
        if known:
            return plural(known) if ending == "s" else past(known)
    for ending, sound, least in _PLAIN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            for stem in _stems(word[: -len(ending)], vowel=ending[0] in "aei"):
                known = find(stem)
                if known:
                    return (*known[:-1], *sound.split()) if known[-1] == sound[0] == "L" else (*known, *sound.split())
    for prefix, sound in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 4:
            known = find(word[len(prefix) :])
            if known:
                return (*sound.split(), *known)
    return None


def _s_or_ed(word: str) -> Iterator[tuple[str, str]]:
    for ending in ("'s", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word[: -len(ending)]
            if not (ending == "s" and stem.endswith("s")):
                yield stem, "s"
    if word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y", "s"
    if word.endswith(("ses", "zes", "xes", "ches", "shes")):
        yield word[:-2], "s"
    if word.endswith("ed") and len(word) > 4:
        for stem in _stems(word[:-2], vowel=True):
            yield stem, "d"


def _stems(rest: str, *, vowel: bool) -> Iterator[str]:
    """Spellings of the stem that ``rest`` may come from, the likeliest first.

    Before a vowel a final e is dropped (hop-ing is hope) and a single consonant doubled (hopp-ing is hop).
    """
    if vowel and _ONE_CONSONANT.search(rest):
        yield rest + "e"
    if vowel and len(rest) > 2 and rest[-1] == rest[-2] and rest[-1] not in "lsfz":
        yield rest[:-1]
    yield rest
    if vowel:
        yield rest + "e"
        if len(rest) > 2 and rest[-1] == rest[-2]:
            yield rest[:-1]
    if rest.endswith("i"):
        yield rest[:-1] + "y"
