"""chrF: character n-gram F-score (Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation")."""

from __future__ import annotations

from collections import Counter

ORDER = 6
BETA = 2.0


def chrf(hypothesis: str, reference: str, order: int = ORDER, beta: float = BETA) -> float:
    """chrF of one text against one reference, 0-100.

    White space is left out, precision and recall are averaged over the n-gram orders 1 to ``order`` that both texts
    are long enough for, and recall weighs ``beta`` times as much (chrF2, the usual form).
    """
    made, wanted = "".join(hypothesis.split()), "".join(reference.split())
    precision: list[float] = []
    recall: list[float] = []
    for n in range(1, order + 1):
        have = Counter(made[i : i + n] for i in range(len(made) - n + 1))
        need = Counter(wanted[i : i + n] for i in range(len(wanted) - n + 1))
        if not have or not need:
            continue
        shared = sum((have & need).values())
        precision.append(shared / have.total())
        recall.append(shared / need.total())
    if not precision:
        return 0.0
    p, r = sum(precision) / len(precision), sum(recall) / len(recall)
    return 100 * (1 + beta**2) * p * r / (beta**2 * p + r) if p + r else 0.0
