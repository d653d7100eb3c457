"""A person's voice for Qwen3-TTS: references, speaker vectors and codes, made at enrolment and kept in its folder.

Beside ``references.json`` (see ``engines.references``): ``vectors.safetensors`` with, for each emotion, ``mean.…``
(float32, the mean of its clips' vectors), ``reference.…`` (that of the reference alone) and ``codes.…`` (int32, frames
by 16); ``adapter/`` where one was tuned.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from likeness.core import corpus as corpora
from likeness.core import files, lora_config
from likeness.core.errors import InputError
from likeness.core.events import Event
from likeness.core.lora import MLX_WEIGHTS
from likeness.core.types import Samples, Vectors
from likeness.engines import references
from likeness.engines.mlx.speech.qwen3.codec import RATE, SILENCE_AFTER, Codes
from likeness.engines.mlx.speech.qwen3.model import Model, unit
from likeness.engines.references import Kept, Reference
from likeness.engines.sound import at_rate

VECTORS = "vectors.safetensors"
ADAPTER = "adapter"
_MOST_CLIPS = 40
_LEAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Sounded:
    """What one emotion is spoken with: who it is, and what was heard of them (None: by the vector alone)."""

    vector: Vectors
    heard: str = ""
    codes: Codes | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that was enrolled, as the model at hand reads it."""

    kept: Kept
    tensors: Mapping[str, Any]

    def sounded(self, blend: Sequence[tuple[str, float]], mode: str = "") -> Sounded:
        """For ``blend``: its heaviest reference where what it says is known (``mode`` "in_context"), else the weighted
        mean of its vectors ("embedding"). An explicit ``mode`` is kept to; "" is by what is known.

        Raises :class:`InputError` when "in_context" is asked for and the reference has no transcript.
        """
        reference = self.kept.heaviest(blend)
        if mode == "in_context" and not reference.transcript:
            raise InputError(
                f"what the reference for {reference.emotion!r} says is not known: it can only be spoken by embedding",
                hint="enrol the voice again with transcripts, or choose the mode embedding",
                param="mode",
            )
        if reference.transcript and mode != "embedding":
            vector = np.asarray(self.tensors[f"reference.{reference.emotion}"])
            return Sounded(vector, reference.transcript, np.asarray(self.tensors[f"codes.{reference.emotion}"]))
        mixed = references.mixed(blend, lambda emotion: self.tensors.get(f"mean.{emotion}"))
        return Sounded(np.asarray(self.tensors[f"mean.{reference.emotion}"]) if mixed is None else mixed)


def load(folder: Path, model: Model) -> Voice:
    """The voice in ``folder``. Made with another model, its vectors and codes are made anew from its references."""
    kept = references.load(folder)
    if kept.extra.get("mark") != model.mark:
        tensors: dict[str, Any] = {}
        for emotion, reference in kept.references.items():
            tensors |= _heard(emotion, reference, model)
            tensors[f"mean.{emotion}"] = tensors[f"reference.{emotion}"]
        return Voice(kept, tensors)
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(folder / VECTORS)
        missing = [
            name
            for emotion in kept.references
            for name in (f"mean.{emotion}", f"reference.{emotion}", f"codes.{emotion}")
            if name not in tensors
        ]
        if missing:
            raise ValueError(f"{missing[0]} is not in it")
    except (OSError, SafetensorError, ValueError) as error:
        raise InputError(f"{folder.name}/{VECTORS} is damaged: {error}", hint="enrol the voice again") from None
    return Voice(kept, tensors)


def enrol(data: Path, recipe: Mapping[str, Any], out: Path, model: Model, named: str) -> Iterator[Event]:
    """Fill ``out`` from the corpus in ``data``: the best reference of each emotion, and vectors of up to 40 clips.

    The last event's ``self_similarity`` is the mean cosine of the clips' vectors to their emotion's mean.
    """
    from safetensors.numpy import save

    corpus = corpora.load(data)
    groups = references.by_emotion(corpus)
    total = sum(len(clips[:_MOST_CLIPS]) for clips in groups.values())
    tensors: dict[str, Any] = {}
    chosen: dict[str, Reference] = {}
    near: list[float] = []
    done = 0
    for emotion, clips in groups.items():
        vectors: list[Vectors] = []
        for clip in clips[:_MOST_CLIPS]:
            # One vector for each clip: padding clips to one length would change what is pooled over them.
            samples = at_rate(references.sound(clip), RATE)
            if len(samples) >= _LEAST_SECONDS * RATE or not vectors:
                vectors.append(model.speaker_vector(samples))
            done += 1
            yield Event("listen", done, total, "clips")
        mean = np.mean(np.stack(vectors).astype(np.float32), axis=0, dtype=np.float32)
        near += [float(unit(vector) @ unit(mean)) for vector in vectors]
        reference = references.chosen(clips, float(recipe["reference_seconds"]), RATE)
        chosen[emotion] = reference
        tensors |= {f"mean.{emotion}": mean} | _heard(emotion, reference, model)
    tuned = str(recipe.get("adapter") or "")
    if tuned:
        _copy_adapter(Path(tuned).expanduser(), out / ADAPTER)
    extra = {"mark": model.mark, "adapter": ADAPTER if tuned else ""}
    references.save(out, Kept(named, RATE, corpus.language, len(corpus.clips), chosen, extra))
    files.write_bytes(out / VECTORS, save({name: np.ascontiguousarray(each) for name, each in tensors.items()}))
    spoken = sum(1 for reference in chosen.values() if reference.transcript)
    metrics = {
        "references": float(len(chosen)),
        "references_with_transcript": float(spoken),
        "reference_seconds": round(sum(reference.audio.seconds for reference in chosen.values()), 2),
        "self_similarity": round(float(np.mean(near)), 4),
    }
    yield Event("learn", 1, 1, "voices", _remark(len(chosen), spoken), metrics)


def _heard(emotion: str, reference: Reference, model: Model) -> dict[str, Any]:
    samples = reference.audio.samples
    return {
        f"reference.{emotion}": model.speaker_vector(samples),
        f"codes.{emotion}": model.codec.encode(_with_silence(samples)),
    }


def _with_silence(samples: Samples) -> Samples:
    return np.concatenate([samples, np.zeros(round(SILENCE_AFTER * RATE), np.float32)])


def _copy_adapter(source: Path, target: Path) -> None:
    files.private_folder(target)
    for name in (lora_config.CONFIG, lora_config.WEIGHTS, MLX_WEIGHTS):
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def _remark(emotions: int, spoken: int) -> str:
    if spoken == emotions:
        return "done"
    return (
        f"{emotions - spoken} of {emotions} references have no transcript: they are spoken by the speaker's embedding "
        "alone, which is less like them than going on from a reference."
    )
