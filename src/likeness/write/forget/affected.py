"""Which messages go when somebody, or a conversation, is forgotten."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from likeness.core.protocols import Owner
from likeness.core.store import Filters, Store
from likeness.core.store.terms import Query, Term, split_words
from likeness.core.types import Message
from likeness.write.clean import Signatures, clean_message
from likeness.write.clean.message import is_mail
from likeness.write.forget.whom import Candidate, is_full_name
from likeness.write.snippet import has_all

Named = Callable[[str], bool]
"""Whether an address or name is one of those meant."""
_QUOTE_WORDS = 8
_QUOTE_LEAST = 4
_QUOTES_EACH = 4
_FORMULA = 20
_MOST_QUOTES = 20_000

REASONS = (
    "sent by them",
    "yours, to them alone",
    "in that conversation",
    "answers to theirs",
    "quotes their words",
    "mentions them",
)
"""Why a message goes, in the order in which one is chosen where several apply."""


@dataclass(slots=True)
class Selection:
    """The messages that go: reason by key, and ids. ``conversations`` go whole; ``mentions`` are
    those that name the person and would stay."""

    reasons: dict[int, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    conversations: set[str] = field(default_factory=set)
    mentions: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many go for each reason."""
        found = Counter(self.reasons.values())
        return {reason: found[reason] for reason in REASONS if found[reason]}


def select(store: Store, owner: Owner, meant: Candidate, asked: str = "", *, mentions: bool = False) -> Selection:
    """The messages that ``meant`` sent, those of conversations with them alone, the owner's that went to them alone,
    and every mail that answers or quotes one of these; with ``mentions`` also those that name them: by address, full
    name, or as they were ``asked`` for."""
    chosen = Selection()
    natives: set[str] = set()
    links = _Links()
    if meant.kind == "person":
        chosen.conversations = _alone(store.envelopes(), meant, owner)
    else:
        chosen.conversations = set(meant.values)
    for key, message in store.envelopes():
        reason = _reason(message, meant, chosen.conversations, owner)
        if reason:
            _take(chosen, natives, key, message, reason)
        else:
            links.add(key, message)
    tried: set[int] = set()
    while answers := links.to(natives) - chosen.reasons.keys() - tried:
        tried |= answers
        for key, message in store.messages_by_key(sorted(answers)):
            _take(chosen, natives, key, message, "answers to theirs")
    _add(store, chosen, _quoting(store, chosen), "quotes their words")
    named = set(_naming(store, meant, asked)) - set(chosen.reasons)
    if mentions:
        _add(store, chosen, named, "mentions them")
    else:
        chosen.mentions = len(named)
    return chosen


class _Links:
    """Which message answers which, in 16 bytes a link: an archive has a million of them."""

    def __init__(self) -> None:
        self._keys = array("q")
        self._hashes = array("q")

    def add(self, key: int, message: Message) -> None:
        """Note the links of a message that :func:`answers_any` would follow."""
        if is_mail(message):
            for native in dict.fromkeys((message.reply_to, *message.references)):
                self._add(key, native)
        elif message.from_owner:
            self._add(key, message.reply_to)

    def to(self, natives: Collection[str]) -> set[int]:
        """Keys of messages that answer one of ``natives``."""
        wanted = np.fromiter(map(hash, natives), np.int64, len(natives))
        found = np.isin(np.array(self._hashes, np.int64), wanted)
        return set(np.array(self._keys, np.int64)[found].tolist())

    def _add(self, key: int, native: str) -> None:
        if native:
            self._keys.append(key)
            self._hashes.append(hash(native))


def answers_any(message: Message, natives: Container[str]) -> bool:
    """Whether a mail answers one of ``natives``, at any depth, or the owner's chat message answers one directly.

    A mail usually quotes all that came before it; a chat message quotes nothing.
    """
    if is_mail(message):
        return message.reply_to in natives or any(reference in natives for reference in message.references)
    return message.from_owner and message.reply_to in natives


