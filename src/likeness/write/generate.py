"""Writing with what was learned: drafts and rewrites by any engine that keeps the ``Writer`` contract.

What a language model says is finished on its way (``write.finish``), so that only the draft comes back; what was taken
away is in the provenance's details once the last piece has been read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast

from likeness.core import artefacts, models, plugins
from likeness.core.errors import EngineMissing, InputError, NotFound, NotReady
from likeness.core.home import PersonHome
from likeness.core.protocols import Writer
from likeness.core.settings import Settings, settings
from likeness.core.types import Draft, WriteRequest
from likeness.write.finish import finish
from likeness.write.requests import LONGEST_REWRITE, draft_request, rewrite_request
from likeness.write.train import ENGINE, latest_adapter, opens
from likeness.write.two_stage import two_stage

STALE = "stale"
"""Key in the ``extra`` of an adapter's manifest: why (``reason``) and since when it must be learned again."""
MAIL = "mail"
_CHECKPOINTS = "checkpoints"

Role = Literal["writer", "substance"]


def engine_options(chosen: Settings, engine: str, role: Role = "writer") -> dict[str, Any]:
    """What the settings tell ``engine``: where it answers, and the model that is set for ``role``.

    The setting of the model is of the engine that is set for the role: another engine would not know it.
    """
    named, model = (
        (chosen.writer, chosen.writer_model) if role == "writer" else (chosen.substance, chosen.substance_model)
    )
    options: dict[str, Any] = {"model": model} if model and engine == named else {}
    hosts = tuple(chosen.engine_hosts)
    if engine == "ollama":
        return {**options, "url": chosen.ollama_url, "allowed_hosts": hosts}
    if engine == "openai":
        return {**options, "url": chosen.openai_url, "key": chosen.openai_key, "allowed_hosts": hosts}
    return options


def adapter_folder(home: PersonHome, engine: str = ENGINE, adapter: str = "", *, allow_stale: bool = False) -> Path:
    """The adapter called ``adapter``, or the newest one that ``engine`` opens.

    ``NAME/step-000100`` is a checkpoint of the adapter ``NAME``.
    Raises :class:`NotFound` for an unknown name and :class:`NotReady` when nothing has been learned yet, or when it
    was learned from messages that were forgotten since and ``allow_stale`` is false.
    """
    folder = _named(home, adapter) if adapter else latest_adapter(home, engine)
    manifest = manifest_of(folder)
    stale = manifest.extra.get(STALE)
    if stale and not allow_stale:
        again = "likeness train writing" if manifest.form else "likeness prepare writing"
        raise NotReady(
            f"the adapter {manifest.name} is stale: {stale.get('reason', 'it must be learned again')}",
            hint=f"learn again with: {again} (or use it all the same: --allow-stale; for the gateway "
            "LIKENESS_ALLOW_STALE=1)",
        )
    return folder


def _named(home: PersonHome, adapter: str) -> Path:
    known = {folder.name: folder for folder, manifest in artefacts.listed(home.adapters) if manifest.kind == "adapter"}
    name, _, step = adapter.partition("/")
    if name not in known:
        raise NotFound(f"there is no adapter {name!r}", hint=f"adapters: {', '.join(known) or 'none yet'}")
    if not step:
        return known[name]
    steps = sorted(path.name for path in (known[name] / _CHECKPOINTS).glob("step-*"))
    if step not in steps:
        raise NotFound(f"{name} has no checkpoint {step!r}", hint=f"checkpoints: {', '.join(steps) or 'none'}")
    return known[name] / _CHECKPOINTS / step


@contextmanager
def open_writer(
    home: PersonHome,
    engine: str = ENGINE,
    adapter: str = "",
    *,
    allow_stale: bool = False,
    plain: bool = False,
    model: str = "",
) -> Iterator[Writer]:
    """The writer ``engine`` on the newest adapter it opens, or on the one called ``adapter``; closed on leaving.

    ``plain`` opens a language model as it is, without an adapter: the base of the adapter that is named, else the
    setting's model, else the base of the newest. ``model`` is what the engine loads or asks for, in place of these.

    Raises what :func:`adapter_folder` raises, :class:`EngineMissing` when the engine cannot run or write, and
    :class:`InputError` when it has no use for the adapter or the model.
    """
    found = plugins.engine(engine)
    if "writer" not in found.info.kind:
        raise EngineMissing(f"engine {engine!r} does not write", hint=f"choose another, for example {ENGINE}")
    if (plain or model) and "chat" not in found.info.can:
        raise InputError(
            f"{engine} has no language model", hint="choose an engine that has: mlx, torch, ollama, openai"
        )
    folder = None
    if not plain:
        folder = adapter_folder(home, engine, adapter, allow_stale=allow_stale)
        _check_opens(engine, folder)
    options = engine_options(settings(), engine) | ({"model": model} if model else {})
    if plain:
        if adapter and not model and "concurrent" not in found.info.can:
            options |= base_options(engine, _named(home, adapter))
        options = _with_a_base(home, engine, options)
    with found.open(folder, options) as opened:
        yield cast("Writer", opened)


