"""A language model for tests: it says what a function makes of the request, one word per piece."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from likeness.core import plugins
from likeness.core.artefacts import Manifest, publish
from likeness.core.home import PersonHome
from likeness.core.protocols import EngineInfo
from likeness.core.types import Draft, Provenance, WriteRequest
from likeness.engines.tuning.tiny import make_tiny

NAME = "fake"
Says = Callable[[str, WriteRequest], str]
"""Of the adapter's name ("" for the base) and the request."""


class FakeWriter:
    """Opens LoRA adapters by their folder, and remembers what it was opened with and asked for."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name=NAME,
        title="Fake",
        kind=frozenset({"writer"}),
        can=frozenset({"chat", "switch", "draft", "rewrite", "streaming"}),
        opens=frozenset({"lora"}),
    )
    says: ClassVar[Says] = staticmethod(lambda adapter, request: f"{adapter or 'base'} says it")
    opened: ClassVar[list[tuple[Path | None, dict[str, Any]]]] = []
    asked: ClassVar[list[WriteRequest]] = []

    def __init__(self, adapter: str) -> None:
        self.adapter = adapter

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        cls.opened.append((artefact, dict(options or {})))
        return cls(artefact.name if artefact else "")

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None: ...

    def write(self, request: WriteRequest) -> Draft:
        self.asked.append(request)
        text = type(self).says(Path(request.adapter).name or self.adapter, request)
        return Draft(
            iter(text.split(" ") and text.replace(" ", " \0").split("\0")), Provenance(NAME, "generated", "Fake.")
        )


def install(monkeypatch: pytest.MonkeyPatch, says: Says) -> type[FakeWriter]:
    """Make the engine ``fake`` known for one test."""
    kind = type("Fake", (FakeWriter,), {"says": staticmethod(says), "opened": [], "asked": []})
    real = plugins.engine
    monkeypatch.setattr(plugins, "engine", lambda name: kind if name == NAME else real(name))
    return kind


def adapter(home: PersonHome, name: str = "fake-1", dataset: str = "writing-1") -> Path:
    """An adapter of a language model with a base of its own and two checkpoints; its weights are never read."""
    with publish(home.adapters / name) as folder:
        make_tiny(folder / "base", "qwen2")
        for step in ("step-000100", "step-000200"):
            (folder / "checkpoints" / step).mkdir(parents=True)
            (folder / "checkpoints" / step / "adapter_model.safetensors").write_bytes(b"")
        Manifest("adapter", name, engine=NAME, form="lora", base_model="tiny", parents=(dataset,)).save(folder)
    return home.adapters / name
