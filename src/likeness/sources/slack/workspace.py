"""Who is who and what is where in a Slack export, as far as the export says so.

``users.json`` lists people; ``channels.json`` public channels, ``groups.json`` private ones, ``mpims.json`` and
``dms.json`` conversations of several and of two people. A standard export has only the first two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from likeness.sources.shared.jsonwalk import whole
from likeness.sources.shared.values import text_at

SIDE_FILES = (
    "users.json",
    "channels.json",
    "groups.json",
    "mpims.json",
    "dms.json",
    "org_users.json",
    "integration_logs.json",
    "canvases.json",
    "file_conversations.json",
    "huddle_transcripts.json",
    "lists.json",
)
_CHANNEL_FILES = ("channels.json", "groups.json", "mpims.json", "dms.json")
_ID = re.compile(r"mpdm-.*|[CDG][A-Z0-9]{4,}")
_LISTED_MEMBERS = 12
_TITLED = ("channels.json", "groups.json")


@dataclass(frozen=True, slots=True)
class Person:
    """A member. ``sender`` is the e-mail address if the export has it, else the id; ``names`` all other names."""

    id: str
    sender: str
    name: str
    names: tuple[str, ...] = ()
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel or a conversation. ``key`` is its id, or its folder's name where no file lists it."""

    key: str
    title: str
    members: tuple[str, ...] = ()


class Workspace:
    """The people and channels of one export."""

    def __init__(self, folder: Path) -> None:
        self._people = {person.id: person for person in _people(folder)}
        self._channels: dict[str, Channel] = {}
        self._titles: dict[str, str] = {}
        direct: list[set[str]] = []
        for name in _CHANNEL_FILES:
            for entry in _dicts(folder / name):
                channel = _channel(entry, name in _TITLED)
                # A channel's folder is called by its name, that of a conversation of two by its id.
                for key in (channel.key, text_at(entry, "name")):
                    self._channels.setdefault(key, channel)
                self._titles[channel.key] = channel.title
                if name == "dms.json" and channel.members:
                    direct.append(set(channel.members))
        common = set.intersection(*direct) if len(direct) > 1 else set()
        self.in_every_direct_chat = next(iter(common)) if len(common) == 1 else ""

    def person(self, id: str, profile: Any = None) -> Person:
        """Who ``id`` is, by the list of users, else by the ``profile`` a message carries, else by the id alone."""
        return self._people.get(id) or _person({"id": id, "profile": profile})

    def channel(self, folder: str) -> Channel:
        """The channel whose days lie in the folder of that name."""
        return self._channels.get(folder) or Channel(folder, "" if _ID.fullmatch(folder) else folder)

    def title(self, id: str) -> str:
        """The name of the channel ``id``; empty when it is not known."""
        return self._titles.get(id, "")

    def senders(self, channel: Channel) -> list[str]:
        """The members of a channel by their senders; none of a channel too large to be a conversation of these."""
        if len(channel.members) > _LISTED_MEMBERS:
            return []
        return [self.person(id).sender for id in channel.members]


def workspace(channel_folder: Path) -> Workspace:
    """The export that the folder of a channel belongs to."""
    root = channel_folder.parent
    mark = []
    for name in ("users.json", *_CHANNEL_FILES):
        try:
            status = (root / name).stat()
            mark.append((status.st_mtime_ns, status.st_size))
        except OSError:
            mark.append((0, 0))
    return _loaded(root, tuple(mark))


@lru_cache(maxsize=1)
def _loaded(root: Path, mark: tuple[tuple[int, int], ...]) -> Workspace:
    return Workspace(root)


def _dicts(path: Path) -> Iterator[Mapping[str, Any]]:
    listed = whole(path)
    if isinstance(listed, list):
        yield from (entry for entry in listed if isinstance(entry, dict) and text_at(entry, "id"))


def _people(folder: Path) -> Iterator[Person]:
    for name in ("org_users.json", "users.json"):
        yield from map(_person, _dicts(folder / name))


def _person(entry: Mapping[str, Any]) -> Person:
    id = text_at(entry, "id")
    real = text_at(entry, "profile", "real_name") or text_at(entry, "real_name")
    shown = text_at(entry, "profile", "display_name")
    handle = text_at(entry, "name") or text_at(entry, "profile", "name")
    names = tuple(dict.fromkeys(filter(None, (real, shown, handle))))
    sender = text_at(entry, "profile", "email").lower() or id
    return Person(id, sender, next(iter(names), id), names, entry.get("is_bot") is True)


def _channel(entry: Mapping[str, Any], titled: bool) -> Channel:
    members = entry.get("members")
    listed = tuple(id for id in members if isinstance(id, str)) if isinstance(members, list) else ()
    return Channel(text_at(entry, "id"), text_at(entry, "name") if titled else "", listed)
