"""How far the model's spectrum is from the recordings' at their own timing: mel-cepstral distortion (Kubichek 1993)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likeness.engines.builtin.voice.examples import Utterance
from likeness.engines.builtin.voice.features import speech_frames
from likeness.engines.builtin.voice.model import AcousticModel

CLIPS = 8
ORDER = 25


def distortion(model: AcousticModel, utterances: Sequence[Utterance]) -> float:
    """Mean distance in dB over the speech of up to eight of ``utterances``, level left out. Measured on recordings the
    model may have learned from: it compares models, it does not promise what new text will sound like.
    """
    found = []
    for utterance in utterances[:: max(1, len(utterances) // CLIPS)][:CLIPS]:
        static = model.predict(utterance.words, utterance.tokens).static
        natural = utterance.acoustics.static
        loud = speech_frames(natural[:, 0])
        # The coded coefficients are an orthonormal transform of log power; the measure is of log amplitude.
        difference = (static[loud, 1:ORDER] - natural[loud, 1:ORDER]) / 2
        found.append(10 / np.log(10) * np.sqrt((difference**2).sum(1)))
    return float(np.concatenate(found).mean())
