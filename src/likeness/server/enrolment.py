"""Voices from what comes in over HTTP: learned by a job, or made at once from one clip."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from likeness.core.artefacts import digest
from likeness.core.events import Event
from likeness.core.home import PersonHome

if TYPE_CHECKING:
    from likeness.speak.consent import Consent

INSTANT = "instant"
LEARN = "likeness.server.enrolment:learn"
_KEPT = 4
_LOOK_SECONDS = 0.2


def consent_given(said: str) -> Consent:
    """The consent that the holder of a key states. Raises :class:`Refused` for an empty one or a no."""
    from likeness.speak.consent import stated

    return stated(said, "gateway")


def learn(root: str, voice: str, engine: str, only: list[str]) -> Iterator[Event]:
    """Learn a voice from recordings in the home; the target of the upload's job."""
    from likeness.speak.train import enrol

    yield from enrol(PersonHome(Path(root)), voice=voice, engine=engine, only=only)


class InstantVoices:
    """Voices of single clips, made for requests and gone when the gateway ends; the last few are kept for the next.

    They live in a private folder in the person's home, so that nothing of a clip leaves its disk. Thread-safe.
    """

    def __init__(self, home: PersonHome) -> None:
        self._folder = home.root / ".instant"
        self._made: OrderedDict[str, Path] = OrderedDict()
        self._lock = threading.Lock()
        self.close()

    def making(self, clip: bytes, consent: str, engine: str) -> Generator[Event | Path, None, None]:
        """Yields what the making says, and last the folder of the voice that ``engine`` makes of ``clip`` (a sound
        file's bytes).

        One is made at a time. Closing stops the making. Raises as ``speak.train.instant``.
        """
        from likeness.speak.train import instant

        agreed = consent_given(consent)
        name = digest([clip, engine])
        found = self._made.get(name)
        while found is None and not self._lock.acquire(timeout=_LOOK_SECONDS):
            yield Event("waiting for another voice to be made")
            found = self._made.get(name)
        if found is not None:
            yield found
            return
        try:
            if name in self._made:
                yield self._made[name]
                return
            self._folder.mkdir(mode=0o700, exist_ok=True)
            root = Path(tempfile.mkdtemp(dir=self._folder))
            try:
                yield from instant(PersonHome(root), clip, name=INSTANT, consent=agreed, engine=engine)
            except BaseException:
                shutil.rmtree(root, ignore_errors=True)
                raise
            self._made[name] = root / "voices" / INSTANT
            if len(self._made) > _KEPT:
                _, oldest = self._made.popitem(last=False)
                shutil.rmtree(oldest.parent.parent, ignore_errors=True)
        finally:
            self._lock.release()
        yield self._made[name]

    def close(self) -> None:
        """Remove every one, those an earlier run left behind too."""
        self._made.clear()
        shutil.rmtree(self._folder, ignore_errors=True)
