"""The ledger of imports on the screen: what was read, what a dry run would read, and what was left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

import typer

if TYPE_CHECKING:  # numpy comes with the store's types, and `--help` must stay quick
    from likeness.core.store import BadEntry, ImportRecord
    from likeness.write.preview import Preview
    from likeness.write.recognise import Survey

SHOWN_BAD_ENTRIES = 10
SHOWN_FILES = 12
SHOWN_LEFT_OUT = 10
SHOWN_NAMES = 5


class _Entry(Protocol):
    @property
    def source(self) -> str: ...
    @property
    def dropped(self) -> Mapping[str, int]: ...
    @property
    def bad(self) -> tuple[BadEntry, ...]: ...


_Kind = TypeVar("_Kind", bound=_Entry)


def show_records(records: Sequence[ImportRecord]) -> None:
    """Every import: counts, reasons, and the first bad entries with where they stand."""
    for record in folded(records):
        typer.echo(f"{record.path} ({record.source})")
        typer.echo(f"  read {record.read:,}, kept {record.kept:,}, already there {record.duplicates:,}")
        _drops(record)


def show_previews(previews: Sequence[Preview]) -> None:
    """What a dry run found in every archive."""
    shown = list(previews)
    if len(shown) > SHOWN_FILES:
        groups = [[one for one in previews if one.source == name] for name in dict.fromkeys(p.source for p in previews)]
        shown = [_together(group) for group in groups]
    for one in shown:
        files = "1 file" if one.files == 1 else f"{one.files:,} files"
        typer.echo(f"{one.name} ({one.source}): {files}, {one.bytes / 1e6:,.1f} MB")
        dates = f", {one.first:%Y-%m-%d} to {one.last:%Y-%m-%d}" if one.first and one.last else ""
        typer.echo(f"  {one.messages:,} messages, {one.yours:,} yours, {one.new:,} new{dates}")
        _drops(one)


def show_left_out(found: Survey) -> None:
    """What no source reads: by name and reason where something can be put right, else counted."""
    faulty = [left for left in found.left_out if left.diagnosed]
    unknown = [left.name for left in found.left_out if not left.diagnosed]
    if faulty:
        typer.echo(f"Could not be read: {len(faulty):,}")
    for left in faulty[:SHOWN_LEFT_OUT]:
        typer.echo(f"  {left.name} {left.why}")
    if len(faulty) > SHOWN_LEFT_OUT:
        typer.echo(f"  … and {len(faulty) - SHOWN_LEFT_OUT:,} more; --json lists them")
    if unknown:
        names = ", ".join(unknown[:SHOWN_NAMES]) + (", …" if len(unknown) > SHOWN_NAMES else "")
        typer.echo(f"Left out, nothing known in them: {_files(len(unknown))} ({names})")
    if found.media:
        typer.echo(f"Left out: {found.media:,} pictures, sounds, films and documents")


def folded(records: Sequence[ImportRecord]) -> list[ImportRecord]:
    """One line per source where an archive has so many files that a line for each would bury the rest."""
    if len(records) <= SHOWN_FILES:
        return list(records)
    together: dict[str, ImportRecord] = {}
    counts = Counter(record.source for record in records)
    for record in records:
        before = together.get(record.source)
        if before is None:
            count = counts[record.source]
            together[record.source] = replace(record, path=f"{count} archives") if count > 1 else record
            continue
        together[record.source] = replace(
            before,
            read=before.read + record.read,
            kept=before.kept + record.kept,
            duplicates=before.duplicates + record.duplicates,
            dropped=_sum([before, record]),
            bad=before.bad + record.bad,
        )
    return list(together.values())


def _together(group: Sequence[Preview]) -> Preview:
    if len(group) == 1:
        return group[0]
    return replace(
        group[0],
        name=f"{len(group)} archives",
        files=sum(one.files for one in group),
        bytes=sum(one.bytes for one in group),
        messages=sum(one.messages for one in group),
        yours=sum(one.yours for one in group),
        new=sum(one.new for one in group),
        first=min((one.first for one in group if one.first), default=None),
        last=max((one.last for one in group if one.last), default=None),
        dropped=_sum(group),
        bad=tuple(entry for one in group for entry in one.bad),
    )


def _sum(entries: Sequence[_Kind]) -> dict[str, int]:
    total = Counter[str]()
    for entry in entries:
        total.update(entry.dropped)
    return dict(total.most_common())


def _drops(entry: _Entry) -> None:
    for reason, count in entry.dropped.items():
        typer.echo(f"  dropped {count:,}: {reason}")
    for bad in entry.bad[:SHOWN_BAD_ENTRIES]:
        typer.echo(f"    {bad.where}: {bad.reason}{f' ({bad.detail})' if bad.detail else ''}")
    if len(entry.bad) > SHOWN_BAD_ENTRIES:
        typer.echo(f"    … and {len(entry.bad) - SHOWN_BAD_ENTRIES:,} more; --json lists them")


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"
