"""Telegram Desktop's "machine-readable JSON": ``result.json`` of one chat, or of the whole account."""

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
from likeness.sources.telegram.export import Account, entries
from likeness.sources.telegram.message import Reader

_KIND = re.compile(
    rb'"type"\s*:\s*"(?:personal_chat|bot_chat|saved_messages|private_group|private_supergroup|public_supergroup|'
    rb'private_channel|public_channel|replies|verify_codes)"'
)
_MESSAGES = re.compile(rb'"messages"\s*:\s*\[')
_LIST = re.compile(rb'"(?:left_)?chats"\s*:\s*\{.{0,2000}?"list"\s*:\s*\[', re.DOTALL)
_ACCOUNT = re.compile(rb'"personal_information"\s*:\s*\{.{0,2000}?"user_id"\s*:', re.DOTALL)
_ABOUT = re.compile(rb'\{\s*"about"\s*:\s*"[^"]*Telegram')
_PAGE = b"<title>Exported Data</title>"
_AGAIN = "export again from Telegram Desktop with the format “Machine-readable JSON” and import its result.json"


class TelegramSource:
    """Reads ``result.json``, of one chat or of an account."""

    name: ClassVar[str] = "telegram"
    title: ClassVar[str] = "Telegram Desktop export (result.json)"

    def recognises(self, path: Path) -> bool:
        """True for JSON that begins like a chat, or an account, as Telegram Desktop writes them."""
        if not path.is_file():
            return False
        beginning = head(path)
        if not beginning.startswith(b"{"):
            return False
        if _ACCOUNT.search(beginning):
            return True
        kind, messages = _KIND.search(beginning), _MESSAGES.search(beginning)
        return bool(kind and (_LIST.search(beginning) or (messages and b'"id"' in beginning[: messages.start()])))

    def files(self, path: Path) -> Sequence[Path]:
        """The file itself."""
        return [path]

    def identities(self, path: Path) -> Iterator[Identity]:
        """The account's owner where the export says so; else the senders, the one a chat is named after last."""
        people = People()
        peers: set[str] = set()
        for entry in entries(JsonWalk(path)):
            if isinstance(entry, Account):
                yield from _proposed(entry, path)
                return
            if isinstance(entry, Skipped) or entry.kind != "message" or not entry.sender:
                continue
            people.add(entry.chat.key, entry.sender, entry.sender_name)
            if entry.sender == entry.chat.peer:
                peers.add(entry.sender)
        yield from people.identities(path.name, frozenset(peers))

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """All chats in their order. ``start`` is the number of an entry."""
        file = JsonWalk(path)
        items = Reader(path.name, owner).read(entries(file))
        yield from resumable(items, start=start, size=path.stat().st_size, position=lambda: file.position)

    def diagnose(self, path: Path) -> str | None:
        """What to do with an export as web pages, an empty one, and one without chats."""
        if path.is_dir():
            page = path / "messages.html"
            return None if (path / "result.json").exists() or not page.is_file() else self.diagnose(page)
        beginning = head(path)
        if _PAGE in beginning and path.suffix.lower() in (".html", ".htm"):
            return f"{path.name} is a Telegram export as web pages, and JSON was expected: {_AGAIN}"
        if path.name.lower() == "result.json" and not beginning:
            return f"{path.name} is empty, and a Telegram export was expected: {_AGAIN}"
        if _ABOUT.match(beginning) and not self.recognises(path):
            return (
                f"{path.name} is a Telegram export without a chat in it: tick the kinds of chats you want, and {_AGAIN}"
            )
        return None


def _proposed(account: Account, path: Path) -> Iterator[Identity]:
    said = f"the account that {path.name} was exported from"
    for value in dict.fromkeys(value for value in (account.name, account.sender, account.phone) if value):
        yield Identity(value, 0, said)
