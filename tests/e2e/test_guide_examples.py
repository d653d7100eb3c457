"""The examples in the guides run: Python through the official client, shell through curl, one after the other."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_gateway import Running, person, running
from served_models import Fake

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
USUAL = "http://127.0.0.1:8765"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A gateway for Sam, whose plain model says back what it is told."""
    with Fake(("plain",)).running() as fake:
        settings = {"LIKENESS_SUBSTANCE": "openai", "LIKENESS_OPENAI_URL": fake.url}
        with running(person(tmp_path_factory.mktemp("guides") / "Likeness"), settings) as started:
            yield started


def blocks(page: str, language: str, gateway: Running) -> list[str]:
    text = (GUIDES / page).read_text(encoding="utf-8")
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", text, re.S)
    return [block.replace(USUAL, gateway.url) for block in found]


def test_the_python_of_the_api_guide(gateway: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(gateway.home.root.parent.parent))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks("api.md", "python", gateway):
        exec(compile(block, "api.md", "exec"), names)
    assert (tmp_path / "train.mp3").stat().st_size > 1000


@pytest.mark.parametrize("page", ["api.md", "serving-a-model.md"])
def test_the_curl_of_the_guides(gateway: Running, tmp_path: Path, page: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    environment = {**os.environ, "HOME": str(gateway.home.root.parent.parent)}
    shell = [block for block in blocks(page, "sh", gateway) if block.startswith("curl ")]
    assert shell
    for block in shell:
        command = ["bash", "-c", block.replace("curl ", "curl -sS --fail-with-body --noproxy '*' ", 1)]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        if " -o " not in block:
            assert json.loads(done.stdout)["choices"][0]["message"]["content"]
    if page == "api.md":
        assert (tmp_path / "reply.mp3").stat().st_size > 1000
        assert (tmp_path / "made.opus").read_bytes()[:4] == b"OggS"
