"""Abbreviations written out; the table is ``abbreviations.txt``.

A dot that belongs to the abbreviation goes, unless it also ends the sentence. "St." is Saint before a name and Street
after one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from importlib.resources import files

from likeness.speak.normalise.rule import Rule, one_of, rule, word_list
from likeness.speak.normalise.style import Style

# Words that begin a sentence more often than a name, so that a dot before them is a full stop.
STARTERS = word_list(
    "The A An I He She It We You They This That These Those But And So If When Then There Here What Why How Who "
    "My Your His Her Our Their In On At For To As Is Are Was Please Thanks"
)
_NO_NAME_AHEAD = rf"(?!{one_of(STARTERS)}\b)"

_DAYS = word_list("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_DAY = r"(Mon|Tues?|Wed|Thurs?|Thur|Fri|Sat|Sun)"


@cache
def table() -> dict[str, dict[str, str]]:
    """Context → abbreviation without its last dot → words."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for line in files(__package__).joinpath("abbreviations.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            context, short, words = line.split(maxsplit=2)
            found[context][short] = words
    return dict(found)


def ends_sentence(rest: str) -> bool:
    """Whether what follows a dot looks like a new sentence, or like nothing at all."""
    return not rest.strip(" \"')") or bool(re.match(r"[\"')]*\s+[\"'(]?[A-Z]", rest))


def _written_out(context: str) -> dict[str, str]:
    return table()[context]


def _name(match: re.Match[str], style: Style) -> str:
    return _written_out("name")[match[1]]


def _figure(match: re.Match[str], style: Style) -> str:
    return _written_out("figure")[match[1]] + " "


def _any(match: re.Match[str], style: Style) -> str:
    words = _written_out("any")[match[1]]
    rest = match.string[match.end() :]
    never_last = words.lower() in ("for example", "that is", "versus", "compare", "namely")
    if re.match(r"\s+(?:Ave|Blvd|Ct|Dr|Hwy|Ln|Pkwy|Pl|Rd|Sq|St)\b", rest):
        return words  # a street called after somebody: "King Jr. Blvd."
    return words + ("." if ends_sentence(rest) and not never_last else "")


def _days(match: re.Match[str], style: Style) -> str:
    """Sat. & Sun. → Saturday and Sunday."""
    first, second = (next(day for day in _DAYS if day.startswith(match[group])) for group in (1, 3))
    between = "and" if match[2] in ("&", "and") else "to"
    stop = "." if match[4] and ends_sentence(match.string[match.end() :]) else ""
    return f"{first} {between} {second}{stop}"


def _bare(match: re.Match[str], style: Style) -> str:
    return _written_out("bare")[match[1]]


def _street(match: re.Match[str], style: Style) -> str:
    full = {"St": "Street", "Dr": "Drive"}[match[2]]
    stop = "." if match[3] and ends_sentence(match.string[match.end() :]) else ""
    return f"{match[1]} {full}{stop}"


def _initials(match: re.Match[str], style: Style) -> str:
    """U.S. → US, a.m. → A M; the last dot stays where the sentence ends."""
    letters = match[0].replace(".", "")
    if letters.islower():
        letters = " ".join(letters.upper())
    return letters + ("." if ends_sentence(match.string[match.end() :]) else "")


def _letters_and(match: re.Match[str], style: Style) -> str:
    return " ".join(match[1]) + " and " + " ".join(match[2])


RULES: tuple[Rule, ...] = (
    rule(r"\b([A-Z]{1,3}) ?& ?([A-Z]{1,2})\b", _letters_and),
    rule(
        r"\b([A-Z][a-z]+(?:'s)?|\d+(?:st|nd|rd|th)) (St|Dr)\b(\.?)"
        rf"(?=\s*$|[,;:)!?]|\s+[a-z\d(]|\s+{one_of(STARTERS)}\b)",
        _street,
    ),
    rule(r"\b(Mr|Mrs|Ms|Dr|Prof)\.?(?=\s*(?:&|and)\s*(?:Mr|Mrs|Ms|Dr|Prof)\b)", _name),
    rule(rf"\b{_DAY}\.?\s?(&|and|to|[-–])\s?{_DAY}\b(?!\w)(\.?)", _days),
    rule(r"\b(\d{1,2}(?:st|nd|rd|th)) c\.(?!\w)", lambda match, style: f"{match[1]} century"),
    rule(r"\bb\. (?=(?:c\. ?)?(?:1\d|20)\d\d\b)", "born "),
    rule(r"\bd\. (?=(?:c\. ?)?(?:1\d|20)\d\d\b)", "died "),
    rule(rf"\b({one_of(table()['name'])})\b\.?(?=\s+(?:[A-Z]\.\s*)*[A-Z]){_NO_NAME_AHEAD}", _name),
    rule(rf"(?<![\w.])({one_of(table()['figure'])})\.\s?(?=[\d#]|[IVXLC]+\b)", _figure),
    rule(r"\bNo (?=\d)", "Number "),
    rule(r"\bP\.?S\.?(?=[:\s])", "P S"),
    rule(r"\bet al\.(?!\w)", "et al"),
    rule(r"\bPh\.?\s?D\b\.?", "P H D"),
    rule(rf"(?<![\w.])({one_of(table()['any'])})\.(?!\w)", _any),
    rule(rf"(?<![\w./'@-])({one_of(table()['bare'])})(?![\w'@-]|\.\w)", _bare),
    rule(r"\b(?:[A-Z]\.\s){1,3}(?=[A-Z][a-z])", lambda match, style: match[0].replace(".", "")),
    rule(r"(?<!\d)(?<!\d )\b(?:[A-Za-z]\.){2,6}", _initials),
)
