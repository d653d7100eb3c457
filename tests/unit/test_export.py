"""Adapters handed to other programs: files they read, what is noted of them, and the comparison of the answers."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pytest
from test_lora_formats import ALL, filled
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core import artefacts, exports, lora, plugins
from likeness.core.artefacts import Manifest
from likeness.core.errors import EngineMissing, InputError, NotReady
from likeness.core.events import Event
from likeness.core.home import Home, PersonHome
from likeness.core.protocols import EngineInfo
from likeness.core.types import Draft, Example, Provenance, WriteRequest
from likeness.engines.tuning.tiny import make_tiny
from likeness.write import dataset
from likeness.write.deploy import exporting, ollama, parity
from likeness.write.deploy.learned import end_tokens, learned

SYSTEM = 'You write as Sam — "briefly".\n'


def drained(job: exporting.Job) -> exporting.Exported:
    while True:
        try:
            next(job)
        except StopIteration as end:
            made: exporting.Exported = end.value
            return made


def make_adapter(home: PersonHome, architecture: str = "qwen2", *, name: str = "mlx-1234") -> Path:
    """A tuned adapter on its own tiny base, with the dataset it was learned from."""
    data = home.datasets / "writing-1"
    data.mkdir(parents=True)
    rows = [
        Example(id=f"e{n}", kind="reply", split="test", prompt=f"Question {n}?", completion="Yes.", exchange_id=f"x{n}")
        for n in range(3)
    ]
    dataset.save_examples(data, rows)
    folder = home.adapters / name
    base = make_tiny(folder / "base", "llama" if architecture == "llama" else "qwen2")
    config = json.loads((base / "config.json").read_text())
    made = lora.fresh(config, ALL, 4, 8, rank_stabilised=True, base_model="Qwen/Qwen2.5-3B-Instruct")
    lora.write(folder, filled(made))
    Manifest(
        kind="adapter",
        name=name,
        engine="mlx",
        base_model="Qwen/Qwen2.5-3B-Instruct",
        form="lora",
        recipe={"window": 1024, "kinds": ["reply"], "dropout": 0.05},
        parents=("writing-1",),
        extra={"system_prompt": SYSTEM},
    ).save(folder)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    return Home(tmp_path / "home").create("sam", "Sam")


@pytest.mark.parametrize("architecture", ["qwen2", "llama"])
def test_gguf_says_what_llama_cpp_reads(home: PersonHome, architecture: str) -> None:
    gguf = pytest.importorskip("gguf")
    folder = make_adapter(home, architecture)
    made = drained(exporting.to_gguf(home))
    assert made.path == folder / "exports" / "gguf" / "mlx-1234.gguf"
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    reader = gguf.GGUFReader(made.path)
    told = {name: field.contents() for name, field in reader.fields.items()}
    assert told["general.type"] == "adapter"
    assert told["adapter.type"] == "lora"
    assert told["general.architecture"] == architecture
    # 8 / √4 is the scale, and llama.cpp divides by the rank.
    assert told["adapter.lora.alpha"] == 16
    tensors = {tensor.name: tensor.data for tensor in reader.tensors}
    own = lora.read(folder)
    assert len(tensors) == len(own.weights)
    for mine, theirs in (
        ("self_attn.v_proj", "attn_v"),
        ("self_attn.o_proj", "attn_output"),
        ("mlp.up_proj", "ffn_up"),
    ):
        for half in "AB":
            stored = own.weights[f"base_model.model.model.layers.1.{mine}.lora_{half}.weight"]
            np.testing.assert_array_equal(tensors[f"blk.1.{theirs}.weight.lora_{half.lower()}"], stored)
    q = own.weights[lora.weight_name(0, "q_proj", "B")]
    # A head of 16 rows: llama.cpp pairs neighbours where transformers pairs row i with row i + 8.
    expected = q[[head * 16 + half * 8 + i for head in range(4) for i in range(8) for half in (0, 1)]]
    np.testing.assert_array_equal(tensors["blk.0.attn_q.weight.lora_b"], expected if architecture == "llama" else q)
    assert exports.exports(folder)["gguf"]["file"] == str(made.path)
    assert (made.path.parent / "system_prompt.txt").read_text() == SYSTEM


def test_mlx_and_peft_files_are_the_adapter(home: PersonHome, tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    folder = make_adapter(home)
    own = lora.read(folder)
    made = drained(exporting.to_mlx(home, adapter="mlx-1234", out=tmp_path / "mlx"))
    stored = load_file(made.path / "adapters.safetensors")
    assert lora.from_mlx(stored, own) == own
    told = json.loads((made.path / "adapter_config.json").read_text())
    assert (told["num_layers"], told["lora_parameters"]["scale"]) == (2, 4.0)
    made = drained(exporting.to_peft(home, out=tmp_path / "peft"))
    assert lora.read(made.path) == own
    assert json.loads((made.path / "adapter_config.json").read_text())["lora_dropout"] == 0.05
    assert not (made.path / "manifest.json").exists()
    assert set(exports.exports(folder)) == {"mlx", "peft"}


def test_what_cannot_be_exported_is_told(home: PersonHome) -> None:
    with pytest.raises(NotReady, match="no language model has been tuned"):
        drained(exporting.to_gguf(home))
    folder = make_adapter(home)
    manifest = artefacts.load(folder)
    replace(manifest, extra={**manifest.extra, "stale": {"reason": "forgotten"}}).save(folder)
    with pytest.raises(NotReady, match="stale"):
        drained(exporting.to_gguf(home))
    assert drained(exporting.to_gguf(home, allow_stale=True)).path.is_file()
    replace(manifest, form="", engine="builtin.recall").save(folder)
    with pytest.raises(InputError, match="no LoRA"):
        drained(exporting.to_gguf(home, adapter=folder.name))


def test_a_name_does_not_lead_out_of_the_folder(home: PersonHome, tmp_path: Path) -> None:
    make_adapter(home)
    made = drained(exporting.to_gguf(home, name="../../up.gguf", out=tmp_path / "out"))
    assert made.path == tmp_path / "out" / "up.gguf"


def test_the_ends_of_a_turn_are_spelled(tmp_path: Path) -> None:
    assert end_tokens(make_tiny(tmp_path / "qwen", "qwen2")) == ("<|im_end|>",)
    assert end_tokens(make_tiny(tmp_path / "llama", "llama")) == ("<|eot_id|>",)
    (tmp_path / "llama" / "tokenizer_config.json").write_text('{"eos_token": {"content": "<|end_of_text|>"}}')
    assert end_tokens(tmp_path / "llama") == ("<|end_of_text|>", "<|eot_id|>")
    for name in ("tokenizer_config.json", "generation_config.json"):
        (tmp_path / "llama" / name).unlink()
    with pytest.raises(InputError, match="what ends a turn"):
        end_tokens(tmp_path / "llama")


def test_the_modelfile_has_the_exact_system_message(home: PersonHome) -> None:
    make_adapter(home)
    found = learned(home)
    model = ollama.model_of(found, "sam")
    assert model.base == "qwen2.5:3b"
    text = ollama.modelfile(model, "mlx-1234.gguf")
    assert f'SYSTEM """{SYSTEM}"""\n' in text
    assert 'PARAMETER stop "<|im_end|>"' in text
    assert "PARAMETER num_ctx 2048" in text  # no more than the base has positions
    assert "TEMPLATE" not in text
    with pytest.raises(InputError, match="Modelfile"):
        ollama.modelfile(replace(model, system='say """'), "a.gguf")


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("Qwen/Qwen2.5-7B-Instruct", "qwen2.5:7b"),
        ("mlx-community/Qwen2.5-0.5B-Instruct-4bit", "qwen2.5:0.5b"),
        ("unsloth/Llama-3.2-1B-Instruct-bnb-4bit", "llama3.2:1b"),
        ("/models/Meta-Llama-3.1-8B-Instruct", ""),
        ("Qwen/Qwen3-4B", ""),
        ("", ""),
    ],
)
def test_only_bases_that_are_known_have_a_name_at_ollama(home: PersonHome, base: str, expected: str) -> None:
    folder = make_adapter(home)
    replace(artefacts.load(folder), base_model=base).save(folder)
    if expected:
        assert ollama.model_of(learned(home), "sam").base == expected
    else:
        with pytest.raises(InputError, match="not known"):
            ollama.model_of(learned(home), "sam")
        assert ollama.model_of(learned(home), "sam", "my/base:latest").base == "my/base:latest"


