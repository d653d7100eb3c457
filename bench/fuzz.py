"""Damaged and hostile mails, chats and sound files: no exception of a kind the user should not see, bounded memory.

Each case is a whole import of one damaged file into a store of its own folder, through the same door as a user's:
recognise, propose, ingest. Allowed are the errors of ``core.errors`` and a clean import with a ledger that adds up.

    python -m bench.fuzz [--cases 1000] [--seed 1] [--without-audio]
    python -m bench.fuzz --sources [NAME …] --cases 2000     every registered source, that many cases each
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench import harness
from likeness.core.errors import LikenessError
from likeness.core.events import drain
from likeness.core.protocols import Owner
from likeness.core.store import Store
from likeness.write.ingest import ingest, propose_identities

ME = Owner.of(["sam@example.org", "Sam"])
HEADER = ("kind", "cases", "imported", "refused", "ledger wrong", "escaped")

_MAIL = (
    b"From: Sam <sam@example.org>\r\nTo: =?utf-8?q?An=C3=A4?= <ana@example.net>\r\n"
    b"Subject: =?utf-8?b?Z3LDvMOfZQ==?=\r\nDate: Tue, 1 Apr 1997 09:28:56 +0200\r\n"
    b"Message-ID: <1@example.org>\r\nIn-Reply-To: <0@example.org>\r\n"
    b"References: <a@b>\r\n <0@example.org>\r\nX-Gmail-Labels: Sent,=?utf-8?q?Wichtig?=\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n'
    b"--a\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"gr=FC=DFe, Sam\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>gr&uuml;&szlig;e</p>\r\n--a--\r\n"
    b"--m\r\nContent-Type: message/rfc822\r\n\r\nFrom: z@z\r\nSubject: inner\r\n\r\ninner\r\n"
    b"--m\r\nContent-Type: text/calendar\r\nContent-Transfer-Encoding: base64\r\n\r\nTUVUSE9EOlJFUExZ\r\n--m--\r\n"
)
_MBOX = b"".join(
    b"From x@y Tue Apr  1 09:28:56 1997\r\n" + _MAIL.replace(b"<1@", b"<%d@" % n).replace(b"<0@", b"<%d@" % (n - 1))
    for n in range(1, 6)
)
_EMLX = b"%d      \n" % len(_MAIL) + _MAIL + b"<?xml version='1.0'?><plist></plist>"
_IOS = (
    "\ufeff[13/03/20, 3:04:05\u202fPM] Ana: "
    "\u200eMessages and calls are end-to-end encrypted. No one can read them.\r\n"
    "[13/03/20, 3:04:06\u202fPM] Sam: hello\r\nsecond line\r\n"
    "\u200e[13/03/20, 3:05:06\u202fPM] Ana: \u200eimage omitted\r\n"
    "[14/03/20, 12:00:00\u202fAM] Sam: I meant Tuesday \u200e<This message was edited>\r\n"
).encode()
_ANDROID = (
    "13/3/2563, 15:04 - Ana: สวัสดี\n13/3/2563, 15:05 - Sam: IMG-1.jpg (file attached)\ncaption\n"
    "14/3/2563, 3:04 p.\u00a0m. - Ana created group “x”\n١٥\u200f/٣\u200f/٢٥٦٣، ٣:٠٤ م - Sam: <Media omitted>\n"
).encode()

Mutation = Callable[[bytes, random.Random], bytes]


def _zipped(data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_chat.txt", data)
    return target.getvalue()


BASES: dict[str, bytes] = {
    "a.mbox": _MBOX,
    "a.eml": _MAIL,
    "a.emlx": _EMLX,
    "outlook.eml": b"\0\1" * 20 + _MAIL.replace(b"\r\n", b"\r"),
    "WhatsApp Chat with Ana.txt": _IOS,
    "chat.txt": _ANDROID,
    "WhatsApp Chat - Ana.zip": _zipped(_IOS),
}


def _flip(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randrange(1, 40)):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))] if rng.random() < 0.5 else data[rng.randrange(len(data)) :]


def _splice(data: bytes, rng: random.Random) -> bytes:
    other = rng.choice(list(BASES.values()))
    at, start = rng.randrange(len(data)), rng.randrange(len(other))
    return data[:at] + other[start : start + rng.randrange(400)] + data[at:]


def _repeat(data: bytes, rng: random.Random) -> bytes:
    """A stretch many times over: nested parts, thousands of headers, one endless line."""
    start = rng.randrange(len(data))
    piece = data[start : start + rng.randrange(1, 120)]
    return data[:start] + piece * min(rng.choice((10, 1000, 20_000)), 2_000_000 // len(piece)) + data[start:]


def _nest(data: bytes, rng: random.Random) -> bytes:
    """Thousands of parts, each in the one before."""
    depth = rng.choice((50, 500, 3000))
    opening = (b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(depth))
    return b"From: sam@example.org\r\nMessage-ID: <n@x>\r\n" + b"".join(opening) + b"\r\n" + data


def _swap(data: bytes, rng: random.Random) -> bytes:
    """Words that matter replaced by ones that hurt."""
    swaps = (
        (
            b"iso-8859-1",
            rng.choice((b"utf-7", b"idna", b"unicode_escape", b"base64", b"punycode", b"x" * 5000, b"\xff")),
        ),
        (b"quoted-printable", rng.choice((b"base64", b"x-uuencode", b"8bit", b"gzip"))),
        (b"1997", rng.choice((b"0000", b"9999", b"99999999999999999999", b"-1"))),
        (b"+0200", rng.choice((b"+9999", b"-9999", b"(((((", b"+02:00:00"))),
        (
            b"=?utf-8?b?Z3LDvMOfZQ==?=",
            rng.choice((b"=?utf-8?b?====?=", b"=?idna?q?..=2E?=", b"=?x?b?" + b"A" * 9999 + b"?=")),
        ),
        (b"13/03/20", rng.choice((b"99/99/99", b"00/00/00", "٩٩٩/٩/٩".encode(), b"\xd9" * 30))),
        (
            b"boundary=a",
            rng.choice((b"boundary=", b'boundary="', b"boundary=m", b"boundary*0*=x''%FF; boundary*9999=1")),
        ),
        (b"<0@example.org>", rng.choice((b"<" * 20_000, b"<a b c@d>" * 300, b"\x00"))),
    )
    for old, new in swaps:
        if rng.random() < 0.4:
            data = data.replace(old, new)
    return data


def _noise(data: bytes, rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(3000))


def _bomb(data: bytes, rng: random.Random) -> bytes:
    """A zip that unpacks to many times its size, sometimes lying about it."""
    packed = bytearray(_zipped(_ANDROID * (rng.choice((1, 8, 40)) * 2**20 // len(_ANDROID))))
    if rng.random() < 0.5:
        at = packed.rindex(b"PK\x01\x02")
        packed[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(packed)


MUTATIONS: dict[str, Mutation] = {
    "flipped bytes": _flip,
    "cut": _cut,
    "spliced": _splice,
    "repeated": _repeat,
    "nested": _nest,
    "swapped words": _swap,
    "noise": _noise,
    "zip bomb": _bomb,
}


def measure(cases: int, seed: int) -> list[tuple[str, int, int, int, int, int]]:
    """Rows under :data:`HEADER`, one per kind of damage; the same cases for the same ``seed``."""
    rng = random.Random(seed)
    tallies: dict[str, Counter[str]] = {kind: Counter() for kind in MUTATIONS}
    kinds = list(MUTATIONS)
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "store.sqlite") as store:
        for number in range(cases):
            kind = kinds[number % len(kinds)]
            name = "chat.zip" if kind == "zip bomb" else rng.choice(list(BASES))
            data = MUTATIONS[kind](BASES.get(name, b""), rng)
            path = Path(folder) / f"{number}" / name
            path.parent.mkdir()
            path.write_bytes(data)
            outcome = attempt(store, path)
            if outcome == "escaped":
                print(f"escaped: case {number}, seed {seed}, {kind}, {name}", file=sys.stderr)
            tallies[kind][outcome] += 1
            path.unlink()
    columns = ("imported", "refused", "ledger wrong", "escaped")
    return [(kind, t.total(), *(t[column] for column in columns)) for kind, t in tallies.items()]  # type: ignore[misc]


def attempt(store: Store, path: Path) -> str:
    """Import one file; the outcome as the table's columns name it."""
    try:
        propose_identities([path])
        drain(ingest(store, ME, [path]))
    except LikenessError:
        return "refused"
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return "escaped"
    last = store.ledger()[-1]
    return "imported" if last.read == last.kept + last.duplicates + sum(last.dropped.values()) else "ledger wrong"


