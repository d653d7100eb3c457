"""From the store's messages to clean exchanges: what was dropped is counted by reason, what is kept can be traced."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby

from likeness.core.artefacts import digest
from likeness.core.types import Exchange, Message
from likeness.write import pair
from likeness.write.clean import Signatures, clean_message, drop_echoes, noise, unwanted
from likeness.write.clean.message import Cleaned, is_mail
from likeness.write.recipe import PrepareRecipe
from likeness.write.redact import Redactor

_NAME = re.compile(r"[^\W\d_][\w'’-]+")


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


@dataclass(frozen=True, slots=True)
class Found:
    """An exchange and the thread it belongs to (a mail thread, or one session of a chat)."""

    exchange: Exchange
    thread: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns conversations into exchanges. ``by_native`` and ``by_id`` look up single messages of the store."""

    recipe: PrepareRecipe
    signatures: Signatures
    subjects: pair.SubjectIndex
    by_native: pair.Lookup
    by_id: pair.Lookup
    tally: Tally
    redactor: Redactor

    def exchanges(self, messages: Iterable[Message]) -> Iterator[Found]:
        """Yield the exchanges of ``messages``, which come ordered by conversation and time."""
        for _, group in groupby(messages, key=lambda message: message.conversation):
            conversation = list(group)
            self.tally.messages += len(conversation)
            if is_mail(conversation[0]):
                yield from self._mails(conversation)
            else:
                yield from self._chat(conversation)

    def _mails(self, messages: list[Message]) -> Iterator[Found]:
        for message in messages:
            if not message.from_owner:
                continue
            self.tally.owner += 1
            turn = pair.mail_turn(message, self.by_native, self.by_id, self.subjects)
            cleaned = self._kept(message, parent=turn.context[0].body if turn.context else "")
            if cleaned is None:
                continue
            context, method = self._context(turn), turn.method
            if method == "none" and cleaned.quoted:
                context, method = cleaned.quoted, "quoted"
            if pair.is_reply(message):
                self.tally.replies += 1
                self.tally.paired[method] += 1
            correspondent = turn.context[0].sender if turn.context else next(iter(message.recipients), "")
            exchange = self._exchange((message,), cleaned, context, correspondent, "mail", turn.context)
            yield Found(exchange, message.conversation)

    def _chat(self, messages: list[Message]) -> Iterator[Found]:
        recipe = self.recipe
        gap, memory = timedelta(seconds=recipe.burst_gap_seconds), timedelta(hours=recipe.context_hours)
        sessions = _sessions(messages, timedelta(hours=recipe.session_hours))
        wanted = [m for m in messages if not (noise(m.body, words=1) and not m.from_owner)]
        for turn in pair.chat_turns(wanted, gap, memory):
            self.tally.owner += len(turn.messages)
            kept = [(message, cleaned) for message in turn.messages if (cleaned := self._kept(message, words=1))]
            text = "\n".join(cleaned.text for _, cleaned in kept)
            reason = noise(text, words=recipe.shortest_words) if kept else ""
            if reason:
                self.tally.dropped[reason] += len(kept)
            if not kept or reason:
                continue
            if turn.context:
                self.tally.replies += 1
                self.tally.paired[turn.method] += 1
            first = kept[0][0]
            others = [message.sender for message in turn.context] or [m.sender for m in messages if not m.from_owner]
            cleaned = Cleaned(text)
            ids = tuple(message for message, _ in kept)
            other = others[-1] if others else ""
            exchange = self._exchange(ids, cleaned, self._context(turn), other, first.source, turn.context)
            yield Found(exchange, sessions[first.id])

    def _kept(self, message: Message, words: int = 0, parent: str = "") -> Cleaned | None:
        """The message cleaned, or ``None`` with the reason counted."""
        reason = unwanted(message)
        cleaned = clean_message(message, self.signatures)
        text, echoes = drop_echoes(cleaned.text, parent)
        if echoes:
            removed = {**cleaned.removed, "unmarked quote": echoes}
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


def name_words(name: str) -> set[str]:
    """A display name whole, and its capitalised words of three letters or more."""
    words = {word for word in _NAME.findall(name) if len(word) >= 3 and word[0].isupper()}
    return words | {name} if words else set()


def _sessions(messages: list[Message], silence: timedelta) -> dict[str, str]:
    """The session of each message by id: a new one after ``silence``."""
    sessions: dict[str, str] = {}
    number = 0
    for i, message in enumerate(messages):
        earlier = messages[i - 1].sent_at if i else None
        if earlier and message.sent_at and message.sent_at - earlier > silence:
            number += 1
        sessions[message.id] = f"{message.conversation}#{number}"
    return sessions


def _shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters of ``text``, cut at the end of a line or word."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    end = max(cut.rfind("\n"), cut.rfind(". ") + 1)
    end = end if end > limit * 0.6 else cut.rfind(" ")
    return f"{cut[: end if end > 0 else limit].rstrip()} …"
