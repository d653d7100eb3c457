"""The room before the first line: some seconds in which nobody speaks, judged for noise, hum and a dead microphone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeness.core.types import Audio, Verdict
from likeness.speak import activity

SECONDS = 3.0
"""How long to listen."""
_QUIET_DBFS, _USABLE_DBFS = -60.0, -48.0
_HUM_OVER_NEIGHBOURS_DB = 12.0
_HUM_AUDIBLE_DBFS = -72.0
_MAINS_HZ = (50.0, 60.0)
_HARMONICS = 8
_LIVELY_DB = 18.0

SILENT_HINT = (
    "only zeros come from it: it is muted, or this program may not use it. On a Mac: System Settings, Privacy & "
    "Security, Microphone: allow your terminal, then quit the terminal and open it again"
)


@dataclass(frozen=True, slots=True)
class RoomCheck:
    """What was heard of the room: level without rumble in dBFS, mains hum (0 Hz: none) and its level, a verdict.

    ``findings`` are sentences, each with what to do. REFUSED means that recording here would be in vain.
    """

    verdict: Verdict
    level_dbfs: float
    hum_hz: float
    hum_dbfs: float
    findings: tuple[str, ...]


def check_room(audio: Audio) -> RoomCheck:
    """Judge a stretch in which nobody speaks; three seconds are enough, under one is refused."""
    if audio.seconds < 1.0:
        return RoomCheck(Verdict.REFUSED, activity.FLOOR_DBFS, 0.0, activity.FLOOR_DBFS, ("too little was heard",))
    if not np.any(audio.samples):
        floor = activity.FLOOR_DBFS
        return RoomCheck(Verdict.REFUSED, floor, 0.0, floor, (f"The microphone is silent: {SILENT_HINT}.",))
    heard = activity.without_rumble(audio)
    frames = activity.levels(heard)[10:]  # the filter's and the sound card's first moments
    quiet = float(np.median(frames))
    findings: list[tuple[Verdict, str]] = []
    if float(np.percentile(frames, 95)) - quiet > _LIVELY_DB and float(np.percentile(frames, 95)) > _USABLE_DBFS:
        findings.append((Verdict.USABLE, "Something was heard meanwhile: be still, and let it listen again."))
    if quiet > _USABLE_DBFS:
        findings.append((Verdict.REFUSED, _noisy(quiet, "too loud for a good voice")))
    elif quiet > _QUIET_DBFS:
        findings.append((Verdict.USABLE, _noisy(quiet, "louder than a quiet room")))
    hum_hz, hum_dbfs = mains_hum(audio)
    if hum_hz:
        findings.append(
            (
                Verdict.USABLE,
                f"There is mains hum ({hum_hz:.0f} Hz at {hum_dbfs:.0f} dBFS): move away from chargers and lamps, try "
                "another cable or socket, or run the laptop from its battery.",
            )
        )
    order = (Verdict.GOOD, Verdict.USABLE, Verdict.REFUSED)
    worst = max((verdict for verdict, _ in findings), key=order.index, default=Verdict.GOOD)
    return RoomCheck(worst, round(quiet, 1), hum_hz, round(hum_dbfs, 1), tuple(text for _, text in findings))


def _noisy(level: float, what: str) -> str:
    return (
        f"The room is at {level:.0f} dBFS, {what}: close windows and doors, switch off fans and the dishwasher, come "
        "closer to the microphone and turn its level down."
    )


def mains_hum(audio: Audio) -> tuple[float, float]:
    """Frequency (50 or 60 Hz; 0 when there is none) and level in dBFS of mains hum.

    For a stretch in which nobody speaks; :func:`likeness.speak.measures.hum` finds it under speech. Hum is a comb: at
    least two of the first eight harmonics stand 12 dB over their neighbourhood (the median within 20 Hz), at -72 dBFS
    or more together.
    """
    samples = audio.samples.astype(np.float64)
    window = np.hanning(len(samples))
    power = np.abs(np.fft.rfft(samples * window)) ** 2 * 2 / (np.sum(window**2) * len(samples))
    width = audio.rate / len(samples)
    best = (0.0, activity.FLOOR_DBFS)
    for mains in _MAINS_HZ:
        found, total = 0, 0.0
        for harmonic in range(1, _HARMONICS + 1):
            at = mains * harmonic
            line = power[round((at - 1.5) / width) : round((at + 1.5) / width) + 1]
            around = power[max(1, round((at - 20) / width)) : round((at + 20) / width) + 1]
            if not len(line) or not len(around):
                continue
            beneath = float(np.median(around)) * len(line)
            if 10 * np.log10((line.sum() + 1e-20) / (beneath + 1e-20)) > _HUM_OVER_NEIGHBOURS_DB:
                found, total = found + 1, total + float(line.sum())
        level = float(10 * np.log10(max(total, 1e-10)))
        if found >= 2 and level > max(_HUM_AUDIBLE_DBFS, best[1]):
            best = (mains, level)
    return best
