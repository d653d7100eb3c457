"""Who speaks when: windows of speech grouped by speaker, music and noise told apart from speech.

A sound is read as a stream (:func:`listen`), so that hours of it take no more memory than minutes: what stays of each
second and a half of speech is a speaker encoder's vector. The vectors of all files together are grouped
(:func:`group`) by average linkage on their cosines (agglomerative clustering, as in Sell and Garcia-Romero, 2014);
groups of hardly any speech and windows between two groups, where two speak at once, belong to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import InputError
from likeness.core.protocols import SpeakerEncoder
from likeness.core.types import Audio, Vectors
from likeness.speak import activity, split
from likeness.speak.encoders import unit
from likeness.speak.music import music_share

WINDOW_SECONDS = 3.0
"""Speech that one vector is made of, at most; shorter stretches between pauses make their own."""
CHUNK_SECONDS = 60.0
_LEAST_SECONDS = 1.0
_MUSIC = 0.5
_MOST_CLUSTERED = 1500
"""More windows than this are grouped by a sample of them, and the rest go to the nearest group."""
_LEAST_SHARE, _LEAST_SPEECH = 0.02, 6.0
"""A group of less than this share of the speech and fewer seconds is no speaker but leftovers."""
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Window:
    """Some seconds of speech: ``file`` is its number among those listened to, times in seconds."""

    file: int
    start: float
    end: float
    vector: Vectors

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(slots=True)
class Listened:
    """What was heard in one file. ``clips`` are its stretches of speech cut at pauses (2-15 s); seconds of the rest."""

    seconds: float = 0.0
    rate: int = 0
    clips: list[Span] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    music_seconds: float = 0.0
    unclear_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Voiceprint:
    """One speaker: their ``windows``, the longest in all first among its kind, and the mean ``vector``."""

    windows: tuple[Window, ...]
    vector: Vectors

    @property
    def seconds(self) -> float:
        return sum(window.seconds for window in self.windows)

    def samples(self, count: int = 3) -> tuple[Window, ...]:
        """The windows most like this speaker, each from another part of what they said."""
        parts = np.array_split(np.arange(len(self.windows)), count)
        best = (max(part, key=lambda i: float(self.windows[i].vector @ self.vector)) for part in parts if len(part))
        return tuple(self.windows[int(place)] for place in best)


@dataclass(frozen=True, slots=True)
class Speakers:
    """The speakers of some files, who speaks most first, and the windows that are nobody's."""

    speakers: tuple[Voiceprint, ...]
    nobody: tuple[Window, ...]

    def nearest(self, vector: Vectors) -> int:
        """The number of the speaker most like ``vector``."""
        return int(np.argmax([float(each.vector @ vector) for each in self.speakers]))


def listen(blocks: Iterator[Audio], encoder: SpeakerEncoder, file: int = 0) -> Iterator[Listened]:
    """Listen to a stream of sound; yields the same growing :class:`Listened` after about every minute and at the end.

    Raises what the stream raises.
    """
    heard = Listened()
    for chunk, offset in chunks(blocks):
        heard.rate = chunk.rate
        heard.seconds = offset + chunk.seconds
        _hear(chunk, offset, encoder, file, heard)
        yield heard
    if not heard.rate:
        yield heard


def chunks(blocks: Iterator[Audio]) -> Iterator[tuple[Audio, float]]:
    """The stream in pieces of about a minute, cut in a pause where there is one, each with its start in seconds."""
    held: list[Audio] = []
    length, start = 0.0, 0.0
    for block in blocks:
        held.append(block)
        length += block.seconds
        if length < CHUNK_SECONDS:
            continue
        whole = _joined(held)
        cut = _quiet_place(whole)
        yield Audio(whole.samples[:cut], whole.rate), start
        start += cut / whole.rate
        rest = Audio(whole.samples[cut:].copy(), whole.rate)
        held, length = [rest], rest.seconds
    if length:
        yield _joined(held), start


def joined_from(encoder: SpeakerEncoder) -> float:
    """The mean cosine between the windows of two groups from which they are one speaker.

    Windows of 3 s lie further from each other than the clips that ``same_speaker`` is meant for; how much further, an
    encoder that knows says itself, in ``same_window``.
    """
    return float(getattr(encoder, "same_window", encoder.same_speaker - 0.06))


