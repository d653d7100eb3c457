"""Forgetting a person or a conversation: out of the store, the search, the datasets and what was learned from them.

    select -> take out and mark (one transaction) -> datasets -> runs, adapters -> write the store's file anew

Killed at any moment, :func:`finish` (which every call begins with) does what is left. :mod:`.scrub` says what becomes
of datasets and adapters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from likeness.core.errors import InputError, NotFound
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Owner
from likeness.core.store import Store
from likeness.core.store.forgotten import Kind, Pending
from likeness.write.forget import scrub
from likeness.write.forget.affected import Named, Selection, select
from likeness.write.forget.whom import Candidate, candidates
from likeness.write.unpack_folder import sweep

_KNOWN = frozenset(
    [
        *("person.json", "gateway.key", "gateway.json", "store.sqlite", "store.sqlite-wal", "store.sqlite-shm"),
        *("recordings", "datasets", "adapters", "runs", "corpora", "voices", ".instant", ".DS_Store"),
    ]
)
_SHOWN = 9


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go: who is ``meant``, messages by reason, and from how many datasets and adapters."""

    meant: Candidate
    selection: Selection
    datasets: dict[str, tuple[int, int]]
    """Exchanges and examples that go, by dataset."""
    adapters: dict[str, str]
    """What becomes of each adapter learned from them."""
    runs: list[str]
    """Unfinished trainings on them, which are thrown away."""


def find(store: Store, owner: Owner, asked: str) -> Candidate:
    """The one person or conversation that ``asked`` means.

    Raises :class:`InputError` when that is the owner or more than one, :class:`NotFound` when it is nobody.
    """
    if owner.is_me(asked):
        raise InputError(f"{asked!r} is you", hint="to forget everything, remove your folder of the home")
    found = candidates(store, owner, asked)
    if not found:
        raise NotFound(
            f"there is nobody, and no conversation, called {asked!r}", hint="likeness search --from shows names"
        )
    if len(found) > 1:
        names = "; ".join(f"{', '.join(one.values[:3])} ({one.messages:,} messages)" for one in found[:_SHOWN])
        raise InputError(f"{asked!r} may be any of {len(found)}: {names}", hint="say which by address or full name")
    return found[0]


def preview(home: PersonHome, store: Store, asked: str, *, mentions: bool = False) -> Preview:
    """What :func:`forget` would remove. Raises what :func:`find` raises; changes nothing."""
    owner = home.person().owner
    meant = find(store, owner, asked)
    selection = select(store, owner, meant, asked, mentions=mentions)
    gone = scrub.Gone(frozenset(selection.ids), meant.names)
    datasets = scrub.affected_datasets(home, gone)
    names = set(datasets)
    return Preview(meant, selection, datasets, scrub.affected_adapters(home, names), scrub.affected_runs(home, names))


def forget(home: PersonHome, store: Store, planned: Preview) -> Iterator[Event]:
    """Do what ``planned`` says, then :func:`finish`."""
    chosen, people = planned.selection, planned.meant.values if planned.meant.kind == "person" else ()
    titles = [name.partition(":")[2] or name for name in chosen.conversations]
    marks: dict[Kind, Collection[str]] = {"person": people, "conversation": chosen.conversations}
    store.begin_forgetting(chosen.reasons.keys(), {*people, *titles}, marks)
    total = len(chosen.reasons)
    yield Event("messages", total, total, "messages", metrics={"messages": float(total)})
    yield from finish(home, store)


def finish(home: PersonHome, store: Store) -> Iterator[Event]:
    """Do what is left of every forgetting that was begun; nothing when there is none.

    The last event ("forgotten") names in its note what may still hold a word of theirs.
    """
    for pending in store.pending_forgettings():
        gone = scrub.Gone(pending.ids, _named(pending))
        yield from scrub.scrub_datasets(home, gone)
        yield from scrub.scrub_runs(home)
        yield from scrub.scrub_adapters(home)
        sweep(home.root)
        yield Event("writing the store anew", 0, 1, "files")
        store.write_anew()
        emptied = store.finish_forgetting(pending.id)
        yield Event("writing the store anew", 1, 1, "files")
        left = [] if emptied else ["the store's log, until the program that is reading it ends"]
        left += [f"{path.name} (not of likeness's making: look yourself)" for path in strangers(home)]
        yield Event("forgotten", 1, 1, "forgettings", "; ".join(left))


def strangers(home: PersonHome) -> list[Path]:
    """Files in the home that likeness does not look into: pages and notes somebody put there."""
    return sorted(path for path in home.root.iterdir() if path.name not in _KNOWN)


def _named(pending: Pending) -> Named:
    def named(value: str) -> bool:
        return pending.marks.has("person", value) or pending.marks.has("conversation", value)

    return named
