"""Markup that is safe by construction: text is escaped unless it was made by :func:`tag`.

The report shows messages and file names, which anybody may have written; none of it may become markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TypeAlias

_HIDDEN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr"})


class Safe(str):
    """Markup. Only :func:`tag` and :func:`join` make it from text that came from outside."""

    __slots__ = ()


Child: TypeAlias = "str | Safe | Iterable[Child] | None"
Value: TypeAlias = "str | int | float | bool | None"


def join(*children: Child) -> Safe:
    """The children one after the other; plain strings escaped, ``None`` left out, sequences flattened."""
    return Safe("".join(_flat(children)))


def _flat(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, Safe):
            yield child
        elif isinstance(child, str):
            yield html.escape(_visible(child), quote=False)
        else:
            yield from _flat(child)


def _visible(text: str) -> str:
    """``text`` without what HTML forbids or what would show it in another order than it is written."""
    return _HIDDEN.sub("", text)


def tag(name: str, /, *children: Child, **attributes: Value) -> Safe:
    """An element. ``class_`` gives ``class``, ``_`` in other names ``-``; ``None`` and ``False`` leave one out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    if name in VOID:
        return Safe(f"<{name}{written}>")
    return Safe(f"<{name}{written}>{join(*children)}</{name}>")


def _attribute(key: str, value: Value) -> str:
    name = key.rstrip("_").replace("_", "-") if key not in ("viewBox", "preserveAspectRatio") else key
    if value is True:
        return f" {name}"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f' {name}="{html.escape(_visible(text))}"'


def table(header: Iterable[Child], rows: Iterable[Iterable[Child]], *, caption: str = "") -> Safe:
    """A table; every cell but the first of a row that looks like a number is aligned with its fellows."""
    body = [tag("tr", [_cell(cell, first=index == 0) for index, cell in enumerate(row)]) for row in rows]
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption) if caption else None,
            tag("thead", tag("tr", [tag("th", cell, scope="col") for cell in header])),
            tag("tbody", body),
        ),
        class_="table",
    )


def _cell(cell: Child, *, first: bool) -> Safe:
    if first:
        return tag("th", cell, scope="row")
    number = (
        isinstance(cell, str) and not isinstance(cell, Safe) and cell[:1].strip("–-+0123456789.") == "" and cell != ""
    )
    return tag("td", cell, class_="number" if number else None)


def details(summary: str, *children: Child) -> Safe:
    """Something to unfold: the figures beside a picture."""
    return tag("details", tag("summary", summary), *children)
