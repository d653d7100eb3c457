"""The engine ``builtin.voice`` through its doors: learn from a corpus, speak, and refuse what cannot be used.

The speaker is made up: the shipped prior with a voice of its own, at a pitch none of its teachers has.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from likeness.core import corpus, plugins
from likeness.core.errors import InputError, NotFound, NotReady, PoorRecording
from likeness.core.protocols import Corpus, Speaker, Trainer
from likeness.core.types import Clip, SpeakRequest
from likeness.engines.builtin.voice import features, speaking
from likeness.engines.builtin.voice.emotions import Emotion
from likeness.engines.builtin.voice.engine import BuiltinVoice
from likeness.engines.builtin.voice.english import pronounce
from likeness.engines.builtin.voice.prior import prior
from likeness.engines.builtin.voice.resampling import resample
from likeness.engines.builtin.voice.voice import Voice

READ = (
    "The yellow kettle was on the table, and nobody noticed.",
    "Could we move the meeting to Thursday afternoon?",
    "My brother repaired the wooden bridge with great patience.",
    "She found a letter, a ticket, and two old photographs.",
    "Thank you for the birthday cake, it was a joy.",
    "The judge usually walks home through the quiet forest.",
)
SAID = "Please bring the blue folder, we need it again."


def _made_up_speaker() -> Voice:
    model = prior().speaker(1)
    mean = model.statistics.mean.copy()
    mean[features.LOG_F0] = np.log(140.0)
    mean[1:6] += np.array([0.4, -0.3, 0.2, -0.2, 0.1], np.float32)
    statistics = replace(model.statistics, mean=mean)
    return Voice(replace(model, statistics=statistics), None, {}, (Emotion("neutral", 0.0, statistics),))


def _corpus(folder: Path, texts: tuple[str, ...], *, transcripts: bool = True) -> Path:
    manner = speaking.Manner.of(SpeakRequest(""))
    clips = []
    for number, text in enumerate(texts):
        pieces = speaking.speak(_made_up_speaker(), pronounce(text), manner)
        samples = np.concatenate([piece.samples for piece in pieces])
        path = folder / f"{number}.flac"
        soundfile.write(path, samples, 22_050)
        clips.append(Clip(f"clip{number}", path, text if transcripts else "", len(samples) / 22_050))
    corpus.save(folder, Corpus(tuple(clips), 22_050))
    return folder


def _say(voice: Path, **changes: float) -> np.ndarray:
    with BuiltinVoice.open(voice) as engine:
        return np.concatenate([audio.samples for audio in engine.speak(SpeakRequest(SAID, **changes))])  # type: ignore[arg-type]


def _pitch(samples: np.ndarray) -> np.ndarray:
    measured = features.analyse(resample(samples, 22_050, features.RATE), (50.0, 500.0), quick=True)
    return np.exp(measured.static[measured.voiced, features.LOG_F0])


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A voice learned from about 20 seconds, spoken by the vocoder."""
    data = _corpus(tmp_path_factory.mktemp("corpus"), READ)
    out = tmp_path_factory.mktemp("voice")
    events = list(BuiltinVoice.train(data, {"epochs": 4}, out))
    assert [event.stage for event in events if event.stage in ("measure", "align", "adapt", "done")]
    assert events[-1].metrics["clips_used"] == len(READ)
    return out


