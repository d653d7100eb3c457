"""What a model hub says of a repository: its files, their sizes and hashes. Hugging Face's HTTP interface.

``GET /api/models/OWNER/NAME/revision/REVISION?blobs=true`` gives the commit and, for every file, its size and hash: the
SHA-256 of a large one (LFS), the Git blob hash of a small one. Nothing is asked before a person says ``models get``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from likeness.core.catalogue import REPOSITORY
from likeness.core.errors import EngineMissing, InputError, LikenessError, NotFound, Refused, UnsafeInput
from likeness.core.settings import settings

if TYPE_CHECKING:
    import httpx

PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle", "*.msgpack", "*.h5", "*.ot", "*.nemo", "*.npy")
"""Weights that can run code when read; taken only where the catalogue asks for them by a pattern of their own."""
_TIMEOUT_SECONDS = 30.0
_HEX = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?\Z")


class Hash(Protocol):
    """What of :mod:`hashlib` is used."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository: where in it, its size in bytes, its SHA-256 (64 hex digits) or Git blob hash (40)."""

    path: str
    size: int
    hash: str

    def hasher(self) -> Hash:
        """A fresh hash of the file's kind, to be fed its bytes."""
        if len(self.hash) == 64:
            return hashlib.sha256()
        return hashlib.sha1(f"blob {self.size}\0".encode(), usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """The files to take of a repository at a commit."""

    repository: str
    commit: str
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(file.size for file in self.files)


@contextmanager
def client() -> Iterator[httpx.Client]:
    """A connection to the hub of the settings. A key goes to the hub alone, not to where it sends for the files."""
    import httpx

    chosen = settings()
    headers = {"User-Agent": "likeness"} | ({"Authorization": f"Bearer {chosen.hub_key}"} if chosen.hub_key else {})
    with httpx.Client(
        base_url=chosen.hub_url, headers=headers, timeout=_TIMEOUT_SECONDS, follow_redirects=True
    ) as opened:
        yield opened


def listing(connection: httpx.Client, repository: str, revision: str, patterns: Sequence[str]) -> Listing:
    """The files of ``repository`` that ``patterns`` name.

    Raises :class:`NotFound`, :class:`Refused` where the hub wants a key, :class:`EngineMissing` when it cannot be
    reached, :class:`InputError` for a bad name or when no file is named, :class:`UnsafeInput` for a path leading out.
    """
    if not REPOSITORY.match(repository):
        raise InputError(f"{repository!r} is no repository of a hub", hint="name it OWNER/NAME", param="name")
    answer = asked(connection, f"/api/models/{repository}/revision/{revision}?blobs=true", repository)
    try:
        raw: dict[str, Any] = answer.json()
        found = [_file(entry) for entry in raw["siblings"]]
        commit = str(raw["sha"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LikenessError(
            f"the hub's description of {repository} cannot be understood", hint="see whether hub_url is a model hub"
        ) from None
    wanted = tuple(file for file in found if _is_wanted(file.path, patterns))
    if not wanted:
        raise InputError(f"{repository} has none of the files that are needed: {', '.join(patterns)}", param="name")
    return Listing(repository, commit, wanted)


def asked(connection: httpx.Client, url: str, repository: str) -> httpx.Response:
    """The answer to a request about ``repository``, whole. Raises as :func:`listing`."""
    import httpx

    try:
        answer = connection.get(url)
    except httpx.HTTPError as error:
        raise unreachable(error) from None
    refuse(answer.status_code, repository)
    return answer


def unreachable(error: Exception) -> EngineMissing:
    """What to raise when the hub does not answer, or stops."""
    host = settings().hub_url.split("//", 1)[-1]
    told = str(error) or type(error).__name__
    return EngineMissing(
        f"{host} cannot be reached: {told}", hint="see to the connection, then give the same command again: it goes on"
    )


def refuse(status: int, repository: str) -> None:
    """Raise what an answer's status means, unless it is a good one."""
    if status in (401, 403):
        raise Refused(
            f"the hub does not give {repository} without a key",
            hint="accept its licence on its page, then set LIKENESS_HUB_KEY to a reading key of yours",
        )
    if status == 404:
        raise NotFound(f"the hub has no {repository}, or not that file", hint="check its name", param="name")
    if status >= 400:
        raise LikenessError(f"the hub answered {status} for {repository}", hint="try again later: it goes on")


def _file(entry: dict[str, Any]) -> RemoteFile:
    path = str(entry["rfilename"])
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path or "\0" in path or not path:
        raise UnsafeInput(f"the hub names a file {path!r} that would lie outside the model")
    large = entry.get("lfs") or {}
    size, hash = (large["size"], large["sha256"]) if large else (entry["size"], entry["blobId"])
    file = RemoteFile(path, int(size), str(hash))
    if file.size < 0 or not _HEX.match(file.hash):
        raise ValueError(path)
    return file


def _is_wanted(path: str, patterns: Sequence[str]) -> bool:
    name = path.rsplit("/", 1)[-1]
    if name.startswith("."):
        return False
    named = [pattern for pattern in patterns if fnmatchcase(path, pattern)]
    is_pickled = any(fnmatchcase(name, pattern) for pattern in PICKLED)
    # A pattern for everything says nothing of pickled weights; one for their folder or ending asks for them.
    return any(pattern != "*" for pattern in named) if is_pickled else bool(named)
