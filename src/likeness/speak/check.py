"""The check on import: is a recording good enough to learn a voice from, and if not, what to do about it.

| measure                  | good        | usable        | refused  |
|--------------------------|-------------|---------------|----------|
| sample rate              | ≥ 22,050 Hz | ≥ 16,000 Hz   | below    |
| bandwidth                | ≥ 7 kHz     | ≥ 5 kHz       | below    |
| speech over noise (SNR)  | ≥ 32 dB     | ≥ 20 dB       | below    |
| reverberation (RT60)     | ≤ 0.35 s    | ≤ 0.6 s       | above    |
| clipped samples          | ≤ 0.005 %   | ≤ 2 %         | above    |
| level of the speech      | ≥ −42 dBFS  | ≥ −55 dBFS    | below    |
| speech in it             | ≥ 1.5 s     | ≥ 0.7 s       | below    |
| silence                  | ≤ 60 %      | above         |          |
| letters per second       | 5-28        | 3-40          | outside  |

Noise and reverberation together ruin a voice that each alone would not: an SNR under 25 dB with more than 0.4 s of
reverberation is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from likeness.core.types import Audio, ClipCheck, Verdict
from likeness.speak import activity, measures

RECOMMENDED_RATE = 24_000
_EMPTY = -100.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits for "good" and for "usable", as in the table above."""

    rate: tuple[int, int] = (22_050, 16_000)
    bandwidth_hz: tuple[float, float] = (7000.0, 5000.0)
    snr_db: tuple[float, float] = (32.0, 20.0)
    reverberation_seconds: tuple[float, float] = (0.35, 0.6)
    clipped_share: tuple[float, float] = (0.00005, 0.02)
    level_dbfs: tuple[float, float] = (-42.0, -55.0)
    speech_seconds: tuple[float, float] = (1.5, 0.7)
    silence_share: float = 0.6
    letters_per_second: tuple[tuple[float, float], tuple[float, float]] = ((5.0, 28.0), (3.0, 40.0))
    together_snr_db: float = 25.0
    together_reverberation_seconds: float = 0.4


THRESHOLDS = Thresholds()


def check(audio: Audio, transcript: str = "", thresholds: Thresholds = THRESHOLDS) -> ClipCheck:
    """Measure a recording (at the rate it was made with, not resampled) and judge it.

    With a ``transcript`` its length is compared with the speech: a text that cannot be what was said is refused.
    """
    heard = activity.without_rumble(audio)
    frame_levels = activity.levels(heard)
    mask = activity.speech_mask(frame_levels)
    spoken = float(mask.sum() * activity.HOP_SECONDS)
    peak = float(np.abs(audio.samples).max(initial=0.0))
    measured = ClipCheck(
        verdict=Verdict.GOOD,
        reasons=(),
        seconds=round(audio.seconds, 3),
        speech_seconds=round(min(spoken, audio.seconds), 3),
        rate=audio.rate,
        bandwidth_hz=measures.bandwidth_hz(heard) if spoken else 0.0,
        level_dbfs=round(activity.speech_level(heard, mask), 1),
        peak_dbfs=round(float(20 * np.log10(peak)) if peak > 1e-5 else _EMPTY, 1),
        clipped_share=round(measures.clipped_share(audio.samples), 6),
        snr_db=round(measures.snr_db(heard), 1) if spoken else 0.0,
        reverberation_seconds=round(measures.reverberation_seconds(heard), 2) if spoken else 0.0,
        silence_share=round(1.0 - float(mask.mean()), 3),
    )
    return _judged(measured, transcript, thresholds)


class Finding(NamedTuple):
    """Something wrong: a short stable name of the ``fault``, what it makes of the clip, and a sentence about it."""

    fault: str
    verdict: Verdict
    reason: str


