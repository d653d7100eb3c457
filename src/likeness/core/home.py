"""Where a person's data lives.

One folder per person under the home (``~/Likeness/<name>/`` or wherever the setting says):

    person.json   name, confirmed identities, consent
    store.sqlite  messages, ledger, recordings, jobs
    recordings/   what was recorded or imported, as it came
    datasets/     adapters/     corpora/     voices/
    runs/         trainings that are under way or were interrupted

Folders are 0700, files 0600. A home on a disk that is not there is an error, never a silent new folder.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from likeness.core import files
from likeness.core.errors import HomeUnavailable, InputError, NotFound, NotReady
from likeness.core.protocols import Owner

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Person:
    """Who the data belongs to. ``name`` is the folder's name, ``display_name`` how they are called."""

    name: str
    display_name: str
    identities: tuple[str, ...] = ()
    created_at: str = ""

    @property
    def owner(self) -> Owner:
        return Owner.of(self.identities)


@dataclass(frozen=True, slots=True)
class PersonHome:
    """The folders of one person."""

    root: Path

    @property
    def store(self) -> Path:
        return self.root / "store.sqlite"

    @property
    def recordings(self) -> Path:
        return self.root / "recordings"

    @property
    def datasets(self) -> Path:
        return self.root / "datasets"

    @property
    def adapters(self) -> Path:
        return self.root / "adapters"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def corpora(self) -> Path:
        return self.root / "corpora"

    @property
    def voices(self) -> Path:
        return self.root / "voices"

    def person(self) -> Person:
        """Read ``person.json``. Raises :class:`InputError` when it is damaged."""
        path = self.root / "person.json"
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            return Person(**{**raw, "identities": tuple(raw.get("identities", ()))})
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f"{path} cannot be read: {error}", hint="restore it from a backup") from None

    def save(self, person: Person) -> None:
        files.write_json(self.root / "person.json", asdict(person))

    def confirm(self, identities: list[str]) -> Person:
        """Add confirmed names and addresses of the owner and store them."""
        person = self.person()
        known = {value.casefold() for value in person.identities}
        added = [v.strip() for v in identities if v.strip() and v.strip().casefold() not in known]
        updated = replace(person, identities=(*person.identities, *dict.fromkeys(added)))
        if added:
            self.save(updated)
        return updated


class Home:
    """The folder that holds every person."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def check(self) -> None:
        """Raise :class:`HomeUnavailable` when the disk the home should be on is not there.

        The home itself is made on first use; its parent must exist, since a missing parent (``/Volumes/Disk``)
        means an unmounted disk.
        """
        if self.root.exists() and not self.root.is_dir():
            raise HomeUnavailable(f"{self.root} is not a folder", hint="set LIKENESS_HOME to a folder")
        if not self.root.exists() and not self.root.parent.is_dir():
            raise HomeUnavailable(
                f"{self.root.parent} is not there, so the data in {self.root} cannot be reached",
                hint="connect the disk, or set LIKENESS_HOME to another folder",
            )

    def create(self, name: str, display_name: str = "", created_at: str = "") -> PersonHome:
        """Make a person's folders. Raises :class:`InputError` on a bad or taken name."""
        self.check()
        if not _NAME.match(name):
            raise InputError(
                f"{name!r} cannot be a person's folder name",
                hint="use lower-case letters, digits, - and _, at most 40",
                param="name",
            )
        home = PersonHome(self.root / name)
        if (home.root / "person.json").exists():
            raise InputError(f"{name!r} exists already", hint="choose another name, or use it with --person")
        for folder in (home.recordings, home.datasets, home.adapters, home.corpora, home.voices):
            files.private_folder(folder)
        home.save(Person(name=name, display_name=display_name or name, created_at=created_at))
        return home

    def names(self) -> list[str]:
        """Names of the people in this home."""
        self.check()
        if not self.root.is_dir():
            return []
        return sorted(p.name for p in self.root.iterdir() if (p / "person.json").is_file())

    def open(self, name: str = "") -> PersonHome:
        """The person called ``name``, or the only one there is.

        Raises :class:`NotFound` for an unknown name and :class:`NotReady` when there is none, or several and no name.
        """
        known = self.names()
        if not name:
            if not known:
                raise NotReady("nobody has been set up yet", hint="start with: likeness init NAME")
            if len(known) > 1:
                raise NotReady(f"there are several people: {', '.join(known)}", hint="say which with --person NAME")
            name = known[0]
        if name not in known:
            raise NotFound(f"there is no person called {name!r}", hint=f"known: {', '.join(known) or 'nobody yet'}")
        return PersonHome(self.root / name)
