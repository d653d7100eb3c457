"""Plain or assistant-like text put into the person's words, with its content checked."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from likeness.core import spans
from likeness.engines.builtin.recall.edits import THRESHOLD, EditModel, Proposal
from likeness.engines.builtin.recall.habits import Habits
from likeness.engines.builtin.recall.neutralise import neutralise, parts
from likeness.engines.builtin.recall.reference import Manner
from likeness.engines.builtin.recall.sites import Situation
from likeness.engines.builtin.recall.tokens import Token, join, tokenise

USUAL = Manner()


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The text and how it came about: edits made, and edits withdrawn because content would have been lost."""

    text: str
    edits: int
    withdrawn: int


def rewrite(
    text: str,
    model: EditModel,
    habits: Habits,
    situation: Situation,
    *,
    manner: Manner = USUAL,
    temperature: float = 0.0,
    seed: int = 0,
) -> Rewritten:
    """Put the body of ``text`` into the person's words.

    ``manner`` overrules their usual habits for this one text. With ``temperature`` above 0
    each likely edit is made with its own probability, drawn from ``seed``.
    """
    body = parts(text).body or text.strip()
    plain = neutralise(body, habits.names, wording=False)
    tokens, _ = tokenise(plain, habits.names)
    if not tokens:
        return Rewritten(text.strip(), 0, 0)
    proposals = model.propose(tokens, situation, THRESHOLD if temperature <= 0 else THRESHOLD * 0.5)
    proposals = [proposal for proposal in proposals if manner.keeps(proposal)]
    if temperature > 0:
        chance = random.Random(seed)
        proposals = [p for p in proposals if chance.random() < p.probability ** (1 / temperature)]
    made, kept = _checked(plain, tokens, proposals, model, habits, situation, manner)
    if spans.lost(body, made):
        made = body
    return Rewritten(made, len(kept), len(proposals) - len(kept))


def _checked(
    plain: str,
    tokens: Sequence[Token],
    proposals: Sequence[Proposal],
    model: EditModel,
    habits: Habits,
    situation: Situation,
    manner: Manner,
) -> tuple[str, Sequence[Proposal]]:
    """The text with all edits, or, if content is lost, with those that lose none."""

    def written(chosen: Sequence[Proposal]) -> str:
        text = join(manner.settle(model.apply(tokens, chosen, situation))).strip()
        return text.replace("'", "’") if habits.curly else text

    made = written(proposals)
    if not spans.lost(plain, made):
        return made, proposals
    kept: list[Proposal] = []
    for proposal in proposals:
        if not spans.lost(plain, written([*kept, proposal])):
            kept.append(proposal)
    made = written(kept)
    return (made, kept) if not spans.lost(plain, made) else (plain, [])
