"""What stands beside a group's messages: its name and members, and whose Takeout it is.

``Groups/DM <id>`` and ``Groups/Space <id>`` hold ``group_info.json`` (members, and a name if it is a space);
``Users/User <number>/user_info.json`` is the account that was exported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from likeness.sources.shared.jsonwalk import whole
from likeness.sources.shared.values import dicts_at, text_at

OWNER_FILE = "user_info.json"
SIDE_FILES = frozenset({"group_info.json", OWNER_FILE})
_FOLDER = re.compile(r"(?:DM|Space|Group Chat|Room) (?P<id>\S+)")
_UNNAMED = ("", "group chat", "direct message")
_LISTED_MEMBERS = 12


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote or is a member. ``sender`` is the e-mail address, a bot's name, or empty for a deleted account."""

    sender: str
    name: str
    is_bot: bool = False


class Group:
    """One group or conversation, by the path of its messages."""

    def __init__(self, path: Path) -> None:
        info = whole(path.with_name("group_info.json"))
        match = _FOLDER.fullmatch(path.parent.name)
        name = text_at(info, "name")
        members = [person_of(member) for member in dicts_at(info, "members")]
        owners = [person_of(whole(file), "user") for file in owner_files(path.parent)]
        self.place = f"{path.parent.name}/{path.name}"
        self.key = match["id"] if match else path.parent.name
        self.title = "" if name.casefold() in _UNNAMED else name
        self.members = [member.sender for member in members] if len(members) <= _LISTED_MEMBERS else []
        self.owners = frozenset(person.sender for person in owners if person.sender)


def owner_files(group_folder: Path) -> list[Path]:
    """The files that say whose the export is that the folder of a group lies in."""
    users = group_folder.parent.parent / "Users"
    return sorted(users.glob(f"*/{OWNER_FILE}")) if users.is_dir() else []


def person_of(values: Any, *keys: str) -> Person:
    """Who is described under ``keys``."""
    name = text_at(values, *keys, "name")
    is_bot = text_at(values, *keys, "user_type").casefold() == "bot"
    return Person(text_at(values, *keys, "email").lower() or (name if is_bot else ""), name, is_bot)