def main() -> None:
    """Mutate, import and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-audio", action="store_true")
    parser.add_argument("--sources", nargs="*", metavar="NAME", help="damage exports of these sources, or of all")
    options = parser.parse_args()
    if options.sources is not None:
        _attack_sources(options.cases, options.seed, options.sources)
        return
    audio = 0 if options.without_audio else options.cases // 3
    before, began = _peak_mb(), time.perf_counter()
    rows = measure(options.cases - audio, options.seed)
    grown = _peak_mb() - before
    if audio:
        from bench import fuzz_audio

        rows += [
            (f"audio: {kind}", cases, decoded, refused + over, 0, escaped)
            for kind, cases, decoded, refused, over, escaped in fuzz_audio.measure(audio, options.seed)
        ]
    figures = {
        "cases": sum(row[1] for row in rows),
        "escaped": sum(row[5] for row in rows),
        "ledger_wrong": sum(row[4] for row in rows),
        "import_memory_growth_mb": grown,
        "seconds": time.perf_counter() - began,
    }
    harness.finish("fuzz", HEADER, rows, figures)


def _attack_sources(cases: int, seed: int, names: list[str]) -> None:
    from bench import fuzz_sources

    began = time.perf_counter()
    rows = []
    for row in fuzz_sources.measure(cases, seed, BASES, names):
        print(*row, file=sys.stderr, flush=True)
        rows.append(row)
    header = ("source", "cases", "imported", "refused", "ledger wrong", "escaped", "too slow", "MB more")
    figures: dict[str, float | int | None] = {"seconds": time.perf_counter() - began}
    for column in ("cases", "ledger wrong", "escaped", "too slow"):
        figures[column.replace(" ", "_")] = sum(int(str(row[header.index(column)])) for row in rows)
    figures["sources"] = sum(1 for row in rows if row[1])
    figures["most_memory_growth_mb"] = max((int(str(row[-1])) for row in rows), default=0)
    harness.finish("fuzz_sources", header, rows, figures)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
