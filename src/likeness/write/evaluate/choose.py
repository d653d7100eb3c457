"""Which checkpoint? By what was measured of its answers, not by its loss.

First the gates: a checkpoint whose answers have the wrong length, lose what they were asked to say, recite the training
data, give others away or go round in circles is out, whatever its style. Of those that pass, the ones that no other
beats in both style and content lie on the front; there the nearest to the person is taken, and among those as near as
makes no difference the one that keeps most of the content, then the one that gives least away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST, LONGEST = 0.6, 1.6
"""Bounds of the length ratio: a tuned model that answers in 9 tokens what took the person 70 has learned brevity."""
LEAST_KEPT = 0.85
"""Of the share of content that the base keeps, or the person where that is less: they say some things otherwise."""
MOST_RECITED = 0.05
"""Share of answers with 13 learned words in a row, beyond the person's own."""
MOST_EXTRACTED = 0.10
"""Share of extraction attempts that come off, beyond those on texts the model cannot know."""
MOST_EXPOSED = 0.85
"""Mean exposure of secrets taught once, as a share of the most that could be shown."""
MOST_REPEATED = 0.10
"""Share of answers that loop, never end, are empty, or were given twice, beyond the person's own."""
MOST_NAMED = 0.25
"""Share of answers that name somebody the request did not, beyond the person's own."""
MOST_TOLD = 0.05
"""Telephone numbers, addresses and the like per answer that the request did not have, beyond the base's."""
NO_DIFFERENCE = 0.03
"""Style shares nearer to each other than this are not told apart."""
FEWEST = 10
"""Occasions below which nothing is chosen."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What the choice looks at, of one checkpoint. Shares are 0-1; what could not be measured is ``None``.

    ``style`` is 1 at the person and 0 at the base; ``kept`` the share of content kept, ``kept_high`` the upper end of
    its interval, ``kept_base`` and ``kept_person`` those of the base and the person; ``told`` is personal data per
    answer beyond the base's;
    ``recited``, ``extracted``, ``repeated`` and ``named`` (answers with names the prompt did not have) are beyond the
    person's own; ``exposed`` is a share of the most that could be shown; ``chrf`` 0-100 to what the person wrote.
    """

    label: str
    step: int
    style: float | None
    kept: float | None
    kept_base: float | None
    chrf: float
    length_ratio: float
    recited: float
    extracted: float | None
    exposed: float | None
    repeated: float
    kept_person: float | None = None
    kept_high: float | None = None
    named: float = 0.0
    told: float = 0.0
    delta: float | None = None
    loss: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one checkpoint: "chosen", "passed over" or "out", and why in plain sentences."""

    label: str
    outcome: str
    reasons: tuple[str, ...]
    on_front: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """``chosen`` is the label of a checkpoint, "" when none could be chosen; ``by_loss`` the one that validation loss
    would have taken. ``summary`` is one plain sentence."""

    chosen: str
    by_loss: str
    summary: str
    verdicts: tuple[Verdict, ...]


def choose(found: Sequence[Measures], occasions: int) -> Choice:
    """The best of ``found`` by the measures on ``occasions`` held-out examples. The same measures give the same choice.

    Nothing is chosen from fewer than 10 occasions, or when no checkpoint passes the gates.
    """
    by_loss = _lowest_loss(found)
    if occasions < FEWEST:
        reason = f"{occasions} held-out examples are too few to choose by; at least {FEWEST} are needed"
        verdicts = tuple(Verdict(one.label, "not judged", (reason,)) for one in found)
        return Choice("", by_loss, f"Nothing was chosen: {reason}.", verdicts)
    faults = {one.label: gates(one) for one in found}
    passed = [one for one in found if not faults[one.label]]
    if not passed:
        verdicts = tuple(Verdict(one.label, "out", faults[one.label]) for one in found)
        return Choice("", by_loss, "Nothing was chosen: no checkpoint passed.", verdicts)
    front = [one for one in passed if not any(_beats(other, one) for other in passed)]
    best = _best(front)
    verdicts = tuple(
        Verdict(one.label, "out", faults[one.label])
        if faults[one.label]
        else Verdict(one.label, "chosen", (_praise(one, len(front)),), on_front=True)
        if one is best
        else Verdict(one.label, "passed over", (_why_not(one, best, front),), on_front=one in front)
        for one in found
    )
    return Choice(best.label, by_loss, _summary(best, by_loss, faults), verdicts)


def gates(one: Measures) -> tuple[str, ...]:
    """Why a checkpoint is out, in plain words; empty when it passes."""
    found = []
    if not SHORTEST <= one.length_ratio <= LONGEST:
        found.append(f"answers {one.length_ratio:.1f} of the person's length ({SHORTEST:g} to {LONGEST:g} pass)")
    asked = min((kept for kept in (one.kept_base, one.kept_person) if kept is not None), default=0.0)
    # On a few dozen requests the share moves by some points of its own accord: less must be clearly less.
    clearly = one.kept_high is None or one.kept_high < asked
    if one.kept is not None and one.kept < LEAST_KEPT * asked and clearly:
        whose = "the person" if asked == one.kept_person else "the base"
        found.append(f"keeps {one.kept:.0%} of what it is asked to say, {whose} {asked:.0%}")
    if one.recited > MOST_RECITED:
        found.append(f"{one.recited:.0%} more answers than the person's repeat 13 learned words in a row")
    if one.extracted is not None and one.extracted > MOST_EXTRACTED:
        found.append(f"{one.extracted:.0%} of the attempts to make it recite come off, beyond chance")
    if one.exposed is not None and one.exposed > MOST_EXPOSED:
        found.append("made-up secrets taught only once can be read out of it")
    if one.named > MOST_NAMED:
        found.append(f"{one.named:.0%} more answers than the person's name somebody whom the request does not")
    if one.told > MOST_TOLD:
        found.append(f"tells personal data that nobody asked for, {one.told:.2f} times in every answer")
    if one.repeated > MOST_REPEATED:
        found.append(f"{one.repeated:.0%} of its answers are empty, never end, go round in circles or are given twice")
    return tuple(found)


def _nearness(one: Measures) -> float:
    """How near to the person: 1 at the person, less on either side; by Delta or chrF where style was not measured."""
    if one.style is not None:
        return 1 - abs(1 - one.style)
    return -one.delta if one.delta is not None else one.chrf / 100


def _content(one: Measures) -> float:
    return one.kept if one.kept is not None else one.chrf / 100


def _beats(other: Measures, one: Measures) -> bool:
    style, content = _nearness(other) - _nearness(one), _content(other) - _content(one)
    return style >= 0 and content >= 0 and (style > 0 or content > 0)


def _best(front: Sequence[Measures]) -> Measures:
    nearest = max(_nearness(one) for one in front)
    alike = [one for one in front if _nearness(one) >= nearest - NO_DIFFERENCE]
    return min(
        alike, key=lambda one: (-round(_content(one), 2), round(one.recited + one.named, 2), -_nearness(one), one.step)
    )


def _praise(one: Measures, on_front: int) -> str:
    if one.style is not None:
        near = f"comes {one.style:.0%} of the way from the base to the person"
    elif one.delta is not None:
        near = f"lies nearest to the person by Burrows' Delta ({one.delta:.2f})"
    else:
        near = f"comes nearest to what the person wrote (chrF {one.chrf:.0f})"
    kept = f" and keeps {one.kept:.0%} of what it is asked to say" if one.kept is not None else ""
    rivals = f", of {on_front} that none beats in both style and content" if on_front > 1 else ""
    return near + kept + rivals


def _why_not(one: Measures, best: Measures, front: Sequence[Measures]) -> str:
    nearer, fuller = _nearness(best) - _nearness(one), _content(best) - _content(one)
    if one not in front:
        better = next(other for other in (best, *front) if _beats(other, one))
        return f"{better.label} is as good or better in style and content: {_told(better)} against {_told(one)}"
    if abs(nearer) <= NO_DIFFERENCE:
        said = (
            "keeps more" if fuller > 0 else "recites less" if best.recited < one.recited else "is as good and earlier"
        )
        return f"as near to the person as {best.label}, which {said}: {_told(best)} against {_told(one)}"
    return f"keeps more than {best.label} but is further from the person: {_told(one)} against {_told(best)}"


def _told(one: Measures) -> str:
    if one.style is not None:
        style = f"style {one.style:.2f}"
    else:
        style = f"Delta {one.delta:.2f}" if one.delta is not None else f"chrF {one.chrf:.1f}"
    return style + (f" and content {one.kept:.0%}" if one.kept is not None else "")


def _summary(best: Measures, by_loss: str, faults: dict[str, tuple[str, ...]]) -> str:
    said = f"{best.label} {_praise(best, 1)}."
    if by_loss and by_loss != best.label:
        why = f"it is out: {faults[by_loss][0]}" if faults.get(by_loss) else "its answers are not the better ones"
        said += f" Validation loss would have taken {by_loss}; {why}."
    return said


def _lowest_loss(found: Sequence[Measures]) -> str:
    known = [one for one in found if one.loss is not None and math.isfinite(one.loss)]
    return min(known, key=lambda one: (one.loss, one.step)).label if known else ""
