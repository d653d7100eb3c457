"""Servers that speak OpenAI's protocol, each in its dialect: which weights are asked for, and what is refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from likeness.core import exports, lora
from likeness.core.artefacts import Manifest, publish
from likeness.core.errors import Busy, EngineMissing, InputError, NotFound, NotReady, Refused
from likeness.core.models import model_config
from likeness.core.types import Ending, WriteRequest
from likeness.engines.remote.openai import OpenAIWriter
from likeness.engines.tuning.tiny import make_tiny


class Server:
    """A fake whose ``name`` and list of models make it one kind of server or another."""

    def __init__(self, name: str, models: list[dict[str, Any]]) -> None:
        self.name = name
        self.models: list[dict[str, Any]] | None = models
        self.adapters: list[dict[str, Any]] | None = None
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []

    @contextmanager
    def running(self) -> Iterator[str]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def version_string(self) -> str:
                return fake.name

            def do_GET(self) -> None:
                fake.keys.append(self.headers.get("Authorization", ""))
                if self.path == "/lora-adapters" and fake.adapters is not None:
                    return self._reply(200, json.dumps(fake.adapters).encode())
                if self.path != "/v1/models":
                    return self._reply(404, b"{}")
                listed = b"" if fake.models is None else json.dumps({"data": fake.models}).encode()
                return self._reply(200, listed)

            def do_POST(self) -> None:
                fake.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                chunk = {"choices": [{"delta": {"content": "fine"}, "finish_reason": "stop"}]}
                self._reply(200, b": keepalive\n\ndata: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n")

            def _reply(self, status: int, data: bytes) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(data)

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    base = make_tiny(tmp_path / "base")
    folder = tmp_path / "adapters" / "me"
    with publish(folder) as made:
        lora.write(made, lora.fresh(model_config(base), ("q_proj",), 4, 8.0))
        Manifest(kind="adapter", name="me", engine="mlx", form="lora", base_model=str(base)).save(made)
    return folder


def said(url: str, adapter: Path | None = None, **options: Any) -> str:
    with OpenAIWriter.open(None, {"url": url, **options}) as engine:
        draft = engine.write(WriteRequest("draft", "hello", adapter=str(adapter or "")))
        text = "".join(draft.pieces)
        assert draft.ended() == Ending("stop")
        return text


def test_llama_server_gets_the_scale_of_every_adapter_by_the_ids_of_now(adapter: Path) -> None:
    server = Server("llama.cpp", [{"id": "base.gguf", "owned_by": "llamacpp"}])
    server.adapters = [{"id": 0, "path": "/x/other.gguf"}, {"id": 1, "path": "/x/me.gguf"}]
    with server.running() as url, OpenAIWriter.open(adapter, {"url": url}) as engine:
        for adapters, scales in (
            (server.adapters, [0.0, 1.0]),
            ([{"id": 0, "path": "/x/me.gguf"}, {"id": 1, "path": "/x/other.gguf"}], [1.0, 0.0]),
        ):
            server.adapters = adapters
            assert list(engine.write(WriteRequest("draft", "hello")).pieces) == ["fine"]
            sent = server.asked[-1]
            assert [entry["scale"] for entry in sent["lora"]] == scales
            assert sent["cache_prompt"] is False
        server.adapters = [{"id": 0, "path": "/a/me.gguf"}, {"id": 1, "path": "/b/me.gguf"}]
        with pytest.raises(NotReady, match="2 adapters called"):
            list(engine.write(WriteRequest("draft", "hello")).pieces)
        exports.record(adapter, "gguf", {"file": "/b/me.gguf"})
        assert list(engine.write(WriteRequest("draft", "hello")).pieces) == ["fine"]
        assert [entry["scale"] for entry in server.asked[-1]["lora"]] == [0.0, 1.0]
        server.adapters = [{"id": 0, "path": "/a/other.gguf"}]
        with pytest.raises(NotReady) as missing:
            list(engine.write(WriteRequest("draft", "hello")).pieces)
        assert missing.value.hint == "llama-server -m BASE.gguf --lora /b/me.gguf --lora-init-without-apply"


def test_mlx_server_is_named_the_real_folder_of_the_base(adapter: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    listed = [{"id": "somebody/cached"}, {"id": str(base.resolve())}]
    for models in (listed, None):
        server = Server("BaseHTTP/0.6 Python/3.11.7", [])
        server.models = models
        with server.running() as url:
            with pytest.raises(NotReady) as missing:
                said(url, adapter)
            assert "likeness export mlx" in missing.value.hint
            (tmp_path / "mlx").mkdir(exist_ok=True)
            (tmp_path / "mlx" / "adapters.safetensors").touch()
            exports.record(adapter, "mlx", {"folder": str(tmp_path / "mlx")})
            assert said(url, adapter) == "fine"
            assert server.asked[-1]["model"] == str(base.resolve())
            assert server.asked[-1]["adapters"] == str(tmp_path / "mlx")
            assert said(url, model=str(base)) == "fine"
            assert "adapters" not in server.asked[-1]
            with pytest.raises(EngineMissing):
                said(url, model="Qwen/Qwen2.5-7B-Instruct")
        (adapter / exports.EXPORTS).unlink()
    with server.running() as url, pytest.raises(InputError, match="does not say which model"):
        said(url)


def test_vllm_names_an_adapter_as_a_model(adapter: Path) -> None:
    base = {"id": "Qwen/Qwen2.5-3B-Instruct", "owned_by": "vllm", "parent": None}
    server = Server("uvicorn", [base])
    with server.running() as url:
        assert said(url, key="secret") == "fine"
        assert server.asked[-1]["model"] == base["id"]
        assert server.keys[-1] == "Bearer secret"
        with pytest.raises(NotReady) as missing:
            said(url, adapter)
        assert f"--lora-modules me={adapter}" in missing.value.hint
        assert server.models is not None
        server.models.append({"id": "me", "owned_by": "vllm", "parent": base["id"]})
        assert said(url, adapter) == "fine"
        assert server.asked[-1]["model"] == "me"


def test_any_other_server_has_models_by_name(adapter: Path) -> None:
    models = [{"id": name, "owned_by": "organization_owner"} for name in ("one", "two")]
    server = Server("Express", models)
    with server.running() as url:
        with pytest.raises(InputError, match="has 2 models"):
            said(url)
        with pytest.raises(EngineMissing, match="no model three"):
            said(url, model="three")
        assert said(url, model="two") == "fine"
        with pytest.raises(NotReady, match="no model called me"):
            said(url, adapter)
        models.append({"id": "me", "owned_by": "organization_owner"})
        assert said(url, adapter) == "fine"


def test_another_server_in_its_place_is_noticed(adapter: Path) -> None:
    server = Server("Express", [{"id": "one"}])
    with server.running() as url, OpenAIWriter.open(None, {"url": url}) as engine:
        assert list(engine.write(WriteRequest("draft", "hello")).pieces) == ["fine"]
        server.name, server.models = "llama.cpp", [{"id": "base.gguf", "owned_by": "llamacpp"}]
        server.adapters = [{"id": 0, "path": "/x/me.gguf"}]
        with pytest.raises(Busy):
            list(engine.write(WriteRequest("draft", "hello")).pieces)
        assert list(engine.write(WriteRequest("draft", "hello")).pieces) == ["fine"]
        assert server.asked[-1]["lora"] == [{"id": 0, "scale": 0.0}]


@pytest.mark.parametrize("models", [[{"name": "x"}], [3], "nothing"])
def test_what_is_no_such_server_is_said(models: Any) -> None:
    with Server("nginx", models).running() as url, pytest.raises(EngineMissing, match="is not"):
        said(url)


def test_no_text_goes_to_another_machine() -> None:
    for url in ("http://192.168.1.7:8080/v1", "https://api.openai.com/v1", "http://127.0.0.1.example.org/v1"):
        with pytest.raises(Refused, match="another machine"):
            OpenAIWriter.open(None, {"url": url})
    with pytest.raises(InputError, match="no address"):
        OpenAIWriter.open(None, {"url": "localhost:8080"})
    OpenAIWriter.open(None, {"url": "http://studio.local:8080/v1", "allowed_hosts": ["Studio.local"]}).close()


def test_no_proxy_of_the_environment_sees_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with Server("Express", [{"id": "one"}]).running() as url:
        assert said(url) == "fine"


def test_a_checkpoint_is_asked_by_its_own_name(adapter: Path) -> None:
    checkpoint = adapter / "checkpoints" / "step-000100"
    checkpoint.mkdir(parents=True)
    for name in ("adapter_model.safetensors", "adapter_config.json"):
        (checkpoint / name).write_bytes((adapter / name).read_bytes())
    server = Server("llama.cpp", [{"id": "base.gguf", "owned_by": "llamacpp"}])
    server.adapters = [{"id": 0, "path": "/x/me.gguf"}]
    with server.running() as url:
        with pytest.raises(NotReady, match="me-step-000100"):
            said(url, checkpoint)
        with pytest.raises(NotFound):
            said(url, adapter / "nothing")
