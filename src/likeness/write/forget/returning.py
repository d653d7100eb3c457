"""Keeping what was forgotten from coming back with the next import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from likeness.core.protocols import Owner
from likeness.core.store import Store
from likeness.core.store.forgotten import Kind
from likeness.core.types import Message, Progress, Skipped
from likeness.write.forget.affected import alone_with, answers_any, sent_by

REASON = "forgotten"


class Forgotten:
    """What an import leaves out. Cheap where nobody was ever forgotten."""

    def __init__(self, store: Store, owner: Owner) -> None:
        self._store = store
        self._owner = owner
        self._marks = store.marks()
        self._causes: dict[str, tuple[Kind, str]] = {}
        """What each message that was left out was left out for, by native id."""

    def without(self, items: Iterable[Message | Skipped | Progress]) -> Iterator[Message | Skipped | Progress]:
        """``items`` with every message that was forgotten, or answers one, as a :class:`Skipped`."""
        if not self._marks:
            yield from items
            return
        for item in items:
            cause = self._cause(item) if isinstance(item, Message) else None
            if isinstance(item, Message) and cause:
                if item.native_id:
                    self._causes[item.native_id] = cause
                yield Skipped(REASON, item.where)
            else:
                yield item

    def finish(self) -> int:
        """Remember what was left out, and take out messages that came before the one they answer; how many."""
        if not self._causes:
            return 0
        late = [key for key, message in self._store.envelopes() if answers_any(message, self)]
        return self._store.forget_also(self._causes, late)

    def __contains__(self, native_id: object) -> bool:
        """Whether a message of this native id was forgotten, or left out by this import."""
        return isinstance(native_id, str) and (native_id in self._causes or self._marks.has("native", native_id))

    def _cause(self, message: Message) -> tuple[Kind, str] | None:
        """The mark for which ``message`` is left out: it was forgotten, is of that conversation or person, went to
        them alone, or answers what they wrote."""
        marks = self._marks
        if marks.has("message", message.id):
            return "message", message.id
        if marks.has("conversation", message.conversation):
            return "conversation", message.conversation
        if sent_by(message, self._person):
            return "person", message.sender if self._person(message.sender) else message.sender_name
        if message.from_owner and alone_with(message.recipients, self._person, self._owner):
            return "person", next(filter(self._person, message.recipients))
        if answers_any(message, self):
            answered = next(native for native in (message.reply_to, *message.references) if native in self)
            return self._causes.get(answered, ("native", answered))
        return None

    def _person(self, value: str) -> bool:
        return self._marks.has("person", value)
