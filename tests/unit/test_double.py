"""The shipped test double keeps the contracts it stands in for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from likeness.core import plugins
from likeness.core.protocols import Speaker, Trainer, Writer
from likeness.core.types import SpeakRequest, WriteRequest
from likeness.engines.builtin.double import DoubleEngine


def test_is_found_by_name_and_says_that_it_is_a_double() -> None:
    engine = plugins.engine("builtin.double")
    assert "test double" in engine.info.notes
    with engine.open() as opened:
        assert isinstance(opened, Writer)
        assert isinstance(opened, Speaker)
        assert isinstance(opened, Trainer)


def test_writes_the_same_text_in_pieces_within_the_limit() -> None:
    with DoubleEngine.open() as engine:
        draft = engine.write(WriteRequest("rewrite", "See you at 10:30,  Ana."))
        pieces = list(draft.pieces)
        short = "".join(engine.write(WriteRequest("draft", "x" * 50, max_characters=20)).pieces)
    assert "".join(pieces) == "rewrite of See you at 10:30,  Ana."
    assert len(pieces) > 3
    assert len(short) == 20


def test_speaks_one_finite_tone_per_word_and_repeats_itself() -> None:
    engine = DoubleEngine.open()
    first = list(engine.speak(SpeakRequest("one two one")))
    again = list(engine.speak(SpeakRequest("one two one")))
    assert [audio.rate for audio in first] == [22_050] * 3
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(first, again, strict=True))
    assert np.array_equal(first[0].samples, first[2].samples)
    assert not np.array_equal(first[0].samples, first[1].samples)
    assert first[0].samples.dtype == np.float32
    assert 0.1 < max(float(np.abs(audio.samples).max()) for audio in first) <= 1.0


@pytest.mark.parametrize(("rate", "longer"), [(0.5, True), (2.0, False)])
def test_rate_stretches(rate: float, longer: bool) -> None:
    engine = DoubleEngine.open()
    plain = sum(a.seconds for a in engine.speak(SpeakRequest("some words here")))
    changed = sum(a.seconds for a in engine.speak(SpeakRequest("some words here", rate=rate)))
    assert (changed > plain) is longer


def test_trains_a_file_into_the_given_folder(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    out.mkdir()
    (data / "a.txt").write_text("a")
    events = list(DoubleEngine.train(data, {"x": 1}, out))
    assert events[-1].done == events[-1].total
    assert events[-1].metrics["files"] == 1
    assert (out / "double.json").is_file()
