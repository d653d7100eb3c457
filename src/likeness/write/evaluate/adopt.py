"""Making the chosen checkpoint the adapter: its files at the top of the adapter's folder, and its name in the manifest.

Each file is replaced whole. All checkpoints of a run have the same shapes, so an adapter is usable at every moment; the
manifest comes last, and what a crash left half done the next evaluation does again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from likeness.core import artefacts, files
from likeness.core.errors import InputError
from likeness.write.evaluate.material import CHECKPOINTS

FILES = ("adapter_model.safetensors", "adapter_config.json")


def adopt(adapter: Path, chosen: str, measures: Mapping[str, float]) -> bool:
    """Put the checkpoint called ``chosen`` at the top of ``adapter`` and its ``measures`` into the manifest.

    Returns whether that changed the adapter. An adapter without checkpoints only gets the measures. Raises
    :class:`InputError` when the checkpoint lacks a file.
    """
    manifest = artefacts.load(adapter)
    source = adapter / CHECKPOINTS / chosen
    extra, changed = dict(manifest.extra), False
    if source.is_dir():
        missing = [name for name in FILES if not (source / name).is_file()]
        if missing:
            raise InputError(f"the checkpoint {chosen} has no {' and no '.join(missing)}", hint="train again")
        for name in FILES:
            if not _same(source / name, adapter / name):
                files.write_bytes(adapter / name, (source / name).read_bytes())
                changed = True
        extra |= {"chosen": chosen, "chosen_by": "evaluation"}
    replace(manifest, measures={**manifest.measures, **measures}, extra=extra).save(adapter)
    return changed


def _same(one: Path, other: Path) -> bool:
    if not other.is_file() or one.stat().st_size != other.stat().st_size:
        return False
    return one.read_bytes() == other.read_bytes()
