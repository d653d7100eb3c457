"""A very small Whisper with random weights, in the layout of a hub, and the same converted for CTranslate2."""

from __future__ import annotations

import json
from pathlib import Path

WIDTH = 16


def make_whisper(folder: Path) -> Path:
    """Multilingual, of one layer; its vocabulary has the published places of languages, tasks and times."""
    import torch
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    specials = _tokenizer(folder)
    place = {name: number for number, name in enumerate(specials, 50_257)}
    torch.manual_seed(0)
    config = WhisperConfig(
        vocab_size=51_865, d_model=WIDTH, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, num_mel_bins=80, max_target_positions=448,
        max_source_positions=1500, decoder_start_token_id=place["<|startoftranscript|>"], eos_token_id=50_257,
        bos_token_id=50_257, pad_token_id=50_257, suppress_tokens=[], begin_suppress_tokens=[],
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config)
    model.generation_config.suppress_tokens = []
    model.generation_config.begin_suppress_tokens = []
    model.generation_config.alignment_heads = [[0, 0], [0, 1]]
    model.save_pretrained(folder)
    features = {"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 80, "sampling_rate": 16_000,
                "hop_length": 160, "n_fft": 400, "chunk_length": 30, "n_samples": 480_000, "nb_max_frames": 3000,
                "processor_class": "WhisperProcessor"}  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(features))
    return folder


def convert_for_ctranslate2(source: Path, folder: Path) -> Path:
    from ctranslate2.converters import TransformersConverter

    TransformersConverter(str(source), copy_files=["tokenizer.json", "preprocessor_config.json"]).convert(str(folder))
    return folder


def _tokenizer(folder: Path) -> list[str]:
    from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
    from tokenizers.models import BPE
    from transformers.models.whisper.tokenization_whisper import LANGUAGES

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: number for number, letter in enumerate(letters)}
    # the rest of the vocabulary stands for no text of its own, but for places before the special tokens
    vocabulary |= {f"Ġw{number}": number for number in range(len(letters), 50_257)}
    made = Tokenizer(BPE(vocabulary, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    languages = [f"<|{code}|>" for code in list(LANGUAGES)[:99]]
    specials = ["<|endoftext|>", "<|startoftranscript|>", *languages, "<|translate|>", "<|transcribe|>",
                "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]  # fmt: skip
    made.add_special_tokens([AddedToken(name, special=True) for name in specials])
    made.add_tokens([AddedToken(f"<|{number * 0.02:.2f}|>") for number in range(1501)])
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "WhisperTokenizerFast", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>",
                "unk_token": "<|endoftext|>", "pad_token": "<|endoftext|>", "model_max_length": 1024,
                "additional_special_tokens": specials[1:]}  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return specials
