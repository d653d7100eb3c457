"""What changed from one text to another, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from likeness.report.markup import Safe, join, tag

_TOKEN = re.compile(r"\s+|\w+(?:['’]\w+)*|[^\w\s]+")


def changed(before: str, after: str) -> Safe:
    """``after`` with what is new in it marked (``ins``) and what is gone from ``before`` struck (``del``)."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    pieces: list[Safe] = []
    gone = come = ""
    for operation, i, j, k, m in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        left, right = "".join(old[i:j]), "".join(new[k:m])
        if operation == "equal" and (right.strip() or not (gone or come) or m == len(new)):
            pieces += [_marked(gone, come), join(right)]
            gone = come = ""
        else:  # a blank between two changes belongs to them
            gone, come = gone + left, come + right
    return join(pieces, _marked(gone, come))


def _marked(gone: str, come: str) -> Safe:
    """A change; blanks at its ends stay unmarked."""
    removed = tag("del", gone.strip()) if gone.strip() else None
    inner = come.strip()
    if not inner:
        return join(removed, come)
    start = come.index(inner)
    return join(come[:start], removed, tag("ins", inner), come[start + len(inner) :])
