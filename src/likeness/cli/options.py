"""Options that several commands share, declared once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:  # numpy comes with it, and `--help` must stay quick
    from likeness.core.home import Home, PersonHome

HELP_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}

PersonOption = Annotated[
    str, typer.Option("--person", "-p", metavar="NAME", help="Whose data to use, when there are several people.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object for programs instead of text.")]


def home() -> Home:
    """The home that the settings name."""
    from likeness.core.home import Home
    from likeness.core.settings import settings

    return Home(settings().home)


def open_person(name: str) -> PersonHome:
    """The person an option names, or the setting's, or the only one."""
    from likeness.core.settings import settings

    return home().open(name or settings().person)


def examples(*lines: str) -> str:
    """An epilogue for ``--help`` with commands to copy."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def printable(text: str) -> str:
    """One line without what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)


def read_text(source: str) -> str:
    """Text of a file, or of standard input for ``-``.

    Raises :class:`InputError` when the file is absent, not text, or empty.
    """
    from pathlib import Path

    from likeness.core.errors import InputError

    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"there is no file {source}", hint="name a text file, or - for standard input") from None
    except (UnicodeDecodeError, IsADirectoryError, PermissionError) as error:
        raise InputError(f"{source} cannot be read as text: {error}", hint="give a UTF-8 text file") from None
    if not text.strip():
        raise InputError(f"{'standard input' if source == '-' else source} is empty", hint="give some text")
    return text


def agreed() -> bool:
    """Ask before what cannot be taken back. Raises :class:`InputError` where nobody is there to answer."""
    from likeness.core.errors import InputError

    if not sys.stdin.isatty():
        raise InputError("nobody is there to ask whether to go on", hint="look at what would go, then add --yes")
    return typer.confirm("This cannot be taken back. Go on?")
