"""The gateway as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from likeness import __version__
from likeness.core.home import PersonHome
from likeness.core.settings import Settings
from likeness.server import errors
from likeness.server.gateway import Gateway
from likeness.server.middleware import BodyLimit, LastResort
from likeness.server.routes import chat, docs, health, jobs, models, pipeline, search, speech, voices
from likeness.server.security import Guard

_THREADS = 64
_DESCRIPTION = (
    "Drafts in one person's words, spoken in their voice, made on their own machine. "
    "Everything but `/health`, `/readyz` and this page needs the gateway's key."
)


def create_app(home: PersonHome, settings: Settings) -> FastAPI:
    """The application that serves one person. Lanes are loaded at its start and ended with it.

    ``app.state.gateway`` is the :class:`Gateway`; a key made by this start is in its ``keys.created``.
    """
    gateway = Gateway(home, settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = _THREADS
        try:
            await to_thread.run_sync(gateway.start)
            yield
        except Exception as error:
            app.state.failure = error
            raise
        finally:
            await gateway.aclose()

    app = FastAPI(
        title="likeness",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=errors.RESPONSES,
        redirect_slashes=False,
    )
    app.state.gateway = gateway
    errors.install(app)
    for module in (health, docs, models, chat, speech, voices, pipeline, search, jobs):
        app.include_router(module.router)
    app.add_middleware(BodyLimit, upload_bytes=settings.upload_limit_mb * 2**20)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=[origin.rstrip("/") for origin in settings.allowed_origins],
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Server-Timing", "X-Likeness-Text", "X-Likeness-Voice"],
        )
    app.add_middleware(Guard, keys=gateway.keys, hosts=settings.allowed_hosts, origins=settings.allowed_origins)
    app.add_middleware(LastResort)
    return app
