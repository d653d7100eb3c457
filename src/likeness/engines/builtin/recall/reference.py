"""The manner of a sample given with one request: what it shows overrules the person's usual habits, no more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from likeness.engines.builtin.recall.edits import Proposal
from likeness.engines.builtin.recall.tokens import ENDS, Token, starts, tokenise

_FEWEST = 2
_WRITTEN_OUT = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|would|could|can) ?not|(?:i|you|we|they) (?:am|are|have|will|would))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Manner:
    """What a sample shows; ``None`` where it shows too little to go by.

    ``lower`` begins sentences in lower case, ``wide`` puts two spaces between them, ``short`` contracts, ``open_end``
    leaves the last mark out, ``lively`` ends sentences with "!"; ``face`` is the emoji or emoticon it ends with.
    """

    lower: bool | None = None
    wide: bool | None = None
    short: bool | None = None
    open_end: bool | None = None
    lively: bool | None = None
    face: str = ""

    def keeps(self, proposal: Proposal) -> bool:
        """False for an edit that goes against the sample."""
        contracts = any(word.startswith("'") or word == "n't" for word in proposal.own)
        if contracts and self.short is False:
            return False
        return not (proposal.start < proposal.end and "!" in "".join(proposal.own) and self.lively is False)

    def settle(self, tokens: Sequence[Token]) -> list[Token]:
        """Casing, spacing and end marks as in the sample."""
        out = list(tokens)
        begins = set(starts(out))
        for index, token in enumerate(out):
            if self.lower is not None and index in begins and token.kind == "word" and token.text != "I":
                first = token.text[:1].lower() if self.lower else token.text[:1].upper()
                out[index] = token = replace(token, text=first + token.text[1:])
            if self.wide is not None and index and token.space in (" ", "  ") and out[index - 1].text in ENDS:
                out[index] = replace(token, space="  " if self.wide else " ")
            if self.lively and token.text == ".":
                out[index] = replace(token, text="!")
        if out and self.open_end and out[-1].text == ".":
            out.pop()
        elif out and self.open_end is False and out[-1].kind in ("word", "name", "clitic"):
            out.append(Token("!" if self.lively else ".", "", "mark"))
        if self.face and not any(token.kind == "face" for token in out):
            out.append(Token(self.face, " ", "face"))
        return out


def manner(sample: str) -> Manner:
    """Read the manner of ``sample``; an empty one says nothing."""
    tokens, _ = tokenise(sample.strip())
    if not tokens:
        return Manner()
    begins = [tokens[i].text for i in starts(tokens) if tokens[i].kind == "word" and tokens[i].text != "I"]
    spaces = [t.space for before, t in pairwise(tokens) if before.text in ENDS and "\n" not in t.space]
    clitics = sum(token.kind == "clitic" and token.text != "'s" for token in tokens)
    plain = len(_WRITTEN_OUT.findall(sample))
    ends = [token.text for token in tokens if token.text in ENDS]
    faces = [token.text for token in tokens if token.kind == "face"]
    last = next((token for token in reversed(tokens) if token.kind != "face"), tokens[-1])
    return Manner(
        lower=_agreed([text[:1].islower() for text in begins]),
        wide=_agreed([space == "  " for space in spaces], 1),
        short=_agreed([True] * clitics + [False] * plain),
        open_end=last.kind in ("word", "name", "clitic") if last.text in ENDS or last.kind != "mark" else None,
        lively=_agreed(["!" in text for text in ends], 1),
        face=faces[-1] if faces and tokens[-1].kind == "face" else "",
    )


def _agreed(votes: Sequence[bool], fewest: int = _FEWEST) -> bool | None:
    """What at least three in four of enough votes say."""
    if len(votes) < fewest:
        return None
    share = sum(votes) / len(votes)
    return True if share >= 0.75 else False if share <= 0.25 else None
