"""What is kept out of memory: private, readable in any order, gone at the end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from likeness.core import files
from likeness.core.errors import Busy
from likeness.write import scratch


def test_records_are_read_in_any_order_and_while_written(tmp_path: Path) -> None:
    with scratch.folder(tmp_path) as folder:
        records = scratch.Records(folder / "records")
        texts = [f"{n}" * (n % 7) for n in range(500)]
        for n, text in enumerate(texts):
            records.append(text.encode())
            assert records[n] == text.encode()
        for n in random.Random(1).sample(range(500), 500):
            assert records[n].decode() == texts[n]
        assert len(records) == 500
        assert (folder / "records").stat().st_mode & 0o777 == files.FILE_MODE
        assert folder.stat().st_mode & 0o777 == files.FOLDER_MODE
        records.close()
    assert list(tmp_path.iterdir()) == []


def test_one_process_works_in_a_folder_at_a_time(tmp_path: Path) -> None:
    (tmp_path / ".scratch.left.part").mkdir()
    with scratch.alone(tmp_path):
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(Busy, match="already"), scratch.alone(tmp_path):
            pass
    with scratch.alone(tmp_path):
        pass


def test_the_folder_goes_when_the_work_fails_and_is_swept_after_a_kill(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError), scratch.folder(tmp_path) as folder:
        folder.mkdir()
    assert list(tmp_path.iterdir()) == []
    left = scratch.folder(tmp_path)
    (left.__enter__() / "texts").write_bytes(b"x")
    files.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []
