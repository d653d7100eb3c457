"""Chat messages made the same way by every source, and reading that can be taken up again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from likeness.core.artefacts import digest
from likeness.core.types import Message, Progress, Skipped

PROGRESS_EVERY = 500


def owner_of(source: str) -> str:
    """The sender of messages that an export marks as the owner's without saying under which name."""
    return f"{source}:me"


class Conversation:
    """One chat: gives its messages stable ids and everything they share.

    ``key`` tells this chat from the others of the source (a thread id, else its title); ``people`` are the senders'
    addresses, numbers, handles or, where there is nothing better, names.
    """

    def __init__(self, source: str, key: str, people: Iterable[str] = (), subject: str = "") -> None:
        self.name = f"{source}:{key}"
        self._source = source
        self._people = tuple(dict.fromkeys(person for person in people if person))
        self._subject = subject
        self._stamp = ""
        self._seen: Counter[tuple[str, str]] = Counter()

    def message(
        self,
        *,
        sender: str,
        body: str,
        sent_at: datetime | None,
        mine: bool,
        where: str,
        sender_name: str = "",
        native_id: str = "",
        reply_to: str = "",
        labels: tuple[str, ...] = (),
        automated: bool = False,
    ) -> Message:
        """A message of this chat. Its id comes of ``native_id``, or of what it says where the format has none.

        Two equal messages of one moment are two messages; counting them keeps ids equal over copies of the export.
        Only those that follow each other are counted, so that memory does not grow with the chat.
        """
        if native_id:
            identity = digest((self.name, native_id))
        else:
            stamp = sent_at.isoformat() if sent_at else ""
            if stamp != self._stamp:
                self._stamp = stamp
                self._seen.clear()
            self._seen[sender, body] += 1
            identity = digest((self.name, stamp, sender, body, str(self._seen[sender, body])))
        return Message(
            id=identity,
            source=self._source,
            conversation=self.name,
            sender=sender,
            sender_name=sender_name or sender,
            sent_at=sent_at,
            body=body,
            from_owner=mine,
            recipients=tuple(person for person in self._people if person != sender),
            subject=self._subject,
            native_id=f"{self.name}/{native_id}" if native_id else "",
            reply_to=f"{self.name}/{reply_to}" if reply_to else "",
            labels=labels,
            automated=automated,
            where=where,
        )


def resumable(
    items: Iterable[Message | Skipped], *, start: int, size: int, position: Callable[[], int] | None = None
) -> Iterator[Message | Skipped | Progress]:
    """``items`` without the first ``start``, with a :class:`Progress` (cursor: number of items) every so often.

    ``position`` says how many of ``size`` bytes have been read; without it only the end is known.
    """
    number = 0
    for item in items:
        number += 1
        if number > start:
            yield item
        if number % PROGRESS_EVERY == 0:
            yield Progress(min(position(), size) if position else 0, size, number)
    yield Progress(size, size, number)
