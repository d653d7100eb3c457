"""What differs between the models of mlx-audio that are spoken with: one row each. A new model is a new row.

Each row was driven end to end on a small model of its architecture. What mlx-audio holds besides is not offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from likeness.core.errors import InputError, NotFound
from likeness.core.models import find_weights
from likeness.core.types import Samples
from likeness.engines.mlx.speech.library import config_of

_EXAGGERATION, _TOKENS_PER_SECOND = 0.5, 25
"""Of Chatterbox: how much feeling is put in (the published value), and its speech tokens."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One text to speak: with a person's reference (mono, at the model's rate) or with the file of a stock voice."""

    text: str
    seconds: float
    """How long it can last at most."""
    reference: Samples | None = None
    heard: str = ""
    voice: Path | None = None
    emotion: str = ""
    memory: dict[str, Any] = field(default_factory=dict)
    """What the engine keeps between texts: what was made of a reference, by emotion."""


@dataclass(frozen=True, slots=True)
class Family:
    """One architecture. ``kind`` is its package in mlx-audio, ``recognised`` what only its ``config.json`` has.

    ``clones``: "" not at all, "sound" from a reference alone, "words" only where it is known what the reference says.
    ``arguments`` turns what is asked into the keywords of its ``generate``, sampling always among them, since the
    library's defaults change; ``say`` stands in for models that are driven another way.
    """

    name: str
    title: str
    kind: str
    models: tuple[str, ...]
    licence: str
    recognised: Callable[[Mapping[str, Any]], bool]
    clones: Literal["", "sound", "words"] = ""
    streams: bool = False
    languages: tuple[str, ...] = ("en",)
    voices: tuple[str, ...] = ()
    """Folders in the model's that hold stock voices, one ``.safetensors`` each."""
    arguments: Callable[[Any, Asked], dict[str, Any]] = field(default=lambda model, asked: {})
    say: Callable[[Any, Asked], Iterator[Any]] | None = None
    opening: Callable[[Path], AbstractContextManager[Any]] = field(default=lambda folder: nullcontext())
    """What must hold while it is loaded: where its parts from other repositories lie on this machine."""

    def stock(self, folder: Path) -> dict[str, Path]:
        """The files of its stock voices by name."""
        found = [path for place in self.voices for path in sorted((folder / place).glob("*.safetensors"))]
        return {path.stem: path for path in found}


def _csm(model: Any, asked: Asked) -> dict[str, Any]:
    from mlx_audio.lm.sample_utils import make_sampler

    return {
        "ref_audio": _array(asked.reference),
        "ref_text": asked.heard,
        "speaker": 0,
        "split_pattern": None,
        "sampler": make_sampler(temp=0.9, top_k=50),
        "max_audio_length_ms": asked.seconds * 1000,
        "voice_match": True,
        "stream": True,
        "streaming_interval": 0.5,
    }


def _pocket(model: Any, asked: Asked) -> dict[str, Any]:
    if asked.reference is not None and model.mimi.encoder is None:
        raise InputError(
            "this Pocket TTS was packed without the part that listens: it has stock voices only",
            hint="get the model again, with its encoder",
            param="model",
        )
    given = {"ref_audio": _array(asked.reference)} if asked.reference is not None else {"voice": str(asked.voice)}
    return {**given, "temperature": 0.7, "lsd_decode_steps": 1, "stream": True, "streaming_interval": 0.32}


def _chatterbox(model: Any, asked: Asked) -> dict[str, Any]:
    if asked.emotion not in asked.memory:
        # Three networks listen to the reference; they need not for every sentence.
        heard = model.prepare_conditionals(_array(asked.reference), model.sample_rate, _EXAGGERATION)
        asked.memory[asked.emotion] = heard
    return {
        "conds": asked.memory[asked.emotion],
        "exaggeration": _EXAGGERATION,
        "cfg_weight": 0.5,
        "temperature": 0.8,
        "repetition_penalty": 1.2,
        "min_p": 0.05,
        "top_p": 1.0,
        "max_new_tokens": round(asked.seconds * _TOKENS_PER_SECOND),
        "verbose": False,
    }


def _kokoro(model: Any, asked: Asked) -> Iterator[Any]:
    import mlx.core as mx

    from likeness.engines.mlx.speech.phones import kokoro_phones

    pack = mx.load(str(asked.voice))["voice"]
    for phones in kokoro_phones(asked.text, model.context_length - 2):
        # A voice has one style for each length of a phrase; longer ones take the last.
        yield model(phones, pack[min(len(phones), len(pack)) - 1], 1.0)[0]


def _csm_parts(folder: Path) -> AbstractContextManager[Any]:
    from likeness.engines.mlx.speech.parts import mimi_and_tokenizer

    return mimi_and_tokenizer(_own_or(folder, "tokenizer.json", "Llama-3.2-1B-tokenizer"), find_weights("mimi-24khz"))


def _chatterbox_parts(folder: Path) -> AbstractContextManager[Any]:
    from likeness.engines.mlx.speech.parts import snapshots

    return snapshots("mlx_audio.tts.models.chatterbox.chatterbox", find_weights("S3TokenizerV2"))


def _own_or(folder: Path, file: str, other: str) -> Path:
    return folder if (folder / file).is_file() else find_weights(other)


def _array(samples: Samples | None) -> Any:
    import mlx.core as mx

    return mx.array(samples)


FAMILIES = (
    Family(
        name="pocket_tts",
        title="Pocket TTS",
        kind="pocket_tts",
        models=("pocket-tts",),
        licence="CC-BY-4.0",
        recognised=lambda config: {"flow_lm", "mimi"} <= config.keys(),
        clones="sound",
        streams=True,
        voices=("voices", "embeddings"),
        arguments=_pocket,
    ),
    Family(
        name="chatterbox",
        title="Chatterbox",
        kind="chatterbox",
        models=("chatterbox",),
        licence="MIT",
        recognised=lambda config: config.get("model_type") == "chatterbox",
        clones="sound",
        arguments=_chatterbox,
        opening=_chatterbox_parts,
    ),
    Family(
        name="csm",
        title="Sesame CSM 1B",
        kind="sesame",
        models=("csm-1b",),
        licence="Apache-2.0",
        recognised=lambda config: "depth_decoder_config" in config or "backbone_flavor" in config,
        clones="words",
        streams=True,
        arguments=_csm,
        opening=_csm_parts,
    ),
    Family(
        name="kokoro",
        title="Kokoro 82M",
        kind="kokoro",
        models=("Kokoro-82M",),
        licence="Apache-2.0",
        recognised=lambda config: {"istftnet", "plbert"} <= config.keys(),
        voices=("voices",),
        say=_kokoro,
    ),
)


def family_of(folder: Path) -> Family:
    """The family of the model in ``folder``. Raises :class:`InputError` when it is of none that is known here."""
    config = config_of(folder)
    for family in FAMILIES:
        if family.recognised(config):
            return family
    raise InputError(
        f"{folder.name} is a model of the type {config.get('model_type')!r}, which is not spoken with here",
        hint=f"models that are: {', '.join(family.title for family in FAMILIES)}",
        param="model",
    )


def named(name: str) -> Family:
    """The family called ``name``. Raises :class:`NotFound`."""
    for family in FAMILIES:
        if family.name == name:
            return family
    raise NotFound(f"there is no model family {name!r}", hint=", ".join(family.name for family in FAMILIES))
