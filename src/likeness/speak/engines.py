"""Which engines could speak here: what each can, needs, and would download, before anything is tried."""

from __future__ import annotations

from dataclasses import dataclass

from likeness.core import plugins
from likeness.core.catalogue import Model, known
from likeness.core.errors import EngineMissing, NotFound
from likeness.core.models import find_weights
from likeness.core.protocols import EngineInfo


@dataclass(frozen=True, slots=True)
class Choice:
    """A model that an engine works with. ``about_mb`` is 0 where the catalogue does not know it."""

    name: str
    is_here: bool
    about_mb: int
    licence: str


@dataclass(frozen=True, slots=True)
class EngineState:
    """An engine that speaks. ``ready`` or ``missing``: libraries to install, then a model to get (one is enough).

    ``learns``: it makes voices of a person. ``stock``: it came with voices. ``has_base``: what it learned can be heard
    without the person, for before and after.
    """

    info: EngineInfo
    ready: bool
    missing: tuple[str, ...]
    models: tuple[Choice, ...]
    learns: bool
    stock: bool
    has_base: bool

    @property
    def next_step(self) -> str:
        """The command that brings it nearer to being ready; "" when it is."""
        if self.ready:
            return ""
        to_get = self.info.models and not self.missing
        return f"likeness models get {self.info.models[0]}" if to_get else self.info.install


def speaking_engines() -> tuple[EngineState, ...]:
    """Every engine that speaks, those that are ready first. Imports no heavy library and downloads nothing."""
    found = [_state(engine) for engine in plugins.engines_of("speaker")]
    return tuple(sorted(found, key=lambda state: (not state.ready, not state.learns, state.info.name)))


def _state(engine: type) -> EngineState:
    info: EngineInfo = engine.info  # type: ignore[attr-defined]
    return EngineState(
        info=info,
        ready=plugins.is_ready(info) and _starts(engine),
        missing=tuple(plugins.missing_libraries(info)),
        models=tuple(map(_choice, info.models)),
        learns="trainer" in info.kind,
        stock=hasattr(engine, "stock_voices"),
        has_base=hasattr(engine, "open_base"),
    )


def _starts(engine: type) -> bool:
    """Whether the program that an engine runs is here, for an engine that says so (``runs_here``)."""
    check = getattr(engine, "runs_here", None)
    return bool(check()) if check is not None else True


def _choice(name: str) -> Choice:
    try:
        find_weights(name)
        here = True
    except EngineMissing:
        here = False
    try:
        model: Model = known(name)
    except NotFound:
        return Choice(name, here, 0, "")
    return Choice(name, here, model.about_mb, model.licence)
