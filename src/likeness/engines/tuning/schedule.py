"""The learning rate of each step: it rises in the warm-up, then falls to nothing or stays."""

from __future__ import annotations

import math
from typing import Literal

Schedule = Literal["cosine", "linear", "constant"]


def learning_rate(number: int, total: int, highest: float, schedule: Schedule, warmup_share: float) -> float:
    """The rate of step ``number`` (from 0) of ``total``.

    In the warm-up, ``warmup_share`` of the steps, it rises by equal parts and reaches ``highest`` with its last step.
    The first step has a rate above 0 and so has the last: no step is for nothing.
    """
    warmup = round(warmup_share * total)
    if number < warmup:
        return highest * (number + 1) / warmup
    left = (number - warmup) / max(1, total - warmup)
    if schedule == "cosine":
        return highest * (1 + math.cos(math.pi * left)) / 2
    return highest * (1 - left) if schedule == "linear" else highest
