"""Sound files of our own making: written as FLAC, and read in this process. Files of others go through the decoder."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from likeness.core.errors import InputError
from likeness.core.types import Audio


def flac(audio: Audio, bits: int = 16) -> bytes:
    """``audio`` as a mono FLAC file of 16 or 24 bits at its own rate; what is beyond full scale is clipped."""
    import soundfile

    target = io.BytesIO()
    soundfile.write(target, np.clip(audio.samples, -1.0, 1.0), audio.rate, format="FLAC", subtype=f"PCM_{bits}")
    return target.getvalue()


def read(path: Path, *, hint: str) -> Audio:
    """The sound of ``path``, mono. Raises :class:`InputError`, with ``hint``, when it is gone or damaged."""
    import soundfile

    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        # The library's own message names the whole path, which is nobody's business beyond this machine.
        told = getattr(error, "error_string", "") or type(error).__name__
        raise InputError(f"{path.name} is missing or damaged: {told}", hint=hint) from None
    mono = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    return Audio(np.ascontiguousarray(mono, dtype=np.float32), int(rate))
