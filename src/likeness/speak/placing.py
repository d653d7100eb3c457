"""Which words belong to which clip: transcripts with times laid over the owner's stretches of a long recording."""

from __future__ import annotations

from collections.abc import Sequence

from likeness.speak.cues import Cue
from likeness.speak.recordings import Spoken

_LONGEST = 12.0
_INSIDE = 0.8
"""Share of a cue that must be the owner's for its words to be theirs."""
_LEAST_SECONDS = 1.0
Span = tuple[float, float]


def spans(owned: Sequence[Span], cues: Sequence[Cue]) -> list[Spoken]:
    """The clips to keep. Without ``cues``, the stretches themselves, without words.

    With words that have times of their own, each stretch with the words whose middle lies in it. With subtitles, runs
    of them that are the owner's, up to 12 s long: a subtitle's words are known to lie within it and no nearer, so that
    a clip begins and ends where subtitles do.
    """
    stretches = [(start, end) for start, end in owned if end - start >= _LEAST_SECONDS]
    if not cues:
        return [Spoken(start, end) for start, end in stretches]
    if cues[0].word:
        return [Spoken(start, end, _words_within(start, end, cues)) for start, end in stretches]
    runs: list[Spoken] = []
    for cue in cues:
        if _owned_share(cue, owned) < _INSIDE:
            continue
        last = runs[-1] if runs else None
        if last and cue.start - last.end < 0.3 and cue.end - last.start <= _LONGEST:
            runs[-1] = Spoken(last.start, cue.end, f"{last.transcript} {cue.text}")
        else:
            runs.append(Spoken(max(cue.start, last.end if last else 0.0), cue.end, cue.text))
    return [run for run in runs if run.end - run.start >= _LEAST_SECONDS]


def _words_within(start: float, end: float, cues: Sequence[Cue]) -> str:
    return " ".join(cue.text for cue in cues if start <= (cue.start + cue.end) / 2 < end)


def _owned_share(cue: Cue, owned: Sequence[Span]) -> float:
    inside = sum(max(0.0, min(end, cue.end) - max(start, cue.start)) for start, end in owned)
    speech = cue.end - cue.start
    return inside / speech
