"""One message cleaned: quotes, forwards, footers and signature out, greeting and sign-off told apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from likeness.core.types import Message
from likeness.write.clean import footers, greetings, signatures
from likeness.write.clean.html import Text, html_to_text
from likeness.write.clean.lines import normalise, tidy, unwrap
from likeness.write.clean.quotes import Split, split_quotes
from likeness.write.clean.signatures import Signatures

_LOOKS_HTML = re.compile(
    r"<(?:html|body|div|p|br|table|span|blockquote|pre|font|ul|ol|center|h[1-6]|a|b|o:p)\b[^<>]*>", re.I
)
MAIL_SOURCES = frozenset({"mbox", "eml", "emlx", "msg", "olm", "pst"})
"""Those that read whole mails, headers included."""
_TABLE_SOURCES = frozenset({"table", "postgres"})
_ANSWER = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|odp|res|rif|ynt|tr|wg|fwd?|rv|enc|vl|i|doorst|bls|回复|答复|转发)(?:\[\d+\])?\s?[:：]",
    re.I,
)
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

    @property
    def whole(self) -> str:
        """All the person wrote, greeting and sign-off included."""
        return "\n\n".join(part for part in (self.greeting, self.text, self.sign_off) if part)


def is_mail(message: Message) -> bool:
    """True for mail, false for chat: only mail carries quotes, greetings and signatures.

    A table holds either, and its mails have subjects. The subject of a chat is the title of its group.
    """
    return message.source in MAIL_SOURCES or (message.source in _TABLE_SOURCES and bool(message.subject))


def is_answer(message: Message) -> bool:
    """True when headers or subject say that the mail answers or forwards another."""
    return bool(message.reply_to or message.references or _ANSWER.match(message.subject))


def without_quotes(message: Message) -> str:
    """What the author sent with quotes, forwards and reply headers out, and signature and footers left in."""
    return tidy(_split(message).own)


def clean_message(message: Message, known: Signatures) -> Cleaned:
    """Clean one message. ``known`` is what :func:`mine_signatures` found of its author, or ``Signatures()``.

    Never raises: any text gives a result, an empty ``text`` when nothing in it was the author's own.
    """
    if not is_mail(message):
        return Cleaned(tidy(normalise(_plain(message).text).split("\n")))
    lines, quoted, removed = _own_lines(message)
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
        lines, _, _ = _own_lines(message)
        tails.append([line for line in lines if line.strip()][-12:])
    known = {token for token, count in tokens.items() if count >= max(1, len(tails) // 50)}
    for name in names:
        known.update(_name_tokens(name))
    return signatures.mine(tails, frozenset(known) | _initials(names))


def _plain(message: Message) -> Text:
    if message.body_type != "html" or not _LOOKS_HTML.search(message.body[:20_000]):
        return Text(message.body, 0, 0)
    return html_to_text(message.body)


def _split(message: Message) -> Split:
    plain = _plain(message)
    split = split_quotes(normalise(plain.text).split("\n"), answering=is_answer(message), marked=bool(plain.quotes))
    if plain.signatures:
        split.removed["signature"] += 1
    return split


def _own_lines(message: Message) -> tuple[list[str], list[str], Counter[str]]:
    """The author's lines (signature included), the quoted ones, and what was taken out."""
    split = _split(message)
    lines, dropped = footers.drop_footers(split.own, quotes=bool(split.removed["quote"]))
    return lines, split.quoted, split.removed + dropped


def _name_tokens(name: str) -> list[str]:
    if "@" in name:
        name = re.split(r"[@+]", name)[0]
    return [token.casefold() for token in _TOKEN.findall(name)]


def _initials(names: Iterable[str]) -> frozenset[str]:
    found = ("".join(token[0] for token in _name_tokens(name)) for name in names if "@" not in name)
    return frozenset(initials for initials in found if 1 < len(initials) <= 3)