def findings(measured: ClipCheck, transcript: str = "", thresholds: Thresholds = THRESHOLDS) -> list[Finding]:
    """What is wrong with a clip that was measured. The faults: "rate", "bandwidth", "noise", "reverberation",
    "clipping", "level", "length", "silence" and "transcript"."""
    if measured.speech_seconds == 0.0:
        return [Finding("length", Verdict.REFUSED, "no speech is heard in it: choose another recording")]
    return [*_sound_findings(measured, thresholds), *_amount_findings(measured, transcript, thresholds)]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of ``verdicts``, good when there is none."""
    order = (Verdict.GOOD, Verdict.USABLE, Verdict.REFUSED)
    return max(verdicts, key=order.index, default=Verdict.GOOD)


def _judged(measured: ClipCheck, transcript: str, limits: Thresholds) -> ClipCheck:
    found = findings(measured, transcript, limits)
    verdict = worst(each.verdict for each in found)
    return replace(measured, verdict=verdict, reasons=tuple(each.reason for each in found))


def _low(fault: str, value: float, limits: tuple[float, float], reason: str) -> list[Finding]:
    """A finding when ``value`` is under the limit for good."""
    if value >= limits[0]:
        return []
    return [Finding(fault, Verdict.USABLE if value >= limits[1] else Verdict.REFUSED, reason)]


def _sound_findings(m: ClipCheck, limits: Thresholds) -> list[Finding]:
    """What is wrong with the sound itself."""
    high_pitched = f"record at {RECOMMENDED_RATE:,} Hz or more"
    found = _low("rate", m.rate, limits.rate, f"its sampling rate is {m.rate:,} Hz: {high_pitched}")
    if m.rate / 2 > limits.bandwidth_hz[0]:
        reason = (
            f"nothing is heard above {m.bandwidth_hz / 1000:.1f} kHz, as after a telephone or strong compression: "
            "use the original recording"
        )
        found += _low("bandwidth", m.bandwidth_hz, limits.bandwidth_hz, reason)
    noise = f"the noise is only {m.snr_db:.0f} dB under the speech: use a quieter room, closer to the microphone"
    found += _low("noise", m.snr_db, limits.snr_db, noise)
    if m.snr_db >= limits.snr_db[1]:
        found += _room_findings(m, limits)
    clipped = f"{max(m.clipped_share, 1e-4):.2%} of it is clipped: lower the recording level"
    found += _low("clipping", -m.clipped_share, _negated(limits.clipped_share), clipped)
    quiet = f"the speech is very quiet ({m.level_dbfs:.0f} dBFS): raise the recording level"
    return found + _low("level", m.level_dbfs, limits.level_dbfs, quiet)


def _room_findings(m: ClipCheck, limits: Thresholds) -> list[Finding]:
    """What the room does to it; only asked where the noise is low enough to hear that."""
    room = f"the room echoes for about {m.reverberation_seconds:.1f} s: record closer, among soft furniture"
    found = _low("reverberation", -m.reverberation_seconds, _negated(limits.reverberation_seconds), room)
    if m.snr_db < limits.together_snr_db and m.reverberation_seconds > limits.together_reverberation_seconds:
        both = "noise and echo together would ruin the voice: improve at least one of them"
        found.append(Finding("reverberation", Verdict.REFUSED, both))
    return found


def _amount_findings(m: ClipCheck, transcript: str, limits: Thresholds) -> list[Finding]:
    """What is wrong with how much there is, and with the transcript's length."""
    short = f"there are only {m.speech_seconds:.1f} s of speech in it: record whole sentences"
    found = _low("length", m.speech_seconds, limits.speech_seconds, short)
    if m.silence_share > limits.silence_share:
        found.append(Finding("silence", Verdict.USABLE, f"{m.silence_share:.0%} of it is silence: cut it"))
    letters = sum(character.isalnum() for character in transcript)
    if letters:
        per_second = letters / m.speech_seconds
        (low, high), (lowest, highest) = limits.letters_per_second
        if not low <= per_second <= high:
            fits = lowest <= per_second <= highest
            reason = f"the transcript hardly fits: {letters} letters in {m.speech_seconds:.1f} s of speech"
            found.append(Finding("transcript", Verdict.USABLE if fits else Verdict.REFUSED, reason))
    return found


def _negated(limits: tuple[float, float]) -> tuple[float, float]:
    return -limits[0], -limits[1]
