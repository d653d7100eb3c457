"""An adapter of a language model: the two small matrices that LoRA (Hu et al. 2021, arXiv 2106.09685) adds to a layer.

PEFT's files are the one form kept on disk (``adapter_model.safetensors``, ``adapter_config.json``); those of MLX and
llama.cpp are derived from it. ``core.lora_config`` says which of PEFT's adapters cannot be carried over, and why.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.core import files, lora_config
from likeness.core.errors import InputError, NotFound, UnsafeInput
from likeness.core.lora_config import CONFIG, LAYERS, WEIGHTS
from likeness.core.weights import float32

Array = NDArray[np.float32]
MLX_WEIGHTS = "adapters.safetensors"
LARGEST_BYTES = 4 << 30
"""A file of weights above this is refused unread: rank 64 on every layer of a 70B model takes 3.3 GB."""
_NAME = re.compile(r"base_model\.model\.(model\.layers\.(\d+)\.(\w+)\.(\w+))\.lora_([AB])(?:\.default)?\.weight")


@dataclass(frozen=True, slots=True, eq=False)
class Lora:
    """``weights`` by PEFT's names, float32: ``base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`` of
    shape (rank, in) and ``….lora_B.weight`` of shape (out, rank). ``modules`` are the short names of the layers that
    have one, in the order of ``lora_config.LAYERS``; ``rank_stabilised`` is rsLoRA (arXiv 2312.03732).
    """

    weights: Mapping[str, Array]
    rank: int
    alpha: float
    rank_stabilised: bool
    modules: tuple[str, ...]
    base_model: str = ""

    @property
    def scale(self) -> float:
        """What B·A is multiplied by before it is added: alpha / rank, or alpha / √rank when rank-stabilised."""
        return self.alpha / (math.sqrt(self.rank) if self.rank_stabilised else self.rank)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Lora):
            return NotImplemented
        plain = all(getattr(self, name) == getattr(other, name) for name in self.__slots__ if name != "weights")
        return (
            plain
            and self.weights.keys() == other.weights.keys()
            and all(np.array_equal(value, other.weights[name]) for name, value in self.weights.items())
        )

    __hash__ = None  # type: ignore[assignment]


def weight_name(layer: int, module: str, part: str) -> str:
    """The canonical name of matrix ``part`` ("A" or "B") of ``module`` ("q_proj") in layer ``layer`` (from 0)."""
    return f"base_model.model.model.layers.{layer}.{LAYERS[module]}.{module}.lora_{part}.weight"


def read(folder: Path) -> Lora:
    """The adapter in ``folder``, as PEFT or :func:`write` saved it, in float32, float16 or bfloat16.

    Raises :class:`NotFound` when there is none, :class:`InputError` when the files are damaged, do not belong together
    or hold what is not a plain LoRA (with the reason), and :class:`UnsafeInput` over 4 GiB.
    """
    config = lora_config.read(folder)
    found: dict[str, Array] = {}
    for name, value in _tensors(folder / WEIGHTS):
        canonical = _canonical(name)
        if canonical in found:
            raise InputError(f"{folder.name}/{WEIGHTS} holds {canonical} twice", hint=lora_config.DAMAGED)
        found[canonical] = value
    weights = dict(sorted(found.items(), key=lambda item: _place(item[0])))
    lora = Lora(weights, config.rank, config.alpha, config.rank_stabilised, _modules(weights), config.base_model)
    _validate(lora, folder.name)
    lora_config.check_targets(config, lora.modules, _layers(weights), folder.name)
    return lora


def write(folder: Path, lora: Lora, *, dropout: float = 0.0) -> None:
    """Put ``lora`` into ``folder`` as PEFT reads it. ``dropout`` (0-1) is noted for whoever trains it further.

    Raises :class:`InputError` when it is not a valid adapter.
    """
    from safetensors.numpy import save

    _validate(lora, folder.name)
    files.private_folder(folder)
    weights = {name: np.ascontiguousarray(value) for name, value in lora.weights.items()}
    files.write_bytes(folder / WEIGHTS, save(weights, metadata={"format": "pt"}))
    config = lora_config.made(
        rank=lora.rank,
        alpha=lora.alpha,
        rank_stabilised=lora.rank_stabilised,
        modules=lora.modules,
        layers=_layers(weights),
        base_model=lora.base_model,
        dropout=dropout,
    )
    files.write_json(folder / CONFIG, config)


def fresh(
    config: Mapping[str, Any],
    modules: Iterable[str],
    rank: int,
    alpha: float,
    *,
    rank_stabilised: bool = False,
    seed: int = 0,
    base_model: str = "",
) -> Lora:
    """An adapter that changes nothing yet, for a model with this ``config.json``: A uniform in ±1/√in, as PEFT and
    mlx-lm start it, and B zero. The same arguments give the same weights.

    Raises :class:`InputError` for an architecture or a module that is not known.
    """
    shapes = lora_config.shapes(config)
    chosen = lora_config.ordered(modules)
    random = np.random.default_rng(seed)
    weights: dict[str, Array] = {}
    for layer in range(int(config["num_hidden_layers"])):
        for module in chosen:
            rows, columns = shapes[module]
            bound = np.float32(1 / math.sqrt(columns))
            drawn = random.random((rank, columns), np.float32) * (2 * bound) - bound
            weights[weight_name(layer, module, "A")] = drawn
            weights[weight_name(layer, module, "B")] = np.zeros((rows, rank), np.float32)
    return Lora(weights, rank, float(alpha), rank_stabilised, chosen, base_model)


def check_base(lora: Lora, config: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` when ``lora`` cannot be of the model with this ``config.json``."""
    shapes = lora_config.shapes(config)
    layers = int(config["num_hidden_layers"])
    for name, value in lora.weights.items():
        layer, module, part = _place(name)
        rows, columns = shapes[list(LAYERS)[module]]
        expected = (lora.rank, columns) if part == "A" else (rows, lora.rank)
        if layer >= layers or value.shape != expected:
            was = f"the model has {layers} layers" if layer >= layers else f"{value.shape} where it needs {expected}"
            raise InputError(
                f"the adapter was not learned on this model: {name}: {was}",
                hint=f"use it on {lora.base_model or 'the model it was learned on'}",
            )


