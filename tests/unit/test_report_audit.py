"""The page of an audit stands alone, shows what is wrong where it is, and obeys no markup of a file's name."""

from __future__ import annotations

import re
import stat
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from speech_like import speech, with_clipping, write

from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.types import Audio
from likeness.report.audit_page import write_page
from likeness.report.page import POLICY
from likeness.report.spectrogram import picture, png
from likeness.speak.audit import audit, load_audit
from likeness.speak.recordings import import_recordings, recordings

BAD_NAME = "<img src=x onerror=alert(1)>.flac"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[PersonHome, Path, str]:
    folder = tmp_path_factory.mktemp("page")
    home = Home(folder / "home").create("sam", "Sam <b>Rivers</b>")
    quiet = np.random.default_rng(0).standard_normal(44_100) * 1e-4
    long = speech(3.0, rate=22_050, seed=2)
    silent = Audio(np.concatenate([long.samples, quiet, long.samples]).astype(np.float32), 22_050)
    for path, audio in {
        "good.flac": speech(4.0, rate=22_050),
        "clipped.flac": with_clipping(speech(4.0, rate=22_050, seed=1), 1.25),
        BAD_NAME: silent,
    }.items():
        drain(import_recordings(home, [write(folder / path, audio, "She sells <i>sea</i> shells.")], consent="me"))
    drain(audit(home))
    path = write_page(home, load_audit(home))
    return home, path, path.read_text(encoding="utf-8")


def test_it_is_private_and_loads_nothing(made: tuple[PersonHome, Path, str]) -> None:
    _, path, page = made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert POLICY in page.replace("&#x27;", "'")
    assert not re.search(r"(src|href)=\"(?!data:|#)", page)
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_names_and_texts_stay_text(made: tuple[PersonHome, Path, str]) -> None:
    _, _, page = made
    assert "<img src=x" not in page
    assert "<b>Rivers" not in page
    assert "&lt;i&gt;sea&lt;/i&gt;" in page


def test_every_clip_has_pictures_and_a_player_with_places_marked(made: tuple[PersonHome, Path, str]) -> None:
    home, _, page = made
    assert page.count("<audio") == page.count('class="spectrogram"') == len(recordings(home)) == 3
    assert 'class="mark-of clipping"' in page
    (place,) = re.findall(r'class="mark-of silence" style="left:([\d.]+)%;width:([\d.]+)%', page)
    assert float(place[0]) == pytest.approx(100 * 3 / 8, abs=8)
    assert float(place[1]) > 20


def test_a_clip_that_cannot_be_read_is_said(made: tuple[PersonHome, Path, str], tmp_path: Path) -> None:
    home, _, _ = made
    found = load_audit(home)
    sound = recordings(home)[0].path
    kept = sound.read_bytes()
    sound.write_bytes(b"fLaC nothing")
    try:
        assert "cannot be read" in write_page(home, found).read_text(encoding="utf-8")
    finally:
        sound.write_bytes(kept)


def test_the_picture_is_a_png_and_shows_a_tone_where_it_is() -> None:
    time = np.arange(16_000) / 16_000
    tone = Audio((0.3 * np.sin(2 * np.pi * 6000 * time)).astype(np.float32), 16_000)
    shades = picture(tone, 100, 64)
    assert shades.shape == (64, 100)
    assert np.argmax(shades.sum(axis=1)) == pytest.approx(63 * (1 - 6000 / 8000), abs=2)
    data = png(shades)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    body = data[data.index(b"IDAT") + 4 : data.index(b"IEND") - 8]
    assert (width, height) == (100, 64)
    assert len(zlib.decompress(body)) == 64 * (1 + 50)
    assert picture(Audio(np.zeros(0, np.float32), 8000), 10, 8).max() == 0
