"""Long recordings with other people in them: who speaks when, which of them is the owner, and only that is kept.

    survey   listen to every file as a stream and tell the speakers apart
    propose  which speaker is the owner: the one most like the recordings in the home, else who speaks most
    excerpts three clips of a speaker, to be listened to before anything is kept
    keep     cut the owner's speech out, with its transcripts, into recordings of some minutes each

What others say is never stored. The cut recordings are lossless and hold the sound as it was; the file they come from
stays where it is, untouched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from likeness.core import files, sound_files
from likeness.core.errors import LikenessError, PoorRecording
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Recogniser, SpeakerEncoder
from likeness.core.types import Audio, Vectors
from likeness.speak import activity, diarise, placing, recordings
from likeness.speak.consent import Consent
from likeness.speak.cues import cues_beside
from likeness.speak.decode import LONG_LIMITS, Decoded, Decoder
from likeness.speak.recordings import Recording, Spoken

LONG_SECONDS = 45.0
"""Shorter files are taken as they are: one thing said by one person."""
WHOLE_SECONDS = 600.0
"""Files up to this are kept as they came where nobody else is heard in them; longer ones are cut."""
PART_SECONDS = 300.0
_MARGIN = 0.15
_COMPARED = 8
_COMPARED_SECONDS = 15.0


@dataclass(slots=True)
class Survey:
    """What was heard. ``listened`` is by the number of the file in ``paths``; ``unreadable`` says why, by path."""

    paths: tuple[Path, ...]
    encoder: str
    listened: list[diarise.Listened] = field(default_factory=list)
    unreadable: dict[Path, LikenessError] = field(default_factory=dict)
    speakers: diarise.Speakers = field(default_factory=lambda: diarise.Speakers((), ()))

    @property
    def long(self) -> list[int]:
        """Numbers of the files in which somebody else may be heard."""
        return [n for n, heard in enumerate(self.listened) if heard.seconds >= LONG_SECONDS and heard.windows]

    def left_out(self, kept: Collection[int]) -> str:
        """What is not kept, in a sentence: minutes of each other speaker, of music, and of what could not be told."""
        told = [
            f"speaker {number + 1}: {_minutes(speaker.seconds)}"
            for number, speaker in enumerate(self.speakers.speakers)
            if number not in kept
        ]
        music = sum(self.listened[n].music_seconds for n in self.long)
        unclear = sum(self.listened[n].unclear_seconds for n in self.long)
        unclear += sum(window.seconds for window in self.speakers.nobody)
        told += [f"music: {_minutes(music)}"] * (music >= 1) + [f"unclear or at once: {_minutes(unclear)}"] * (
            unclear >= 1
        )
        return "left out: " + ", ".join(told) if told else ""


def survey(paths: Sequence[Path], encoder: SpeakerEncoder, name: str) -> Iterator[Event | Survey]:
    """Listen to every file; yields events (minutes heard) and, last, the :class:`Survey`."""
    found = Survey(tuple(paths), name)
    minutes = 0.0
    with Decoder(LONG_LIMITS) as decoder:
        for number, path in enumerate(paths):
            heard = diarise.Listened()
            try:
                for heard in diarise.listen(decoder.stream(path), encoder, number):
                    note = f"{path.name}: {_minutes(heard.seconds)}"
                    yield Event("listen", minutes + heard.seconds / 60, None, "minutes", note)
            except LikenessError as error:
                found.unreadable[path] = error
            minutes += heard.seconds / 60
            found.listened.append(heard)
    if found.long:
        found.speakers = diarise.group([found.listened[n] for n in found.long], diarise.joined_from(encoder))
    yield found


def propose(home: PersonHome, found: Survey, encoder: SpeakerEncoder) -> tuple[int, str]:
    """(number, why) of the speaker who is probably the owner."""
    known = _known_vector(home, encoder)
    if known is None:
        return 0, "who speaks most"
    return found.speakers.nearest(known), "most like the recordings that are here already"


def _known_vector(home: PersonHome, encoder: SpeakerEncoder) -> Vectors | None:
    from likeness.speak.encoders import mean_vector

    known = [item for item in recordings.recordings(home) if not item.voice]
    chosen = known[:: max(1, len(known) // _COMPARED)][:_COMPARED]
    if not chosen:
        return None
    sounds = []
    with Decoder() as decoder:
        for item in chosen:
            audio = recordings.load_audio(item, decoder)
            sounds.append(Audio(audio.samples[: round(_COMPARED_SECONDS * audio.rate)], audio.rate))
    return mean_vector(encoder, sounds)


def excerpts(found: Survey, speaker: int, count: int = 3) -> list[Audio]:
    """``count`` clips of a speaker, a few seconds each, from different places."""
    wanted = found.speakers.speakers[speaker].samples(count)
    made: list[Audio] = []
    with Decoder(LONG_LIMITS) as decoder:
        for window in sorted(wanted, key=lambda window: (window.file, window.start)):
            spans = [(window.start, window.end)]
            made += [cut for _, cut, _ in _cut_out(decoder, found.paths[window.file], spans)]
    return made


def alone(found: Survey) -> bool:
    """Whether one person is all that is heard, and no file is too long to be kept as it came."""
    one = len(found.speakers.speakers) <= 1
    return one and all(
        heard.seconds <= WHOLE_SECONDS and heard.music_seconds < 0.02 * heard.seconds
        for heard in (found.listened[n] for n in found.long)
    )


def keep(
    home: PersonHome,
    found: Survey,
    speakers: Collection[int],
    *,
    consent: Consent,
    emotion: str = "neutral",
    recogniser: Recogniser | None = None,
    recogniser_name: str = "",
    language: str = "en",
) -> Iterator[Event]:
    """Cut what the ``speakers`` say out of the long files and keep it; an event for each part that is ready.

    Transcripts come from a file with times beside each sound, else from ``recogniser``, and are marked so. The last
    event's metrics: ``added``, ``unchanged``, ``refused`` parts and ``seconds`` kept, ``heard_seconds`` of them with a
    transcript of the recogniser. Raises :class:`InputError` for a transcript file that cannot be understood.
    """
    files.private_folder(home.recordings)
    counts = dict.fromkeys(("added", "unchanged", "refused"), 0)
    seconds = heard = 0.0
    refused: list[str] = []
    with Decoder(LONG_LIMITS) as decoder:
        for number in found.long:
            path = found.paths[number]
            spans = placing.spans(_owned(found, number, speakers), cues_beside(path))
            total = sum(span.end - span.start for span in spans)
            done = 0.0
            for part, (sound, clips) in enumerate(_parts(decoder, path, spans), 1):
                clips = _heard(sound, clips, recogniser, recogniser_name, language)
                label = f"{path.name} part {part}"
                outcome, made = _store(home, label, sound, clips, emotion, consent)
                counts[outcome] += 1
                done += sound.seconds
                if made is None:
                    refused.append(label)
                else:
                    seconds += sound.seconds
                    heard += sum(clip.end - clip.start for clip in clips if clip.heard_by)
                yield Event("cut", done / 60, max(total, done) / 60, "minutes", f"{label}: {outcome}")
    metrics = {key: float(value) for key, value in counts.items()}
    told = f"{_minutes(seconds)} kept; {found.left_out(speakers)}".rstrip("; ")
    if refused:
        told += f"; not good enough: {', '.join(refused[:5])}"
    yield Event("cut", 1, 1, "files", told, {**metrics, "seconds": round(seconds, 1), "heard_seconds": round(heard, 1)})


def _owned(found: Survey, number: int, speakers: Collection[int]) -> list[tuple[float, float]]:
    """The stretches of a file that the speakers say: windows side by side are one, cut where clips are cut."""
    windows = sorted(
        (w for s in speakers for w in found.speakers.speakers[s].windows if w.file == number), key=lambda w: w.start
    )
    ends = {round(end, 3) for _, end in found.listened[number].clips}
    spans: list[tuple[float, float]] = []
    for window in windows:
        if spans and abs(spans[-1][1] - window.start) < 0.01 and round(spans[-1][1], 3) not in ends:
            spans[-1] = (spans[-1][0], window.end)
        else:
            spans.append((window.start, window.end))
    return spans


def _parts(decoder: Decoder, path: Path, spans: Sequence[Spoken]) -> Iterator[tuple[Audio, tuple[Spoken, ...]]]:
    """The spans' sound joined into parts of some minutes, with where each clip then lies."""
    held: list[Audio] = []
    clips: list[Spoken] = []
    length = 0.0
    for number, cut, lead in _cut_out(decoder, path, [(s.start, s.end) for s in spans], _MARGIN):
        if held and length + cut.seconds > PART_SECONDS:
            yield _joined(held), tuple(clips)
            held, clips, length = [], [], 0.0
        span = spans[number]
        start = length + lead
        end = min(start + span.end - span.start, length + cut.seconds)
        clips.append(Spoken(round(start, 3), round(end, 3), span.transcript, span.heard_by))
        held.append(Audio(activity.fade(cut.samples, cut.rate), cut.rate))
        length += cut.seconds
    if held:
        yield _joined(held), tuple(clips)


