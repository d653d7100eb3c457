"""Whose voice a sound is in, changed: the tone-colour converter on sounds of any length, streaming."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import InputError
from likeness.core.types import Audio, Samples
from likeness.engines.openvoice.config import WEIGHTS, ConverterConfig
from likeness.engines.openvoice.overlap import OverlapSave, Rows
from likeness.engines.openvoice.spectrogram import SpectrogramStream, spectrogram
from likeness.engines.sound import at_rate

Colour = NDArray[np.float32]
"""A voice's tone colour, shape (1, 256, 1) in V2."""
TAU = 0.3
"""How much chance there is in the sound: the published default."""
BLOCK = 224
"""Frames that become sound at once, 2.6 s in V2: with what they overlap under 65,536 samples, the longest row that
PyTorch convolves on Apple's GPUs."""
FIRST = 32
"""Frames of the first block where the sound is waited for; larger ones follow while it plays."""
LATENT_BLOCK, LATENT_FIRST = 448, 48
"""The same of the steps before, which are cheap and reach further."""


class Converter:
    """A converter in memory. One conversion at a time."""

    def __init__(self, config: ConverterConfig, model: Any, device: str) -> None:
        self.config, self.device = config, device
        self._model = model
        self.rate = config.data.sampling_rate

    @classmethod
    def load(cls, folder: Path, device: str = "") -> Self:
        """From ``config.json`` and ``model.safetensors``; ``device`` is PyTorch's name of one, "" for the CPU.

        Raises :class:`InputError` when they are missing, damaged, or do not go together.
        """
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from likeness.engines.openvoice.network import ToneColourConverter

        config = ConverterConfig.read(folder)
        with torch.device("meta"):  # no memory, and no random numbers that would be written over
            model = ToneColourConverter(config)
        try:
            model.load_state_dict(load_file(folder / WEIGHTS), assign=True)
        except (OSError, SafetensorError) as error:
            raise InputError(f"{folder.name}/{WEIGHTS} cannot be read: {error}", hint=_AGAIN) from None
        except RuntimeError as error:
            told = " ".join(str(error).split())[:300]
            raise InputError(
                f"{folder.name}/{WEIGHTS} does not go with its configuration: {told}", hint=_AGAIN
            ) from None
        device = device or "cpu"
        return cls(config, model.eval().requires_grad_(False).to(device), device)

    def extract(self, sounds: Sequence[Audio]) -> Colour:
        """The tone colour of who speaks in ``sounds`` (any rate), the mean over them, float32 of shape (1, 256, 1).

        Raises :class:`InputError` when there is no sound.
        """
        import torch

        found = []
        for sound in sounds:
            frames = spectrogram(at_rate(sound, self.rate), self.config.data)
            if len(frames):
                with torch.inference_mode():
                    found.append(self._model.ref_enc(self._tensor(frames)).cpu().numpy())
        if not found:
            raise InputError("there is no sound to take a tone colour from", hint="give some seconds of speech")
        colour: Colour = np.mean(found, axis=0, dtype=np.float32)
        return colour

    def convert(self, audio: Audio, source: Colour, target: Colour, tau: float = TAU, seed: int = 0) -> Audio:
        """``audio``, spoken with the tone colour ``source``, as the voice of ``target`` says it; the same seed gives
        the same samples. The sound is as long as the whole hops in ``audio``, at :attr:`rate`."""
        made = list(self._converted([at_rate(audio, self.rate)], source, target, tau, seed, (LATENT_BLOCK, BLOCK)))
        return Audio(np.concatenate(made) if made else np.zeros(0, dtype=np.float32), self.rate)

    def stream(
        self, pieces: Iterable[Samples], source: Colour, target: Colour, tau: float = TAU, seed: int = 0
    ) -> Iterator[Samples]:
        """As :meth:`convert`, of samples at :attr:`rate` that come in pieces; memory does not grow with the length.

        However the sound is cut, the result is the same to rounding. The first piece needs 1.6 s of sound in V2.
        """
        return self._converted(pieces, source, target, tau, seed, (LATENT_FIRST, FIRST))

    def _converted(
        self,
        pieces: Iterable[Samples],
        source: Colour,
        target: Colour,
        tau: float,
        seed: int,
        first: tuple[int, int],
    ) -> Iterator[Samples]:
        """``first`` are the frames of the first block of latents and of sound."""
        from likeness.engines.openvoice.network import latent_reach, sound_reach

        sizes, data = self.config.model, self.config.data
        chance = np.random.default_rng(seed)
        frames = SpectrogramStream(data)
        latent, sound, scale = self._latent(source, target, data.bins), self._sound(target), data.hop_length
        latents = OverlapSave(latent, latent_reach(), first=first[0], block=LATENT_BLOCK)
        sounds = OverlapSave(sound, sound_reach(sizes), first=first[1], block=BLOCK, scale=scale)

        def with_noise(spectra: Rows) -> Rows:
            noise = chance.standard_normal((len(spectra), sizes.inter_channels), dtype=np.float32)
            return np.concatenate([spectra, np.float32(tau) * noise], axis=1)

        for piece in pieces:
            for made in latents.feed(with_noise(frames.feed(piece))):
                yield from sounds.feed(made)
        for last in (latents.feed(with_noise(frames.finish())), latents.finish()):
            for made in last:
                yield from sounds.feed(made)
        yield from sounds.finish()

    def _latent(self, source: Colour, target: Colour, bins: int) -> Callable[[Rows], Rows]:
        import torch

        told = torch.from_numpy(source).to(self.device), torch.from_numpy(target).to(self.device)

        def latent(rows: Rows) -> Rows:
            with torch.inference_mode():
                made = self._model.latent(self._tensor(rows[:, :bins]), self._tensor(rows[:, bins:]), *told)
            found: Rows = made[0].T.cpu().numpy()
            return found

        return latent

    def _sound(self, target: Colour) -> Callable[[Rows], Rows]:
        import torch

        told = torch.from_numpy(target).to(self.device)

        def sound(rows: Rows) -> Rows:
            with torch.inference_mode():
                found: Rows = self._model.sound(self._tensor(rows), told)[0, 0].cpu().numpy()
            return found

        return sound

    def _tensor(self, rows: Rows) -> Any:
        """(frames, channels) as (1, channels, frames) on the device."""
        import torch

        return torch.from_numpy(np.ascontiguousarray(rows.T)).to(self.device)[None]


_AGAIN = "get the model again: likeness models get OpenVoiceV2"
