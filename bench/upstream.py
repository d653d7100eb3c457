"""Servers of models for benches: a tap that notes when each token passed, and one that speaks at a steady pace."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

PACE_SECONDS = 0.02
PACED_TOKENS = 60


class Tap:
    """Passes bytes on between a reader and a server, in a process of its own, and notes when text came from it."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._told: Any = multiprocessing.Queue()
        self.url = ""

    @contextmanager
    def running(self) -> Iterator[Tap]:
        """Pass on while in the block."""
        with _process(_tap, self._server, self._told) as self.url:
            yield self

    def passed(self) -> list[tuple[float, str]]:
        """When which text passed, of the last stream; its connection has ended."""
        while True:
            found: list[tuple[float, str]] = self._told.get(timeout=30)
            if found:
                return found

    @staticmethod
    def text(lines: Sequence[bytes]) -> str:
        """The text in the lines of a chat's stream."""
        said = ""
        for line in lines:
            if line.startswith(b"data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    said += choice["delta"].get("content") or ""
        return said


@contextmanager
def paced() -> Iterator[str]:
    """The address of a server that says the time, in nanoseconds, every 20 ms, 60 times; for any number at once."""
    with _process(_paced) as url:
        yield url


@contextmanager
def _process(work: Any, *arguments: Any) -> Iterator[str]:
    port: Any = multiprocessing.Queue()
    process = multiprocessing.Process(target=work, args=(*arguments, port), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{port.get(timeout=60)}"
    finally:
        process.kill()
        process.join()


def _tap(server: str, told: Any, port: Any) -> None:
    where = urlsplit(server)

    async def passing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection(where.hostname, where.port)
        upward = asyncio.ensure_future(_pour(reader, here, None))
        seen: list[tuple[float, bytes]] = []
        await _pour(there, writer, seen)
        upward.cancel()
        here.close()
        writer.close()
        told.put(_timed(seen))

    asyncio.run(_serve(passing, port))


async def _pour(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[tuple[float, bytes]] | None
) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            if seen is not None:
                seen.append((time.perf_counter(), data))
            await writer.drain()
    except OSError:
        return


def _timed(seen: list[tuple[float, bytes]]) -> list[tuple[float, str]]:
    """The text in what passed. Chunked transfer puts lines of its own between those of the stream."""
    found = []
    rest = b""
    for moment, data in seen:
        *lines, rest = (rest + data).split(b"\n")
        text = Tap.text(lines)
        if text:
            found.append((moment, text))
    return found


def _paced(port: Any) -> None:
    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0)
        await reader.readexactly(length)
        kind = "text/event-stream" if head.startswith("POST") else "application/json"
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode())
        if head.startswith("POST"):
            await _speak(writer)
        else:
            writer.write(json.dumps({"data": [{"id": "base", "owned_by": "bench"}]}).encode())
        await writer.drain()
        writer.close()

    asyncio.run(_serve(answering, port))


async def _speak(writer: asyncio.StreamWriter) -> None:
    due = time.perf_counter()
    for _ in range(PACED_TOKENS):
        due += PACE_SECONDS
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        _event(writer, {"content": f"{time.perf_counter_ns()} "}, None)
        await writer.drain()
    _event(writer, {}, "stop")
    writer.write(b"data: [DONE]\n\n")


def _event(writer: asyncio.StreamWriter, delta: dict[str, str], finish: str | None) -> None:
    value = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    writer.write(b"data: " + json.dumps(value).encode() + b"\n\n")


async def _serve(handler: Any, port: Any) -> None:
    server = await asyncio.start_server(handler, "127.0.0.1", 0, backlog=512)
    port.put(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()
