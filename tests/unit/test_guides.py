"""The guides are true: every command and option they show exists, every file they link to is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import typer

from likeness.cli.main import app
from likeness.server import schemas

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted([*DOCS.glob("guides/*.md"), *DOCS.glob("concepts/*.md")])
ROOT = typer.main.get_command(app)


def commands(page: Path) -> list[list[str]]:
    """Command lines in the page's shell blocks and in its running text, cut into words."""
    text = page.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.S))
    inline = "\n".join(re.findall(r"`(likeness [^`]+)`", text))
    lines = [line.partition("   #")[0] for line in f"{blocks}\n{inline}".splitlines() if line.startswith("likeness ")]
    return [shlex.split(line)[1:] for line in lines]


def leaf(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that ``words`` name, and what is left of them."""
    command: click.Command = ROOT
    rest = list(words)
    while hasattr(command, "commands") and rest:
        name = rest.pop(0)
        assert name in command.commands, f"there is no command {name!r} in {' '.join(words)!r}"
        command = command.commands[name]
    return command, rest


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_exists(page: Path) -> None:
    for words in commands(page):
        command, rest = leaf(words)
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        for word in rest:
            if word.startswith("-") and word != "-":
                assert word.split("=")[0] in known, f"{' '.join(words)}: no option {word}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_linked_file_is_there(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_guides_cover_every_command_of_the_main_job() -> None:
    shown = {" ".join(words[:2]) for page in PAGES for words in commands(page)}
    for wanted in ("import", "prepare writing", "enrol voice", "write", "rewrite", "say", "serve", "status"):
        assert any(line.startswith(wanted) for line in shown), wanted


def test_the_fields_in_the_api_guide_are_accepted() -> None:
    text = (DOCS / "guides" / "api.md").read_text(encoding="utf-8")
    taken = {"pipeline": schemas.PipelineRequest, "lora/generate": schemas.GenerateRequest}
    bodies = re.findall(r"/api/tts/([a-z/]+) [^`]*?-d '(\{.*?\})'", text)
    assert {route for route, _ in bodies} == set(taken)
    for route, body in bodies:
        taken[route].model_validate_json(body)
    for extra in re.findall(r"extra_body=\{(.*?)\}", text):
        for name in re.findall(r'"(\w+)":', extra):
            assert name in schemas.ChatRequest.model_fields
