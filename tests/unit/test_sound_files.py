"""Sound files of our own making."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from likeness.core import sound_files
from likeness.core.errors import InputError
from likeness.core.types import Audio


@pytest.mark.parametrize("bits", [16, 24])
def test_what_is_written_is_read_again_and_clipped_at_full_scale(tmp_path: Path, bits: int) -> None:
    samples = np.linspace(-1.5, 1.5, 3000, dtype=np.float32)
    data = sound_files.flac(Audio(samples, 16_000), bits)
    assert soundfile.info(io.BytesIO(data)).subtype == f"PCM_{bits}"
    (tmp_path / "a.flac").write_bytes(data)
    heard = sound_files.read(tmp_path / "a.flac", hint="")
    assert heard.rate == 16_000
    np.testing.assert_allclose(heard.samples, samples.clip(-1, 1), atol=2.0 ** (1 - bits))


def test_several_channels_become_one(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.tile(np.array([0.5, -0.25], np.float32), (100, 1)), 8_000)
    np.testing.assert_allclose(sound_files.read(tmp_path / "a.wav", hint="").samples, 0.125, atol=1e-4)


def test_a_damaged_file_is_told_by_its_name_alone(tmp_path: Path) -> None:
    (tmp_path / "b.flac").write_bytes(b"no sound")
    for name in ("b.flac", "gone.flac"):
        with pytest.raises(InputError, match=f"{name} is missing or damaged: .") as caught:
            sound_files.read(tmp_path / name, hint="make it again")
        assert caught.value.hint == "make it again"
        assert str(tmp_path) not in str(caught.value)
