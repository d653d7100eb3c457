"""XTTS v2 through coqui-tts, asked by ``engines.isolated.xtts``. Runs where that library is; see ``serve.py``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from TTS.tts.configs.xtts_config import XttsConfig
from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer
from TTS.tts.models.xtts import Xtts

BadInput = sys.modules["serve"].BadInput
CHUNK_TOKENS = 20


class Model:
    """An XTTS checkpoint. ``rate`` is that of its sound."""

    def __init__(self, folder: Path) -> None:
        config = XttsConfig()
        config.load_json(str(folder / "config.json"))
        self.config = config
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = Xtts(config)
        self.model.tokenizer = VoiceBpeTokenizer(vocab_file=str(folder / "vocab.json"))
        self.model.init_models()
        weights = load_file(str(folder / "model.safetensors"))
        try:
            found = self.model.load_state_dict(weights, strict=False)
        except RuntimeError as error:
            raise BadInput(f"the weights are not those of its configuration: {str(error)[:200]}") from None
        lacking = [name for name in found.missing_keys if not name.endswith("num_batches_tracked")]  # for training only
        if lacking or found.unexpected_keys:
            wrong = [*lacking, *found.unexpected_keys]
            raise BadInput(f"the weights are not those of its configuration: {len(wrong)} differ, as {wrong[0]}")
        self.model.gpt.init_gpt_for_inference(kv_cache=config.model_args.kv_cache)
        self.model.eval()  # gives nothing back here
        self.model.to(self.device)
        self.rate = int(config.model_args.output_sample_rate)

    def clone(self, request: dict[str, Any]) -> None:
        """``request``: ``samples`` (a float32 file, 22,050 Hz mono), ``out``. Writes the latents of that reference."""
        samples = np.fromfile(request["samples"], "<f4")
        audio = torch.from_numpy(samples)[None].to(self.device)
        seconds = max(1, len(samples) // 22_050)
        latents = self.model.get_gpt_cond_latents(
            audio, 22_050, length=seconds, chunk_length=min(seconds, self.config.gpt_cond_chunk_len)
        )
        embedding = self.model.get_speaker_embedding(audio, 22_050)
        save_file(
            {"latents": latents.float().cpu().contiguous(), "speaker": embedding.float().cpu().contiguous()},
            request["out"],
        )

    def speak(self, request: dict[str, Any]) -> Iterator[np.ndarray]:
        """``request``: ``text``, ``language``, ``voice`` ([[file, weight], …]), ``seed``, ``seconds`` (at most)."""
        if request["language"] not in self.config.languages:
            raise BadInput(f"XTTS does not speak {request['language']!r}")
        latents, speaker = self._mixed(request["voice"])
        torch.manual_seed(request["seed"])
        left = round(request["seconds"] * self.rate)
        with torch.inference_mode():
            for piece in self.model.inference_stream(
                request["text"], request["language"], latents, speaker,
                stream_chunk_size=CHUNK_TOKENS, temperature=0.7, top_k=50, top_p=0.85, repetition_penalty=5.0,
            ):  # fmt: skip
                samples = piece.float().cpu().numpy().reshape(-1)[:left]
                left -= len(samples)
                yield samples
                if left <= 0:
                    return

    def _mixed(self, parts: list[tuple[str, float]]) -> tuple[torch.Tensor, torch.Tensor]:
        """The weighted mean of the references' latents, whose numbers of frames may differ."""
        loaded = [(load_file(file), weight) for file, weight in parts]
        frames = min(found["latents"].shape[1] for found, _ in loaded)
        latents = sum(found["latents"][:, :frames] * weight for found, weight in loaded)
        speaker = sum(found["speaker"] * weight for found, weight in loaded)
        return latents, speaker


def open_model(folder: str) -> Model:
    """Load the checkpoint in ``folder``."""
    return Model(Path(folder))
