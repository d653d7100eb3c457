"""From the store's messages to clean exchanges: what was dropped is counted by reason, what is kept can be traced.

Two steps, so that the second, which is nearly all of the work, can be done by several processes: :class:`Reader` finds
who answered what, :class:`Cleaner` makes an exchange of it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from itertools import chain, groupby, islice

from likeness.core.artefacts import digest
from likeness.core.types import Exchange, Message
from likeness.write import pair
from likeness.write.clean import Signatures, clean_message, drop_echoes, drop_own_echoes, noise, unwanted
from likeness.write.clean.message import Cleaned, is_mail
from likeness.write.recipe import PrepareRecipe
from likeness.write.redact import Redactor

_LOOKED_AHEAD = 500
"""Messages of a chat in which the other side is looked for when the owner had the first word."""

_EARLIER = 3
"""Mails of the owner's that are remembered within a thread."""


@dataclass(slots=True)
class Tally:
    """What became of the owner's messages. ``dropped`` counts messages; ``stripped`` parts taken out of kept ones;
    ``paired`` replies by the way their parent was found; ``redacted`` placeholders by kind."""

    messages: int = 0
    owner: int = 0
    replies: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    stripped: Counter[str] = field(default_factory=Counter)
    paired: Counter[str] = field(default_factory=Counter)
    redacted: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Count what ``other`` counted too."""
        for name in (each.name for each in fields(self)):
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, mine + theirs)


@dataclass(frozen=True, slots=True)
class Said:
    """What the owner said at once, not yet cleaned, and the thread it belongs to (a mail thread, or one session of a
    chat). ``correspondent`` is who a chat is with where the turn itself does not say. ``earlier`` are the owner's mails
    just before it in the thread, which they may have quoted below without a mark."""

    turn: pair.Turn
    thread: str
    mail: bool
    correspondent: str = ""
    earlier: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """An exchange and the thread it belongs to."""

    exchange: Exchange
    thread: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Finds what the owner said and what they answered. ``by_native`` (a native id, and a conversation or "" for any)
    and ``by_id`` look up single messages of the store. Holds one burst of a conversation, never all of it."""

    recipe: PrepareRecipe
    subjects: pair.SubjectIndex
    by_native: Callable[[str, str], Message | None]
    by_id: pair.Lookup
    tally: Tally

    def turns(self, messages: Iterable[Message]) -> Iterator[Said]:
        """Yield the owner's turns in ``messages``, which come ordered by conversation and time."""
        for _, group in groupby(messages, key=lambda message: message.conversation):
            conversation = self._counted(group)
            first = next(conversation)
            together = chain((first,), conversation)
            yield from self._mails(together) if is_mail(first) else self._chat(together)

    def _counted(self, messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            self.tally.messages += 1
            yield message

    def _mails(self, messages: Iterable[Message]) -> Iterator[Said]:
        def anywhere(native_id: str) -> Message | None:
            return self.by_native(native_id, "")

        earlier: deque[Message] = deque(maxlen=_EARLIER)
        for message in messages:
            if message.from_owner:
                turn = pair.mail_turn(message, anywhere, self.by_id, self.subjects)
                yield Said(turn, message.conversation, mail=True, earlier=tuple(earlier))
                earlier.append(message)

    def _chat(self, messages: Iterator[Message]) -> Iterator[Said]:
        recipe = self.recipe
        gap, memory = timedelta(seconds=recipe.burst_gap_seconds), timedelta(hours=recipe.context_hours)
        head = list(islice(messages, _LOOKED_AHEAD))
        sessions = _Sessions(chain(head, messages), timedelta(hours=recipe.session_hours))
        other = next((message.sender for message in reversed(head) if not message.from_owner), "")
        conversation = head[0].conversation

        def named(native_id: str) -> Message | None:
            found = self.by_native(native_id, conversation)
            return found if found and _is_said(found) else None

        wanted = (message for message in sessions if _is_said(message))
        for turn in pair.chat_turns(wanted, gap, memory, find=named):
            context = turn.context[-1].sender if turn.context else ""
            other = other or context
            yield Said(turn, sessions.of(turn.messages[0]), mail=False, correspondent=context or other)


class _Sessions:
    """Numbers the sessions of a chat while its messages go by: a new one after a silence."""

    def __init__(self, messages: Iterable[Message], silence: timedelta) -> None:
        self._messages, self._silence = messages, silence
        self._number = 0
        self._owners: dict[str, int] = {}

    def __iter__(self) -> Iterator[Message]:
        earlier = None
        for message in self._messages:
            if earlier and message.sent_at and message.sent_at - earlier > self._silence:
                self._number += 1
            earlier = message.sent_at
            if message.from_owner:
                self._owners[message.id] = self._number
            yield message

    def of(self, message: Message) -> str:
        """The session of one of the owner's messages; those before it are forgotten."""
        number = self._owners[message.id]
        for id in list(self._owners):
            if id == message.id:
                break
            del self._owners[id]
        return f"{message.conversation}#{number}"


def _is_said(message: Message) -> bool:
    """False for what others sent that says nothing (a reaction, a picture)."""
    return message.from_owner or not noise(message.body, words=1)


@dataclass(frozen=True, slots=True)
class Cleaner:
    """Makes exchanges: cleaned and redacted text on both sides. Knows nothing of other turns."""

    recipe: PrepareRecipe
    signatures: Signatures
    redactor: Redactor
    tally: Tally = field(default_factory=Tally)

    def exchange(self, said: Said) -> Found | None:
        """What ``said`` becomes, or ``None`` with the reason counted."""
        self.tally.owner += len(said.turn.messages)
        made = self._mail(said.turn, said.earlier) if said.mail else self._chat(said.turn, said.correspondent)
        return Found(made, said.thread) if made else None

    def _mail(self, turn: pair.Turn, earlier: tuple[Message, ...]) -> Exchange | None:
        message = turn.messages[0]
        cleaned = self._kept(message, parent=turn.context[0].body if turn.context else "", earlier=earlier)
        if cleaned is None:
            return None
        context, method = self._context(turn), turn.method
        if method == "none" and cleaned.quoted:
            context, method = cleaned.quoted, "quoted"
        if pair.is_reply(message):
            self.tally.replies += 1
            self.tally.paired[method] += 1
        correspondent = turn.context[0].sender if turn.context else next(iter(message.recipients), "")
        return self._exchange((message,), cleaned, context, correspondent, "mail", turn.context)

    def _chat(self, turn: pair.Turn, correspondent: str) -> Exchange | None:
        kept = [(message, cleaned) for message in turn.messages if (cleaned := self._kept(message, words=1))]
        text = "\n".join(cleaned.text for _, cleaned in kept)
        reason = noise(text, words=self.recipe.shortest_words) if kept else ""
        if reason:
            self.tally.dropped[reason] += len(kept)
        if not kept or reason:
            return None
        if turn.context:
            self.tally.replies += 1
            self.tally.paired[turn.method] += 1
        messages = tuple(message for message, _ in kept)
        cleaned = Cleaned(text)
        return self._exchange(messages, cleaned, self._context(turn), correspondent, messages[0].source, turn.context)

    def _kept(
        self, message: Message, words: int = 0, parent: str = "", earlier: tuple[Message, ...] = ()
    ) -> Cleaned | None:
        """The message cleaned, or ``None`` with the reason counted."""
        reason = unwanted(message)
        cleaned = clean_message(message, self.signatures)
        text, echoes = drop_echoes(cleaned.text, parent)
        text, own = drop_own_echoes(text, self._repeated(text, earlier))
        if echoes or own:
            removed = {**cleaned.removed, "unmarked quote": echoes + own}
            cleaned = replace(cleaned, text=text, removed=removed)
        reason = reason or noise(cleaned.text, words=words or self.recipe.shortest_words)
        if not reason and len(cleaned.text) > self.recipe.longest_characters:
            reason = "too long"
        if reason:
            only_forward = reason == "no text of their own" and cleaned.removed.get("forward")
            self.tally.dropped["forward" if only_forward else reason] += 1
            return None
        self.tally.stripped.update(cleaned.removed)
        return cleaned

    def _repeated(self, text: str, earlier: tuple[Message, ...]) -> Iterator[str]:
        """Those of the owner's ``earlier`` mails, cleaned, that have the last paragraph of ``text`` in them."""
        last = " ".join(text.rpartition("\n\n")[2].split())
        for message in earlier:
            if last and last in " ".join(message.body.split()):
                yield clean_message(message, self.signatures).text

    def _context(self, turn: pair.Turn) -> str:
        parts: list[str] = []
        several = len({message.sender for message in turn.context}) > 1
        for message in turn.context:
            cleaned = clean_message(message, self.signatures if message.from_owner else Signatures())
            name = message.sender_name or message.sender
            text = cleaned.text or cleaned.quoted
            if text:
                parts.append(f"{name}: {text}" if several else text)
        return "\n".join(parts)

    def _exchange(
        self,
        messages: tuple[Message, ...],
        cleaned: Cleaned,
        context: str,
        correspondent: str,
        channel: str,
        answered: tuple[Message, ...],
    ) -> Exchange:
        first = messages[0]
        ids = tuple(message.id for message in messages)
        return Exchange(
            id=digest(ids),
            text=self._redact(cleaned.text),
            context=self._short_context(context),
            channel=channel,
            conversation=first.conversation,
            correspondent=correspondent,
            sent_at=first.sent_at,
            subject=self._redact(first.subject),
            greeting=self._redact(cleaned.greeting),
            sign_off=self._redact(cleaned.sign_off),
            message_ids=ids,
            context_ids=tuple(message.id for message in answered),
        )

    def _short_context(self, context: str) -> str:
        limit = self.recipe.context_characters
        # Cut generously first: a number cut in two would pass for no number, and all the rest is looked at in vain.
        return _shortened(self._redact(_shortened(context, limit + 400)), limit)

    def _redact(self, text: str) -> str:
        redacted = self.redactor.redact(text)
        self.tally.redacted.update(redacted.counts)
        return redacted.text


def _shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters of ``text``, cut at the end of a line or word."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    end = max(cut.rfind("\n"), cut.rfind(". ") + 1)
    end = end if end > limit * 0.6 else cut.rfind(" ")
    return f"{cut[: end if end > 0 else limit].rstrip()} …"
