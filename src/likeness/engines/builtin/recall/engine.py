"""The built-in writer: no model, nothing downloaded. It recalls what the person wrote and learns their habits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from likeness.core.errors import NotReady
from likeness.core.protocols import EngineInfo
from likeness.core.types import Draft, Provenance, WriteRequest
from likeness.engines.builtin.recall.instruct import instruct
from likeness.engines.builtin.recall.neutralise import neutralise


class RecallEngine:
    """Writer and trainer. ``neutralise`` and ``instruct`` work without an adapter; the rest needs one."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="builtin.recall",
        title="Built-in writer (recalls and rewrites)",
        kind=frozenset({"writer", "trainer"}),
        memory_mb=120,
        can=frozenset({"adapter", "rewrite", "draft"}),
        licence="Apache-2.0",
        notes="Uses no language model. A draft is put together from what the person wrote before; it does not invent.",
    )

    def __init__(self) -> None:
        pass

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the adapter in ``artefact``, or nothing for the tasks that need none."""
        return cls()

    def close(self) -> None:
        """Nothing is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def write(self, request: WriteRequest) -> Draft:
        """Answer ``request``; the text comes in one piece per paragraph."""
        if request.task == "neutralise":
            text, note = neutralise(request.text), "Said plainly by rule."
        elif request.task == "instruct":
            text = instruct(request.text, request.recipient, request.context, request.channel)
            note = "The instruction was derived from the message by rule."
        else:
            raise NotReady("no adapter was opened", hint="learn one with: likeness prepare writing")
        return Draft(iter([text]), Provenance(self.info.name, "rewritten", note))
