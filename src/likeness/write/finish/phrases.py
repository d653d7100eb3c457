"""The words of assistants by language, from ``phrases/*.yaml``, read once and only when something is finished."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")


@dataclass(frozen=True, slots=True)
class Phrases:
    """``assent``, ``here`` and ``openers`` are beginnings in lower case; the patterns search lower case.

    ``about``: a preamble speaks of the text. ``named``: it has one of the words for it. ``only_named``: it is an
    article and that word. ``offers``: an offer to change the draft. ``notes``: what was done to it. ``polite``: what
    people write as well as assistants. ``telling`` are words that make an offer or a note one about the draft.
    """

    assent: tuple[str, ...]
    here: tuple[str, ...]
    help: re.Pattern[str]
    helping: re.Pattern[str]
    about: re.Pattern[str]
    named: re.Pattern[str]
    only_named: re.Pattern[str]
    labels: frozenset[str]
    headings: frozenset[str]
    openers: tuple[str, ...]
    offers: re.Pattern[str]
    notes: re.Pattern[str]
    polite: re.Pattern[str]
    telling: frozenset[str]
    subjects: tuple[str, ...]


@cache
def phrases() -> Phrases:
    """Those of every language together: a model answers in the language it likes."""
    found: dict[str, list[str]] = {}
    for language in LANGUAGES:
        text = resources.files(__package__).joinpath(f"phrases/{language}.yaml").read_text(encoding="utf-8")
        for key, values in yaml.safe_load(text).items():
            found.setdefault(key, []).extend(map(str, values))
    words = {key: tuple(dict.fromkeys(values)) for key, values in found.items()}
    articles = "|".join(words["articles"])
    return Phrases(
        assent=words["assent"],
        here=words["here"],
        help=re.compile(rf"\A(?:{'|'.join(words['help'])})\b"),
        helping=_any(words["helping"], r"\b(?:{})\b"),
        about=_any(words["about"], r"\b(?:{})\b"),
        named=_any(words["nouns"], r"\b(?:{})\b"),
        only_named=_any(words["nouns"], rf"(?:(?:{articles})\s)?(?:{{}})\s*\Z"),
        labels=frozenset(words["labels"]),
        headings=frozenset(words["headings"]),
        openers=(*words["openers"], "---", "***", "___"),
        offers=_any(words["offers"], "{}"),
        notes=_any(words["notes"], "{}"),
        polite=_any(words["polite"], "{}"),
        telling=frozenset(words["telling"]),
        subjects=words["subjects"],
    )


def _any(patterns: tuple[str, ...], around: str) -> re.Pattern[str]:
    return re.compile(around.replace("{}", "|".join(patterns)))
