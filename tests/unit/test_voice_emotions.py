"""The built-in voice with feeling: it learns from recordings by emotion and speaks nearer to those asked for.

The speaker is made up: the shipped prior at a pitch of its own, high and quick when happy, low and slow when tired,
without voice when whispering.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from likeness.core import corpus
from likeness.core.protocols import Based, Corpus, Stock
from likeness.core.types import Clip, SpeakRequest
from likeness.engines.builtin.voice import emotions, features, vocoder
from likeness.engines.builtin.voice.engine import STOCK, BuiltinVoice
from likeness.engines.builtin.voice.english import pronounce
from likeness.engines.builtin.voice.prior import prior
from likeness.engines.builtin.voice.resampling import resample

RATE = features.RATE
READ = (
    "The yellow kettle was on the table, and nobody noticed.",
    "Could we move the meeting to Thursday afternoon?",
    "My brother repaired the wooden bridge with great patience.",
    "She found a letter, a ticket, and two old photographs.",
    "Thank you for the birthday cake, it was a joy.",
)
OTHER = (
    "The judge usually walks home through the quiet forest.",
    "There were seven brown foxes behind the garden wall.",
    "We should measure the shelf again before we choose.",
)
SAID = "Please bring the blue folder, we need it again on Monday."
HAPPY, TIRED = (180.0, 1.25), (115.0, 0.8)
"""Pitch in Hz and tempo; neutral is 140 Hz (of the mean; the median is a little higher)."""


def _reads(text: str, pitch: float = 140.0, rate: float = 1.0, *, voiced: bool = True) -> np.ndarray:
    model = prior().speaker(1)
    mean = model.statistics.mean.copy()
    mean[features.LOG_F0] = np.log(pitch)
    mean[1:6] += np.array([0.4, -0.3, 0.2, -0.2, 0.1], np.float32)
    speaker = replace(model, statistics=replace(model.statistics, mean=mean))
    words = pronounce(text)
    said = speaker.predict(words, speaker.plan(words, rate))
    return vocoder.render(said.static, said.voiced & voiced)


def _enrolled(folder: Path, read: Mapping[str, list[np.ndarray]], texts: Mapping[str, tuple[str, ...]]) -> Path:
    (folder / "corpus").mkdir()
    clips = []
    for emotion, sounds in read.items():
        for number, samples in enumerate(sounds):
            path = folder / "corpus" / f"{emotion}-{number}.flac"
            soundfile.write(path, samples, RATE)
            text = texts.get(emotion, ("",) * len(sounds))[number]
            clips.append(Clip(path.stem, path, text, len(samples) / RATE, emotion))
    corpus.save(folder / "corpus", Corpus(tuple(clips), RATE))
    out = folder / "voice"
    out.mkdir()
    list(BuiltinVoice.train(folder / "corpus", {"epochs": 4}, out))
    return out


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A voice of somebody who was recorded neutral, happy, tired (no transcripts) and whispering."""
    read = {
        "neutral": [_reads(text) for text in READ],
        "happy": [_reads(text, *HAPPY) for text in OTHER],
        "tired": [_reads(text, *TIRED) for text in OTHER],
        "whispered": [_reads(text, voiced=False) for text in OTHER],
    }
    texts = {"neutral": READ, "happy": OTHER, "whispered": OTHER}
    return _enrolled(tmp_path_factory.mktemp("person"), read, texts)


def _said(voice: Path, *blend: tuple[str, float], **style: float) -> np.ndarray:
    with BuiltinVoice.open(voice) as engine:
        request = SpeakRequest(SAID, blend=blend, **style)  # type: ignore[arg-type]
        return np.concatenate([audio.samples for audio in engine.speak(request)])


def _pitch(samples: np.ndarray) -> float:
    measured = features.analyse(resample(samples, 22_050, RATE), (60.0, 400.0), quick=True)
    return float(np.exp(np.median(measured.static[measured.voiced, features.LOG_F0])))