class Double:
    """Stands for mlx here and Ollama there: each answers with a text that says what it answered with."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="mlx", title="", kind=frozenset({"writer", "deployer"}), can=frozenset({"fuse"})
    )
    served = "Sure, tomorrow."
    deployed: ClassVar[dict[str, Any]] = {}
    opened: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        cls.opened.append(dict(options or {}))
        return cls(options or {})

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None: ...

    def write(self, request: WriteRequest) -> Draft:
        assert request.turns[0].content == SYSTEM
        assert request.temperature == 0
        local = "Sure, tomorrow works." if request.adapter else "I am happy to help."
        text = self.served if "url" in self.options else local
        return Draft(iter([text]), Provenance("double", "generated", ""))

    def deploy(self, adapter: Path, files: Mapping[str, Path], options: Mapping[str, Any]) -> Iterator[Event]:
        assert all(path.is_file() for path in files.values())
        if "new" in self.options["url"] and options["from"]:
            raise InputError("takes only whole models", param="fuse")
        Double.deployed = {"files": files, **options}
        yield Event("deployed", note=str(options["name"]))

    @classmethod
    def fuse(cls, adapter: Path, base: Path, out: Path) -> Iterator[Event]:
        (out / "model.safetensors").write_bytes(b"whole")
        yield Event("fused", 1, 1)


@pytest.fixture
def doubled(monkeypatch: pytest.MonkeyPatch) -> type[Double]:
    monkeypatch.setattr(plugins, "engine", lambda name: Double)
    return Double


def test_export_to_ollama_makes_the_model_and_compares(home: PersonHome, doubled: type[Double]) -> None:
    folder = make_adapter(home)
    made = drained(exporting.to_ollama(home, server={"url": "http://127.0.0.1:1"}))
    assert (made.model, made.model_base) == ("sam", "qwen2.5:3b")
    assert doubled.deployed["from"] == "qwen2.5:3b"
    assert doubled.deployed["system"] == SYSTEM
    assert doubled.deployed["parameters"] == {"num_ctx": 2048, "stop": ["<|im_end|>"]}
    assert list(doubled.deployed["files"]) == ["mlx-1234.gguf"]
    assert exports.exports(folder)["ollama"] == {"model": "sam", "base": "qwen2.5:3b"}
    assert made.parity is not None
    assert made.parity.in_effect is True
    assert made.parity.identical == 0
    assert [answer.first_difference for answer in made.parity.answers] == [14, 14, 14]
    saved = (made.path / "parity.json").read_text()
    assert json.loads(saved)["there"] == "ollama"
    assert "tomorrow" not in saved


def test_it_is_compared_with_the_base_in_the_bits_it_was_learned_in(home: PersonHome, doubled: type[Double]) -> None:
    folder = make_adapter(home)
    replace(artefacts.load(folder), recipe={"bits": 4}).save(folder)
    doubled.opened.clear()
    drained(exporting.to_ollama(home, server={"url": "http://127.0.0.1:1"}))
    # The deployer, the adapter here, the export.
    assert [options.get("bits") for options in doubled.opened] == [None, 4, None]


def test_an_adapter_that_is_not_in_effect_is_seen(home: PersonHome, doubled: type[Double]) -> None:
    own, bare = "see you friday then", "I would be delighted to join you on Friday."
    found = parity.judged(
        "mlx", "ollama", [("a", own, bare, bare), ("b", own, bare, own + "!"), ("c", own, bare, bare)]
    )
    assert found.in_effect is False
    assert found.answers[0].first_difference == 0
    assert found.answers[1].first_difference == len(own)
    same = parity.judged("mlx", "ollama", [("a", own, own, own)])
    assert (same.in_effect, same.identical, same.alike) == (None, 1.0, 100.0)
    empty = parity.judged("mlx", "ollama", [("a", "", bare, "")])
    assert (empty.in_effect, empty.alike, empty.alike_base) == (True, 100.0, 0.0)


def test_a_comparison_without_questions_or_engine_is_told(
    home: PersonHome, doubled: type[Double], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_adapter(home)
    (home.datasets / "writing-1" / "examples.jsonl").unlink()
    with pytest.raises(NotReady, match="its dataset is gone"):
        drained(exporting.to_ollama(home, server={"url": "x"}))
    assert drained(exporting.to_ollama(home, server={"url": "x"}, compared=False)).parity is None

    def missing(name: str) -> type[Double]:
        raise EngineMissing(f"engine {name!r} needs a library", hint="pip install it")

    monkeypatch.setattr(plugins, "engine", missing)
    with pytest.raises(EngineMissing, match="nothing here can fuse") as told:
        drained(exporting.to_peft(home, fused=True))
    assert told.value.hint == "pip install it"


def test_a_folder_that_cannot_be_is_told(home: PersonHome, tmp_path: Path) -> None:
    make_adapter(home)
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        for job in (exporting.to_gguf, exporting.to_mlx, exporting.to_peft):
            for fused in (False, True):
                with pytest.raises(InputError) as told:
                    drained(job(home, out=out, fused=fused))
                assert told.value.param == "out"
    assert (tmp_path / "file").read_text() == "mine"


def test_a_fused_model_fills_a_new_folder(home: PersonHome, doubled: type[Double], tmp_path: Path) -> None:
    make_adapter(home)
    made = drained(exporting.to_mlx(home, out=tmp_path / "whole", fused=True))
    assert made.fused
    assert (made.path / "model.safetensors").read_bytes() == b"whole"
    with pytest.raises(InputError, match="there is something in"):
        drained(exporting.to_mlx(home, out=tmp_path / "whole", fused=True))


def test_the_command_tells_where_it_went(
    home: PersonHome, doubled: type[Double], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_adapter(home)
    monkeypatch.setenv("LIKENESS_HOME", str(home.root.parent))
    ran = CliRunner().invoke(app, ["export", "ollama", "--name", "me", "--prompts", "2"])
    assert ran.exit_code == 0, ran.output
    assert "Exported mlx-1234: Ollama's model me on qwen2.5:3b" in ran.output
    assert "1: differs from character 15, chrF" in ran.output
    ran = CliRunner().invoke(app, ["export", "gguf", "--json"])
    assert json.loads(ran.stdout)["scale"] == 4.0
    doubled.served = "I am happy to help."
    try:
        ran = CliRunner().invoke(app, ["export", "gguf", "--compare"])
    finally:
        doubled.served = "Sure, tomorrow."
    assert "not in effect" in ran.output


def test_a_missing_library_is_told_with_its_command(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    make_adapter(home)
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(EngineMissing) as told:
        drained(exporting.to_gguf(home))
    assert told.value.hint == "pip install gguf"


def test_a_whole_model_for_programs_without_adapters(home: PersonHome, doubled: type[Double]) -> None:
    gguf = pytest.importorskip("gguf")
    folder = make_adapter(home)
    made = drained(exporting.to_gguf(home, fused=True))
    assert made.fused
    assert made.path.name == "mlx-1234-whole.gguf"
    assert "gguf" not in exports.exports(folder)
    told = {name: field.contents() for name, field in gguf.GGUFReader(made.path).fields.items()}
    assert (told["general.type"], told["general.architecture"]) == ("model", "qwen2")
    assert "<|im_start|>" in told["tokenizer.chat_template"]
    with pytest.raises(InputError, match="cannot be compared"):
        drained(exporting.to_gguf(home, fused=True, server={}))
    made = drained(exporting.to_ollama(home, server={"url": "x"}, fused=True))
    assert list(doubled.deployed["files"]) == ["mlx-1234-whole.gguf"]
    assert doubled.deployed["from"] == ""
    assert "FROM ./mlx-1234-whole.gguf\nSYSTEM" in (made.path / "Modelfile").read_text()
    assert made.parity is not None
    made = drained(exporting.to_ollama(home, server={"url": "new"}))
    assert made.fused
    assert list(doubled.deployed["files"]) == ["mlx-1234-whole.gguf"]


def test_a_checkpoint_is_exported_under_its_own_name(home: PersonHome) -> None:
    folder = make_adapter(home)
    step = folder / "checkpoints" / "step-000100"
    lora.write(step, lora.read(folder))
    made = drained(exporting.to_gguf(home, adapter="mlx-1234/step-000100"))
    assert made.adapter == "mlx-1234-step-000100"
    assert made.path == step / "exports" / "gguf" / "mlx-1234-step-000100.gguf"
    assert "gguf" in exports.exports(step)


@pytest.mark.parametrize(
    ("file", "change", "reason"),
    [
        ("tokenizer.json", {"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}}}, "the tokenizer is none"),
        ("tokenizer.json", {"model": {"type": "Unigram", "vocab": []}}, "cannot be read|the tokenizer is none"),
        ("tokenizer.json", {"model": 5}, "cannot be read"),
        ("config.json", {"rope_scaling": {"rope_type": "longrope"}}, "longrope"),
        ("config.json", {"vocab_size": 10}, "more tokens than its vocabulary"),
    ],
)
def test_a_whole_model_that_llama_cpp_would_read_wrongly_is_refused(
    home: PersonHome, file: str, change: dict[str, Any], reason: str
) -> None:
    pytest.importorskip("gguf")
    path = make_adapter(home) / "base" / file
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=reason):
        drained(exporting.to_gguf(home, fused=True))
    assert not list(home.adapters.rglob("*.gguf")) + list(home.adapters.rglob(".*.part"))


def test_a_quantised_base_is_not_made_a_whole_model(home: PersonHome) -> None:
    pytest.importorskip("gguf")
    from safetensors.numpy import load_file, save_file

    path = make_adapter(home) / "base" / "model.safetensors"
    whole = load_file(path)
    name = "model.layers.0.mlp.up_proj"
    save_file(
        whole | {f"{name}.weight": np.zeros((4, 4), np.uint32), f"{name}.scales": np.zeros((4, 4), np.float32)}, path
    )
    with pytest.raises(InputError, match="quantised"):
        drained(exporting.to_gguf(home, fused=True))
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(InputError, match="damaged"):
        drained(exporting.to_gguf(home, fused=True))


@pytest.mark.parametrize("architecture", ["qwen2", "llama"])
def test_a_large_model_is_rounded_in_parts(
    home: PersonHome, architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("gguf")
    make_adapter(home, architecture)
    whole = drained(exporting.to_gguf(home, fused=True)).path.read_bytes()
    monkeypatch.setattr("likeness.write.deploy.whole._NUMBERS", 1000)
    assert drained(exporting.to_gguf(home, fused=True)).path.read_bytes() == whole
