"""The command ``likeness``: its nouns, its options, and the one place where errors become words and exit codes."""

from __future__ import annotations

import errno
import os
import sys
from typing import Annotated

import typer
from typer.core import TyperGroup

from likeness import __version__
from likeness.cli import (
    archive,
    audit,
    audition,
    enrol,
    evaluate,
    export,
    forget,
    models,
    person,
    prepare,
    record,
    recordings,
    report,
    search,
    serve,
    show,
    status,
    train,
    voice,
    voices,
    writing,
)
from likeness.cli.options import HELP_SETTINGS
from likeness.core.errors import DoesNotFit, EngineMissing, InputError, Interrupted, LikenessError

COMMANDS = [
    "init",
    "import",
    "prepare",
    "train",
    "evaluate",
    "audition",
    "record",
    "enrol",
    "recordings",
    "audit",
    "write",
    "rewrite",
    "say",
    "voices",
    "models",
    "serve",
    "export",
    "status",
    "runs",
    "search",
    "show",
    "forget",
    "report",
]


class _InOrderOfUse(TyperGroup):
    """Lists the commands in the order a newcomer takes them."""

    def list_commands(self, ctx: object) -> list[str]:
        return [name for name in COMMANDS if name in self.commands] + sorted(set(self.commands) - set(COMMANDS))


app = typer.Typer(
    cls=_InOrderOfUse,
    name="likeness",
    help="Learns how one person writes and speaks, on their own machine, and serves it.",
    no_args_is_help=True,
    add_completion=False,
    context_settings=HELP_SETTINGS,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help is quicker, and copies cleanly
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"likeness {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    pass


for module in (
    person,
    archive,
    prepare,
    train,
    record,
    enrol,
    recordings,
    writing,
    voice,
    voices,
    models,
    serve,
    status,
    search,
    show,
    forget,
    evaluate,
    audition,
    audit,
    export,
    report,
):
    module.register(app)


def main() -> None:
    """Run the command line; every :class:`LikenessError` becomes a sentence, a hint and its exit code."""
    for library in ("OMP", "OPENBLAS", "MKL"):
        # The matrices of the built-in engines are small: a second thread triples the work and halves nothing.
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    try:
        app(standalone_mode=True)
    except LikenessError as error:
        _fail(error)
    except KeyboardInterrupt:
        _fail(Interrupted("stopped", hint="what was done is kept; the same command continues it"))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # the outermost boundary: told without a traceback unless asked for
        if os.environ.get("LIKENESS_DEBUG"):
            raise
        _fail(_not_ours(error))


def _not_ours(error: Exception) -> LikenessError:
    """What the machine refused, in a sentence; anything else is a bug."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DoesNotFit(f"the disk is full: {error}", hint="make room, then give the same command again")
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and error.filename:
        return InputError(f"{error.filename}: {error.strerror}", hint="see whose it is, or name another place")
    if isinstance(error, ImportError) and not (error.name or "").startswith("likeness"):
        return EngineMissing(
            f"a library cannot be loaded: {error}", hint="install it again; LIKENESS_DEBUG=1 says who needs it"
        )
    problem = f"this should not have happened: {type(error).__name__}"
    return LikenessError(problem, hint="nothing was lost; LIKENESS_DEBUG=1 shows where, for a bug report")


def _fail(error: LikenessError) -> None:
    typer.echo(f"likeness: {error}", err=True)
    if error.hint:
        typer.echo(f"  → {error.hint}", err=True)
    sys.exit(error.exit_code)
