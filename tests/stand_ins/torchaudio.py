"""What XTTS and Parler-TTS use of torchaudio, for environments of tests that link to a PyTorch no build of it fits."""

import math
import sys
import types

import librosa
import numpy as np
import torch
from scipy.signal import resample_poly

__version__ = "2.8.0"


def resample(waveform, orig_freq, new_freq, **_):
    """Polyphase resampling of the last axis."""
    common = math.gcd(int(orig_freq), int(new_freq))
    samples = resample_poly(waveform.cpu().numpy(), new_freq // common, orig_freq // common, axis=-1)
    return torch.from_numpy(np.ascontiguousarray(samples, dtype=np.float32))


class MelSpectrogram(torch.nn.Module):
    """Mel power spectrogram, by PyTorch's transform and librosa's filters."""

    def __init__(self, sample_rate=16_000, n_fft=400, win_length=None, hop_length=None, f_min=0.0, f_max=None,
                 n_mels=128, window_fn=torch.hann_window, power=2.0, norm=None, mel_scale="htk", **_):  # fmt: skip
        super().__init__()
        self.size, self.length, self.power = n_fft, win_length or n_fft, power
        self.hop = hop_length or self.length // 2
        filters = librosa.filters.mel(
            sr=sample_rate, n_fft=n_fft, n_mels=n_mels, fmin=f_min, fmax=f_max, htk=mel_scale == "htk", norm=norm
        )
        self.register_buffer("window", window_fn(self.length), persistent=False)
        self.register_buffer("filters", torch.from_numpy(filters).float(), persistent=False)

    def forward(self, samples):
        spectrum = torch.stft(samples, self.size, self.hop, self.length, self.window, return_complex=True)
        return self.filters @ spectrum.abs() ** self.power


functional = types.ModuleType("torchaudio.functional")
functional.resample = resample
transforms = types.ModuleType("torchaudio.transforms")
transforms.MelSpectrogram = MelSpectrogram
sys.modules |= {"torchaudio.functional": functional, "torchaudio.transforms": transforms}
