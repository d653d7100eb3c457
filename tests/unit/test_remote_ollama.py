"""Ollama, as its API is documented: what it is sent to write and to make a model, and what it can get wrong."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from likeness.core import exports, lora
from likeness.core.artefacts import Manifest, publish
from likeness.core.errors import EngineFailed, EngineMissing, InputError, LikenessError, NotReady, Refused
from likeness.core.models import model_config
from likeness.core.prompts import PLAIN_SYSTEM_PROMPT
from likeness.core.types import Ending, Turn, WriteRequest
from likeness.engines.remote.ollama import OllamaWriter
from likeness.engines.tuning.tiny import make_tiny
from likeness.write.deploy.gguf import write_gguf

pytest.importorskip("gguf", reason="the library gguf is not installed")
SYSTEM = "You write as Sam."
TEMPLATE = "<|im_start|>system\n{{ .System }}<|im_end|>\n<|im_start|>user\n{{ .Prompt }}<|im_end|>"


class Ollama:
    """A fake with one base, ``qwen2.5:3b``. ``version`` decides whether it takes adapters, as the real one's does."""

    def __init__(self, version: str = "0.33.3") -> None:
        self.version = version
        self.models: dict[str, dict[str, Any]] = {"qwen2.5:3b": shown()}
        self.blobs: dict[str, bytes] = {}
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.answer: list[Any] = [
            {"message": {"role": "assistant", "content": "see "}, "done": False},
            {"message": {"role": "assistant", "content": "you"}, "done": False},
            {
                "message": {"role": "assistant", "content": ""},
                "done": True,
                "done_reason": "length",
                "prompt_eval_count": 12,
                "eval_count": 2,
            },
        ]
        self.url = ""

    def handle(self, path: str, raw: bytes) -> tuple[int, list[Any]]:
        if path == "/api/version":
            return 200, [{"version": self.version}]
        if path.startswith("/api/blobs/"):
            digest = path.rsplit("/", 1)[1]
            if digest != f"sha256:{hashlib.sha256(raw).hexdigest()}":
                return 400, [{"error": "digest mismatch"}]
            self.blobs[digest] = raw
            return 201, []
        body = json.loads(raw)
        self.sent.append((path, body))
        name = body["model"]
        if path == "/api/create":
            return self._create(name, body)
        if name not in self.models:
            return 404, [{"error": f"model '{name}' not found"}]
        return (200, [self.models[name]]) if path == "/api/show" else (200, self.answer)

    def _create(self, name: str, body: dict[str, Any]) -> tuple[int, list[Any]]:
        files = {**body.get("adapters", {}), **body.get("files", {})}
        if body.get("adapters") and self.version > "0.34.0":
            return 400, [{"error": "LoRA adapters are no longer supported"}]
        if "from" in body and body["from"] not in self.models:
            raise AssertionError("this would be fetched from the network")
        if not all(digest in self.blobs for digest in files.values()):
            return 400, [{"error": "blob not found"}]
        self.models[name] = {**shown(), "system": body["system"], "modelfile": "FROM base\nADAPTER /blobs/x\n"}
        return 200, [{"status": "using existing layer"}, {"status": "success"}]

    @contextmanager
    def running(self) -> Iterator[Ollama]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                self._reply(b"")

            def do_POST(self) -> None:
                if self.headers.get("Transfer-Encoding") == "chunked":
                    raw = b""
                    while size := int(self.rfile.readline(), 16):
                        raw += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                else:
                    raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._reply(raw)

            def _reply(self, raw: bytes) -> None:
                status, values = fake.handle(self.path, raw)
                self.send_response(status)
                self.end_headers()
                for value in values:
                    self.wfile.write(value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n")

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def shown(**more: Any) -> dict[str, Any]:
    """What ``/api/show`` says of the base: a tiny Qwen2."""
    info = {"general.architecture": "qwen2", "qwen2.block_count": 2, "qwen2.embedding_length": 64}
    return {"modelfile": "FROM /blobs/base\n", "template": TEMPLATE, "system": "", "model_info": info, **more}


@pytest.fixture
def ollama() -> Iterator[Ollama]:
    with Ollama().running() as fake:
        yield fake


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    """A personal adapter, and beside it ``me.gguf``."""
    base = make_tiny(tmp_path / "base")
    made = lora.fresh(model_config(base), ("q_proj",), 4, 8.0)
    made = replace(made, weights={name: np.ones_like(value) for name, value in made.weights.items()})
    folder = tmp_path / "adapters" / "Mlx 1"
    with publish(folder) as new:
        lora.write(new, made)
        told = {"system_prompt": SYSTEM}
        Manifest(kind="adapter", name=folder.name, engine="mlx", form="lora", base_model=str(base), extra=told).save(
            new
        )
    write_gguf(tmp_path / "me.gguf", made, model_config(base), name="me")
    return folder


def opened(fake: Ollama, model: str = "qwen2.5:3b") -> OllamaWriter:
    return OllamaWriter.open(None, {"url": fake.url, "model": model})


def deployed(fake: Ollama, adapter: Path, file: Path, **options: Any) -> str:
    with opened(fake) as engine:
        told = {"name": "sam", "from": "qwen2.5:3b", **options}
        return list(engine.deploy(adapter, {file.name: file}, told))[-1].note


def test_the_base_is_asked_as_it_is_and_says_how_it_ended(ollama: Ollama) -> None:
    request = WriteRequest(
        "chat", "", turns=(Turn("user", "hello"),), max_tokens=7, temperature=0.5, top_p=0.9, seed=3, stop=("x",)
    )
    with opened(ollama) as engine:
        draft = engine.write(request)
        assert "".join(draft.pieces) == "see you"
        assert draft.ended() == Ending("length", 12, 2)
    _, body = ollama.sent[-1]
    assert body["model"] == "qwen2.5:3b"
    assert body["messages"][0] == {"role": "system", "content": PLAIN_SYSTEM_PROMPT}
    wanted = {"num_predict": 7, "temperature": 0.5, "top_p": 0.9, "seed": 3, "stop": ["x"], "repeat_penalty": 1.0}
    assert body["options"] == wanted
    assert (body["truncate"], body["shift"]) == (False, False)


def test_many_requests_at_once_in_one_event_loop(ollama: Ollama) -> None:
    async def all_at_once() -> list[str]:
        engine = opened(ollama)

        async def one() -> str:
            return "".join([piece async for piece in engine.stream(WriteRequest("draft", "hello")).pieces])

        try:
            return await asyncio.gather(*(one() for _ in range(20)))
        finally:
            await engine.aclose()

    assert asyncio.run(all_at_once()) == ["see you"] * 20


def test_an_adapter_is_taken_there_and_asked_by_its_name(ollama: Ollama, adapter: Path, tmp_path: Path) -> None:
    request = WriteRequest("draft", "hello", adapter=str(adapter))
    with opened(ollama) as engine, pytest.raises(NotReady, match="Mlx 1") as missing:
        list(engine.write(request).pieces)
    assert "likeness export ollama" in missing.value.hint
    file = tmp_path / "me.gguf"
    assert deployed(ollama, adapter, file, parameters={"num_ctx": 4096, "stop": ["<|im_end|>"]}) == "sam"
    body = next(body for path, body in ollama.sent if path == "/api/create")
    digest = f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    assert body["adapters"] == {"me.gguf": digest}
    assert (body["model"], body["from"], body["system"]) == ("sam", "qwen2.5:3b", SYSTEM)
    assert body["parameters"] == {"num_ctx": 4096, "stop": ["<|im_end|>"], "repeat_penalty": 1.0}
    exports.record(adapter, "ollama", {"model": "sam", "base": "qwen2.5:3b"})
    with opened(ollama) as engine:
        assert "".join(engine.write(request).pieces) == "see you"
    _, body = ollama.sent[-1]
    assert body["model"] == "sam"
    assert body["messages"][0] == {"role": "system", "content": SYSTEM}


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"from": "qwen2.5:7b"}, EngineMissing, "ollama pull qwen2.5:7b"),
        ({"from": ""}, InputError, "--from"),
        ({"shown": {"modelfile": "FROM base\nADAPTER /blobs/x\n"}}, InputError, "carries an adapter already"),
        ({"shown": {"template": "{{ .Prompt }}"}}, InputError, "<|im_start|>"),
        ({"shown": {"remote_host": "https://ollama.com"}}, InputError, "cloud"),
        ({"info": {"general.architecture": "llama"}}, InputError, "learned on a qwen2"),
        ({"info": {"qwen2.embedding_length": 128}}, InputError, "does not fit"),
        ({"info": {"qwen2.block_count": 1}}, InputError, "does not fit"),
        ({"version": "0.29.9"}, EngineMissing, "too old"),
        ({"version": "0.34.1"}, InputError, "no adapters any more"),
        ({"version": "0.40.0"}, InputError, "no adapters any more"),
    ],
)
def test_what_cannot_become_a_model_is_refused_before_anything_is_made(
    adapter: Path, tmp_path: Path, change: dict[str, Any], error: type[LikenessError], words: str
) -> None:
    with Ollama(change.pop("version", "0.33.3")).running() as fake:
        base = fake.models["qwen2.5:3b"]
        base.update(change.pop("shown", {}))
        base["model_info"].update(change.pop("info", {}))
        with pytest.raises(error) as refused:
            deployed(fake, adapter, tmp_path / "me.gguf", **change)
        assert words in f"{refused.value} {refused.value.hint}"
        assert not fake.blobs
        assert [path for path, _ in fake.sent if path == "/api/create"] == []


