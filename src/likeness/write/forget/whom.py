"""Who is meant by a name or address: one person under all their names, or one conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from likeness.core.protocols import Owner
from likeness.core.store import Store
from likeness.core.store.terms import fold, split_words


@dataclass(frozen=True)
class Candidate:
    """One that may be meant. ``values`` are their addresses and names, or the conversation's; ``messages`` how many
    they sent, or it has."""

    kind: Literal["person", "conversation"]
    values: tuple[str, ...]
    messages: int

    @cached_property
    def folded(self) -> frozenset[str]:
        """The values as they are compared."""
        return frozenset(value.casefold() for value in self.values)

    def names(self, value: str) -> bool:
        """Whether ``value`` is one of the values."""
        return value.casefold() in self.folded


def candidates(store: Store, owner: Owner, asked: str) -> list[Candidate]:
    """Everybody, and every conversation, that ``asked`` may mean, most messages first.

    Exactly that address, name, id or chat title if there is one; else people whose name has all its words. Senders
    are one person when they share an address or a full name.
    """
    wanted = asked.strip().casefold()
    if not wanted:
        return []
    counts = store.correspondents()
    people = [pair for pair in counts if not owner.is_me(*pair)]
    meant = [pair for pair in people if wanted in (pair[0].casefold(), pair[1].casefold())]
    found = [_conversation(store, name) for name in store.conversations_called(wanted)]
    if not meant and not found:
        words = {fold(word) for word in split_words(asked)}
        meant = [p for p in people if words and "@" not in asked and words <= set(map(fold, split_words(p[1])))]
    groups = _groups(people)
    persons = {groups[pair]: None for pair in meant}
    found += [_person([pair for pair in people if groups[pair] == group], counts) for group in persons]
    if not found and store.wrote_to(wanted):
        found.append(Candidate("person", (asked.strip(),), 0))
    titled = [one for one in found if one.kind == "conversation"]
    for chat in titled:
        # A chat of two bears the other's name: it goes with them.
        if any(one.kind == "person" and _title(chat.values[0]) in one.folded for one in found):
            found.remove(chat)
    return sorted(found, key=lambda one: (-one.messages, one.values))


def is_full_name(value: str) -> bool:
    """Whether ``value`` is a name of two words or more, which few people share."""
    return "@" not in value and len(split_words(value)) > 1


def _person(pairs: Iterable[tuple[str, str]], counts: Counter[tuple[str, str]]) -> Candidate:
    pairs = sorted(pairs, key=lambda pair: -counts[pair])
    values = {address.casefold(): address for address, _ in pairs if address}
    values.update({name.casefold(): name for _, name in pairs if is_full_name(name)})
    return Candidate("person", tuple(values.values()), sum(counts[pair] for pair in pairs))


def _conversation(store: Store, name: str) -> Candidate:
    return Candidate("conversation", (name,), store.conversation_size(name))


def _title(conversation: str) -> str:
    return conversation.partition(":")[2].casefold()


def _groups(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A name for the person behind each (address, name): joined by an equal address, or an equal name of two words."""
    leader: dict[str, str] = {}

    def lead(value: str) -> str:
        while leader.setdefault(value, value) != value:
            leader[value] = leader[leader[value]]
            value = leader[value]
        return value

    grouped = list(pairs)
    for address, name in grouped:
        first = lead(f"a:{address.casefold()}")
        # A chat's sender is known by a name alone: the same full name is the same person in mail.
        for value in (address, name):
            if is_full_name(value):
                leader[lead(f"n:{value.casefold()}")] = first
                first = lead(first)
    return {pair: lead(f"a:{pair[0].casefold()}") for pair in grouped}
