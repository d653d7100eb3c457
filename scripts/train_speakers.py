"""Learn the projection of ``builtin.speaker``: ``python scripts/train_speakers.py`` (needs flite; about five minutes).

The voices of flite (their licences are permissive, see LICENSES.md of the built-in voice) are made into many speakers:
WORLD (Morise et al., 2016) stretches and colours their spectra as other vocal tracts do and moves their pitch. Each
reads different sentences through different microphones and rooms. Linear discriminant analysis with a shrunken
within-speaker scatter (Ledoit and Wolf, 2004, with a fixed share) finds what differs between speakers only.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyworld
import soundfile
from numpy.typing import NDArray
from prior_sentences import NOUNS, sentences
from scipy.signal import fftconvolve, lfilter

from likeness.core.types import Audio
from likeness.engines.speakers import statistics as measured

VOICES = ("awb", "kal16", "rms", "slt")
SENTENCES_EACH = 10
SPEAKERS_EACH = 20
DIMENSIONS = 30
SHRINKAGE = 0.4
RATE = 16_000
OUT = Path(__file__).parents[1] / "src/likeness/engines/speakers/data/projection.npz"
Array = NDArray[np.float64]


def main() -> None:
    rows: list[Array] = []
    speakers: list[str] = []
    rng = np.random.default_rng(1)
    for voice in VOICES:
        analysed = [_analysed(samples) for samples in _read(voice)]
        for number in range(SPEAKERS_EACH):
            speaker = Speaker.any(rng)
            for spoken in analysed:
                sound = _channel(speaker.says(*spoken), rng)
                found = measured.statistics(Audio(sound.astype(np.float32), RATE))
                if found is not None:
                    rows.append(found)
                    speakers.append(f"{voice}-{number}")
    mean, projection = discriminant(np.array(rows), np.array(speakers))
    OUT.parent.mkdir(exist_ok=True)
    np.savez(OUT, mean=mean.astype(np.float32), projection=projection.astype(np.float32))
    print(f"{len(rows)} clips of {len(set(speakers))} speakers -> {OUT.name}")


@dataclass(frozen=True)
class Speaker:
    """Somebody who says what a voice of flite says: with another vocal tract, another pitch, another breath."""

    wanted: Array
    taken: Array
    """Places on the frequency axis (0 to 1) and where the spectrum for each is taken from."""
    timbre: Array
    """Weights of slow cosines over the frequency axis, in natural log."""
    pitch: float
    """log2 of Hz."""
    liveliness: float
    breath: float

    @classmethod
    def any(cls, rng: np.random.Generator) -> Speaker:
        tract = float(rng.uniform(0.84, 1.19))
        wanted = np.array([0.0, 0.06, 0.15, 0.25, 0.4, 0.7, 1.0])
        taken = wanted / tract * np.exp(rng.normal(0.0, 0.04, len(wanted)))
        # smaller people have shorter tracts and higher voices, as a rule
        pitch = float(np.clip(np.log2(125.0) + 3.2 * (tract - 1.0) + rng.normal(0.0, 0.22), 6.2, 8.2))
        return cls(
            wanted,
            np.maximum.accumulate(taken),
            rng.normal(0.0, [0.6, 0.5, 0.45, 0.4, 0.35, 0.3, 0.25, 0.2]),
            pitch,
            float(rng.uniform(0.6, 1.6)),
            float(rng.uniform(0.7, 1.3)),
        )

    def says(self, pitch: Array, spectrum: Array, noise: Array) -> Array:
        """The sound, at 16 kHz, of what was analysed of another's."""
        count = spectrum.shape[1]
        place = np.arange(count) / count
        source = np.clip(np.interp(place, self.wanted, self.taken) * count, 0, count - 1)
        low = np.minimum(source.astype(int), count - 2)
        part = source - low
        logs = np.log(spectrum)
        waves = np.cos(np.pi * np.sqrt(place)[:, None] * np.arange(1, len(self.timbre) + 1))
        made = logs[:, low] * (1 - part) + logs[:, low + 1] * part + waves @ self.timbre
        voiced = pitch > 0
        octaves = np.log2(np.where(voiced, pitch, 1.0))
        middle = float(np.median(octaves[voiced]))
        moved = np.where(voiced, 2 ** (self.pitch + self.liveliness * (octaves - middle)), 0.0)
        breathed = np.ascontiguousarray(np.clip(noise**self.breath, 0.0, 1.0))
        return np.asarray(pyworld.synthesize(moved, np.ascontiguousarray(np.exp(made)), breathed, RATE))


def discriminant(rows: Array, speakers: NDArray[np.str_]) -> tuple[Array, Array]:
    """(mean, projection): the within-speaker scatter becomes the identity in the directions of most difference."""
    mean = rows.mean(axis=0)
    scale = rows.std(axis=0) + 1e-6
    scaled = (rows - mean) / scale
    centres = np.stack([scaled[speakers == name].mean(axis=0) for name in np.unique(speakers)])
    within = sum(np.cov(scaled[speakers == name].T) for name in np.unique(speakers)) / len(centres)
    within = (1 - SHRINKAGE) * within + SHRINKAGE * np.eye(len(mean)) * np.trace(within) / len(mean)
    values, vectors = np.linalg.eigh(within)
    whitening = vectors / np.sqrt(values)
    _, directions = np.linalg.eigh(np.cov((centres @ whitening).T))
    return mean, (whitening @ directions[:, ::-1][:, :DIMENSIONS]) / scale[:, None]


def _read(voice: str) -> Iterator[Array]:
    """What flite's ``voice`` makes of different sentences, at 16 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        for text in sentences(SENTENCES_EACH, NOUNS, seed=VOICES.index(voice)):
            path = Path(folder) / "out.wav"
            subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
            samples, rate = soundfile.read(path)
            assert rate == RATE
            yield np.ascontiguousarray(samples)


def _analysed(samples: Array) -> tuple[Array, Array, Array]:
    pitch, times = pyworld.harvest(samples, RATE)
    return pitch, pyworld.cheaptrick(samples, pitch, times, RATE), pyworld.d4c(samples, pitch, times, RATE)


def _channel(samples: Array, rng: np.random.Generator) -> Array:
    """Through a random microphone (a tilt and a bump), a small room and its noise, at a random level."""
    tilt = float(rng.uniform(-0.35, 0.35))
    heard = lfilter([1.0, tilt], [1.0], samples)
    if rng.random() < 0.5:
        seconds = float(rng.uniform(0.1, 0.35))
        tail = rng.standard_normal(round(seconds * RATE)) * 10 ** (
            -3 * np.arange(round(seconds * RATE)) / RATE / seconds
        )
        heard = heard + fftconvolve(heard, tail / np.sqrt((tail**2).sum()))[: len(heard)] * float(
            rng.uniform(0.05, 0.5)
        )
    level = np.sqrt((heard**2).mean())
    heard = heard + rng.standard_normal(len(heard)) * level * 10 ** (-float(rng.uniform(20, 50)) / 20)
    return np.asarray(heard / level * 10 ** (float(rng.uniform(-32, -16)) / 20))


if __name__ == "__main__":
    main()
