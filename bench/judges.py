"""Whether the judges of a voice can be trusted: ``python -m bench.judges``.

Speaker encoders must tell one speaker from another, a recogniser must hear a planted garbling, and the predictor of
listeners' scores must fall with noise. Speech is that of a folder of recordings of one person (``--person``, with
transcripts beside them) and of the voices that ship with the built-in engine. Judges that are not ready are named.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bench import harness
from likeness.core import plugins
from likeness.core.types import Audio, SpeakRequest
from likeness.speak.encoders import ready_encoders
from likeness.speak.evaluate.judges import against, against_the_rest, errors, ready_judges
from likeness.speak.evaluate.material import UNSEEN

NOISE_DB = (40, 30, 20, 10, 0)
GARBLED_SHARES = (0.0, 0.1, 0.25, 0.5)
STOCK = ("slt", "rms", "awb")
PIECES = 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--person", type=Path, help="folder of sound files of one person, each with a .txt beside it")
    arguments = parser.parse_args()
    person = recordings(arguments.person) if arguments.person else []
    stock = {name: spoken(name) for name in STOCK}
    rows: list[Sequence[object]] = []
    figures: dict[str, float | int | None] = {}
    speakers = {**{name: [audio for audio, _ in takes] for name, takes in stock.items()}}
    if person:
        speakers["the person"] = [audio for audio, _ in person]
    for name in ready_encoders():
        encoder(name, speakers, rows, figures)
    judges = ready_judges()
    recogniser(judges.recogniser, person or stock["slt"], rows, figures)
    naturalness(judges.naturalness, person or stock["slt"], rows, figures)
    for missing in judges.missing:
        print(f"not judged: {missing.measure}: {missing.why} ({missing.hint})", file=sys.stderr)
    harness.finish("judges", ("judge", "what", "value"), rows, figures)


def recordings(folder: Path) -> list[tuple[Audio, str]]:
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix in (".wav", ".flac") and path.with_suffix(".txt").is_file():
            samples, rate = soundfile.read(path, dtype="float32")
            found.append((Audio(samples, rate), path.with_suffix(".txt").read_text(encoding="utf-8")))
    return [item for item in found if item[0].seconds >= 3][: 2 * PIECES]


def spoken(voice: str) -> list[tuple[Audio, str]]:
    """The built-in engine's stock voice saying the unseen sentences."""
    with plugins.engine("builtin.voice").open(None, {"voice": voice}) as opened:
        speaker: Any = opened
        made = []
        for text in UNSEEN[:PIECES]:
            samples = np.concatenate([piece.samples for piece in speaker.speak(SpeakRequest(text))])
            made.append((Audio(samples, speaker.rate), text))
    return made


def encoder(name: str, speakers: dict[str, list[Audio]], rows: list[Sequence[object]], figures: dict[str, Any]) -> None:
    """Cosines of clips of one speaker with each other, and with every other speaker; equal error rate."""
    with plugins.engine(name).open(None, {}) as opened:
        judge: Any = opened
        vectors = {who: np.stack([judge.speaker_vector(clip) for clip in clips]) for who, clips in speakers.items()}
    same = [cosine for clips in vectors.values() for cosine in against_the_rest(clips)]
    other = [
        cosine for who, clips in vectors.items() for them, rest in vectors.items() if who != them
        for cosine in against(clips, rest)
    ]  # fmt: skip
    rows.append((name, "same speaker, cosine", float(np.mean(same))))
    rows.append((name, "other speakers, cosine", float(np.mean(other))))
    rows.append((name, "lowest same, highest other", f"{min(same):.3f}, {max(other):.3f}"))
    rows.append((name, "equal error rate", equal_error(same, other)))
    figures[f"{name}_same"] = float(np.mean(same))
    figures[f"{name}_other"] = float(np.mean(other))
    figures[f"{name}_equal_error"] = equal_error(same, other)


def equal_error(same: Sequence[float], other: Sequence[float]) -> float:
    """Share of wrong answers at the threshold where misses and false alarms are equally many."""
    best = 1.0
    for threshold in sorted([*same, *other]):
        misses = float(np.mean([value < threshold for value in same]))
        alarms = float(np.mean([value >= threshold for value in other]))
        best = min(best, max(misses, alarms))
    return best


def recogniser(
    name: str, takes: Sequence[tuple[Audio, str]], rows: list[Sequence[object]], figures: dict[str, Any]
) -> None:
    """Word and character error where a growing share of the speech is garbled (short stretches turned about)."""
    if not name:
        return
    with plugins.engine(name).open(None, {}) as opened:
        judge: Any = opened
        for share in GARBLED_SHARES:
            heard = [(text, judge.recognise(garbled(audio, share)).text) for audio, text in takes[:PIECES]]
            words, characters = errors(heard)
            rows.append(
                (name, f"word / character error, {share:.0%} garbled", f"{words.rate:.3f} / {characters.rate:.3f}")
            )
            figures[f"{name}_word_error_{round(100 * share)}"] = words.rate


def garbled(audio: Audio, share: float, seconds: float = 0.25) -> Audio:
    """``audio`` with that share of its stretches of 0.25 s played backwards."""
    samples, size = audio.samples.copy(), round(seconds * audio.rate)
    starts = np.arange(0, len(samples) - size, size)
    for start in np.random.default_rng(0).permutation(starts)[: round(share * len(starts))]:
        samples[start : start + size] = samples[start : start + size][::-1]
    return Audio(samples, audio.rate)


def naturalness(
    name: str, takes: Sequence[tuple[Audio, str]], rows: list[Sequence[object]], figures: dict[str, Any]
) -> None:
    """Predicted scores of listeners as white noise comes nearer to the speech."""
    if not name:
        return
    with plugins.engine(name).open(None, {}) as opened:
        judge: Any = opened
        for level in (None, *NOISE_DB):
            scores = [judge.naturalness(noisy(audio, level)) for audio, _ in takes[:3]]
            said = {key: float(np.mean([score[key] for score in scores])) for key in scores[0]}
            told = "clean" if level is None else f"{level} dB over noise"
            rows.append((name, told, " ".join(f"{key} {value:.2f}" for key, value in said.items())))
            figures[f"{name}_{'clean' if level is None else f'{level}db'}"] = said["overall"]


def noisy(audio: Audio, level: float | None) -> Audio:
    if level is None:
        return audio
    noise = np.random.default_rng(0).standard_normal(len(audio.samples)).astype(np.float32)
    gain = float(np.sqrt(np.mean(audio.samples**2))) * 10 ** (-level / 20)
    return Audio(audio.samples + gain * noise, audio.rate)


if __name__ == "__main__":
    main()