@contextmanager
def open_substance(home: PersonHome, engine: str, *, model: str = "") -> Iterator[Writer]:
    """The language model that says what to say: ``engine`` without an adapter.

    Raises :class:`EngineMissing` when it cannot run and :class:`InputError` when it is none.
    """
    found = plugins.engine(engine)
    if "writer" not in found.info.kind or "chat" not in found.info.can:
        raise InputError(
            f"{engine} has no language model, so it cannot say what to say",
            hint="name one that has with --substance: mlx, torch, ollama, openai",
        )
    options = engine_options(settings(), engine, "substance") | ({"model": model} if model else {})
    with found.open(None, _with_a_base(home, engine, options)) as opened:
        yield cast("Writer", opened)


def _with_a_base(home: PersonHome, engine: str, options: dict[str, Any]) -> dict[str, Any]:
    """``options`` with a model: that of the newest adapter where none is set and the engine loads models itself."""
    if options.get("model") or "concurrent" in plugins.engine(engine).info.can:
        return options
    try:
        newest = latest_adapter(home, engine)
    except NotReady:
        return options
    return {**options, **base_options(engine, newest)}


def base_options(engine: str, adapter: Path) -> dict[str, Any]:
    """What ``engine`` loads the base of ``adapter`` by, without the adapter: its folder, and the bits that it learned
    it in itself, where the files have more. The same as when it opens the adapter.

    Raises as :func:`models.base_of`.
    """
    base, manifest = models.base_of(_root(adapter)), manifest_of(adapter)
    bits = int(manifest.recipe.get("bits") or 0)
    if not bits or manifest.engine != engine or models.is_quantised(base):
        return {"model": str(base)}
    return {"model": str(base), "bits": bits}


def _check_opens(engine: str, folder: Path) -> None:
    manifest = manifest_of(folder)
    if not opens(engine, manifest):
        raise InputError(
            f"the adapter {manifest.name} was learned by {manifest.engine}, and {engine} cannot use it",
            hint=f"write with: --engine {manifest.engine}",
            param="engine",
        )


def manifest_of(folder: Path) -> artefacts.Manifest:
    """The manifest of the adapter in ``folder``, or of the adapter that ``folder`` is a checkpoint of. Raises as
    :func:`artefacts.load`."""
    return artefacts.load(_root(folder))


def _root(folder: Path) -> Path:
    """The folder of the adapter that ``folder`` is, or is a checkpoint of."""
    return folder.parent.parent if folder.parent.name == _CHECKPOINTS else folder


def channels(home: PersonHome, adapter: Path) -> tuple[str, ...]:
    """The channels the person wrote in, in the dataset that ``adapter`` was learned from; the most used first."""
    source = home.datasets / next(iter(manifest_of(adapter).parents), "")
    if not (source / artefacts.MANIFEST).is_file():
        return ()
    counted = artefacts.load(source).measures.get("histograms", {}).get("channel", {})
    return tuple(sorted(counted, key=lambda name: -int(counted[name].get("corpus", 0))))


def check_channel(home: PersonHome, adapter: Path, channel: str) -> None:
    """Raise :class:`InputError` for a channel that is neither mail, nor a chat's name, nor in the dataset."""
    if channel in ("", MAIL):
        return
    written = channels(home, adapter)
    if channel not in written and channel not in plugins.names(plugins.SOURCES):
        raise InputError(
            f"there is no channel {channel!r}",
            hint=f"the person wrote in: {', '.join(written) or MAIL}",
            param="channel",
        )


def draft(
    writer: Writer,
    task: str,
    *,
    context: str = "",
    recipient: str = "",
    channel: str = "",
    style_reference: str = "",
    adapter: str = "",
    max_characters: int = 4000,
    temperature: float = 0.0,
    seed: int = 0,
    substance: Writer | None = None,
) -> Draft:
    """A draft of what ``task`` says, answering ``context`` when there is one.

    With ``substance`` that language model says what to say, and ``writer`` says it (:mod:`~likeness.write.two_stage`).
    ``adapter`` is the folder of the adapter to write with, for a writer that holds a base (``can`` "switch").
    Raises :class:`InputError` when there is nothing to go by or a text is longer than 20,000 characters.
    """
    request = draft_request(
        task,
        context=context,
        style_reference=style_reference,
        recipient=recipient,
        channel=channel,
        adapter=adapter,
        max_characters=max_characters,
        temperature=temperature,
        seed=seed,
    )
    return two_stage(substance, writer, request) if substance is not None else finished(writer, request)


def rewrite(
    writer: Writer,
    text: str,
    *,
    recipient: str = "",
    channel: str = "",
    style_reference: str = "",
    adapter: str = "",
    max_characters: int = LONGEST_REWRITE,
    temperature: float = 0.0,
    seed: int = 0,
) -> Draft:
    """``text`` in the person's words, its content unchanged. ``adapter`` and errors as for :func:`draft`."""
    request = rewrite_request(
        text,
        style_reference=style_reference,
        recipient=recipient,
        channel=channel,
        adapter=adapter,
        max_characters=max_characters,
        temperature=temperature,
        seed=seed,
    )
    return finished(writer, request)


def finished(writer: Writer, request: WriteRequest) -> Draft:
    """What ``writer`` writes, without an assistant's frame when a language model wrote it."""
    return finish(writer.write(request), request)
