"""What every blind audition shares: which of two stands first, the choices on the disk, and the code a page gives.

A choice is on the disk before the next pair is shown. Marks are "1" and "2" for the place that was chosen, "s" for
neither and "-" for what was not judged yet.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from likeness.core import lines
from likeness.core.errors import InputError

Side = Literal["a", "b"]
Picked = Literal["a", "b", "skip"]


def first(seed: int, audition: str, pair: str) -> Side:
    """Which side of a pair stands first: drawn from the seed, the same every time."""
    return "a" if random.Random(f"{seed}:{audition}:{pair}").random() < 0.5 else "b"


def picked(shown_first: Side, place: int) -> Picked:
    """Whose side stands at ``place`` (1 or 2); 0 for none."""
    if place == 0:
        return "skip"
    return shown_first if place == 1 else ("b" if shown_first == "a" else "a")


class Choices:
    """The choices of one audition: ``made`` maps a pair to what was picked. ``pairs`` are (id, side shown first)."""

    def __init__(self, path: Path, audition: str, pairs: Sequence[tuple[str, Side]]) -> None:
        self._path = path
        self.audition = audition
        self._firsts: Mapping[str, Side] = dict(pairs)
        self.made: dict[str, Picked] = {
            record["pair"]: record["picked"] for record in lines.records(path) if record["pair"] in self._firsts
        }

    def choose(self, pair: str, place: int) -> None:
        """Keep that the side at ``place`` (1 or 2) was chosen, or none (0). It is on the disk when this returns."""
        chosen = picked(self._firsts[pair], place)
        lines.append(self._path, {"pair": pair, "picked": chosen})
        self.made[pair] = chosen

    def count(self, side: Picked) -> int:
        """How many pairs went to ``side``."""
        return list(self.made.values()).count(side)

    def code(self, places: Sequence[int | None]) -> str:
        """Choices at the pairs in their order, as the page gives them: "<id>_12s…-_<check>"."""
        return coded(self.audition, "".join("-" if place is None else "s12"[place] for place in places))

    def take(self, code: str) -> int:
        """Keep the choices in a page's ``code`` and return how many there were.

        Raises :class:`InputError` when it is of another audition, or was not copied whole.
        """
        name, marks = decoded(code)
        if name != self.audition or len(marks) > len(self._firsts):
            raise InputError("these choices are of another audition", hint="make the page anew with --page")
        taken = 0
        for (pair, shown_first), mark in zip(self._firsts.items(), marks, strict=False):
            place = "s12".find(mark)
            if place >= 0 and self.made.get(pair) != picked(shown_first, place):
                self.choose(pair, place)
            taken += place >= 0
        return taken


def coded(name: str, marks: str) -> str:
    """A short code for choices: what a page shows to be copied."""
    return f"{name}_{marks}_{zlib.crc32(f'{name}_{marks}'.encode()):08x}"


def decoded(code: str) -> tuple[str, str]:
    """The audition's id and the marks in ``code``, or in the file that a page saves. Raises :class:`InputError`."""
    text = code.strip()
    if text.startswith("{"):
        try:
            text = str(json.loads(text)["code"])
        except (ValueError, KeyError, TypeError):
            raise InputError("this is no file of an audition", hint="give the file that the page saved") from None
    name, _, rest = text.partition("_")
    marks, _, check = rest.partition("_")
    if set(marks) - set("12s-") or coded(name, marks) != f"{name}_{marks}_{check}":
        raise InputError("this is no code of an audition, or not all of it", hint="copy it again, whole")
    return name, marks


def results(path: Path) -> list[dict[str, Any]]:
    """What auditions found, from the file ``path``; none where it is not there. Raises :class:`InputError`."""
    if not path.is_file():
        return []
    try:
        found: list[dict[str, Any]] = list(json.loads(path.read_text(encoding="utf-8"))["auditions"])
        return found
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path.name} of {path.parent.name} cannot be read: {error}", hint="remove it") from None
