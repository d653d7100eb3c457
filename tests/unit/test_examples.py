"""The example person: what is committed is what the sources give, and nothing in it belongs to anybody."""

from __future__ import annotations

import csv
import mailbox
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import soundfile as sf

from likeness.core.types import Audio, Verdict
from likeness.speak.check import check

ELLIS = Path(__file__).parents[2] / "examples" / "ellis"
MADE = ("mail.mbox", "WhatsApp Chat with Kit Brennan.txt", "WhatsApp Chat with Sunday Dippers.txt")
RESERVED = ("example.org", "example.com", "example.net")


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example made again from its sources, in a folder of its own."""
    folder = tmp_path_factory.mktemp("ellis")
    for path in [*ELLIS.glob("*.py"), *ELLIS.glob("threads/*.txt")]:
        target = folder / path.relative_to(ELLIS)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    subprocess.run([sys.executable, str(folder / "make_archive.py")], check=True, timeout=60)
    return folder


@pytest.mark.parametrize("name", MADE)
def test_the_committed_archive_is_what_its_sources_give(remade: Path, name: str) -> None:
    assert (remade / name).read_bytes() == (ELLIS / name).read_bytes()


def test_the_committed_zip_holds_what_its_source_gives(remade: Path) -> None:
    name = "WhatsApp Chat - Nadia.zip"
    with zipfile.ZipFile(remade / name) as made, zipfile.ZipFile(ELLIS / name) as committed:
        assert made.read("_chat.txt") == committed.read("_chat.txt")


def test_every_address_is_in_a_reserved_domain() -> None:
    for path in [*ELLIS.glob("threads/*.txt"), *ELLIS.glob("*.py"), ELLIS / "mail.mbox"]:
        text = path.read_text(encoding="utf-8", errors="replace").replace("=\n", "")
        for domain in re.findall(r"[\w.]@([\w.-]+\.\w+)", text):
            assert domain.endswith(RESERVED), f"{domain} in {path.name}"


def test_enough_is_written_by_the_owner_for_a_dataset() -> None:
    box = mailbox.mbox(ELLIS / "mail.mbox")
    by_owner = sum("Ellis Marlow" in str(mail["From"]) for mail in box)
    chats = sum(
        len(re.findall(r"- Ellis Marlow: ", path.read_text(encoding="utf-8"))) for path in ELLIS.glob("WhatsApp*.txt")
    )
    assert by_owner >= 160
    assert chats >= 100


def test_every_recording_is_good_and_has_its_transcript() -> None:
    with (ELLIS / "recordings" / "transcripts.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert sorted(row["file"] for row in rows) == sorted(path.name for path in ELLIS.glob("recordings/*.flac"))
    seconds = 0.0
    for row in rows:
        samples, rate = sf.read(ELLIS / "recordings" / row["file"], dtype="float32")
        seconds += len(samples) / rate
        found = check(Audio(samples, rate), row["text"])
        assert found.verdict is Verdict.GOOD, f"{row['file']}: {found.reasons}"
    assert 180 <= seconds <= 300
