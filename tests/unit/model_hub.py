"""A model hub on loopback, with the oddities of real ones: ranges, redirects, broken connections, wrong bytes."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Hub:
    """What it serves and how it misbehaves. ``asked`` are the requests it saw, as (path, range)."""

    files: dict[str, bytes]
    repository: str = "somebody/Speech"
    url: str = ""
    key: str = ""
    breaks_after: dict[str, int] = field(default_factory=dict)
    """Bytes after which the connection is cut, once for each path."""
    wrong: dict[str, bytes] = field(default_factory=dict)
    ignores_ranges: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)

    def description(self) -> bytes:
        siblings = []
        for path, data in self.files.items():
            entry = {"rfilename": path, "size": len(data), "blobId": _git(data)}
            if len(data) > 1000:
                entry["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
            siblings.append(entry)
        return json.dumps({"id": self.repository, "sha": "c0ffee" * 6 + "c0ff", "siblings": siblings}).encode()


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve ``hub`` until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            hub.asked.append((self.path, wanted))
            if hub.key and self.path.startswith("/api") and self.headers.get("Authorization") != f"Bearer {hub.key}":
                self._answer(401, b"{}")
            elif self.path.split("?")[0] == f"/api/models/{hub.repository}/revision/main":
                self._answer(200, hub.description())
            elif f"/{hub.repository}/resolve/" in self.path:
                self.send_response(302)
                self.send_header("Location", "/store/" + self.path.split("/resolve/")[1].split("/", 1)[1])
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif self.path.startswith("/store/"):
                self._file(self.path.removeprefix("/store/"), wanted)
            else:
                self._answer(404, b"{}")

        def _file(self, path: str, wanted: str) -> None:
            data = hub.wrong.get(path, hub.files[path])
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and not hub.ignores_ranges else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            cut = hub.breaks_after.pop(path, None)
            self.wfile.write(data[start : None if cut is None else start + cut])
            if cut is not None:
                self.wfile.flush()
                self.connection.close()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _git(data: bytes) -> str:
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()
