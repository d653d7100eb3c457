"""Embeddings by Ollama, against a small server that follows its API."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import numpy as np
import pytest

from likeness.core.errors import EngineFailed, EngineMissing, InputError, Refused
from likeness.core.settings import settings
from likeness.engines.builtin.double import DoubleEngine
from likeness.engines.remote.ollama_embed import OllamaEmbedder
from likeness.write.meaning import open_embedder


class FakeOllama(BaseHTTPRequestHandler):
    """``GET /api/tags`` and ``POST /api/embed`` as Ollama 0.5 answers them."""

    models: ClassVar[list[dict[str, str]]]
    asked: ClassVar[list[dict[str, Any]]]
    broken: ClassVar[Any]

    def do_GET(self) -> None:
        self._answer(200 if self.path == "/api/tags" else 404, {"models": self.models})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body)
        if self.broken is not None:
            return self._answer(*self.broken)
        if not any(known["name"] == f"{body['model']}:latest" for known in self.models):
            return self._answer(404, {"error": f'model "{body["model"]}" not found, try pulling it first'})
        vectors = 3 * DoubleEngine().embed(body["input"])
        return self._answer(200, {"model": body["model"], "embeddings": vectors.tolist(), "total_duration": 1})

    def _answer(self, status: int, body: Any) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def ollama() -> Iterator[str]:
    FakeOllama.models = [
        {"name": "nomic-embed-text:latest", "digest": "0a109f422b47e3a30ba2b10eca18548e"},
        {"name": "mxbai-embed-large:latest", "digest": "sha256:468836162de7f81e041c43663fedbbba"},
    ]
    FakeOllama.asked, FakeOllama.broken = [], None
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeOllama)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_texts_and_questions_get_the_words_their_model_was_trained_with(ollama: str) -> None:
    with OllamaEmbedder.open(None, {"url": ollama}) as engine:
        vectors = engine.embed([f"text {i}" for i in range(40)])
        engine.embed(["what"], query=True)
        assert engine.model == "ollama/nomic-embed-text@0a109f422b47"
    with OllamaEmbedder.open(None, {"url": ollama, "model": "mxbai-embed-large"}) as engine:
        engine.embed(["plain"])
        engine.embed(["what"], query=True)
        assert engine.model == "ollama/mxbai-embed-large@468836162de7"
    assert vectors.shape == (40, 64)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert [len(body["input"]) for body in FakeOllama.asked] == [32, 8, 1, 1, 1]
    assert FakeOllama.asked[0]["input"][0] == "search_document: text 0"
    assert [body["input"][0] for body in FakeOllama.asked[2:]] == [
        "search_query: what",
        "plain",
        "Represent this sentence for searching relevant passages: what",
    ]


def test_no_texts_give_no_vectors(ollama: str) -> None:
    with OllamaEmbedder.open(None, {"url": ollama}) as engine:
        assert len(engine.embed([])) == 0
    assert FakeOllama.asked == []


def test_what_is_missing_comes_with_the_command_that_gets_it(ollama: str) -> None:
    with pytest.raises(EngineMissing, match="does not answer") as away:
        OllamaEmbedder.open(None, {"url": "http://127.0.0.1:9"})
    assert "ollama serve" in away.value.hint
    assert "ollama pull nomic-embed-text" in away.value.hint
    with pytest.raises(EngineMissing, match="it has: mxbai-embed-large:latest, nomic") as unknown:
        OllamaEmbedder.open(None, {"url": ollama, "model": "bge-m3"})
    assert unknown.value.hint == "get it: ollama pull bge-m3"


@pytest.mark.parametrize(
    "url", ["http://192.168.1.7:11434", "http://ollama.example.org", "https://8.8.8.8", "http://localhost.example.org"]
)
def test_another_machine_is_refused_unless_it_is_allowed_by_name(url: str) -> None:
    with pytest.raises(Refused, match="another machine"):
        OllamaEmbedder.open(None, {"url": url, "allowed_hosts": ["studio.local"]})


def test_an_allowed_host_is_asked(ollama: str) -> None:
    port = ollama.rsplit(":", 1)[1]
    with pytest.raises(EngineMissing, match="does not answer"):
        OllamaEmbedder.open(None, {"url": "http://studio.invalid:1", "allowed_hosts": ["Studio.invalid"]})
    with OllamaEmbedder.open(None, {"url": f"http://localhost:{port}"}) as engine:
        assert engine.embed(["x"]).shape == (1, 64)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "localhost:11434", "http://", "http://[::1"])
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(InputError, match="no address"):
        OllamaEmbedder.open(None, {"url": url})


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ((500, {"error": "out of memory"}), "status 500"),
        ((200, b"<html>"), "not JSON"),
        ((200, {"vectors": []}), "without embeddings"),
        ((200, {"embeddings": [[1.0], [1.0, 2.0]]}), "without embeddings"),
        ((200, {"embeddings": [[0.0, 0.0]]}), "cannot be used"),
        ((200, {"embeddings": [[1.0], [1.0]]}), "cannot be used"),
        ((200, {"embeddings": ["x"]}), "without embeddings"),
    ],
)
def test_a_wrong_answer_is_an_error_and_shows_no_text(ollama: str, broken: Any, error: str) -> None:
    with OllamaEmbedder.open(None, {"url": ollama}) as engine:
        FakeOllama.broken = broken
        with pytest.raises(EngineFailed, match=error) as failed:
            engine.embed(["my secret"])
        assert "secret" not in str(failed.value)
        FakeOllama.broken = (404, {"error": "model not found"})
        with pytest.raises(EngineMissing, match="any more"):
            engine.embed(["my secret"])


def test_no_proxy_of_the_environment_sees_a_text(ollama: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with OllamaEmbedder.open(None, {"url": ollama}) as engine:
        assert engine.embed(["x"]).shape == (1, 64)


def test_the_settings_choose_it(ollama: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIKENESS_EMBEDDER", "ollama.embed")
    monkeypatch.setenv("LIKENESS_OLLAMA_URL", ollama)
    monkeypatch.setenv("LIKENESS_EMBEDDING_MODEL", "mxbai-embed-large")
    settings.cache_clear()
    with open_embedder(settings()) as engine:
        assert engine.model.startswith("ollama/mxbai-embed-large@")
