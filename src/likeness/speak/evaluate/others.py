"""The floor: other speakers saying the same sentences.

They are voices that ship with an engine, never another person's of this home. The built-in engine's teachers come
first, since they are here on every machine.
"""

from __future__ import annotations

from typing import cast

from likeness.core import plugins
from likeness.core.errors import LikenessError
from likeness.core.protocols import Stock

MOST = 3
_FIRST = ("builtin.voice", "system")
_NOBODY = {("builtin.voice", "average")}
"""The mean of several speakers is no other speaker; it is that engine's base."""


def stock_speakers(language: str) -> list[tuple[str, str]]:
    """(engine, voice) of at most :data:`MOST` stock voices of that language that can speak here now."""
    found: list[tuple[str, str]] = []
    engines = sorted(plugins.engines_of("speaker"), key=lambda e: (_place(e.info.name), e.info.name))
    for engine in engines:
        if not plugins.is_ready(engine.info) or not hasattr(engine, "stock_voices"):
            continue
        try:
            voices = cast("type[Stock]", engine).stock_voices(None)
        except LikenessError:
            continue  # its models or its program are not here: it has no voices to offer
        able = [(engine.info.name, voice.id) for voice in voices if voice.language.split("-")[0] == language]
        found += [voice for voice in able if voice not in _NOBODY]
        if len(found) >= MOST:
            break
    return found[:MOST]


def _place(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)
