"""Change of sample rate, for the track: what ``core.resample`` has, which engines use too."""

from likeness.core.resample import PCM_RATE, SPEECH_RATE, StreamResampler, resample

__all__ = ["PCM_RATE", "SPEECH_RATE", "StreamResampler", "resample"]
