"""A made-up mailbox of any size: threads, HTML, quotes, attachments in base64, several years, one owner. Seeded."""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

# No sentence begins with "From": the standard library takes such a line for the next mail, and the texts would differ.
OWNER = "robin@example.org"
_VOCABULARY = (
    "the a we you I it that this of to and in on for with about report budget slides meeting train garden "
    "museum draft invoice budget number question answer tomorrow yesterday later soon perhaps really quite rather "
    "could should would might please thanks great lovely odd late early new old long short open closed"
)
_WORDS = _VOCABULARY.split()


def write(path: Path, megabytes: int, seed: int = 1) -> int:
    """Write an mbox of about ``megabytes`` MB (10^6) and return how many of its mails the owner wrote."""
    maker = _Maker(random.Random(seed))
    mine = 0
    with path.open("wb") as handle:
        while handle.tell() < megabytes * 1_000_000:
            for mail, from_owner in maker.thread():
                handle.write(mail)
                mine += from_owner
    return mine


class _Maker:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._number = 0
        self._when = datetime(2008, 1, 1, tzinfo=UTC)
        self._blob = base64.encodebytes(rng.randbytes(600_000))

    def thread(self) -> list[tuple[bytes, bool]]:
        """A thread of one to six mails; the owner writes in about one in four threads."""
        rng = self._rng
        self._when += timedelta(hours=rng.random() * 20)
        people = [f"Person {n} <person{n}@example.net>" for n in rng.sample(range(400), 3)]
        if rng.random() < 0.25:
            people[rng.randrange(3)] = f"Robin Vale <{OWNER}>"
        subject = " ".join(rng.choices(_WORDS, k=4)).capitalize()
        ids: list[str] = []
        bodies: list[str] = []
        mails: list[tuple[bytes, bool]] = []
        for turn in range(rng.choice((1, 1, 2, 3, 4, 6))):
            sender = people[turn % 3]
            mail, identity, text = self._mail(sender, people, subject, ids, bodies)
            ids.append(identity)
            bodies.append(text)
            mails.append((mail, OWNER in sender))
        return mails

    def _mail(
        self, sender: str, people: list[str], subject: str, ids: list[str], bodies: list[str]
    ) -> tuple[bytes, str, str]:
        rng = self._rng
        self._number += 1
        self._when += timedelta(minutes=rng.random() * 300)
        identity = f"{self._number}.{rng.randrange(10**9)}@mail.example.net"
        text = self._text()
        quoted = "".join(f"> {line}\n" for line in bodies[-1].splitlines()) if bodies else ""
        body = f"{text}\n\nOn some day, somebody wrote:\n{quoted}" if quoted else text
        received = "".join(
            f"Received: from host{n}.example.net (host{n}.example.net [192.0.2.{n}])\n"
            f"\tby mx{n}.example.org with ESMTPS id {rng.getrandbits(64):x}\n\t; {format_datetime(self._when)}\n"
            for n in range(3)
        )
        threading = f"In-Reply-To: <{ids[-1]}>\nReferences: {' '.join(f'<{i}>' for i in ids)}\n" if ids else ""
        headers = (
            f"From {self._number}@xxx {self._when.strftime('%a %b %d %H:%M:%S +0000 %Y')}\n"
            f"X-Gmail-Labels: {'Sent' if OWNER in sender else 'Inbox'},Opened\nDelivered-To: {OWNER}\n{received}"
            f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net; s=20230601;\n        b="
            f"{self._blob[:300].decode().replace(chr(10), '')}\n"
            f"MIME-Version: 1.0\n{threading}From: {sender}\nTo: {', '.join(p for p in people if p != sender)}\n"
            f"Date: {format_datetime(self._when)}\nMessage-ID: <{identity}>\n"
            f"Subject: {'Re: ' if ids else ''}{subject}\n"
        )
        return headers.encode() + self._content(body), identity, text

    def _content(self, body: str) -> bytes:
        rng = self._rng
        kind = rng.random()
        plain = f'Content-Type: text/plain; charset="UTF-8"\n\n{body}\n'
        if kind < 0.3:
            return f"{plain}\n".encode()
        html = f"<html><body>{''.join(f'<p style=color:#333>{line}</p>' for line in body.splitlines())}</body></html>"
        if kind < 0.4:
            return f'Content-Type: text/html; charset="UTF-8"\n\n{html}\n\n'.encode()
        both = (
            f'Content-Type: multipart/alternative; boundary="alt{self._number}"\n\n--alt{self._number}\n{plain}\n'
            f'--alt{self._number}\nContent-Type: text/html; charset="UTF-8"\n\n{html}\n--alt{self._number}--\n\n'
        )
        if kind < 0.8:
            return both.encode()
        size = int(min(rng.expovariate(1 / 250_000), len(self._blob))) // 77 * 77
        return (
            (
                f'Content-Type: multipart/mixed; boundary="mix{self._number}"\n\n--mix{self._number}\n{both}'
                f"--mix{self._number}\nContent-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment\n"
                f"Content-Transfer-Encoding: base64\n\n"
            ).encode()
            + self._blob[:size]
            + f"\n--mix{self._number}--\n\n".encode()
        )

    def _text(self) -> str:
        rng = self._rng
        sentences = (
            " ".join(rng.choices(_WORDS, k=rng.randrange(4, 16))).capitalize() for _ in range(rng.randrange(2, 14))
        )
        return ".\n".join(sentences) + "."