def test_a_later_version_gets_a_whole_model(adapter: Path, tmp_path: Path) -> None:
    import gguf

    whole = tmp_path / "whole.gguf"
    writer = gguf.GGUFWriter(whole, "qwen2")
    writer.add_array("tokenizer.ggml.tokens", ["a", "b"])
    writer.add_tensor("token_embd.weight", np.zeros((2, 64), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with Ollama("0.40.1").running() as fake:
        assert deployed(fake, adapter, whole) == "sam"
        body = next(body for path, body in fake.sent if path == "/api/create")
        assert list(body["files"]) == ["whole.gguf"]
        assert not {"from", "adapters"} & set(body)
        assert body["parameters"]["stop"] == ["<|im_end|>"]


def test_what_is_no_gguf_file_is_refused(ollama: Ollama, adapter: Path, tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"GGUF", b"GGUF\x03\0\0\0" + b"\xff" * 16, b"PK\3\4" * 20)):
        file = tmp_path / f"{number}.gguf"
        file.write_bytes(content)
        with pytest.raises(InputError, match="no GGUF file"):
            deployed(ollama, adapter, file)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        [{"message": {"content": "see "}, "done": False}],
        [{"message": {"content": "see "}, "done": False}, {"error": "out of memory"}],
        [b"<html>\n"],
        [{"message": {"content": "see "}, "done": False}, b'{"message": {"cont'],
        [{"done": False}],
    ],
)
def test_an_answer_that_breaks_off_is_an_error(ollama: Ollama, answer: list[Any]) -> None:
    ollama.answer = answer
    with opened(ollama) as engine, pytest.raises(EngineFailed):
        list(engine.write(WriteRequest("draft", "a secret")).pieces)


