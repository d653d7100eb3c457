"""Killed at random moments, an import loses nothing and doubles nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_an_import_survives_being_killed() -> None:
    command = [sys.executable, "-m", "bench.kills", "--kills", "6", "--what", "import", "--messages", "4000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])["figures"]
    assert figures == {"import_kills": 6, "import_lost": 0, "import_unequal": 0, "import_unsound": 0}


@pytest.mark.slow
def test_a_recording_session_survives_being_killed() -> None:
    command = [sys.executable, "-m", "bench.kills", "--kills", "5", "--what", "record"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])["figures"]
    assert figures == {"record_kills": 5, "record_lost": 0, "record_unequal": 0, "record_unsound": 0}
