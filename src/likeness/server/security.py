"""Who is let in: this machine's own programs, by name, from its own pages, with the key."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from likeness.core.errors import InputError, LikenessError, Refused
from likeness.server.errors import response_for
from likeness.server.keys import Keys

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
OPEN_PATHS = frozenset({"/health", "/readyz", "/docs", "/docs/docs.js", "/docs/docs.css", "/openapi.json"})
"""Answered without a key: they hold nothing of a person's."""
_FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "cf-connecting-ip")


def loopback(host: str) -> str:
    """``host`` when it is a loopback address; raises :class:`Refused` for any other."""
    name = host.strip("[]").casefold()
    if name == "localhost":
        return "127.0.0.1"
    try:
        inside = ipaddress.ip_address(name).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise Refused(
            f"the gateway binds to this machine only, and {host!r} is not a loopback address",
            hint="use 127.0.0.1; reach it from elsewhere through a tunnel that you control",
        )
    return name


class Guard:
    """Refuses, in this order: callers through a proxy nobody vouched for, foreign ``Host``, foreign ``Origin``, no key.

    A web page elsewhere that resolves its own name to this machine (DNS rebinding) arrives with a foreign ``Host``,
    and a script of it with a foreign ``Origin``.
    """

    def __init__(self, app: ASGIApp, keys: Keys, hosts: Iterable[str] = (), origins: Iterable[str] = ()) -> None:
        self._app = app
        self._keys = keys
        self._hosts = LOOPBACK_NAMES | {host.casefold() for host in hosts}
        self._origins = frozenset(origin.rstrip("/").casefold() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            headers = Headers(scope=scope)
            self._check_caller(headers)
            if scope["path"] not in OPEN_PATHS and not _is_preflight(scope, headers):
                await self._check_key(headers.get("authorization"))
        except LikenessError as error:
            await response_for(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check_caller(self, headers: Headers) -> None:
        for name in _FORWARDING:
            if name in headers:
                raise InputError(f"{name} is not accepted: no proxy is trusted here", hint="call the gateway directly")
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _name(hosts[0]) not in self._hosts:
            raise Refused("the gateway does not answer under this host name", hint="use 127.0.0.1 or localhost")
        for origin in headers.getlist("origin"):
            own = origin.casefold() == f"http://{hosts[0]}".casefold()
            if not own and origin.rstrip("/").casefold() not in self._origins:
                raise Refused("the gateway does not answer pages from elsewhere", hint="add it to allowed_origins")

    async def _check_key(self, header: str | None) -> None:
        _, _, key = (header or "").partition(" ")
        if header and header[:7].casefold() == "bearer " and self._keys.known(key.strip()):
            return
        await to_thread.run_sync(self._keys.check, header)


def _name(host: str) -> str:
    """The name in a ``Host`` header, without its port; "" for one that cannot be understood."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return ""
    if parts.username is not None or parts.path or parts.query or parts.fragment:
        return ""
    return (parts.hostname or "").casefold()


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    """A browser asking whether an allowed origin may call; it cannot carry the key."""
    return bool(scope["method"] == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers)