def test_a_model_in_the_cloud_is_never_asked(ollama: Ollama) -> None:
    ollama.models["big:cloud"] = shown(remote_host="https://ollama.com:443", remote_model="big")
    with opened(ollama, "big:cloud") as engine, pytest.raises(Refused, match="cloud"):
        list(engine.write(WriteRequest("draft", "a secret")).pieces)
    assert all("secret" not in json.dumps(body) for _, body in ollama.sent)


def test_what_is_missing_comes_with_what_to_do(ollama: Ollama) -> None:
    with opened(ollama, "bge") as engine, pytest.raises(EngineMissing) as unknown:
        list(engine.write(WriteRequest("draft", "x")).pieces)
    assert unknown.value.hint == "get it: ollama pull bge"
    with opened(ollama, "") as engine, pytest.raises(NotReady) as nameless:
        list(engine.write(WriteRequest("draft", "x")).pieces)
    assert "LIKENESS_WRITER_MODEL" in nameless.value.hint
    nobody = OllamaWriter.open(None, {"url": "http://127.0.0.1:1", "model": "x"})
    with nobody as engine, pytest.raises(EngineMissing) as away:
        list(engine.write(WriteRequest("draft", "x")).pieces)
    assert "ollama serve" in away.value.hint
    with pytest.raises(Refused):
        OllamaWriter.open(None, {"url": "http://192.168.1.7:11434"})


def test_closing_early_ends_the_request(ollama: Ollama) -> None:
    with opened(ollama) as engine:
        pieces = engine.write(WriteRequest("draft", "x", max_characters=2)).pieces
        assert next(pieces) == "se"
        pieces.close()  # type: ignore[attr-defined]
        cut = engine.write(WriteRequest("draft", "x", max_characters=2))
        assert "".join(cut.pieces) == "se"
        assert cut.ended().reason == "length"