def alone_with(people: Iterable[str], named: Named, owner: Owner) -> bool:
    """Whether ``people`` are ``named`` or the owner, and at least one is named."""
    others = [person for person in people if person and not owner.is_me(person)]
    return bool(others) and all(map(named, others))


def sent_by(message: Message, named: Named) -> bool:
    """Whether somebody ``named`` sent it: by address, or by a full name. A first name alone is shared by many."""
    return not message.from_owner and (
        named(message.sender) or (is_full_name(message.sender_name) and named(message.sender_name))
    )


def _take(chosen: Selection, natives: set[str], key: int, message: Message, reason: str) -> None:
    chosen.reasons[key] = reason
    chosen.ids.add(message.id)
    if message.native_id:
        natives.add(message.native_id)


def _add(store: Store, chosen: Selection, keys: Iterable[int], reason: str) -> None:
    added = [key for key in keys if key not in chosen.reasons]
    chosen.reasons.update(dict.fromkeys(added, reason))
    chosen.ids.update(message.id for _, message in store.messages_by_key(added))


def _reason(message: Message, meant: Candidate, conversations: Container[str], owner: Owner) -> str:
    if meant.kind == "person":
        if sent_by(message, meant.names):
            return "sent by them"
        if message.from_owner and alone_with(message.recipients, meant.names, owner):
            return "yours, to them alone"
    return "in that conversation" if message.conversation in conversations else ""


def _alone(messages: Iterable[tuple[int, Message]], meant: Candidate, owner: Owner) -> set[str]:
    """Conversations in which nobody but the owner and this person takes part."""
    theirs: set[str] = set()
    others: set[str] = set()
    for _, message in messages:
        if sent_by(message, meant.names):
            theirs.add(message.conversation)
        elif not message.from_owner:
            others.add(message.conversation)
        for person in message.recipients:
            if meant.names(person):
                theirs.add(message.conversation)
            elif person and not owner.is_me(person):
                others.add(message.conversation)
    return theirs - others


def _quoting(store: Store, chosen: Selection) -> set[int]:
    """Other mails in which a run of eight words of theirs stands, or a shorter text of theirs as a quotation.

    What stands in more than twenty is a formula and nobody's.
    """
    found: set[int] = set()
    asked = 0
    theirs = [key for key, reason in chosen.reasons.items() if reason == "sent by them"]
    for _, message in store.messages_by_key(theirs):
        text = clean_message(message, Signatures()).text
        for phrase in _phrases(text):
            if asked >= _MOST_QUOTES:
                break
            asked += 1
            keys = store.find_keys(Query((Term(phrase),)), Filters(), len(chosen.reasons) + _FORMULA + 1)
            others = set(keys) - set(chosen.reasons)
            if len(others) > _FORMULA:
                continue
            if len(phrase.split()) < _QUOTE_WORDS:
                others = {key for key, other in store.messages_by_key(sorted(others)) if _is_quoted(phrase, other)}
            found |= others
    return {key for key, message in store.messages_by_key(sorted(found)) if is_mail(message)}


def _is_quoted(phrase: str, message: Message) -> bool:
    """Whether ``phrase`` stands in ``message`` and is not its author's own."""
    return not has_all(Query((Term(phrase),)), clean_message(message, Signatures()).whole)


def _phrases(text: str) -> list[str]:
    """A few runs of eight words, spread over ``text``; all of a text that has fewer, if it has four."""
    words = split_words(text)
    last = len(words) - _QUOTE_WORDS
    if last < 0:
        return [" ".join(words)] if len(words) >= _QUOTE_LEAST else []
    starts = sorted({round(last * part / (_QUOTES_EACH - 1)) for part in range(_QUOTES_EACH)})
    return [" ".join(words[start : start + _QUOTE_WORDS]) for start in starts]


def _naming(store: Store, meant: Candidate, asked: str) -> Iterator[int]:
    """Keys of messages with a name or address of the person in subject or body."""
    if meant.kind == "person":
        for value in dict.fromkeys((*meant.values, asked)):
            if any(char.isalpha() for char in value):
                yield from store.find_keys(Query((Term(value),)), Filters())