def _cut_out(
    decoder: Decoder, path: Path, spans: Sequence[tuple[float, float]], margin: float = 0.0
) -> Iterator[tuple[int, Audio, float]]:
    """(number, sound, lead) of each span in order, with up to ``margin`` seconds around it but nothing of another
    span; ``lead`` is how much stands before it. Reads the file once, as a stream."""
    waiting = sorted(range(len(spans)), key=lambda n: spans[n])
    stream = decoder.stream(path)
    held, start = np.zeros(0, np.float32), 0.0
    rate, ended = 0, False
    for place, number in enumerate(waiting):
        before = spans[waiting[place - 1]][1] if place else 0.0
        after = spans[waiting[place + 1]][0] if place + 1 < len(waiting) else float("inf")
        first = max(spans[number][0] - margin, (before + spans[number][0]) / 2 if place else 0.0, 0.0)
        last = min(spans[number][1] + margin, (spans[number][1] + after) / 2)
        while not ended and (not rate or start + len(held) / rate < last):
            block = next(stream, None)
            if block is None:
                ended = True
                continue
            rate = block.rate
            skipped = max(0, min(len(held), round((first - start) * rate)))
            held, start = np.concatenate([held[skipped:], block.samples]), start + skipped / rate
        a, b = round((first - start) * rate), round((last - start) * rate)
        yield number, Audio(held[max(a, 0) : b].copy(), rate), spans[number][0] - first
    stream.close()  # type: ignore[attr-defined]  # a generator; closing it frees the decoder


def _heard(
    sound: Audio, clips: tuple[Spoken, ...], recogniser: Recogniser | None, name: str, language: str
) -> tuple[Spoken, ...]:
    if recogniser is None:
        return clips
    made = []
    for clip in clips:
        if not clip.transcript:
            part = Audio(sound.samples[round(clip.start * sound.rate) : round(clip.end * sound.rate)], sound.rate)
            text = recogniser.recognise(part, language=language).text
            clip = Spoken(clip.start, clip.end, text, name if text else "")
        made.append(clip)
    return tuple(made)


def _store(
    home: PersonHome, label: str, sound: Audio, clips: tuple[Spoken, ...], emotion: str, consent: Consent
) -> tuple[str, Recording | None]:
    data = sound_files.flac(sound, 24)
    sha = hashlib.sha256(data).hexdigest()
    try:
        decoded = Decoded(sound, "flac", 1)
        return recordings.take_part(home, data, sha, label, decoded, clips, emotion, consent)
    except PoorRecording:
        return "refused", None


def _joined(pieces: Sequence[Audio]) -> Audio:
    return Audio(np.concatenate([piece.samples for piece in pieces]), pieces[0].rate)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min"
