"""What a number of choices between two says: a share, its interval, and one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass

LEVEL = 0.95
ENOUGH = 30
"""Pairs below which only a very clear preference can be told from chance."""


@dataclass(frozen=True, slots=True)
class Preference:
    """``chosen`` of ``judged`` pairs went to ``adapter`` (the name of an adapter or a voice); ``share`` is that ratio
    (0-1), ``None`` when none was judged.

    ``low`` and ``high``: the exact 95 % interval (Clopper and Pearson 1934); ``wilson_low`` and ``wilson_high``: the
    score interval (Wilson 1927), narrower and right on average. ``p_value``: two-sided, of a share of half.
    ``same`` pairs were equal and were not shown.
    """

    adapter: str
    against: str
    pairs: int
    judged: int
    chosen: int
    skipped: int
    same: int
    share: float | None
    low: float | None
    high: float | None
    wilson_low: float | None
    wilson_high: float | None
    p_value: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Words:
    """How a preference is told: ``subject`` is what was chosen, ``taken`` and ``apart`` how it is told where the other
    side was the person's own, ``more`` where that was found less like them than what was made."""

    subject: str
    taken: str
    apart: str
    more: str


def preference(
    adapter: str,
    against: str,
    words: Words,
    *,
    chosen: int,
    judged: int,
    skipped: int,
    same: int,
    pairs: int,
    told_apart: bool,
) -> Preference:
    """The preference in ``chosen`` of ``judged``. ``told_apart``: the other side was the person's own, so that half
    is the best there is."""
    if not judged:
        return Preference(
            adapter, against, pairs, 0, 0, skipped, same, None, None, None, None, None, None, "Nothing was chosen yet."
        )
    from scipy.stats import binomtest

    test = binomtest(chosen, judged)
    exact, score = test.proportion_ci(LEVEL, "exact"), test.proportion_ci(LEVEL, "wilson")
    low, high = float(exact.low), float(exact.high)
    return Preference(
        adapter,
        against,
        pairs,
        judged,
        chosen,
        skipped,
        same,
        chosen / judged,
        low,
        high,
        float(score.low),
        float(score.high),
        float(test.pvalue),
        _sentence(against, words, chosen, judged, low, high, told_apart=told_apart),
    )


def _sentence(
    against: str, words: Words, chosen: int, judged: int, low: float, high: float, *, told_apart: bool
) -> str:
    figures = (
        f"{chosen} of {judged} pairs: {chosen / judged:.0%} (between {low:.0%} and {high:.0%} with 95 % confidence)"
    )
    other = "the base" if against == "base" else against
    if told_apart:
        said = f"You took {words.taken} in {figures}. "
        if low > 0.5:
            said += words.more
        elif high < 0.5:
            said += words.apart
        else:
            said += "That could be chance, which is the best there is: you could not tell them apart for certain."
    else:
        said = f"You found {words.subject} more like you than {other} in {figures}. "
        if low > 0.5:
            said += "Chance alone would hardly do that."
        elif high < 0.5:
            said += f"So {other} is more like you."
        else:
            said += "That could be chance."
    if judged < ENOUGH:
        said += f" At least {ENOUGH} pairs are recommended."
    return said
