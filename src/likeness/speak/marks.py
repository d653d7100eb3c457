"""Marks in a text: ``[whispered] Come in. [neutral] Or not. [pause 0.5] [laughs]``.

An emotion's name holds until the next one or ``[/whispered]``; ``[pause]`` is half a second unless it says more.
Sounds that no voice makes by request (``[laughs]``) are left out and said. Brackets that are ordinary text stay: links,
footnotes, ``[sic]``, an editor's word in a quotation. A backslash before a bracket keeps it: ``\\[whispered]``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from likeness.core.errors import InputError
from likeness.speak.emotions import NAMES, known
from likeness.speak.normalise.rule import word_list
from likeness.speak.script import Boundary, Manner, Passage, Script, Silence

PAUSE_SECONDS, LONGEST_PAUSE = 0.5, 10.0
_BRACKET = re.compile(r"(\\?)\[(/?)([^\[\]\n\\]{1,60})\\?\](?![(\[:])")
_PAUSE = re.compile(r"(?:pause|break)(?:\s+(\d{1,4}(?:\.\d{1,4})?|\.\d{1,4})\s*(s|sec|seconds?|ms)?)?", re.IGNORECASE)
_WORDS = re.compile(r"[a-z]+(?:[ '-][a-z]+){0,3}")
_AT_START = re.compile(r"(?:^|[.!?…:\n])[\"'”’)*_]*\s*$")
_SOUNDS = frozenset(
    word_list(
        "laugh laughs laughing laughter chuckle chuckles chuckling giggle giggles giggling snicker snickers sigh "
        "sighs sighing exhale exhales inhale inhales breath breathes breathing gasp gasps gasping cough coughs "
        "coughing sneeze sneezes sniff sniffs sniffles sob sobs sobbing cry cries crying weep weeps weeping groan "
        "groans groaning moan moans yawn yawns yawning snort snorts scream screams screaming shout shouts shouting "
        "yell yells yelling hum hums humming sing sings singing whistle whistles gulp gulps swallow swallows "
        "clears wheeze wheezes wheezing cheer cheers applause applauds clap claps clapping music gunshot explosion "
        "silence"
    )
)
_ADVERBS = {
    "happily": "happy", "excitedly": "happy", "cheerfully": "happy", "joyfully": "happy", "sadly": "sad",
    "sorrowfully": "sad", "angrily": "angry", "furiously": "angry", "curiously": "surprised", "quietly": "whispered",
    "firmly": "authoritative", "sternly": "authoritative", "tiredly": "tired", "wearily": "tired",
    "playfully": "playful", "mischievously": "playful", "teasingly": "playful", "calmly": "neutral",
}  # fmt: skip
# Plain adjectives that a writer may well put in brackets inside a sentence: taken as marks at a sentence's beginning.
_ORDINARY_TOO = frozenset(("calm", "normal", "plain", "soft", "softly", "strong", "firm", "curious", "confident"))


def read(text: str, manner: Manner, recorded: Collection[str] = ()) -> Script:
    """``text`` with its marks taken out, in passages; ``recorded`` are the voice's emotions (its own names count too).

    Raises :class:`InputError` for a pause longer than 10 s.
    """
    items: list[Passage | Silence | Boundary] = []
    left_out: dict[str, None] = {}
    current, plain, start = manner, "", 0

    def ended() -> None:
        nonlocal plain
        if plain:
            items.append(Passage(plain, current))
        plain = ""

    for match in _BRACKET.finditer(text):
        plain += text[start : match.start()]
        start = match.end()
        escaped, closing, inside = match[1], match[2], " ".join(match[3].split())
        if escaped:
            plain += f"[{closing}{match[3]}]"
            continue
        if pause := _PAUSE.fullmatch(inside):
            ended()
            items.append(Silence(_seconds(pause, match[0])))
            continue
        begins = bool(_AT_START.search(plain)) if plain.strip() else not items or not _goes_on(items)
        emotion = _emotion(inside, begins, recorded)
        if emotion:
            ended()
            current = manner if closing else replace(current, emotion=emotion)
        elif not closing and _is_sound(inside, begins):
            left_out[match[0]] = None
            plain += " "
        else:
            plain += match[0]
    plain += text[start:]
    ended()
    notes = (f"Left out, since the voice has no such sound: {', '.join(left_out)}.",) if left_out else ()
    return Script(tuple(items), notes)


def _goes_on(items: list[Passage | Silence | Boundary]) -> bool:
    """Whether the text stops in the middle of a sentence."""
    last = items[-1]
    return isinstance(last, Passage) and not _AT_START.search(last.text)


def _seconds(pause: re.Match[str], mark: str) -> float:
    seconds = float(pause[1]) if pause[1] else PAUSE_SECONDS
    seconds /= 1000 if (pause[2] or "").lower() == "ms" else 1
    if seconds > LONGEST_PAUSE:
        raise InputError(
            f"{mark} is a pause of {seconds:g} s", hint=f"the longest is {LONGEST_PAUSE:g} s", param="text"
        )
    return seconds


def _emotion(inside: str, begins: bool, recorded: Collection[str]) -> str:
    """The emotion that a mark names, or "" when it names none."""
    word = inside.casefold()
    if word in recorded or word in NAMES or word == "auto":
        return word
    if word in _ORDINARY_TOO and not begins:
        return ""
    found = known(word)
    return found.name if found else _ADVERBS.get(word, "") if begins else ""


def _is_sound(inside: str, begins: bool) -> bool:
    """Whether a bracket asks for a sound or a manner that cannot be made: "laughs softly", "sarcastically" at the
    beginning of a sentence. A writer's own insertions ("[the dog]", "[only]" within a sentence) are none."""
    if not _WORDS.fullmatch(inside):
        return False
    first = inside.split()[0]
    return first in _SOUNDS or (begins and " " not in inside and first.endswith("ly") and len(first) > 5)
