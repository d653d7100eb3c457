"""The owner's recordings: imported as they came, checked, and listed.

``recordings/<sha256>.<format>`` holds the original bytes and ``recordings/<sha256>.json`` beside it what is known of
them; the latter is written last, so that an import killed at any moment leaves no half recording. The same file twice
adds nothing; with a new transcript it updates the old entry.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from likeness.core import artefacts, files
from likeness.core.errors import InputError, LikenessError, NotFound, PoorRecording
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.types import Audio, ClipCheck, Verdict
from likeness.speak import formats
from likeness.speak.check import check
from likeness.speak.consent import Consent, stated
from likeness.speak.decode import UPLOAD_LIMITS, Decoded, Decoder
from likeness.speak.transcripts import Transcripts

_BLOCK = 1 << 20
_ABANDONED_SECONDS = 3600.0
"""No copy takes that long: a temporary file as old as this belongs to nobody."""
_EMOTION = re.compile(r"[a-z][a-z /-]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A clip within a recording: ``start`` to ``end`` in seconds and what is said in it, "" when unknown. ``heard_by``
    names the recogniser that wrote that down."""

    start: float
    end: float
    transcript: str = ""
    heard_by: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """One imported recording. ``path`` is the original file in the home, ``consent`` what its owner agreed to, and
    ``agreement`` the same with date, source and how it was checked."""

    id: str
    path: Path
    name: str
    sha256: str
    seconds: float
    rate: int
    transcript: str
    emotion: str
    check: ClipCheck
    added_at: str
    consent: str
    notes: tuple[str, ...] = ()
    voice: str = ""
    """The one voice it was uploaded for; "" when it is for any."""
    agreement: Consent | None = None
    spans: tuple[Spoken, ...] = ()
    """Of one that was cut out of a longer file: its clips. Empty: it came whole."""
    heard_by: str = ""
    """The recogniser that made the transcript; "" when a person wrote it, or there is none."""

    @property
    def agreed(self) -> Consent:
        """Its consent on record; of an entry from before there were records, the statement alone."""
        return self.agreement or Consent.of(self.consent, at=self.added_at)


def import_recordings(
    home: PersonHome,
    paths: Sequence[Path],
    *,
    transcripts: Path | None = None,
    emotion: str = "neutral",
    consent: str | Consent,
) -> Iterator[Event]:
    """Take sound files, and folders of them, into the home; one event per file, and a last one that sums up.

    Transcripts come from ``transcripts`` (a table), a ``.txt`` of the same name or a table in the folder. So does the
    emotion of each, where the table has a column of that name and ``emotion`` names no other than neutral.
    The last event's metrics: ``added``, ``updated``, ``unchanged``, ``refused`` (by the check), ``unreadable``
    and ``seconds`` (of what was added). A file that is not taken is named with its reason in its event's note, and
    in the last event's (the first twenty).

    Raises :class:`Refused` without ``consent``, :class:`NotFound` for a missing path, :class:`InputError` when there is
    no sound file at all, and :class:`PoorRecording` when not one could be used.
    """
    agreed = _agreed(consent)
    _check_emotion(emotion)
    found = sound_files(paths)
    lookup = Transcripts(transcripts)
    files.private_folder(home.recordings)
    files.sweep(home.recordings, older_than=_ABANDONED_SECONDS)
    counts: Counter[str] = Counter()
    seconds = 0.0
    not_taken: list[str] = []
    hint = ""
    with Decoder() as decoder:
        for number, path in enumerate(found, 1):
            try:
                felt = emotion if emotion != "neutral" else lookup.emotion_of(path) or emotion
                _check_emotion(felt)
                outcome, recording = _take(home, path, lookup.of(path), felt, agreed, decoder)
                note = f"{path.name}: {outcome}"
                if recording is not None and outcome == "added":
                    seconds += recording.seconds
                    note += "".join(f"; {reason}" for reason in (*recording.check.reasons, *recording.notes))
            except LikenessError as error:
                outcome = "refused" if isinstance(error, PoorRecording) else "unreadable"
                note = f"{path.name}: not taken: {error}" + (f" ({error.hint})" if outcome == "unreadable" else "")
                not_taken.append(f"{path.name}: {error}")
                hint = hint or error.hint
            counts[outcome] += 1
            yield Event("import recordings", number, len(found), "files", note, {outcome: counts[outcome]})
    yield _summary(counts, seconds, not_taken)
    if counts["refused"] + counts["unreadable"] == len(found):
        raise PoorRecording(f"none of {len(found)} recordings can be used; {not_taken[0]}", hint=hint)


_POOR_HINT = "record in a quiet room, close to the microphone, at 24 kHz or more, without clipping"


_NAMED_AT_MOST = 20


