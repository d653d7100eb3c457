"""How often the finishing pass takes a person's own words, and how often it finds an assistant's frame.

    python -m bench.finishing DATASET…        folders of writing datasets (``exchanges.jsonl``)

``altered``: share of the person's texts, fed as if a model had written them, that come back changed otherwise than at
the white space around them. ``recovered``: share of the same texts, put into each of the frames of assistants below,
that come back exactly. ``held``: characters that are waiting on average after each piece.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench import harness
from likeness.core.types import WriteRequest
from likeness.write import dataset
from likeness.write.finish import Finisher

FRAMES = (
    "Here's the rewritten text:\n\n{}",
    "Sure! Here's a reply in your style:\n\n{}",
    "Certainly! Here is the rewritten message:\n\n{}\n\nLet me know if you'd like me to adjust the tone.",
    'Here is a draft of your message:\n\n"{}"',
    "```\n{}\n```",
    "**Rewritten text:**\n\n{}",
    "---\n\n{}\n\n---",
    "{}\n\nLet me know if you'd like me to make it shorter or more formal!",
    "{}\n\nNote: I kept the original meaning and used a more casual tone.",
    "Of course! Here's a more casual version of your text:\n\n---\n\n{}\n\n---\n\nI hope this helps! Would you like "
    "me to make any other changes?",
    "<think>\nThe user wants a reply.\n</think>\n\n{}<|im_end|>",
    "Assistant: {}",
    "Hier ist der umgeschriebene Text:\n\n{}",
    "Voici le texte réécrit :\n\n{}\n\nN'hésitez pas à me dire si vous souhaitez que je modifie le ton.",
    "¡Claro! Aquí tienes el texto reescrito:\n\n{}",
)
_SHOWN = 20


def texts(folders: list[Path]) -> Iterator[tuple[WriteRequest, str]]:
    """What the person wrote and what they answered (of many authors), each as if a request had asked for it."""
    for folder in folders:
        for row in dataset.exchanges(folder):
            said = row.exchange
            text = "\n".join(part for part in (said.greeting, said.text, said.sign_off) if part).strip()
            if text:
                request = WriteRequest("draft", "Write my reply.", said.context, channel=said.channel)
                yield request, text
            if said.context.strip():
                yield WriteRequest("draft", "Write my reply.", channel=said.channel), said.context.strip()


def through(text: str, request: WriteRequest, chance: random.Random) -> tuple[str, Finisher, float]:
    """``text`` finished in pieces of the length of tokens, and the characters held on average."""
    finisher = Finisher(request)
    came, fed, held, pieces = "", 0, 0, 0
    while fed < len(text):
        piece = text[fed : fed + chance.randint(1, 8)]
        fed += len(piece)
        came += finisher.feed(piece)
        pieces += 1
        held += fed - len(came)
    return came + finisher.end(), finisher, held / max(1, pieces)


def measure(folders: list[Path], limit: int) -> tuple[list[list[object]], dict[str, float]]:
    """Rows for the table, and the figures."""
    chance = random.Random(5)
    found = list(texts(folders))
    changed: Counter[str] = Counter()
    waiting = 0.0
    shown = 0
    for request, text in found:
        allowed = WriteRequest(
            request.task, request.text, request.context, channel=request.channel, max_characters=10**6
        )
        came, finisher, held = through(text, allowed, chance)
        waiting += held
        if came.strip() != text.strip():
            changed[", ".join(finisher.removed) or "nothing"] += 1
            if shown < _SHOWN:
                shown += 1
                print(f"  altered ({', '.join(finisher.removed)}): {text[:90]!r} … {text[-90:]!r}")
    rows: list[list[object]] = [
        ["texts", len(found)],
        ["altered", f"{changed.total()} ({changed.total() / len(found):.3%})"],
    ]
    rows += [[f"  {name}", count] for name, count in changed.most_common()]
    sample = chance.sample(found, min(limit, len(found)))
    exact = 0
    for frame in FRAMES:
        right = 0
        for request, text in sample:
            allowed = WriteRequest(
                request.task, request.text, request.context, channel=request.channel, max_characters=10**6
            )
            right += through(frame.format(text), allowed, chance)[0] == text
        exact += right
        rows.append([frame.replace("\n", "⏎")[:60], f"{right / len(sample):.1%}"])
    figures = {
        "altered": changed.total() / len(found),
        "recovered": exact / (len(sample) * len(FRAMES)),
        "held": waiting / len(found),
    }
    return rows, figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", type=Path, nargs="+")
    parser.add_argument("--limit", type=int, default=200, help="texts put into every frame")
    options = parser.parse_args()
    rows, figures = measure(options.datasets, options.limit)
    harness.finish("finishing", ["what", "figure"], rows, figures)


if __name__ == "__main__":
    main()
