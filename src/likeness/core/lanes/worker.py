"""The process that holds one engine: ``python -m likeness.core.lanes.worker DESCRIPTOR``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing.connection import Connection

from likeness.core import plugins
from likeness.core.errors import InputError
from likeness.core.lanes import wire
from likeness.core.protocols import Embedder, Engine, EngineInfo, Sized, Speaker, Writer
from likeness.core.types import Audio, Draft, EmbedRequest, Vectors, WriteRequest


def serve(line: Connection) -> None:
    """Load the engine that is asked for and answer requests, one at a time, until the other side goes away."""
    opening: wire.Open = line.recv()
    with ExitStack() as stack:
        try:
            kind = plugins.engine(opening.engine)
            line.send(wire.Info(_needing(kind, opening)))
            line.recv()
            engine = stack.enter_context(kind.open(opening.artefact, opening.options))
        except EOFError:
            return
        except Exception as error:
            line.send(wire.Failed.of(error, opening.engine))
            return
        line.send(wire.Opened(getattr(engine, "rate", None), getattr(engine, "model", "")))
        while True:
            message = line.recv()
            if not isinstance(message, wire.Cancel):
                _answer(line, engine, opening.engine, message)


def _needing(kind: type[Engine], opening: wire.Open) -> EngineInfo:
    """What the engine says of itself, with the memory that this very model takes where the engine can tell."""
    if not isinstance(kind, Sized):
        return kind.info
    return replace(kind.info, memory_mb=kind.memory_needed(opening.artefact, opening.options))


def _answer(line: Connection, engine: Engine, name: str, request: wire.Request) -> None:
    draft: Draft | None = None
    try:
        pieces: Iterator[str | Audio | Vectors]
        if isinstance(request, WriteRequest):
            if not isinstance(engine, Writer):
                raise InputError(f"engine {name!r} does not write", hint="choose an engine that writes")
            draft = engine.write(request)
            line.send(wire.Began(draft.provenance))
            pieces = draft.pieces
        elif isinstance(request, EmbedRequest):
            if not isinstance(engine, Embedder):
                raise InputError(f"engine {name!r} does not embed", hint="choose an engine that embeds")
            line.send(wire.Began())
            pieces = iter([engine.embed(request.texts, query=request.query)])
        else:
            if not isinstance(engine, Speaker):
                raise InputError(f"engine {name!r} does not speak", hint="choose an engine that speaks")
            pieces = engine.speak(request)
            line.send(wire.Began())
        for piece in pieces:
            line.send(wire.Piece(piece))
            if line.poll():
                getattr(pieces, "close", lambda: None)()
                break
        line.send(wire.End(draft.ended() if draft is not None else None))
    except (EOFError, BrokenPipeError, ConnectionError):
        raise
    except Exception as error:
        line.send(wire.Failed.of(error, name))


def main() -> None:
    """Take over the inherited descriptor; a vanished parent ends the process quietly."""
    line = Connection(int(sys.argv[1]))
    try:
        serve(line)
    except (EOFError, ConnectionError):
        pass
    finally:
        line.close()
        # Native libraries may keep threads alive at exit; nothing of value is left to run.
        os._exit(0)


if __name__ == "__main__":
    main()
