"""Sources and engines are found by name, and nothing is imported before it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata
from typing import ClassVar

import pytest

from likeness.core import plugins
from likeness.core.errors import EngineMissing, LikenessError, NotFound
from likeness.core.protocols import EngineInfo


def test_built_ins_come_through_the_same_door() -> None:
    assert {"mbox", "eml", "whatsapp"} <= set(plugins.names(plugins.SOURCES))
    assert {"builtin.recall", "builtin.voice", "builtin.double"} <= set(plugins.names(plugins.ENGINES))
    assert plugins.engine("builtin.double").info.name == "builtin.double"
    assert plugins.source("mbox").name == "mbox"


def test_unknown_names_say_what_there_is() -> None:
    with pytest.raises(EngineMissing) as missing:
        plugins.engine("nobody.home")
    assert "builtin.recall" in missing.value.hint
    with pytest.raises(NotFound) as unknown:
        plugins.source("nothing")
    assert "mbox" in unknown.value.hint


def test_an_absent_library_gives_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Large:
        info: ClassVar = EngineInfo(
            "large", "Large", frozenset({"writer"}), needs=("no_such_lib",), install="pip install 'likeness[mlx]'"
        )

    class Point:
        name = "large"

        @staticmethod
        def load() -> type:
            return Large

    monkeypatch.setattr(metadata, "entry_points", lambda group: [Point])
    with pytest.raises(EngineMissing, match="no_such_lib") as missing:
        plugins.engine("large")
    assert missing.value.hint == "pip install 'likeness[mlx]'"


def test_help_and_listing_import_nothing_heavy() -> None:
    code = (
        "import sys, json; from likeness.cli.main import app; from likeness.core import plugins;"
        "plugins.names(plugins.ENGINES); print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    )
    loaded = set(
        json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    )
    assert not loaded & {
        "numpy",
        "scipy",
        "sklearn",
        "soundfile",
        "pyworld",
        "fastapi",
        "pydantic",
        "rich",
        "torch",
        "mlx",
    }


def test_every_error_class_has_its_own_manners() -> None:
    def walk(cls: type[LikenessError]) -> list[type[LikenessError]]:
        return [cls, *(found for child in cls.__subclasses__() for found in walk(child))]

    for cls in walk(LikenessError):
        assert 0 < cls.exit_code < 256
        assert 400 <= cls.http_status < 600
        assert cls.code
        assert cls.__name__ in (sys.modules["likeness.core.errors"].__doc__ or "")
