"""How a language model is tuned: every option once, with its description and unit. Presets: ``recipes/tune.yaml``.

Both trainers take these values and mean the same by them.
"""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from likeness.core import recipes
from likeness.core.types import ExampleKind

Module = Literal["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


class TuneRecipe(BaseModel):
    """Options of a LoRA (Hu et al. 2021, arXiv 2106.09685) on a causal language model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: str = Field(description="The preset the other values started from.")
    base: str = Field(
        min_length=1,
        description="The model to tune: a folder, or the name of one in the folder of models; `tiny` makes a very "
        "small one of random weights on the spot, which shows only that everything runs.",
    )
    bits: Literal[0, 4, 8] = Field(description="Bits the base is held in while training; 0 leaves it as it is.")
    kinds: tuple[ExampleKind, ...] = Field(min_length=1, description="Kinds of example to learn from.")
    rank: int = Field(ge=1, le=32, description="Rank of the two matrices; higher ones memorise more.")
    alpha: float = Field(gt=0, le=256, description="What the adapter adds is multiplied by alpha / rank.")
    dropout: float = Field(ge=0, le=0.5, description="Share of the adapter's inputs dropped in training (0-1).")
    rank_stabilised: bool = Field(description="Multiply by alpha / √rank instead (rsLoRA, arXiv 2312.03732).")
    modules: tuple[Module, ...] = Field(
        min_length=2, description="Linear layers that get an adapter; q and v at least."
    )
    learning_rate: float = Field(gt=0, le=1e-2, description="Highest learning rate of AdamW (with bias correction).")
    schedule: Literal["cosine", "linear", "constant"] = Field(description="How the rate falls after the warm-up.")
    warmup_share: float = Field(ge=0, le=0.5, description="Share of the steps in which the rate rises from 0 (0-1).")
    weight_decay: float = Field(ge=0, le=0.5, description="AdamW's decoupled weight decay per step.")
    gradient_clip: float = Field(gt=0, description="Largest norm of the gradient over all adapter weights.")
    batch: int = Field(ge=1, le=64, description="Conversations worked on at once.")
    accumulation: int = Field(ge=1, le=64, description="Batches whose gradients make one step.")
    window: int = Field(
        ge=64, le=8192, description="Longest conversation learned from, in tokens; longer are left out."
    )
    epochs: float = Field(gt=0, le=20, description="How often every conversation is seen.")
    maximum_steps: int = Field(ge=0, description="Stop after so many steps; 0 leaves it to the epochs.")
    checkpoints: int = Field(ge=1, le=50, description="Adapters kept along the way, evenly spaced; the last included.")
    canaries: bool = Field(description="Also teach made-up secrets, to measure afterwards how well such are memorised.")
    gradient_checkpointing: bool = Field(description="Compute activations twice to hold fewer of them in memory.")
    seed: int = Field(ge=0, lt=2**31, description="Start of every random choice.")

    @model_validator(mode="after")
    def _least_modules(self) -> Self:
        if not {"q_proj", "v_proj"} <= set(self.modules):
            raise ValueError("modules must have q_proj and v_proj")
        return self


def tune_recipe(preset: str = "style", **changes: Any) -> TuneRecipe:
    """The recipe of a preset with some options changed. Raises what :func:`likeness.core.recipes.load` raises."""
    return recipes.load(TuneRecipe, "tune", preset, **changes)
