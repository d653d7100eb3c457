"""Where the draft begins: after the prompt said again, a role, a preamble, a label, a fence or a quotation mark."""

from __future__ import annotations

import re
from collections.abc import Callable

from likeness.core.prompts import user_prompt
from likeness.write.finish import preambles, quotes
from likeness.write.finish.frame import Frame
from likeness.write.finish.phrases import phrases

_ROLE = re.compile(
    r"(?:assistant|ai|model)(?:\s*:[ \t]*|[ \t]*\n)|#{2,4}\s*(?:response|assistant|answer|output):?\s*\n", re.I
)
_ROLES = ("assistant", "ai", "model", "### response", "### assistant", "### answer", "### output")
_LABEL = re.compile(r"(?P<word>[^\n:*_#]{2,40}?)[ \t]*:(?P<stop>[ \t]|\n)")
_HEADING = re.compile(
    r"(?:\#{1,6}[ \t]*(?:[*_]{1,3})?|[*_]{1,3})(?P<word>[^\n:*_#]{2,40}?)"
    r"[ \t]*:?[*_]{0,3}:?(?P<stop>[ \t]*\n|(?<=[*_:])[ \t])"
)
_LONGEST_LABEL = 56
_RULE = re.compile(r"([-*_])\1{2,4}[ \t]*\n")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([\w+-]*)[ \t]*\n")
_TEXT_KINDS = frozenset(
    ("", "text", "txt", "plaintext", "plain", "markdown", "md", "email", "mail", "message", "letter")
)
_SURE = 400
"""A fence that has not closed after so many characters is around the whole."""
_ECHO = 24
"""Fewest characters of the prompt whose repetition is no accident."""

Rule = Callable[[str, bool], "int | None"]