@pytest.fixture(scope="module")
def with_units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same recordings, spoken by their own units."""
    data = _corpus(tmp_path_factory.mktemp("corpus"), READ)
    out = tmp_path_factory.mktemp("units")
    list(BuiltinVoice.train(data, {"renderer": "units", "epochs": 1}, out))
    return out


def test_it_keeps_the_contract_and_is_found_by_name() -> None:
    engine = plugins.engine("builtin.voice")
    assert engine is BuiltinVoice
    assert issubclass(engine, Trainer)
    assert isinstance(BuiltinVoice.open(None), Speaker)
    assert "mlx" not in engine.info.needs


def test_a_voice_says_what_was_measured_of_it(enrolled: Path) -> None:
    described = json.loads((enrolled / "voice.json").read_text(encoding="utf-8"))
    assert described["renderer"] == "vocoder"
    assert described["clips_used"] == [f"clip{n}" for n in range(len(READ))]
    assert described["measures"]["distortion_db"] < described["measures"]["distortion_prior_db"]
    assert described["measures"]["pitch_hz"] == pytest.approx(140, rel=0.1)
    assert all(path.stat().st_mode & 0o077 == 0 for path in enrolled.iterdir())


def test_it_speaks_at_the_owners_pitch_and_the_same_way_twice(enrolled: Path) -> None:
    sound = _say(enrolled)
    assert sound.dtype == np.float32
    assert 1.5 < len(sound) / 22_050 < 6
    assert np.abs(sound).max() <= 1
    assert np.median(_pitch(sound)) == pytest.approx(140, rel=0.1)
    assert np.array_equal(sound, _say(enrolled))


def test_sound_comes_in_pieces(enrolled: Path) -> None:
    with BuiltinVoice.open(enrolled) as engine:
        pieces = list(engine.speak(SpeakRequest("Yes, of course. I will write to you as soon as I can.")))
    assert len(pieces) >= 3
    assert all(piece.rate == 22_050 and np.isfinite(piece.samples).all() for piece in pieces)


@pytest.mark.parametrize("voice", ["enrolled", "with_units"])
def test_rate_pitch_and_energy_do_what_they_say(voice: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(voice)
    plain = _say(folder)
    assert len(_say(folder, rate=1.6)) == pytest.approx(len(plain) / 1.6, rel=0.15)
    assert len(_say(folder, rate=0.7)) == pytest.approx(len(plain) / 0.7, rel=0.15)
    octave = np.median(_pitch(_say(folder, pitch=6))) / np.median(_pitch(_say(folder, pitch=-6)))
    assert octave == pytest.approx(2.0, rel=0.1)
    flat, wide = (_pitch(_say(folder, pitch_range=value)) for value in (0.2, 1.8))
    assert np.log(wide).std() > 2 * np.log(flat).std()
    quieter = _say(folder, energy=-12)
    assert np.sqrt((quieter**2).mean() / (plain**2).mean()) == pytest.approx(10 ** (-12 / 20), rel=0.1)


def test_units_are_the_owners_own_sound(with_units: Path) -> None:
    described = json.loads((with_units / "voice.json").read_text(encoding="utf-8"))
    assert described["renderer"] == "units"
    with BuiltinVoice.open(with_units) as engine:
        again = np.concatenate([audio.samples for audio in engine.speak(SpeakRequest(READ[0]))])
    assert np.sqrt((again**2).mean()) > 0.01


def test_one_clip_without_transcript_gives_a_rough_voice_that_says_so(tmp_path: Path) -> None:
    data = _corpus(tmp_path, READ[:3], transcripts=False)
    out = tmp_path / "voice"
    out.mkdir()
    events = list(BuiltinVoice.train(data, {}, out))
    assert "rough" in events[-1].note
    assert json.loads((out / "voice.json").read_text(encoding="utf-8"))["rough"] is True
    assert np.median(_pitch(_say(out))) == pytest.approx(140, rel=0.12)


def test_clips_that_cannot_be_used_are_counted_with_their_reason(tmp_path: Path) -> None:
    data = _corpus(tmp_path, READ[:3])
    found = corpus.load(data)
    soundfile.write(data / "silent.flac", np.zeros(22_050), 22_050)
    (data / "broken.flac").write_bytes(b"no sound at all")
    extra = (Clip("silent", data / "silent.flac", "Hello.", 1.0), Clip("broken", data / "broken.flac", "Hello.", 1.0))
    corpus.save(data, Corpus((*found.clips, *extra), 22_050))
    out = tmp_path / "voice"
    out.mkdir()
    last = list(BuiltinVoice.train(data, {"epochs": 1}, out))[-1]
    refused = json.loads((out / "voice.json").read_text(encoding="utf-8"))["clips_refused"]
    assert refused["silent"] == "silent"
    assert refused["broken"].startswith("cannot be read")
    assert last.metrics["clips_refused"] == 2


def test_a_corpus_without_usable_sound_or_of_another_language_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros(22_050), 22_050)
    corpus.save(tmp_path, Corpus((Clip("a", tmp_path / "a.flac", "Hello.", 1.0),), 22_050))
    with pytest.raises(PoorRecording):
        list(BuiltinVoice.train(tmp_path, {}, tmp_path))
    corpus.save(tmp_path, Corpus((Clip("a", tmp_path / "a.flac", "Bonjour.", 1.0),), 22_050, "fr"))
    with pytest.raises(InputError, match="English"):
        list(BuiltinVoice.train(tmp_path, {}, tmp_path))
    with pytest.raises(InputError):
        list(BuiltinVoice.train(tmp_path, {"renderer": "magic"}, tmp_path))


def test_stopping_leaves_no_voice_behind(tmp_path: Path) -> None:
    data = _corpus(tmp_path, READ[:2])
    out = tmp_path / "voice"
    out.mkdir()
    job = BuiltinVoice.train(data, {}, out)
    next(job)
    job.close()  # type: ignore[attr-defined]
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("text", ["", "   ", "…!?", "\n\t"])
def test_text_without_a_word_is_refused(enrolled: Path, text: str) -> None:
    with BuiltinVoice.open(enrolled) as engine, pytest.raises(InputError):
        engine.speak(SpeakRequest(text))


@pytest.mark.parametrize("change", [{"rate": 0.1}, {"rate": float("nan")}, {"pitch": 99.0}, {"energy": 60.0}])
def test_parameters_out_of_range_are_refused(enrolled: Path, change: dict[str, float]) -> None:
    with BuiltinVoice.open(enrolled) as engine, pytest.raises(InputError) as caught:
        engine.speak(SpeakRequest("Hello.", **change))  # type: ignore[arg-type]
    assert caught.value.param == next(iter(change))


def test_long_text_without_punctuation_ends(enrolled: Path) -> None:
    with BuiltinVoice.open(enrolled) as engine:
        seconds = sum(audio.seconds for audio in engine.speak(SpeakRequest("very " * 90 + "good")))
    assert 10 < seconds < 60


def test_nobody_speaks_without_a_voice(tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        BuiltinVoice.open(None).speak(SpeakRequest("Hello."))
    with pytest.raises(NotFound):
        BuiltinVoice.open(tmp_path)


@pytest.mark.parametrize("name", ["voice.json", "acoustic.npz", "units.npz", "waveform.npy"])
@pytest.mark.parametrize("damage", ["gone", "cut", "nonsense"])
def test_a_damaged_voice_is_a_clear_error(with_units: Path, tmp_path: Path, name: str, damage: str) -> None:
    for path in with_units.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    target = tmp_path / name
    if damage == "gone":
        target.unlink()
    else:
        target.write_bytes(target.read_bytes()[:200] if damage == "cut" else b"\x80\x04nonsense")
    with pytest.raises((InputError, NotFound)) as caught:
        BuiltinVoice.open(tmp_path)
    assert caught.value.hint


def test_a_voice_of_another_shape_is_a_clear_error(enrolled: Path, tmp_path: Path) -> None:
    for path in enrolled.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with np.load(tmp_path / "acoustic.npz") as found:
        arrays = dict(found)
    arrays["target_mean"] = arrays["target_mean"][:-1]
    np.savez(tmp_path / "acoustic.npz", **arrays)
    with pytest.raises(InputError, match="target_mean"):
        BuiltinVoice.open(tmp_path)
