"""Discord: the data package (only the owner's messages), and what DiscordChatExporter saves as JSON (everybody's)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.discord import exporter, package
from likeness.sources.shared.chats import resumable
from likeness.sources.shared.jsonstream import head
from likeness.sources.shared.people import People

_FOLDERS_TRIED = 20
_PACKAGE = "request your data again in Discord (Settings, Privacy & Safety) with “Messages” ticked"
_AS_JSON = "export the channel again with the format JSON"
_TABLE = re.compile(rb'"?AuthorID"?,"?Author"?,"?Date"?,"?Content"?,"?Attachments"?,"?Reactions"?')
_TEXT = re.compile(rb"={20,}\r?\nGuild: .{1,300}\r?\nChannel: ")


class DiscordSource:
    """Reads a data package, a part of one, or a channel saved by DiscordChatExporter."""

    name: ClassVar[str] = "discord"
    title: ClassVar[str] = "Discord (data package, DiscordChatExporter JSON)"

    def recognises(self, path: Path) -> bool:
        """True for a channel's messages in either form, and for folders that hold those of a data package."""
        if path.is_file():
            return package.is_messages(path) or exporter.is_channel(path)
        return path.is_dir() and any(map(package.is_messages, package.channels(path)[:_FOLDERS_TRIED]))

    def files(self, path: Path) -> Sequence[Path]:
        """The messages of every channel, then the files that say what and who they are (they hold no messages)."""
        if path.is_file():
            return [path]
        found = list(filter(package.is_messages, package.channels(path)))
        beside = dict.fromkeys(side for file in found for side in package.side_files(file) if side.is_relative_to(path))
        return [*found, *sorted(beside)]

    def identities(self, path: Path) -> Iterator[Identity]:
        """The package's account; in a saved channel the senders, the one it is named after last."""
        if exporter.is_channel(path):
            people = People()
            peers: set[str] = set()
            for channel, author in exporter.authors(path):
                people.add(channel.key, author.sender, author.name)
                if channel.is_direct and author.name == channel.name:
                    peers.add(author.sender)
            yield from people.identities(path.name, frozenset(peers))
            return
        files = [file for file in self.files(path) if file.name not in package.SIDE_FILES]
        for value in package.account(files[0]).names if files else ():
            yield Identity(value, 0, "the account that the package was made for")

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """One channel. ``start`` is the number of a message."""
        size = path.stat().st_size
        if path.name in package.SIDE_FILES:
            yield from resumable((), start=start, size=size)
        elif exporter.is_channel(path):
            saved = exporter.Channel(path, owner)
            yield from resumable(saved.read(), start=start, size=size, position=lambda: saved.position)
        else:
            own = package.Channel(path)
            yield from resumable(own.read(), start=start, size=size, position=lambda: own.position)

    def diagnose(self, path: Path) -> str | None:
        """Channels saved as anything but JSON, and a package that is empty or without messages."""
        if not path.is_file():
            return None
        beginning = head(path)
        saved_as = _saved_as(beginning)
        if saved_as:
            return f"{path.name} is a Discord channel saved as {saved_as}, and JSON was expected: {_AS_JSON}"
        if path.name in package.NAMES and path.with_name("channel.json").is_file():
            found = "holds something else" if beginning else "is empty"
            return f"{path.name} {found}; the messages of a Discord channel were expected: {_PACKAGE}"
        if package.is_account(path) and not package.channels(path.parent.parent):
            return f"{path.name} belongs to a Discord data package, but no messages lie in it: {_PACKAGE}"
        return None


def _saved_as(beginning: bytes) -> str:
    """The other formats of DiscordChatExporter."""
    if b"chatlog__" in beginning and beginning[:15].lower() == b"<!doctype html>":
        return "a web page"
    if _TABLE.match(beginning):
        return "a table"
    return "plain text" if _TEXT.match(beginning) else ""
