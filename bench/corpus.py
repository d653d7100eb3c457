"""Twenty years of messages: reading, de-duplicating and the whole way to a dataset, against what people use for it.

``mbox_ratio``: from an mbox to the owner's texts and the mails they answer, against the standard library's ``mailbox``
and ``email`` doing the same; both must return the same mails with the same texts. Each side runs in a process of its
own, alternating, and the median of its CPU times counts (user and system: both sides use one thread, and the clock on
the wall measures the neighbours too); memory is the process's peak over its start.

The other parts are ``bench.dedupe``, ``bench.pipeline`` and ``bench.whatsapp``, which say how they measure. ``--full``
is the size the project is held to: an mbox of 2 GB, a million texts, a million messages.

    python -m bench.corpus [--megabytes 100] [--rounds 3] [--texts 20000] [--messages 20000] [--full]
"""

from __future__ import annotations

import argparse
import json
import mailbox
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from email.message import Message as Mail
from email.utils import parseaddr
from pathlib import Path

from bench import dedupe, harness, mailbox_maker, pipeline, whatsapp

HEADER = ("CPU s", "mails or pairs", "recall", "precision", "memory MB")


def ours(path: Path) -> dict[str, str]:
    """Message-ID to text, by the mbox source."""
    from likeness.core.protocols import Owner
    from likeness.core.types import Message
    from likeness.sources.mbox import MboxSource

    owner = Owner.of([mailbox_maker.OWNER])
    return {item.native_id: item.body for item in MboxSource().read(path, owner) if isinstance(item, Message)}


def standard_library(path: Path) -> dict[str, str]:
    """The same by ``mailbox``: one pass over the headers it parses, then the text of what is needed."""
    box = mailbox.mbox(path, create=False)
    mine: dict[str, Mail] = {}
    others: dict[str, int] = {}
    for key, mail in box.iteritems():
        identity = str(mail["message-id"]).strip("<> ")
        if parseaddr(str(mail["from"]))[1].lower() == mailbox_maker.OWNER:
            mine[identity] = mail
        else:
            others[identity] = key
    kept = dict(mine)
    for mail in mine.values():
        parent = str(mail["in-reply-to"] or "").strip("<> ")
        if parent in others:
            kept[parent] = box.get_message(others[parent])
    return {identity: _text(mail) for identity, mail in kept.items()}


def _text(mail: Mail) -> str:
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for part in mail.walk():
        if part.get_content_type() in texts and part.get_content_disposition() != "attachment":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            texts[part.get_content_type()].append(payload.decode(part.get_content_charset("utf-8"), "replace"))
    return "\n".join(texts["text/plain"] or texts["text/html"])


SIDES = {"likeness": ours, "mailbox + email": standard_library}


def run_side(side: str, path: Path) -> Mapping[str, float]:
    """Time one side in this process."""
    SIDES[side](Path("/dev/null"))  # imports are not what is compared
    before = harness.peak_mb()
    start = time.process_time()
    texts = SIDES[side](path)
    seconds = time.process_time() - start
    grown = harness.peak_mb() - before
    joined = sorted((identity, " ".join(text.split())) for identity, text in texts.items())
    return {"seconds": seconds, "peak_mb": grown, "mails": len(texts), "digest": hash_of(joined)}


def hash_of(value: object) -> int:
    """The same in every process, unlike :func:`hash`."""
    import zlib

    return zlib.crc32(json.dumps(value).encode())


def measure_mbox(megabytes: int, rounds: int) -> tuple[list[list[object]], dict[str, float]]:
    """Rows for the table, and the figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.mbox"
        mailbox_maker.write(path, megabytes)
        size = path.stat().st_size / 1e6
        results: dict[str, list[Mapping[str, float]]] = {side: [] for side in SIDES}
        for _ in range(rounds):
            for side, runs in results.items():
                done = subprocess.run(
                    [sys.executable, "-m", "bench.corpus", "--side", side, "--path", str(path)],
                    check=True,
                    capture_output=True,
                )
                runs.append(json.loads(done.stdout))
    found = {(run["mails"], run["digest"]) for runs in results.values() for run in runs}
    if len(found) != 1:
        raise SystemExit(f"the two sides do not return the same mails: {found}")
    seconds = {side: statistics.median(run["seconds"] for run in runs) for side, runs in results.items()}
    peaks = {side: statistics.median(run["peak_mb"] for run in runs) for side, runs in results.items()}
    rows: list[list[object]] = [
        [f"mbox of {size:.0f} MB, {side}", seconds[side], next(iter(found))[0], 1.0, 1.0, round(peaks[side], 1)]
        for side in SIDES
    ]
    figures = {
        "mbox_ratio": seconds["mailbox + email"] / seconds["likeness"],
        "mbox_mb_per_s": size / seconds["likeness"],
        "mbox_memory_ratio": peaks["likeness"] / max(peaks["mailbox + email"], 1),
        "mbox_mails": next(iter(found))[0],
    }
    return rows, figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--texts", type=int, default=dedupe.TEXTS)
    parser.add_argument("--messages", type=int, default=pipeline.MESSAGES)
    parser.add_argument("--full", action="store_true", help="2000 MB, 1,000,000 texts and 1,000,000 messages")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps(run_side(options.side, options.path)))
        return
    megabytes, texts, messages = (
        (2000, 1_000_000, 1_000_000) if options.full else (options.megabytes, options.texts, options.messages)
    )
    rows, found = measure_mbox(megabytes, options.rounds)
    dedupe_rows, dedupe_figures = dedupe.measure(texts)
    whatsapp_rows, whatsapp_figures = whatsapp.measure()
    stages, done = pipeline.measure(messages)
    for title, header, table in (
        ("Reading and de-duplicating", ["what", *HEADER], [*rows, *dedupe_rows]),
        ("WhatsApp", ("what", "CPU s", "messages", "MB/s"), whatsapp_rows),
    ):
        print(f"{title}:")
        harness.table(header, table)
        print()
    print(f"From {messages:,} messages to a dataset:")
    harness.finish(
        "corpus",
        pipeline.HEADER,
        stages,
        {**found, **dedupe_figures, **whatsapp_figures, **pipeline.figures(messages, done)},
    )


if __name__ == "__main__":
    main()
