"""A person with adapters on a tiny base, in the forms that servers read, and a server that fails as it is told to."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
from running_gateway import Running
from safetensors.numpy import load_file, save_file

from likeness.core import exports, lora
from likeness.core.artefacts import Manifest, publish
from likeness.core.home import Home, PersonHome
from likeness.core.models import model_config
from likeness.core.prompts import PLAIN_SYSTEM_PROMPT
from likeness.core.types import WriteRequest
from likeness.engines.tuning.tiny import make_tiny
from likeness.write.deploy.gguf import write_gguf
from likeness.write.deploy.mlx import write_mlx
from likeness.write.finish import finished

SYSTEM = "You write as Sam."
TOKENS = 24
PROMPTS = (
    "Say thanks for the slides and see you on Friday at the harbour",
    "Rewrite this text in my own words and keep every fact of it",
    "Write my reply to this message about their tone and habits",
)
Case = tuple[str, str]
"""An adapter's name, or "" for the base, and a prompt."""
Truth = dict[Case, str]


def base(folder: Path) -> Path:
    """A tiny Qwen2 with random weights that says nothing but words and parts of words, and never ends by itself."""
    made = make_tiny(folder, "qwen2")
    told = json.loads((made / "tokenizer.json").read_text())
    weights = load_file(made / "model.safetensors")
    said = np.zeros(len(weights["lm_head.weight"]), bool)
    said[[number for token, number in told["model"]["vocab"].items() if re.fullmatch("Ġ?[a-z]{2,}", token)]] = True
    weights["lm_head.weight"][~said] = 0
    save_file(weights, made / "model.safetensors", metadata={"format": "pt"})
    return made


def person(root: Path, model: Path, adapters: tuple[str, ...] = ("first", "second")) -> PersonHome:
    """Sam, with adapters that each change what ``model`` says, exported for llama.cpp and mlx-lm. Last is newest."""
    home = Home(root).create("sam", "Sam Quillfeather")
    config = model_config(model)
    for number, name in enumerate(adapters, 1):
        made = lora.fresh(config, ("q_proj", "v_proj"), 4, 16.0, seed=number, base_model=str(model))
        drawn = np.random.default_rng(number)
        changed = {
            key: value if "lora_A" in key else (drawn.standard_normal(value.shape) * 0.3).astype(np.float32)
            for key, value in made.weights.items()
        }
        made = replace(made, weights=changed)
        with publish(home.adapters / name) as folder:
            lora.write(folder, made)
            Manifest(
                kind="adapter",
                name=name,
                engine="mlx",
                form="lora",
                base_model=str(model),
                extra={"system_prompt": SYSTEM},
                created_at=f"2020-01-0{number}T00:00:00+00:00",
            ).save(folder)
        file, converted = root / "exports" / f"{name}.gguf", root / "exports" / f"{name}-mlx"
        write_gguf(file, made, config, name=name)
        write_mlx(converted, made, config["num_hidden_layers"])
        exports.record(home.adapters / name, "gguf", {"file": str(file)})
        exports.record(home.adapters / name, "mlx", {"folder": str(converted)})
    return home


def ask(url: str, turns: list[dict[str, str]], **fields: Any) -> str:
    """What a server says, asked without the gateway, greedily and as a stream."""
    body = {"messages": turns, "temperature": 0, "max_tokens": TOKENS, "stream": True, **fields}
    said = ""
    with httpx.stream("POST", f"{url}/v1/chat/completions", json=body, timeout=60, trust_env=False) as response:
        response.raise_for_status()
        for line in response.iter_lines():
            if line.startswith("data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    said += choice["delta"].get("content") or ""
    return said


def draft_of(text: str, prompt: str) -> str:
    """What the finishing pass leaves of a model's answer to a request for a draft."""
    return "".join(finished([text], WriteRequest("draft", prompt, max_characters=4000)))


def answer_of(text: str) -> str:
    """What it leaves of an answer in a chat."""
    return "".join(finished([text], WriteRequest("chat", "", max_characters=40_000)))


def cases(adapters: tuple[str, ...] = ("", "first", "second")) -> list[Case]:
    return [(adapter, prompt) for adapter in adapters for prompt in PROMPTS]


def alone(url: str, adapter: str, **fields: object) -> Truth:
    """What a server says that has never had any weights but these."""
    found = {}
    for prompt in PROMPTS:
        system = SYSTEM if adapter else PLAIN_SYSTEM_PROMPT
        turns = [{"role": "system", "content": system}, {"role": "user", "content": prompt}]
        said = ask(url, turns, **fields)
        found[adapter, prompt] = draft_of(said, prompt) if adapter else answer_of(said)
    return found


def through(client: openai.OpenAI, case: Case, *, stream: bool) -> str:
    """The same through the gateway."""
    adapter, prompt = case
    extra = {"adapter": adapter} if adapter else {}
    answer = client.chat.completions.create(
        model="me" if adapter else "base",
        messages=[{"role": "user", "content": prompt}],
        max_tokens=TOKENS,
        temperature=0,
        stream=stream,
        extra_body=extra,
    )
    if stream:
        return "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)
    return answer.choices[0].message.content or ""


def client_of(gateway: Running) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key, max_retries=0, timeout=60)


