"""Bytes to text when the label is missing, wrong or unheard of."""

from __future__ import annotations

import codecs

_ALIASES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "utf8mb4": "utf-8",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-gbk": "gb18030",
    "cp-850": "cp850",
}
_WESTERN = frozenset({"cp1252", "windows-1252", "iso-8859-15"})
_GUESSES = ("utf-8", "cp1252")


def decode(data: bytes, label: str = "") -> str:
    """Decode by ``label``; where that fails by UTF-8, then Windows-1252, then Latin-1, which takes any byte.

    Labels that promise less than mailers mean by them (ASCII, Latin-1, GB2312) are read as their supersets, and bytes
    that are UTF-8 are read as such under a Western label, which mailers put on by default.
    """
    if not label and data.isascii():
        return data.decode("ascii")
    name = label.strip().strip("\"'").lower()
    meant = _ALIASES.get(name, name)
    for candidate in ("utf-8", meant, "cp1252") if meant in _WESTERN else (meant, *_GUESSES):
        try:
            info = codecs.lookup(candidate) if candidate else None
            if info is None or not info._is_text_encoding:
                continue
            return data.decode(candidate)
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")
