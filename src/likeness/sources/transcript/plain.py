"""Text with speaker labels, as Plaud, Otter and others write it, in whichever form most of its lines are.

[00:01:02] Sam: text      00:01:02 Sam: text      time, label, text
Sam Rivers (00:12): text                          label, time, text
[SPEAKER_00] [0:01 --> 0:04]: text                label in brackets, with a time or without
Speaker 1  00:00:05                               label and time, text in the next lines
00:00:05 Speaker 1                                time and label, text in the next lines
Sam: text                                         label, text
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

from likeness.sources.transcript.clock import TIME, seconds
from likeness.sources.transcript.labels import NAME, is_generic, is_label

_GAP = r"[ \t]{0,9}"  # bounded, so that no line takes longer than its length
_SPAN = rf"[\[(]?(?P<time>{TIME})(?:\s?(?:-->|->|[-–—]|to)\s?{TIME})?[\])]?"
_NAME = rf"(?P<name>{NAME}|\d{{1,2}})"
_FORMS: dict[str, re.Pattern[str]] = {
    form: re.compile(pattern)
    for form, pattern in {
        "time, label, text": rf"{_SPAN}{_GAP}[-–—|]?{_GAP}{_NAME}{_GAP}:(?!\d){_GAP}(?P<text>.*)",
        "label, time, text": rf"{_NAME}{_GAP},?{_GAP}(?=[\[(]){_SPAN}{_GAP}:?{_GAP}(?P<text>.*)",
        "label in brackets": rf"\[(?P<name>{NAME})\]{_GAP}(?:{_SPAN})?{_GAP}:{_GAP}(?P<text>.*)",
        "label and time": rf"{_NAME}[ \t,|-]{{1,9}}{_SPAN}{_GAP}:?(?P<text>)",
        "time and label": rf"{_SPAN}[ \t|-]{{1,9}}{_NAME}{_GAP}:?(?P<text>)",
        "label, text": rf"(?P<name>{NAME}){_GAP}[:：](?P<text>(?:[ \t].*)?)",
    }.items()
}
_UNTIMED = ("label, text", "label in brackets")
_ABOVE_ITS_TEXT = ("label and time", "time and label")
_ONLY_TIMED = re.compile(rf"[\[(]?{TIME}(?:\s*(?:-->|->|[-–—])\s*{TIME})?[\])]?(?:[ \t:–—-].*)?")
_FOOTER = re.compile(r"Transcribed by (?:https?://)?\S+\.?", re.IGNORECASE)
_FEWEST_TURNS, _FEWEST_UNTIMED, _MOST_LABELS = 3, 6, 24
_FEWEST_WORDS = 2.5
_BEGINNING = 300.0


class Segment(NamedTuple):
    """A stretch of one speaker's words. ``start`` in the units of its file, ``place`` says where it stands there."""

    speaker: str
    text: str
    start: float | None
    place: str


class Line(NamedTuple):
    """A line in a form: its number, label, time in seconds, and what follows."""

    number: int
    label: str
    time: float | None
    text: str


def form_of(text: str) -> str:
    """The form most of the lines are in; empty when this is no transcript with speakers."""
    lines = [stripped for line in text.splitlines() if (stripped := _bare(line))]
    fitting = [
        (len(found), form) for form in _FORMS if (found := list(_lines(lines, form))) and _fits(form, found, lines)
    ]
    return max(fitting, key=lambda item: item[0])[1] if fitting else ""


def has_times_only(text: str) -> bool:
    """True when lines begin with times of a recording and nobody is named."""
    lines = [stripped for line in text.splitlines() if (stripped := _bare(line))]
    timed = sum(_ONLY_TIMED.fullmatch(line) is not None for line in lines)
    return timed >= _FEWEST_TURNS and timed * 3 >= len(lines) and not form_of(text)


def segments(text: str, form: str) -> Iterator[Segment]:
    """One segment per labelled line with the lines that follow it. What stands before the first is left out."""
    current: Line | None = None
    said: list[str] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = _bare(raw)
        found = _line(number, line, form)
        if found is None:
            if line and not _FOOTER.fullmatch(line):
                said.append(line)
            continue
        if current:
            yield Segment(current.label, "\n".join(said), current.time, f"line {current.number}")
        current, said = found, [found.text] if found.text else []
    if current:
        yield Segment(current.label, "\n".join(said), current.time, f"line {current.number}")


def preamble(text: str, form: str) -> str:
    """What stands before the first labelled line: a title, a date."""
    before = []
    for number, raw in enumerate(text.split("\n"), start=1):
        if _line(number, _bare(raw), form):
            break
        before.append(raw)
    return "\n".join(before).strip("\ufeff \r\n")


def _bare(line: str) -> str:
    """Without the stars of Markdown around labels."""
    return line.strip("\ufeff \t\r").replace("**", "").removeprefix("- ")


def _line(number: int, line: str, form: str) -> Line | None:
    match = _FORMS[form].fullmatch(line)
    if not match or not is_label(match["name"], strict=True):
        return None
    time = match.groupdict().get("time")
    return Line(number, match["name"].strip(), seconds(time) if time else None, match["text"].strip())


def _lines(lines: list[str], form: str) -> Iterator[Line]:
    return (found for number, line in enumerate(lines) if (found := _line(number, line, form)))


def _fits(form: str, found: list[Line], lines: list[str]) -> bool:
    turns = [label for label, _ in groupby(line.label for line in found)]
    labels = Counter(turns)
    unnamed = all(map(is_generic, labels))
    times = [line.time for line in found if line.time is not None]
    forward = sum(later >= earlier for earlier, later in pairwise(times))
    if len(found) < _FEWEST_TURNS or len(labels) > _MOST_LABELS:
        return False
    if times and (len(set(times)) < 2 or forward < 0.8 * (len(times) - 1)):
        return False
    if form in _UNTIMED and not times:
        words = sum(len(line.text.split()) for line in found) / len(found)
        repeated = len(turns) >= 2 * len(labels) and len(labels) > 1
        spread = len(found) >= 0.6 * len(lines) or unnamed
        return len(turns) >= _FEWEST_UNTIMED and repeated and spread and words >= _FEWEST_WORDS
    if form in _ABOVE_ITS_TEXT:
        numbers = {line.number for line in found}
        with_text = sum(number + 1 not in numbers and number + 1 < len(lines) for number in numbers)
        # "09:30 Breakfast" is a programme: it does not begin at nought, and few labels come again.
        begins = bool(times) and times[0] < _BEGINNING
        known = unnamed or len(labels) * 2 <= len(found) or (begins and len(labels) < len(found))
        return known and with_text >= 0.7 * len(found)
    return len(found) >= 6 or len(labels) < len(found) or unnamed
