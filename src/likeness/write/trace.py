"""Where an example comes from: its exchange, the messages it was made of, and those it answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from likeness.core.errors import InputError, NotFound
from likeness.core.home import PersonHome
from likeness.core.store import Store
from likeness.core.types import Example, Message
from likeness.write import dataset
from likeness.write.dataset import Row
from likeness.write.prepare import latest_dataset

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Trace:
    """An example of ``dataset`` with its exchange (``None`` when the dataset has it no more), the messages it was made
    of and those it answers, in order. ``lost`` are ids of messages that are not in the store any more."""

    dataset: str
    example: Example
    row: Row | None
    messages: tuple[Message, ...]
    context: tuple[Message, ...]
    lost: tuple[str, ...]


def trace(home: PersonHome, example: str, name: str = "") -> Trace:
    """The example whose id begins with ``example``, in the dataset called ``name`` or the newest one.

    Raises :class:`NotFound` without such a dataset or example and :class:`InputError` when several begin so.
    """
    folder = _dataset(home, name)
    found = _only([one for one in dataset.examples(folder) if one.id.startswith(example)], example, folder.name)
    row = next((row for row in dataset.exchanges(folder) if row.exchange.id == found.exchange_id), None)
    ids = found.message_ids
    context_ids = row.exchange.context_ids if row else ()
    with Store.open(home.store) as store:
        messages, context = _messages(store, ids), _messages(store, context_ids)
    known = {message.id for message in (*messages, *context)}
    return Trace(folder.name, found, row, messages, context, tuple(i for i in (*ids, *context_ids) if i not in known))


def message(store: Store, id: str) -> Message:
    """The message whose id begins with ``id``. Raises as :func:`trace`."""
    found = store.message(id)
    if found is not None:
        return found
    begun = store.messages_beginning(id, _SHOWN + 1) if id else []
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise InputError(
            f"several messages have an id that begins with {id!r}: {', '.join(one.id for one in begun[:_SHOWN])}",
            hint="give more of it",
        )
    raise NotFound(f"there is no message {id!r}", hint="ids are in what likeness search shows")


def _dataset(home: PersonHome, name: str) -> Path:
    if not name:
        return latest_dataset(home)
    folder = home.datasets / Path(name).name
    if not folder.is_dir():
        raise NotFound(f"there is no dataset {name!r}", hint="likeness status lists them")
    return folder


def _only(found: list[Example], asked: str, name: str) -> Example:
    # The three kinds of one exchange share its id: naming it whole is not naming one of them.
    exact = [one for one in found if one.id == asked]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found or not asked:
        raise NotFound(f"{name} has no example {asked!r}", hint=f"ids are in its {dataset.EXAMPLES}")
    ids = ", ".join(one.id for one in found[:_SHOWN])
    raise InputError(f"{len(found):,} examples of {name} begin with {asked!r}: {ids}", hint="give more of it")


def _messages(store: Store, ids: Iterable[str]) -> tuple[Message, ...]:
    return tuple(found for found in map(store.message, ids) if found)
