"""Mail archives of many items (Outlook's olm and pst), read like an mbox: headers first, then what is needed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.mail import folders, index
from likeness.sources.mail.addresses import Owners
from likeness.sources.mail.identities import Evidence

NOT_NEEDED = "not yours, nor answered by you"
_PROGRESS_EVERY = 100


class Heading(NamedTuple):
    """What is known of an item before its text is read.

    ``place`` is what :meth:`Archive.read` finds it by; ``fields`` are header fields (names in lower case), or ``None``
    for an item that is no mail or cannot be read, for the ``reason``; ``kind`` is what its folder is for.
    """

    place: int
    fields: Mapping[str, str] | None
    kind: folders.Kind = ""
    reason: str = ""
    bad: bool = False


class Archive(Protocol):
    """An opened archive. Its items keep their order and places from one reading to the next."""

    def headings(self) -> Iterator[Heading]:
        """Every item, in order."""
        ...

    def read(self, place: int, owners: Owners, *, by_subject: bool) -> Message | Skipped:
        """One item, read whole. Never raises on its content."""
        ...

    def where(self, place: int) -> str:
        """The item's place in words."""
        ...


def identities(name: str, archive: Archive) -> Iterator[Identity]:
    """Who the owner of an archive may be."""
    evidence = Evidence(name)
    for heading in archive.headings():
        if heading.fields is not None:
            evidence.add(heading.fields, heading.kind)
    yield from evidence.ranked()


def answered(archive: Archive, owners: Owners) -> frozenset[str]:
    """Message-IDs that the owner's mails in an archive answer."""
    found, _ = _indexed(archive.headings(), owners, keep_answers=True)
    return frozenset(found.answers)


def read(
    archive: Archive, owners: Owners, *, size: int, start: int, wanted: Collection[str]
) -> Iterator[Message | Skipped | Progress]:
    """The owner's mails, what they answer and those ``wanted``. ``start`` and cursors count items.

    ``size`` is that of the archive in bytes; progress is the share of items.
    """
    found, left_out = _indexed(archive.headings(), owners, keep_answers=False)
    needed = found.needed(wanted)
    total = len(found.offsets)
    for number, place in enumerate(found.offsets):
        if number < start:
            continue
        if number % _PROGRESS_EVERY == 0:
            yield Progress(size * number // total, size, number)
        if number in left_out:
            reason, bad = left_out[number]
            yield Skipped(reason, archive.where(place), bad=bad)
        elif needed[number]:
            yield archive.read(place, owners, by_subject=needed[number] == index.BY_SUBJECT)
        else:
            yield Skipped(index.REASONS.get(found.states[number], NOT_NEEDED), archive.where(place))
    yield Progress(size, size, total)


def _indexed(
    headings: Iterable[Heading], owners: Owners, *, keep_answers: bool
) -> tuple[index.Index, dict[int, tuple[str, bool]]]:
    """The index, and of the items that are no mail the number, reason and whether it is malformed."""
    found = index.Index()
    left_out: dict[int, tuple[str, bool]] = {}
    for heading in headings:
        if heading.fields is None:
            left_out[len(found.offsets)] = (heading.reason, heading.bad)
            found.add(heading.place, b"", 0, index.READ)
        else:
            index.add_fields(found, heading.place, heading.fields, owners, heading.kind, keep_answers=keep_answers)
    return found, left_out
