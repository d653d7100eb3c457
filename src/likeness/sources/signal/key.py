"""Where the 30 digits that open a backup come from: a description of the import, or the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from likeness.core.errors import InputError
from likeness.sources.shared import description

VARIABLE = "LIKENESS_SIGNAL_PASSPHRASE"
_DIGITS = 30
_FILE_LIMIT = 4096
HINT = (
    f"write a file NAME.source.yaml with the lines «source: signal», «backup: FILE» and «passphrase_file: FILE» and "
    f"import it, or put the {_DIGITS} digits into the environment variable {VARIABLE}"
)


class Description(BaseModel):
    """A description of the import of one backup."""

    model_config = ConfigDict(extra="forbid")

    backup: str = Field(min_length=1, description="The backup, signal-….backup.")
    passphrase_file: str = Field(
        "", description=f"A text file with the {_DIGITS} digits; without it the variable {VARIABLE} is used."
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup and what opens it."""

    backup: Path
    passphrase: str


def described(path: Path) -> Opened:
    """The backup and passphrase that the description at ``path`` names. Raises :class:`InputError`."""
    said = description.load(path, Description)
    backup = path.parent / Path(said.backup).expanduser()
    if not backup.is_file():
        raise InputError(
            f"{path.name}: backup: {said.backup} is not there", hint="paths begin at the file's own folder"
        )
    if not said.passphrase_file:
        return Opened(backup, from_environment(path.name))
    secret = path.parent / Path(said.passphrase_file).expanduser()
    try:
        with secret.open("rb") as handle:
            text = handle.read(_FILE_LIMIT).decode("utf-8", "replace")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"{path.name}: passphrase_file: {said.passphrase_file}: {reason}", hint=HINT) from None
    return Opened(backup, _digits(text, f"{said.passphrase_file}"))


def from_environment(name: str) -> str:
    """The passphrase for the backup ``name`` from the environment. Raises :class:`InputError` without one."""
    value = os.environ.get(VARIABLE, "")
    if not value.strip():
        raise InputError(f"{name} is an encrypted Signal backup, and no passphrase is given", hint=HINT)
    return _digits(value, VARIABLE)


def is_in_environment() -> bool:
    """True when the environment holds a passphrase."""
    return bool(os.environ.get(VARIABLE, "").strip())


def _digits(text: str, place: str) -> str:
    digits = "".join(text.split())
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdecimal()):
        raise InputError(
            f"{place} does not hold the {_DIGITS} digits of a Signal passphrase ({len(digits)} characters found)",
            hint="Signal shows six groups of five digits; spaces and line ends do not matter",
        )
    return digits