def _summary(counts: Counter[str], seconds: float, not_taken: list[str]) -> Event:
    total = counts.total()
    kinds = ("added", "updated", "unchanged", "refused", "unreadable")
    said = ", ".join(f"{counts[kind]} {kind}" for kind in kinds if counts[kind])
    metrics = {kind: float(counts[kind]) for kind in kinds} | {"seconds": round(seconds, 1)}
    lines = [said, *(f"not taken: {reason}" for reason in not_taken[:_NAMED_AT_MOST])]
    if len(not_taken) > _NAMED_AT_MOST:
        lines.append(f"and {len(not_taken) - _NAMED_AT_MOST} more")
    return Event("import recordings", total, total, "files", "; ".join(lines), metrics)


def sound_files(paths: Iterable[Path]) -> list[Path]:
    """The sound files among ``paths`` and in the folders among them, in a stable order, hidden ones left out.

    Kinds of sound that cannot be read here (M4A without PyAV) are included, so that importing counts and names them.
    Raises :class:`NotFound` for a missing path and :class:`InputError` when there is no sound file.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise NotFound(f"there is no file or folder {str(path)!r}", hint="check the path")
        if not path.is_dir():
            found[path] = None
            continue
        for inner in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in inner.relative_to(path).parts)
            suffix = inner.suffix.lower()
            if not hidden and suffix in formats.SUFFIXES | formats.CONTAINER_SUFFIXES and inner.is_file():
                found[inner] = None
    if not found:
        raise InputError("no sound files were found there", hint=f"readable: {', '.join(formats.READABLE)}")
    return list(found)


def recordings(home: PersonHome) -> list[Recording]:
    """The recordings in the home, oldest first. Raises :class:`InputError` when an entry is damaged."""
    if not home.recordings.is_dir():
        return []
    listed = [_load(path) for path in home.recordings.glob("*.json") if not path.name.startswith(".")]
    return sorted(listed, key=lambda recording: (recording.added_at, recording.name, recording.id))


def recording(home: PersonHome, id: str) -> Recording:
    """The recording with that id. Raises :class:`NotFound`."""
    for found in recordings(home):
        if found.id == id:
            return found
    raise NotFound(f"there is no recording {id!r}", hint="`likeness recordings list` names them")


def add_upload(
    home: PersonHome,
    data: bytes,
    name: str,
    *,
    voice: str,
    transcript: str = "",
    emotion: str = "neutral",
    consent: str | Consent,
) -> Recording:
    """Decode, check and keep one uploaded sound file, for the voice called ``voice`` alone.

    Raises what :func:`speak.decode.decode_bytes` raises, :class:`PoorRecording` when the check refuses it and
    :class:`Refused` without consent.
    """
    agreed = _agreed(consent)
    _check_emotion(emotion)
    sha = hashlib.sha256(data).hexdigest()
    known = home.recordings / f"{sha}.json"
    if known.is_file():
        return _load(known)
    with Decoder(UPLOAD_LIMITS) as decoder:
        decoded = decoder.decode(data, name)
    made = _checked(sha, name, decoded, transcript, emotion, agreed, home.recordings)
    made = replace(made, voice=voice)
    files.private_folder(home.recordings)
    files.write_bytes(made.path, data)
    save(made)
    return made


def take_part(
    home: PersonHome,
    data: bytes,
    sha: str,
    name: str,
    decoded: Decoded,
    spans: tuple[Spoken, ...],
    emotion: str,
    consent: Consent,
) -> tuple[str, Recording]:
    """Keep a part that was cut out of a longer file; "added" or "unchanged", and the recording.

    Raises :class:`PoorRecording` when the check refuses it.
    """
    _check_emotion(emotion)
    known = home.recordings / f"{sha}.json"
    if known.is_file():
        return "unchanged", _load(known)
    made = _checked(sha, name, decoded, "", emotion, consent, home.recordings)
    text = " ".join(span.transcript for span in spans if span.transcript)
    made = replace(made, spans=spans, transcript=text)
    files.write_bytes(made.path, data)
    save(made)
    return "added", made


def dependents(home: PersonHome) -> dict[str, list[str]]:
    """The names of the voices that were learnt from each recording, by the recording's id."""
    corpora = {folder.name: manifest for folder, manifest in artefacts.surveyed(home.corpora)[0]}
    found: dict[str, list[str]] = {}
    for folder, manifest in artefacts.surveyed(home.voices)[0]:
        for parent in manifest.parents:
            made_from = corpora.get(parent.removeprefix("corpora/"))
            for id in made_from.extra.get("recordings", []) if made_from else []:
                found.setdefault(id, []).append(folder.name)
    return found


def remove(home: PersonHome, ids: Sequence[str]) -> list[str]:
    """Remove recordings: first what is known of them, so that a crash leaves no entry without a sound.

    The clips that corpora hold of them go too, with those corpora; voices made of them stay. Returns the names of what
    was removed. Raises :class:`NotFound` before anything is removed.
    """
    chosen = [recording(home, id) for id in ids]
    gone = {item.id for item in chosen}
    for item in chosen:
        item.path.with_suffix(".json").unlink()
        item.path.unlink(missing_ok=True)
    for folder, manifest in artefacts.surveyed(home.corpora)[0]:
        if gone & set(manifest.extra.get("recordings", [])):
            files.discard(folder)
    return [item.name for item in chosen]