class Head:
    """Reads until it is certain where the draft begins; from there on everything passes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._kept = ""
        self._open = True
        self.taken = ""
        """What was taken away, for a text that turns out to be nothing else."""
        self._echoes = _echoes(frame)
        self._rules: tuple[tuple[str, Rule, bool], ...] = (
            ("role", self._role, True),
            ("echo", self._echo, False),
            ("preamble", self._preamble, True),
            ("label", self._label, True),
            ("subject", self._subject, False),
            ("rule", self._rule, True),
            ("fence", self._fence, False),
            ("quotes", self._quotes, False),
        )

    def feed(self, text: str) -> str:
        """What of the text so far is the draft's."""
        if not self._open:
            return text
        for number, char in enumerate(text):
            self._kept += char
            if self._decided(final=False):
                return self._release() + text[number + 1 :]
        return ""

    def end(self) -> str:
        """What was still undecided."""
        if not self._open:
            return ""
        self._decided(final=True)
        return self._release()

    def _release(self) -> str:
        self._open = False
        given, self._kept = self._kept, ""
        return given

    def _decided(self, *, final: bool) -> bool:
        """Take away what is certain to be frame; true when what is left begins the draft."""
        if not self._frame.whole:
            return self._only_role(final)
        while True:
            self._kept = self._kept.lstrip()
            if not self._kept:
                return final
            for name, rule, framed in self._rules:
                size = rule(self._kept, final)
                if size is None:
                    return False
                if size:
                    self.taken += self._kept[:size]
                    self._kept = self._kept[size:]
                    self._frame.took(name, framed=framed)
                    break
            else:
                return True

    def _only_role(self, final: bool) -> bool:
        size = self._role(self._kept.lstrip(), final) if "<|" not in self._kept else 0
        if size is None:
            return False
        if size:
            self._kept = self._kept.lstrip()[size:].lstrip()
            self._frame.took("role")
        return True

    # ── rules: how many characters to take, 0 for none, None while it cannot be said ──────────────────────

    def _role(self, text: str, final: bool) -> int | None:
        found = _ROLE.match(text)
        if found:
            return 0 if self._frame.asks_for(found.group().strip(" :\n#")) and "#" not in found.group() else found.end()
        return None if not final and _growing(text, _ROLES, more=2) else 0

    def _echo(self, text: str, final: bool) -> int | None:
        low, where = _folded(text)
        for echo in self._echoes:
            if low.startswith(echo):
                end = where[len(echo)] if len(where) > len(echo) else len(text)
                if text[end:].strip():
                    return end if text[end - 1 : end].isspace() or text[end : end + 1] in "\n" else 0
                return 0 if final else None
        if not final and any(echo.startswith(low) for echo in self._echoes):
            return None
        return 0

    def _preamble(self, text: str, final: bool) -> int | None:
        return preambles.find(text, self._frame, final=final)

    def _label(self, text: str, final: bool) -> int | None:
        known, heading = phrases(), text[0] in "#*_"
        found = (_HEADING if heading else _LABEL).match(text)
        if found is None:
            short = len(text) <= _LONGEST_LABEL and "\n" not in text
            return (
                None if not final and short and _growing(_word(text), (*known.labels, *known.headings), more=0) else 0
            )
        word, own_line = found["word"].strip().casefold(), found["stop"].endswith("\n")
        if self._frame.asks_for(word + ":"):
            return 0
        if word in known.labels or (word in known.headings and own_line and (heading or self._frame.framed)):
            return found.end()
        return 0

    def _subject(self, text: str, final: bool) -> int | None:
        request = self._frame.request
        subjects = phrases().subjects
        if request.channel == "mail" or self._frame.asks_for(*subjects, "mail", "email", "e-mail"):
            return 0
        found = re.match(rf"[*_]*(?:{'|'.join(subjects)})\s*:[*_]*[^\n]*\n", text, re.IGNORECASE)
        if found:
            return found.end() if text[found.end() :].strip() or self._frame.framed else (0 if final else None)
        low = text.lstrip("*_").casefold()
        growing = any(word.startswith(low) or low.startswith(word) for word in subjects)
        return None if not final and growing and "\n" not in text and len(text) < preambles.LONGEST else 0

    def _rule(self, text: str, final: bool) -> int | None:
        found = _RULE.match(text)
        if found:
            return found.end()
        return None if not final and re.fullmatch(r"([-*_])\1{0,4}[ \t]*", text) else 0

    def _fence(self, text: str, final: bool) -> int | None:
        found = _FENCE.match(text)
        if found is None:
            return None if not final and re.fullmatch(r"`{1,3}[\w+-]{0,12}[ \t]*|~{1,3}[\w+-]{0,12}[ \t]*", text) else 0
        if found[2].casefold() not in _TEXT_KINDS and not self._frame.framed:
            return 0
        closing = re.compile(rf"\n{re.escape(found[1])}[ \t]*(?=\n|\Z)").search(text, found.end() - 1)
        if not self._frame.framed and not final:
            if closing is None and len(text) < _SURE:
                return None
            if closing is not None and not text[closing.end() :].strip():
                return None
        if closing is not None and text[closing.end() :].strip() and not self._frame.framed:
            return 0
        self._frame.closing = found[1]
        return found.end()

    def _quotes(self, text: str, final: bool) -> int | None:
        if self._frame.closing:
            return 0
        verdict = quotes.around(text, self._frame, final=final)
        if verdict:
            self._frame.closing = quotes.CLOSING[text[0]]
            return 1
        return None if verdict is None else 0


def _word(text: str) -> str:
    return text.lstrip("#*_ \t").rstrip(":*_ \t").casefold()


def _growing(text: str, words: tuple[str, ...], *, more: int) -> bool:
    """True while ``text`` is the beginning of one of ``words``, or one of them and up to ``more`` characters."""
    low = text.casefold().rstrip()
    return any(word.startswith(low) or (low.startswith(word) and len(text) - len(word) <= more) for word in words)


def _folded(text: str) -> tuple[str, list[int]]:
    """``text`` in lower case with single spaces, and where each of its characters stands."""
    folded: list[str] = []
    where: list[int] = []
    for number, char in enumerate(text):
        if char.isspace():
            if folded and folded[-1] == " ":
                continue
            char = " "
        folded.append(char.lower()[:1] or char)
        where.append(number)
    return "".join(folded), where


def _echoes(frame: Frame) -> tuple[str, ...]:
    """What of the prompt a model may say again before it answers, the longest first."""
    request = frame.request
    if not frame.whole:
        return ()
    prompt = user_prompt(request)
    first = prompt.split("\n", 1)[0]
    candidates = {prompt, first if prompt != first else "", request.context}
    if request.task == "draft":
        candidates.add(request.text)
    folded = {_folded(text.strip())[0].strip() for text in candidates if len(text.strip()) >= _ECHO}
    return tuple(sorted(folded, key=len, reverse=True))
