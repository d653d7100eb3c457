"""Which of two pronunciations a word spelled alike has here, from the words around it.

No tagger: the words before (and for a few, after) tell noun from verb in most sentences; where they say nothing, the
usual sense of ``heteronyms.txt`` is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from likeness.engines.builtin.voice.english.letters import word_set

Phones = tuple[str, ...]

_BEFORE_VERB = word_set(
    "to will would can could shall should must may might do don't did didn't does doesn't won't wouldn't can't "
    "couldn't shouldn't i you we they who please let's let help i'll you'll we'll they'll he'll she'll it'll i'd "
    "you'd we'd they'd never always usually often also just people"
)
_BEFORE_NOUN = word_set(
    "a an the this that these those my your his her its our their some any no each every another one of in on with "
    "for from by at about new first last next own same such very quite so too more most what whose which"
)
_PERFECT = word_set("have has had having i've you've we've they've was were been be being is are got get well")
_PAST_TIME = word_set("yesterday ago last already once previously before earlier morning week night was were had")
_MODALS = word_set("to will would can could shall should must may might let's please don't can't won't cannot")
_EYES = word_set("eye eyes cheek cheeks cry cried crying shed")
_AFTER_LIVES = word_set("in at on with near here there alone next by up down across around for together")
_AFTER_VERB = word_set("me you him her it us them the a an my your his our their this that these those up down")
_METAL_THINGS = word_set("poisoning pencil pencils pipe pipes paint weight weights shot acid battery")


@cache
def _table() -> dict[str, dict[str, Phones]]:
    table: dict[str, dict[str, Phones]] = {}
    text = files(__package__).joinpath("heteronyms.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, senses = line.split(maxsplit=1)
            pairs = (sense.split(maxsplit=1) for sense in senses.split("|"))
            table[word] = {name: tuple(phones.split()) for name, phones in pairs}
    return table


def resolve(words: Sequence[str], index: int) -> Phones | None:
    """How ``words[index]`` (all in lower case) is said in its sentence; ``None`` if it is no heteronym known here."""
    word = words[index]
    senses = _table().get(word)
    if senses is None:
        return None
    special = _SPECIAL.get(word)
    name = special(words, index) if special else _noun_or_verb(words, index)
    return senses.get(name, next(iter(senses.values())))


def _at(words: Sequence[str], index: int) -> str:
    return words[index] if 0 <= index < len(words) else ""


def _noun_or_verb(words: Sequence[str], index: int) -> str:
    before, after = _at(words, index - 1), _at(words, index + 1)
    if before in ("to", "not") and after in ("of", "and", "for"):
        return "verb" if before == "to" and after != "of" else "noun"
    if before in _BEFORE_VERB:
        return "verb"
    if before in _BEFORE_NOUN or before.endswith(("'s", "s'")):
        return "noun"
    if after in ("of", "is", "was", "are", "were"):
        return "noun"
    if after in _AFTER_VERB:
        return "verb"
    return ""


def _read(words: Sequence[str], index: int) -> str:
    before = _at(words, index - 1)
    if before in _PERFECT or (before in ("just", "already", "never", "ever") and _at(words, index - 2) in _PERFECT):
        return "past"
    if before in ("he", "she", "it") or before.endswith("'ve"):
        return "past"
    asked = {"did", "didn't"}.intersection(words[max(0, index - 4) : index])
    if asked or before in _MODALS or before in ("a", "the", "good") or before.endswith("'ll"):
        return "verb"
    return "past" if index and _PAST_TIME.intersection(words) else "verb"


def _live(words: Sequence[str], index: int) -> str:
    before, after = _at(words, index - 1), _at(words, index + 1)
    if before in ("a", "the", "is", "are", "was", "went", "go", "going", "goes", "now", "be") and after != "in":
        return "noun"
    if after in (
        "music",
        "stream",
        "show",
        "shows",
        "concert",
        "broadcast",
        "video",
        "performance",
        "chat",
        "audience",
    ):
        return "noun"
    return "verb"


def _close(words: Sequence[str], index: int) -> str:
    before, after = _at(words, index - 1), _at(words, index + 1)
    if after in ("to", "by", "friend", "friends", "enough", "together", "contact", "call", "attention"):
        return "verb" if before == "to" and after == "the" else "noun"
    if before in (
        "very",
        "so",
        "too",
        "quite",
        "really",
        "pretty",
        "as",
        "how",
        "is",
        "are",
        "was",
        "were",
        "get",
        "a",
    ):
        return "noun"
    return "verb"


def _use(words: Sequence[str], index: int) -> str:
    if _at(words, index - 1) in ("of", "no", "any", "good", "in", "for"):
        return "noun"
    return _noun_or_verb(words, index) or ("noun" if _at(words, index + 1) == "of" else "verb")


def _tear(words: Sequence[str], index: int) -> str:
    return "noun" if _EYES.intersection(words) or _at(words, index + 1) in ("drop", "drops", "gas") else "verb"


def _tears(words: Sequence[str], index: int) -> str:
    return "verb" if _at(words, index - 1) in ("he", "she", "it", "that", "which") else "noun"


def _wind(words: Sequence[str], index: int) -> str:
    after, before = _at(words, index + 1), _at(words, index - 1)
    return "verb" if after in ("up", "down", "back") or before in ("to", "will") else "noun"


def _wound(words: Sequence[str], index: int) -> str:
    return "past" if _at(words, index + 1) in ("up", "down", "around", "round", "through", "back") else "noun"


def _content(words: Sequence[str], index: int) -> str:
    before, after = _at(words, index - 1), _at(words, index + 1)
    return "verb" if after in ("with", "to") or before in ("is", "was", "are", "were", "am", "i'm", "be") else "noun"


def _bow(words: Sequence[str], index: int) -> str:
    return "verb" if _at(words, index + 1) in ("down", "out", "before", "to") else "noun"


def _dove(words: Sequence[str], index: int) -> str:
    return "verb" if _at(words, index + 1) in ("in", "into", "off", "under", "down") else "noun"


def _object(words: Sequence[str], index: int) -> str:
    return "verb" if _at(words, index + 1) == "to" else _noun_or_verb(words, index)


def _separate(words: Sequence[str], index: int) -> str:
    before = _at(words, index - 1)
    return "verb" if before in _MODALS or before in ("i", "we", "you", "they", "don't") else "noun"


def _lives(words: Sequence[str], index: int) -> str:
    before, after = _at(words, index - 1), _at(words, index + 1)
    if before in _BEFORE_NOUN or before in ("people's", "save", "saved", "both", "many"):
        return "noun"
    return "verb" if after in _AFTER_LIVES or before in ("he", "she", "it", "who") else "noun"


def _used(words: Sequence[str], index: int) -> str:
    """Used to go, I'm used to it; but: it is used to cut, we used a hammer."""
    if _at(words, index + 1) != "to" or _at(words, index - 1) in ("is", "was", "were", "be", "been", "being"):
        return "verb"
    return "habit"


def _produce(words: Sequence[str], index: int) -> str:
    return "noun" if _at(words, index - 1) in ("fresh", "local", "farm", "the", "organic", "of") else "verb"


def _lead(words: Sequence[str], index: int) -> str:
    """The metal where it is a material; to lead, and the lead, everywhere else."""
    return "metal" if _at(words, index + 1) in _METAL_THINGS else "verb"


_SPECIAL = {
    "read": _read, "lead": _lead, "live": _live, "close": _close, "use": _use, "tear": _tear, "tears": _tears,
    "lives": _lives, "used": _used, "produce": _produce, "wind": _wind, "wound": _wound, "content": _content,
    "bow": _bow, "dove": _dove, "object": _object, "separate": _separate,
}  # fmt: skip
