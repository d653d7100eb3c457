"""From recordings to a corpus: clips at one rate and level, trimmed, checked, with spoken-text transcripts.

A corpus is a folder ``corpora/<hash>/`` (see ``core.corpus``). Its name is the hash of everything it is made from, so
that the same recordings under the same recipe give the same corpus, which is then used as it is.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from likeness.core import artefacts, corpus, files, sound_files
from likeness.core.errors import LikenessError, NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Corpus
from likeness.core.resample import SPEECH_RATE
from likeness.core.types import Audio, Clip, Verdict
from likeness.speak import split
from likeness.speak.check import check
from likeness.speak.consent import Consent
from likeness.speak.decode import Decoder
from likeness.speak.preprocess import preprocess
from likeness.speak.recipe import VoiceRecipe, voice_recipe
from likeness.speak.recordings import Recording, Spoken, load_audio, recordings

PREPARATION = 2
"""Goes into the hash: raised whenever preparing changes what comes out."""


_KEPT_SECONDS = 86_400.0


@dataclass(slots=True)
class _Gathered:
    """What has been made so far."""

    clips: list[Clip] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def corpus_hash(chosen: Sequence[Recording], recipe: VoiceRecipe) -> str:
    """The name of the corpus made of these recordings under this recipe (16 hex digits)."""
    options = recipe.model_dump(
        include={
            "speech_level_dbfs",
            "peak_dbfs",
            "margin_seconds",
            "longest_pause_seconds",
            "breaths_db",
            "longest_clip_seconds",
            "language",
        }
    )
    parts = [json.dumps(options, sort_keys=True), str(PREPARATION)]
    for item in sorted(chosen, key=lambda r: r.sha256):
        parts += [item.sha256, item.transcript, item.emotion]
        parts += [f"{span.start} {span.end} {span.transcript} {span.heard_by}" for span in item.spans]
    return artefacts.digest(parts)


def chosen_recordings(
    home: PersonHome, *, voice: str = "", emotion: str = "", only: Sequence[str] = ()
) -> list[Recording]:
    """The recordings to learn from: those whose ids are in ``only``, or all, or all of one ``emotion``.

    What was uploaded for one voice alone is left out for any other. Raises :class:`NotReady` when there are none.
    """
    known = recordings(home)
    if only:
        found = [item for item in known if item.id in only]
    else:
        found = [item for item in known if item.voice in ("", voice) and emotion in ("", item.emotion)]
    if not found:
        what = f"recordings with the emotion {emotion!r}" if emotion else "recordings"
        raise NotReady(f"there are no {what} yet", hint="add some with: likeness enrol voice PATH…")
    return sorted(found, key=lambda item: item.sha256)


def corpus_folder(home: PersonHome, name: str) -> Path:
    """Where the corpus of that hash is, or would be."""
    return home.corpora / name


def build_corpus(
    home: PersonHome,
    *,
    recipe: VoiceRecipe | None = None,
    voice: str = "",
    emotion: str = "",
    only: Sequence[str] = (),
) -> Iterator[Event]:
    """Make the corpus of the recordings (:func:`chosen_recordings`), or find it there already; an event for each.

    The last event's note is the corpus's name. Metrics: ``clips``, ``seconds``, ``refused``, ``reused``.
    Raises :class:`NotReady` when there are no recordings, or no clip of them can be used.
    """
    recipe = recipe or voice_recipe()
    chosen = chosen_recordings(home, voice=voice, emotion=emotion, only=only)
    name = corpus_hash(chosen, recipe)
    folder = corpus_folder(home, name)
    if (folder / artefacts.MANIFEST).is_file():
        measures = artefacts.load(folder).measures
        metrics = {key: float(measures[key]) for key in ("clips", "seconds", "refused")}
        os.utime(folder)
        yield Event("prepare voice", len(chosen), len(chosen), "recordings", name, metrics | {"reused": 1.0})
        return
    files.private_folder(home.corpora)
    files.sweep(home.corpora, older_than=_KEPT_SECONDS)
    with artefacts.publish(folder) as making:
        (making / "clips").mkdir()
        gathered = _Gathered()
        with Decoder() as decoder:
            for number, item in enumerate(chosen, 1):
                before = len(gathered.clips), len(gathered.notes)
                for share in _add(item, making, recipe, decoder, gathered):
                    yield Event("prepare voice", number - 1 + share, len(chosen), "recordings", item.name)
                said = [f"{item.name}: {len(gathered.clips) - before[0]} clips", *gathered.notes[before[1] :]]
                note = "; ".join(said)
                yield Event("prepare voice", number, len(chosen), "recordings", note)
        metrics = _save(making, name, chosen, gathered, recipe)
    yield Event("prepare voice", len(chosen), len(chosen), "recordings", name, metrics | {"reused": 0.0})


def prune_corpora(home: PersonHome) -> list[str]:
    """Remove the corpora that no voice was made of and that nobody has used for a day; returns their names.

    None goes while a voice is damaged: which corpus that one was made of is not known.
    """
    voices, damaged = artefacts.surveyed(home.voices)
    used = {parent for _, voice in voices for parent in voice.parents}
    removed = []
    for folder, _ in [] if damaged else artefacts.surveyed(home.corpora)[0]:
        if f"corpora/{folder.name}" not in used and time.time() - folder.stat().st_mtime > _KEPT_SECONDS:
            files.discard(folder)
            removed.append(folder.name)
    return removed


def _save(
    making: Path, name: str, chosen: Sequence[Recording], gathered: _Gathered, recipe: VoiceRecipe
) -> dict[str, float]:
    if not gathered.clips:
        reasons = "; ".join(dict.fromkeys(entry["reason"] for entry in gathered.refused))
        raise NotReady(f"no clip of the recordings can be used: {reasons}", hint="record again in a quiet room")
    corpus.save(making, Corpus(tuple(gathered.clips), SPEECH_RATE, recipe.language))
    with_text = sum(clip.seconds for clip in gathered.clips if clip.transcript)
    metrics = {
        "clips": float(len(gathered.clips)),
        "seconds": round(sum(clip.seconds for clip in gathered.clips), 2),
        "transcribed_seconds": round(with_text, 2),
        "heard_seconds": round(sum(clip.seconds for clip in gathered.clips if clip.heard_by), 2),
        "refused": float(len(gathered.refused)),
    }
    artefacts.Manifest(
        kind="corpus",
        name=name,
        data_hash=name,
        recipe=recipe.model_dump(),
        measures=metrics,
        notes=(*gathered.notes, *(f"{entry['clip']}: {entry['reason']}" for entry in gathered.refused)),
        extra={"refused": gathered.refused, "recordings": [item.id for item in chosen], "consent": consents(chosen)},
    ).save(making)
    return metrics


def consents(chosen: Sequence[Recording]) -> list[dict[str, Any]]:
    """Who agreed to what, when and how (``speak.consent.Consent.as_dict``), each statement once, first said first."""
    first: dict[tuple[str, str], Consent] = {}
    for item in sorted(chosen, key=lambda r: r.agreed.at):
        first.setdefault((item.agreed.statement, item.agreed.recording), item.agreed)
    return [agreed.as_dict() for agreed in first.values()]


def _add(item: Recording, making: Path, recipe: VoiceRecipe, decoder: Decoder, gathered: _Gathered) -> Iterator[float]:
    """Cut, judge, trim, level and write the clips of one recording; yields the share done before each clip."""
    try:
        whole = load_audio(item, decoder)
    except LikenessError as error:
        gathered.refused.append({"clip": item.name, "reason": str(error)})
        return
    pieces = _pieces(item, whole, recipe)
    if item.transcript and not any(piece.transcript for piece in pieces):
        gathered.notes.append(f"{item.name} is long and its transcript could not be placed in it, so it is not used")
    for number, piece in enumerate(pieces, 1):
        yield (number - 1) / len(pieces)
        # room to find the speech's edges in, but never more than half of the pause to the next clip
        margin = recipe.margin_seconds + 0.1
        before = (pieces[number - 2].end + piece.start) / 2 if number > 1 else 0.0
        after = (pieces[number].start + piece.end) / 2 if number < len(pieces) else whole.seconds
        first, last = max(before, piece.start - margin), min(after, piece.end + margin)
        part = Audio(whole.samples[round(first * whole.rate) : round(last * whole.rate)], whole.rate)
        label = item.name if len(pieces) == 1 else f"{item.name} {piece.start:.1f}-{piece.end:.1f} s"
        # what a recogniser misheard is no reason to refuse the sound
        found = check(part, "" if piece.heard_by else piece.transcript)
        if found.verdict is Verdict.REFUSED:
            gathered.refused.append({"clip": label, "reason": "; ".join(found.reasons)})
            continue
        made = preprocess(part, recipe)
        clip_id = f"{item.id}-{number:03d}"
        path = making / "clips" / f"{clip_id}.flac"
        path.write_bytes(sound_files.flac(made))
        seconds = round(made.seconds, 3)
        gathered.clips.append(Clip(clip_id, path, piece.transcript, seconds, item.emotion, found, piece.heard_by))


def _pieces(item: Recording, whole: Audio, recipe: VoiceRecipe) -> list[Spoken]:
    """The clips to cut a recording into, with spoken transcripts."""
    from likeness.speak.normalise import sentences, spoken

    if item.spans:
        return [replace(span, transcript=spoken(span.transcript) if span.transcript else "") for span in item.spans]
    transcript = spoken(item.transcript) if item.transcript else ""
    if whole.seconds <= split.LONGEST:
        return [Spoken(0.0, whole.seconds, transcript, item.heard_by)]
    if transcript:
        said = sentences(transcript)
        spans = split.by_sentences(whole, said)
        if spans is not None:
            return [Spoken(start, end, text, item.heard_by) for (start, end), text in zip(spans, said, strict=True)]
        if whole.seconds <= recipe.longest_clip_seconds:
            return [Spoken(0.0, whole.seconds, transcript, item.heard_by)]
    return [Spoken(start, end) for start, end in split.at_pauses(whole)]
