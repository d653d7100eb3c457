"""A very small chat model of a real architecture, made on the spot: random weights, a tokenizer learned from texts.

It shows that everything runs where no model is at hand (preset ``smoke``), and serves as the checkpoint of tests. The
folder has what a model's page offers: ``config.json``, ``generation_config.json``, ``model.safetensors``,
``tokenizer.json``, ``tokenizer_config.json`` with the chat template.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from likeness.core import files

Architecture = Literal["qwen2", "llama"]
_SAMPLE = (
    "Rewrite this text in my own words. Keep every fact:",
    "Write my reply to this message: thanks for the slides, see you on Friday at the harbour?",
    "You write as one particular person. Use their words, their tone and their habits.",
)
_QWEN2_TEMPLATE = (
    "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\nYou are a tiny model.<|im_end|>\\n' }}{% endif %}"
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
_LLAMA_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'"
    " + message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}"
)
_SPECIAL: dict[Architecture, tuple[str, ...]] = {
    "qwen2": ("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    "llama": ("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
}
_PIECES = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen2 cuts text before byte pairs are merged."""


@dataclass(frozen=True, slots=True)
class Size:
    """Shape of the model. ``vocabulary`` is the largest the tokenizer may learn, its special tokens included."""

    hidden: int = 64
    layers: int = 2
    heads: int = 4
    key_value_heads: int = 2
    intermediate: int = 128
    vocabulary: int = 512
    positions: int = 2048
    tied: bool = False


def make_tiny(
    folder: Path,
    architecture: Architecture = "qwen2",
    *,
    texts: Iterable[str] = _SAMPLE,
    size: Size | None = None,
    seed: int = 0,
) -> Path:
    """Write a model into ``folder`` (made when absent) and return it. The same arguments give the same bytes."""
    from safetensors.numpy import save_file

    size = size or Size()
    files.private_folder(folder)
    vocabulary = _tokenizer(folder, architecture, texts, size.vocabulary)
    config = _config(architecture, size, vocabulary)
    files.write_json(folder / "config.json", config)
    ends = [vocabulary[name] for name in _SPECIAL[architecture] if name in ("<|im_end|>", "<|eot_id|>")]
    files.write_json(
        folder / "generation_config.json",
        {"eos_token_id": [*ends, config["eos_token_id"]], "pad_token_id": config["eos_token_id"], "do_sample": False},
    )
    save_file(dict(_weights(config, seed)), str(folder / "model.safetensors"), metadata={"format": "pt"})
    return folder


def _tokenizer(folder: Path, architecture: Architecture, texts: Iterable[str], most: int) -> dict[str, int]:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    special = list(_SPECIAL[architecture])
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=most - len(special), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator(texts, trainer)
    made.add_special_tokens(special)
    made.save(str(folder / "tokenizer.json"))
    qwen = architecture == "qwen2"
    files.write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": None if qwen else "<|begin_of_text|>",
            "eos_token": "<|im_end|>" if qwen else "<|eot_id|>",
            "pad_token": "<|endoftext|>" if qwen else "<|end_of_text|>",
            "chat_template": _QWEN2_TEMPLATE if qwen else _LLAMA_TEMPLATE,
            "clean_up_tokenization_spaces": False,
            "model_max_length": 2048,
        },
    )
    vocabulary: dict[str, int] = made.get_vocab()
    return vocabulary


def _config(architecture: Architecture, size: Size, vocabulary: Mapping[str, int]) -> dict[str, Any]:
    qwen = architecture == "qwen2"
    # Real vocabularies are padded so that matrices divide well.
    padded = math.ceil(len(vocabulary) / 64) * 64
    special = {name: vocabulary[name] for name in _SPECIAL[architecture]}
    return {
        "architectures": ["Qwen2ForCausalLM" if qwen else "LlamaForCausalLM"],
        "model_type": architecture,
        "hidden_size": size.hidden,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "num_key_value_heads": size.key_value_heads,
        "intermediate_size": size.intermediate,
        "vocab_size": padded,
        "max_position_embeddings": size.positions,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0 if qwen else 500000.0,
        "hidden_act": "silu",
        "initializer_range": 0.02,
        "tie_word_embeddings": size.tied,
        "attention_bias": False,
        "mlp_bias": False,
        "use_cache": True,
        "torch_dtype": "float32",
        "bos_token_id": special["<|endoftext|>" if qwen else "<|begin_of_text|>"],
        "eos_token_id": special["<|im_end|>" if qwen else "<|eot_id|>"],
    }


def _weights(config: Mapping[str, Any], seed: int) -> Iterable[tuple[str, np.ndarray[Any, np.dtype[np.float32]]]]:
    random = np.random.default_rng(seed)
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    head = hidden // config["num_attention_heads"]
    narrow = head * config["num_key_value_heads"]

    def matrix(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        drawn: np.ndarray[Any, np.dtype[np.float32]] = random.standard_normal(shape, np.float32)
        return drawn * np.float32(1 / math.sqrt(shape[-1]))

    ones = np.ones(hidden, np.float32)
    yield "model.embed_tokens.weight", matrix(config["vocab_size"], hidden)
    yield "model.norm.weight", ones
    if not config["tie_word_embeddings"]:
        yield "lm_head.weight", matrix(config["vocab_size"], hidden)
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        yield at + "input_layernorm.weight", ones
        yield at + "post_attention_layernorm.weight", ones
        for name, rows in (("q_proj", hidden), ("k_proj", narrow), ("v_proj", narrow)):
            yield f"{at}self_attn.{name}.weight", matrix(rows, hidden)
            if config["model_type"] == "qwen2":
                yield f"{at}self_attn.{name}.bias", matrix(1, rows)[0]
        yield at + "self_attn.o_proj.weight", matrix(hidden, hidden)
        yield at + "mlp.gate_proj.weight", matrix(inner, hidden)
        yield at + "mlp.up_proj.weight", matrix(inner, hidden)
        yield at + "mlp.down_proj.weight", matrix(hidden, inner)


def is_tiny(folder: Path) -> bool:
    """True for a model that :func:`make_tiny` could have made: too small to be anybody's."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return int(config.get("hidden_size", 0)) <= 256
