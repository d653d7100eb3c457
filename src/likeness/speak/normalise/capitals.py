"""Words in capitals: shouting is lowered, so that it is not taken for initials; single words are left as they are."""

from __future__ import annotations

import re

from likeness.speak.normalise.rule import Rule, rule, word_list
from likeness.speak.normalise.style import Style

_KEPT = frozenset(
    word_list(
        "US USA UK EU UN TV PC ID IT AI AM PM NASA NATO FBI CIA NHS BBC CNN IBM HTML CSS PDF CEO CTO CFO HR PR VP DIY "
        "FAQ GPS USB CPU GPU RAM SQL API URL HTTP ASAP RSVP ETA TBD FYI OK DNA HIV AIDS MRI UFO ATM PIN VAT GDP"
    )
)
_LEAST_LONG = 4


def _lowered(match: re.Match[str], style: Style) -> str:
    words = match[0].split(" ")
    if not any(len(word.strip("'")) >= _LEAST_LONG and word not in _KEPT for word in words):
        return match[0]
    said = [word if word in _KEPT and len(word) > 2 else word.lower() for word in words]
    said = ["I" + word[1:] if word == "i" or word.startswith("i'") else word for word in said]
    before = match.string[: match.start()].rstrip()
    if not before or before[-1] in ".!?":
        said[0] = said[0][:1].upper() + said[0][1:]
    return " ".join(said)


# Three capital words in a row are shouting; two may be a name of initials ("NASA JPL").
RULES: tuple[Rule, ...] = (rule(r"\b[A-Z][A-Z']*(?: [A-Z][A-Z']*){2,60}\b", _lowered),)
