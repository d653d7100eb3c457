"""Language models in processes of their own, and what is said of models and adapters that cannot be used."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from language_models import (
    ENGINES,
    TEXTS,
    ask,
    copied,
    made,
    make_adapters,
    make_base,
    needs,
    opening,
    write_adapter,
    written,
)

from likeness.core import plugins
from likeness.core.artefacts import Manifest
from likeness.core.errors import DoesNotFit, EngineFailed, EngineMissing, InputError, NotFound
from likeness.core.lanes import Lanes
from likeness.core.models import model_config
from likeness.core.types import ScoreRequest, Turn
from likeness.engines.tuning.tiny import Size, make_tiny


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_base(tmp_path_factory.mktemp("base"), "qwen2")


@pytest.fixture(scope="module")
def adapters(base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return make_adapters(tmp_path_factory.mktemp("adapters"), base)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_cannot_be_used_is_said(
    engine: str, base: Path, adapters: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs(engine)
    kind = plugins.engine(engine)
    with pytest.raises(EngineMissing, match="which model"):
        kind.open()
    with pytest.raises(EngineMissing, match="not on this machine"):
        kind.open(None, {"model": "Qwen/Qwen2.5-3B-Instruct"})
    cut = copied(base, tmp_path / "cut")
    (cut / "model.safetensors").write_bytes((cut / "model.safetensors").read_bytes()[:5000])
    with pytest.raises(InputError, match="cannot be loaded"):
        kind.open(None, {"model": str(cut)})
    strange = copied(base, tmp_path / "strange")
    (strange / "config.json").write_text(
        json.dumps({**model_config(base), "model_type": "nobody", "architectures": []})
    )
    with pytest.raises(InputError, match="strange"):
        kind.open(None, {"model": str(strange)})

    other = make_tiny(tmp_path / "other", "qwen2", texts=TEXTS, size=Size(hidden=128, intermediate=192))
    foreign = write_adapter(tmp_path / "foreign", other, ["q_proj", "v_proj"], 4, 8.0)
    learned = write_adapter(tmp_path / "learned", base, ["q_proj", "v_proj"], 4, 8.0)
    Manifest("adapter", "learned", base_model="elsewhere", form="lora", extra={"base_digest": "0" * 16}).save(learned)
    recalled = made(tmp_path / "recalled")
    Manifest("adapter", "recalled", "builtin.recall").save(recalled)
    with kind.open(None, {"model": str(base)}) as opened:
        for adapter, told in ((foreign, "was not learned on"), (learned, "elsewhere"), (recalled, "builtin.recall")):
            with pytest.raises(InputError, match=told):
                opened.write(ask(adapter=str(adapter)))  # type: ignore[attr-defined]
        with pytest.raises(NotFound, match="nothing-here"):
            opened.write(ask(adapter=str(tmp_path / "nothing-here")))  # type: ignore[attr-defined]
        with pytest.raises(InputError, match=r"[\d,]+ tokens, and .* reads 2,048"):
            opened.write(ask("word " * 3000))  # type: ignore[attr-defined]
        with pytest.raises(InputError, match="2048 tokens"):
            opened.score(ScoreRequest((((Turn("user", "a"),), "word " * 3000),)))  # type: ignore[attr-defined]
        with pytest.raises(InputError, match="neutralise"):
            opened.write(ask(task="neutralise"))  # type: ignore[attr-defined]
        assert written(opened, ask())
    monkeypatch.setattr(plugins, "find_spec", lambda name: None)
    with pytest.raises(EngineMissing, match="not installed") as missing:
        plugins.engine(engine)
    assert missing.value.hint == f"pip install 'likeness[{engine}]'"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_library_that_is_there_and_damaged_is_said(engine: str, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs(engine)

    def load(base: Path, options: object) -> None:
        raise ImportError("libgomp.so.1: cannot open shared object file")

    kind = plugins.engine(engine)
    monkeypatch.setattr(kind, "load", load)
    with pytest.raises(EngineMissing, match=r"libgomp.so.1") as told:
        kind.open(None, {"model": str(base)})
    assert told.value.hint == f"pip install 'likeness[{engine}]'"


def test_mlx_says_when_it_is_used_on_another_thread(base: Path) -> None:
    needs("mlx")
    errors: list[Exception] = []
    with opening("mlx", base) as engine:

        def use() -> None:
            try:
                written(engine, ask())
            except Exception as error:
                errors.append(error)

        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        assert written(engine, ask())
    assert isinstance(errors[0], EngineFailed)
    assert "thread" in str(errors[0])


@pytest.mark.parametrize("engine", ENGINES)
def test_in_a_lane_the_base_stays_and_adapters_change(engine: str, base: Path, adapters: dict[str, str]) -> None:
    needs(engine)
    with opening(engine, base) as direct:
        expected = {folder: written(direct, ask(adapter=folder)) for folder in adapters.values()}
    lanes = Lanes(4000)
    try:
        writer = lanes.writer(engine, None, {"model": str(base)})
        for folder in (*adapters.values(), *adapters.values()):
            draft = writer.write(ask(adapter=folder))
            assert "".join(draft.pieces) == expected[folder]
            assert (draft.ended().reason, draft.ended().completion_tokens) == ("length", 24)
        dropped = writer.write(ask(max_tokens=2000))
        next(dropped.pieces)
        del dropped
        assert "".join(writer.write(ask()).pieces) == expected[""]
        assert [status.starts for status in lanes.status()] == [1]
        with pytest.raises(InputError, match="tokens"):
            writer.write(ask("word " * 3000))
        lanes.memory_limit_mb = 100
        with pytest.raises(DoesNotFit):
            lanes.writer(engine, None, {"model": str(base), "bits": 0}).write(ask())
    finally:
        lanes.close()


def test_naming_an_engine_imports_no_library_of_models() -> None:
    code = (
        "import sys; from likeness.core import plugins; "
        "[plugins.engine(name) for name in ('mlx', 'torch') if name in plugins.names(plugins.ENGINES)]; "
        "print(sorted({'mlx', 'mlx_lm', 'torch', 'transformers', 'peft'} & set(sys.modules)))"
    )
    for engine in ENGINES:
        needs(engine)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
