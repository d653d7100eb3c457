"""One message cleaned: quotes, forwards, footers and signature out, greeting and sign-off told apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from likeness.core.types import Message
from likeness.write.clean import footers, greetings, signatures
from likeness.write.clean.html import html_to_text
from likeness.write.clean.lines import normalise, tidy, unwrap
from likeness.write.clean.quotes import split_quotes
from likeness.write.clean.signatures import Signatures

_LOOKS_HTML = re.compile(r"<(?:html|body|div|p|br|table|span)\b[^<>]*>", re.I)
_TOKEN = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is left of a message. ``text`` is the person's own; ``quoted`` what they quoted (first level);
    ``removed`` counts what was taken out, by reason."""

    text: str
    greeting: str = ""
    sign_off: str = ""
    quoted: str = ""
    removed: Mapping[str, int] = field(default_factory=dict)


def is_mail(message: Message) -> bool:
    """True for mail, false for chat: only mail carries quotes, greetings and signatures."""
    return message.source in {"mbox", "eml", "emlx"} or bool(message.subject)


def clean_message(message: Message, known: Signatures) -> Cleaned:
    """Clean one message. ``known`` is what :func:`mine_signatures` found of its author, or ``Signatures()``.

    Never raises: any text gives a result, an empty ``text`` when nothing in it was the author's own.
    """
    body, removed = _plain(message)
    if not is_mail(message):
        return Cleaned(tidy(normalise(body).split("\n")), removed=removed)
    lines, quoted = _own_lines(body, removed)
    lines, taken = signatures.strip(lines, known)
    if taken:
        removed["signature"] += 1
    greeting, lines = greetings.split_greeting(lines)
    lines, sign_off = greetings.split_sign_off(lines, known.names)
    text = tidy(lines)
    return Cleaned(
        text=unwrap(text) if message.body_type == "plain" else text,
        greeting=greeting,
        sign_off=sign_off,
        quoted=unwrap(tidy(quoted)),
        removed=removed,
    )


def mine_signatures(messages: Iterable[Message], names: Iterable[str] = ()) -> Signatures:
    """Learn the owner's signature lines and the names they sign with from their mails.

    ``names`` are their display names and addresses; the display names in the mails are added.
    """
    tokens: Counter[str] = Counter()
    tails: list[list[str]] = []
    for message in messages:
        if not is_mail(message):
            continue
        tokens.update(_name_tokens(message.sender_name))
        body, removed = _plain(message)
        lines, _ = _own_lines(body, removed)
        tails.append([line for line in lines if line.strip()][-12:])
    known = {token for token, count in tokens.items() if count >= max(1, len(tails) // 50)}
    for name in names:
        known.update(_name_tokens(name))
    return signatures.mine(tails, frozenset(known) | _initials(names))


def _plain(message: Message) -> tuple[str, Counter[str]]:
    removed: Counter[str] = Counter()
    if message.body_type != "html" or not _LOOKS_HTML.search(message.body[:20_000]):
        return message.body, removed
    text, found = html_to_text(message.body)
    if found:
        removed["signature"] += 1
    return text, removed


def _own_lines(body: str, removed: Counter[str]) -> tuple[list[str], list[str]]:
    """The author's lines (signature included) and the quoted ones."""
    split = split_quotes(normalise(body).split("\n"))
    removed.update(split.removed)
    lines, dropped = footers.drop_footers(split.own, quotes=bool(split.removed["quote"]))
    removed.update(dropped)
    return lines, split.quoted


def _name_tokens(name: str) -> list[str]:
    if "@" in name:
        name = re.split(r"[@+]", name)[0]
    return [token.casefold() for token in _TOKEN.findall(name)]


def _initials(names: Iterable[str]) -> frozenset[str]:
    found = ("".join(token[0] for token in _name_tokens(name)) for name in names if "@" not in name)
    return frozenset(initials for initials in found if 1 < len(initials) <= 3)
