"""What a dataset's manifest says was counted: yield, drops by reason, and how the selection compares to the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from likeness.core.types import Example, Exchange
from likeness.write.corpus import Tally
from likeness.write.dataset import Row
from likeness.write.select import length_class, tokens

_PEOPLE = 20


def measure(
    rows: Sequence[Row], chosen: Sequence[Row], examples: Sequence[Example], tally: Tally, skipped: Counter[str]
) -> dict[str, Any]:
    """Everything counted, as JSON values.

    ``messages``: read, by the owner, kept after cleaning and de-duplication. ``dropped``: owner's messages by reason.
    ``stripped``: parts taken out of kept messages. ``paired``: replies by the way their parent was found.
    ``examples``: total, by kind, channel and split. ``histograms``: for channel, year, length and correspondent,
    how many messages the corpus and the selection have. ``selected``: messages and tokens.
    """
    found = sum(count for method, count in tally.paired.items() if method not in {"none", "quoted"})
    return {
        "messages": {"read": tally.messages, "owner": tally.owner, "kept": len(rows)},
        "dropped": _counted(tally.dropped),
        "stripped": _counted(tally.stripped),
        "redacted": _counted(tally.redacted),
        "replies": tally.replies,
        "paired": _counted(tally.paired),
        "paired_share": round(found / tally.replies, 4) if tally.replies else None,
        "examples": {
            "total": len(examples),
            "kind": _counted(Counter(example.kind for example in examples)),
            "channel": _counted(Counter(example.channel for example in examples)),
            "split": _counted(Counter(example.split for example in examples)),
            "not_made": _counted(skipped),
        },
        "exchanges": _counted(Counter(row.split for row in rows)),
        "selected": {"messages": len(chosen), "tokens": sum(tokens(row.exchange.text) for row in chosen)},
        "histograms": {name: _histogram(rows, chosen, value) for name, value in _AXES.items()},
    }


def headline(values: Mapping[str, Any]) -> dict[str, float]:
    """The few numbers worth showing when the work is done."""
    return {
        "messages": values["messages"]["owner"],
        "kept": values["messages"]["kept"],
        "examples": values["examples"]["total"],
        **values["examples"]["split"],
    }


def _year(exchange: Exchange) -> str:
    return str(exchange.sent_at.year) if exchange.sent_at else "undated"


_AXES: dict[str, Callable[[Exchange], str]] = {
    "channel": lambda exchange: exchange.channel,
    "year": _year,
    "length": lambda exchange: length_class(exchange.text),
    "correspondent": lambda exchange: exchange.correspondent,
}


def _counted(counter: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in sorted(counter.items(), key=lambda item: (-item[1], item[0])) if count}


def _histogram(
    rows: Sequence[Row], chosen: Sequence[Row], value: Callable[[Exchange], str]
) -> dict[str, dict[str, int]]:
    corpus = Counter(value(row.exchange) for row in rows)
    selected = Counter(value(row.exchange) for row in chosen)
    names = [name for name, _ in corpus.most_common(_PEOPLE)]
    histogram = {name: {"corpus": corpus[name], "selected": selected[name]} for name in sorted(names)}
    rest = {"corpus": sum(corpus.values()), "selected": sum(selected.values())}
    for counts in histogram.values():
        rest = {key: rest[key] - counts[key] for key in rest}
    return {**histogram, "others": rest} if rest["corpus"] else histogram
