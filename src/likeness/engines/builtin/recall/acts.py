"""What a sentence does: thanks, apologises, asks, declines … Rules on wording, for messages and for requests alike."""

from __future__ import annotations

import re
from typing import Literal

Act = Literal[
    "thank",
    "apologise",
    "congratulate",
    "decline",
    "accept",
    "confirm",
    "remind",
    "invite",
    "request",
    "ask",
    "suggest",
    "promise",
    "disagree",
    "inform",
]

_RULES: tuple[tuple[Act, str], ...] = (
    ("congratulate", r"\bcongrat|\bwell done\b|\bhappy (?:birthday|new year|anniversary)\b|\bproud of you\b|\bkudos\b"),
    ("apologise", r"\b(?:sorry|apolog\w+|my bad|forgive)\b"),
    (
        "decline",
        r"\b(?:declin\w+|turn(?:ing)? down|won't be able|will not be able|not going to make|have to pass|no thank"
        r"|(?:can't|cannot|can not|unable to) (?:make|come|attend|join))\b",
    ),
    ("remind", r"\b(?:remind\w*|don't forget|do not forget|nudge|chas(?:e|ing)|follow(?:ing)? up)\b"),
    (
        "invite",
        r"\b(?:invit\w+|would you like to (?:come|join)|(?:want|fancy) (?:to )?(?:join|grab|meet)\w*|join (?:us|me))\b",
    ),
    ("thank", r"\b(?:thank\w*|thx|thnx|tnx|grateful|gratitude|much appreciated|appreciate|cheers)\b"),
    (
        "accept",
        r"\b(?:accept\w*|count me in|i'm in|sounds (?:good|great|fine|like a plan)|works for me|happy to|that works"
        r"|(?:i'd|i would) (?:love|be (?:happy|glad|delighted)) to|see you (?:then|there))\b",
    ),
    (
        "confirm",
        r"\b(?:confirm\w*|all set|that's right|that is right|yes,? (?:it|that|we|i)|agree\w*|got it|received)\b",
    ),
    (
        "disagree",
        r"\b(?:disagree|i (?:don't|do not) (?:think|agree)|not (?:sure|convinced)|that's (?:wrong|not))\b",
    ),
    (
        "request",
        r"\A\W*(?:please|can you|could you|would you|will you|let me know|send me)\b|\brequest\w*"
        r"|\b(?:could|can|would|will) you (?:please|send|let|have|check|take|give|tell|share|look|help)\b"
        r"|\bplease (?:send|let|do|check|have|tell|give)\b|\bask(?:ing)? (?:\w+ ){0,2}(?:to|for)\b",
    ),
    (
        "ask",
        r"\?|\bwonder\w*\b|\b(?:ask(?:ing)?|enquir\w+|inquir\w+|find out) (?:\w+ ){0,2}"
        r"(?:if|whether|what|when|how|why|where|who|about)\b",
    ),
    (
        "suggest",
        r"\b(?:suggest\w*|propos\w+|how about|what about|why don't|maybe we|perhaps we|we could|you could|you might"
        r"|let's|i'd (?:try|use|recommend)|recommend\w*|try)\b",
    ),
    ("promise", r"\b(?:i'll|i will|promis\w+|i'm going to|will get back)\b"),
)
_COMPILED = tuple((act, re.compile(pattern, re.IGNORECASE)) for act, pattern in _RULES)
_ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Ms|Dr|Prof|St|approx)\.\Z")
_QUESTION = re.compile(r"\?\W*\Z")


def of(sentence: str) -> Act:
    """The act of one sentence; "inform" when nothing else fits."""
    text = sentence.replace("’", "'")
    question = bool(_QUESTION.search(text))
    for act, pattern in _COMPILED:
        if question and act in ("thank", "accept", "confirm", "promise", "decline", "disagree"):
            continue
        if pattern.search(text):
            return act
    return "inform"


def sentences(text: str) -> list[str]:
    """Sentences of ``text``: split at end marks before a capital or a face, and at line breaks."""
    pieces = re.split(r"(?<=[.!?…])[\"”')\]]*\s+(?=[\"“'(\[]?[^\s])|\n+", text.strip())
    joined: list[str] = []
    for piece in (piece.strip() for piece in pieces if piece.strip()):
        if joined and (_ABBREVIATED.search(joined[-1]) or not re.search(r"\w", piece)):
            joined[-1] += " " + piece
        else:
            joined.append(piece)
    return joined


def acts(text: str) -> list[Act]:
    """The acts of the sentences of ``text``, in order, without repeats."""
    return list(dict.fromkeys(of(sentence) for sentence in sentences(text)))
