"""WhatsApp's "Export chat": ``.txt`` or ``.zip``, from iOS and Android, in any language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.whatsapp import chat, container, diagnosis, notices

_PROGRESS_EVERY = 500
_NOTICE_AMONG_FIRST = 3
_GROUP_LISTED = 12


class WhatsAppSource:
    """Reads one exported chat, or a zip of them."""

    name: ClassVar[str] = "whatsapp"
    title: ClassVar[str] = "WhatsApp chat export (txt, zip)"

    def recognises(self, path: Path) -> bool:
        """True for a text, or a zip with a text, whose lines begin with a date and time as WhatsApp writes them."""
        if not path.is_file():
            return False
        try:
            return any(chat.looks_like_a_chat(head) for head in container.head(path))
        except container.DAMAGED:
            return False

    def diagnose(self, path: Path) -> str | None:
        """What is wrong with an export that :meth:`recognises` turns down; see :mod:`diagnosis`."""
        return diagnosis.diagnose(path)

    def files(self, path: Path) -> Sequence[Path]:
        """The file itself."""
        return [path]

    def identities(self, path: Path) -> Iterator[Identity]:
        """The chat's senders; in a chat of two, the one whom the file is not named after comes first."""
        for text in container.texts(path):
            if isinstance(text, Skipped):
                continue
            counts = chat.read(text.text).people()
            others = [name for name, _ in counts.most_common() if name.casefold() != text.title.casefold()]
            for name in others:
                yield Identity(name, counts[name], f"sender of {counts[name]} messages in {text.name}")

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """All of the chat, in its order. ``start`` is the number of an entry."""
        size = path.stat().st_size
        number = 0
        for text in container.texts(path):
            if isinstance(text, Skipped):
                number += 1
                if number > start:
                    yield text
                continue
            if text.name != path.name and not chat.looks_like_a_chat(text.text[: container.HEAD]):
                number += 1
                if number > start:
                    yield Skipped("attachment", text.name)
                continue
            for item in _Conversation(text, owner).read():
                number += 1
                if number > start:
                    yield item
                if number % _PROGRESS_EVERY == 0:
                    yield Progress(min(size, number * 40), size, number)
        yield Progress(size, size, number)


class _Conversation:
    """One chat, entry by entry."""

    def __init__(self, text: container.Text, owner: Owner) -> None:
        self._name = text.name
        self._owner = owner
        self._chat = chat.read(text.text)
        people = list(self._chat.people())
        self._mine = {name: owner.is_me(name) for name in people}
        self._others = {name: tuple(other for other in people[:_GROUP_LISTED] if other != name) for name in people}
        others = [name for name in people if not self._mine[name]]
        # A chat of two that was given another file name is still the chat with that person.
        of_two = text.renamed and len(people) == 2 and len(others) == 1
        self._title = others[0] if of_two else text.title or " & ".join(sorted(people))
        self._conversation = f"{WhatsAppSource.name}:{self._title}"
        self._key = f"{WhatsAppSource.name}\0{self._title.casefold()}"
        self._moment: datetime | None = None
        self._at = ""
        self._seen: dict[tuple[str, str], int] = {}

    def read(self) -> Iterator[Message | Skipped]:
        if self._chat.preamble.strip("\ufeff \r\n"):
            yield Skipped("not a chat line", f"{self._name}:line 1", bad=True)
        for number, entry in enumerate(self._chat.entries()):
            yield self._entry(number, entry)

    def _entry(self, number: int, entry: chat.Entry) -> Message | Skipped:
        where = f"{self._name}:line {entry.line}"
        if entry.sent_at is None:
            return Skipped("bad date", where, bad=True)
        if not entry.sender:
            return Skipped("system line", where)
        if number < _NOTICE_AMONG_FIRST and notices.is_encryption_notice(entry.text):
            return Skipped("system line", where)
        body, reason = notices.typed(entry.text)
        if not body:
            return Skipped(reason, where)
        return self._message(entry, entry.sent_at, body, where)

    def _message(self, entry: chat.Entry, sent_at: datetime, body: str, where: str) -> Message:
        # Two equal lines within one stamp are two messages; counting them keeps ids stable over copies of the chat.
        if sent_at != self._moment:
            self._moment = sent_at
            self._at = str(sent_at)
            self._seen = {}
        sender = entry.sender
        ordinal = self._seen[sender, body] = self._seen.get((sender, body), 0) + 1
        identity = f"{self._key}\0{self._at}\0{sender}\0{body}\0{ordinal}"
        return Message(
            id=blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest(),
            source=WhatsAppSource.name,
            conversation=self._conversation,
            sender=sender,
            sender_name=sender,
            sent_at=sent_at,
            body=body,
            from_owner=self._mine[sender],
            recipients=self._others[sender],
            where=where,
        )
