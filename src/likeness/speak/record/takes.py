"""Takes on disk: ordinary recordings of the home, named after the line and the number of the take.

A take is safe once its FLAC file (24 bit, the microphone's rate) was flushed, read back and compared with its SHA-256,
and its entry was flushed too (``speak.recordings`` writes the entry last). Of several takes of a line the one with the
highest number stands; an older one is removed only after the new one is safe. What the session knows besides lies in
``recording.json``, so that a take that vanished can be named.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from likeness.core import files
from likeness.core.errors import InputError
from likeness.core.home import PersonHome
from likeness.core.types import Audio, Verdict
from likeness.speak.consent import Consent
from likeness.speak.record.session import Taken
from likeness.speak.recordings import Recording, add_upload
from likeness.speak.scripts import Line

NOTES = "recording.json"
_NAME = re.compile(r"(?P<line>[a-z][a-z0-9_/ -]*-[0-9a-f]{10})\.take(?P<number>\d{1,6})\.flac\Z")
_ABANDONED_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Stored:
    """A take that lies in the home, as its entry tells; whether it is whole was not looked at yet."""

    line: str
    taken: Taken
    sound: Path
    added_at: str


@dataclass(frozen=True, slots=True)
class Damaged:
    """A take that is not what was kept: which line's, its file's name, and what is wrong."""

    line: str
    number: int
    sha256: str
    reason: str


@dataclass(slots=True)
class Notes:
    """The session's own state: the takes that stand by line, the lines that were left for later, and the consent
    sentence as it was read ("" before it was)."""

    taken: dict[str, Taken] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    consent: str = ""


def flac(audio: Audio, title: str, text: str) -> bytes:
    """24-bit FLAC at the sound's own rate, with what was read in its comment: the file says itself what it is."""
    import soundfile

    target = io.BytesIO()
    with soundfile.SoundFile(target, "w", audio.rate, 1, format="FLAC", subtype="PCM_24") as file:
        file.title = title
        file.comment = text
        file.write(np.clip(audio.samples, -1.0, 1.0))
    return target.getvalue()


def keep(home: PersonHome, line: Line, number: int, audio: Audio, consent: Consent) -> Recording:
    """Put a take into the home's recordings and see that it arrived.

    Raises :class:`PoorRecording` when it would ruin the voice, and :class:`InputError` when what was read back from the
    disk is not what was written.
    """
    name = f"{line.id}.take{number}.flac"
    data = flac(audio, name.removesuffix(".flac"), line.text)
    kept = add_upload(home, data, name, voice="", transcript=line.text, emotion=line.emotion, consent=consent)
    if _sha256(kept.path) != hashlib.sha256(data).hexdigest():
        raise InputError(f"the disk gave back another sound than was written for {name}", hint="check the disk")
    return kept


def stored(home: PersonHome) -> list[Stored]:
    """The takes in the home by line, of each line the newest first. Entries that cannot be read are left out."""
    found = []
    for entry in home.recordings.glob("*.json") if home.recordings.is_dir() else ():
        if not entry.name.startswith("."):
            found += _stored(entry)
    return sorted(found, key=lambda each: (each.line, -each.taken.number))


def _stored(entry: Path) -> list[Stored]:
    try:
        raw = json.loads(entry.read_text(encoding="utf-8"))
        named = _NAME.match(str(raw["name"]))
        if named is None:
            return []
        taken = Taken(
            sha256=str(raw["sha256"]),
            seconds=float(raw["check"]["speech_seconds"]),
            number=int(named["number"]),
            verdict=Verdict(raw["check"]["verdict"]).value,
            reasons=tuple(map(str, raw["check"]["reasons"])),
        )
        return [Stored(named["line"], taken, entry.parent / Path(str(raw["path"])).name, str(raw["added_at"]))]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def standing(found: Iterable[Stored], notes: Notes) -> tuple[dict[str, Stored], list[Stored], list[Damaged]]:
    """Which take stands for each line, which older whole ones are left over, and what is damaged or gone.

    Every file is read and its checksum compared. A line whose newest take is damaged goes back to an older whole one.
    """
    stands: dict[str, Stored] = {}
    older: list[Stored] = []
    damaged: list[Damaged] = []
    for each in found:
        problem = _problem(each)
        if problem:
            damaged.append(Damaged(each.line, each.taken.number, each.taken.sha256, problem))
        elif each.line in stands:
            older.append(each)
        else:
            stands[each.line] = each
    named = {(each.line, each.number) for each in damaged}
    for line, taken in notes.taken.items():
        here = stands.get(line)
        if (here is None or here.taken.number < taken.number) and (line, taken.number) not in named:
            damaged.append(Damaged(line, taken.number, taken.sha256, "its file or its entry is gone or damaged"))
    return stands, older, damaged


def _problem(take: Stored) -> str:
    if not take.sound.is_file():
        return "its sound file is gone"
    return "" if _sha256(take.sound) == take.taken.sha256 else "its sound file is not what was recorded"


def remove(home: PersonHome, sha256: str) -> None:
    """Take a take out of the home, its entry first, so that no entry without a sound is ever seen."""
    (home.recordings / f"{sha256}.json").unlink(missing_ok=True)
    (home.recordings / f"{sha256}.flac").unlink(missing_ok=True)


def sweep(home: PersonHome) -> None:
    """Remove what a killed session was just writing."""
    files.sweep(home.recordings, older_than=_ABANDONED_SECONDS)


def load_notes(home: PersonHome) -> Notes:
    """What ``recording.json`` says; nothing when there is none. Raises :class:`InputError` when it is damaged."""
    path = home.root / NOTES
    if not path.is_file():
        return Notes()
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        taken = {str(line): Taken(**{**each, "reasons": tuple(each["reasons"])}) for line, each in raw["taken"].items()}
        return Notes(taken, set(map(str, raw["skipped"])), str(raw["consent"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        hint = f"remove {path}: the takes themselves lie in the recordings and are found again"
        raise InputError(f"{path} cannot be read: {error}", hint=hint) from None


def save_notes(home: PersonHome, taken: Mapping[str, Taken], skipped: Iterable[str], consent: str) -> None:
    """Write ``recording.json`` whole or not at all."""
    said = {line: asdict(each) for line, each in taken.items()}
    files.write_json(home.root / NOTES, {"taken": said, "skipped": sorted(skipped), "consent": consent})


def is_whole(home: PersonHome, taken: Taken) -> bool:
    """Whether the take's sound is on the disk as it was written."""
    sound = home.recordings / f"{taken.sha256}.flac"
    return sound.is_file() and _sha256(sound) == taken.sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
