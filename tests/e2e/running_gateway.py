"""A real gateway in a process of its own, serving a person with the test double."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from likeness.core.artefacts import Manifest, publish
from likeness.core.home import Home, PersonHome

DOUBLE = "builtin.double"
_START = textwrap.dedent("""
    import sys
    from likeness.core.home import Home
    from likeness.core.settings import Settings
    from likeness.server.run import serve

    settings = Settings()
    serve(Home(settings.home).open(), settings)
""")


def person(root: Path, *, voice: bool = True) -> PersonHome:
    """A person called Sam, with an adapter and a voice of the test double, both called ``me``."""
    home = Home(root).create("sam", "Sam Quillfeather")
    with publish(home.adapters / "me") as folder:
        Manifest(kind="adapter", name="me", engine=DOUBLE).save(folder)
    if voice:
        with publish(home.voices / "me") as folder:
            Manifest(kind="voice", name="me", engine=DOUBLE, notes=("a test voice",)).save(folder)
    return home


class Running:
    """A gateway that answers: its address, key, log and processes."""

    def __init__(self, home: PersonHome, process: subprocess.Popen[bytes], log: Path) -> None:
        self.home = home
        self.process = process
        self._log = log
        self.url = self._address()
        self.key = (home.root / "gateway.key").read_text().strip()

    @property
    def log(self) -> str:
        return self._log.read_text()

    def client(self, **headers: str) -> httpx.Client:
        """A client that carries the key."""
        return httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.key}", **headers}, timeout=60, trust_env=False
        )

    def lanes(self) -> list[psutil.Process]:
        """The worker processes."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if "likeness.core.lanes.worker" in child.cmdline()]

    def requests(self) -> list[dict[str, object]]:
        """The log's lines about requests."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    def _address(self) -> str:
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            found = re.search(r"answers at (http://\S+)", self.log)
            if found:
                return found.group(1)
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the gateway did not start:\n{self.log}")


@contextmanager
def running(home: PersonHome, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Start a gateway on a free port; interrupt it at the end of the block and see that nothing of it is left."""
    log = home.root.parent / "gateway.log"
    settings = {
        "LIKENESS_HOME": str(home.root.parent),
        "LIKENESS_PORT": "0",
        "LIKENESS_WRITER": DOUBLE,
        "LIKENESS_SPEAKER": DOUBLE,
        "HOME": str(home.root.parent),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIKENESS_")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", _START], stderr=out, stdout=out, env={**kept, **settings, **(environment or {})}
        )
    try:
        gateway = Running(home, process, log)
        yield gateway
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
