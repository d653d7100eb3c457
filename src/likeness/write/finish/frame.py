"""What the stages know together: the request, what has been taken away, what is still expected at the end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from likeness.core.types import WriteRequest

_FEWEST = 600
_TIMES_THE_SOURCE = 4


@dataclass(slots=True)
class Frame:
    """``whole`` is false for answers from which only markers and loops are taken."""

    request: WriteRequest
    whole: bool = True
    removed: list[str] = field(default_factory=list)
    closing: str = ""
    """The quotation mark, or the code fence, that is expected after the last word."""
    stopped: bool = False
    framed: bool = False
    """An assistant has been heard: a preamble or a label was taken away, so its other half is likely."""
    _asked: str = ""
    _known: str = ""

    def __post_init__(self) -> None:
        self._asked = plain(self.request.text)
        self._known = f"{self._asked} {plain(self.request.context)}"

    @property
    def limit(self) -> int:
        """Characters after which the text has run away."""
        if self.request.task == "rewrite":
            return min(self.request.max_characters, max(_FEWEST, _TIMES_THE_SOURCE * len(self.request.text)))
        return self.request.max_characters

    def asks_for(self, *words: str) -> bool:
        """True when the request itself uses one of ``words``, so that they can be the person's own."""
        return _has(self._asked, words)

    def speaks_of(self, *words: str) -> bool:
        """True when the request, or the message it answers, uses one of ``words``."""
        return _has(self._known, words)

    def took(self, name: str, *, framed: bool = False) -> None:
        """Note that something was taken away."""
        self.removed.append(name)
        self.framed = self.framed or framed


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(plain(word))}(?!\w)", text) for word in words if word)


_SAME = str.maketrans({"’": "'", "‘": "'", "`": "'", "\u00a0": " ", "\u202f": " "})


def plain(text: str) -> str:
    """``text`` in lower case, with one kind of apostrophe and single spaces."""
    return re.sub(r"\s+", " ", text.translate(_SAME)).casefold().strip()
