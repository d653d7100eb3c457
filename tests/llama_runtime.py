"""llama.cpp for tests: the library, a real ``llama-server``, and tiny bases in GGUF. ``scripts/build_llama_cpp.sh``
builds both; tests that ask for them are skipped where that was not done.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

BUILD = "not built; scripts/build_llama_cpp.sh builds it"
PRE_TOKENIZER = "qwen2"
"""How ``engines.tuning.tiny`` cuts text, in llama.cpp's words."""


def folder() -> Path:
    """Where the shared libraries and ``llama-server`` lie."""
    return Path(os.environ.get("LLAMA_CPP_LIB_PATH") or Path(sys.prefix) / "llama.cpp" / "bin")


def source() -> Path:
    """llama.cpp's converters, kept beside the build. Skips the test where they are not there."""
    found = folder().parent / "convert"
    if not (found / "convert_lora_to_gguf.py").is_file():
        pytest.skip(f"llama.cpp's converters: {BUILD}")
    return found


def library() -> Any:
    """The module ``llama_cpp``, on the shared build. Skips the test where it is missing."""
    if not list(folder().glob("libllama.*")):
        pytest.skip(f"llama.cpp is {BUILD}")
    os.environ["LLAMA_CPP_LIB_PATH"] = str(folder())
    return pytest.importorskip("llama_cpp")


@contextmanager
def server(model: Path, *arguments: str, adapters: Sequence[Path] = (), seconds: float = 60) -> Iterator[str]:
    """Run ``llama-server`` on ``model`` (GGUF) and give its address (``http://127.0.0.1:port``), once it is ready.

    ``adapters`` are GGUF LoRAs, with the ids 0, 1 … in their order. ``arguments`` are added as they are.
    Skips the test where there is no server; raises ``RuntimeError`` with its output when it does not start.
    """
    program = folder() / "llama-server"
    if not program.is_file():
        pytest.skip(f"llama-server is {BUILD}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(program), "--model", str(model), "--host", "127.0.0.1", "--port", str(port), "--offline"]
    command += ["--threads", "1", "--threads-batch", "1", "--ctx-size", "1024", "--no-warmup"]
    command += [part for adapter in adapters for part in ("--lora", str(adapter))]
    log = model.with_name(f"llama-server-{port}.log")
    with log.open("wb") as output:
        process = subprocess.Popen([*command, *arguments], stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, f"http://127.0.0.1:{port}", log, seconds)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"llama-server did not start: {log.read_text(errors='replace')[-2000:]}")


def write_base(model: Path, path: Path) -> Path:
    """A tiny Qwen2 or Llama of ``engines.tuning.tiny`` as GGUF (float32), with its tokenizer and chat template."""
    gguf = pytest.importorskip("gguf")
    config = json.loads((model / "config.json").read_text())
    architecture = config["model_type"]
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("tiny")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    if architecture == "llama":
        writer.add_rope_dimension_count(config["hidden_size"] // config["num_attention_heads"])
        writer.add_vocab_size(config["vocab_size"])
    _add_tokenizer(gguf, writer, model, config)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH[architecture.upper()], config["num_hidden_layers"])
    for name, value in load_file(model / "model.safetensors").items():
        stem, _, end = name.rpartition(".")
        writer.add_tensor(f"{names.get_name(stem)}.{end}", np.ascontiguousarray(_turned(name, value, config)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _turned(name: str, value: np.ndarray[Any, Any], config: dict[str, Any]) -> np.ndarray[Any, Any]:
    """llama.cpp turns neighbouring numbers of a Llama head, transformers its halves."""
    heads = {"q_proj": "num_attention_heads", "k_proj": "num_key_value_heads"}.get(name.split(".")[-2])
    if config["model_type"] != "llama" or heads is None:
        return value
    return value.reshape(config[heads], 2, -1, *value.shape[1:]).swapaxes(1, 2).reshape(value.shape)


def _add_tokenizer(gguf: Any, writer: Any, model: Path, config: dict[str, Any]) -> None:
    made = json.loads((model / "tokenizer.json").read_text())
    told = json.loads((model / "tokenizer_config.json").read_text())
    special = {entry["content"]: entry["id"] for entry in made["added_tokens"]}
    by_id = {number: token for token, number in (made["model"]["vocab"] | special).items()}
    numbers = range(config["vocab_size"])
    kinds = gguf.TokenType
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(PRE_TOKENIZER)
    writer.add_token_list([by_id.get(number, f"[PAD{number}]") for number in numbers])
    writer.add_token_types(
        [
            kinds.UNUSED if number not in by_id else kinds.CONTROL if number in special.values() else kinds.NORMAL
            for number in numbers
        ]
    )
    writer.add_token_merges([pair if isinstance(pair, str) else " ".join(pair) for pair in made["model"]["merges"]])
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_pad_token_id(special[told["pad_token"]])
    writer.add_add_bos_token(False)
    writer.add_chat_template(told["chat_template"])
