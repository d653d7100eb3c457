"""Somebody is forgotten by the command line while the gateway runs."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from running_gateway import DOUBLE, person, running

from likeness.core import artefacts
from likeness.core.artefacts import Manifest, publish
from likeness.core.home import PersonHome
from likeness.core.store import Store
from likeness.core.types import Exchange, Message
from likeness.write import dataset
from likeness.write.dataset import Row
from likeness.write.export import export

ASK = {"model": "me", "messages": [{"role": "user", "content": "hello"}]}


def home_with_ana(root: Path) -> PersonHome:
    """A person whose adapter was trained on an exchange with Ana and one with Ben."""
    home = person(root, voice=False)
    home.confirm(["sam@example.org"])
    sent_at = datetime(2020, 1, 1, tzinfo=UTC)
    rows = []
    with Store.open(home.store) as store:
        for name in ("ana", "ben"):
            address = f"{name}@example.org"
            body = f"To {name}: quartzite" if name == "ana" else f"To {name}: a lamp"
            message = Message(name, "mbox", name, "sam@example.org", sent_at, body, True, recipients=(address,))
            store.add([message])
            rows.append(Row(Exchange(name, body, "", "mail", name, address, sent_at, message_ids=(name,)), "train"))
    with publish(home.datasets / "writing-1") as folder:
        dataset.save_exchanges(folder, rows)
        dataset.save_examples(folder, [])
        export(folder)
        Manifest(kind="dataset", name="writing-1", measures={"examples": {"total": 0}}).save(folder)
    manifest = artefacts.load(home.adapters / "me")
    replace(manifest, parents=("writing-1",)).save(home.adapters / "me")
    return home


def forget(home: PersonHome, who: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "likeness", "forget", who, "--yes"],
        env={**os.environ, "LIKENESS_HOME": str(home.root.parent)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_search_loses_them_and_the_stale_writer_is_refused(tmp_path: Path) -> None:
    home = home_with_ana(tmp_path / "Likeness")
    with running(home) as gateway, gateway.client() as client:
        assert client.post("/v1/chat/completions", json=ASK).status_code == 200
        assert len(client.post("/api/search", json={"query": "quartzite"}).json()["results"]) == 1
        done = forget(home, "ana@example.org")
        assert done.returncode == 0, done.stderr
        assert client.post("/api/search", json={"query": "quartzite"}).json()["results"] == []
        refused = client.post("/v1/chat/completions", json=ASK)
        assert refused.status_code == 409
        assert "stale" in refused.json()["error"]["message"]
        assert "quartzite" not in gateway.log
    assert not [p for p in home.root.rglob("*") if p.is_file() and b"quartzite" in p.read_bytes()]
    with running(home, {"LIKENESS_ALLOW_STALE": "true"}) as gateway, gateway.client() as client:
        assert client.post("/v1/chat/completions", json=ASK).status_code == 200


def test_the_command_line_refuses_it_too(tmp_path: Path) -> None:
    home = home_with_ana(tmp_path / "Likeness")
    assert forget(home, "ana@example.org").returncode == 0
    environment = {**os.environ, "LIKENESS_HOME": str(home.root.parent), "LIKENESS_WRITER": DOUBLE}
    for extra, code in (([], 4), (["--allow-stale"], 0)):
        command = [sys.executable, "-m", "likeness", "write", "hello", *extra]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stderr
