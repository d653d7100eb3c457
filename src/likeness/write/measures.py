"""What a dataset's manifest says was counted: yield, drops by reason, and how the selection compares to the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.write import dataset, diversity
from likeness.write.corpus import Tally
from likeness.write.examples import Made
from likeness.write.gathered import Gathered, Labels, Numbers

_MOST = 20
_YEARS = 60


def measure(
    gathered: Gathered, kept: Numbers, splits: NDArray[np.int8], chosen: Numbers, tally: Tally, everything: bool
) -> dict[str, Any]:
    """Everything counted but the examples, as JSON values. ``kept`` and ``chosen`` are places in ``gathered``,
    ``splits`` the split of each of ``kept``.

    ``messages``: read, by the owner, kept after cleaning and de-duplication. ``dropped``: owner's messages by reason.
    ``stripped``: parts taken out of kept messages. ``redacted``: placeholders by kind. ``paired``: replies by the way
    their parent was found. ``exchanges``: kept messages by split. ``selected``: messages and tokens chosen.
    ``available``: the same of all that was kept. ``languages``, added by whoever calls: kept messages by language.
    ``histograms``: for channel, year, length and correspondent (the 20 with most, and "others"; every year), by name,
    how many messages (``corpus``, ``selected``) and tokens (``corpus_tokens``, ``selected_tokens``) there are and were
    chosen.
    ``diversity``: see :func:`likeness.write.diversity.compare`; of the training split, absent where all was chosen.
    """
    found = sum(count for method, count in tally.paired.items() if method not in {"none", "quoted"})
    train = kept[splits == dataset.SPLITS.index("train")]
    values: dict[str, Any] = {
        "messages": {"read": tally.messages, "owner": tally.owner, "kept": len(kept)},
        "dropped": counted(tally.dropped),
        "stripped": counted(tally.stripped),
        "redacted": counted(tally.redacted),
        "replies": tally.replies,
        "paired": counted(tally.paired),
        "paired_share": round(found / tally.replies, 4) if tally.replies else None,
        "exchanges": counted(Counter({name: int((splits == i).sum()) for i, name in enumerate(dataset.SPLITS)})),
        "selected": {"messages": len(chosen), "tokens": int(gathered.tokens[chosen].sum())},
        "available": {"messages": len(kept), "tokens": int(gathered.tokens[kept].sum())},
        "histograms": {
            name: _histogram(labels, gathered.tokens, kept, chosen, _YEARS if name == "year" else _MOST)
            for name, labels in gathered.axes.items()
        },
    }
    if not everything and len(chosen) < len(kept):
        values["diversity"] = diversity.compare(gathered, train, np.intersect1d(chosen, train))
    return values


def of_examples(made: Made) -> dict[str, Any]:
    """What was counted of the examples: total, by kind, channel and split, and by reason what gave none."""
    return {
        "total": sum(made.kind.values()),
        "kind": counted(made.kind),
        "channel": counted(made.channel),
        "split": counted(made.split),
        "not_made": counted(made.skipped),
    }


def headline(values: Mapping[str, Any]) -> dict[str, float]:
    """The few numbers worth showing when the work is done."""
    return {
        "messages": values["messages"]["owner"],
        "kept": values["messages"]["kept"],
        "examples": values["examples"]["total"],
        **values["examples"]["split"],
    }


def counted(counter: Mapping[str, int]) -> dict[str, int]:
    """``counter`` without zeros, the largest first."""
    return {name: count for name, count in sorted(counter.items(), key=lambda item: (-item[1], item[0])) if count}


def _histogram(labels: Labels, tokens: Numbers, kept: Numbers, chosen: Numbers, most: int) -> dict[str, dict[str, int]]:
    columns: dict[str, Numbers] = {}
    for name, places in (("corpus", kept), ("selected", chosen)):
        numbers = labels.numbers[places]
        columns[name] = np.bincount(numbers, minlength=len(labels.names))
        weights = np.bincount(numbers, weights=tokens[places], minlength=len(labels.names))
        columns[f"{name}_tokens"] = weights.astype(np.int64)
    ranked = sorted(np.flatnonzero(columns["corpus"]).tolist(), key=lambda i: (-columns["corpus"][i], labels.names[i]))
    shown = sorted(ranked[:most], key=lambda i: labels.names[i])
    histogram = {labels.names[i]: {name: int(column[i]) for name, column in columns.items()} for i in shown}
    if len(ranked) > most:
        rest = ranked[most:]
        histogram["others"] = {name: int(column[rest].sum()) for name, column in columns.items()}
    return histogram
