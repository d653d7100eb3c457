"""What a converter's ``config.json`` says: the sizes of its parts. Qin et al. 2023, OpenVoice, arXiv:2312.01479."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from likeness.core.errors import InputError

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
Size = Annotated[int, Field(gt=0, le=4096)]
OddSize = Annotated[int, Field(gt=0, le=31)]


class Data(BaseModel):
    """The spectrogram: ``filter_length`` samples in a window, ``hop_length`` from one to the next."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    sampling_rate: int = Field(ge=8000, le=48_000)
    filter_length: int = Field(ge=64, le=8192)
    hop_length: int = Field(ge=16, le=4096)
    win_length: int = Field(ge=64, le=8192)
    n_speakers: int = 0

    @property
    def bins(self) -> int:
        """Frequencies of the linear spectrogram."""
        return self.filter_length // 2 + 1


class Network(BaseModel):
    """The parts' widths. ``zero_g``: only the flow is told whose voice it is, as in V2."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    inter_channels: Size
    hidden_channels: Size
    gin_channels: Size
    resblock: str = "1"
    resblock_kernel_sizes: tuple[OddSize, ...] = Field(min_length=1, max_length=8)
    resblock_dilation_sizes: tuple[tuple[OddSize, ...], ...]
    upsample_rates: tuple[OddSize, ...] = Field(min_length=1, max_length=8)
    upsample_initial_channel: Size
    upsample_kernel_sizes: tuple[Size, ...]
    zero_g: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.resblock != "1":
            raise ValueError(f"resblock is {self.resblock!r}, and only '1' is known")
        if self.inter_channels % 2:
            raise ValueError("inter_channels must be even")
        if len(self.resblock_dilation_sizes) != len(self.resblock_kernel_sizes):
            raise ValueError("resblock_dilation_sizes must have as many rows as there are resblock_kernel_sizes")
        if len(self.upsample_kernel_sizes) != len(self.upsample_rates):
            raise ValueError("there must be as many upsample_kernel_sizes as upsample_rates")
        if self.upsample_initial_channel % 2 ** len(self.upsample_rates):
            raise ValueError("upsample_initial_channel must be divisible by 2 for each of the upsample_rates")
        wrong = [
            k for k, r in zip(self.upsample_kernel_sizes, self.upsample_rates, strict=True) if (k - r) % 2 or k < r
        ]
        if wrong:
            raise ValueError(f"upsample_kernel_sizes {wrong} do not go with their upsample_rates")
        return self


class ConverterConfig(BaseModel):
    """``data`` and ``model`` of ``config.json``; what else it holds is for training."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    data: Data
    model: Network

    @model_validator(mode="after")
    def _is_converter(self) -> Self:
        data = self.data
        if data.n_speakers:
            raise ValueError("it is a base speaker, which has speakers of its own, not the converter")
        if data.win_length != data.filter_length or data.hop_length >= data.filter_length:
            raise ValueError("win_length must equal filter_length, and hop_length be below it")
        if prod(self.model.upsample_rates) != data.hop_length:
            raise ValueError(f"upsample_rates must multiply to hop_length, {data.hop_length}")
        return self

    @classmethod
    def read(cls, folder: Path) -> Self:
        """From ``config.json`` in ``folder``. Raises :class:`InputError` when it is not a converter's."""
        path = folder / CONFIG
        try:
            return cls.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            said = f"{where}: {first['msg']}" if where else first["msg"]
            raise InputError(f"{folder.name}/{CONFIG} is not an OpenVoice converter's: {said}", hint=_AGAIN) from None
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(f"{folder.name}/{CONFIG} cannot be read: {error}", hint=_AGAIN) from None


_AGAIN = "get the model again: likeness models get OpenVoiceV2"
