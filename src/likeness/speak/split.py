"""Cut long recordings into clips at their pauses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from likeness.core.types import Audio
from likeness.speak import activity

SHORTEST, LONGEST, COMFORTABLE = 2.0, 15.0, 8.0
"""Lengths of clips in seconds: the least and the most, and the one from which the next real pause ends a clip."""
_REAL_PAUSE = 0.35
_ANY_PAUSE = 0.12
Span = tuple[float, float]


def at_pauses(audio: Audio) -> list[Span]:
    """Where to cut a recording into clips of 2-15 s: (start, end) in seconds, in order, silence between left out.

    Cuts lie in pauses; speech without a pause for 15 s is cut at its quietest moment.
    """
    frame_levels = activity.levels(audio)
    spoken = activity.runs(activity.speech_mask(frame_levels))
    pieces = [(a * activity.HOP_SECONDS, b * activity.HOP_SECONDS) for a, b in spoken]
    clips: list[Span] = []
    for start, end in pieces:
        for piece in _cut_long(start, end, frame_levels):
            if clips and _belongs_to(clips[-1], piece):
                clips[-1] = (clips[-1][0], piece[1])
            else:
                clips.append(piece)
    return _without_crumbs(clips)


def _belongs_to(clip: Span, piece: Span) -> bool:
    """Whether the clip so far goes on: it fits, and it is short or the pause is only a breath."""
    length, pause, together = clip[1] - clip[0], piece[0] - clip[1], piece[1] - clip[0]
    if together > LONGEST or pause > 1.5:
        return False
    return length < SHORTEST or pause < _ANY_PAUSE or (length < COMFORTABLE and pause < 2 * _REAL_PAUSE)


def _cut_long(start: float, end: float, frame_levels: activity.Levels) -> list[Span]:
    if end - start <= LONGEST:
        return [(start, end)]
    first, last = round((start + SHORTEST) / activity.HOP_SECONDS), round((end - SHORTEST) / activity.HOP_SECONDS)
    last = min(last, first + round((LONGEST - SHORTEST) / activity.HOP_SECONDS))
    window = np.convolve(frame_levels[first:last], np.ones(5) / 5, mode="same")
    cut = (first + int(np.argmin(window))) * activity.HOP_SECONDS
    return [(start, cut), *_cut_long(cut, end, frame_levels)]


def _without_crumbs(clips: list[Span]) -> list[Span]:
    """Join clips under 2 s to a neighbour where that fits and no long silence lies between."""
    joined: list[Span] = []
    for clip in clips:
        if joined:
            before = joined[-1]
            short = min(clip[1] - clip[0], before[1] - before[0]) < SHORTEST
            if short and clip[1] - before[0] <= LONGEST and clip[0] - before[1] <= 1.5:
                joined[-1] = (before[0], clip[1])
                continue
        joined.append(clip)
    return joined


def by_sentences(audio: Audio, sentences: Sequence[str]) -> list[Span] | None:
    """Where each of ``sentences`` is spoken, or ``None`` when that cannot be told safely.

    The speech so far should be proportional to the letters so far, and near each such point one pause must stand out:
    of 0.3 s or more, and half as long again as any other. Every sentence must be spoken at 0.7 to 1.4 times the
    pace of the whole.
    """
    runs = activity.runs(activity.speech_mask(activity.levels(audio)))
    if len(sentences) < 2 or len(runs) < len(sentences):
        return None
    hop = activity.HOP_SECONDS
    letters = np.array([max(1, sum(c.isalnum() for c in sentence)) for sentence in sentences], dtype=float)
    spoken = np.array([last - first for first, last in runs], dtype=float) * hop
    pauses = np.array([after[0] - before[1] for before, after in pairwise(runs)], dtype=float) * hop
    expected = np.cumsum(letters)[:-1] / letters.sum() * spoken.sum()
    cuts = [_standing_out(pauses, np.abs(np.cumsum(spoken)[:-1] - point)) for point in expected]
    bounds = [0, *(cut + 1 if cut is not None else 0 for cut in cuts), len(runs)]
    if any(a >= b for a, b in pairwise(bounds)):
        return None
    pace = np.array([spoken[a:b].sum() for a, b in pairwise(bounds)]) / spoken.sum() / (letters / letters.sum())
    if pace.min() < 0.7 or pace.max() > 1.4:
        return None
    return [(runs[a][0] * hop, runs[b - 1][1] * hop) for a, b in pairwise(bounds)]


def _standing_out(pauses: NDArray[np.float64], distance: NDArray[np.float64]) -> int | None:
    """Which pause under 2 s of speech away is much the longest there."""
    near = np.flatnonzero(distance < 2.0)
    if not len(near):
        return None
    order = near[np.argsort(pauses[near])[::-1]]
    longest = float(pauses[order[0]])
    clear = len(order) == 1 or longest >= 1.5 * pauses[order[1]]
    return int(order[0]) if longest >= 0.3 and clear else None
