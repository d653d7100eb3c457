"""What can be imported and how to get it: the list behind ``likeness import --formats``."""

from __future__ import annotations

import json
from importlib.util import find_spec

import typer

_OBTAIN = {
    "discord": "Discord: Settings, Data & Privacy, Request all of my data",
    "eml": "drag mails out of a mail program into a folder; Apple Mail: ~/Library/Mail",
    "facebook": "Facebook: Settings, Your information, Download; messages, format JSON",
    "google_chat": "Google: takeout.google.com, choose Google Chat",
    "hangouts": "Google: takeout.google.com (an export made before Hangouts ended)",
    "imessage": "a Mac: ~/Library/Messages/chat.db (the terminal needs Full Disk Access)",
    "instagram": "Instagram: Accounts Centre, Download your information; messages, format JSON",
    "mbox": "Gmail: takeout.google.com; Thunderbird: the profile's Mail folder; Apple Mail: Mailbox, Export",
    "msg": "Outlook for Windows: drag mails out of it into a folder",
    "olm": "Outlook for Mac: File, Export, as .olm",
    "postgres": "a NAME.source.yaml with the query and the mapping of its columns",
    "pst": "Outlook: File, Open & Export, Export to a file (.pst)",
    "signal": "Signal: Settings, Chats, Export; or an Android backup with a NAME.source.yaml that names its passphrase",
    "slack": "Slack: Settings, Import/Export data, Export",
    "sms": "Android: the app SMS Backup & Restore, as XML",
    "table": "any .csv, .tsv or .jsonl; a NAME.source.yaml where the columns do not say what they are",
    "telegram": "Telegram Desktop: Settings, Advanced, Export; format JSON",
    "transcript": "Plaud and others: export as txt, srt, vtt or JSON with speakers",
    "whatsapp": "WhatsApp: a chat, More, Export chat, without media",
}


def show_formats(*, as_json: bool) -> None:
    """Print every source: its name, what it reads, what is missing for it, how to get the export.

    A source may say of itself which libraries it ``needs``, what to ``install`` and how to ``obtain`` the export.
    """
    from likeness.core import plugins

    rows = []
    for source in plugins.sources():
        missing = [library for library in getattr(source, "needs", ()) if find_spec(library) is None]
        install = getattr(source, "install", "")
        obtain = getattr(source, "obtain", "") or _OBTAIN.get(source.name, "")
        rows.append(
            {"name": source.name, "title": source.title, "missing": missing, "install": install, "obtain": obtain}
        )
    if as_json:
        typer.echo(json.dumps({"formats": rows}))
        return
    for row in sorted(rows, key=lambda row: str(row["name"])):
        typer.echo(f"{row['name']:<12} {row['title']}")
        if row["obtain"]:
            typer.echo(f"{'':<12} {row['obtain']}")
        if row["missing"]:
            typer.echo(f"{'':<12} needs {', '.join(row['missing'])}: {row['install']}")
    typer.echo("Zip and tar archives of these are looked into; pictures, sounds and films are left out.")
