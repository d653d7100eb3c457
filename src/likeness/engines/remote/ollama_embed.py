"""Embeddings from Ollama (https://ollama.com), a program that runs models on this machine. Its API: ``/api/embed``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import httpx
import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import EngineFailed, EngineMissing
from likeness.core.protocols import EngineInfo
from likeness.engines.prompts import prompts
from likeness.engines.remote.hosts import check_host

DEFAULT_MODEL = "nomic-embed-text"
DEFAULT_URL = "http://127.0.0.1:11434"
_AT_ONCE = 32
_SECONDS = 300.0
"""For an answer: the first one waits until the model is loaded."""


class OllamaEmbedder:
    """Embeds with a model that Ollama has pulled. Text goes to this machine, or a host that was allowed by name."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="ollama.embed",
        title="Embeddings by Ollama",
        kind=frozenset({"embedder"}),
        install="install Ollama from https://ollama.com, then: ollama serve",
        memory_mb=60,
        licence="of the model: nomic-embed-text and mxbai-embed-large are Apache-2.0",
        notes="The model runs in Ollama's own process, which is not counted here.",
    )

    def __init__(self, client: httpx.Client, model: str, digest: str) -> None:
        self._client = client
        self._name = model
        self._prompts = prompts(model)
        self.model = f"ollama/{model}@{digest}"

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Look for the model. ``options``: ``model``, ``url``, ``allowed_hosts`` (names besides this machine's).

        Raises :class:`Refused` for a host that is not allowed and :class:`EngineMissing`, with the command to run,
        when Ollama does not answer or has not pulled the model.
        """
        chosen = dict(options or {})
        url, model = str(chosen.get("url") or DEFAULT_URL), str(chosen.get("model") or DEFAULT_MODEL)
        check_host(url, chosen.get("allowed_hosts") or (), param="ollama_url", example=DEFAULT_URL)
        # No proxy of the environment: what is embedded is private.
        client = httpx.Client(base_url=url, timeout=httpx.Timeout(_SECONDS, connect=5.0), trust_env=False)
        try:
            return cls(client, model, _digest(client, url, model))
        except BaseException:
            client.close()
            raise

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def embed(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors of ``texts``, asked for 32 at a time. Raises :class:`EngineFailed` for a wrong answer."""
        before = self._prompts[0 if query else 1]
        parts = [
            self._asked([before + text for text in texts[start : start + _AT_ONCE]])
            for start in range(0, len(texts), _AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.empty((0, 0), np.float32)

    def _asked(self, texts: list[str]) -> NDArray[np.float32]:
        answer = _json(self._client, "POST", "/api/embed", {"model": self._name, "input": texts, "truncate": True})
        try:
            vectors = np.array(answer["embeddings"], np.float32)
        except (KeyError, TypeError, ValueError):
            raise EngineFailed("Ollama answered without embeddings", hint="update Ollama") from None
        lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=-1, keepdims=True)
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all() or not lengths.all():
            raise EngineFailed(f"{self._name} gave vectors that cannot be used", hint="pull the model again")
        return vectors / lengths


def _digest(client: httpx.Client, url: str, model: str) -> str:
    """The first 12 digits of what identifies the model's weights, so that another version is another model."""
    wanted = model if ":" in model else f"{model}:latest"
    try:
        known = {entry["name"]: str(entry.get("digest", "")) for entry in _json(client, "GET", "/api/tags")["models"]}
    except httpx.TransportError as error:
        raise EngineMissing(
            f"Ollama does not answer at {url} ({type(error).__name__})",
            hint=f"start it: ollama serve — and once: ollama pull {model}",
        ) from None
    except (KeyError, TypeError, AttributeError):
        raise EngineMissing(f"what answers at {url} is not Ollama", hint="start it: ollama serve") from None
    if wanted not in known:
        names = ", ".join(sorted(known)) or "none"
        raise EngineMissing(f"Ollama has no model {model} (it has: {names})", hint=f"get it: ollama pull {model}")
    return known[wanted].removeprefix("sha256:")[:12]


def _json(client: httpx.Client, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """Ask. Raises ``httpx.TransportError`` when nobody answers to a GET, and :class:`EngineFailed`."""
    try:
        response = client.request(method, path, json=body)
    except httpx.TransportError as error:
        if method == "GET":
            raise
        raise EngineFailed(f"Ollama stopped answering ({type(error).__name__})", hint="ollama serve") from None
    if response.status_code == 404 and body:
        raise EngineMissing(f"Ollama has no model {body['model']} any more", hint=f"ollama pull {body['model']}")
    if response.status_code != 200:
        raise EngineFailed(f"Ollama answered with status {response.status_code}", hint="its own log says why")
    try:
        return response.json()
    except ValueError:
        raise EngineFailed("Ollama's answer is not JSON", hint="is something else at its address?") from None
