"""An exported adapter in a real llama-server answers as it does here, and one that is not in effect is seen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_export import drained, make_adapter

import llama_runtime
from likeness.core import artefacts, lora
from likeness.core.errors import EngineMissing, NotReady
from likeness.core.home import Home, PersonHome
from likeness.write.deploy import exporting


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PersonHome:
    """A person with an adapter that MLX opens; on a CPU compiling takes longer than running."""
    pytest.importorskip("mlx_lm")
    pytest.importorskip("gguf")
    monkeypatch.setenv("MLX_DISABLE_COMPILE", "1")
    home = Home(tmp_path / "home").create("sam", "Sam")
    make_adapter(home)
    return home


def server(url: str) -> dict[str, Any]:
    return {"url": f"{url}/v1", "key": "", "allowed_hosts": ()}


def test_the_server_answers_as_the_engine_here(home: PersonHome, tmp_path: Path) -> None:
    made = drained(exporting.to_gguf(home))
    base = llama_runtime.write_base(home.adapters / "mlx-1234" / "base", tmp_path / "base.gguf")
    exact = ("--lora-init-without-apply", "--cache-type-k", "f32", "--cache-type-v", "f32", "--flash-attn", "off")
    with llama_runtime.server(base, *exact, adapters=[made.path]) as url:
        found = drained(exporting.to_gguf(home, server=server(url), prompts=3)).parity
    assert found is not None
    assert (found.here, found.there, len(found.answers)) == ("mlx", "openai", 3)
    assert found.identical == 1
    assert found.in_effect is True
    assert found.alike_base < 60
    assert json.loads((made.path.parent / "parity.json").read_text())["identical"] == 1


def test_an_adapter_without_effect_is_seen(home: PersonHome, tmp_path: Path) -> None:
    folder = home.adapters / "mlx-1234"
    made = drained(exporting.to_gguf(home))
    base = llama_runtime.write_base(folder / "base", tmp_path / "base.gguf")
    # What a wrong scale does: the server holds the adapter, and adds next to nothing of it.
    own = lora.read(folder)
    weakened = replace(own, alpha=own.alpha / 1e6)
    lora.write(folder, weakened)
    drained(exporting.to_gguf(home))
    lora.write(folder, own)
    weak = made.path.rename(tmp_path / made.path.name)
    with llama_runtime.server(base, "--lora-init-without-apply", adapters=[weak]) as url:
        found = drained(exporting.to_gguf(home, server=server(url), prompts=3)).parity
        assert found is not None
        assert found.in_effect is False
    with llama_runtime.server(base) as url, pytest.raises(NotReady, match="has not loaded the adapter"):
        drained(exporting.to_gguf(home, server=server(url)))
    with pytest.raises(EngineMissing):
        drained(exporting.to_gguf(home, server=server("http://127.0.0.1:1")))


@pytest.mark.parametrize("form", ["mlx", "peft"])
def test_a_fused_model_is_whole(home: PersonHome, form: str) -> None:
    from safetensors.numpy import load_file

    if form == "peft":
        pytest.importorskip("torch")
    folder = home.adapters / "mlx-1234"
    job = exporting.to_mlx(home, fused=True) if form == "mlx" else exporting.to_peft(home, fused=True)
    made = drained(job)
    before, after = load_file(folder / "base" / "model.safetensors"), load_file(made.path / "model.safetensors")
    own = lora.read(folder)
    delta = own.scale * (
        own.weights[lora.weight_name(1, "up_proj", "B")] @ own.weights[lora.weight_name(1, "up_proj", "A")]
    )
    name = "model.layers.1.mlp.up_proj.weight"
    assert abs(after[name] - before[name] - delta).max() < 1e-5
    assert {path.name for path in made.path.iterdir()} >= {"config.json", "tokenizer.json", "tokenizer_config.json"}
    assert (made.path / "system_prompt.txt").is_file()
    assert artefacts.load(folder).name == "mlx-1234"