def mlx_weights(lora: Lora) -> dict[str, Array]:
    """The weights by mlx-lm's names, transposed: ``model.layers.0.self_attn.q_proj.lora_a`` of shape (in, rank) and
    ``….lora_b`` of shape (rank, out)."""
    return {_mlx_name(name): np.ascontiguousarray(value.T) for name, value in lora.weights.items()}


def from_mlx(weights: Mapping[str, Any], like: Lora) -> Lora:
    """``like`` with the weights that :func:`mlx_weights` gives, changed since (anything numpy can read as float32)."""
    return replace(
        like,
        weights={
            name: np.ascontiguousarray(np.asarray(weights[_mlx_name(name)], np.float32).T) for name in like.weights
        },
    )


def mlx_config(lora: Lora, layers: int) -> dict[str, Any]:
    """``adapter_config.json`` as mlx-lm reads it, for a model of ``layers`` layers. A layer without weights gets zeros.

    ``lora_parameters`` is also what ``mlx_lm.tuner.utils.linear_to_lora_layers`` takes.
    """
    return {
        "fine_tune_type": "lora",
        "model": lora.base_model,
        "num_layers": layers,
        "lora_parameters": {
            "rank": lora.rank,
            "scale": lora.scale,
            "dropout": 0.0,
            "keys": [f"{LAYERS[module]}.{module}" for module in lora.modules],
        },
    }


def _mlx_name(name: str) -> str:
    return name.removeprefix("base_model.model.").removesuffix(".weight").replace("lora_A", "lora_a").replace(
        "lora_B", "lora_b"
    )  # fmt: skip


def _canonical(name: str) -> str:
    matched = _NAME.fullmatch(name)
    if matched is None or LAYERS.get(matched[4]) != matched[3]:
        raise lora_config.foreign(name)
    return f"base_model.model.{matched[1]}.lora_{matched[5]}.weight"


def _place(name: str) -> tuple[int, int, str]:
    """Layer, index in ``LAYERS`` and part of a canonical name."""
    matched = _NAME.fullmatch(_canonical(name))
    assert matched is not None  # _canonical has raised otherwise
    return int(matched[2]), list(LAYERS).index(matched[4]), matched[5]


def _modules(weights: Iterable[str]) -> tuple[str, ...]:
    found = {_place(name)[1] for name in weights}
    return tuple(module for index, module in enumerate(LAYERS) if index in found)


def _layers(weights: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted({_place(name)[0] for name in weights}))


def _tensors(path: Path) -> Iterable[tuple[str, Array]]:
    from safetensors import SafetensorError, deserialize

    if not path.is_file():
        pickled = path.with_suffix(".bin").is_file()
        hint = "save it with safetensors: pickled weights can run code when read" if pickled else "name its folder"
        raise NotFound(f"there is no {path.name} in {path.parent.name}", hint=hint)
    if path.stat().st_size > LARGEST_BYTES:
        raise UnsafeInput(f"{path.parent.name}/{path.name} is larger than 4 GiB: that is not an adapter")
    try:
        stored = deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        where = f"{path.parent.name}/{path.name}"
        raise InputError(f"{where} is damaged: {error}", hint=lora_config.DAMAGED) from None
    for name, tensor in stored:
        yield name, float32(tensor["data"], tensor["dtype"], tuple(tensor["shape"]), name)


def _validate(lora: Lora, where: str) -> None:
    """Raise :class:`InputError` unless every matrix has its partner, its shape, and finite numbers."""
    if not lora.weights:
        raise InputError(f"the adapter {where} has no weights", hint=lora_config.DAMAGED)
    if lora.rank < 1 or not (math.isfinite(lora.alpha) and lora.alpha > 0):
        raise InputError(f"the adapter {where} has rank {lora.rank} and alpha {lora.alpha}: both must be above 0")
    sizes: dict[tuple[int, str], tuple[int, ...]] = {}
    for name, value in lora.weights.items():
        _, module, part = _place(name)
        inner = 0 if part == "A" else 1
        if value.ndim != 2 or value.shape[inner] != lora.rank:
            raise InputError(
                f"{where}: {name} has the shape {value.shape}, which is not of rank {lora.rank}",
                hint="ranks that differ between layers cannot be carried over",
            )
        if sizes.setdefault((module, part), value.shape) != value.shape:
            raise InputError(f"{where}: {name} has another shape than in other layers", hint=lora_config.DAMAGED)
        if not np.isfinite(value).all():
            raise InputError(f"{where}: {name} holds numbers that are not finite", hint="take an earlier checkpoint")
        partner = name.replace("lora_A", "lora_#").replace("lora_B", "lora_A").replace("lora_#", "lora_B")
        if partner not in lora.weights:
            raise InputError(f"{where}: {name} lacks {partner.rsplit('.', 2)[1]}", hint=lora_config.DAMAGED)
    if lora.modules != _modules(lora.weights):
        raise InputError(f"{where}: says it has {', '.join(lora.modules)}, and has other weights")
