"""Embeddings with MLX: the numbers of the reference implementations, on tiny checkpoints of the same architectures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from likeness.core.errors import EngineMissing

pytest.importorskip("mlx.core", reason="MLX is not installed (extra `mlx`)")
tokenizers = pytest.importorskip("tokenizers", reason="the library tokenizers is not installed (extra `mlx`)")

from likeness.engines.mlx.embed import MlxEmbedder  # noqa: E402

WORDS = [
    *("the", "a", "harbour", "dinner", "boat", "lamp", "we", "walked", "from"),
    *("to", "and", "was", "there", "nobody", "knows", "why", "it", "rained"),
]
TEXTS = ["the harbour", "we walked from the harbour to dinner and nobody knows why it rained there", "a", "lamp lamp"]
SIZES: dict[str, Any] = {
    "vocab_size": 64,
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "max_position_embeddings": 64,
}


def write_tokenizer(folder: Path) -> None:
    """A word-level tokenizer with BERT's special tokens around each text."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    special = [("[CLS]", 2), ("[SEP]", 3)]
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=special)
    made.save(str(folder / "tokenizer.json"))


@pytest.fixture(params=["bert", "nomic_bert"])
def checkpoint(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Any]:
    """A folder as from a model's page, and the reference model it was saved from."""
    torch = pytest.importorskip("torch", reason="the reference needs PyTorch (dependency group `models`)")
    transformers = pytest.importorskip("transformers", reason="the reference needs transformers (group `models`)")
    torch.manual_seed(7)
    if request.param == "bert":
        model = transformers.BertModel(transformers.BertConfig(**SIZES), add_pooling_layer=False)
    else:
        model = transformers.NomicBertModel(transformers.NomicBertConfig(**SIZES))
    with torch.no_grad():
        for parameter in model.parameters():  # away from the tiny initial values, where every mistake looks small
            parameter.add_(torch.randn_like(parameter) * 0.2)
    folder = tmp_path / f"tiny-{request.param}"
    model.eval().save_pretrained(folder)
    write_tokenizer(folder)
    return folder, model


def reference(folder: Path, model: Any, text: str, first_token: bool) -> Any:
    import torch

    ids = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text).ids
    with torch.no_grad():
        hidden = model(input_ids=torch.tensor([ids])).last_hidden_state[0].numpy()
    pooled = hidden[0] if first_token else hidden.mean(axis=0)
    return pooled / np.linalg.norm(pooled)


@pytest.mark.parametrize("first_token", [True, False])
def test_the_numbers_are_those_of_the_reference(checkpoint: tuple[Path, Any], first_token: bool) -> None:
    folder, model = checkpoint
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": first_token}))
    with MlxEmbedder.open(None, {"model": str(folder)}) as engine:
        vectors = engine.embed(TEXTS)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert np.abs(vector - reference(folder, model, text, first_token)).max() < 2e-5


def test_a_text_gives_the_same_alone_as_among_longer_ones(checkpoint: tuple[Path, Any]) -> None:
    folder, _ = checkpoint
    with MlxEmbedder.open(None, {"model": str(folder)}) as engine:
        together = engine.embed(TEXTS * 6)
        alone = np.concatenate([engine.embed([text]) for text in TEXTS])
        assert np.allclose(together[: len(TEXTS)], alone, atol=2e-6)
        assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
        assert engine.embed([]).shape == (0, 48)
        assert engine.embed(["lamp " * 500, ""]).shape == (2, 48)


def test_questions_are_told_from_texts_as_the_model_says(checkpoint: tuple[Path, Any]) -> None:
    folder, _ = checkpoint
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"query": "the boat "}}))
    with MlxEmbedder.open(None, {"model": str(folder)}) as engine:
        asked = engine.embed(["harbour"], query=True)
        assert np.allclose(asked, engine.embed(["the boat harbour"]), atol=1e-6)
        assert not np.allclose(asked, engine.embed(["harbour"]), atol=1e-3)


def test_another_checkpoint_is_another_model(checkpoint: tuple[Path, Any]) -> None:
    folder, model = checkpoint
    before = MlxEmbedder.open(None, {"model": str(folder)}).model
    assert before == MlxEmbedder.open(None, {"model": str(folder)}).model
    for parameter in model.parameters():
        parameter.data.mul_(1.5)
    model.save_pretrained(folder)
    after = MlxEmbedder.open(None, {"model": str(folder)}).model
    assert before != after
    assert before.rsplit("@")[0] == after.rsplit("@")[0] == f"mlx/{folder.name}"


def test_what_cannot_be_loaded_says_what_to_do(checkpoint: tuple[Path, Any]) -> None:
    folder, _ = checkpoint

    def refused(match: str, name: str = str(folder)) -> None:
        with pytest.raises(EngineMissing, match=match) as missing:
            MlxEmbedder.open(None, {"model": name})
        assert "LIKENESS_EMBEDDING_MODEL" in missing.value.hint

    refused("does not know which model", "")
    refused("there is no folder", str(folder / "nowhere"))
    weights, config = folder / "model.safetensors", folder / "config.json"
    whole, said = weights.read_bytes(), json.loads(config.read_text())
    weights.write_bytes(whole[: len(whole) // 2])
    refused("cannot be read")
    weights.unlink()
    refused("pickled weights are not read")
    weights.write_bytes(whole)
    config.write_text(json.dumps({**said, "num_hidden_layers": 4}))
    refused("do not fit")
    config.write_text(json.dumps({**said, "model_type": "t5"}))
    refused("type 't5'")
    config.write_text(json.dumps({"model_type": said["model_type"]}))
    refused("lacks")
    config.write_text("[1]")
    refused("cannot be read")
    config.write_text(json.dumps(said))
    (folder / "tokenizer.json").write_text("{}")
    refused("tokenizer.json cannot be read")
    (folder / "tokenizer.json").unlink()
    refused("has no tokenizer.json")
