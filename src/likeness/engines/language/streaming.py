"""Tokens to text as they come: whole characters, no special tokens, ended by end tokens, stop strings and limits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from likeness.core.types import Ending

_UNFINISHED = "\ufffd"
"""What bytes decode to that are no whole character, or not yet."""


class Decoder(Protocol):
    """What is used of a tokenizer of transformers here."""

    def decode(self, token_ids: Sequence[int], **options: Any) -> str: ...


class Detokenizer:
    """Text of tokens that come one at a time. A character of several tokens comes with the last of them."""

    def __init__(self, tokenizer: Decoder) -> None:
        self._tokenizer = tokenizer
        # The tokens of the last piece and of what is not shown yet. The last piece is decoded again, since some
        # tokenizers write a word's leading space only where something stands before it.
        self._tokens: list[int] = []
        self._shown_tokens = 0
        self._shown = ""

    def feed(self, token: int) -> str:
        """The text that is certain with ``token``; "" while a character is unfinished."""
        self._tokens.append(token)
        text = self._decode(self._tokens)
        piece = text[len(self._shown) :]
        if not piece or text.endswith(_UNFINISHED):
            return ""
        self._tokens = self._tokens[self._shown_tokens :]
        self._shown_tokens, self._shown = len(self._tokens), self._decode(self._tokens)
        return piece

    def end(self, *, cut: bool) -> str:
        """What was held back. An unfinished character at its end is dropped when the text was ``cut``."""
        held = self._decode(self._tokens)[len(self._shown) :]
        self._tokens, self._shown_tokens, self._shown = [], 0, ""
        return held.rstrip(_UNFINISHED) if cut else held

    def _decode(self, tokens: Sequence[int]) -> str:
        return self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)


class StopStrings:
    """Lets text pass up to the first of some strings, also when it comes in several pieces."""

    def __init__(self, strings: Sequence[str]) -> None:
        self._strings = tuple(string for string in strings if string)
        self._held = ""
        self.found = False

    def feed(self, piece: str) -> str:
        """The text that can be no part of a stop string. Nothing passes after one was found."""
        if self.found:
            return ""
        text = self._held + piece
        places = [place for place in map(text.find, self._strings) if place >= 0]
        if places:
            self.found, self._held = True, ""
            return text[: min(places)]
        held = max((_overlap(text, string) for string in self._strings), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def end(self) -> str:
        """What was held back because it could have become a stop string."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, string: str) -> int:
    """Length of the longest end of ``text`` that ``string`` begins with, short of all of it."""
    most = min(len(text), len(string) - 1)
    return next((length for length in range(most, 0, -1) if text.endswith(string[:length])), 0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What ends a text besides the model: at most ``tokens`` tokens and ``characters`` characters, ``stop`` strings."""

    tokens: int
    characters: int
    stop: tuple[str, ...] = ()


class Writing:
    """One text on its way from tokens to pieces. ``ending`` is known when the pieces have been read out."""

    def __init__(self, tokenizer: Decoder, ends: Collection[int], limits: Limits, prompt_tokens: int) -> None:
        self._text = Detokenizer(tokenizer)
        self._stop = StopStrings(limits.stop)
        self._ends = frozenset(ends)
        self._limits = limits
        self._left = limits.characters
        self._prompt_tokens = prompt_tokens
        self.ending = Ending()

    def pieces(self, tokens: Iterator[int]) -> Iterator[str]:
        """The text of ``tokens``, none of its pieces empty."""
        reason: Literal["stop", "length", ""] = ""
        for count, token in enumerate(tokens, 1):
            ended = token in self._ends
            piece = self._text.end(cut=False) if ended else self._text.feed(token)
            if not ended and count >= self._limits.tokens:
                reason, piece = "length", piece + self._text.end(cut=True)
            passed = self._stop.feed(piece) + (self._stop.end() if ended or reason else "")
            reason = "stop" if ended or self._stop.found else reason
            if len(passed) > self._left:
                reason = "length"
            if passed[: self._left]:
                yield passed[: self._left]
            self._left = max(0, self._left - len(passed))
            if reason:
                self.ending = Ending(reason, self._prompt_tokens, count)
                return
