"""Each take judged at once: its sound as on import (``speak.check``), and what only shows where the line is known.

| besides the check on import | said of the take                                              |
|-----------------------------|---------------------------------------------------------------|
| first or last word cut off  | speech within 40 ms of the take's beginning or end            |
| too near full scale         | a peak above -1 dBFS that does not clip yet                   |
| very quiet                  | speech under -38 dBFS (whispered: under -50)                  |
| reading speed               | outside 7-22 letters a second of speech (slow contexts: from 5) |
| lost sound                  | the sound card's blocks did not all arrive                    |
| another text was read       | characters heard wrongly, where a recogniser is ready         |
"""

from __future__ import annotations

from dataclasses import dataclass

from likeness.core.errors import LikenessError
from likeness.core.protocols import Recogniser
from likeness.core.types import Audio, ClipCheck, Verdict
from likeness.speak import activity
from likeness.speak.check import check
from likeness.speak.recognise import character_errors
from likeness.speak.scripts import Line

_EDGE_SECONDS = 0.04
_NEAR_FULL_SCALE_DBFS = -1.0
_QUIET_DBFS = {"whispered": -50.0}
_USUAL_QUIET_DBFS = -38.0
_SLOW = {"sad": 5.0, "tired": 5.0, "whispered": 5.0, "authoritative": 6.0}
_USUAL_SLOW, _FAST = 7.0, 22.0
OTHER_TEXT = 0.6
"""Share of characters heard wrongly from which another text was probably read.

Set for the weakest recogniser (PocketSphinx): the right text is at 0.33 in the middle and 0.55 at most for a person's
voice, another text over 0.71 but for those that share half of their words. It is too high to notice a text of which
only half was read; that shows in the reading speed."""


@dataclass(frozen=True, slots=True)
class TakeCheck:
    """What is said of a take. REFUSED: it cannot be kept. USABLE: kept, better read again. ``findings`` say why.

    ``heard`` is what the recogniser heard, ``heard_wrong`` the share of the line's characters that it heard otherwise;
    ``None`` where nobody listened.
    """

    verdict: Verdict
    findings: tuple[str, ...]
    check: ClipCheck
    heard: str | None = None
    heard_wrong: float | None = None


def take_check(audio: Audio, line: Line, *, recogniser: Recogniser | None = None, lost: int = 0) -> TakeCheck:
    """Judge the take of a line; with a ``recogniser`` also whether its words were read. ``lost``: blocks that did."""
    from likeness.speak.normalise import spoken

    found = check(audio, spoken(line.text))
    findings = [(found.verdict, _sentence(reason)) for reason in found.reasons]
    if found.verdict is not Verdict.REFUSED:
        findings += [(Verdict.USABLE, text) for text in _edges(audio)]
        findings += [(Verdict.USABLE, text) for text in _level_and_speed(found, line)]
    if lost:
        findings.append((Verdict.USABLE, "Some sound was lost on the way: close other programs and read it again."))
    heard, wrong = None, None
    if recogniser is not None and found.verdict is not Verdict.REFUSED:
        heard, wrong, problem = _listened(recogniser, audio, line)
        if problem:
            findings.append((Verdict.USABLE, problem))
        if heard is not None and wrong is not None and wrong > OTHER_TEXT:
            findings.append(
                (Verdict.USABLE, f"It sounds like another text ({_cited(heard)}): see that you read this one.")
            )
    order = (Verdict.GOOD, Verdict.USABLE, Verdict.REFUSED)
    worst = max((verdict for verdict, _ in findings), key=order.index, default=Verdict.GOOD)
    return TakeCheck(worst, tuple(text for _, text in findings), found, heard, wrong)


def _listened(recogniser: Recogniser, audio: Audio, line: Line) -> tuple[str | None, float | None, str]:
    """What was heard, the share of characters heard wrongly, and what went wrong with listening: a take that was read
    well must not be lost because of it."""
    try:
        heard = recogniser.recognise(audio, expected=line.text).text
    except LikenessError as error:
        return None, None, f"Whether it is the right text could not be heard: {error}."
    return heard, round(min(1.0, character_errors(line.text, heard).rate), 3), ""


def _edges(audio: Audio) -> list[str]:
    """Whether somebody was speaking already when it began, or still when it ended; a key's click does not count."""
    mask = activity.speech_mask(activity.levels(activity.without_rumble(audio)))
    edge = round(_EDGE_SECONDS / activity.HOP_SECONDS)
    found = []
    if mask[:edge].any():
        found.append("The beginning seems cut off: wait a moment after you press start.")
    if mask[-edge:].any():
        found.append("The end seems cut off: finish the last word before you press stop.")
    return found


def _level_and_speed(found: ClipCheck, line: Line) -> list[str]:
    from likeness.speak.normalise import spoken

    said = []
    if found.peak_dbfs > _NEAR_FULL_SCALE_DBFS and found.clipped_share == 0.0:
        said.append("It is near full scale: turn the microphone down a little, or sit back.")
    if found.level_dbfs < _QUIET_DBFS.get(line.emotion, _USUAL_QUIET_DBFS):
        said.append(f"It is quiet ({found.level_dbfs:.0f} dBFS): turn the microphone up, or come closer.")
    letters = sum(character.isalnum() for character in spoken(line.text))
    speed = letters / max(found.speech_seconds, 0.1)
    if speed > _FAST:
        said.append(
            f"It is very fast ({speed:.0f} letters a second): read more slowly, or see that nothing is missing."
        )
    elif speed < _SLOW.get(line.emotion, _USUAL_SLOW):
        said.append(f"It is very slow ({speed:.0f} letters a second): see that nothing else was said.")
    return said


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."


def _cited(text: str, longest: int = 60) -> str:
    words = " ".join(text.split())
    return f"“{words[:longest].rstrip()}{'…' if len(words) > longest else ''}”" if words else "no words at all"
