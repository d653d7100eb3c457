"""How a voice is made: every option once, with its description and unit. Presets are in ``recipes/voice.yaml``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from likeness.core import recipes

Preset = Literal["quick", "standard", "thorough"]


class VoiceRecipe(BaseModel):
    """Options of preparing a corpus and of learning a voice from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: Preset = Field(description="The preset the other values started from.")
    speech_level_dbfs: float = Field(ge=-40, le=-10, description="Level of the speech in every clip, RMS in dBFS.")
    peak_dbfs: float = Field(ge=-12, le=0, description="Peaks above this are limited, in dBFS.")
    margin_seconds: float = Field(ge=0, le=1, description="Silence kept before and after the speech, in seconds.")
    longest_pause_seconds: float = Field(
        ge=0.2, le=10, description="Longer silences between words are cut to this, in seconds."
    )
    breaths_db: float = Field(ge=-40, le=0, description="How much softer breaths are made, in dB.")
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
    model: str = Field(description="Model of the engine, by its name in the catalogue or its folder; its default.")
    base_voice: str = Field(description="For an engine that converts: whose speech, as ENGINE or ENGINE/VOICE.")
    adapter: str = Field(description="For an engine with adapters: the folder of a tuned one.")
    reference_seconds: float = Field(
        ge=3, le=60, description="Longest reference kept for each emotion by an engine that clones, in seconds."
    )
    seed: int = Field(ge=0, description="Start of the random numbers; the same seed gives the same voice.")


def voice_recipe(preset: str = "standard", **changes: Any) -> VoiceRecipe:
    """The recipe of a preset with some options changed. Raises what :func:`likeness.core.recipes.load` raises."""
    return recipes.load(VoiceRecipe, "voice", preset, **changes)
