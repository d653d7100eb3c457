"""llama.cpp for tests: the library, a real ``llama-server``, and tiny bases in GGUF. ``scripts/build_llama_cpp.sh``
builds both; tests that ask for them are skipped where that was not done.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from likeness.core.models import model_config
from likeness.write.deploy.whole import write_whole

BUILD = "not built; scripts/build_llama_cpp.sh builds it"
_REQUIRED = bool(os.environ.get("LIKENESS_REQUIRE_LLAMA_CPP"))
"""Where it must be there, a test without it fails instead of being skipped. Read now: tests clear the variables."""
PRE_TOKENIZER = "qwen2"
"""How ``engines.tuning.tiny`` cuts text, in llama.cpp's words."""


def folder() -> Path:
    """Where the shared libraries and ``llama-server`` lie."""
    return Path(os.environ.get("LLAMA_CPP_LIB_PATH") or Path(sys.prefix) / "llama.cpp" / "bin")


def _missing(what: str) -> None:
    if _REQUIRED:
        pytest.fail(what)
    pytest.skip(what)


def source() -> Path:
    """llama.cpp's converters, kept beside the build. Skips the test where they are not there."""
    found = folder().parent / "convert"
    if not (found / "convert_lora_to_gguf.py").is_file():
        _missing(f"llama.cpp's converters: {BUILD}")
    return found


def library() -> Any:
    """The module ``llama_cpp``, on the shared build. Skips the test where it is missing."""
    if not list(folder().glob("libllama.*")):
        _missing(f"llama.cpp is {BUILD}")
    os.environ["LLAMA_CPP_LIB_PATH"] = str(folder())
    return pytest.importorskip("llama_cpp")


@contextmanager
def server(model: Path, *arguments: str, adapters: Sequence[Path] = (), seconds: float = 60) -> Iterator[str]:
    """Run ``llama-server`` on ``model`` (GGUF) and give its address (``http://127.0.0.1:port``), once it is ready.

    ``adapters`` are GGUF LoRAs, with the ids 0, 1 … in their order. ``arguments`` are added as they are.
    Skips the test where there is no server; raises ``RuntimeError`` with its output when it does not start.
    """
    program = folder() / "llama-server"
    if not program.is_file():
        _missing(f"llama-server is {BUILD}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(program), "--model", str(model), "--host", "127.0.0.1", "--port", str(port), "--offline"]
    command += ["--threads", "1", "--threads-batch", "1", "--ctx-size", "1024", "--no-warmup"]
    command += [part for adapter in adapters for part in ("--lora", str(adapter))]
    log = model.with_name(f"llama-server-{port}.log")
    with log.open("wb") as output:
        process = subprocess.Popen([*command, *arguments], stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, f"http://127.0.0.1:{port}", log, seconds)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"llama-server did not start: {log.read_text(errors='replace')[-2000:]}")


def write_base(model: Path, path: Path) -> Path:
    """A tiny Qwen2 or Llama of ``engines.tuning.tiny`` as GGUF (float32), with its tokenizer and chat template."""
    pytest.importorskip("gguf")
    for _ in write_whole(path, model, model_config(model), kind="f32"):
        pass
    return path
