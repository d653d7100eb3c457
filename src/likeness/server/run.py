"""Running the gateway: one call, from start to the last worker's end."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
import uvicorn
from starlette.responses import JSONResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from likeness.core.errors import InputError, LikenessError
from likeness.core.home import PersonHome
from likeness.core.settings import Settings
from likeness.server import errors
from likeness.server.app import create_app
from likeness.server.keys import KEY_FILE
from likeness.server.security import loopback

_SHUTDOWN_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Address:
    """Where the gateway answers. ``new_key`` is the plain key when this start made it, else ""."""

    url: str
    key_file: str
    new_key: str = ""


def serve(
    home: PersonHome,
    settings: Settings,
    *,
    ready: Callable[[Address], None] | None = None,
    quiet: bool = False,
) -> None:
    """Serve one person's home on loopback until interrupted; ends every worker process before it returns.

    ``settings.port`` 0 takes a free port. ``ready`` is told the real address once requests are answered; without it
    the address, and a new key, are written to standard error. ``quiet`` leaves out the line per request.

    Raises :class:`Refused` when ``settings.host`` is not a loopback address and :class:`InputError` when the port is
    taken.
    """
    bound = _bind(loopback(settings.host), settings.port)
    host, port = bound.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    with bound:
        _set_up_logging(quiet)
        app = create_app(home, settings)
        address = Address(url, str(home.root / KEY_FILE), app.state.gateway.keys.created)
        config = uvicorn.Config(
            app,
            http=_Protocol,
            loop="asyncio",
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            proxy_headers=False,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        try:
            _Server(config, lambda: (ready or _announce)(address)).run(sockets=[bound])
        except KeyboardInterrupt:
            # How a server is stopped at a terminal; everything has been ended in order by now.
            return
        except SystemExit:
            raise getattr(app.state, "failure", None) or LikenessError("the gateway could not start") from None


class _Server(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._started()


class _Protocol(H11Protocol):
    """Answers what is not HTTP in the shape of every other error."""

    def send_400_response(self, msg: str) -> None:
        response = JSONResponse(errors.body("this is not an HTTP request that can be understood", 400), 400)
        lines = [b"HTTP/1.1 400 Bad Request", b"connection: close"]
        lines += [name + b": " + value for name, value in response.raw_headers]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + bytes(response.body))
        self.transport.close()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named since asyncio switches Nagle's delay off only for sockets that say they are TCP.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise InputError(
            f"port {port} on {host} cannot be used: {error.strerror}",
            hint="another gateway may be running; choose another port, or 0 for any free one",
            param="port",
        ) from None
    return bound


def _announce(address: Address) -> None:
    lines = [f"likeness answers at {address.url} (try {address.url}/docs)"]
    if address.new_key:
        lines.append(f"A key was made, shown this once: {address.new_key}")
    lines.append(f"The key for programs on this machine is in {address.key_file}")
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()


def _set_up_logging(quiet: bool) -> None:
    """Lines of JSON on standard error, made here and nowhere else: other loggers might quote a request."""
    level = logging.ERROR if quiet else logging.INFO
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "multipart"):
        other: Any = logging.getLogger(name)
        other.handlers = [logging.NullHandler()]
        other.propagate = False
