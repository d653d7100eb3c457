"""Tokens of chat templates that reach the text, and what a model thinks aloud before it answers."""

from __future__ import annotations

from likeness.write.finish.frame import Frame

ENDS = (
    "<|im_end|>",
    "<|im_start|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|end_of_text|>",
    "<|begin_of_text|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|end|>",
    "<|eom_id|>",
    "<|assistant|>",
    "<|user|>",
    "<|system|>",
    "<end_of_turn>",
    "<start_of_turn>",
    "<｜end▁of▁sentence｜>",
    "[/INST]",
    "[INST]",
    "<</SYS>>",
    "</s>",
    "<s>",
)
"""After the first words they end the answer; before them they are dropped."""
THOUGHTS = ("think", "thinking", "thought", "reasoning")
_OPENING = tuple(f"<{name}>" for name in THOUGHTS)
_CLOSING = tuple(f"</{name}>" for name in THOUGHTS)
_ALL = (*ENDS, *_OPENING, *_CLOSING)
_FIRST = frozenset(marker[0] for marker in _ALL)


class Markers:
    """Holds back only what may become a marker."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._kept = ""
        self._within = ""
        self._said = ""
        self._struck = False

    def feed(self, text: str) -> str:
        """``text`` without markers; nothing after one that ends the turn."""
        if not (self._kept or self._within or self._frame.stopped) and self._said.strip() and _FIRST.isdisjoint(text):
            return text
        given = ""
        for char in text:
            if self._frame.stopped:
                break
            self._kept += char
            given += self._step()
        return given

    def end(self) -> str:
        """What was held back."""
        rest, self._kept = ("" if self._within else self._kept), ""
        return rest

    def _step(self) -> str:
        """What is certain once the last character of ``_kept`` is known."""
        if self._within:
            if self._kept.endswith(self._within):
                self._kept = self._within = ""
                self._frame.took("thinking")
            return ""
        while self._kept:
            marker = next((m for m in _ALL if self._kept.startswith(m)), None)
            if marker is not None:
                return self._meet(marker)
            if self._kept[0] in _FIRST and any(m.startswith(self._kept) for m in _ALL):
                return ""
            return self._release()
        return ""

    def _release(self) -> str:
        """Give what can be no beginning of a marker any more."""
        for start in range(1, len(self._kept) + 1):
            rest = self._kept[start:]
            if not rest or (rest[0] in _FIRST and any(m.startswith(rest) for m in _ALL)):
                break
        given, self._kept = self._kept[:start], self._kept[start:]
        if not self._said.strip():
            self._said += given
        return given

    def _meet(self, marker: str) -> str:
        rest, self._kept = self._kept[len(marker) :], ""
        begun = bool(self._said.strip())
        if marker in _OPENING and not begun:
            self._within = f"</{marker[1:]}"
            self._kept = rest
            return ""
        if marker in _OPENING:
            return marker
        if marker in _CLOSING:
            self._frame.took("thinking")
            return ""
        if marker == "<s>" and begun:
            self._struck = True
            return marker
        if marker == "</s>" and self._struck:
            return marker
        self._frame.took("markers")
        if begun:
            self._frame.stopped = True
        return ""
