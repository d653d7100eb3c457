"""A Qwen3-TTS of a folder, looked over before it is used: which kind it is, whether all of it is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np

from likeness.core.errors import InputError
from likeness.core.mel import FFT, log_mel
from likeness.core.models import digest
from likeness.core.types import Samples, Vectors
from likeness.engines.mlx.speech import library
from likeness.engines.mlx.speech.qwen3 import adapter
from likeness.engines.mlx.speech.qwen3.codec import FRAMES_PER_SECOND, Codec, Codes
from likeness.engines.mlx.speech.qwen3.talker import Prompt, Sampling, Talker

BASE, BAKED, DESIGNED = "base", "custom_voice", "voice_design"
_ROLE_TOKENS = 3


def kind_of(folder: Path) -> str:
    """ "base" (clones) or "custom_voice" (voices are merged in), by the folder's ``config.json`` alone.

    Raises :class:`InputError` when it is no Qwen3-TTS, one that makes voices from descriptions, or an adapter.
    """
    config = library.config_of(folder)
    if config.get("model_type") != "qwen3_tts":
        raise InputError(
            f"{folder.name} is a model of the type {config.get('model_type')!r}, not qwen3_tts",
            hint="mlx.audio speaks with the other models of mlx-audio",
            param="model",
        )
    kind = str(config.get("tts_model_type") or BASE)
    if kind == DESIGNED:
        raise InputError(
            f"{folder.name} makes voices from descriptions: it can be nobody's own",
            hint="choose a model of the kind Base, or CustomVoice",
            param="model",
        )
    return kind


class Model:
    """Talker, codec and speaker encoder, with the adapter in the folder ``tuned`` where there is one.

    Raises :class:`InputError` when the files are incomplete, or the adapter does not belong on it.
    """

    def __init__(self, folder: Path, tuned: Path | None = None) -> None:
        self.kind, self.folder = kind_of(folder), folder
        lora = adapter.read(tuned) if tuned else None
        if lora and self.kind != BASE:
            raise InputError(
                f"{folder.name} has its voices merged in; the adapter {tuned.name if tuned else ''} needs a base model",
                hint="name a model of the kind Base, or leave `adapter` empty",
                param="adapter",
            )
        loaded = library.load(folder, "qwen3_tts")
        if loaded.speech_tokenizer is None or loaded.tokenizer is None:
            part = "speech_tokenizer" if loaded.speech_tokenizer is None else "text tokenizer"
            raise InputError(f"{folder.name} has no {part} that can be read", hint="get the model again, whole")
        self.codec = Codec(loaded.speech_tokenizer, folder)
        if len(loaded.tokenizer.encode("<|im_start|>assistant\n", add_special_tokens=False)) != _ROLE_TOKENS:
            raise InputError(f"the tokenizer in {folder.name} is not that of Qwen3-TTS", hint="get the model again")
        self.talker = Talker(loaded)
        self._speaker_encoder = loaded.speaker_encoder
        if lora and tuned:
            adapter.put_on(loaded.talker, lora, tuned.name)

    @property
    def mark(self) -> str:
        """Tells what vectors and codes were made with: of two models of different marks they are never mixed."""
        return f"{digest(self.folder)}-{digest(self.folder / 'speech_tokenizer')}"

    def speaker_vector(self, samples: Samples) -> Vectors:
        """Who speaks in mono 24 kHz sound, float32 (width,). Raises :class:`InputError` without an encoder."""
        if self._speaker_encoder is None:
            raise InputError(
                f"{self.folder.name} has no speaker encoder (it went when its voices were merged in): it cannot clone",
                hint="enrol with a model of the kind Base",
                param="model",
            )
        mel = mx.array(log_mel(np.pad(samples, (0, max(0, FFT - len(samples))))))[None]
        return np.array(self._speaker_encoder(mel)[0].astype(mx.float32))

    def speak(
        self, prompt: Prompt, *, sampling: Sampling, seed: int, seconds: float, before: Codes | None = None
    ) -> Iterator[Samples]:
        """The sound of what the talker writes after ``prompt``, at most ``seconds`` of it, piece by piece."""
        most = max(1, round(seconds * FRAMES_PER_SECOND))
        yield from self.codec.sounds(self.talker.frames(prompt, sampling, seed, most), before)

    def close(self) -> None:
        """Let the weights go."""
        for part in ("codec", "talker", "_speaker_encoder"):
            setattr(self, part, None)
        mx.clear_cache()


def unit(vector: Any) -> Vectors:
    """``vector`` of length 1."""
    found = np.asarray(vector, np.float32)
    return found / np.float32(max(float(np.linalg.norm(found)), 1e-9))
