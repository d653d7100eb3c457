"""The shape of a decoder-only language model, from its ``config.json``, and those of models people tune.

Parameters are counted as in the models of the Llama and Qwen families: grouped-query attention (Ainslie et al. 2023,
arXiv 2305.13245), a gated feed-forward, RMS norms, and a head that may share the embedding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from likeness.core.errors import InputError

ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes in elements. ``head`` is the size of one attention head, ``query`` and ``narrow`` those of all of them.

    ``bits`` are what a quantised checkpoint stores a weight in (0: not quantised), with a scale and a bias for each
    ``group`` of weights; ``dtype_bytes`` is the size of a number that is not quantised.
    """

    hidden: int
    layers: int
    heads: int
    key_value_heads: int
    head: int
    intermediate: int
    vocabulary: int
    tied: bool
    attention_bias: bool = False
    head_norms: bool = False
    dtype_bytes: int = 2
    bits: int = 0
    group: int = 64

    @property
    def query(self) -> int:
        return self.heads * self.head

    @property
    def narrow(self) -> int:
        return self.key_value_heads * self.head

    def module(self, name: str) -> tuple[int, int]:
        """(inputs, outputs) of a layer's linear module."""
        return {
            "q_proj": (self.hidden, self.query),
            "k_proj": (self.hidden, self.narrow),
            "v_proj": (self.hidden, self.narrow),
            "o_proj": (self.query, self.hidden),
            "gate_proj": (self.hidden, self.intermediate),
            "up_proj": (self.hidden, self.intermediate),
            "down_proj": (self.intermediate, self.hidden),
        }[name]

    @property
    def linear(self) -> int:
        """Weights of all layers' linear modules, biases aside: what quantising a base quantises in every runtime."""
        names = (*ATTENTION, "gate_proj", "up_proj", "down_proj")
        return self.layers * sum(inputs * outputs for inputs, outputs in map(self.module, names))

    @property
    def embedding(self) -> int:
        """Weights of the embedding, and of the head where that has its own."""
        return self.vocabulary * self.hidden * (1 if self.tied else 2)

    @property
    def vectors(self) -> int:
        """Weights of norms and biases."""
        per_layer = 2 * self.hidden
        per_layer += self.query + 2 * self.narrow if self.attention_bias else 0
        per_layer += 2 * self.head if self.head_norms else 0
        return self.layers * per_layer + self.hidden

    @property
    def parameters(self) -> int:
        """All weights of the model; a shared embedding counts once."""
        return self.linear + self.embedding + self.vectors

    def trainable(self, modules: Sequence[str], rank: int) -> int:
        """Weights of a LoRA of ``rank`` on ``modules`` of every layer."""
        return self.layers * rank * sum(sum(self.module(name)) for name in modules)


def shape_of(config: Mapping[str, Any]) -> Shape:
    """The shape a model's ``config.json`` tells. Raises :class:`InputError` when it lacks a size."""
    try:
        heads, hidden = int(config["num_attention_heads"]), int(config["hidden_size"])
        kind = str(config.get("model_type", ""))
        quantised = config.get("quantization") or {}
        return Shape(
            hidden=hidden,
            layers=int(config["num_hidden_layers"]),
            heads=heads,
            key_value_heads=int(config.get("num_key_value_heads") or heads),
            head=int(config.get("head_dim") or hidden // heads),
            intermediate=int(config["intermediate_size"]),
            vocabulary=int(config["vocab_size"]),
            tied=bool(config.get("tie_word_embeddings", False)),
            # Qwen2 has these biases without saying so.
            attention_bias=bool(config.get("attention_bias", False)) or kind == "qwen2",
            head_norms=kind == "qwen3",
            dtype_bytes=4 if (config.get("torch_dtype") or config.get("dtype")) == "float32" else 2,
            bits=int(quantised.get("bits", 0)),
            group=int(quantised.get("group_size", 64)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"config.json of the model lacks a size: {error}", hint="get the model again") from None


def _qwen2(hidden: int, layers: int, heads: int, narrow: int, inner: int, vocabulary: int, *, tied: bool) -> Shape:
    return Shape(hidden, layers, heads, narrow, hidden // heads, inner, vocabulary, tied, attention_bias=True)


def _qwen3(hidden: int, layers: int, heads: int, inner: int, *, tied: bool) -> Shape:
    return Shape(hidden, layers, heads, 8, 128, inner, 151_936, tied, head_norms=True)


def _llama(hidden: int, layers: int, heads: int, inner: int, *, tied: bool) -> Shape:
    return Shape(hidden, layers, heads, 8, hidden // heads, inner, 128_256, tied)


KNOWN: Mapping[str, Shape] = {
    "Qwen/Qwen2.5-0.5B-Instruct": _qwen2(896, 24, 14, 2, 4_864, 151_936, tied=True),
    "Qwen/Qwen3-0.6B": _qwen3(1_024, 28, 16, 3_072, tied=True),
    "meta-llama/Llama-3.2-1B-Instruct": _llama(2_048, 16, 32, 8_192, tied=True),
    "Qwen/Qwen2.5-1.5B-Instruct": _qwen2(1_536, 28, 12, 2, 8_960, 151_936, tied=True),
    "Qwen/Qwen3-1.7B": _qwen3(2_048, 28, 16, 6_144, tied=True),
    "Qwen/Qwen2.5-3B-Instruct": _qwen2(2_048, 36, 16, 2, 11_008, 151_936, tied=True),
    "meta-llama/Llama-3.2-3B-Instruct": _llama(3_072, 28, 24, 8_192, tied=True),
    "Qwen/Qwen3-4B": _qwen3(2_560, 36, 32, 9_728, tied=True),
    "Qwen/Qwen2.5-7B-Instruct": _qwen2(3_584, 28, 28, 4, 18_944, 152_064, tied=False),
    "meta-llama/Llama-3.1-8B-Instruct": _llama(4_096, 32, 32, 14_336, tied=False),
    "Qwen/Qwen3-8B": _qwen3(4_096, 36, 32, 12_288, tied=False),
    "Qwen/Qwen2.5-14B-Instruct": _qwen2(5_120, 48, 40, 8, 13_824, 152_064, tied=False),
}
"""Instruct models that can be tuned, smallest first, as their ``config.json`` describes them."""
