"""Writing with what was learned: drafts and rewrites by any engine that keeps the ``Writer`` contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from likeness.core import artefacts, plugins
from likeness.core.errors import EngineMissing, NotFound, NotReady
from likeness.core.home import PersonHome
from likeness.core.protocols import Writer
from likeness.core.types import Draft
from likeness.write.requests import LONGEST_REWRITE, draft_request, rewrite_request
from likeness.write.train import ENGINE, latest_adapter

STALE = "stale"
"""Key in the ``extra`` of an adapter's manifest: why (``reason``) and since when it must be learned again."""


def adapter_folder(home: PersonHome, engine: str = ENGINE, adapter: str = "", *, allow_stale: bool = False) -> Path:
    """The adapter called ``adapter``, or the newest one that ``engine`` opens.

    Raises :class:`NotFound` for an unknown name and :class:`NotReady` when nothing has been learned yet, or when it
    was learned from messages that were forgotten since and ``allow_stale`` is false.
    """
    if adapter:
        known = {folder.name: folder for folder, _ in artefacts.listed(home.adapters)}
        if adapter not in known:
            raise NotFound(f"there is no adapter {adapter!r}", hint=f"adapters: {', '.join(known) or 'none yet'}")
    folder = known[adapter] if adapter else latest_adapter(home, engine)
    stale = artefacts.load(folder).extra.get(STALE)
    if stale and not allow_stale:
        raise NotReady(
            f"the adapter {folder.name} is stale: {stale.get('reason', 'it must be learned again')}",
            hint="learn again with: likeness prepare writing (or use it all the same: --allow-stale; for the gateway "
            "LIKENESS_ALLOW_STALE=1)",
        )
    return folder


@contextmanager
def open_writer(
    home: PersonHome, engine: str = ENGINE, adapter: str = "", *, allow_stale: bool = False
) -> Iterator[Writer]:
    """The writer ``engine`` on the person's newest adapter, or on the one called ``adapter``; closed on leaving.

    Raises what :func:`adapter_folder` raises, and :class:`EngineMissing` when the engine cannot run or write.
    """
    found = plugins.engine(engine)
    if "writer" not in found.info.kind:
        raise EngineMissing(f"engine {engine!r} does not write", hint=f"choose another, for example {ENGINE}")
    with found.open(adapter_folder(home, engine, adapter, allow_stale=allow_stale)) as opened:
        yield cast("Writer", opened)


def draft(
    writer: Writer,
    task: str,
    *,
    context: str = "",
    recipient: str = "",
    channel: str = "",
    style_reference: str = "",
    max_characters: int = 4000,
    temperature: float = 0.0,
    seed: int = 0,
) -> Draft:
    """A draft of what ``task`` says, answering ``context`` when there is one.

    Raises :class:`InputError` when there is nothing to go by or a text is longer than 20,000 characters.
    """
    return writer.write(
        draft_request(
            task,
            context=context,
            style_reference=style_reference,
            recipient=recipient,
            channel=channel,
            max_characters=max_characters,
            temperature=temperature,
            seed=seed,
        )
    )


def rewrite(
    writer: Writer,
    text: str,
    *,
    recipient: str = "",
    channel: str = "",
    style_reference: str = "",
    max_characters: int = LONGEST_REWRITE,
    temperature: float = 0.0,
    seed: int = 0,
) -> Draft:
    """``text`` in the person's words, its content unchanged. Raises :class:`InputError` as :func:`draft` does."""
    return writer.write(
        rewrite_request(
            text,
            style_reference=style_reference,
            recipient=recipient,
            channel=channel,
            max_characters=max_characters,
            temperature=temperature,
            seed=seed,
        )
    )
