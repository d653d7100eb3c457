"""Transcripts with times, and which of their words belong to which clip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from likeness.core.errors import InputError
from likeness.speak.cues import Cue, cues_beside, read_cues
from likeness.speak.placing import spans
from likeness.speak.recordings import Spoken

SRT = """1
00:00:01,000 --> 00:00:03,500
ANNA: Hello <i>there</i>.

2
00:00:04,000 --> 00:00:05,250
[music] How are you
today?
"""
VTT = """WEBVTT

NOTE made by hand

00:01.000 --> 00:03.500 align:start
<v Anna>Hello there.

00:04.000 --> 00:05.250
How are you today?
"""
WHISPER = {"segments": [{"start": 1.0, "end": 3.5, "text": " Hello there."}, {"start": 4, "end": 5.25, "text": "How"}]}
WORDS = {"segments": [{"words": [{"word": " Hello", "start": 1.0, "end": 1.4}, {"word": "there.", "start": 1.5,
         "end": 2.0}, {"word": "42"}]}]}  # fmt: skip
CPP = {"transcription": [{"offsets": {"from": 1000, "to": 3500}, "text": " Hello there."}]}
GRID = '''File type = "ooTextFile"
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        intervals [1]:
            xmin = 0
            xmax = 1
            text = ""
        intervals [2]:
            xmin = 1
            xmax = 1.5
            text = "say ""yes"""
'''


@pytest.mark.parametrize("text", [SRT, VTT])
def test_subtitles_without_who_speaks_and_what_is_no_speech(tmp_path: Path, text: str) -> None:
    path = tmp_path / ("a.vtt" if text is VTT else "a.srt")
    path.write_text(text, encoding="utf-8")
    assert read_cues(path) == (Cue(1.0, 3.5, "Hello there."), Cue(4.0, 5.25, "How are you today?"))


def test_whispers_json_with_segments_with_words_and_of_whisper_cpp(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(WHISPER))
    assert read_cues(path)[0] == Cue(1.0, 3.5, "Hello there.")
    path.write_text(json.dumps(WORDS))
    assert read_cues(path) == (Cue(1.0, 1.4, "Hello", True), Cue(1.5, 2.0, "there.", True))
    path.write_text(json.dumps(CPP))
    assert read_cues(path) == (Cue(1.0, 3.5, "Hello there."),)


def test_a_text_grid_and_files_are_found_beside_the_sound(tmp_path: Path) -> None:
    (tmp_path / "talk.TextGrid").write_text(GRID)
    assert cues_beside(tmp_path / "talk.mp3") == (Cue(1.0, 1.5, 'say "yes"', True),)
    (tmp_path / "other.mp4.srt").write_text(SRT)
    assert len(cues_beside(tmp_path / "other.mp4")) == 2
    assert cues_beside(tmp_path / "none.wav") == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.json", "{"), ("a.json", '{"segments": [{"start": "x"}]}'), ("a.json", "[1]"), ("a.srt", "no times"),
     ("a.json", "[" * 100_000), ("a.txt", "hello")],
)  # fmt: skip
def test_what_cannot_be_understood_is_an_error_with_what_to_do(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError) as raised:
        read_cues(path)
    assert "SRT" in raised.value.hint


def test_words_go_to_the_clip_they_are_said_in() -> None:
    cues = [Cue(0.0, 0.5, "one", True), Cue(0.9, 1.3, "two", True), Cue(3.0, 3.4, "three", True)]
    assert spans([(0.0, 1.2), (2.8, 4.0), (5.0, 5.5)], cues) == [Spoken(0.0, 1.2, "one two"), Spoken(2.8, 4.0, "three")]


def test_subtitles_are_kept_whole_and_only_where_they_are_the_owners() -> None:
    cues = [Cue(0.0, 4.0, "one"), Cue(4.1, 9.0, "two"), Cue(9.1, 14.0, "three"), Cue(20.0, 24.0, "other")]
    found = spans([(0.0, 14.5), (23.0, 30.0)], cues)
    assert found == [Spoken(0.0, 9.0, "one two"), Spoken(9.1, 14.0, "three")]
    assert spans([(0.0, 2.0), (2.5, 3.0)], []) == [Spoken(0.0, 2.0)]
