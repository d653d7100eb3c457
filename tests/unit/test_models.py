"""Which model an adapter was learned on, and what is said when it is not here."""

from __future__ import annotations

from pathlib import Path

import pytest

from likeness.core.artefacts import Manifest
from likeness.core.errors import EngineMissing
from likeness.core.models import base_of
from likeness.engines.tuning.tiny import make_tiny


def test_the_base_of_an_adapter_is_its_own_or_the_one_it_names(tmp_path: Path) -> None:
    adapter, model = tmp_path / "adapter", make_tiny(tmp_path / "model")
    adapter.mkdir()
    Manifest("adapter", "adapter", form="lora", base_model=str(model)).save(adapter)
    assert base_of(adapter) == model
    own = make_tiny(adapter / "base")
    assert base_of(adapter) == own


def test_a_base_that_is_gone_is_told_with_the_command_that_brings_it_back(tmp_path: Path) -> None:
    Manifest("adapter", "adapter", form="lora", base_model="Qwen/Qwen2.5-3B-Instruct").save(tmp_path)
    with pytest.raises(EngineMissing) as told:
        base_of(tmp_path)
    assert "likeness models get Qwen/Qwen2.5-3B-Instruct" in told.value.hint
    Manifest("adapter", "adapter", form="lora", base_model="tiny").save(tmp_path)
    with pytest.raises(EngineMissing, match="made for it alone") as told:
        base_of(tmp_path)
    assert "--preset smoke" in told.value.hint
    assert "download" not in told.value.hint
