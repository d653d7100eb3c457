"""Two text encoders in MLX, as functions of a published checkpoint's own weights.

``bert``: Devlin et al. 2018, arXiv:1810.04805 (mxbai-embed-large is one). ``nomic``: Nussbaum et al. 2024,
arXiv:2402.01613: rotary positions, a gated feed-forward layer, no biases, the norms after each part.
Weights bear the names of the files on the models' pages; both take token ids and a mask of shape (texts, tokens) and
give hidden states of shape (texts, tokens, width).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mlx.core as mx

Weights = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a checkpoint's ``config.json`` says. ``positions`` is the most tokens, ``theta`` the rotary base."""

    layers: int
    heads: int
    width: int
    epsilon: float
    positions: int
    theta: float

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Shape:
        """From either form of the keys. Raises ``KeyError`` for one that is missing."""

        def either(*names: str) -> Any:
            return config[next((name for name in names if name in config), names[0])]

        rope = config.get("rope_parameters") or {}
        return cls(
            layers=int(either("num_hidden_layers", "n_layer")),
            heads=int(either("num_attention_heads", "n_head")),
            width=int(either("hidden_size", "n_embd")),
            epsilon=float(either("layer_norm_eps", "layer_norm_epsilon")),
            positions=int(either("max_position_embeddings", "n_positions")),
            theta=float(rope.get("rope_theta") or config.get("rotary_emb_base") or 1000.0),
        )


def bert(weights: Weights, shape: Shape, ids: Any, mask: Any) -> Any:
    """Hidden states of BERT's last layer."""
    positions = weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = weights["embeddings.word_embeddings.weight"][ids] + positions
    x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = _norm(x, weights, "embeddings.LayerNorm", shape.epsilon)
    seen = _visible(mask, x.dtype)
    for number in range(shape.layers):
        layer = f"encoder.layer.{number}"
        query, key, value = (
            _split(_linear(x, weights, f"{layer}.attention.self.{name}"), shape.heads)
            for name in ("query", "key", "value")
        )
        attended = _attention(query, key, value, seen)
        attended = _linear(attended, weights, f"{layer}.attention.output.dense")
        x = _norm(x + attended, weights, f"{layer}.attention.output.LayerNorm", shape.epsilon)
        inner = _gelu(_linear(x, weights, f"{layer}.intermediate.dense"))
        inner = _linear(inner, weights, f"{layer}.output.dense")
        x = _norm(x + inner, weights, f"{layer}.output.LayerNorm", shape.epsilon)
    return x


def nomic(weights: Weights, shape: Shape, ids: Any, mask: Any) -> Any:
    """Hidden states of Nomic BERT's last layer."""
    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.token_type_embeddings.weight"][0]
    x = _norm(x, weights, "emb_ln", shape.epsilon)
    seen = _visible(mask, x.dtype)
    size = shape.width // shape.heads
    for number in range(shape.layers):
        layer = f"encoder.layers.{number}"
        query, key, value = (
            _split(part, shape.heads) for part in mx.split(_linear(x, weights, f"{layer}.attn.Wqkv"), 3, axis=-1)
        )
        query, key = (
            mx.fast.rope(part, size, traditional=False, base=shape.theta, scale=1.0, offset=0) for part in (query, key)
        )
        attended = _linear(_attention(query, key, value, seen), weights, f"{layer}.attn.out_proj")
        x = _norm(x + attended, weights, f"{layer}.norm1", shape.epsilon)
        gate = _linear(x, weights, f"{layer}.mlp.fc12")
        gate = gate * mx.sigmoid(gate)
        inner = _linear(_linear(x, weights, f"{layer}.mlp.fc11") * gate, weights, f"{layer}.mlp.fc2")
        x = _norm(x + inner, weights, f"{layer}.norm2", shape.epsilon)
    return x


ENCODERS = {"bert": bert, "nomic_bert": nomic}
"""By ``model_type`` in ``config.json``."""


def _linear(x: Any, weights: Weights, name: str) -> Any:
    y = x @ weights[f"{name}.weight"].T
    bias = weights.get(f"{name}.bias")
    return y if bias is None else y + bias


def _gelu(x: Any) -> Any:
    """The exact form: BERT's checkpoints were not trained with the approximation."""
    return x * (1 + mx.erf(x / math.sqrt(2))) / 2


def _norm(x: Any, weights: Weights, name: str, epsilon: float) -> Any:
    return mx.fast.layer_norm(x, weights[f"{name}.weight"], weights[f"{name}.bias"], epsilon)


def _split(x: Any, heads: int) -> Any:
    """(texts, tokens, width) to (texts, heads, tokens, width / heads)."""
    return x.reshape(*x.shape[:2], heads, -1).transpose(0, 2, 1, 3)


def _attention(query: Any, key: Any, value: Any, seen: Any) -> Any:
    x = mx.fast.scaled_dot_product_attention(query, key, value, scale=query.shape[-1] ** -0.5, mask=seen)
    return x.transpose(0, 2, 1, 3).reshape(x.shape[0], x.shape[2], -1)


def _visible(mask: Any, dtype: Any) -> Any:
    """What is added to attention: 0 for a token, a very negative number for padding."""
    return ((1 - mask[:, None, None, :].astype(mx.float32)) * -1e4).astype(dtype)
