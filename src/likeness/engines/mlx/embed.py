"""Embeddings with MLX from a folder on this machine; nothing is downloaded.

The folder holds what a model's page offers: ``config.json``, ``tokenizer.json``, ``model.safetensors`` (or several
``model-*.safetensors``), and ``1_Pooling/config.json`` where the model does not take the mean of its tokens.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from likeness.core.artefacts import digest
from likeness.core.errors import EngineMissing
from likeness.core.protocols import EngineInfo
from likeness.engines.prompts import prompts

_AT_ONCE = 16
_MOST_TOKENS = 2048
_HEAD_BYTES = 1 << 20
_HOW = (
    "put config.json, tokenizer.json and model.safetensors of mxbai-embed-large-v1 or nomic-embed-text-v1.5 into a "
    "folder and name it with LIKENESS_EMBEDDING_MODEL"
)


class MlxEmbedder:
    """Embeds with a BERT or Nomic BERT checkpoint."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="mlx.embed",
        title="Embeddings with MLX",
        kind=frozenset({"embedder"}),
        needs=("mlx", "tokenizers"),
        install="pip install 'likeness[mlx]'",
        memory_mb=1500,
        licence="of the model: nomic-embed-text and mxbai-embed-large are Apache-2.0",
        notes="Reads a model from a folder; downloads nothing.",
    )

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        from likeness.engines.mlx.encoder import ENCODERS, Shape

        config = _read_json(folder / "config.json")
        kind = str(config.get("model_type"))
        if kind not in ENCODERS:
            known = ", ".join(ENCODERS)
            raise EngineMissing(f"{folder.name} is a model of the type {kind!r}, not one of {known}", hint=_HOW)
        try:
            self._shape = Shape.of(config)
        except (KeyError, ValueError, TypeError) as error:
            raise EngineMissing(f"{folder.name}/config.json lacks {error}", hint=_HOW) from None
        spelled = _there(folder / "tokenizer.json")
        try:
            self._tokenizer = Tokenizer.from_file(str(spelled))
        except Exception as error:  # the library has no class of its own for this
            raise EngineMissing(f"{folder.name}/tokenizer.json cannot be read: {error}", hint=_HOW) from None
        self._encode = ENCODERS[kind]
        self._weights, files = _weights(folder)
        self._first_token = _takes_first_token(folder)
        self._prompts = _prompts(folder)
        self._tokenizer.enable_truncation(min(self._shape.positions, _MOST_TOKENS))
        self._tokenizer.no_padding()
        self._padding = int(config.get("pad_token_id") or 0)
        self.model = f"mlx/{folder.name}@{_mark(folder, files)}"
        try:
            self.embed(["whole"])
        except (KeyError, ValueError) as error:
            raise EngineMissing(
                f"the weights in {folder.name} do not fit its config.json: {error}", hint=_HOW
            ) from None

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the model in the folder that ``options["model"]`` names.

        Raises :class:`EngineMissing`, with what to do, when there is no such folder or its files cannot be used.
        """
        named = str((options or {}).get("model") or "")
        if not named:
            raise EngineMissing("mlx.embed does not know which model to load", hint=_HOW)
        folder = Path(named).expanduser()
        if not folder.is_dir():
            raise EngineMissing(f"there is no folder {folder}", hint=_HOW)
        return cls(folder)

    def close(self) -> None:
        """Let the weights go."""
        self._weights = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def embed(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors of ``texts``. Texts of like length are worked on together; each gives the same alone."""
        before = self._prompts[0 if query else 1]
        tokens = [self._tokenizer.encode(before + text).ids for text in texts]
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        vectors = np.empty((len(texts), self._shape.width), np.float32)
        for start in range(0, len(order), _AT_ONCE):
            part = order[start : start + _AT_ONCE]
            vectors[part] = self._batch([tokens[i] for i in part])
        return vectors

    def _batch(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        import mlx.core as mx

        longest = max(1, *(len(row) for row in tokens))
        ids = np.full((len(tokens), longest), self._padding, np.int32)
        mask = np.zeros((len(tokens), longest), np.float32)
        for row, (into, seen) in zip(tokens, zip(ids, mask, strict=True), strict=True):
            into[: len(row)] = row
            seen[: max(1, len(row))] = 1
        hidden = self._encode(self._weights, self._shape, mx.array(ids), mx.array(mask)).astype(mx.float32)
        if self._first_token:
            pooled = hidden[:, 0]
        else:
            shown = mx.array(mask)[:, :, None]
            pooled = (hidden * shown).sum(axis=1) / shown.sum(axis=1)
        found: NDArray[np.float32] = np.array(pooled / mx.linalg.norm(pooled, axis=-1, keepdims=True))
        return found


def _weights(folder: Path) -> tuple[dict[str, Any], list[Path]]:
    """Every tensor of the checkpoint by name, without the prefix that some files put before it; and its files."""
    import mlx.core as mx

    files = sorted(folder.glob("model*.safetensors"))
    if not files:
        raise EngineMissing(f"{folder.name} has no model.safetensors (pickled weights are not read)", hint=_HOW)
    loaded: dict[str, Any] = {}
    for file in files:
        try:
            tensors: Any = mx.load(str(file))
        except (RuntimeError, ValueError) as error:
            raise EngineMissing(f"{folder.name}/{file.name} cannot be read: {error}", hint=_HOW) from None
        loaded.update(tensors)
    return {name.removeprefix("bert.").removeprefix("nomic_bert."): tensor for name, tensor in loaded.items()}, files


def _takes_first_token(folder: Path) -> bool:
    path = folder / "1_Pooling" / "config.json"
    return bool(_read_json(path).get("pooling_mode_cls_token")) if path.is_file() else False


def _prompts(folder: Path) -> tuple[str, str]:
    """What the model was trained to be told, by its own file where that says it, else by its name."""
    path = folder / "config_sentence_transformers.json"
    stated = _read_json(path).get("prompts") if path.is_file() else None
    if isinstance(stated, dict) and "query" in stated:
        return str(stated["query"]), str(stated.get("document") or stated.get("passage") or "")
    return prompts(folder.name)


def _mark(folder: Path, files: Sequence[Path]) -> str:
    """What tells this checkpoint from another of the same name."""
    parts: list[str | bytes] = [(folder / name).read_bytes() for name in ("config.json", "tokenizer.json")]
    for file in files:
        with file.open("rb") as handle:
            parts += [str(file.stat().st_size), handle.read(_HEAD_BYTES)]
    return digest(parts)[:12]


def _there(path: Path) -> Path:
    if not path.is_file():
        raise EngineMissing(f"{path.parent.name} has no {path.name}", hint=_HOW)
    return path


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = dict(json.loads(_there(path).read_text(encoding="utf-8")))
        return found
    except (OSError, ValueError, TypeError):
        raise EngineMissing(f"{path.parent.name}/{path.name} cannot be read", hint=_HOW) from None
