"""Google Chat from Google Takeout: ``Google Chat/Groups/<group>/messages.json``, and ``Users`` that tells the owner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.google_chat.group import OWNER_FILE, SIDE_FILES, Group, owner_files, person_of
from likeness.sources.google_chat.message import Reader
from likeness.sources.shared.chats import resumable
from likeness.sources.shared.jsonstream import head
from likeness.sources.shared.jsonwalk import JsonWalk, whole
from likeness.sources.shared.people import People

_MESSAGES = "messages.json"
_BEGINS = re.compile(rb'\{\s*"messages"\s*:\s*\[\s*(?:\{|\]\s*\})')
_MARKS = (b'"creator"', b'"created_date"')
_FOLDERS_TRIED = 20
_AGAIN = "unpack the whole Takeout (every part of it) and import the folder “Google Chat”"


class GoogleChatSource:
    """Reads the folder "Google Chat" of a Takeout, a group's folder, or its ``messages.json``."""

    name: ClassVar[str] = "google_chat"
    title: ClassVar[str] = "Google Chat (Takeout)"

    def recognises(self, path: Path) -> bool:
        """True for a ``messages.json`` with creators and created dates, and for folders that hold such files."""
        if path.is_file():
            return _is_group(path)
        return path.is_dir() and any(map(_is_group, _groups(path)[:_FOLDERS_TRIED]))

    def files(self, path: Path) -> Sequence[Path]:
        """The messages of every group, then the files that say who is who (they hold no messages)."""
        if path.is_file():
            return [path]
        groups = list(filter(_is_group, _groups(path)))
        beside = [side for file in groups if (side := file.with_name("group_info.json")).is_file()]
        owners = owner_files(groups[0].parent) if groups else []
        return [*groups, *beside, *(file for file in owners if file.is_relative_to(path))]

    def identities(self, path: Path) -> Iterator[Identity]:
        """The owner, whom Takeout names; without that file the senders, in most groups first."""
        files = [file for file in self.files(path) if file.name not in SIDE_FILES]
        owners = owner_files(files[0].parent) if files else []
        found = [person_of(whole(file), "user") for file in owners]
        for value in dict.fromkeys(value for person in found for value in (person.sender, person.name) if value):
            yield Identity(value, 0, f"the account of {OWNER_FILE}")
        if any(person.sender for person in found):
            return
        people = People()
        for file in files:
            for place, entry in JsonWalk(file).values({"", "messages"}):
                person = person_of(entry, "creator")
                if place == "messages.item" and person.sender and not person.is_bot:
                    people.add(file.parent.name, person.sender, "" if "@" in person.sender else person.name)
        yield from people.identities(path.name)

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """One group. ``start`` is the number of a message."""
        if path.name in SIDE_FILES:
            yield from resumable((), start=start, size=path.stat().st_size)
            return
        file = JsonWalk(path)
        values = (value for place, value in file.values({"", "messages"}) if place in ("messages.item", ""))
        items = Reader(Group(path), owner).read(values)
        yield from resumable(items, start=start, size=path.stat().st_size, position=lambda: file.position)

    def diagnose(self, path: Path) -> str | None:
        """A group's messages that are empty or damaged, and the files beside them without messages."""
        if not path.is_file():
            return None
        if path.name == _MESSAGES and path.with_name("group_info.json").is_file():
            found = "holds something else" if head(path) else "is empty"
            return f"{path.name} {found}; a list of Google Chat messages was expected: {_AGAIN}"
        if path.name == "group_info.json" and isinstance(whole(path), dict) and not path.with_name(_MESSAGES).exists():
            return f"{path.name} describes a Google Chat group, but its messages.json is not beside it: {_AGAIN}"
        belongs = path.name == OWNER_FILE and path.parent.parent.name == "Users"
        if belongs and person_of(whole(path), "user").sender and not _groups(path.parents[2]):
            return f"{path.name} belongs to a Google Chat export, but no messages lie in it: {_AGAIN}"
        return None


def _is_group(path: Path) -> bool:
    if path.name != _MESSAGES:
        return False
    beginning = head(path)
    if not _BEGINS.match(beginning):
        return False
    return all(mark in beginning for mark in _MARKS) or (
        b"{" not in beginning[1:] and path.with_name("group_info.json").is_file()
    )


def _groups(folder: Path) -> list[Path]:
    """Messages in the folder of one group, of groups, or of the whole."""
    found = [*folder.glob(_MESSAGES), *folder.glob(f"*/{_MESSAGES}")]
    return sorted(found or folder.glob(f"*/*/{_MESSAGES}"))
