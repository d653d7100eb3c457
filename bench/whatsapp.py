"""Reading WhatsApp exports against whatstk, the library people use for it.

All get the same two generated chats (one as Android writes it, one as iOS does: short lines, long ones, several lines),
must find the same messages, and are timed in CPU seconds, each in a process of its own, told nothing of the format.
whatstk makes a table of when, who and what; ``whatsapp_ratio`` compares with the same made by our reader, and
``whatsapp_messages_ratio`` with what an import makes of it: messages with stable ids, the owner known, notices told
from words, and where each stands.

    python -m bench.whatsapp [--megabytes 8] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bench.harness import finish

PEOPLE = ("Ana Lima", "Ben", "Chris P.", "Dana")
_WORDS = re.findall(
    r"\w+",
    "ok so the train is late again but we can still make it if you leave now or maybe take the bus what do you think "
    "haha no way really good morning did anyone see my keys dinner at eight sounds great thanks love it sure why not",
)


def generate(megabytes: float, style: str, seed: int = 3) -> str:
    """A chat of about ``megabytes`` in the ``style`` "android" or "ios"."""
    chance = random.Random(seed)
    moment = datetime(2014, 1, 13, 8, 30)
    lines: list[str] = []
    size = 0
    while size < megabytes * 1e6:
        moment += timedelta(seconds=chance.choice((5, 10, 20, 20, 40, 40, 60, 90, 300, 300, 1800, 20_000)))
        text = " ".join(chance.choices(_WORDS, k=chance.choice((1, 2, 3, 5, 8, 8, 13, 30))))
        if chance.random() < 0.03:
            text += "\nand also: " + " ".join(chance.choices(_WORDS, k=6))
        if style == "android":
            stamp = f"{moment.day}/{moment.month:02}/{moment:%y, %H:%M} - "
        else:
            stamp = f"[{moment.day:02}/{moment.month:02}/{moment:%Y, %H:%M:%S}] "
        lines.append(f"{stamp}{chance.choice(PEOPLE)}: {text}\n")
        size += len(lines[-1])
    return "".join(lines)


def table(path: Path) -> int:
    """Entries (when, who, what) read by our reader."""
    from likeness.sources.whatsapp import chat, container

    texts = [text for text in container.texts(path) if isinstance(text, container.Text)]
    return sum(bool(entry.sender) for text in texts for entry in chat.read(text.text).entries())


def messages(path: Path) -> int:
    """Messages read by the WhatsApp source."""
    from likeness.core.protocols import Owner
    from likeness.core.types import Message
    from likeness.sources.whatsapp import WhatsAppSource

    return sum(isinstance(item, Message) for item in WhatsAppSource().read(path, Owner.of([PEOPLE[0]])))


def whatstk(path: Path) -> int:
    """Messages read by whatstk, told nothing of the format either."""
    from whatstk import WhatsAppChat

    return len(WhatsAppChat.from_source(str(path)).df)


SIDES = {"likeness, table": table, "likeness, messages": messages, "whatstk": whatstk}


def run_side(side: str, path: Path) -> dict[str, float]:
    """Time one side in this process; what it imports is not what is compared."""
    warm = path.with_name(f"warm-{path.name}")
    SIDES[side](warm)
    start = time.process_time()
    messages = SIDES[side](path)
    return {"seconds": time.process_time() - start, "messages": messages}


def measure(megabytes: float = 8, rounds: int = 3) -> tuple[list[list[object]], dict[str, float]]:
    """Rows for the table (what, CPU seconds, messages, MB/s) and the figures."""
    rows: list[list[object]] = []
    seconds = dict.fromkeys(SIDES, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        for style in ("android", "ios"):
            path = Path(folder) / f"{style}.txt"
            path.write_text(generate(megabytes, style), encoding="utf-8")
            path.with_name(f"warm-{path.name}").write_text(generate(0.02, style), encoding="utf-8")
            runs = {side: list(_runs(side, path, rounds)) for side in SIDES}
            found = {side: runs[side][0]["messages"] for side in SIDES}
            if len(set(found.values())) != 1:
                raise SystemExit(f"the sides do not find the same messages: {found}")
            for side in SIDES:
                median = statistics.median(run["seconds"] for run in runs[side])
                seconds[side] += median
                rows.append([f"WhatsApp {style}, {side}", median, found[side], path.stat().st_size / 1e6 / median])
    peer = seconds["whatstk"]
    return rows, {
        "whatsapp_ratio": peer / seconds["likeness, table"],
        "whatsapp_messages_ratio": peer / seconds["likeness, messages"],
    }


def _runs(side: str, path: Path, rounds: int) -> Iterator[dict[str, float]]:
    for _ in range(rounds):
        command = [sys.executable, "-m", "bench.whatsapp", "--side", side, "--path", str(path)]
        yield json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps(run_side(options.side, options.path)))
        return
    rows, figures = measure(options.megabytes, options.rounds)
    finish("whatsapp", ["what", "CPU s", "messages", "MB/s"], rows, figures)


if __name__ == "__main__":
    main()
