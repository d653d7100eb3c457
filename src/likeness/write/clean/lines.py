"""Text as lines: normalising what encodings and mail programs did to it."""

from __future__ import annotations

import re

_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t\f\v]")
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]|[\x00-\x08\x0e-\x1f\x7f]")
_NEWLINE = re.compile(r"\r\n?|\u2028|\u2029|\x85")
_FLOWED_STUFFING = re.compile(r"(?m)^ (?=From |>)")
_BLANKS = re.compile(r"\n{3,}")


def normalise(text: str) -> str:
    """``text`` with one kind of newline, one kind of space and no invisible or control characters.

    U+200C and U+200D stay: they join letters and emoji.
    """
    text = _NEWLINE.sub("\n", text)
    text = _INVISIBLE.sub("", _SPACES.sub(" ", text))
    return _FLOWED_STUFFING.sub("", text)


def tidy(lines: list[str]) -> str:
    """``lines`` joined, without trailing spaces, outer blank lines or runs of blank lines."""
    return _BLANKS.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n").rstrip()


_WORD = re.compile(r"[^\W\d_]{2,}")
_CONTINUES = re.compile(r"[^\W_]|[(\"'“‘*]")
_ITEM = re.compile(r"\s*(?:[-*•+]|\d{1,3}[.)])\s")
_NARROWEST, _USUAL, _WIDEST = 55, 68, 84


def unwrap(text: str) -> str:
    """Join lines that a mail program broke at its margin.

    A break counts as the program's when the line is prose and the word below would have crossed the margin: the length
    of the longest line of prose, or 68 characters when lines of different widths are mixed. Lists, indented lines
    (code, tables) and short lines keep their breaks.
    """
    lines = text.split("\n")
    widths = [len(line) for line in lines if _is_prose(line) and len(line) <= _WIDEST]
    margin = max(widths, default=0)
    if margin < _NARROWEST:
        return text
    paragraphs: list[list[str]] = []
    joinable = 0
    for line in lines:
        words = line.split(maxsplit=1)
        crossed = bool(words) and joinable + 1 + len(words[0]) > min(margin, _USUAL)
        if joinable and crossed and not _ITEM.match(line) and _goes_on(paragraphs[-1][-1], line):
            paragraphs[-1][-1] = paragraphs[-1][-1].rstrip()
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
        joinable = len(line.rstrip()) if _is_prose(line) or _ITEM.match(line) else 0
    return "\n".join(" ".join(paragraph) for paragraph in paragraphs)


def _goes_on(above: str, line: str) -> bool:
    return bool(_CONTINUES.match(line)) or _double_spaced(above, line)


def _double_spaced(above: str, line: str) -> bool:
    """The break fell between the two spaces after a full stop, and one or both went to the next line."""
    indent = len(line) - len(line.lstrip(" "))
    return indent <= 2 and above.rstrip().endswith((".", "?", "!", ":", ")")) and _is_prose(line.lstrip())


def _is_prose(line: str) -> bool:
    return not line[:1].isspace() and len(_WORD.findall(line)) >= 4
