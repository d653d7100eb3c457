"""Slack's export: a folder per channel with a file per day, and who is who beside them.

Also read as it lies: without ``users.json`` or ``channels.json``, a single channel's folder, a single day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.shared.chats import resumable
from likeness.sources.shared.jsonstream import head
from likeness.sources.shared.jsonwalk import JsonWalk
from likeness.sources.shared.people import People
from likeness.sources.slack.message import Reader
from likeness.sources.slack.workspace import SIDE_FILES, Workspace, workspace

_DAY = re.compile(r"\d{4}-\d\d-\d\d\.json")
_ENTRY = re.compile(rb'\[\s*(?:\]\s*$|\{.{0,60000}?"ts"\s*:\s*"\d{9,10}\.\d{3,6}")', re.DOTALL)
_KIND = re.compile(rb'"type"\s*:\s*"message"')
_USERS = re.compile(rb'\[\s*\{\s*"id"\s*:\s*"[UW][A-Z0-9]{2,}"')
_CHANNELS = re.compile(rb'\[\s*\{\s*"id"\s*:\s*"[CGD][A-Z0-9]{2,}"')
_FOLDERS_TRIED = 50
_DAYS_TRIED = 5


class SlackSource:
    """Reads an export folder, a channel's folder or a day."""

    name: ClassVar[str] = "slack"
    title: ClassVar[str] = "Slack export (folder of channels)"

    def recognises(self, path: Path) -> bool:
        """True for a day of a channel, a folder of days, or a folder of such folders, judged by the first few."""
        if path.is_file():
            return _is_day(path)
        if not path.is_dir():
            return False
        if _has_days(path):
            return True
        # Where the lists of a workspace lie, many of its channels may be empty; elsewhere the first few tell.
        tried = None if (path / "channels.json").is_file() or (path / "users.json").is_file() else _FOLDERS_TRIED
        return any(_has_days(folder) for folder in sorted(path.iterdir())[:tried] if folder.is_dir())

    def files(self, path: Path) -> Sequence[Path]:
        """Every day, channel by channel, then the files that say who is who (they hold no messages)."""
        if path.is_file():
            return [path]
        folders = [path, *sorted(folder for folder in path.iterdir() if folder.is_dir())]
        days = [day for folder in folders for day in _days(folder) if _is_day(day)]
        return [*days, *(path / name for name in SIDE_FILES if (path / name).is_file())]

    def identities(self, path: Path) -> Iterator[Identity]:
        """Who is in every direct conversation of the export; then the senders, in most channels first."""
        people = People()
        known: Workspace | None = None
        for file in self.files(path):
            if file.name in SIDE_FILES:
                continue
            known = workspace(file.parent)
            for _, value in JsonWalk(file).values({""}):
                if isinstance(value, dict) and isinstance(value.get("user"), str) and "subtype" not in value:
                    person = known.person(value["user"], value.get("user_profile"))
                    people.add(file.parent.name, person.sender, person.name if "@" not in person.sender else "")
        if known and known.in_every_direct_chat:
            person = known.person(known.in_every_direct_chat)
            for value in dict.fromkeys((person.sender, person.name)):
                yield Identity(value, 0, f"a member of every direct conversation of {path.name}")
        yield from people.identities(path.name)

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """One day. ``start`` is the number of an entry."""
        if path.name in SIDE_FILES:
            yield from resumable((), start=start, size=path.stat().st_size)
            return
        file = JsonWalk(path)
        items = Reader(path, owner, workspace(path.parent)).read(value for _, value in file.values({""}))
        yield from resumable(items, start=start, size=path.stat().st_size, position=lambda: file.position)

    def diagnose(self, path: Path) -> str | None:
        """A day that is empty or damaged, and the lists of users or channels without a channel."""
        if not path.is_file():
            return None
        beginning = head(path)
        if _DAY.fullmatch(path.name) and (path.parent.parent / "users.json").is_file():
            found = "is empty" if not beginning else "holds something else"
            return f"{path.name} {found}; a list of Slack messages was expected: export the workspace again"
        form = _USERS if path.name == "users.json" else _CHANNELS if path.name in SIDE_FILES else None
        if form and form.match(beginning) and not self.recognises(path.parent):
            return (
                f"{path.name} belongs to a Slack export, but no channel lies beside it: import the whole folder, "
                "with a folder for every channel and a file for every day in it"
            )
        return None


def _is_day(path: Path) -> bool:
    if not _DAY.fullmatch(path.name):
        return False
    beginning = head(path)
    found = _ENTRY.match(beginning)
    if found and found[0].rstrip().endswith(b"]"):
        return (path.parent.parent / "users.json").is_file()  # a day on which everything was deleted
    return bool(found and _KIND.search(beginning))


def _has_days(folder: Path) -> bool:
    return any(map(_is_day, _days(folder)[:_DAYS_TRIED]))


def _days(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.json") if _DAY.fullmatch(path.name))
