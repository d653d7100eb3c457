"""Pictures of sound: waveform, spectrum and pitch, and a player that carries the sound inside the page."""

from __future__ import annotations

import base64

import numpy as np

from likeness.core.types import Audio
from likeness.report.markup import Safe, tag
from likeness.speak.waveform import PITCH_HOP_SECONDS, pitch_track, waveform_peaks

POINTS = 480
"""How many columns a waveform is drawn with."""


def waveform(audio: Audio, series: str, label: str, height: int = 64) -> Safe:
    """The envelope of a sound as a filled shape, with its length in seconds under it."""
    peaks = waveform_peaks(audio, POINTS)
    half = height / 2
    scale = 0.94 * half / max(max(abs(low), abs(high)) for low, high in [*peaks, (0.0, 1e-4)])
    upper = [f"{x} {half - scale * high:.1f}" for x, (_, high) in enumerate(peaks)]
    lower = [f"{x} {half - scale * low:.1f}" for x, (low, _) in enumerate(peaks)]
    outline = "M" + "L".join([*upper, *reversed(lower)]) + "Z"
    drawing = tag(
        "svg",
        tag("line", x1=0, x2=POINTS, y1=half, y2=half, class_="rule", vector_effect="non-scaling-stroke"),
        tag("path", d=outline, class_=f"wave {series}"),
        viewBox=f"0 0 {POINTS} {height}",
        preserveAspectRatio="none",
        width="100%",
        height=height,
    )
    ends = tag("div", tag("span", "0 s"), tag("span", f"{audio.seconds:.1f} s"), class_="ends")
    return tag("div", drawing, ends, class_="chart", role="img", aria_label=label)


def player(data: bytes, media_type: str, label: str) -> Safe:
    """An ``<audio>`` element with the sound in a data: URI."""
    address = f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"
    return tag("audio", controls=True, preload="metadata", src=address, aria_label=label)


def spectrum(audio: Audio, bands: int = 64, top_hz: float = 8000.0) -> tuple[list[float], list[float]]:
    """Long-term average spectrum: centre frequencies in kHz and levels in dB under the loudest band.

    Frames of 1024 samples, Hann window, half overlapped; averaged as power over all frames within 40 dB of the loudest.
    """
    samples = np.asarray(audio.samples, dtype=np.float64)
    if len(samples) < 1024:
        return [], []
    frames = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::512] * np.hanning(1024)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    energy = power.sum(axis=1)
    average = power[energy >= energy.max() * 1e-4].mean(axis=0)
    frequencies = np.fft.rfftfreq(1024, 1 / audio.rate)
    edges = np.linspace(0, min(top_hz, audio.rate / 2), bands + 1)
    which = np.digitize(frequencies, edges) - 1
    levels = np.array([average[which == band].mean() if (which == band).any() else np.nan for band in range(bands)])
    decibels = 10 * np.log10(np.maximum(levels, 1e-20) / np.nanmax(levels))
    centres = (edges[:-1] + edges[1:]) / 2000
    keep = ~np.isnan(decibels)
    return centres[keep].tolist(), np.maximum(decibels[keep], -70.0).tolist()


def pitch(audio: Audio) -> tuple[list[float], list[float]]:
    """Pitch over time: seconds and Hz, NaN where the sound is not voiced, or voiced for less than 50 ms.

    A frame more than four semitones off the median of the eleven about it is a slip of the tracker and left out.
    """
    track = np.array(pitch_track(audio), dtype=np.float64)
    voiced = track > 0
    heard = np.log2(track[voiced])
    if len(heard) >= 11:
        around = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(heard, 5, mode="reflect"), 11), axis=1)
        voiced[np.flatnonzero(voiced)[np.abs(heard - around) > 4 / 12]] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[False], voiced, [False]]).astype(int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if (end - start) * PITCH_HOP_SECONDS < 0.05:
            voiced[start:end] = False
    times = np.arange(len(track)) * PITCH_HOP_SECONDS
    return times.tolist(), np.where(voiced, track, np.nan).tolist()
