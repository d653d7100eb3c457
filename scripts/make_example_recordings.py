"""Makes the "recordings" of the example person with the free program ``flite`` and its voice ``kal16``.

    python scripts/make_example_recordings.py

Reads ``sentences.txt`` and ``feelings.txt`` in ``examples/ellis/``; writes one FLAC file (22,050 Hz, mono, 16 bit) per
sentence and ``transcripts.csv`` into ``recordings/`` there. A feeling is the same voice with another tempo and melody:
what a synthesiser can do of it. The voice was never part of what the built-in prior was
trained on; it speaks at 16 kHz, so there is nothing above 8 kHz but the room. Tempo varies a little from clip to clip,
levels sit where a person's would, and a faint room tone (about 45 dB under the speech) lies beneath, so that the check
on import sees something like a quiet room. The same input gives the same sound every time.
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray
from scipy.signal import lfilter, resample_poly

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "ellis"
RATE = 22_050
SPEECH_DBFS = -23.0
ROOM_DB_BELOW_SPEECH = 45.0
LEAD_SECONDS, TAIL_SECONDS = 0.25, 0.35
TEMPI = (1.0, 0.96, 1.05, 1.02, 0.98)
"""Duration stretch from clip to clip."""


@dataclass(frozen=True)
class Feeling:
    """Duration stretch; mean and spread of the pitch in Hz."""

    stretch: float
    pitch: float
    spread: float


NEUTRAL = Feeling(1.0, 95.0, 11.0)
FEELINGS = {"happy": Feeling(0.86, 122.0, 19.0), "tired": Feeling(1.22, 82.0, 6.0)}
"""The rest is neutral, with the values that the voice has by itself."""


def spoken(text: str, feeling: Feeling) -> NDArray[np.float64]:
    """``text`` in the voice kal16, resampled to ``RATE``."""
    settings = {
        "duration_stretch": feeling.stretch,
        "int_f0_target_mean": feeling.pitch,
        "int_f0_target_stddev": feeling.spread,
    }
    chosen = [part for name, value in settings.items() for part in ("--setf", f"{name}={value:g}")]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.wav"
        command = ["flite", "-voice", "kal16", *chosen, "-t", text, "-o", str(out)]
        subprocess.run(command, check=True)
        samples, rate = sf.read(out, dtype="float64")
    return samples if rate == RATE else resample_poly(samples, RATE, rate)


def levelled(samples: NDArray[np.float64], dbfs: float) -> NDArray[np.float64]:
    """Scale so that the speech's power (of 20 ms frames within 30 dB of the loudest) is ``dbfs``."""
    frames = samples[: len(samples) // 441 * 441].reshape(-1, 441)
    power = (frames**2).mean(axis=1)
    active = power[power > power.max() * 1e-3]
    scaled: NDArray[np.float64] = samples * 10 ** (dbfs / 20) / np.sqrt(active.mean())
    return scaled


def room_tone(length: int, dbfs: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Noise with the gentle downward tilt of a quiet room."""
    noise = lfilter([1.0], [1.0, -0.85], random.standard_normal(length))
    toned: NDArray[np.float64] = noise / np.sqrt((noise**2).mean()) * 10 ** (dbfs / 20)
    return toned


def clip(number: int, text: str, feeling: Feeling = NEUTRAL) -> NDArray[np.float64]:
    """One sentence as recorded: a breath of silence, the speech, another, with the room under all of it."""
    random = np.random.default_rng(number)
    level = SPEECH_DBFS + random.uniform(-1.5, 1.5)
    said = replace(feeling, stretch=feeling.stretch * TEMPI[number % len(TEMPI)])
    speech = levelled(spoken(text, said), level)
    padded = np.concatenate([np.zeros(int(LEAD_SECONDS * RATE)), speech, np.zeros(int(TAIL_SECONDS * RATE))])
    return padded + room_tone(len(padded), level - ROOM_DB_BELOW_SPEECH, random)


def main() -> None:
    sentences = [("neutral", text) for text in (EXAMPLE / "sentences.txt").read_text(encoding="utf-8").splitlines()]
    for line in (EXAMPLE / "feelings.txt").read_text(encoding="utf-8").splitlines():
        emotion, _, text = line.partition(": ")
        sentences.append((emotion, text))
    folder = EXAMPLE / "recordings"
    folder.mkdir(exist_ok=True)
    seconds = 0.0
    with (folder / "transcripts.csv").open("w", encoding="utf-8", newline="") as handle:
        table = csv.writer(handle, lineterminator="\n")
        table.writerow(["file", "text", "emotion"])
        for number, (emotion, text) in enumerate(sentences, start=1):
            samples = clip(number, text, FEELINGS.get(emotion, NEUTRAL))
            name = f"ellis-{number:02d}.flac"
            sf.write(folder / name, samples, RATE, subtype="PCM_16")
            table.writerow([name, text, emotion])
            seconds += len(samples) / RATE
    print(f"{len(sentences)} clips, {seconds / 60:.1f} minutes in {folder}")


if __name__ == "__main__":
    main()
