"""Facebook's and Instagram's "Download your information": threads in JSON or HTML, and encrypted Messenger chats.

The files of one thread's folder are one conversation. The formats do not mark the owner's messages: they are told by
the owner's confirmed names.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from likeness.core.artefacts import digest
from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.meta import htmlthread, jsonthread, layout
from likeness.sources.meta.entry import Entry, is_edit
from likeness.sources.shared.chats import Conversation, resumable
from likeness.sources.shared.jsonstream import JsonFile, head

_ASK = "ask for your information again, with Messages, in the format JSON"
_MEMBERS_LOOKED_AT = 20_000
_CHATS_LOOKED_AT = 20


class _MetaSource:
    """What both products share."""

    name: ClassVar[str]
    title: ClassVar[str]
    product: ClassVar[layout.Product]

    def recognises(self, path: Path) -> bool:
        """True for a folder with threads of this product or encrypted chats in it, and for one file of messages."""
        if path.is_dir():
            return any(layout.product(box) == self.product for box in layout.boxes(path)) or self._chats(path) != []
        if not path.is_file() or path.suffix.lower() not in (".json", ".html"):
            return False
        start = head(path)
        if path.suffix.lower() == ".json":
            if jsonthread.looks_like_encrypted_chat(start):
                return self.product == "facebook"
            return jsonthread.looks_like_thread(start) and layout.product(path.parent.parent) == self.product
        if not layout.THREAD_FILE.match(path.name) or layout.product(path.parent.parent) != self.product:
            return False
        return next(htmlthread.parsed(start, path.name), None) is not None

    def files(self, path: Path) -> Sequence[Path]:
        """The files of messages, thread by thread; the file itself for one."""
        if path.is_file():
            return [path]
        own = [box for box in layout.boxes(path) if layout.product(box) == self.product]
        return [*(file for box in own for file in layout.threads(box)), *self._chats(path)]

    def identities(self, path: Path) -> Iterator[Identity]:
        """Names in the export's profile, then the participants, those of the most threads first."""
        threads = Counter[str]()
        files = {file.parent if layout.THREAD_FILE.match(file.name) else file: file for file in self.files(path)}
        for file in files.values():
            threads.update(set(_people(file)))
        told = sorted(layout.owner_names(path), key=lambda name: (-threads[name], "@" in name))
        for name in told:
            yield Identity(name, threads[name], f"your profile in {path.name}")
        for name, count in sorted(threads.items(), key=lambda item: (-item[1], item[0])):
            if name not in told:
                yield Identity(name, count, f"takes part in {count} threads in {path.name}")

    def diagnose(self, path: Path) -> str | None:
        """What is wrong with an export that is still zipped, or without messages, or whose file is cut off or empty."""
        if path.is_dir():
            return self._diagnose_folder(path)
        if not path.is_file():
            return None
        if zipfile.is_zipfile(path):
            return self._diagnose_zip(path)
        if not layout.THREAD_FILE.match(path.name) or path.parent.parent.name not in layout.BOXES:
            return None
        if layout.product(path.parent.parent) != self.product:
            return None
        start = head(path)
        if not start:
            return f"{path.name} is empty; expected the messages of one thread; {_ASK}"
        if path.suffix.lower() == ".json" and start[:1] != b"{":
            return f"{path.name} is no JSON object, as a thread is; {_ASK}"
        if b'"messages"' in start or path.suffix.lower() == ".html":
            return f"{path.name} holds no message of the form this program knows; {_ASK}"
        return f"{path.name} has no list of messages; {_ASK}"

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """All messages of one file, newest first. ``start`` is the number of an item."""
        size = path.stat().st_size
        file = JsonFile(path)
        where = f"{path.parent.name}/{path.name}"
        if path.suffix.lower() != ".html":
            entries: Iterator[Entry | Skipped] = jsonthread.entries(file, where)
        elif size <= htmlthread.SIZE_LIMIT:
            entries = iter(htmlthread.entries(path, where))
        else:
            entries = iter([Skipped("HTML too large for one thread's file", where, bad=True)])
        if self.product == "instagram":
            entries = _without_edits(entries)
        key = jsonthread.thread_name(path) or path.parent.name
        thread = _Thread(Conversation(self.name, key, _people(path)), owner)
        yield from resumable(map(thread.item, entries), start=start, size=size, position=lambda: file.position)

    def _chats(self, folder: Path) -> list[Path]:
        """The encrypted chats that lie in ``folder`` itself, which are Messenger's only."""
        if self.product != "facebook":
            return []
        try:
            files = sorted(file for file in folder.iterdir() if file.suffix.lower() == ".json" and file.is_file())
        except OSError:
            return []
        # A folder of other JSON is told by its first files.
        if not any(jsonthread.looks_like_encrypted_chat(head(file)) for file in files[:_CHATS_LOOKED_AT]):
            return []
        return [file for file in files if jsonthread.looks_like_encrypted_chat(head(file))]

    def _diagnose_folder(self, path: Path) -> str | None:
        if layout.boxes(path) or self.product not in path.name.lower():
            return None
        parts = ("personal_information", "profile_information", "connections", f"your_{self.product}_activity")
        if not any((path / part).is_dir() for part in parts):
            return None
        return f"{path.name} is an export of {self.title.split(' (')[0]} without messages/inbox; {_ASK}"

    def _diagnose_zip(self, path: Path) -> str | None:
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()[:_MEMBERS_LOOKED_AT]
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
            return None
        inside = [name for name in names if any(f"messages/{box}/" in name for box in layout.BOXES)]
        named = f"{path.name} {' '.join(inside[:1])}".lower()
        if not inside or ("instagram" in named) != (self.product == "instagram"):
            return None
        return f"{path.name} is a zipped export with messages ({inside[0]}): unpack it and import the folder"


