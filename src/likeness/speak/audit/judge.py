"""From measures to faults: what the check on import says, and what only shows beside the other clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from likeness.core.types import Verdict
from likeness.speak import check, measures
from likeness.speak.audit.consistency import likeness, strangeness
from likeness.speak.audit.model import ClipAudit, Fault, Mark, Measured


@dataclass(frozen=True, slots=True)
class Limits:
    """From where something is a fault. ``hum_under_speech_db``: hum this far below the speech is not heard;
    with less than ``words_heard_db`` of speech over noise, or with hum, no text is judged. ``strangeness`` and
    ``wrong_fit`` were set on the tuning speakers of ``bench.audit``."""

    hum_excess_db: float = measures.HUM_FROM_DB
    hum_under_speech_db: float = 45.0
    wrong_fit: float = 0.25
    wrong_words: float = 0.5
    words_heard_db: float = 8.0
    strangeness: float = 3.0
    unlike: float = 0.2
    """So far under an encoder's own threshold a clip is another's, whatever its timbre."""
    pace: tuple[float, float] = (0.6, 1.6)
    breath_under_speech_db: float = 20.0
    same_emotion_from: int = 8
    """So many clips of one emotion are compared among themselves, fewer with all."""


LIMITS = Limits()
_HIDES_THE_SPEAKER = frozenset({"noise", "reverberation", "bandwidth", "compression", "hum", "length", "clipping"})


def judged(
    clips: Sequence[Measured], limits: Limits = LIMITS, *, same_speaker: dict[str, float] | None = None
) -> tuple[ClipAudit, ...]:
    """Every clip with its faults. ``same_speaker`` are the encoders' own thresholds, the best encoder first."""
    strange = _by_emotion(clips, limits)
    encoder = next((name for name in same_speaker or {} if all(name in clip.vectors for clip in clips)), "")
    alike = likeness([clip.vectors[encoder] for clip in clips]) if encoder else None
    paces = [clip.syllables_per_second for clip in clips if clip.syllables]
    median = float(np.median(paces)) if len(paces) >= 3 else 0.0
    made = []
    for number, clip in enumerate(clips):
        found = [*_checked(clip), *_of_the_sound(clip, limits)]
        if clip.check.snr_db >= limits.words_heard_db and "hum" not in {fault.name for fault in found}:
            found += _of_the_text(clip, limits)
        pace = clip.syllables_per_second / median if median and clip.syllables else None
        if pace is not None and not limits.pace[0] <= pace <= limits.pace[1]:
            found.append(_pace(pace))
        close = float(alike[number]) if alike is not None else None
        if not _HIDES_THE_SPEAKER & {fault.name for fault in found}:
            least = (same_speaker or {}).get(encoder, -1.0)
            found += _of_the_speaker(strange[number], close, least, limits)
        made.append(
            ClipAudit(
                clip,
                tuple(found),
                likeness=None if close is None or len(clips) < 2 else round(close, 3),
                strangeness=round(strange[number], 2),
                pace=None if pace is None else round(pace, 2),
            )
        )
    return tuple(made)


def _by_emotion(clips: Sequence[Measured], limits: Limits) -> list[float]:
    """Strangeness beside the clips of the same emotion where they are many, beside all otherwise."""
    rows = [number for number, clip in enumerate(clips) if clip.timbre]
    found = [0.0] * len(clips)
    for number, value in zip(rows, strangeness([clips[n].timbre for n in rows]), strict=True):
        found[number] = float(value)
    for emotion in {clip.emotion for clip in clips}:
        same = [number for number in rows if clips[number].emotion == emotion]
        if limits.same_emotion_from <= len(same) < len(rows):
            for number, value in zip(same, strangeness([clips[n].timbre for n in same]), strict=True):
                found[number] = float(value)
    return found


def _checked(clip: Measured) -> list[Fault]:
    """What :mod:`speak.check` says of it, with the places where they are known."""
    return [
        Fault(each.fault, each.verdict, each.reason, tuple(mark for mark in clip.marks if mark.what == each.fault))
        for each in check.findings(clip.check, clip.transcript)
    ]


def _of_the_sound(clip: Measured, limits: Limits) -> list[Fault]:
    found = []
    under = clip.check.level_dbfs - clip.hum.level_dbfs
    if clip.hum.excess_db >= limits.hum_excess_db and under < limits.hum_under_speech_db:
        reason = (
            f"the mains hum at {clip.hum.mains_hz} Hz and its multiples, {under:.0f} dB under the speech: "
            "use another socket or cable, or run on battery"
        )
        found.append(Fault("hum", Verdict.REFUSED if under < 15 else Verdict.USABLE, reason))
    packed = clip.compression
    if packed.kind:
        what = "went through an MP3 encoder" if packed.kind == "mp3" else "ends as if cut off"
        ceiling = f", nothing above {packed.ceiling_hz / 1000:.1f} kHz" if packed.ceiling_hz else ""
        like = f" (like {packed.likely})" if packed.likely else ""
        reason = f"the sound {what}{ceiling}{like}: use the original recording, or record to WAV or FLAC"
        found.append(Fault("compression", Verdict.USABLE, reason))
    silences = tuple(mark for mark in clip.marks if mark.what == "silence")
    if silences:
        reason = f"silent for {clip.longest_silence:.1f} s in a row: it is cut when the voice is made"
        found.append(Fault("silence", Verdict.GOOD, reason, silences))
    loud = [breath for breath in clip.breaths if clip.check.level_dbfs - breath.dbfs < limits.breath_under_speech_db]
    if loud:
        marks = tuple(Mark("breaths", breath.start, breath.end) for breath in loud)
        said = "a loud breath is" if len(loud) == 1 else f"{len(loud)} loud breaths are"
        reason = f"{said} heard: they are softened when the voice is made; turn a little away from the microphone"
        found.append(Fault("breaths", Verdict.GOOD, reason, marks))
    return found


def _of_the_text(clip: Measured, limits: Limits) -> list[Fault]:
    hint = "correct the transcript, or read the text again"
    if clip.word_errors is not None and clip.word_errors > limits.wrong_words:
        if clip.fit is None or clip.fit < limits.wrong_fit:
            reason = f"something else is said, as far as it is heard (“{_short(clip.heard)}”): {hint}"
            return [Fault("transcript", Verdict.REFUSED, reason)]
    elif clip.fit is not None and clip.fit < limits.wrong_fit and clip.word_errors is None:
        return [Fault("transcript", Verdict.REFUSED, f"this is hardly what is said: {hint}")]
    return []


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"


def _pace(pace: float) -> Fault:
    said = (
        f"{pace:.1f} times as fast as the person usually speaks" if pace > 1 else f"only {pace:.0%} of the usual pace"
    )
    return Fault("pace", Verdict.USABLE, f"spoken at {said}: read it again at an even pace, or check its transcript")


def _of_the_speaker(strange: float, close: float | None, least: float, limits: Limits) -> list[Fault]:
    hint = "take it out, or record it again as the others were"
    if close is not None and close < least - limits.unlike:
        reason = f"it does not sound like the person in the other clips (similarity {close:.2f}): {hint}"
        return [Fault("speaker", Verdict.REFUSED, reason)]
    if strange > limits.strangeness:
        reason = f"it sounds unlike the other clips, as another person or another microphone would: {hint}"
        verdict = Verdict.REFUSED if close is not None and close < least else Verdict.USABLE
        return [Fault("speaker", verdict, reason)]
    return []
