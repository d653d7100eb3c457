"""A model's tokenizer as llama.cpp has it: tokens, merges, special tokens and chat template in the GGUF file.

llama.cpp cuts text by rules of its own that go by a name; the name is found by the rule in ``tokenizer.json``. Under
another rule a model reads other tokens than it was trained on, so that an unknown one is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from likeness.core.errors import InputError

_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_RULES = {_WORDS + r"\p{N}" + _REST: "qwen2", _WORDS + r"\p{N}{1,3}" + _REST: "llama-bpe"}
"""How Qwen2, 2.5 and 3, and how Llama 3 cut text before byte pairs are merged, and llama.cpp's names for it."""


def add_vocabulary(writer: Any, model: Path, size: int) -> None:
    """Write the tokenizer of the folder ``model`` into a ``gguf.GGUFWriter``; ``size`` is the model's vocabulary.

    Raises :class:`InputError` for a tokenizer that llama.cpp has no rule known here for, and a damaged one.
    """
    import gguf

    try:
        made = dict(json.loads((model / "tokenizer.json").read_text(encoding="utf-8")))
        rule = _rule(made)
        added = {int(token["id"]): token for token in made.get("added_tokens") or ()}
        by_number = {int(number): str(token) for token, number in made["model"]["vocab"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{model.name}/tokenizer.json cannot be read: {error!r}", hint="get the model again") from None
    by_number |= {number: str(token["content"]) for number, token in added.items()}
    if max(by_number, default=-1) >= size:
        raise InputError(f"{model.name} has more tokens than its vocabulary of {size:,}", hint="get the model again")
    kinds = gguf.TokenType
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(rule)
    writer.add_token_list([by_number.get(number, f"[PAD{number}]") for number in range(size)])
    writer.add_token_types(
        [
            (kinds.CONTROL if _control(added[number]) else kinds.USER_DEFINED)
            if number in added
            else kinds.NORMAL
            if number in by_number
            else kinds.UNUSED
            for number in range(size)
        ]
    )
    gguf.SpecialVocab(model, load_merges=True, n_vocab=size).add_to_gguf(writer, quiet=True)


def _rule(made: Mapping[str, Any]) -> str:
    """llama.cpp's name for how the tokenizer cuts text."""
    found = [pattern for pattern in _patterns(made.get("pre_tokenizer") or {}) if pattern]
    if made["model"].get("type") != "BPE" or len(found) != 1 or found[0] not in _RULES:
        raise InputError(
            "the tokenizer is none that a whole GGUF model can be written with here (Qwen2, 2.5 and 3, Llama 3)",
            hint="export the adapter alone, or --fuse as peft and convert that with llama.cpp's convert_hf_to_gguf.py",
        )
    return _RULES[found[0]]


def _patterns(part: Mapping[str, Any]) -> Iterator[str]:
    """The regular expressions of a pre-tokenizer, in order."""
    if part.get("type") == "Split":
        yield str(part["pattern"].get("Regex", ""))
    for inner in part.get("pretokenizers") or ():
        yield from _patterns(inner)


def _control(token: Mapping[str, Any]) -> bool:
    """Whether an added token is no text. Some are not marked as such and only look it."""
    return bool(token.get("special")) or (token["content"].startswith("<|") and token["content"].endswith("|>"))
