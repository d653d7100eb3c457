"""Transcripts of recordings with speaker labels: text, SubRip, WebVTT and JSON, of Plaud and others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from likeness.core.artefacts import digest
from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.shared import text as texts
from likeness.sources.shared.chats import Conversation, resumable
from likeness.sources.transcript import captions, clock, plain, segments
from likeness.sources.transcript.labels import file_label, identity, is_generic
from likeness.sources.transcript.plain import Segment

_LONGEST = 64 << 20
_FIRST_LINES = 2000
_HEADING = 4096
_TEXTS = (".txt", ".text", ".md", ".markdown")
_SAME_RECORDING = 1024
_SPOKEN = ("spoken",)
_NO_SPEAKERS = (
    '{} is a transcript that does not say who speaks, and labels ("Sam: …", "Speaker 1 00:00:05", "<v Sam>") were '
    "expected: export it again with speaker labels, or transcribe it with diarisation"
)


@dataclass(frozen=True, slots=True)
class _Transcript:
    """A file's segments, when the recording was made, and whether lines stand before the first of them."""

    segments: Iterator[Segment]
    recorded_at: datetime | None
    headed: bool = False


class TranscriptSource:
    """Reads the transcript of one recording."""

    name: ClassVar[str] = "transcript"
    title: ClassVar[str] = "Transcript with speaker labels (txt, srt, vtt, json; Plaud and others)"
    last_resort: ClassVar[bool] = True

    def recognises(self, path: Path) -> bool:
        """True for captions, JSON segments or lines in the first 64 KiB of which several turns name their speakers."""
        head = _head(path)
        if not head:
            return False
        if segments.is_json(head) and path.stat().st_size > texts.HEAD:
            return segments.seem_to_be(head)
        return _opened(path, head) is not None

    def diagnose(self, path: Path) -> str | None:
        """Transcripts in which nobody is named, and empty or damaged ones."""
        suffix = path.suffix.lower()
        if suffix not in (".txt", ".md", ".srt", ".vtt", ".json") or not path.is_file():
            return None
        head = _head(path)
        if suffix in (".srt", ".vtt"):
            if not head:
                return f"{path.name} is empty, and captions with speakers were expected: export it again"
            if not captions.are_captions(head):
                return f"{path.name} has no captions in it, and cues (00:00:01,000 --> 00:00:04,000) were expected"
        if not head or self.recognises(path):
            return None
        found = captions.are_captions(head) or plain.has_times_only(head)
        if segments.is_json(head):
            whole = segments.document(_whole(path)) if path.stat().st_size <= _LONGEST else None
            if whole is None and segments.seem_to_be(head):
                return f"{path.name} is a transcript cut short or damaged, and whole JSON was expected: export it again"
            found = bool(segments.listed(whole, speakers=False))
        return _NO_SPEAKERS.format(path.name) if found else None

    def files(self, path: Path) -> Sequence[Path]:
        """The file itself."""
        return [path]

    def identities(self, path: Path) -> Iterator[Identity]:
        """The speakers, those with a name first, then by turns. Nothing in a transcript says which is the owner."""
        found = _opened(path, _whole(path))
        counts = Counter(turn.speaker for turn in _turns(found.segments) if turn.speaker) if found else Counter()
        file = file_label(path)
        for label, count in sorted(counts.items(), key=lambda item: (is_generic(item[0]), -item[1], item[0])):
            yield Identity(
                identity(label, file), count, f"speaks in {count} {'turn' if count == 1 else 'turns'} of {file}"
            )

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """The turns, in order; segments of one speaker that follow each other are one turn. ``start`` counts turns."""
        size = path.stat().st_size
        items = [Skipped("too long for a transcript", path.name, bad=True)] if size > _LONGEST else _items(path, owner)
        yield from resumable(items, start=start, size=size)


def _items(path: Path, owner: Owner) -> Iterator[Message | Skipped]:
    text = _whole(path)
    found = _opened(path, text)
    if found is None:
        damaged = segments.is_json(text) and segments.document(text) is None
        yield Skipped("truncated or damaged JSON" if damaged else "no speakers", path.name, bad=True)
        return
    if found.headed:
        yield Skipped("heading", f"{path.name}:line 1")
    file = file_label(path)
    recording = Conversation("transcript", f"{file} {digest([text[:_SAME_RECORDING]])[:6]}", subject=path.stem)
    for turn in _turns(found.segments):
        where = f"{path.name}:{turn.place}"
        if not turn.speaker:
            yield Skipped("no speaker", where)
        elif not turn.text:
            yield Skipped("no text", where)
        else:
            sender = identity(turn.speaker, file)
            yield recording.message(
                sender=sender,
                sender_name=turn.speaker,
                body=turn.text,
                sent_at=_moment(found.recorded_at, turn.start),
                mine=owner.is_me(sender),
                where=where,
                labels=_SPOKEN,
            )


def _turns(found: Iterator[Segment]) -> Iterator[Segment]:
    """Segments of one speaker that follow each other, as one."""
    current: Segment | None = None
    for segment in found:
        if current and segment.speaker and segment.speaker == current.speaker:
            # A paragraph of a text stays one; captions and JSON cut within sentences.
            glue = "\n" if segment.place.startswith("line") else " "
            current = current._replace(text=glue.join(part for part in (current.text, segment.text) if part))
            continue
        if current:
            yield current
        current = segment
    if current:
        yield current


def _moment(recorded_at: datetime | None, start: float | None) -> datetime | None:
    if recorded_at is None or start is None:
        return recorded_at
    try:
        return recorded_at + timedelta(seconds=round(start, 3))
    except OverflowError:
        return None


def _opened(path: Path, text: str) -> _Transcript | None:
    """What kind of transcript ``text`` is; ``None`` for none that names its speakers."""
    text = text.lstrip("\ufeff \t\r\n")
    made = clock.recorded_at(path.stem)
    if segments.is_json(text):
        values = segments.document(text)
        elements = segments.listed(values)
        return _Transcript(segments.segments(elements), made or clock.recorded_at_of(values)) if elements else None
    first = "\n".join(text.split("\n", _FIRST_LINES)[:_FIRST_LINES])
    if captions.are_captions(text[: texts.HEAD]):
        named = [segment for segment in captions.segments(first) if segment.speaker]
        return _Transcript(captions.segments(text), made) if _speak(named) else None
    form = plain.form_of(first) if path.suffix.lower() in _TEXTS else ""
    if not form:
        return None
    head = plain.preamble(text, form)
    return _Transcript(plain.segments(text, form), made or clock.recorded_at(head[:_HEADING]), bool(head))


def _speak(named: list[Segment]) -> bool:
    """Several captions with labels of which one comes again: "Note: …" is no speaker."""
    labels = {segment.speaker for segment in named}
    return len(named) > 1 and (len(labels) < len(named) or all(map(is_generic, labels)))


def _head(path: Path) -> str:
    try:
        readable = path.is_file() and not texts.is_binary(path)
        return texts.head(path).lstrip("\ufeff \t\r\n") if readable else ""
    except (OSError, UnicodeError):
        return ""


def _whole(path: Path) -> str:
    try:
        return texts.head(path, limit=_LONGEST)
    except UnicodeError:
        return ""
