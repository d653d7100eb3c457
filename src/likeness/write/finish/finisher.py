"""The stages one after the other, and what they took away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from likeness.core.controls import CONTROLS
from likeness.core.types import Draft, WriteRequest
from likeness.write.finish.body import Body
from likeness.write.finish.frame import Frame
from likeness.write.finish.head import Head
from likeness.write.finish.markers import Markers

AS_IT_IS = frozenset({"chat", "neutralise", "instruct"})
"""Tasks whose answers may be about a text: only markers, controls and loops are taken from them."""
_CONTROLS = "control characters"


class Finisher:
    """Takes a model's text in pieces of any size and gives the draft in it.

    The text given is the same however the input is cut into pieces. A text that is nothing but frame is given as it is:
    finishing leaves nothing empty that was not empty, except thinking aloud, markers and control characters.
    """

    def __init__(self, request: WriteRequest) -> None:
        self.frame = Frame(request, whole=request.task not in AS_IT_IS)
        self._markers = Markers(self.frame)
        self._head = Head(self.frame)
        self._body = Body(self.frame)
        self._given = False
        self._ended = False

    @property
    def stopped(self) -> bool:
        """No more is wanted: the model has said its turn, or is running away. What is fed from here on is dropped."""
        return self.frame.stopped

    @property
    def removed(self) -> tuple[str, ...]:
        """What was taken away or cut, in short names: "preamble", "quotes", "explanation", "repetition" …"""
        return tuple(dict.fromkeys(self.frame.removed))

    def feed(self, piece: str) -> str:
        """The next stretch of the draft that is certain after ``piece``; often ``piece`` itself, sometimes empty."""
        given = ""
        # One by one through all stages, so that where a stage stops does not depend on how the text is cut.
        for char in piece:
            if self.frame.stopped or self._ended:
                break
            if char in CONTROLS:
                self.frame.took(_CONTROLS)
                continue
            given += self._body.feed(self._head.feed(self._markers.feed(char)))
        return self._noted(given)

    def end(self) -> str:
        """The rest of the draft."""
        if self._ended:
            return ""
        self._ended = True
        marked = self._head.feed(self._markers.end()) + self._head.end()
        rest = self._noted(self._body.feed(marked) + self._body.end())
        if self._given or not self._head.taken.strip():
            return rest
        self.frame.removed[:] = [name for name in self.frame.removed if name == _CONTROLS]
        return self._head.taken.strip()

    def _noted(self, text: str) -> str:
        self._given = self._given or bool(text)
        return text


def finished(pieces: Iterable[str], request: WriteRequest) -> Iterator[str]:
    """The draft in ``pieces``, as it becomes certain. Closes ``pieces`` when it wants no more of them."""
    yield from through(Finisher(request), pieces)


def finish(draft: Draft, request: WriteRequest) -> Draft:
    """``draft``, finished when a language model wrote it; what other engines write has no frame.

    Once the pieces have been read, the provenance's details say under "finished" what was taken away or cut.
    """
    if draft.provenance.method != "generated":
        return draft
    # The engine may still add to its own mapping while the pieces are read.
    details = draft.provenance.details
    told = details if isinstance(details, dict) else dict(details)
    pieces = _telling(Finisher(request), draft.pieces, told)
    return replace(draft, pieces=pieces, provenance=replace(draft.provenance, details=told))


def through(finisher: Finisher, pieces: Iterable[str]) -> Iterator[str]:
    """As :func:`finished`, with a finisher whose ``removed`` the caller wants to read afterwards."""
    try:
        for piece in pieces:
            if text := finisher.feed(piece):
                yield text
            if finisher.stopped:
                break
        if text := finisher.end():
            yield text
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


def _telling(finisher: Finisher, pieces: Iterable[str], told: dict[str, float | str]) -> Iterator[str]:
    yield from through(finisher, pieces)
    if finisher.removed:
        told["finished"] = ", ".join(finisher.removed)
