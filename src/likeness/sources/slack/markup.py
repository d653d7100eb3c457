"""Slack's markup to what a person typed: ``<@U1>``, ``<#C1|name>``, ``<https://…|label>``, ``<!here>``, ``&amp;``."""

from __future__ import annotations

import re
from typing import Protocol

_MARKED = re.compile(r"<([^<>\n]{1,4000})>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))
_SOMEONE = "someone"


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _Names(Protocol):
    def person(self, id: str) -> _Named: ...
    def title(self, id: str) -> str: ...


class Markup:
    """Puts names in the place of ids."""

    def __init__(self, names: _Names) -> None:
        self._names = names

    def plain(self, text: str) -> str:
        """``text`` as it was read on the screen. Emoji codes such as ``:tada:`` stay as they are."""
        marked = _MARKED.sub(lambda match: self._shown(match[1]), text)
        return _ENTITY.sub(lambda match: _ENTITIES[match[0]], marked).strip()

    def _shown(self, content: str) -> str:
        target, _, label = content.partition("|")
        sort, id = target[:1], target[1:]
        if sort == "@":
            name = label or self._names.person(id).name
            return f"@{name if name != id else _SOMEONE}"
        if sort == "#":
            return f"#{label or self._names.title(id) or 'channel'}"
        if sort == "!":
            # <!here>, <!subteam^S1|@team>, <!date^1700000000^{date}|14 November>
            return label or f"@{id.partition('^')[0]}"
        return label or target.removeprefix("mailto:")
