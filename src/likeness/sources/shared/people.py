"""Who writes in an export that does not say whose it is: the owner is in most of its conversations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from likeness.core.types import Identity


class People:
    """Counts senders. Memory grows with senders and their conversations, not with messages."""

    def __init__(self) -> None:
        self._messages: Counter[str] = Counter()
        self._conversations: dict[str, set[str]] = {}
        self._labels: dict[str, str] = {}

    def add(self, conversation: str, sender: str, label: str = "") -> None:
        """Count a message; ``label`` is what a person would recognise the sender by, else it is ``sender``."""
        self._messages[sender] += 1
        self._conversations.setdefault(sender, set()).add(conversation)
        if label:
            self._labels[sender] = label

    def identities(self, where: str, last: frozenset[str] = frozenset()) -> Iterator[Identity]:
        """Senders in most conversations first, then those with most messages; ``last`` are known to be others.

        Proposed by label; by the sender itself where two have the same label.
        """
        shared = Counter(self._labels.get(sender, sender).casefold() for sender in self._messages)
        ordered = sorted(
            self._messages,
            key=lambda sender: (sender in last, -len(self._conversations[sender]), -self._messages[sender], sender),
        )
        for sender in ordered:
            label = self._labels.get(sender, sender)
            value = label if shared[label.casefold()] == 1 else sender
            count, talks = self._messages[sender], len(self._conversations[sender])
            place = f"{talks} conversations of {where}" if talks > 1 else where
            yield Identity(value, count, f"sender of {count} {'message' if count == 1 else 'messages'} in {place}")
