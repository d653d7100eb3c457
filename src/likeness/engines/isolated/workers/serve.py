"""The program that runs in an environment of its own: ``python -I serve.py WORKER.py MODEL``.

Standard library and numpy only, and nothing of the package: the environment does not have it. ``WORKER.py`` defines
``open_model(folder) -> object`` with ``rate``, methods for what it can be asked, and ``speak(request)`` that yields
float32 arrays. See ``process.py`` for the messages.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import socket
import struct
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, BinaryIO

import numpy as np


class BadInput(Exception):
    """What was given cannot be used; its text is told to the person."""


def main() -> None:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not stand between the messages
    socket.socket.connect = _no_network  # type: ignore[method-assign, assignment]
    sys.modules["serve"] = sys.modules[__name__]
    asked = sys.stdin.buffer
    model = _answered(answers, lambda: _loaded(sys.argv[1]).open_model(sys.argv[2]))
    if model is None:
        return
    _tell(answers, {"rate": model.rate})
    while head := asked.read(4):
        request = json.loads(asked.read(struct.unpack(">I", head)[0]))
        _answered(answers, functools.partial(_do, answers, model, request))


def _do(answers: BinaryIO, model: Any, request: dict[str, Any]) -> None:
    what = request.pop("do")
    if what != "speak":
        _tell(answers, {"done": True, **(getattr(model, what)(request) or {})})
        return
    for piece in model.speak(request):
        samples = np.ascontiguousarray(piece, dtype="<f4")
        _tell(answers, {"samples": len(samples)}, samples.tobytes())
    _tell(answers, {"end": True})


def _answered(answers: BinaryIO, work: Callable[[], Any]) -> Any:
    """What ``work`` gives; what it raises is told. No text of the person's is in it: only our own errors are quoted."""
    try:
        return work()
    except BrokenPipeError:
        raise
    except BadInput as error:
        _tell(answers, {"error": str(error), "kind": "input"})
    except ImportError as error:
        _tell(answers, {"error": f"its environment lacks {error.name or 'a library'}", "kind": "environment"})
    except Exception as error:  # the boundary of this program: the one who asked must hear of it
        _tell(answers, {"error": f"the model failed with {type(error).__name__}"})
    return None


def _tell(answers: BinaryIO, message: dict[str, Any], data: bytes = b"") -> None:
    encoded = json.dumps(message).encode()
    answers.write(struct.pack(">I", len(encoded)) + encoded + data)
    answers.flush()


def _loaded(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("worker", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _no_network(self: socket.socket, address: Any) -> None:
    raise OSError("speech models work without a network")


if __name__ == "__main__":
    main()