class FacebookSource(_MetaSource):
    """Reads Facebook's export and Messenger's download of encrypted chats."""

    name: ClassVar[str] = "facebook"
    title: ClassVar[str] = "Facebook and Messenger export (JSON, HTML)"
    product: ClassVar[layout.Product] = "facebook"


class InstagramSource(_MetaSource):
    """Reads Instagram's export. An edited message stands in it twice; the later is kept."""

    name: ClassVar[str] = "instagram"
    title: ClassVar[str] = "Instagram export (JSON, HTML)"
    product: ClassVar[layout.Product] = "instagram"


class _Thread:
    """Makes messages of the entries of one file."""

    def __init__(self, conversation: Conversation, owner: Owner) -> None:
        self._conversation = conversation
        self._owner = owner

    def item(self, entry: Entry | Skipped) -> Message | Skipped:
        if isinstance(entry, Skipped):
            return entry
        if entry.reason or entry.sent_at is None:
            return Skipped(entry.reason, entry.where, bad=entry.bad)
        exact = f"{entry.sent_at.isoformat()} {digest((entry.sender, entry.text))}"
        return self._conversation.message(
            sender=entry.sender,
            body=entry.text,
            sent_at=entry.sent_at,
            mine=self._owner.is_me(entry.sender),
            native_id=exact if entry.precise else "",
            where=entry.where,
        )


def _people(path: Path) -> list[str]:
    """Who takes part in a thread: as its JSON says, or the senders at the beginning of its HTML."""
    if path.suffix.lower() != ".html":
        return jsonthread.participants(path)
    return list(dict.fromkeys(entry.sender for entry in htmlthread.parsed(head(path), path.name)))


def _without_edits(entries: Iterator[Entry | Skipped]) -> Iterator[Entry | Skipped]:
    """Of two neighbours that are one message before and after an edit, the later."""
    held: Entry | None = None
    for entry in entries:
        if isinstance(entry, Skipped) or entry.reason:
            yield from [held] if held else []
            yield entry
            held = None
        elif held is not None and is_edit(held, entry):
            older = entry if held.sent_at and entry.sent_at and entry.sent_at <= held.sent_at else held
            yield Skipped("edited later", older.where)
            held = held if older is entry else entry
        else:
            yield from [held] if held else []
            held = entry
    yield from [held] if held else []
