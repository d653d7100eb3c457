"""Adapters on disk: which base they belong to, which system prompt they were learned with, whether they may be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from likeness.core import artefacts, lora
from likeness.core.artefacts import MANIFEST, Manifest
from likeness.core.errors import InputError, NotFound
from likeness.core.lora import Lora
from likeness.core.lora_config import CONFIG, WEIGHTS
from likeness.core.models import base_of, is_quantised, model_config
from likeness.core.prompts import SYSTEM_PROMPT

_DEPTH = 2
"""A checkpoint lies in ``<adapter>/checkpoints/<step>``."""


@dataclass(frozen=True, slots=True)
class AdapterFiles:
    """An adapter as it lies in its folder. ``stamp`` changes when any of its files is written anew."""

    folder: Path
    manifest: Manifest | None
    stamp: tuple[tuple[str, int, int, int], ...]

    @property
    def system_prompt(self) -> str:
        """The system prompt it was learned with, to the byte."""
        return str((self.manifest.extra if self.manifest else {}).get("system_prompt") or SYSTEM_PROMPT)


def find(folder: Path) -> AdapterFiles:
    """The adapter in ``folder``: that of an artefact, one of its checkpoints, or one that PEFT saved.

    Raises :class:`NotFound` when there is none and :class:`InputError` for what is no adapter of a language model.
    """
    if not (folder / WEIGHTS).is_file() and not (folder / MANIFEST).is_file():
        raise NotFound(f"there is no adapter {folder.name!r}", hint="`likeness status` lists what there is")
    root = _artefact(folder)
    manifest = artefacts.load(root) if root else None
    if manifest is not None and (manifest.kind != "adapter" or manifest.form != "lora"):
        made = f" of the engine {manifest.engine}" if manifest.engine else ""
        raise InputError(
            f"{folder.name} is a {manifest.kind}{made}, not a LoRA of a language model",
            hint="learn one with: likeness train writing",
        )
    paths = [folder / WEIGHTS, folder / CONFIG, *([root / MANIFEST] if root else [])]
    stamp = []
    for path in paths:
        if path.is_file():
            told = path.stat()
            stamp.append((str(path), told.st_mtime_ns, told.st_size, told.st_ino))
    return AdapterFiles(folder, manifest, tuple(stamp))


def base_for(folder: Path) -> Path:
    """The folder of the model that the adapter or checkpoint in ``folder`` was learned on. Raises as ``base_of``."""
    return base_of(_artefact(folder) or folder)


def read(files: AdapterFiles, base: Path, digest: str) -> Lora:
    """The weights, known to belong to ``base``, whose files have the digest ``digest``.

    Raises :class:`InputError` when they were learned on another model, or are not a plain LoRA.
    """
    if files.manifest is not None:
        learned_on = str(files.manifest.extra.get("base_digest") or "")
        # The files of a quantised model are its own; of such a one only the shape is known.
        if learned_on and learned_on != digest and not is_quantised(base):
            raise InputError(
                f"the adapter {files.folder.name} was learned on {files.manifest.base_model or 'another model'}, "
                f"whose files are not those of {base.name}",
                hint="use it on the model it was learned on, or learn again on this one",
            )
    found = lora.read(files.folder)
    lora.check_base(found, model_config(base))
    return found


def layers(found: Lora) -> Iterator[tuple[str, NDArray[np.float32], NDArray[np.float32]]]:
    """(path of the layer in the model, A of shape (rank, in), B of shape (out, rank)) of every layer that has them."""
    for name, a in found.weights.items():
        if ".lora_A." in name:
            path = name.removeprefix("base_model.model.").removesuffix(".lora_A.weight")
            yield path, a, found.weights[name.replace(".lora_A.", ".lora_B.")]


def _artefact(folder: Path) -> Path | None:
    """``folder`` or the one above it that has a manifest."""
    for place in [folder, *folder.parents][: _DEPTH + 1]:
        if (place / MANIFEST).is_file():
            return place
    return None
