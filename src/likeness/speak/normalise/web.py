"""Addresses and names of the net and of files: e-mail, URL, path, @mention, #hashtag.

Of a URL the host is said, and a short path; the scheme, "www", queries and fragments are not.
"""

from __future__ import annotations

import re

from likeness.speak.normalise.numbers import code
from likeness.speak.normalise.rule import Rule, one_of, rule, word_list
from likeness.speak.normalise.style import Style

_SIGN_NAMES = {
    ".": "dot",
    "-": "dash",
    "_": "underscore",
    "+": "plus",
    "/": "slash",
    "@": "at",
    "~": "tilde",
    "%": "percent",
}
_SAID_DOMAINS = frozenset(
    word_list("com org net edu gov info biz app dev blog shop co me name museum online site store cloud")
)
_LETTER_PAIRS = frozenset(word_list("ai io tv fm uk us eu de fr jp cn nl ch"))
_EXTENSIONS = {
    "pdf": "P D F", "doc": "doc", "docx": "doc X", "txt": "text", "md": "M D", "csv": "C S V", "xls": "X L S",
    "xlsx": "X L S X", "ppt": "P P T", "pptx": "P P T X", "jpg": "jpeg", "jpeg": "jpeg", "png": "P N G", "gif": "gif",
    "svg": "S V G", "mp3": "M P three", "mp4": "M P four", "wav": "wave", "flac": "flack", "zip": "zip", "gz": "G Z",
    "tar": "tar", "exe": "E X E", "dmg": "D M G", "html": "H T M L", "htm": "H T M", "css": "C S S", "js": "J S",
    "ts": "T S", "py": "pie", "rs": "R S", "json": "jason", "yaml": "yamel", "yml": "Y M L", "toml": "tommel",
    "xml": "X M L", "ini": "I N I", "log": "log", "mov": "M O V", "heic": "H E I C", "eml": "E M L", "mbox": "M box",
    "ipynb": "I P Y N B", "sh": "S H", "bat": "bat", "db": "D B", "sql": "S Q L", "epub": "E pub", "mid": "mid",
}  # fmt: skip
_LONGEST_PATH = 40
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})"


def _parts(name: str, style: Style) -> str:
    """``name`` with its signs named, words split at capitals and digits."""
    words = []
    for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+|[^A-Za-z0-9\s]", name):
        if part.isdecimal():
            words.append(code(part, style))
        elif part[0].isalpha():
            words.append(part if part.isupper() and len(part) > 1 else part.lower())
        elif part in _SIGN_NAMES:
            words.append(_SIGN_NAMES[part])
    return " ".join(words)


def _host(host: str, style: Style) -> str:
    labels = host.split(".")
    said = [_parts(label, style) for label in labels[:-1]]
    last = labels[-1].lower()
    spelled = (len(last) == 2 and last not in _SAID_DOMAINS) or last in _LETTER_PAIRS
    said.append(" ".join(last.upper()) if spelled else _parts(last, style))
    return " dot ".join(said)


def _email(match: re.Match[str], style: Style) -> str:
    return f" {_parts(match[1], style)} at {_host(match[2], style)} "


def _url(match: re.Match[str], style: Style) -> str:
    said = _host(match["host"], style)
    path = (match["path"] or "").rstrip("/.,;:!?)")
    tail = (match["path"] or "")[len(path) :].lstrip("/")
    if 1 < len(path) <= _LONGEST_PATH and re.fullmatch(r"[\w./~-]+", path):
        said += " " + _parts(path, style)
    return f" {said}{re.sub('[^.,;:!?)]', '', tail)} "


def _file(match: re.Match[str], style: Style) -> str:
    stem = re.sub("[-_.]+", " ", match[1])
    return f" {_parts(stem, style)} dot {_EXTENSIONS[match[2].lower()]} "


def _path(match: re.Match[str], style: Style) -> str:
    return f" {_parts(match[0], style)} "


def _hashtag(match: re.Match[str], style: Style) -> str:
    return f" hashtag {_parts(match[1].replace('_', ' '), style)} "


def _mention(match: re.Match[str], style: Style) -> str:
    return f" at {_parts(match[1].replace('_', ' '), style)} "


_TOP = "com|org|net|edu|gov|io|ai|dev|app|info|co|uk|de|fr|eu|me|tv|ch|nl|us|ca|au|nz|ie"
_REST = r"(?::\d{1,5})?(?P<path>/[^\s<>\"?#]{0,2000})?(?:[?#][^\s<>\"]{0,2000})?"

RULES: tuple[Rule, ...] = (
    rule(
        r"<(?:mailto:)?([^<>\s]{1,64}@[^<>\s]{1,200}|(?:https?|ftp)://[^<>\s]{1,2000})>", lambda match, style: match[1]
    ),
    rule(rf"(?<![\w.+%-])(?:mailto:)?([\w.+%-]{{1,64}})@({_LABEL}(?:\.{_LABEL}){{1,5}})(?![\w@])", _email),
    rule(rf"(?<!\w)(?:https?|ftp)://(?:www\.)?(?P<host>{_LABEL}(?:\.{_LABEL}){{0,6}}){_REST}", _url, re.IGNORECASE),
    rule(rf"(?<![\w@./])www\.(?P<host>{_LABEL}(?:\.{_LABEL}){{1,6}}){_REST}", _url, re.IGNORECASE),
    rule(rf"(?<![\w@./])(?P<host>{_LABEL}(?:\.{_LABEL}){{0,3}}\.(?:{_TOP}))\b(?!\.\w){_REST}", _url),
    rule(
        rf"(?<![\w./])(?:[\w-]{{1,60}}/){{0,6}}((?:[\w-]{{1,60}}\.){{0,3}}[\w-]{{1,60}})\.({one_of(_EXTENSIONS)})(?!\w)",
        _file,
        re.IGNORECASE,
    ),
    rule(r"(?<![\w./])(?:~|\.{1,2})?/(?:[\w.-]{1,60}/){1,12}[\w-]{0,60}", _path),
    rule(r"(?<![\w&])#([A-Za-z_]\w{1,60})", _hashtag),
    rule(r"(?<![\w@.])@([A-Za-z_]\w{1,30}(?:\.\w{1,30})?)(?!\w)", _mention),
)
