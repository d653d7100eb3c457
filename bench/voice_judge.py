"""Speaker embeddings by Resemblyzer, in whatever interpreter has it: ``python voice_judge.py LIST OUT``.

``LIST`` is a JSON list of sound files, ``OUT`` becomes an ``.npy`` of shape (files, 256) with unit rows. It stands
alone: the bench runs it with the interpreter named in LIKENESS_BENCH_PYTHON, because Resemblyzer needs torch.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np


def main() -> None:
    import soundfile
    import torch
    from resemblyzer import VoiceEncoder, preprocess_wav

    torch.set_num_threads(1)
    encoder = VoiceEncoder("cpu", verbose=False)
    rows = []
    for name in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        samples, rate = soundfile.read(name, dtype="float32")
        rows.append(encoder.embed_utterance(preprocess_wav(samples, rate)))
    np.save(sys.argv[2], np.stack(rows))


if __name__ == "__main__":
    main()