def group(listened: Sequence[Listened], joined_from: float) -> Speakers:
    """Tell the speakers of all files apart (``joined_from`` of the encoder).

    Raises :class:`InputError` when there is no speech.
    """
    windows = [window for heard in listened for window in heard.windows]
    if not windows:
        raise InputError("no speech is heard in it", hint="choose another recording")
    vectors = np.stack([window.vector for window in windows])
    labels = _labels(vectors, joined_from)
    total = sum(window.seconds for window in windows)
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    spoken = [sum(windows[place].seconds for place in places) for places in groups]
    order = sorted(range(len(groups)), key=lambda number: -spoken[number])
    kept = [n for n in order if spoken[n] >= min(_LEAST_SPEECH, _LEAST_SHARE * total) or n == order[0]]
    kept = [n for n in kept if spoken[n] >= _LEAST_SHARE * total or spoken[n] >= _LEAST_SPEECH]
    centres = np.stack([unit(vectors[groups[n]].mean(axis=0)) for n in kept])
    return _assigned(windows, vectors, centres)


def _assigned(windows: Sequence[Window], vectors: NDArray[np.float32], centres: NDArray[np.float32]) -> Speakers:
    """Every window to the nearest speaker; to nobody where it lies about between two or far from all."""
    scores = vectors @ centres.T
    best = scores.argmax(axis=1)
    top = scores.max(axis=1)
    if len(centres) > 1:
        second = np.sort(scores, axis=1)[:, -2]
        apart = float(np.median([1.0 - centres[a] @ centres[b] for a in range(len(centres)) for b in range(a)]))
        unclear = top - second < 0.12 * apart
    else:
        unclear = np.zeros(len(windows), dtype=bool)
    nobody = tuple(window for window, lost in zip(windows, unclear, strict=True) if lost)
    speakers = []
    for number in range(len(centres)):
        own = tuple(w for w, b, lost in zip(windows, best, unclear, strict=True) if b == number and not lost)
        if own:
            speakers.append(Voiceprint(own, centres[number]))
    return Speakers(tuple(sorted(speakers, key=lambda each: -each.seconds)), nobody)


def _labels(vectors: NDArray[np.float32], joined_from: float) -> NDArray[np.intp]:
    """A group's number for each vector: average linkage until two groups are more likely two speakers."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    chosen = np.arange(len(vectors))
    if len(vectors) > _MOST_CLUSTERED:
        chosen = np.linspace(0, len(vectors) - 1, _MOST_CLUSTERED).astype(int)
    if len(chosen) == 1:
        return np.zeros(len(vectors), dtype=np.intp)
    tree = linkage(pdist(vectors[chosen].astype(np.float64), "cosine"), method="average")
    found = fcluster(tree, t=1.0 - joined_from, criterion="distance")
    if len(chosen) == len(vectors):
        return np.asarray(found, dtype=np.intp)
    centres = np.stack([unit(vectors[chosen[found == label]].mean(axis=0)) for label in np.unique(found)])
    return np.asarray((vectors @ centres.T).argmax(axis=1), dtype=np.intp)


def _hear(chunk: Audio, offset: float, encoder: SpeakerEncoder, file: int, heard: Listened) -> None:
    for start, end in split.at_pauses(chunk):
        part = _cut(chunk, start, end)
        if end - start >= _LEAST_SECONDS and music_share(part) > _MUSIC:
            heard.music_seconds += end - start
            continue
        heard.clips.append((offset + start, offset + end))
        for first, last in _windows(start, end):
            if last - first < _LEAST_SECONDS:
                heard.unclear_seconds += last - first
                continue
            try:
                vector = encoder.speaker_vector(_cut(chunk, first, last))
            except InputError:
                heard.unclear_seconds += last - first
                continue
            heard.windows.append(Window(file, offset + first, offset + last, vector))


def _windows(start: float, end: float) -> list[Span]:
    count = max(1, round((end - start) / WINDOW_SECONDS))
    edges = np.linspace(start, end, count + 1)
    return [(float(a), float(b)) for a, b in pairwise(edges)]


def _cut(audio: Audio, start: float, end: float) -> Audio:
    return Audio(audio.samples[round(start * audio.rate) : round(end * audio.rate)], audio.rate)


def _joined(blocks: Sequence[Audio]) -> Audio:
    return Audio(np.concatenate([block.samples for block in blocks]), blocks[0].rate)


def _quiet_place(audio: Audio) -> int:
    """The middle of the longest quiet in the last third, else its quietest moment, as a sample."""
    levels = activity.levels(audio)
    begin = len(levels) * 2 // 3
    quiet = [run for run in activity.runs(~activity.speech_mask(levels)) if run[1] > begin]
    if quiet:
        first, last = max(quiet, key=lambda run: run[1] - max(run[0], begin))
        frame = (max(first, begin) + last) // 2
    else:
        frame = begin + int(np.argmin(levels[begin:]))
    return min(len(audio.samples), max(1, round(frame * activity.HOP_SECONDS * audio.rate)))
