"""Writes ``docs/reference/cli.md`` from the commands' own ``--help``.

A test fails when the page is not what this prints:  python scripts/make_reference.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner

from likeness.cli.main import app

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"


def page() -> str:
    """The reference page, in Markdown."""
    parts = ["# Command line", "", "Made from `likeness --help` by `scripts/make_reference.py`; do not edit."]
    for words in _paths(typer.main.get_command(app), ()):
        text = CliRunner().invoke(app, [*words, "--help"], terminal_width=100, prog_name="likeness").stdout
        parts += ["", f"## likeness {' '.join(words)}".rstrip(), "", "```", text.strip(), "```"]
    return "\n".join(parts) + "\n"


def _paths(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """This command's words, then its children's; a group that only holds commands is left out."""
    children = getattr(command, "commands", {})
    if not children or not path:
        yield path
    for name, child in children.items():
        yield from _paths(child, (*path, name))


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
