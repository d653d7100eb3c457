"""Imports a folder of real list archives for one owner and checks what was found against plain counts.

The public archive used for this is ``MichaelChirico/r-mailing-list-archive`` (a folder per list, an mbox per month);
nothing of it is part of this repository.

    python -m bench.real_archive PATH… --me "Duncan Murdoch" --me murdoch.duncan@gmail.com

``owner_found``: the owner's mails found, of those that a plain search for ``From:`` in header blocks gives.
``replies_paired``: of the owner's replies whose parent is in the archive, those whose parent is in the store.
"""

from __future__ import annotations

import argparse
import re
import resource
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench import harness
from likeness.core.events import drain
from likeness.core.protocols import Owner
from likeness.core.store import Store
from likeness.write.ingest import ingest

_START = re.compile(rb"^From .*\d\d:\d\d:\d\d \d{4}\r?\n(?=From: )", re.MULTILINE)
_ID = re.compile(rb"^message-id:\s*<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)
_REPLIES_TO = re.compile(rb"^(?:in-reply-to|references):(.*(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_ANY_ID = re.compile(rb"<([^<>\s]+)>")


def plain_count(files: Iterable[Path], names: Sequence[str]) -> tuple[dict[str, set[str]], set[str]]:
    """Message-IDs of mails whose ``From:`` line holds one of ``names``, each with those it refers to; and all ids.

    Knows nothing of the importer: mails are cut at the archive's own separator, always followed by ``From:``.
    """
    wanted = [name.lower().encode() for name in names]
    mine: dict[str, set[str]] = {}
    known: set[str] = set()
    for file in files:
        raw = file.read_bytes()
        starts = [match.end() for match in _START.finditer(raw)]
        for start in starts:
            head = raw[start : raw.find(b"\n\n", start) + 1]
            found = _ID.search(head)
            if found is None:
                continue
            identity = found[1].decode("latin-1")
            known.add(identity)
            if any(name in head.split(b"\n", 1)[0].lower() for name in wanted):
                refers = b" ".join(_REPLIES_TO.findall(head))
                mine.setdefault(identity, set()).update(i.decode("latin-1") for i in _ANY_ID.findall(refers))
    return mine, known


def measure(paths: Sequence[Path], me: Sequence[str]) -> tuple[list[list[object]], dict[str, float]]:
    """Rows for the table, and the figures."""
    files = sorted(file for path in paths for file in ([path] if path.is_file() else path.rglob("*.txt")))
    counted, known = plain_count(files, me)
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "store.sqlite") as store:
        start = time.process_time()
        last = drain(ingest(store, Owner.of(me), paths))[-1]
        seconds = time.process_time() - start
        mine = {m.native_id: m for m in store.messages(owner_only=True)}
        unaccounted = sum(r.read - r.kept - r.duplicates - sum(r.dropped.values()) for r in store.ledger())
        answers = {identity for identity, parents in counted.items() if parents & known}
        paired = [
            identity
            for identity in answers & mine.keys()
            if any(store.message_by_native(i) for i in (mine[identity].reply_to, *mine[identity].references) if i)
        ]
    found = len(counted.keys() & mine.keys()) / len(counted)
    share = len(paired) / len(answers)
    size = sum(file.stat().st_size for file in files) / 1e6
    rows: list[list[object]] = [
        ["mails read", int(last.metrics["read"])],
        ["megabytes per CPU second", round(size / seconds, 1)],
        ["owner's mails by a plain count", len(counted)],
        ["of those found", f"{len(counted.keys() & mine.keys())} ({found:.2%})"],
        ["found beyond the plain count", len(mine.keys() - counted.keys())],
        ["owner's replies with a parent in the archive", len(answers)],
        ["of those paired", f"{len(paired)} ({share:.2%})"],
        ["bad entries", int(last.metrics["bad"])],
        ["entries the ledger does not account for", unaccounted],
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return rows, {"owner_found": found, "replies_paired": share, "mb_per_s": size / seconds, "peak_mb": peak}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--me", action="append", required=True)
    options = parser.parse_args()
    rows, figures = measure(options.paths, options.me)
    harness.finish("real_archive", ["what", "figure"], rows, figures)


if __name__ == "__main__":
    main()
