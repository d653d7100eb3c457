"""The whole export: find the adapter, write the form asked for, note where it went, and compare where it is served."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from likeness.core import exports, files
from likeness.core.errors import InputError
from likeness.core.events import Event
from likeness.core.exports import ExportForm
from likeness.core.home import PersonHome
from likeness.write.deploy import ollama, parity
from likeness.write.deploy.fuse import fuse
from likeness.write.deploy.gguf import write_gguf
from likeness.write.deploy.learned import Learned, learned
from likeness.write.deploy.mlx import write_mlx
from likeness.write.deploy.parity import Parity
from likeness.write.deploy.peft import write_peft
from likeness.write.deploy.whole import write_whole

SYSTEM = "system_prompt.txt"
FOLDER = "exports"
"""Where exports lie in the adapter's own folder, unless another is named: what is forgotten goes with it."""
Job = Generator[Event, None, "Exported"]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was made: ``path`` is the file (gguf) or the folder; ``model`` the name at Ollama; ``parity`` the comparison
    where there was one."""

    form: ExportForm
    adapter: str
    base_model: str
    path: Path
    rank: int
    scale: float
    fused: bool = False
    model: str = ""
    model_base: str = ""
    parity: Parity | None = None


def to_gguf(
    home: PersonHome,
    *,
    adapter: str = "",
    out: Path | None = None,
    name: str = "",
    fused: bool = False,
    server: Mapping[str, Any] | None = None,
    prompts: int = 8,
    allow_stale: bool = False,
) -> Job:
    """A GGUF LoRA called ``name`` (the adapter's name for ""), or, ``fused``, a whole model rounded to 8 bits.

    With ``server``, the options of the engine "openai", the server there, which must have loaded that very LoRA, is
    compared. Raises what :func:`learned.learned`, :func:`gguf.write_gguf`, :func:`whole.write_whole` and
    :func:`parity.compare` raise."""
    if fused and server is not None:
        raise InputError("a whole model cannot be compared by its server's adapters", hint="leave out --compare")
    found = learned(home, adapter, allow_stale=allow_stale)
    folder = _folder(found, "gguf", out)
    path = folder / f"{_file_name(name) or _stem(found, fused)}.gguf"
    yield from _gguf(found, path, fused)
    if fused:
        return replace(_exported("gguf", found, path), fused=True)
    exports.record(found.folder, "gguf", {"file": str(path), "sha256": _sha256(path)})
    made = _exported("gguf", found, path)
    return (yield from _compared(home, found, made, "openai", server, prompts))


def to_mlx(
    home: PersonHome, *, adapter: str = "", out: Path | None = None, fused: bool = False, allow_stale: bool = False
) -> Job:
    """An adapter for mlx-lm, or, ``fused``, a whole model that MLX opens."""
    found = learned(home, adapter, allow_stale=allow_stale)
    if fused:
        return (yield from _fused(found, "mlx", out, ("mlx", "torch")))
    folder = _folder(found, "mlx", out)
    write_mlx(folder, found.lora, found.layers)
    return (yield from _placed(found, "mlx", folder))


def to_peft(
    home: PersonHome, *, adapter: str = "", out: Path | None = None, fused: bool = False, allow_stale: bool = False
) -> Job:
    """PEFT's two files, or, ``fused``, a whole model that transformers opens."""
    found = learned(home, adapter, allow_stale=allow_stale)
    if fused:
        return (yield from _fused(found, "peft", out, ("torch", "mlx")))
    folder = _folder(found, "peft", out)
    write_peft(folder, found.lora, dropout=float(found.manifest.recipe.get("dropout", 0.0)))
    return (yield from _placed(found, "peft", folder))


def to_ollama(
    home: PersonHome,
    *,
    server: Mapping[str, Any],
    adapter: str = "",
    out: Path | None = None,
    name: str = "",
    base: str = "",
    fused: bool = False,
    compared: bool = True,
    prompts: int = 8,
    allow_stale: bool = False,
) -> Job:
    """A model at Ollama called ``name`` (the person's for "") on its model ``base``, or of its own weights (``fused``,
    and where that version takes no adapters). The GGUF file and a Modelfile to read remain in the folder.

    ``server`` are the options of the engine "ollama". Raises what the others raise, and ``Deployer.deploy``."""
    found = learned(home, adapter, allow_stale=allow_stale)
    folder = _folder(found, "ollama", out)
    called = name or home.root.name
    model = ollama.model_of(found, called, base, fused=fused)
    try:
        yield from _deployed(found, model, folder, server, fused)
    except InputError as error:
        if fused or error.param != "fuse":
            raise
        fused = True
        model = ollama.model_of(found, called, fused=True)
        yield from _deployed(found, model, folder, server, fused)
    exports.record(found.folder, "ollama", {"model": model.name, "base": model.base})
    made = replace(_exported("ollama", found, folder), model=model.name, model_base=model.base, fused=fused)
    options = {**server, "model": model.name} if compared else None
    return (yield from _compared(home, found, made, ollama.ENGINE, options, prompts))


def _deployed(
    found: Learned, model: ollama.Model, folder: Path, server: Mapping[str, Any], fused: bool
) -> Generator[Event, None, None]:
    path = folder / f"{_stem(found, fused)}.gguf"
    yield from _gguf(found, path, fused)
    ollama.write_modelfile(folder, model, path.name)
    yield from ollama.deploy(found, model, path, server)


def _gguf(found: Learned, path: Path, fused: bool = False) -> Generator[Event, None, None]:
    if fused:
        yield from write_whole(path, found.base, found.config, found.lora, name=found.name)
    else:
        write_gguf(path, found.lora, found.config, name=found.name)
        yield Event("writing the adapter", 1, 1, note=path.name)
    files.write_text(path.parent / SYSTEM, found.system_prompt)


def _stem(found: Learned, fused: bool) -> str:
    """A whole model is not called as the adapter, by which a server is told to use that."""
    return f"{found.name}-whole" if fused else found.name


def _placed(found: Learned, form: ExportForm, folder: Path) -> Job:
    files.write_text(folder / SYSTEM, found.system_prompt)
    exports.record(found.folder, form, {"folder": str(folder)})
    yield Event("writing the adapter", 1, 1, note=folder.name)
    return _exported(form, found, folder)


def _fused(found: Learned, form: ExportForm, out: Path | None, engines: tuple[str, ...]) -> Job:
    folder = (out or found.folder / FOLDER / f"{form}-fused").expanduser().absolute()
    if folder.is_file():
        raise InputError(f"{folder} is a file", hint="name a new folder for the fused model", param="out")
    _folder(found, form, folder.parent)
    yield from fuse(found, folder, engines)
    files.write_text(folder / SYSTEM, found.system_prompt)
    return replace(_exported(form, found, folder), fused=True)


def _compared(
    home: PersonHome, found: Learned, made: Exported, engine: str, options: Mapping[str, Any] | None, prompts: int
) -> Job:
    if options is None:
        return made
    judged = yield from parity.compare(home, found, engine, options, prompts=prompts)
    judged.save(made.path if made.path.is_dir() else made.path.parent)
    return replace(made, parity=judged)


def _exported(form: ExportForm, found: Learned, path: Path) -> Exported:
    return Exported(form, found.name, found.manifest.base_model, path, found.lora.rank, found.lora.scale)


def _folder(found: Learned, form: str, out: Path | None) -> Path:
    folder = (out or found.folder / FOLDER / form).expanduser().absolute()
    try:
        files.private_folder(folder)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be made: {error.strerror}", hint="name another folder", param="out"
        ) from None
    if not folder.is_dir():
        raise InputError(f"{folder} is a file", hint="name a folder", param="out")
    return folder


def _file_name(name: str) -> str:
    """``name`` as that of a file in the folder and nowhere else."""
    return Path(name.removesuffix(".gguf")).name


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
