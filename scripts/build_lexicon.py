"""Compile CMUdict into the lexicon that ships with the package.

    python scripts/build_lexicon.py CMUDICT_FILE

``CMUDICT_FILE`` is ``cmudict.dict`` (``word PH PH…  # comment``, variants as ``word(2)``), from the Carnegie Mellon
pronouncing dictionary. Writes ``lexicon.zlib`` into the voice's data folder; the same input gives the same bytes.
"""

from __future__ import annotations

import re
import sys
import zlib
from pathlib import Path

from likeness.engines.builtin.voice.english.phones import encode

DATA = Path(__file__).parent.parent / "src/likeness/engines/builtin/voice/data"
ENTRY = re.compile(r"([a-z']+)(?:\(\d+\))?\s+([A-Z0-2 ]+?)\s*(?:#.*)?$")


def entries(path: Path) -> dict[str, list[tuple[str, ...]]]:
    """Every plain word (no dots, no hyphens) with its pronunciations in the file's order."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = ENTRY.match(line)
        if match and re.search("[a-z]", match[1]):
            phones = tuple(match[2].split())
            known = found.setdefault(match[1], [])
            if phones not in known:
                known.append(phones)
    return found


def pack(words: dict[str, list[tuple[str, ...]]]) -> bytes:
    """The file that ``english.lexicon`` reads."""
    lines = sorted(f"{word} {' '.join(encode(phones) for phones in known)}\n".encode() for word, known in words.items())
    return zlib.compress(b"".join(lines), 9)


def main() -> None:
    words = entries(Path(sys.argv[1]))
    packed = pack(words)
    (DATA / "lexicon.zlib").write_bytes(packed)
    print(f"{len(words)} words, {len(packed)} bytes")


if __name__ == "__main__":
    main()