@contextmanager
def mlx_server(model: Path, *arguments: str) -> Iterator[str]:
    """A real mlx_lm.server on ``model``: its address. Skips the test where mlx-lm is not installed."""
    pytest.importorskip("mlx_lm", reason="mlx-lm is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlx_lm", "server", "--model", str(model), "--port", str(port), *arguments]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "MLX_DISABLE_COMPILE": "1", "OMP_NUM_THREADS": "1"}
    log = model.with_name(f"mlx-server-{port}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
    try:
        give_up = time.monotonic() + 90
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert process.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < give_up
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


class Fake:
    """A server that speaks OpenAI's protocol. What it does is in the last message: "say …", "cut", "fail" …"""

    def __init__(self, models: tuple[str, ...]) -> None:
        self.models = models
        self.bodies: list[dict[str, Any]] = []
        self.left = threading.Event()
        """Set when a caller went away in the middle of an answer."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            server_version = "fake"
            sys_version = ""

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                listed = [{"id": name, "object": "model", "owned_by": "somebody"} for name in fake.models]
                self._json(200, {"object": "list", "data": listed})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.bodies.append(body)
                what, _, rest = body["messages"][-1]["content"].rpartition("\n\n")[2].partition(" ")
                try:
                    getattr(self, f"_{what}", self._say)(rest if hasattr(self, f"_{what}") else f"{what} {rest}")
                except OSError:
                    fake.left.set()

            def _say(self, text: str) -> None:
                self._begin()
                for word in text.split(" "):
                    self._piece(f"{word} ")
                self._end("stop")

            def _cut(self, text: str) -> None:
                self._begin()
                self._piece("half an ans")
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            def _unfinished(self, text: str) -> None:
                self._begin()
                self._piece("half an answer")
                self._chunk(b"")

            def _reported(self, text: str) -> None:
                self._begin()
                self._piece("half an answer")
                time.sleep(0.3)
                self._chunk(b'data: {"error": {"message": "out of memory", "code": 500}}\n\n')
                self._chunk(b"")

            def _garbage(self, text: str) -> None:
                self._begin()
                self._piece("half an answer")
                time.sleep(0.3)
                self._chunk(b"data: <html>\n\n")
                self._chunk(b"")

            def _fail(self, text: str) -> None:
                self._json(500, {"error": {"message": "it broke", "type": "server_error"}})

            def _wrong(self, text: str) -> None:
                self._json(400, {"error": {"message": "the request exceeds the available context size"}})

            def _loading(self, text: str) -> None:
                self._json(503, {"error": {"message": "Loading model", "code": 503}})

            def _locked(self, text: str) -> None:
                self._json(401, {"error": {"message": "Invalid API Key"}})

            def _elsewhere(self, text: str) -> None:
                self.send_response(307)
                self.send_header("Location", "http://127.0.0.1:1/v1/chat/completions")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _endless(self, text: str) -> None:
                self._begin()
                for number in range(2000):
                    self._piece(f"word{number} ")
                    time.sleep(0.02)
                self._end("stop")

            def _begin(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()

            def _piece(self, text: str) -> None:
                self._event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})

            def _end(self, reason: str) -> None:
                self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
                self._event({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}})
                self._chunk(b"data: [DONE]\n\n")
                self._chunk(b"")

            def _event(self, value: dict[str, Any]) -> None:
                self._chunk(b"data: " + json.dumps(value).encode() + b"\n\n")

            def _chunk(self, data: bytes) -> None:
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

            def _json(self, status: int, value: dict[str, Any]) -> None:
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    @contextmanager
    def running(self) -> Iterator[Fake]:
        """Answer while in the block."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()
