"""A corpus is at one rate and level, cut at pauses, the same every time, and says what it left out."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from speech_like import speech, with_noise, write

from likeness.core import artefacts, corpus
from likeness.core.errors import InputError, NotReady
from likeness.core.events import Event, drain
from likeness.core.home import Home, PersonHome
from likeness.core.recipes import presets
from likeness.core.types import Audio
from likeness.speak import activity, split
from likeness.speak.prepare import build_corpus, prune_corpora
from likeness.speak.preprocess import limited
from likeness.speak.recipe import voice_recipe
from likeness.speak.recordings import import_recordings

TEXT = "It was 5 o'clock when we left the house and walked to the station together"


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    return Home(tmp_path / "people").create("sam")


def take(home: PersonHome, *paths: Path) -> None:
    drain(import_recordings(home, list(paths), consent="I am Sam and agree"))


def made(home: PersonHome, **options: str) -> tuple[Event, Path]:
    last = drain(build_corpus(home, **options))[-1]  # type: ignore[arg-type]
    return last, home.corpora / last.note


def test_clips_come_out_at_one_rate_and_level_with_spoken_text(home: PersonHome, tmp_path: Path) -> None:
    take(
        home,
        write(tmp_path / "a.wav", speech(rate=48_000, level_dbfs=-35), TEXT),
        write(tmp_path / "b.flac", speech(seed=1)),
    )
    _, folder = made(home)
    found = corpus.load(folder)
    assert found.rate == 22_050
    assert [clip.transcript for clip in found.clips if clip.transcript] == [TEXT.replace("5", "five")]
    for clip in found.clips:
        samples, rate = soundfile.read(clip.path, dtype="float32")
        assert rate == 22_050
        sound = Audio(samples, rate)
        assert activity.speech_level(sound) == pytest.approx(-23, abs=1.0)
        assert np.abs(samples).max() <= 10 ** (-1 / 20)
        mask = activity.speech_mask(activity.levels(sound))
        assert np.flatnonzero(mask)[0] * activity.HOP_SECONDS < 0.2


def test_the_same_recordings_give_the_same_corpus_and_a_new_one_another(home: PersonHome, tmp_path: Path) -> None:
    take(home, write(tmp_path / "a.wav", speech(), TEXT))
    first, folder = made(home)
    stamp = folder.stat().st_ino
    again, same = made(home)
    assert (first.metrics["reused"], again.metrics["reused"]) == (0, 1)
    assert same == folder
    assert folder.stat().st_ino == stamp
    (tmp_path / "a.txt").write_text(TEXT + ".", encoding="utf-8")
    take(home, tmp_path / "a.wav")
    assert made(home)[1] != folder


def test_a_long_recording_is_cut_at_its_pauses_and_bad_stretches_left_out(home: PersonHome, tmp_path: Path) -> None:
    clean, noisy = speech(32.0, seed=3), with_noise(speech(9.0, seed=4), 12)
    gap = np.zeros(3 * 24_000, np.float32)
    joined = Audio(np.concatenate([clean.samples, gap, noisy.samples]), 24_000)
    take(home, write(tmp_path / "long.wav", joined))
    event, folder = made(home)
    clips = corpus.load(folder).clips
    assert len(clips) >= 3
    assert all(1.0 < clip.seconds <= split.LONGEST + 1 for clip in clips)
    assert sum(clip.seconds for clip in clips) > 20
    assert event.metrics["refused"] >= 1
    assert any("noise" in entry["reason"] for entry in artefacts.load(folder).extra["refused"])


def test_a_long_transcript_is_placed_by_its_pauses_or_said_to_be_unused(home: PersonHome, tmp_path: Path) -> None:
    parts = [speech(seconds, seed=seed) for seed, seconds in enumerate((8.0, 16.0, 12.0))]
    gap = np.zeros(24_000, np.float32)
    sound = Audio(np.concatenate([np.concatenate([part.samples, gap]) for part in parts]), 24_000)
    words = ["Alpha bravo" * 8, "Delta echoes" * 16, "Golf hotels" * 13]
    take(home, write(tmp_path / "placed.wav", sound, ". ".join(words) + "."))
    _, folder = made(home)
    assert [len(clip.transcript) for clip in corpus.load(folder).clips] == [len(text) + 1 for text in words]
    take(home, write(tmp_path / "lost.wav", speech(40.0, seed=8), "One sentence without end " * 25))
    _, folder = made(home)
    assert any("lost.wav" in note and "not used" in note for note in artefacts.load(folder).notes)


def test_corpora_that_no_voice_needs_go_after_a_day(home: PersonHome, tmp_path: Path) -> None:
    take(home, write(tmp_path / "a.wav", speech()))
    old = made(home)[1]
    take(home, write(tmp_path / "b.wav", speech(seed=1)))
    used = made(home)[1]
    (home.voices / "me").mkdir()
    artefacts.Manifest(kind="voice", name="me", parents=(f"corpora/{used.name}",)).save(home.voices / "me")
    assert prune_corpora(home) == []
    for folder in (old, used):
        os.utime(folder, (0, 0))
    (home.voices / "other").mkdir()
    damaged = home.voices / "other" / artefacts.MANIFEST
    damaged.write_text("{")
    assert prune_corpora(home) == [], "it may have been made of either"
    damaged.unlink()
    assert prune_corpora(home) == [old.name]
    assert used.is_dir()


def test_emotions_and_voices_are_chosen(home: PersonHome, tmp_path: Path) -> None:
    take(home, write(tmp_path / "a.wav", speech()))
    drain(import_recordings(home, [write(tmp_path / "b.wav", speech(seed=1))], emotion="happy", consent="yes, me"))
    assert made(home)[0].metrics["clips"] == 2
    assert made(home, emotion="happy")[0].metrics["clips"] == 1
    with pytest.raises(NotReady, match="sad"):
        made(home, emotion="sad")


def test_without_recordings_it_says_how_to_add_some(home: PersonHome) -> None:
    with pytest.raises(NotReady) as caught:
        made(home)
    assert "enrol" in caught.value.hint


def test_pauses_are_where_nobody_speaks() -> None:
    sound = speech(60.0, seed=6)
    spans = split.at_pauses(sound)
    assert all(split.SHORTEST <= end - start <= split.LONGEST for start, end in spans)
    frame_levels = activity.levels(sound)
    for (_, end), (start, _) in pairwise(spans):
        assert start >= end
        middle = frame_levels[round((start + end) / 2 / activity.HOP_SECONDS)]
        assert middle < -50
    covered = sum(end - start for start, end in spans)
    assert covered > 0.95 * activity.speech_mask(frame_levels).sum() * activity.HOP_SECONDS


def test_speech_without_a_pause_is_cut_before_15_seconds() -> None:
    hum = np.sin(np.arange(24_000 * 40) * 0.05).astype(np.float32) * 0.2
    spans = split.at_pauses(Audio(np.concatenate([np.zeros(24_000, np.float32), hum]), 24_000))
    assert len(spans) >= 3
    assert max(end - start for start, end in spans) <= split.LONGEST + 0.05


def test_sentences_are_found_only_where_it_is_safe() -> None:
    parts = [speech(seconds, seed=seed) for seed, seconds in enumerate((4.0, 8.0, 6.0))]
    gap = np.zeros(24_000, np.float32)
    sound = Audio(np.concatenate([np.concatenate([part.samples, gap]) for part in parts]), 24_000)
    spans = split.by_sentences(sound, ["a" * 45, "b" * 95, "c" * 70])
    assert spans is not None
    assert [round(start) for start, _ in spans] == [0, 5, 14]
    assert split.by_sentences(sound, ["a" * 150, "b" * 20, "c" * 20]) is None
    assert split.by_sentences(sound, ["a" * 100]) is None


def test_the_limiter_bends_peaks_and_leaves_the_rest() -> None:
    samples = np.linspace(-2, 2, 1001, dtype=np.float32)
    out = limited(samples, -1.0)
    assert np.abs(out).max() <= 10 ** (-1 / 20)
    quiet = np.abs(samples) < 0.7
    assert np.array_equal(out[quiet], samples[quiet])
    assert (np.diff(out) >= 0).all()


def test_presets_are_whole_recipes_and_changes_are_checked() -> None:
    for name in presets("voice"):
        assert voice_recipe(name).preset == name
    assert voice_recipe("quick").renderer == "vocoder"
    assert voice_recipe(epochs=3).epochs == 3
    for changes in ({"epochs": -1}, {"epoch": 3}):
        with pytest.raises(InputError, match="epoch"):
            voice_recipe(**changes)
    with pytest.raises(InputError, match="nonesuch"):
        voice_recipe("nonesuch")
