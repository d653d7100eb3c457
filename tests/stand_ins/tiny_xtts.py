"""Writes a tiny XTTS checkpoint of the real architecture, with weights from a seed. Runs where coqui-tts is."""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models
from TTS.tts.configs.xtts_config import XttsConfig
from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer
from TTS.tts.models.xtts import Xtts

SPECIAL = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]"]
SIZES = {
    "gpt_layers": 2,
    "gpt_n_model_channels": 64,
    "gpt_n_heads": 2,
    "gpt_num_audio_tokens": 66,
    "gpt_start_audio_token": 64,
    "gpt_stop_audio_token": 65,
    "gpt_max_audio_tokens": 80,
    "decoder_input_dim": 64,
    "gpt_use_perceiver_resampler": True,
}

out = Path(sys.argv[1])
vocabulary = {piece: number for number, piece in enumerate([*SPECIAL, *"abcdefghijklmnopqrstuvwxyz.,!?'-"])}
tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"))
tokenizer.add_special_tokens(SPECIAL)
tokenizer.save(str(out / "vocab.json"))
config = XttsConfig()
for name, value in SIZES.items():
    setattr(config.model_args, name, value)
model = Xtts(config)
model.tokenizer = VoiceBpeTokenizer(vocab_file=str(out / "vocab.json"))
torch.manual_seed(0)
model.init_models()
config.save_json(str(out / "config.json"))
weights = {name: value.contiguous().clone() for name, value in model.state_dict().items()}
if "--pickled" in sys.argv:
    named = {f"xtts.{name}": value for name, value in weights.items()}
    torch.save({"config": config, "model": named}, out / "model.pth")
else:
    save_file(weights, str(out / "model.safetensors"))