def load_audio(recording: Recording, decoder: Decoder) -> Audio:
    """The sound of a recording at its own rate, mono."""
    return decoder.decode(recording.path, recording.name).audio


def _check_emotion(emotion: str) -> None:
    if not _EMOTION.match(emotion):
        hint = "use small letters: neutral, happy, sad …"
        raise InputError(f"{emotion!r} is not an emotion's name", hint=hint, param="emotion")


def _take(
    home: PersonHome, path: Path, transcript: str, emotion: str, consent: Consent, decoder: Decoder
) -> tuple[str, Recording | None]:
    """Import one file; returns what happened ("added", "updated", "unchanged") and the recording."""
    decoder.check_header(path)
    sha = _hash(path)
    known = home.recordings / f"{sha}.json"
    if known.is_file():
        return _update(_load(known), transcript, emotion, decoder)
    made = _checked(sha, path.name, decoder.decode(path), transcript, emotion, consent, home.recordings)
    with files.replacing(made.path) as target, path.open("rb") as source:
        copied = hashlib.sha256()
        while block := source.read(_BLOCK):
            copied.update(block)
            target.write(block)
        if copied.hexdigest() != sha:
            raise InputError(f"{path.name} changed while it was read", hint="import it again")
    save(made)
    return "added", made


def _update(old: Recording, transcript: str, emotion: str, decoder: Decoder) -> tuple[str, Recording]:
    """Give a known recording a new transcript or emotion; what is not said now stays as it was."""
    new = replace(
        old, transcript=transcript or old.transcript, emotion=old.emotion if emotion == "neutral" else emotion
    )
    if new == old:
        return "unchanged", old
    if new.transcript != old.transcript:
        new = replace(new, check=_accepted(load_audio(old, decoder), new.transcript, old.name))
    save(new)
    return "updated", new


def _checked(
    sha: str, name: str, decoded: Decoded, transcript: str, emotion: str, consent: Consent, folder: Path
) -> Recording:
    return Recording(
        id=sha[:16],
        path=folder / f"{sha}.{decoded.format}",
        name=name,
        sha256=sha,
        seconds=round(decoded.audio.seconds, 3),
        rate=decoded.audio.rate,
        transcript=transcript,
        emotion=emotion,
        check=_accepted(decoded.audio, transcript, name),
        added_at=datetime.now(UTC).isoformat(timespec="seconds"),
        consent=consent.statement,
        notes=decoded.notes,
        agreement=consent,
    )


def _agreed(consent: str | Consent) -> Consent:
    """The consent on record. Raises :class:`Refused` for an empty one."""
    return consent if isinstance(consent, Consent) else stated(consent, "")


def agree(home: PersonHome, consent: Consent, only: Sequence[str] = ()) -> int:
    """Put ``consent`` on record for the recordings with the ids in ``only``, or for all; returns how many."""
    chosen = [item for item in recordings(home) if not only or item.id in only]
    for item in chosen:
        save(replace(item, consent=consent.statement, agreement=consent))
    return len(chosen)


def _accepted(audio: Audio, transcript: str, name: str) -> ClipCheck:
    found = check(audio, transcript)
    if found.verdict is Verdict.REFUSED:
        raise PoorRecording("; ".join(found.reasons), hint=_POOR_HINT)
    return found


def _hash(path: Path) -> str:
    sha = hashlib.sha256()
    try:
        with path.open("rb") as source:
            while block := source.read(_BLOCK):
                sha.update(block)
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}") from None
    return sha.hexdigest()


def save(recording: Recording) -> None:
    """Write the entry and make sure that its name is on the disk."""
    agreement = None if recording.agreement is None else recording.agreement.as_dict()
    value = asdict(recording) | {"path": recording.path.name, "agreement": agreement}
    files.write_json(recording.path.with_suffix(".json"), value)
    descriptor = os.open(recording.path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _load(path: Path) -> Recording:
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        measured = dict(raw["check"])
        measured["verdict"], measured["reasons"] = Verdict(measured["verdict"]), tuple(measured["reasons"])
        sound = path.parent / Path(raw["path"]).name
        if not sound.is_file():
            raise ValueError("its sound file is missing")
        agreement = raw.get("agreement")
        values = {
            **raw,
            "path": sound,
            "check": ClipCheck(**measured),
            "notes": tuple(raw["notes"]),
            "agreement": None if agreement is None else Consent.of(agreement, at=raw["added_at"]),
            "spans": tuple(Spoken(**span) for span in raw.get("spans", ())),
        }
        return Recording(**values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"recording {path.stem[:16]} in the home is damaged: {error}", hint="restore it or delete its .json file"
        ) from None
