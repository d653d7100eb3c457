"""Who the owner of a mailbox may be, judged by what lies in Sent and whom mail was delivered to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from likeness.core.types import Identity
from likeness.sources.mail.addresses import decoded, recipients, sender
from likeness.sources.mail.folders import Kind, of_labels
from likeness.sources.mail.index import labels

_PROPOSED = 12


class Evidence:
    """Counts over one mailbox."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._mails = 0
        self._sent: Counter[str] = Counter()
        self._delivered: Counter[str] = Counter()
        self._to: Counter[str] = Counter()
        self._from: Counter[str] = Counter()

    def add(self, fields: Mapping[str, str], kind: Kind = "") -> None:
        """Take in one mail's header fields (names in lower case); ``kind`` is what the folder is for that it lies in.

        What lies in spam or the bin says nothing of the owner.
        """
        self._mails += 1
        found = sender(decoded(fields.get("from", "")))
        kind = kind or of_labels(labels(fields.get("x-gmail-labels", "")))
        if kind in ("spam", "bin"):
            return
        is_sent = kind in ("sent", "draft")
        if "@" in found.address:
            self._from[found.address] += 1
            self._sent[found.address] += is_sent
        elif is_sent and found.name:  # Exchange keeps no address of whoever has an account there
            self._sent[found.name] += 1
        if not is_sent:
            self._to.update(address for address in recipients(fields.get("to", "")) if "@" in address)
            self._delivered.update(a for a in (sender(fields.get("delivered-to", "")).address,) if "@" in a)

    def ranked(self) -> Iterator[Identity]:
        """Addresses, most likely first, each with the reason.

        Who wrote what lies in Sent is the owner; else whom mail was delivered to; else whom most mail is addressed to;
        the senders themselves are proposed only where there is nothing else, as in a list's archive.
        """
        seen: set[str] = set()
        for counts, share, said in (
            (self._sent, 0.01, "From: of {count:,} mails in Sent ({place})"),
            (self._delivered, 0.05, "{count:,} mails were delivered to it ({place})"),
            (self._to, 0.3, "To: of {count:,} of {total:,} mails ({place})"),
        ):
            yield from self._over(counts, share, said, seen)
        if not seen:
            yield from self._over(self._from, 0.0, "From: of {count:,} of {total:,} mails ({place})", seen)

    def _over(self, counts: Counter[str], share: float, said: str, seen: set[str]) -> Iterator[Identity]:
        least = max(1.0, share * sum(counts.values()))
        for address, count in counts.most_common(_PROPOSED):
            if address not in seen and count >= least:
                seen.add(address)
                yield Identity(address, count, said.format(count=count, total=self._mails, place=self._place))
