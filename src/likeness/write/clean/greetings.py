"""Telling a greeting and a sign-off apart from the text between them."""

from __future__ import annotations

import re

from likeness.write.clean import locales

_GREETING = re.compile(rf"\s*(?:{locales.GREETING})(?![\w'])", re.I)
_ADDRESSEES = frozenset(
    [
        "all",
        "everyone",
        "everybody",
        "there",
        "folks",
        "team",
        "guys",
        "both",
        "again",
        "again!",
        "friends",
        "list",
        "colleagues",
        "sir",
        "madam",
        "and",
        "&",
        "or",
        "/",
        "und",
        "et",
        "y",
        "e",
        "og",
        "och",
        "en",
        "i",
        "alle",
        "zusammen",
        "allerseits",
        "à",
        "tous",
        "toutes",
        "todos",
        "todas",
        "tutti",
        "allen",
        "team,",
        "iedereen",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "herr",
        "frau",
        "monsieur",
        "madame",
        "mr.",
        "mrs.",
        "ms.",
        "dr.",
        "prof.",
        "señor",
        "señora",
        "r-helpers",
        "users",
        "developers",
    ]
)
_NOT_NAMES = frozenset(
    [
        "yes",
        "no",
        "ok",
        "okay",
        "thanks",
        "well",
        "so",
        "also",
        "sure",
        "hmm",
        "sorry",
        "right",
        "indeed",
        "finally",
        "first",
        "second",
        "now",
        "then",
        "however",
        "still",
        "anyway",
        "great",
        "good",
        "fine",
        "true",
        "agreed",
        "exactly",
        "absolutely",
        "ja",
        "nein",
        "oui",
        "non",
        "si",
        "sí",
        "and",
        "but",
        "or",
        "if",
        "as",
        "for",
        "more",
    ]
)
_CLOSING = re.compile(rf"\s*[-–—*_]{{0,2}}\s*(?:{locales.SIGN_OFF})(?![\w'])[\s,.!;:*_~–—-]*", re.I)
_NAME = re.compile(r"[^\W\d_](?:[\w'’.-]*\w)?\.?", re.U)
_FRAME = " \t,.!;:-–—*_~/()\"'<>"
_KISSES = re.compile(r"[xXoO]{1,6}")
_NOTE = re.compile(r"\s*\([^()]{1,60}\)\s*$")
_SMILEY = re.compile(r"[;:]-?[)D(P]|[\U0001F300-\U0001FAFF☀-➿❤️]+")


def split_greeting(lines: list[str]) -> tuple[str, list[str]]:
    """The greeting ("" when there is none) and the lines below it."""
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None or not any(line.strip() for line in lines[first + 1 :]):
        return "", lines
    line = lines[first].strip()
    if is_greeting(line):
        return line, lines[first + 1 :]
    return "", lines


def is_greeting(line: str) -> bool:
    """True for "Hi Ana,", "Dear all", "Guten Morgen!" or "Ana," alone on a line."""
    text = _SMILEY.sub("", line).strip()
    if not text or len(text) > 60 or "?" in text:
        return False
    match = _GREETING.match(text)
    if match:
        return all(_is_addressee(token) for token in text[match.end() :].split())
    words = text.rstrip(",:!- –—").split()
    if not text.endswith((",", ":", " -", " –")) or not 1 <= len(words) <= 3:
        return False
    return all(_may_be_name_token(word) or word.casefold() in {"and", "&", "und", "et"} for word in words) and (
        words[0].casefold().strip(_FRAME) not in _NOT_NAMES and not text.endswith(":")
    )


def _is_addressee(token: str) -> bool:
    bare = token.strip(_FRAME)
    return not bare or bare.casefold() in _ADDRESSEES or _may_be_name_token(bare)


def _may_be_name_token(token: str) -> bool:
    bare = token.strip(_FRAME)
    return bool(bare) and bare[0].isupper() and bool(_NAME.fullmatch(bare)) and len(bare) <= 20


def may_be_name(line: str) -> bool:
    """True for a line of one to four capitalised words and nothing else."""
    words = line.strip(_FRAME).split()
    return 1 <= len(words) <= 4 and all(_may_be_name_token(word) or word in {"de", "van", "von"} for word in words)


def is_name(line: str, names: frozenset[str]) -> bool:
    """True when ``line`` is made of the owner's names or initials, kisses and a note in brackets aside."""
    words = [word.strip(_FRAME) for word in _NOTE.sub("", _SMILEY.sub("", line)).split()]
    words = [word for word in words if word and not _KISSES.fullmatch(word)]
    if not 1 <= len(words) <= 5:
        return False
    if len(words) == 1 and len(words[0]) <= 3 and words[0].isupper():
        return words[0].casefold() in names or any(name.startswith(words[0].casefold()) for name in names)
    return len(words[0]) > 1 and all(word.casefold() in names or len(word) == 1 for word in words)


def is_closing(line: str, names: frozenset[str]) -> bool:
    """True for "Best regards," "Cheers, Sam" or "Viele Grüße" alone on a line."""
    text = _SMILEY.sub("", line).strip()
    if not text or len(text) > 60:
        return False
    match = _CLOSING.match(text)
    if not match:
        return False
    rest = text[match.end() :]
    if not rest.strip(_FRAME):
        return True
    joined = re.match(r"(?:and|&|und|et|y|,)\s+", rest, re.I)
    if joined and _CLOSING.fullmatch(rest[joined.end() :]):
        return True
    return is_name(rest, names) or (match.group().rstrip().endswith((",", "-", "–", "!")) and may_be_name(rest))


def split_sign_off(lines: list[str], names: frozenset[str]) -> tuple[list[str], str]:
    """The lines above the sign-off and the sign-off ("" when there is none, or when it is all there is)."""
    start = end = _filled_end(lines)
    below_is_name = False
    for _ in range(5):
        last = _filled_end(lines[:start])
        if not last or not _filled_end(lines[: last - 1]):
            break
        line = lines[last - 1]
        if is_closing(line, names):
            start = last - 1
            below_is_name = True
        elif (is_name(line, names) and not below_is_name) or (
            start == end and may_be_name(line) and _closing_above(lines[: last - 1], names)
        ):
            start = last - 1
        else:
            break
    if start == end:
        return lines, ""
    return lines[:start], "\n".join(line.strip() for line in lines[start:end] if line.strip())


def _filled_end(lines: list[str]) -> int:
    for i in range(len(lines), 0, -1):
        if lines[i - 1].strip():
            return i
    return 0


def _closing_above(lines: list[str], names: frozenset[str]) -> bool:
    end = _filled_end(lines)
    return bool(end) and is_closing(lines[end - 1], names)
