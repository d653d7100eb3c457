"""A PostgreSQL server of one's own: made in a temporary folder, on a free port and a socket, stopped and removed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REQUIRED = os.environ.get("LIKENESS_REQUIRE_POSTGRES") == "1"
PASSWORD = "correct horse"


def programs() -> Path | None:
    """The folder of the newest ``initdb``; Debian keeps it off the path."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0])
    )
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass(frozen=True)
class Server:
    """Where it listens. The user "sam" needs no password by the socket, and needs PASSWORD by TCP."""

    folder: Path
    port: int

    def local(self, database: str = "postgres") -> str:
        return f"host={self.folder} port={self.port} dbname={database} user=sam"

    def by_tcp(self, database: str = "postgres") -> str:
        return f"postgresql://sam@127.0.0.1:{self.port}/{database}"


@contextmanager
def running() -> Iterator[Server]:
    """Start a server, and stop it. As root it runs as "postgres", since it refuses to run as root."""
    bin = programs()
    assert bin is not None
    folder = Path(tempfile.mkdtemp(prefix="likeness-postgres-"))
    try:
        (folder / "password").write_text(PASSWORD + "\n")
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            for path in (folder, folder / "password"):
                os.chown(path, user.pw_uid, user.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            server = Server(folder, free.getsockname()[1])
        data = str(folder / "data")
        access = ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={folder / 'password'}"]
        _run([str(bin / "initdb"), "-D", data, "-U", "sam", "-E", "UTF8", "--locale=C", "--no-sync", *access])
        options = f"-k {folder} -p {server.port} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=16MB"
        control = [str(bin / "pg_ctl"), "-D", data]
        _run([*control, "-w", "-l", str(folder / "log"), "-o", options, "start"])
        try:
            yield server
        finally:
            _run([*control, "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: Sequence[str]) -> None:
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", timeout=60)
    assert done.returncode == 0, done.stdout
