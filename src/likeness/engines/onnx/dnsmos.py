"""Engine ``dnsmos``: what listeners would probably say of a sound, by the two DNSMOS networks of the package speechmos.

P.835 (Reddy, Gopal and Cutler 2022) gives the scores of ITU-T P.835: the speech itself, the background and overall.
P.808 (Reddy, Gopal and Cutler 2021) gives one of ITU-T P.808. Both were learned from listeners' scores of noisy and
cleaned recordings: they hear noise, distortion and gaps, and know nothing of melody or of who speaks.

The networks come with the package (MIT, Microsoft); its own code, which wants librosa and pandas, is never imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import EngineMissing, InputError
from likeness.core.mel import mel_filters
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio
from likeness.engines.sound import at_rate

RATE = 16_000
_SECONDS = 9.01
WINDOW = round(_SECONDS * RATE)
"""Samples that the networks hear at once."""
_SCORES = {
    "speech": (-0.08397278, 1.22083953, 0.0052439),
    "background": (-0.13166888, 1.60915514, -0.39604546),
    "overall": (-0.06766283, 1.11546468, 0.04602535),
}
"""The polynomials that take the network's three outputs, in this order, to the scale of listeners (highest power
first), as published with it."""
_FRAME, _FRAME_HOP, _BANDS = 321, 160, 120
_INSTALL = "pip install 'likeness[judge]'"


class DnsMos:
    """Predictor of mean opinion scores (1-5)."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="dnsmos",
        title="DNSMOS P.835 and P.808",
        kind=frozenset({"naturalness"}),
        needs=("onnxruntime", "speechmos"),
        install=_INSTALL,
        memory_mb=120,
        licence="MIT (code and networks, in the package speechmos)",
        notes="Learned from scores of noisy and cleaned recordings: it hears noise and distortion, not expression.",
        languages=("*",),
    )

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        folder = _networks()
        self._p835, self._p808 = (
            onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])
            for name in ("sig_bak_ovr.onnx", "model_v8.onnx")
        )

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load both networks; there is nothing to choose. Raises :class:`EngineMissing` when they are not there."""
        return cls()

    def close(self) -> None:
        """Let go of the networks."""
        self._p835 = self._p808 = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def naturalness(self, audio: Audio) -> Mapping[str, float]:
        """Scores from 1 to 5: ``overall``, ``speech`` and ``background`` (P.835) and ``p808``.

        Means over windows of 9.01 s, one each second; a shorter sound is repeated until it fills one, as published.
        Raises :class:`InputError` for a sound that is empty or has samples that are not numbers.
        """
        if not len(audio.samples) or not np.isfinite(audio.samples).all():
            raise InputError("there is no sound to judge", hint="give speech of a second or more")
        samples = np.clip(at_rate(audio, RATE), -1.0, 1.0).astype(np.float32)
        samples = np.tile(samples, 2 ** max(0, int(np.ceil(np.log2(WINDOW / len(samples))))))
        found = []
        for number in range(int(len(samples) // RATE - _SECONDS) + 1):
            window = samples[number * RATE : number * RATE + WINDOW]
            raw = self._p835.run(None, {"input_1": window[None]})[0][0]
            p808 = float(self._p808.run(None, {"input_1": mel_features(window[:-160])[None]})[0][0][0])
            mapped = [float(np.polyval(c, value)) for c, value in zip(_SCORES.values(), raw, strict=True)]
            found.append([*mapped, p808])
        return dict(zip((*_SCORES, "p808"), map(float, np.mean(found, axis=0)), strict=True))


def mel_features(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Input of the P.808 network, shape (frames, 120): mel spectrogram of 16 kHz sound in dB under its peak, (x+40)/40.

    Frames of 321 samples every 160, centred, periodic Hann window, power, 120 bands; at most 80 dB under the peak.
    """
    padded = np.pad(samples.astype(np.float64), _FRAME // 2)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FRAME) / _FRAME)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_FRAME_HOP] * window
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2 @ mel_filters(RATE, _FRAME, _BANDS).T
    decibels = 10 * np.log10(np.maximum(power, 1e-10))
    decibels = np.maximum(decibels - decibels.max(), -80.0)
    made: NDArray[np.float32] = ((decibels + 40.0) / 40.0).astype(np.float32)
    return made


def _networks() -> Path:
    """The folder of the networks in the package, found without importing it."""
    spec = find_spec("speechmos")
    folder = Path(spec.origin).parent / "dnsmos_models" if spec is not None and spec.origin else None
    if folder is None or not (folder / "sig_bak_ovr.onnx").is_file() or not (folder / "model_v8.onnx").is_file():
        raise EngineMissing("the package speechmos has no DNSMOS networks", hint=f"install it again: {_INSTALL}")
    return folder
