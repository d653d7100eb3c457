"""Renders the made-up archive of Ellis Marlow: ``mail.mbox``, two WhatsApp ``.txt`` exports and one ``.zip``.

    python examples/ellis/make_archive.py

Writes the same bytes every time. The texts are in ``threads/``; only their packaging is made here.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from mails import mails_of
from oddities import odd_mails
from people import CHAT_NAMES
from threads import ChatLine, chat_lines, mail_threads

HERE = Path(__file__).resolve().parent


def mbox() -> bytes:
    """Every mail in order of date, separated and escaped as Gmail's export does it."""
    mails: list[tuple[datetime, bytes]] = []
    for thread in mail_threads(HERE / "threads"):
        mails += mails_of(thread, len(mails))
    mails += odd_mails(mails)
    mails.sort(key=lambda item: item[0])
    out = bytearray()
    for number, (when, raw) in enumerate(mails):
        escaped = re.sub(rb"(?m)^(>*From )", rb">\1", raw)
        out += f"From {1600000000 + number}@xxx {when:%a %b %d %H:%M:%S} +0000 {when:%Y}\n".encode()
        out += escaped.rstrip(b"\n") + b"\n\n"
    return bytes(out)


def _android(line: ChatLine) -> str:
    return f"{line.when:%d/%m/%Y, %H:%M} - "


def _android_twelve_hours(line: ChatLine) -> str:
    return f"{line.when:%d/%m/%Y}, {line.when:%I:%M}\u202f{line.when:%p} - ".replace(", 0", ", ").lower()


def _ios(line: ChatLine) -> str:
    return f"[{line.when:%d/%m/%Y, %H:%M}:{line.when.day * 7 % 60:02d}] "


def chat(name: str, stamp: Callable[[ChatLine], str], *, system_sender: str = "") -> str:
    """One chat as its phone exports it. ``system_sender``: the name that iOS puts before system lines."""
    out = []
    for line in chat_lines(HERE / "threads" / f"{name}.txt"):
        if line.sender == "*":
            who = f"{system_sender}: \u200e" if system_sender else ""
        else:
            who = f"{CHAT_NAMES[line.sender]}: "
        mark = "\u200e" if line.text.startswith("<attached") else ""
        out.append(f"{mark}{stamp(line)}{who}{mark}{line.text}")
    return "\n".join(out) + "\n"


def damaged(text: str) -> str:
    """``text`` with the date of its 40th line as a phone with an empty battery writes it."""
    lines = text.split("\n")
    lines[39] = "00/00/0000, 00:00" + lines[39][17:]
    return "\n".join(lines)


def write_zip(path: Path, text: str) -> None:
    """A zip with one ``_chat.txt`` and fixed dates, so that it is the same every time."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("_chat.txt", (2025, 8, 1, 12, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, text)


def main() -> None:
    (HERE / "mail.mbox").write_bytes(mbox())
    kit = damaged(chat("chat-kit", _android))
    (HERE / "WhatsApp Chat with Kit Brennan.txt").write_text(kit, encoding="utf-8")
    swim = chat("chat-swim", _android_twelve_hours)
    (HERE / "WhatsApp Chat with Sunday Dippers.txt").write_text(swim, encoding="utf-8")
    write_zip(HERE / "WhatsApp Chat - Nadia.zip", chat("chat-nadia", _ios, system_sender="Nadia"))


if __name__ == "__main__":
    main()
