"""Damages exports of every registered source and imports them: nothing escapes, the ledger adds up.

Each case damages one file of an export, imports the whole through the door that a user takes, and then has the source
read the damaged file even where it would no longer recognise it.
"""

from __future__ import annotations

import io
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.fuzz_samples import files_of, samples
from likeness.core import plugins
from likeness.core.errors import LikenessError
from likeness.core.events import drain
from likeness.core.protocols import Owner
from likeness.core.store import Store
from likeness.write.ingest import ingest, propose_identities
from likeness.write.recognise import Archive, survey

ME = Owner.of(["sam@example.org", "Sam", "Sam Rivers"])
SECONDS = 30
_LARGE = 2_000_000
_CASES_PER_STORE = 100
_NUMBERS = (b"0", b"-1", b"1e999", b"99999999999999999999999", b"NaN", b"null", b'"x"', b"[]", b"{}", b"true", b"0.5")
_INTEGERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)

Damage = Callable[[bytes, random.Random], bytes]


def _flip(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randrange(1, 30)):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _cut(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] if rng.random() < 0.7 else data[at:]


def _insert(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    piece = rng.choice((rng.randbytes(rng.randrange(1, 300)), b"\0" * 64, b"[" * 5000, b'{"a":' * 3000, b"<a>" * 3000))
    return data[:at] + piece + data[at:]


def _double(data: bytes, rng: random.Random) -> bytes:
    """A stretch a second time, or very many times."""
    start = rng.randrange(len(data))
    piece = data[start : start + rng.randrange(1, 2000)]
    return data[:start] + piece * min(rng.choice((2, 2, 50, 5000)), _LARGE // len(piece) + 1) + data[start:]


def _length(data: bytes, rng: random.Random) -> bytes:
    """Integers of 1, 2 and 4 bytes overwritten by ones at the edge, in either order of bytes."""
    out = bytearray(data)
    for _ in range(rng.randrange(1, 6)):
        width = rng.choice((1, 2, 4))
        value = rng.choice(_INTEGERS) & (256**width - 1)
        at = rng.randrange(len(out))
        out[at : at + width] = value.to_bytes(width, rng.choice(("little", "big")))
    return bytes(out)


def _number(data: bytes, rng: random.Random) -> bytes:
    """Written numbers replaced by ones of another kind or size."""
    return re.sub(rb"-?\d+", lambda match: rng.choice(_NUMBERS) if rng.random() < 0.2 else match[0], data)


DAMAGES: dict[str, Damage] = {
    "flipped": _flip,
    "cut": _cut,
    "inserted": _insert,
    "doubled": _double,
    "length": _length,
    "number": _number,
}


def damaged(data: bytes, damage: Damage, rng: random.Random) -> bytes:
    """``data`` damaged; of a zip mostly one of its members, packed again."""
    if not data:
        return rng.randbytes(40)
    if not data.startswith(b"PK\3\4") or rng.random() < 0.3:
        return damage(data, rng)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        members = [member for member in old.infolist() if not member.is_dir()]
        victim = rng.choice(members)
        for member in members:
            content = old.read(member)
            new.writestr(member.filename, damage(content, rng) if member is victim and content else content)
    return out.getvalue()


def measure(cases: int, seed: int, made: dict[str, bytes], only: Sequence[str] = ()) -> Iterator[tuple[object, ...]]:
    """A row per source: source, cases, imported, refused, ledger wrong, escaped, too slow, growth in MB."""
    with tempfile.TemporaryDirectory() as folder:
        found = samples(Path(folder) / "samples", made)
        for source in sorted({*plugins.names(plugins.SOURCES), *found}):
            if only and source not in only:
                continue
            before = _peak_mb()
            tally = _attack(source, found.get(source, []), cases, seed, Path(folder) / "case")
            outcomes = ("imported", "refused", "ledger wrong", "escaped", "too slow")
            yield (source, tally.total(), *(tally[outcome] for outcome in outcomes), round(_peak_mb() - before))


def _attack(source: str, archives: Sequence[Archive], cases: int, seed: int, place: Path) -> Counter[str]:
    rng = random.Random(f"{source} {seed}")
    kinds = list(DAMAGES)
    tally = Counter[str]()
    for number in range(cases if archives else 0):
        archive = archives[number % len(archives)]
        kind = kinds[number % len(kinds)]
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        store = place.parent / f"{source}-{number // _CASES_PER_STORE}.sqlite"
        path, victim = _copy(archive, place, rng)
        victim.write_bytes(damaged(victim.read_bytes(), DAMAGES[kind], rng))
        outcome = attempt(path, source, victim, store)
        tally[outcome] += 1
        if outcome in ("escaped", "ledger wrong", "too slow"):
            print(f"{outcome}: {source}, case {number}, seed {seed}, {kind}, {victim.name}", file=sys.stderr)
    return tally


def _copy(archive: Archive, place: Path, rng: random.Random) -> tuple[Path, Path]:
    """A copy of the export, and the file in it that is to be damaged."""
    path = place / archive.path.name
    if archive.path.is_dir():
        shutil.copytree(archive.path, path)
        return path, path / rng.choice(list(files_of(archive))).relative_to(archive.path)
    for beside in archive.path.parent.iterdir():
        if beside.is_file() and beside != archive.path:
            shutil.copy(beside, place / beside.name)
    shutil.copy(archive.path, path)
    return path, path


def attempt(path: Path, source: str, victim: Path, home: Path) -> str:
    """Import, and read the damaged file; the outcome as the table's columns name it."""
    outcome = "imported"
    try:
        with _limited(SECONDS):
            try:
                found = survey([path])
                propose_identities(found)
                with Store.open(home) as store:
                    drain(ingest(store, ME, found))
                    if any(r.read != r.kept + r.duplicates + sum(r.dropped.values()) for r in store.ledger()):
                        outcome = "ledger wrong"
            except LikenessError:
                outcome = "refused"
            try:
                for _ in plugins.source(source).read(victim, ME):
                    pass
            except (LikenessError, OSError):
                pass  # of a file that it no longer recognises, it may say so in this way
    except _TooSlow:
        return "too slow"
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return "escaped"
    return outcome


class _TooSlow(BaseException):
    """Not an ``Exception``, so that nothing on the way takes it for damage."""


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise _TooSlow

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
