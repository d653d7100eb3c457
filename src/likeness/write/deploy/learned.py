"""The adapter that is to be exported, with what every form needs to know of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from likeness.core import artefacts, lora, models
from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError, NotReady
from likeness.core.home import PersonHome
from likeness.core.lora import Lora
from likeness.core.prompts import SYSTEM_PROMPT
from likeness.write.generate import adapter_folder

FORM = "lora"


@dataclass(frozen=True, slots=True)
class Learned:
    """An adapter or one checkpoint of its training: what it is called, its folder, what the manifest says, its weights,
    and the base's folder and ``config.json``."""

    name: str
    folder: Path
    manifest: Manifest
    lora: Lora
    base: Path
    config: Mapping[str, Any]

    @property
    def system_prompt(self) -> str:
        """The system message it was learned with, which it must be asked with, byte for byte."""
        return str(self.manifest.extra.get("system_prompt") or SYSTEM_PROMPT)

    @property
    def layers(self) -> int:
        return int(self.config["num_hidden_layers"])


def learned(home: PersonHome, name: str = "", *, allow_stale: bool = False) -> Learned:
    """The adapter called ``name``, or the newest LoRA. ``NAME/step-000100`` is a checkpoint of the adapter ``NAME``.

    Raises :class:`NotReady` when no LoRA has been learned, or it is stale (learned from messages that were forgotten
    since) and ``allow_stale`` is false, :class:`NotFound` for an unknown name, :class:`InputError` for an adapter that
    is not a LoRA or not of its base, and :class:`EngineMissing` when the base is not on this machine.
    """
    if not name:
        found = (folder for folder, told in artefacts.listed(home.adapters) if _is_lora(told))
        newest = next(found, None)
        if newest is None:
            raise NotReady("no language model has been tuned yet", hint="learn with: likeness train writing")
        name = newest.name
    folder = adapter_folder(home, adapter=name, allow_stale=allow_stale)
    root = folder if (folder / artefacts.MANIFEST).is_file() else folder.parents[1]
    manifest = artefacts.load(root)
    if not _is_lora(manifest):
        raise InputError(
            f"{name} was learned by {manifest.engine}, which makes no LoRA", hint="learn one: likeness train writing"
        )
    base = models.base_of(root)
    config = models.model_config(base)
    adapter = lora.read(folder)
    lora.check_base(adapter, config)
    called = root.name if folder == root else f"{root.name}-{folder.name}"
    return Learned(called, folder, manifest, adapter, base, config)


def _is_lora(manifest: Manifest) -> bool:
    return manifest.kind == "adapter" and manifest.form == FORM


def end_tokens(base: Path) -> tuple[str, ...]:
    """What ends a turn of the model in ``base``: the end tokens of its configuration, as they are spelled.

    Raises :class:`InputError` when its files cannot be read or name none.
    """
    told = _json(base / "tokenizer_config.json")
    end = told.get("eos_token")
    spelled = [end.get("content", "")] if isinstance(end, dict) else [end or ""]
    numbers = _json(base / "generation_config.json").get("eos_token_id") or []
    numbers = numbers if isinstance(numbers, list) else [numbers]
    by_number = {token["id"]: token["content"] for token in _json(base / "tokenizer.json").get("added_tokens", ())}
    spelled += [by_number.get(number, "") for number in numbers]
    found = tuple(dict.fromkeys(token for token in spelled if token))
    if not found:
        raise InputError(f"{base.name} does not say what ends a turn", hint="get the model again, with its tokenizer")
    return found


def _json(path: Path) -> dict[str, Any]:
    """A file of a model; nothing where it has none. Raises :class:`InputError` when it is damaged."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{path.parent.name}/{path.name} cannot be read: {error}", hint="get the model again"
        ) from None