def _voiced_share(samples: np.ndarray) -> float:
    measured = features.analyse(resample(samples, 22_050, RATE), (60.0, 400.0))
    return float(measured.voiced[features.speech_frames(measured.power)].mean())


def test_pitch_and_tempo_of_an_emotion_are_those_of_its_recordings(person: Path) -> None:
    neutral, happy, tired = (_said(person, (name, 1.0)) for name in ("neutral", "happy", "tired"))
    assert _pitch(neutral) == pytest.approx(144, rel=0.07)
    assert _pitch(happy) > 140 + 0.6 * (HAPPY[0] - 140)
    assert _pitch(tired) < 140 + 0.6 * (TIRED[0] - 140)
    assert len(happy) < 0.93 * len(neutral) < 0.93 * 0.93 * len(tired)


def test_weights_mix(person: Path) -> None:
    happy, tired = _pitch(_said(person, ("happy", 1.0))), _pitch(_said(person, ("tired", 1.0)))
    mixed = _pitch(_said(person, ("happy", 0.5), ("tired", 0.5)))
    assert mixed == pytest.approx(np.sqrt(happy * tired), rel=0.05)


def test_whispering_has_no_voice_and_leaves_the_others_theirs(person: Path) -> None:
    assert _voiced_share(_said(person, ("whispered", 1.0))) < 0.2
    assert _voiced_share(_said(person, ("neutral", 1.0))) > 0.4


def test_the_voice_says_how_each_emotion_differs(person: Path) -> None:
    described = json.loads((person / "voice.json").read_text(encoding="utf-8"))["emotions"]
    assert described["happy"]["tempo"] > 1.1 > 0.95 > described["tired"]["tempo"]
    assert [name for name, found in described.items() if found["whispered"]] == ["whispered"]


def test_an_emotion_nobody_recorded_is_spoken_as_the_first(person: Path) -> None:
    assert np.array_equal(_said(person, ("playful", 1.0)), _said(person))
    assert np.array_equal(_said(person, ("playful", 0.9), ("happy", 0.1)), _said(person, ("happy", 1.0)))


def test_units_of_the_emotion_are_taken_where_there_are_enough(person: Path) -> None:
    known = [emotions.Emotion(name, 60.0, prior().model.statistics) for name in ("neutral", "happy")]
    assert emotions.known(known, (("happy", 0.6), ("sad", 0.4))) == {"happy": 1.0}
    assert emotions.known(known, ()) == {"neutral": 1.0}


def test_pauses_are_longer_by_the_factor_asked_for(person: Path) -> None:
    def silence(samples: np.ndarray) -> int:
        frames = np.abs(samples[: len(samples) // 220 * 220]).reshape(-1, 220).max(1)
        return int((frames < 0.02 * np.abs(samples).max()).sum())

    plain, long = _said(person), _said(person, pauses=3.0)
    assert len(long) > len(plain)
    assert silence(long) - silence(plain) == pytest.approx((len(long) - len(plain)) / 220, abs=8)


def test_before_and_after_can_be_heard_and_nobodys_voices_ship(person: Path) -> None:
    assert issubclass(BuiltinVoice, Based)
    assert issubclass(BuiltinVoice, Stock)
    with BuiltinVoice.open_base(person) as base:
        before = np.concatenate([audio.samples for audio in base.speak(SpeakRequest(SAID))])
    average = _pitch(before)
    assert average == pytest.approx(float(np.exp(prior().model.statistics.mean[features.LOG_F0])), rel=0.1)
    assert [voice.id for voice in BuiltinVoice.stock_voices()] == list(STOCK)
    pitches = []
    for name in ("slt", "rms"):
        with BuiltinVoice.open(None, {"voice": name}) as engine:
            pitches.append(_pitch(np.concatenate([audio.samples for audio in engine.speak(SpeakRequest(SAID))])))
    assert pitches[0] > 1.3 * pitches[1]
