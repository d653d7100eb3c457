"""Writes a tiny Parler-TTS checkpoint of the real architecture, weights from a seed. Runs where parler_tts is."""

import sys
from pathlib import Path

import torch
from parler_tts import ParlerTTSConfig, ParlerTTSDecoderConfig, ParlerTTSForConditionalGeneration
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import DacConfig, PreTrainedTokenizerFast, T5Config

out = Path(sys.argv[1])
letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,!?'-"
vocabulary = {piece: number for number, piece in enumerate(["<pad>", "</s>", "<unk>", "▁", *letters])}
tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
special = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(out)
reader = T5Config(
    vocab_size=len(vocabulary), d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4, is_encoder_decoder=False
)
codec = DacConfig(
    encoder_hidden_size=8, downsampling_ratios=[2, 4, 8, 8], decoder_hidden_size=64, upsampling_ratios=[8, 8, 4, 2],
    n_codebooks=4, codebook_size=64, codebook_dim=4, sampling_rate=44_100,
)  # fmt: skip
talker = ParlerTTSDecoderConfig(
    vocab_size=88, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, ffn_dim=64, num_codebooks=4,
    pad_token_id=64, bos_token_id=65, eos_token_id=64,
)  # fmt: skip
torch.manual_seed(0)
config = ParlerTTSConfig.from_sub_models_config(reader, codec, talker, vocab_size=len(vocabulary))
model = ParlerTTSForConditionalGeneration(config)
for settings in (model.generation_config, model.config):
    settings.decoder_start_token_id, settings.pad_token_id = 65, 64
    settings.bos_token_id, settings.eos_token_id = 65, 64
model.save_pretrained(out, safe_serialization=True)
