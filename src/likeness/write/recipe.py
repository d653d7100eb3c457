"""How a writing dataset is made: every option once, described, with its unit. Presets: ``recipes/prepare.yaml``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from likeness.core import recipes
from likeness.core.types import ExampleKind

PreparePreset = Literal["quick", "standard", "thorough"]


class PrepareRecipe(BaseModel):
    """Options of making a dataset from the messages in a person's store."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: PreparePreset = Field(description="The preset the other values started from.")
    writer: str = Field(min_length=1, description="Engine that writes instructions and neutral texts, by name.")
    burst_gap_seconds: float = Field(
        ge=0, le=86_400, description="Chat messages at most this far apart are one burst, in seconds."
    )
    context_hours: float = Field(
        gt=0, le=8760, description="Chat messages older than this are no context of a reply, in hours."
    )
    session_hours: float = Field(
        gt=0, le=8760, description="A silence longer than this begins a new thread of a chat, in hours."
    )
    context_characters: int = Field(
        ge=50, le=20_000, description="Longest context kept, cut at a line or word, in characters."
    )
    shortest_words: int = Field(ge=1, le=50, description="Messages of fewer words are dropped as noise, in words.")
    longest_characters: int = Field(ge=200, description="Messages longer than this are dropped, in characters.")
    duplicate_threshold: float = Field(
        ge=0.5, le=1, description="Jaccard similarity (0-1, over 5-character shingles) from which texts are duplicates."
    )
    redact_names: bool = Field(description="Also replace the names of other people by [name].")
    languages: tuple[Annotated[str, Field(pattern="^[a-z]{2}$")], ...] = Field(
        description="Languages (ISO 639-1 codes) whose messages are kept; none named keeps all."
    )
    phone_regions: tuple[str, ...] = Field(
        description="Countries (ISO 3166 codes) whose national telephone formats are looked for."
    )
    valid_share: float = Field(ge=0, le=0.4, description="Share of the messages kept for validation (0-1).")
    test_share: float = Field(ge=0, le=0.4, description="Share of the messages kept for the test (0-1).")
    everything: bool = Field(description="Make examples of every usable message: no budget, no caps, no quotas.")
    token_budget: int = Field(ge=1000, description="Owner's text selected for the examples of all splits, in tokens.")
    per_correspondent_share: float = Field(
        gt=0, le=1, description="Largest share of the budget that messages to one correspondent may take (0-1)."
    )
    kinds: tuple[ExampleKind, ...] = Field(min_length=1, description="Kinds of example to make.")
    minimum_examples: int = Field(ge=1, description="Fewer examples than this are refused.")


def prepare_recipe(preset: str = "standard", **changes: Any) -> PrepareRecipe:
    """The recipe of a preset with some options changed. Raises what :func:`likeness.core.recipes.load` raises."""
    return recipes.load(PrepareRecipe, "prepare", preset, **changes)
