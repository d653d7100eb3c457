"""Connections to one server that holds models: private, without proxy or redirect, and with errors that say what to do.

Everything is asynchronous; :class:`Background` lets callers without an event loop use it too.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import aiohttp

from likeness.core.errors import Busy, EngineFailed, EngineMissing, InputError, LikenessError, NotFound
from likeness.engines.remote.hosts import check_host

Value = TypeVar("Value")
SILENCE_SECONDS = 300.0
"""Longest wait for the next byte: the first one waits until the model is loaded and the prompt is read."""
_CONNECT_SECONDS = 15.0
_TOLD = 300
"""Characters of a server's own complaint that are passed on."""


class Connection:
    """One server at ``url``. ``title`` is what it is called in errors, ``start`` the command that starts one.

    Raises :class:`Refused` for a host that is neither this machine nor in ``allowed``, :class:`InputError` for what is
    no address.
    """

    def __init__(
        self, title: str, url: str, *, param: str, example: str, start: str, allowed: Iterable[str] = (), key: str = ""
    ) -> None:
        check_host(url, allowed, param=param, example=example)
        self.title = title
        self.url = url.rstrip("/")
        self.start = start
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession] = WeakKeyDictionary()

    @property
    def root(self) -> str:
        """The address without the ``/v1`` that OpenAI's protocol is under."""
        return self.url.removesuffix("/v1")

    async def get(self, path: str, *, base: str = "") -> tuple[Any, Mapping[str, str]]:
        """What a GET of ``path``, under :attr:`url` or ``base``, answers, as JSON, and the answer's headers.

        Raises as :meth:`asked` does.
        """
        async with self.asked("GET", path, base=base) as response:
            return await self._json(response), response.headers

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """What a POST answers, as JSON. Raises as :meth:`asked` does."""
        async with self.asked("POST", path, body) as response:
            return await self._json(response)

    @asynccontextmanager
    async def asked(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, data: Any = None, base: str = ""
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a request, its body not read yet; leaving early closes the connection, which ends the work.

        ``body`` is sent as JSON, ``data`` as it is. Raises :class:`EngineMissing` when nobody answers or a key is
        wanted, :class:`NotFound` for 404, :class:`InputError` when the server finds the request wrong,
        :class:`Busy` while it loads, :class:`EngineFailed` for anything else that is not a success and when it
        stops in the middle.
        """
        sent = json.dumps(body).encode() if body is not None else data
        kind = {"Content-Type": "application/json"} if body is not None else {}
        try:
            # No redirect is followed: it could lead what is private to another host.
            async with self._session().request(
                method, (base or self.url) + path, data=sent, headers=kind, allow_redirects=False
            ) as response:
                if response.status not in (200, 201):
                    raise self._refusal(response.status, await response.content.read(65_536))
                try:
                    yield response
                finally:
                    response.close()
        except aiohttp.ClientConnectorError as error:
            raise EngineMissing(
                f"{self.title} does not answer at {self.url} ({type(error).__name__})",
                hint=f"start it: {self.start}",
            ) from None
        except aiohttp.ConnectionTimeoutError:
            raise Busy(f"{self.title} does not take connections at {self.url}", hint="try again shortly") from None
        except TimeoutError:
            raise EngineFailed(
                f"{self.title} said nothing for {SILENCE_SECONDS:.0f} s", hint="is it still loading its model?"
            ) from None
        except aiohttp.ClientError as error:
            raise EngineFailed(
                f"{self.title} stopped in the middle of its answer ({type(error).__name__})",
                hint="its own log says why; the same request may work again",
            ) from None

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────

    def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None:
            session = aiohttp.ClientSession(
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=SILENCE_SECONDS),
                # A connection for each request: servers close idle ones without notice, some after five seconds.
                connector=aiohttp.TCPConnector(limit=0, force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
            self._sessions[loop] = session
        return session

    async def _json(self, response: aiohttp.ClientResponse) -> Any:
        try:
            return json.loads(await response.read())
        except ValueError:
            raise self.foreign() from None

    def foreign(self) -> EngineMissing:
        """The error for an answer that this kind of server does not give."""
        return EngineMissing(f"what answers at {self.url} is not {self.title}", hint=f"start it: {self.start}")

    def _refusal(self, status: int, raw: bytes) -> LikenessError:
        told = complaint(_decoded(raw))
        if status in (401, 403):
            return EngineMissing(f"{self.title} wants a key, or another one", hint="set LIKENESS_OPENAI_KEY")
        if status == 404:
            return NotFound(f"{self.title} does not know what was asked for{told}", hint="is the model there?")
        if status in (429, 503):
            return Busy(f"{self.title} is busy or still loading{told}", hint="try again shortly")
        if 400 <= status < 500:
            return InputError(f"{self.title} refused the request{told}", hint="ask for less, or something else")
        return EngineFailed(f"{self.title} answered with status {status}{told}", hint="its own log says why")


def complaint(answer: Any) -> str:
    """`: ` and what the server itself says is wrong, cut short; "" when it does not say it in a known way."""
    told = answer.get("error") if isinstance(answer, dict) else None
    text = told.get("message") if isinstance(told, dict) else told
    return f": {' '.join(text.split())[:_TOLD]}" if isinstance(text, str) else ""


def _decoded(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


class Background:
    """An event loop in a thread of its own. Thread-safe; started at first use, ended by :meth:`close`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, work: Coroutine[Any, Any, Value]) -> Value:
        """The result of ``work``; an interrupt of the caller cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._running())
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def iterate(self, pieces: AsyncIterator[str]) -> Iterator[str]:
        """The pieces, for a caller who waits; closing it early closes them."""

        async def following() -> str | None:
            return await anext(pieces, None)

        async def closing() -> None:
            close = getattr(pieces, "aclose", None)
            if close is not None:
                await close()

        try:
            while (piece := self.run(following())) is not None:
                yield piece
        finally:
            self.run(closing())

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Run ``last`` and end the loop; nothing happens when it was never started."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            last.close()
            return
        asyncio.run_coroutine_threadsafe(last, loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="remote engine", daemon=True)
                self._thread.start()
            return self._loop
