"""Signal: Android's encrypted backup where the passphrase is given, and chats exported as JSON.

The formats mark what the owner sent. A backup is decrypted into a temporary database that nobody else can open and that
has no name, so that nothing of it stays behind; attachments other than the rest of long texts are passed over unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from likeness.core.errors import LikenessError
from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.shared import description
from likeness.sources.shared.chats import resumable
from likeness.sources.signal import backup, database, exports, key
from likeness.sources.signal.entry import ME, SOURCE, Messages

_REPLAYED = 0.8
"""The share of the progress that putting the database together stands for; reading it is the rest."""


class SignalSource:
    """Reads a backup, the description of one, or a file of exported chats."""

    name: ClassVar[str] = SOURCE
    title: ClassVar[str] = "Signal (Android backup with its passphrase, JSON exports)"

    def recognises(self, path: Path) -> bool:
        """True for exported chats, for the description of a backup, and for a backup while the environment has its
        passphrase."""
        if not path.is_file():
            return False
        if description.describes(path, self.name) or exports.form(path) is not None:
            return True
        return key.is_in_environment() and backup.header(path) is not None

    def files(self, path: Path) -> Sequence[Path]:
        """The file itself."""
        return [path]

    def companions(self, path: Path) -> Sequence[Path]:
        """What a description names."""
        return description.companions(path)

    def identities(self, path: Path) -> Iterator[Identity]:
        """The owner as the formats mark them, then the name in the account's profile."""
        yield Identity(ME, 0, f"sender of what {path.name} marks as sent")
        kind = exports.form(path)
        for name in exports.Export(path, kind).owner_names() if kind else ():
            if isinstance(name, str) and name:
                yield Identity(name, 0, f"your profile in {path.name}")

    def diagnose(self, path: Path) -> str | None:
        """What is missing for a backup to be read, or wrong with an export."""
        if path.is_dir() or not path.is_file():
            return None
        if backup.header(path) is not None:
            return self._diagnose_backup(path)
        if path.name == "main" and (path.parent / "metadata").is_file():
            return (
                f"{path.parent.name} is Signal's backup in the form of 2025, which opens with the recovery key only; "
                "export the chats as plain JSON in Signal (Settings, Chats, Export) and import its main.jsonl"
            )
        if path.suffix.lower() == ".backup" and path.name.lower().startswith("signal"):
            found = "is empty" if path.stat().st_size == 0 else "does not begin with a backup's header"
            return f"{path.name} {found}: copy it from the phone again, whole, as Signal made it"
        if path.name == "main.jsonl":
            return f"{path.name} does not begin with the line of a Signal export (version, backupTimeMs): export again"
        return None

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """All messages. ``start`` is the number of an item.

        Raises :class:`InputError` for a backup without a passphrase or with one that does not open it, and
        :class:`EngineMissing` where the library that decrypts is not installed; then nothing was read.
        """
        kind = exports.form(path)
        if kind is not None:
            export = exports.Export(path, kind)
            items = map(Messages().item, export.entries())
            yield from resumable(items, start=start, size=path.stat().st_size, position=lambda: export.position)
        elif description.describes(path, self.name):
            yield from _read_backup(key.described(path), start, path.stat().st_size)
        else:
            opened = key.Opened(path, key.from_environment(path.name))
            yield from _read_backup(opened, start, path.stat().st_size)

    def _diagnose_backup(self, path: Path) -> str | None:
        try:
            passphrase = key.from_environment(path.name)
            next(backup.Backup(path, passphrase).items(), None)
        except backup.Damaged as error:
            return f"{path.name} is cut off or damaged: {error}; copy it from the phone again"
        except LikenessError as error:
            return f"{error}: {error.hint}"
        return None


def _read_backup(opened: key.Opened, start: int, size: int) -> Iterator[Message | Skipped | Progress]:
    """A backup's messages; ``size`` is what the progress counts up to."""
    source = backup.Backup(opened.backup, opened.passphrase)
    whole = max(opened.backup.stat().st_size, 1)
    with database.temporary() as connection:
        lost: list[Skipped] = []
        for step in database.replay(source, connection):
            if isinstance(step, Skipped):
                lost.append(step)
            else:
                yield Progress(int(size * _REPLAYED * step.done / whole), size, start)
        reader = database.Messages(connection)
        messages = Messages()
        seen = 0

        def items() -> Iterator[Message | Skipped]:
            nonlocal seen
            yield from lost
            for entry in reader.entries():
                seen += 1
                yield messages.item(entry)

        def position() -> int:
            return int(size * (_REPLAYED + (1 - _REPLAYED) * seen / max(reader.total, 1)))

        yield from resumable(items(), start=start, size=size, position=position)
