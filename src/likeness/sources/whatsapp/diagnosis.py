"""Says what is wrong with a file that was evidently meant to be a WhatsApp export."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from likeness.sources.whatsapp import container

_ASK = "in WhatsApp open the chat, choose Export chat (More > Export chat on Android), and import the .txt or .zip"
_BACKUP = re.compile(r"\.crypt\d{1,2}$|^(?:msgstore|wa|axolotl)\b.*\.db$|^chatstorage\.sqlite$", re.IGNORECASE)
_ENCRYPTED = re.compile(r"\.crypt\d{1,2}$", re.IGNORECASE)
_EXPECTED = 'no line begins as WhatsApp writes one ("13/01/24, 08:30 - Ana: …" or "[13.01.24, 08:30:00] Ana: …")'


def diagnose(path: Path) -> str | None:
    """What was expected, what was found and what to do; ``None`` for a file that is none of WhatsApp's."""
    said = _said(path) if path.is_file() else None
    return f"{path.name} {said}" if said else None


def _said(path: Path) -> str | None:
    if _ENCRYPTED.search(path.name):
        return f"is an encrypted backup of WhatsApp, which only the app can open: {_ASK}"
    if _BACKUP.search(path.name):
        return f"is a database of the WhatsApp app, not an export: {_ASK}"
    if not container.is_named_as_an_export(path):
        return None
    try:
        return _archive(path) if path.suffix.lower() == ".zip" else _text(path)
    except container.DAMAGED as error:
        return f"cannot be read ({type(error).__name__}): copy it from the phone again, or {_ASK}"


def _archive(path: Path) -> str:
    if path.stat().st_size == 0:
        return f"is empty: {_ASK}"
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    texts = [member for member in members if member.filename.lower().endswith(".txt")]
    if any(member.flag_bits & 1 for member in members):
        return "is a zip with a password: unpack it and import the folder"
    if not texts:
        return f"is a zip without the text of the chat ({len(members)} other files were found): {_ASK}"
    return f"is a zip in whose texts {_EXPECTED}: {_ASK}"


def _text(path: Path) -> str:
    with path.open("rb") as handle:
        head = container.decode(handle.read(container.HEAD))
    if not head.strip("\ufeff\0 \r\n"):
        return f"is empty: {_ASK}"
    if head.lstrip("\ufeff \r\n").lower().startswith(("<!doctype", "<html")):
        return f"is a page in HTML where plain text was expected: {_ASK}"
    return f"holds text, but {_EXPECTED}: {_ASK}"
