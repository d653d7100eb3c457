"""How a voice is made: every option once, with its description and unit. Presets are in ``recipes/voice.yaml``."""

from __future__ import annotations

from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from likeness.core.errors import InputError

Preset = Literal["quick", "standard", "thorough"]


class VoiceRecipe(BaseModel):
    """Options of preparing a corpus and of learning a voice from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: Preset = Field(description="The preset the other values started from.")
    speech_level_dbfs: float = Field(ge=-40, le=-10, description="Level of the speech in every clip, RMS in dBFS.")
    peak_dbfs: float = Field(ge=-12, le=0, description="Peaks above this are limited, in dBFS.")
    margin_seconds: float = Field(ge=0, le=1, description="Silence kept before and after the speech, in seconds.")
    longest_clip_seconds: float = Field(
        gt=2, le=120, description="Longest clip with a transcript that is kept in one piece, in seconds."
    )
    minimum_seconds: float = Field(ge=1, description="Least speech a voice is made from, in seconds.")
    rough_below_seconds: float = Field(
        ge=0, description="Below this much speech the voice is called rough, in seconds."
    )
    language: str = Field(min_length=2, description="Language of the recordings (ISO 639-1).")
    renderer: Literal["auto", "vocoder", "units"] = Field(
        description="How sound is made: by the vocoder, from units of the recordings, or by the amount of speech."
    )
    epochs: int = Field(ge=0, le=200, description="Passes over the recordings when the shipped network is adapted.")
    seed: int = Field(ge=0, description="Start of the random numbers; the same seed gives the same voice.")


def presets() -> dict[str, dict[str, Any]]:
    """The presets by name, as written in ``recipes/voice.yaml``; the first is the default."""
    text = resources.files("likeness").joinpath("recipes/voice.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)
    base = loaded["standard"]
    return {name: {**base, **values, "preset": name} for name, values in loaded.items()}


def voice_recipe(preset: str = "standard", **changes: Any) -> VoiceRecipe:
    """The recipe of a preset with some options changed.

    Raises :class:`InputError` for an unknown preset or option, or a value out of range.
    """
    known = presets()
    if preset not in known:
        raise InputError(f"there is no preset {preset!r}", hint=f"presets: {', '.join(known)}", param="preset")
    try:
        return VoiceRecipe(**{**known[preset], **changes})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"voice recipe: {where}: {first['msg']}", param=where) from None
