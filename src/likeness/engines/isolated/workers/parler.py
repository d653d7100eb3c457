"""Parler-TTS through its own library, asked by ``engines.isolated.parler``. Runs where that is; see ``serve.py``."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from parler_tts import ParlerTTSForConditionalGeneration, ParlerTTSStreamer
from transformers import AutoTokenizer

BadInput = sys.modules["serve"].BadInput
FIRST_SOUND_SECONDS = 0.5


class Model:
    """A Parler-TTS checkpoint. ``rate`` is that of its sound."""

    def __init__(self, folder: str) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = ParlerTTSForConditionalGeneration.from_pretrained(
            folder, local_files_only=True, use_safetensors=True
        ).to(self.device)
        self.model.eval()
        self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.frames = self.model.audio_encoder.config.frame_rate
        self.rate = int(self.model.config.sampling_rate)

    def speak(self, request: dict[str, Any]) -> Iterator[np.ndarray]:
        """``request``: ``text``, ``description`` of the voice, ``seed``, ``seconds`` (at most)."""
        description = self.tokenizer(request["description"], return_tensors="pt").to(self.device)
        prompt = self.tokenizer(request["text"], return_tensors="pt").to(self.device)
        steps = max(self.model.decoder.num_codebooks + 2, round(self.frames * FIRST_SOUND_SECONDS))
        streamer = ParlerTTSStreamer(self.model, device=self.device, play_steps=steps)
        failed: list[BaseException] = []

        def generate() -> None:
            try:
                torch.manual_seed(request["seed"])
                with torch.inference_mode():
                    self.model.generate(
                        input_ids=description.input_ids, attention_mask=description.attention_mask,
                        prompt_input_ids=prompt.input_ids, prompt_attention_mask=prompt.attention_mask,
                        streamer=streamer, do_sample=True, temperature=1.0,
                        max_new_tokens=max(steps, round(request["seconds"] * self.frames)),
                    )  # fmt: skip
            except Exception as error:  # told by the one who waits for the sound
                failed.append(error)
                streamer.on_finalized_audio(np.zeros(0, np.float32), stream_end=True)

        worker = threading.Thread(target=generate, daemon=True)
        worker.start()
        for piece in streamer:
            if len(piece):
                yield piece
        worker.join()
        if failed:
            raise failed[0]


def open_model(folder: str) -> Model:
    """Load the checkpoint in ``folder``."""
    return Model(folder)
