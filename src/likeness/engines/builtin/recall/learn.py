"""Learning an adapter: the edit model, the habits and the memory, from the training messages of a dataset."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from likeness.core import files
from likeness.core.errors import InputError, NotFound
from likeness.core.events import Event
from likeness.engines.builtin.recall import edits, habits, memory, phrases, rows, sites
from likeness.engines.builtin.recall.neutralise import neutralise

EDITS = "edits.json"
HABITS = "habits.json"
PHRASES = "phrases.json"


@dataclass(frozen=True, slots=True)
class Learned:
    """What an adapter holds, loaded."""

    edits: edits.EditModel
    habits: habits.Habits
    phrases: phrases.Phrases
    memory: memory.Memory


def learn(data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
    """Fill ``out`` from the dataset in ``data``. Every message is remembered.

    ``recipe`` holds ``minimum``, how often an edit must be seen to be learned, and ``pairs``, how many of the newest
    messages teach the edit model.
    """
    messages = rows.read(data)
    names = rows.names(messages)
    yield Event("habits", 0, len(messages), "messages")
    files.write_json(out / HABITS, habits.learn(messages, names).to_json())
    files.write_json(out / PHRASES, phrases.learn(messages).to_json())
    yield Event("habits", len(messages), len(messages), "messages")
    pairs: list[sites.Pair] = []
    recent = messages[-int(recipe["pairs"]) :]
    for index, row in enumerate(recent):
        if rows.clean_enough(row.text):
            pairs.append(sites.pair(neutralise(row.text, names), row.text, row.situation, names))
        if index % 50 == 0:
            yield Event("pairs", index, len(recent), "messages")
    yield Event("pairs", len(recent), len(recent), "messages")
    yield Event("edits", 0, 1, "models")
    model = edits.learn(pairs, int(recipe["minimum"]))
    files.write_json(out / EDITS, model.to_json())
    learned = len(model.changes) + len(model.insertions)
    yield Event("edits", 1, 1, "models", metrics={"edits_learned": float(learned)})
    yield Event("memory", 0, len(messages), "messages")
    remembered = memory.build(out, messages)
    yield Event("memory", len(messages), len(messages), "messages", metrics={"messages": float(remembered)})


_AGAIN = "learn it again: likeness prepare writing --again"


def load(folder: Path) -> Learned:
    """Open the adapter in ``folder``.

    Raises :class:`NotFound` when it is not one of this engine's and :class:`InputError` when it is damaged.
    """
    try:
        model = edits.EditModel.from_json(json.loads((folder / EDITS).read_text(encoding="utf-8")))
        known = habits.Habits.from_json(json.loads((folder / HABITS).read_text(encoding="utf-8")))
        said = phrases.Phrases.from_json(json.loads((folder / PHRASES).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise NotFound(
            f"{folder.name} is not an adapter of builtin.recall: {Path(str(error.filename)).name} is missing",
            hint=_AGAIN,
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"the adapter {folder.name} is damaged: {error}", hint=_AGAIN) from None
    return Learned(model, known, said, memory.Memory.open(folder))
