"""The draft itself: passed on as it comes, but for what may be an assistant's last words, or a loop.

Text is read by sentences. A sentence that begins like nothing suspicious is given word by word; one that begins like
an explanation, or like a sentence already said, is held until it is complete and the next one shows what it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from likeness.write.finish import explanations
from likeness.write.finish.frame import Frame
from likeness.write.finish.loops import Loops

_ENDS = ".!?…。！？"
_SPACE = " \t\n\r\u00a0\u202f"
_FULL = "。！？"
_AFTER_ENDS = "\"'”’»“)]*_"
_NEAR = 400
"""This near to the limit, whole sentences are given, so that the text can end with one."""
_TURNS = ("user:", "human:", "### instruction", "### input", "assistant:", "<|", "user\n", "human\n")
"""How a model begins to speak for the other side: at the start of a line they end the answer."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A whole sentence that is held: how much it tells of an assistant, and whether it was said before."""

    text: str
    strength: int = 0
    again: bool = False


class Body:
    """Everything after the head."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._loops = Loops()
        self._sentence = ""
        self._given = 0
        """How much of the current sentence has been given."""
        self._held: list[_Held] = []
        self._tail = ""
        """What would be given but for its being the last: white space, and what closes a wrapper."""
        self._length = 0
        self._begun = False
        self._closed = False
        self._over = False

    def feed(self, text: str) -> str:
        """What of the draft is certain."""
        if self._over:
            return ""
        given = ""
        for char in text:
            given += self._take(char)
            if self._over:
                return self._last(given)
        return self._but_for_the_last(given)

    def end(self) -> str:
        """What was held and belongs to the draft, without the space, the fence or the mark at its end."""
        if self._over:
            return ""
        tail = self._sentence[self._given :]
        if self._length >= self._frame.limit and not _whole(self._sentence):
            if self._begun or self._held:
                tail = ""
            self._cut("length")
        elif tail and not self._given:
            self._held.append(_Held(tail, self._strength(tail)))
            tail = ""
        kept = self._without_explanation() + tail
        self._held.clear()
        return self._last(kept)

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, char: str) -> str:
        given = self._close() if self._is_over(char) else ""
        if self._over:
            return given
        self._sentence += char
        self._length += 1
        loop = self._loops.take(char)
        if loop == "looping":
            self._cut("repetition")
            return given + self._leave()
        if self._length > self._frame.limit:
            self._cut("length")
            return given + self._leave()
        if self._turns():
            self._cut("role")
            return given + self._leave()
        if self._given or not (loop == "held" or self._suspicious()):
            given += self._release(hold=loop == "held")
        return given

    def _is_over(self, char: str) -> bool:
        """True when ``char`` begins a new sentence."""
        said = self._sentence.rstrip(" \t")
        if not said.strip():
            return False
        if said[-1] in _FULL:
            return char not in _AFTER_ENDS and char not in _ENDS
        if char == "\n":
            return True
        if not char.isspace() or said != self._sentence:
            return False
        return said.rstrip(_AFTER_ENDS)[-1:] in _ENDS and said.rstrip(_AFTER_ENDS) != ""

    def _close(self) -> str:
        """The sentence is complete: hold it, or give what was held before it and the rest of it."""
        sentence, given = self._sentence, self._given
        repeated = self._loops.close(sentence)
        self._sentence, self._given = "", 0
        if repeated == "looping":
            self._held.append(_Held(sentence[given:], again=True))
            self._cut("repetition")
            return self._leave()
        if given:
            rest = sentence[given:]
            self._begun = True
            return self._all_held() + rest
        strength = self._strength(sentence)
        goes_on = self._explains_on(sentence)
        if strength or repeated == "held" or goes_on:
            self._held.append(_Held(sentence, 2 if goes_on else strength, again=repeated == "held"))
            return ""
        return self._all_held() + self._noted(sentence)

    def _explains_on(self, sentence: str) -> bool:
        """True in the paragraph of an explanation."""
        return bool(self._held) and self._held[-1].strength == 2 and "\n\n" not in sentence

    def _strength(self, sentence: str) -> int:
        if not self._frame.whole:
            return 0
        return explanations.strength(sentence, self._frame)

    def _suspicious(self) -> bool:
        sentence = self._sentence
        if not sentence.strip() or self._length > self._frame.limit - min(_NEAR, self._frame.limit // 4):
            return True
        if self._explains_on(sentence):
            return True
        if self._loops.begins_like_before(sentence):
            return True
        low = sentence.strip().casefold()
        if sentence[0] == "\n" and any(turn.startswith(low) for turn in _TURNS):
            return True
        if self._frame.closing and self._frame.closing.startswith(low[:3]):
            return True
        return self._frame.whole and explanations.may_be(sentence)

    def _release(self, *, hold: bool) -> str:
        """Give the current sentence as far as it is certain."""
        if hold:
            return ""
        given, self._given = self._sentence[self._given :], len(self._sentence)
        self._begun = self._begun or bool(given.strip())
        return self._all_held() + given

    def _but_for_the_last(self, text: str) -> str:
        """``text`` after what was withheld, without what the end may take away: that is withheld now."""
        text = self._tail + text
        safe = len(text.rstrip(self._frame.closing + _SPACE))
        self._tail = text[safe:]
        return text[:safe]

    def _all_held(self) -> str:
        given = "".join(held.text for held in self._held)
        self._held.clear()
        return given

    def _noted(self, text: str) -> str:
        self._begun = self._begun or bool(text.strip())
        return text

    def _turns(self) -> bool:
        if not self._frame.whole or self._sentence[:1] != "\n" or not self._begun:
            return False
        low = self._sentence.lstrip("\n").casefold()
        return low in _TURNS and not self._frame.speaks_of(low.strip(":\n# <|"))

    def _cut(self, why: str) -> None:
        self._frame.took(why)
        self._frame.stopped = True

    def _leave(self) -> str:
        """End here: what was held stays, but for the repetitions at its end and the sentence that is not whole."""
        self._over = True
        while self._held and self._held[-1].again:
            self._held.pop()
        given = self._without_explanation()
        if not self._begun and not given.strip():
            given = self._sentence[self._given :][: self._frame.limit].rsplit(" ", 1)[0]
        return given

    def _without_explanation(self) -> str:
        """What was held, without the last words that are an assistant's."""
        kept = self._held
        if any(held.strength == 2 for held in kept) or self._frame.framed:
            start = next((number for number, held in enumerate(kept) if held.strength), len(kept))
            said = self._begun or any(held.text.strip() for held in kept[:start])
            if start < len(kept) and said:
                told = any(explanations.bare(held.text)[:1].isalpha() for held in kept[start:])
                self._frame.took("explanation" if told else "rule")
                kept = kept[:start]
        return "".join(held.text for held in kept)

    def _last(self, text: str) -> str:
        """What was withheld and ``text``, without space at the end and without what closes a wrapper."""
        text, self._tail = (self._tail + text).rstrip(), ""
        closing = self._frame.closing
        if closing[:1] in ("`", "~"):
            text = text.removesuffix(closing).rstrip()
        elif closing and text[-1:] and text[-1] in closing:
            text = text[:-1].rstrip()
        return text


def _whole(sentence: str) -> bool:
    said = sentence.rstrip().rstrip(_AFTER_ENDS)
    return not said or said[-1] in _ENDS
