"""Message-IDs, what a mail answers, and which conversation it belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ID = re.compile(r"<([^<>\s]+(?:\s[^<>\s]+)*)>")
_BARE_ID = re.compile(r"[^\s<>,;\"()]+@[^\s<>,;\"()]+")
_LIST_TAG = re.compile(r"\[[^\]]{1,40}\]")
_REPLY = re.compile(
    r"\s*(?:re|aw|sv|vs|antw|rép|rif|res|odp|ynt|回复|答复|رد)(?:\s*\[\d+\]|\^\d+)?\s*[:：]\s*", re.IGNORECASE
)
_FORWARD = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i|vl|转发)\s*[:：]\s*", re.IGNORECASE)


def ids(value: str) -> tuple[str, ...]:
    """The Message-IDs of a header's value without angle brackets, in order, without repeats.

    Old mailers wrote prose around them ("message from Ana on Tue …"); without brackets, words with an "@" count.
    """
    if not value:
        return ()
    found = _ID.findall(value)
    if found and len("".join(found).split(None, 1)) == 1:  # nearly all: none is broken by a space
        return tuple(dict.fromkeys(found))
    if not found and "@" in value:
        found = _BARE_ID.findall(value)
    return tuple(dict.fromkeys("".join(one.split()) for one in found))


def is_reply(subject: str) -> bool:
    """True when the subject says "Re:" in one of the languages seen."""
    return _REPLY.match(_LIST_TAG.sub("", subject)) is not None


def plain_subject(subject: str) -> str:
    """The subject without "Re:", "Fwd:" and list tags, in lower case, for comparing."""
    text = _LIST_TAG.sub("", subject)
    while True:
        match = _REPLY.match(text) or _FORWARD.match(text)
        if match is None:
            return " ".join(text.casefold().split())
        text = text[match.end() :]


def parent_ids(in_reply_to: Sequence[str], references: Sequence[str]) -> tuple[str, ...]:
    """Who a mail may answer, most likely first: In-Reply-To, then the references from the last to the first."""
    return tuple(dict.fromkeys((*in_reply_to, *reversed(references))))


def root(native_id: str, in_reply_to: Sequence[str], references: Sequence[str]) -> str:
    """The id that the mails of one thread share: the first reference, else what it answers, else its own."""
    if references:
        return references[0]
    return in_reply_to[0] if in_reply_to else native_id
