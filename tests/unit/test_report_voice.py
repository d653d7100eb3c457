"""The voice's pictures: measures have words, less is further right where less is better, names are escaped."""

from __future__ import annotations

import re

from likeness.report.between import between, number
from likeness.report.model import FeelingLine, ScaleLine, VoicePart
from likeness.report.sections import judged_voice

SIMILAR = ScaleLine(
    "similarity", "Similarity", "one", "cosine", "higher",
    {"made": 0.9, "person": 0.95, "plain": 0.6, "others": 0.5}, 0.89,
)  # fmt: skip
WORDS = ScaleLine("word_error", "Word error", "ears", "%", "lower", {"made": 20.0, "person": 5.0})
PITCH = ScaleLine("pitch_hz", "Pitch", "", "Hz", "near", {"made": 121.0, "person": 120.0})


def places(markup: str) -> dict[str, float]:
    found = re.findall(r'<circle cx="([\d.]+)%"[^>]*class="mark (\w+)"', markup)
    return {series: float(place) for place, series in found}


def test_right_is_better() -> None:
    higher, lower = places(between([SIMILAR], label="x")), places(between([WORDS], label="x"))
    assert higher["plain"] < higher["made"] < higher["person"]
    assert lower["made"] < lower["person"]


def test_what_differs_little_is_drawn_near() -> None:
    near = places(between([PITCH], label="x"))
    assert abs(near["made"] - near["person"]) < 5


def test_the_picture_says_its_figures_in_words() -> None:
    part = VoicePart(scales=[SIMILAR, WORDS, PITCH], others=["a/<b>"])
    drawn = str(judged_voice.scales(part))
    assert "89% of the way" in drawn
    assert "the voice 0.90" in drawn
    assert "other speakers 0.50" in drawn
    assert "a/&lt;b&gt;" in drawn
    table = str(judged_voice.every_figure(part))
    assert table.count("<tr>") == 4


def test_feelings_stand_beside_the_persons_own() -> None:
    lines = [
        FeelingLine("neutral", 60, (120, 2.0, 14.0), (121, 2.0, 14.0), 0.0, 0.0, 1.0, 1.0),
        FeelingLine("happy", 30, (160, 3.0, None), (125, 2.0, 14.0), 5.0, 0.5, None, 1.0, {"one": (0.8, None)}),
    ]
    drawn = str(judged_voice.feelings(VoicePart(feelings=lines)))
    assert "Happy: you +5.0, the voice +0.5" in drawn
    assert "Likeness, one" in drawn
    assert "160 Hz" in drawn


def test_nothing_is_drawn_of_what_is_not_there() -> None:
    part = VoicePart()
    shown = (judged_voice.verdicts, judged_voice.scales, judged_voice.every_figure, judged_voice.feelings)
    assert [draw(part) for draw in shown] == [None] * 4
    assert judged_voice.missing(part) is None


def test_what_is_missing_comes_with_what_to_do() -> None:
    drawn = str(judged_voice.missing(VoicePart(missing=[("naturalness", "no predictor is ready", "pip install x")])))
    assert "<code>pip install x</code>" in drawn


def test_numbers_have_the_digits_that_tell_something() -> None:
    assert (number(202.4, "Hz"), number(14.76, "letters/s"), number(0.914)) == ("202 Hz", "14.8 letters/s", "0.91")
