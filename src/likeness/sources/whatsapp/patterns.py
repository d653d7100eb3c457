"""What the lines of an export look like: stamp, sender, text."""

from __future__ import annotations

import re
from functools import lru_cache

from likeness.sources.whatsapp import stamps

BIDI = "\u200b\u200e\u200f\ufeff\u061c\u202a-\u202e\u2066-\u2069"
SPACE = " \u00a0\u202f\u2009\t"
_TIME_AHEAD = rf"(?=[^\n]{{0,48}}?\d[{BIDI}{SPACE}]?[:.h時时点點시：][ ]?\d)"
HEADER = re.compile(
    rf"^[{BIDI}]*(?:"
    rf"\[{_TIME_AHEAD}(?P<ios>[^\]\n]{{8,60}})\][{SPACE}]?"
    rf"|(?P<old>\d{{1,2}}[./]\d\d?[./]\d{{2,4}},?[{SPACE}]\d\d?[:.]\d\d[:.]\d\d(?:[{SPACE}]?[AaPp][Mm])?):[{SPACE}]"
    rf"|{_TIME_AHEAD}(?P<android>[^\s\[<>][^\n]{{7,58}}?)[{SPACE}]+[-–—][{SPACE}]+"
    rf"|{_TIME_AHEAD}(?P<korean>\d{{4}}(?:년|\.)[^\n,]{{7,40}}),[{SPACE}])",
    re.MULTILINE,
)
_OPENING_END = rf":(?:[{SPACE}]|(?=\n|\Z))"
SENDER = rf"[{BIDI}~{SPACE}]*(?P<name>[^\n]{{1,120}}?)[{BIDI}]*[{SPACE}]?{_OPENING_END}"
PLAIN_SENDER = rf"(?:[^\n:]{{1,120}}{_OPENING_END}|[^\n]{{1,120}}?{_OPENING_END})"
"""The same quickly: most names have no colon in them. Marks and spaces around the name are still part of it."""


def form_of(match: re.Match[str]) -> tuple[str, str]:
    """What a match of ``HEADER`` has in common with every other of one export: its brackets or dash, and its shape."""
    kind = match.lastgroup or ""
    return kind, _shape(match[kind])


_shape = lru_cache(maxsize=4096)(stamps.shape)
