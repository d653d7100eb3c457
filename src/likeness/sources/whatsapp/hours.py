"""The hour of a clock of twelve hours, by the words beside it, in any language."""

from __future__ import annotations

from likeness.sources.whatsapp.day_periods import BY_HOURS

_SEEN = {
    (0, 12): "a sa ap dop pd fm vm",
    (12, 12): "p ip ch du odp md em nm",
    (0, 6): "凌晨 清晨",
    (4, 8): "早上",
    (11, 3): "中午",
    (17, 8): "傍晚 晚上",
}
"""Forms seen in exports, before those of the table. "晚上" goes on after midnight."""


def _masks() -> dict[str, int]:
    masks: dict[str, int] = {}
    for table in (BY_HOURS, _SEEN):
        for (first, count), words in table.items():
            mask = sum(1 << (hour % 24) for hour in range(first, first + count))
            masks.update(dict.fromkeys(words.split(), mask))
    return masks


_MASKS = _masks()
"""For each word a bit for each hour it can stand beside."""


def hour_of(hour: int, part: str) -> int | None:
    """``hour`` (0 to 23, as written) on a clock of 24; ``None`` when ``part`` is no part of the day.

    Where both or none of the two hours are the word's own, the nearest to its hours is taken.
    """
    mask = _MASKS.get(part)
    if mask is None or hour > 12:
        return None if mask is None else hour
    early, late = hour % 12, hour % 12 + 12
    return early if _distance(early, mask) <= _distance(late, mask) else late


def _distance(hour: int, mask: int) -> int:
    return next(away for away in range(24) if mask >> (hour + away) % 24 & 1 or mask >> (hour - away) % 24 & 1)
