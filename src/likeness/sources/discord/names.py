"""Discord's names and markup: handles, ``<@123>``, ``<#123>``, ``<:name:123>``, ``<t:1700000000:R>``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from likeness.sources.shared.values import moment, text_at

_MARKED = re.compile(
    r"<(?:@!?(?P<user>\d{1,20})|@&(?P<role>\d{1,20})|#(?P<channel>\d{1,20})|a?:(?P<emoji>\w{1,64}):\d{1,20}|"
    r"t:(?P<time>-?\d{1,13})(?::[a-zA-Z])?|/(?P<command>[^:<>\n]{1,100}):\d{1,20}|(?P<link>https?://[^\s<>]{1,2000}))>"
)
_NO_DISCRIMINATOR = ("", "0", "0000")


@dataclass(frozen=True, slots=True)
class Person:
    """A user. ``sender`` is the handle ("sam", formerly "Sam#1234"), else the id; ``name`` what others see."""

    id: str
    sender: str
    name: str
    is_bot: bool = False


def person_of(values: Any, name_key: str = "username", *, shown: tuple[str, ...] = ("global_name",)) -> Person:
    """Who ``values`` describes; ``shown`` are the keys of the names that others see, the best first."""
    id, name, number = text_at(values, "id"), text_at(values, name_key), text_at(values, "discriminator")
    sender = f"{name}#{number}" if name and number not in _NO_DISCRIMINATOR else name
    visible = next(filter(None, (text_at(values, key) for key in shown)), "")
    is_bot = isinstance(values, Mapping) and (values.get("isBot") is True or values.get("bot") is True)
    return Person(id, sender or id, visible or name or id, is_bot)


def plain(text: str, people: Mapping[str, str], channels: Mapping[str, str]) -> str:
    """``text`` with names in the place of ids; whom the export does not know is "@someone"."""

    def shown(match: re.Match[str]) -> str:
        kind = match.lastgroup or ""
        value = match[kind]
        if kind == "time":
            when = moment(value)
            return when.date().isoformat() if when else match[0]
        return {
            "user": f"@{people.get(value, 'someone')}",
            "role": "@role",
            "channel": f"#{channels.get(value, 'channel')}",
            "emoji": f":{value}:",
            "command": f"/{value}",
        }.get(kind, value)

    return _MARKED.sub(shown, text).strip()


def title_of(guild: str, channel: str) -> str:
    """What a channel of a server is called; both forms of export say it alike."""
    return f"{guild} / {channel}" if guild and channel else channel
