"""A query somebody wrote is let through when it is one statement that reads.

The transaction is read-only too; this says sooner and more plainly what is wrong, and keeps a query that is put into
another one from ending that one early.
"""

from __future__ import annotations

import re

from likeness.core.errors import InputError

_PIECE = re.compile(
    r"""
    (?P<opaque>
        --[^\n]*                                       # a comment to the end of the line
      | [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*'      # texts, with and without escapes
      | "(?:[^"]|"")*"                                 # a quoted name
      | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$    # a text between dollars
    )
    | (?P<comment>/\*)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<open>['"] | \$(?!\d))
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_MARK = re.compile(r"/\*|\*/")
_HINT = "query: one SELECT (or WITH … SELECT) statement"


def reading(query: str) -> str:
    """``query`` without a semicolon at its end. Raises :class:`InputError` unless it is one SELECT or WITH."""
    bare = _bare(query)
    end = bare.rstrip()
    if ";" in end[:-1]:
        raise InputError("the query is more than one statement", hint=_HINT)
    if not re.match(r"[\s(]*(?:select|with)\b", bare, re.IGNORECASE):
        raise InputError("the query does not begin with SELECT or WITH", hint=_HINT)
    depth = 0
    for mark in re.findall(r"[()]", bare):
        depth += 1 if mark == "(" else -1
        if depth < 0:
            break
    if depth != 0:
        raise InputError("the parentheses of the query do not match", hint=_HINT)
    return query[: len(end) - 1] if end.endswith(";") else query


def _bare(query: str) -> str:
    """``query`` with blanks in place of comments, texts and quoted names, each thing where it was."""
    kept: list[str] = []
    at = 0
    while match := _PIECE.match(query, at):
        if match["open"]:
            raise InputError("the query has a quotation that does not end", hint=_HINT)
        end = _end_of_comment(query, at) if match["comment"] else match.end()
        kept.append(" " * (end - at) if match["opaque"] or match["comment"] else match[0])
        at = end
    return "".join(kept)


def _end_of_comment(query: str, start: int) -> int:
    """Where the comment that begins at ``start`` ends; comments can hold comments."""
    depth = 0
    for mark in _COMMENT_MARK.finditer(query, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    raise InputError("the query has a comment that does not end", hint=_HINT)
