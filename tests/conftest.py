"""Locks every test out of the real home and the network."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

# What is only compared with and could not be installed beside the rest (`make models`).
sys.path.append(str(Path(sys.prefix) / "peers"))
# In CI the same examples every time, so that a red run means the change; elsewhere new ones on every run.
hypothesis_settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis_settings.load_profile("ci")


@pytest.fixture(autouse=True)
def _sandbox(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test an empty home of its own; no setting of the machine's leaks in."""
    for name in [key for key in os.environ if key.startswith("LIKENESS_")]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("LIKENESS_HOME", str(home / "Likeness"))
    from likeness.core.settings import settings

    settings.cache_clear()
    yield
    settings.cache_clear()
