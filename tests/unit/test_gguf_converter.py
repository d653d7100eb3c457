"""GGUF files, adapters and whole models, are those that llama.cpp's own converters write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from test_lora_formats import ALL, filled

import llama_runtime
from likeness.core import lora
from likeness.core.models import model_config
from likeness.engines.tuning.tiny import Architecture, Size, make_tiny
from likeness.write.deploy.gguf import write_gguf
from likeness.write.deploy.peft import write_peft
from likeness.write.deploy.whole import Kind, write_whole

pytestmark = pytest.mark.slow
_LLAMA_3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 512,
}


@dataclass(frozen=True)
class Case:
    """A tiny model, what its matrices are rounded to, and where ours and theirs lie."""

    architecture: Architecture
    kind: Kind
    tied: bool
    folder: Path

    def file(self, which: str) -> Path:
        return self.folder / f"{which}.gguf"


CASES: tuple[tuple[Architecture, Kind, bool], ...] = (
    ("qwen2", "q8_0", True),
    ("qwen2", "f32", False),
    ("llama", "f16", False),
    ("llama", "q8_0", True),
)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """Every case written by us, and by the converters in one process: loading what they need takes most of the time."""
    source = llama_runtime.source()
    for needed in ("gguf", "torch", "transformers"):
        pytest.importorskip(needed)
    made: list[Case] = []
    runs: list[list[str]] = []
    for architecture, kind, tied in CASES:
        case = Case(architecture, kind, tied, tmp_path_factory.mktemp("case"))
        base = make_tiny(case.folder / "base", architecture, size=Size(tied=tied))
        if architecture == "llama":
            (base / "config.json").write_text(json.dumps({**model_config(base), "rope_scaling": _LLAMA_3}))
        config = model_config(base)
        adapter = filled(lora.fresh(config, ALL, 4, 10, base_model="tiny"))
        write_peft(case.folder / "peft", adapter)
        write_gguf(case.file("our-lora"), adapter, config, name="x")
        list(write_whole(case.file("our-whole"), base, config, kind=kind))
        out = ["--outfile", str(case.file("their-lora"))]
        runs.append(["convert_lora_to_gguf.py", "--base", str(base), *out, str(case.folder / "peft")])
        out = ["--outfile", str(case.file("their-whole"))]
        runs.append(["convert_hf_to_gguf.py", str(base), "--outtype", kind, *out])
        made.append(case)
    convert(source, runs)
    return made


def convert(source: Path, runs: list[list[str]]) -> None:
    """Run the converters. They know tokenizers by a hash, which that of a tiny model is not among."""
    program = f"""
import runpy, sys
sys.path[:0] = [{str(source)!r}, {str(source / "gguf-py")!r}]
import conversion.base
conversion.base.TextModel.get_vocab_base_pre = lambda self, tokenizer: "qwen2"
for arguments in {runs!r}:
    sys.argv = arguments
    runpy.run_path({str(source)!r} + "/" + arguments[0], run_name="__main__")
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]


def contents(path: Path) -> tuple[dict[str, Any], dict[str, tuple[tuple[int, ...], str, bytes]]]:
    import gguf

    reader = gguf.GGUFReader(path)
    fields = {name: field.contents() for name, field in reader.fields.items()}
    return fields, {t.name: (tuple(map(int, t.shape)), t.tensor_type.name, t.data.tobytes()) for t in reader.tensors}


def test_adapters_are_the_same_bytes(cases: list[Case]) -> None:
    for case in cases:
        ours, our_tensors = contents(case.file("our-lora"))
        theirs, their_tensors = contents(case.file("their-lora"))
        assert our_tensors == their_tensors
        for key in ("general.type", "general.architecture", "adapter.type", "adapter.lora.alpha"):
            assert ours[key] == theirs[key]


def test_whole_models_are_the_same_bytes_and_say_the_same(cases: list[Case]) -> None:
    for case in cases:
        ours, our_tensors = contents(case.file("our-whole"))
        theirs, their_tensors = contents(case.file("their-whole"))
        assert our_tensors == their_tensors
        assert {key for key, value in ours.items() if value != theirs.get(key)} <= {"GGUF.kv_count"}
        assert not {key for key in theirs if key not in ours and not key.startswith("general.")}
