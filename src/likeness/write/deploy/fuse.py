"""Base and adapter made one model: a folder that any program for transformers' checkpoints or for MLX opens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from likeness.core import files, plugins
from likeness.core.errors import EngineMissing, InputError
from likeness.core.events import Event
from likeness.core.protocols import Fusing
from likeness.write.deploy.learned import Learned


def fuse(adapter: Learned, out: Path, engines: Sequence[str]) -> Iterator[Event]:
    """Make the folder ``out``, which must not be there yet, with the first of ``engines`` that can run here.

    Raises :class:`InputError` when there is something in ``out`` and :class:`EngineMissing` when no engine can.
    """
    if out.is_dir() and any(out.iterdir()):
        raise InputError(f"there is something in {out}", hint="name a new folder for the fused model", param="out")
    engine = _able(engines)
    with files.publishing(out) as folder:
        yield from engine.fuse(adapter.folder, adapter.base, folder)


def _able(engines: Sequence[str]) -> type[Fusing]:
    problems: list[EngineMissing] = []
    for name in engines:
        try:
            found = plugins.engine(name)
        except EngineMissing as error:
            problems.append(error)
            continue
        if "fuse" in found.info.can:
            return cast("type[Fusing]", found)
        problems.append(EngineMissing(f"engine {name!r} cannot fuse"))
    told = "; ".join(str(problem) for problem in problems)
    raise EngineMissing(f"nothing here can fuse a model: {told}", hint=next((p.hint for p in problems if p.hint), ""))
