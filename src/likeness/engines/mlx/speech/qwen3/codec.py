"""The speech tokenizer of Qwen3-TTS: 24 kHz sound to 12.5 frames of 16 codes a second and back, also piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import EngineFailed, InputError
from likeness.core.types import Samples

RATE = 24_000
FRAMES_PER_SECOND = 12.5
SILENCE_AFTER = 0.5
"""Silence put behind a reference: without it the first second of it is often heard again (QwenLM/Qwen3-TTS users)."""
_CONTEXT = 25
"""Frames decoded before the first one and thrown away, as the official decoder does at its seams."""
_FIRST, _GROWTH, _MOST = 4, 2, 32
"""Frames in the first piece of sound (0.32 s), and how the pieces grow: early first, then with little to spare."""

Codes = NDArray[np.int32]


class Codec:
    """One tokenizer, for one text at a time. Raises :class:`InputError` for files that leave some of it unset."""

    def __init__(self, tokenizer: Any, folder: Path) -> None:
        self._tokenizer = tokenizer
        self._decoder = _uncompiled(tokenizer.decoder)
        tokenizer.decoder = self._decoder
        _check_complete(tokenizer, folder)
        self.has_encoder = bool(tokenizer.has_encoder)
        # The official decoder attends to the last 72 frames only, mlx-audio to all of them: other sound from 6 s on.
        self._decoder.pre_transformer = _Windowed(
            self._decoder.pre_transformer, int(tokenizer.config.decoder_config.sliding_window)
        )
        self._stream = 0

    def encode(self, samples: Samples) -> Codes:
        """Codes of mono 24 kHz sound, shape (frames, 16). Raises :class:`InputError` when there is no encoder."""
        if not self.has_encoder:
            raise InputError(
                "the model's speech tokenizer has no encoder, so that it cannot hear a reference",
                hint="get the whole model: speech_tokenizer/model.safetensors holds both halves",
            )
        return np.ascontiguousarray(np.array(self._tokenizer.encode(mx.array(samples)[None, None])[0]).T, np.int32)

    def sounds(self, frames: Iterable[Codes], before: Codes | None = None) -> Iterator[Samples]:
        """The sound of ``frames``, each of shape (16,), as they come. ``before`` (n, 16) is what was heard just before.

        Raises :class:`EngineFailed` when another text was begun in between.
        """
        self._stream += 1
        mine, size, held = self._stream, _FIRST, list[Codes]()
        self._decoder.reset_streaming_state()
        if before is not None and len(before):
            mx.eval(self._step(before[-_CONTEXT:]))
        for frame in frames:
            held.append(frame)
            if len(held) == size:
                self._check(mine)
                yield self._decoded(held)
                held, size = [], min(_MOST, size * _GROWTH)
        if held:
            self._check(mine)
            yield self._decoded(held)

    def _decoded(self, frames: list[Codes]) -> Samples:
        return np.array(self._step(np.stack(frames))[0, 0].astype(mx.float32))

    def _step(self, codes: Codes) -> Any:
        return self._decoder.streaming_step(mx.array(codes.T)[None])

    def _check(self, stream: int) -> None:
        if stream != self._stream:
            raise EngineFailed("another text was begun with this engine", hint="one engine speaks one text at a time")


class _Windowed(nn.Module):  # type: ignore[misc, unused-ignore]
    """The decoder's transformer with attention to the last ``window`` frames."""

    def __init__(self, inner: Any, window: int) -> None:
        super().__init__()
        self.inner = inner
        self._window = window

    def make_cache(self) -> Any:
        """See ``DecoderTransformer.make_cache``."""
        return self.inner.make_cache()

    def __call__(self, x: Any, mask: Any = None, cache: Any = None) -> Any:
        """Frames (batch, n, width) after those in ``cache``."""
        before, length = (cache[0].offset if cache else 0), x.shape[1]
        asks, keys = mx.arange(before, before + length)[:, None], mx.arange(before + length)[None]
        seen = (keys <= asks) & (keys > asks - self._window)
        return self.inner(x, mask=mx.where(seen, 0.0, -mx.inf).astype(x.dtype), cache=cache)


def _uncompiled(decoder: Any) -> Any:
    """The module behind ``mx.compile``: every length of text would be compiled anew."""
    return decoder.streaming_step.__self__


def _check_complete(tokenizer: Any, folder: Path) -> None:
    """mlx-audio loads the tokenizer without complaint when weights are missing; they would be random."""
    from mlx.utils import tree_flatten

    stored: dict[str, Any] = {}
    for path in (folder / "speech_tokenizer").glob("*.safetensors"):
        stored.update(mx.load(str(path)))
    found = type(tokenizer).sanitize(stored).keys()
    wanted = (name for name, _ in tree_flatten(tokenizer.parameters()) if not name.endswith("initialized"))
    missing = [name for name in wanted if name not in found]
    if missing:
        raise InputError(
            f"{folder.name}/speech_tokenizer lacks {len(missing)} weights, among them {missing[0]}",
            hint="get the model again, whole",
        )
