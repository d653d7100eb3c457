"""Runs pyttsx3 in a process of its own: reads one order as JSON, lists voices or writes one sound file."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any


def _language(voice: Any) -> str:
    """The first language of a voice; drivers give a list of texts or of bytes with a number before them, or nothing."""
    first = next(iter(getattr(voice, "languages", None) or ()), "")
    text = first.decode("utf-8", "ignore") if isinstance(first, bytes) else str(first)
    letters = "".join(mark for mark in text if mark.isalpha() or mark in "-_")
    return letters.replace("_", "-").partition("-")[0].lower() or "en"


def main() -> None:
    """Do what standard input says."""
    order = json.load(sys.stdin)
    engine = import_module("pyttsx3").init()
    if order.get("list"):
        rows = [
            {"id": str(voice.id), "title": str(voice.name or voice.id), "language": _language(voice)}
            for voice in engine.getProperty("voices")
        ]
        json.dump(rows, sys.stdout)
        return
    if order["voice"]:
        engine.setProperty("voice", order["voice"])
    engine.save_to_file(order["text"], order["file"])
    engine.runAndWait()


if __name__ == "__main__":
    main()
