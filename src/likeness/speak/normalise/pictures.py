"""Emoji, emoticons and kisses at the end of a line.

They are left out; a text that is nothing else is read by the names of its first three emoji.
"""

from __future__ import annotations

import re
import unicodedata

_PICTURE = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2190-\u21ff\u2300-\u23ff\u2b00-\u2bff\u25a0-\u25ff\u3030\u303d\ufe0e\ufe0f\u20e3"
    "\U000e0020-\U000e007f]"
)
_ARROWS = "→←⇒↔"
_EMOTICON = re.compile(r"(?<![\w:;])(?:[:;=8xX][-']?[)(DPpOo3/\\|*]+|<3|\^_\^|[xX]D|:'\(|¯\\_\(ツ\)_/¯)(?![\w/])")
_KISSES = re.compile(r"(?<=\S)[ ,]+(?:[xX]{2,8}|(?:xo){1,4}x?)(?=[ .!]*(?:\n|$))")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_MOST = 3
_SHORTER = {"SIGN": "", "FACE WITH ": "", " FACE": "", "BLACK ": "", "WHITE ": "", "HEAVY ": "", "SMILING ": "smiling "}


def without_pictures(text: str) -> str:
    """``text`` with its emoji and emoticons taken out, or the names of the first three if nothing else is said."""
    words = _PICTURE.sub(
        lambda match: match[0] if match[0] in _ARROWS else " ", _KISSES.sub("", _EMOTICON.sub(" ", text))
    )
    if words == text or any(mark.isalnum() for mark in words):
        return words
    names = [_name(mark) for mark in text if _PICTURE.match(mark) and ord(mark) not in _SKIN_TONES]
    return ", ".join([name for name in names if name][:_MOST])


def _name(picture: str) -> str:
    name = unicodedata.name(picture, "")
    if not name or name.startswith(("VARIATION", "COMBINING", "TAG ", "REGIONAL")):
        return ""
    for long, short in _SHORTER.items():
        name = name.replace(long, short)
    return " ".join(name.lower().replace("-", " ").split())
