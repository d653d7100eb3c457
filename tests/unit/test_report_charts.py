"""The pictures: to scale, inside their frame, and the word diff true to its texts."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.core.types import Audio
from likeness.report import charts, curves, sounds
from likeness.report.diff import changed

finite = st.floats(-1e6, 1e6, allow_nan=False)


def widths(markup: str) -> list[float]:
    return [float(value) for value in re.findall(r'<rect[^>]* width="([\d.]+)%"', markup)]


def test_bars_are_to_scale() -> None:
    assert widths(charts.bars([("a", 10.0, "10"), ("b", 5.0, "5")], label="l")) == [100.0, 50.0]


def test_stacks_share_one_scale_over_rows() -> None:
    drawn = charts.parts([("a", [("made", 6.0), ("others", 2.0)], ""), ("b", [("made", 4.0)], "")], label="l")
    assert widths(drawn) == [75.0, 25.0, 50.0]


def test_the_chosen_part_lies_within_what_there_is() -> None:
    assert widths(charts.shares([("a", 20, 5), ("b", 10, 10)], label="l")) == [100.0, 25.0, 50.0, 50.0]


@given(st.dictionaries(st.sampled_from(["person", "made", "plain", "others"]), st.floats(0, 1e9), min_size=1))
def test_marks_stay_in_their_row(values: dict[str, float]) -> None:
    drawn = charts.dots([("habit", values, "")], label="l")
    places = [float(x) for x in re.findall(r'c?x1?="([\d.]+)%"', drawn)]
    assert all(0 <= place <= 100 for place in places)


@given(finite, st.floats(1e-6, 1e6))
def test_ticks_cover_the_range_in_even_steps(low: float, span: float) -> None:
    high = low + span
    found = curves.ticks(low, high)
    steps = np.diff(found)
    slack = (high - low) * 1e-6 + abs(low) * 1e-9 + 1e-9
    assert found[0] <= low + slack
    assert found[-1] >= high - slack
    assert 2 <= len(found) <= 8
    assert steps == pytest.approx(steps[0], rel=1e-2, abs=1e-9)


def test_a_curve_breaks_where_there_is_no_value() -> None:
    drawn = curves.lines([("made", [0, 1, 2, 3], [1.0, float("nan"), 2.0, 3.0])], axes="a over b", label="l")
    path = re.search(r' d="([^"]+)"', drawn)
    assert path is not None
    assert path[1].count("M") == 2


def test_curves_without_values_say_so() -> None:
    assert "too little" in curves.lines([("made", [], [])], axes="a over b", label="l")


words = st.lists(
    st.sampled_from(["hi", "I'm", "back", ",", " ", "  ", "\n", "<b>", "10", "–", "it’s"]), max_size=14
).map("".join)


@given(words, words)
def test_the_diff_without_what_is_gone_is_the_new_text(before: str, after: str) -> None:
    markup = changed(before, after)
    kept = re.sub(r"<del>.*?</del>", "", markup, flags=re.S)
    assert html.unescape(re.sub(r"</?ins>", "", kept)) == after


def test_neighbouring_changes_are_marked_together() -> None:
    assert changed("I have come back", "I'm home") == "<del>I have come back</del><ins>I'm home</ins>"
    assert changed("so it is", "so it is") == "so it is"


def tone(hertz: float) -> Audio:
    time = np.arange(22_050) / 22_050
    wave = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 20))
    return Audio((0.2 * np.asarray(wave)).astype(np.float32), 22_050)


def test_the_spectrum_peaks_where_the_tone_is() -> None:
    time = np.arange(22_050) / 22_050
    frequencies, levels = sounds.spectrum(Audio(np.sin(2 * np.pi * 3000 * time).astype(np.float32), 22_050))
    assert abs(frequencies[int(np.argmax(levels))] - 3.0) < 0.1
    assert max(levels) == 0.0


def test_the_pitch_of_a_tone_is_found_and_silence_has_none() -> None:
    _, track = sounds.pitch(tone(140.0))
    voiced = [value for value in track if value == value]
    assert len(voiced) > 50
    assert np.median(voiced) == pytest.approx(140, rel=0.02)
    _, silent = sounds.pitch(Audio(np.zeros(22_050, np.float32), 22_050))
    assert all(value != value for value in silent)


@pytest.mark.parametrize("length", [0, 1, 100])
def test_very_short_sounds_can_be_drawn(length: int) -> None:
    audio = Audio(np.zeros(length, np.float32), 22_050)
    assert "<path" in sounds.waveform(audio, "made", "l")
    assert sounds.spectrum(audio) == ([], [])
