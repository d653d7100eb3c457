"""Which of a person's clips an engine that clones is shown, and what is kept of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from speech_like import speech, with_noise

from likeness.core.errors import InputError, NotFound
from likeness.core.protocols import Corpus
from likeness.core.types import Audio, Clip
from likeness.engines import references
from likeness.speak.voices import references_in

RATE = 22_050


def clip(folder: Path, name: str, seconds: float, said: str = "", emotion: str = "neutral", noise: float = 0.0) -> Clip:
    audio = speech(seconds, rate=RATE, seed=len(name))
    audio = with_noise(audio, noise) if noise else audio
    soundfile.write(folder / f"{name}.flac", np.clip(audio.samples, -1, 1), RATE)
    return Clip(name, folder / f"{name}.flac", said, seconds, emotion)


def test_words_go_before_length_and_a_clean_clip_before_a_longer_one(tmp_path: Path) -> None:
    known, noisy = clip(tmp_path, "known", 7, "what was said"), clip(tmp_path, "noisy", 9, "so much noise", noise=5)
    unknown, long = clip(tmp_path, "unknown", 12), clip(tmp_path, "long", 20, "far too long")
    found = references.chosen([long, unknown, noisy, known], 15, 24_000)
    assert (found.transcript, found.audio.rate) == ("what was said", 24_000)
    assert found.audio.seconds == pytest.approx(7, abs=0.01)
    assert references.chosen([unknown, noisy], 15, 24_000).transcript == "so much noise"
    assert references.chosen([unknown], 15, 24_000).audio.seconds == pytest.approx(12, abs=0.01)


def test_short_clips_are_joined_with_their_words(tmp_path: Path) -> None:
    clips = [clip(tmp_path, f"short{number}", 3.0, f"part {number}.") for number in range(4)]
    found = references.chosen(clips, 8, 24_000)
    assert found.transcript == "part 0. part 1."
    assert found.audio.seconds == pytest.approx(6.3, abs=0.01)


def test_a_long_clip_stays_whole_for_its_words_or_is_cut_without_them(tmp_path: Path) -> None:
    found = references.chosen([clip(tmp_path, "told", 18, "all of this")], 10, 24_000)
    assert found.transcript == "all of this"
    assert found.audio.seconds == pytest.approx(18, abs=0.01)
    cut = references.chosen([clip(tmp_path, "longer", 24, "all of this")], 10, 24_000)
    assert cut.transcript == ""
    assert 4 < cut.audio.seconds <= 10
    needed = references.chosen([clip(tmp_path, "needed", 24, "all of this")], 10, 24_000, transcript_needed=True)
    assert needed.transcript == "all of this"
    with pytest.raises(InputError, match="none of the 1 recordings of 'neutral' has a transcript"):
        references.chosen([clip(tmp_path, "silent", 5)], 10, 24_000, transcript_needed=True)


def test_what_is_kept_is_read_again_and_damage_is_told(tmp_path: Path) -> None:
    audio = Audio(speech(2.0, rate=24_000).samples, 24_000)
    both = {name: references.Reference(name, audio, said) for name, said in (("sad", ""), ("wistful", "Ça va?"))}
    references.save(tmp_path, references.Kept("a-model", 24_000, "fr", 7, both, {"mark": "x"}))
    kept = references.load(tmp_path)
    assert (kept.model, kept.language, kept.clips, dict(kept.extra)) == ("a-model", "fr", 7, {"mark": "x"})
    assert kept.references["wistful"].transcript == "Ça va?"
    assert np.abs(kept.references["sad"].audio.samples - audio.samples).max() < 1e-4
    assert kept.heaviest((("happy", 0.6), ("wistful", 0.3), ("sad", 0.1))).emotion == "wistful"
    assert kept.heaviest(()).emotion == "sad"
    assert [shown.transcript for shown in references_in(tmp_path)] == ["", "Ça va?"]
    (tmp_path / "0.flac").write_bytes(b"no sound")
    for reading in (references.load, references_in):
        with pytest.raises(InputError, match="damaged"):
            reading(tmp_path)
    with pytest.raises(NotFound, match="no voice"):
        references.load(tmp_path / "elsewhere")


def test_a_blend_leaves_out_what_is_not_there() -> None:
    known = {"sad": np.array([1.0, 0.0]), "tired": np.array([0.0, 1.0])}
    mixed = references.mixed((("sad", 0.3), ("tired", 0.1), ("angry", 0.6)), known.get)
    assert np.allclose(mixed, [0.75, 0.25])
    assert references.mixed((("angry", 1.0),), known.get) is None
    assert set(references.by_emotion(Corpus((), 22_050))) == set()
