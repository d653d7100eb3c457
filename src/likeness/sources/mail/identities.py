"""Who the owner of a mailbox may be, judged by what lies in Sent and whom mail was delivered to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from likeness.core.types import Identity
from likeness.sources.mail.addresses import decoded, sender
from likeness.sources.mail.message import labels

_SENT = re.compile(r"\b(?:sent|gesendet|envoy|inviat|enviad|verzonden|skickat|sendt|wysłane|outbox)", re.IGNORECASE)
_PROPOSED = 12


class Evidence:
    """Counts over one mailbox."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._all_sent = _SENT.search(place) is not None
        self._sent: Counter[str] = Counter()
        self._delivered: Counter[str] = Counter()
        self._from: Counter[str] = Counter()

    def add(self, fields: Mapping[str, str], place: str = "") -> None:
        """Take in one mail's header fields (names in lower case); ``place`` is the folder it lies in."""
        found = sender(decoded(fields.get("from", "")))
        marked = labels(fields.get("x-gmail-labels", ""))
        if "@" in found.address:
            self._from[found.address] += 1
            if self._all_sent or _SENT.search(place) or any(_SENT.match(label) for label in marked):
                self._sent[found.address] += 1
        delivered = sender(fields.get("delivered-to", "")).address
        if "@" in delivered:
            self._delivered[delivered] += 1

    def ranked(self) -> Iterator[Identity]:
        """Addresses, most likely first, each with the reason."""
        seen: set[str] = set()
        for counts, said in (
            (self._sent, "From: of {count} mails in Sent ({place})"),
            (self._delivered, "{count} mails were delivered to it ({place})"),
            (self._from, "From: of {count} of {total} mails ({place})"),
        ):
            total = sum(counts.values())
            for address, count in counts.most_common(_PROPOSED):
                if address not in seen and count * 200 >= total:
                    seen.add(address)
                    yield Identity(address, count, said.format(count=count, total=total, place=self._place))
