"""PST and OST archives through the separate program ``readpst`` (GPL, Debian package pst-utils).

It unpacks an archive into mbox files in a private temporary folder, which is removed afterwards.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.mail import folders
from likeness.sources.mbox import MboxSource

NAME = "readpst"


class Unpacked(NamedTuple):
    """The mbox files that came out, and what the program ended with."""

    boxes: Sequence[Path]
    code: int


@contextmanager
def unpacked(path: Path) -> Iterator[Unpacked]:
    """The mbox files that ``readpst`` makes of an archive, in a private folder that is removed afterwards.

    Each is named after the folder of the archive that says what it is for ("Sent Items"), where one does.
    """
    with tempfile.TemporaryDirectory(prefix="likeness-") as name:
        root = Path(name)
        command = [NAME, "-q", "-r", "-8", "-t", "e", "-j", "0", "-o", str(root), str(path.resolve())]
        nothing = subprocess.DEVNULL
        done = subprocess.run(command, check=False, stdin=nothing, stdout=nothing, stderr=nothing)
        boxes = []
        for box in sorted(file for file in root.rglob("mbox") if file.is_file()):
            names = box.parent.relative_to(root).parts
            told = next((name for name in reversed(names) if folders.kind(name)), box.parent.name)
            boxes.append(box.rename(box.with_name(told)))
        yield Unpacked(boxes, done.returncode)


def messages(name: str, found: Unpacked, owner: Owner, wanted: Collection[str]) -> Iterator[Message | Skipped]:
    if found.code:
        yield Skipped("damaged archive", name, bad=True, detail=f"{NAME} ended with code {found.code}")
    elif not found.boxes:
        yield Skipped("no mail in it", name)
    source = MboxSource()
    asked = frozenset(wanted).union(*(source.answered(box, owner) for box in found.boxes))
    for box in found.boxes:
        for item in source.read(box, owner, wanted=asked):
            where = "" if isinstance(item, Progress) else f"{name}/{box.parent.name}:{item.where.rpartition(':')[2]}"
            if isinstance(item, Message):
                yield replace(item, source="pst" if item.source == source.name else item.source, where=where)
            elif isinstance(item, Skipped):
                yield replace(item, where=where)


def identities(found: Unpacked) -> Iterator[Identity]:
    """Who the owner may be, over all of the files: those found in Sent first."""
    seen: set[str] = set()
    every = (one for box in found.boxes for one in MboxSource().identities(box))
    for one in sorted(every, key=_from_sent_first):
        if one.value not in seen:
            seen.add(one.value)
            yield one


def answered(found: Unpacked, owner: Owner) -> frozenset[str]:
    """Message-IDs that the owner's mails in the files answer."""
    return frozenset().union(*(MboxSource().answered(box, owner) for box in found.boxes))


def _from_sent_first(identity: Identity) -> tuple[bool, int]:
    return ("in Sent" not in identity.evidence, -identity.count)
