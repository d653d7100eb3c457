"""The parts a built-in voice is made of, each against what is known of it beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core import tempo
from likeness.engines.builtin.voice import alignment, context, correction, features, tokens, trajectory, vocoder
from likeness.engines.builtin.voice.english import pronounce
from likeness.engines.builtin.voice.joining import Joiner
from likeness.engines.builtin.voice.network import Network, Schedule
from likeness.engines.builtin.voice.prior import prior
from likeness.engines.builtin.voice.resampling import resample
from likeness.engines.builtin.voice.symbols import SYMBOLS
from likeness.engines.builtin.voice.units import Units


def _tone(hertz: float, seconds: float, rate: int = features.RATE) -> np.ndarray:
    """A buzz of ten harmonics."""
    time = np.arange(int(seconds * rate)) / rate
    return sum(np.sin(2 * np.pi * hertz * n * time) / n for n in range(1, 11)) * 0.1


def test_analysis_finds_the_pitch_of_a_tone() -> None:
    measured = features.analyse(_tone(150.0, 1.0), (80.0, 300.0))
    assert measured.static.shape == (201, features.STATIC)
    inside = measured.static[40:-40]
    assert np.exp(np.median(inside[:, features.LOG_F0])) == pytest.approx(150.0, rel=0.01)
    assert measured.voiced[40:-40].mean() > 0.9


def test_pitch_range_surrounds_the_speaker() -> None:
    low, high = features.f0_range([_tone(120.0, 2.0)])
    assert low < 120.0 < high
    assert features.f0_range([]) == (60.0, 450.0)


def test_the_vocoder_renders_what_was_measured() -> None:
    measured = features.analyse(_tone(200.0, 0.6), (100.0, 400.0))
    again = features.analyse(vocoder.render(measured.static, measured.voiced), (100.0, 400.0))
    frames = slice(30, min(len(again), len(measured)) - 30)
    assert np.abs(again.static[frames, 0] - measured.static[frames, 0]).mean() < 0.7
    assert np.abs(again.static[frames, features.LOG_F0] - np.log(200)).mean() < 0.02


@settings(max_examples=15, deadline=None)
@given(st.integers(3, 40), st.integers(0, 1000))
def test_trajectories_solve_the_normal_equations(frames: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    means, variances = random.standard_normal((frames, 6)), random.random(6) + 0.1
    windows = np.zeros((3, frames, frames))
    windows[0] = np.eye(frames)
    for row in range(1, frames - 1):
        windows[1, row, [row - 1, row + 1]] = -0.5, 0.5
        windows[2, row, [row - 1, row, row + 1]] = 1, -2, 1
    for column in range(2):
        left = sum(windows[k].T @ windows[k] / variances[2 * k + column] for k in range(3))
        right = sum(windows[k].T @ means[:, 2 * k + column] / variances[2 * k + column] for k in range(3))
        expected = np.linalg.solve(left, right)
        assert trajectory.generate(means, variances)[:, column] == pytest.approx(expected, abs=1e-8)


def test_the_network_learns_a_known_function_the_same_way_twice() -> None:
    random = np.random.default_rng(0)
    inputs = random.standard_normal((2000, 4)).astype(np.float32)
    targets = np.abs(inputs[:, :2]).astype(np.float32)
    losses = []
    for _ in range(2):
        network = Network.fresh((4, 32, 2), seed=1)
        losses.append(list(network.fit(inputs, targets, Schedule(epochs=20, batch=64, rate=5e-3, dropout=0.0))))
    assert losses[0][-1] < 0.02 < losses[0][0]
    assert losses[0] == losses[1]


def test_context_tells_stress_question_and_neighbours_apart() -> None:
    rows = {}
    for text in ("I record it.", "A record broke.", "I record it?"):
        words = pronounce(text)
        layout = tokens.spoken(words)
        rows[text] = context.context(layout, words)
        assert rows[text].shape == (len(layout), context.CONTEXT)
        assert np.isfinite(rows[text]).all()
    assert not np.array_equal(rows["I record it."], rows["I record it?"])
    assert len(SYMBOLS) == 41


def test_frames_spread_tokens_over_their_length() -> None:
    words = pronounce("Two words.")
    layout = tokens.timed(tokens.spoken(words), [5] * len(tokens.spoken(words)))
    spread = context.frames(layout, context.context(layout, words))
    assert spread.shape == (5 * len(layout), context.CONTEXT + context.WITHIN)
    assert np.array_equal(spread[0, : context.CONTEXT], spread[4, : context.CONTEXT])


def test_alignment_finds_known_boundaries_and_an_unwritten_pause() -> None:
    model = prior().speaker(0)
    words = pronounce("The yellow kettle was on the table, and nobody noticed.")
    planned = model.plan(words)
    said = model.predict(words, planned)
    acoustics = features.Acoustics(said.static.astype(np.float32), said.voiced)
    bare = [type(word)(word.text, word.phones) for word in words]
    (found,) = alignment.align(alignment.observations([acoustics]), [bare], model.monophones)
    assert found is not None
    assert found.tokens[0].start == 0
    assert found.tokens[-1].end == len(acoustics)
    assert any(token.is_pause for token in found.tokens[1:-1])
    truth = [token.start for token in planned if not token.is_pause]
    ours = [token.start for token in found.tokens if not token.is_pause]
    assert len(truth) == len(ours)
    assert np.median(np.abs(np.array(truth) - ours)) <= 3


def test_alignment_refuses_a_recording_that_cannot_hold_its_words() -> None:
    acoustics = features.analyse(_tone(150.0, 0.3), (80.0, 300.0))
    words = pronounce("This is far more than anybody could say in the third part of a second.")
    assert alignment.align(alignment.observations([acoustics]), [words], prior().model.monophones) == [None]


@pytest.mark.parametrize("rate", [0.5, 0.8, 1.3, 2.0])
def test_stretching_changes_length_and_keeps_pitch(rate: float) -> None:
    tone = _tone(160.0, 1.0, 22_050)
    stretched = tempo.stretch(tone, 22_050, rate)
    assert len(stretched) == pytest.approx(len(tone) / rate, rel=0.06)
    measured = features.analyse(resample(stretched, 22_050, features.RATE), (80.0, 320.0))
    assert np.exp(np.median(measured.static[20:-20, features.LOG_F0])) == pytest.approx(160.0, rel=0.02)


def test_correction_moves_level_by_what_is_asked() -> None:
    tone = _tone(150.0, 0.5, 22_050)
    difference = np.zeros((100, correction.CORRECTED))
    assert correction.apply(tone, 22_050, difference) == pytest.approx(tone, abs=2e-3)
    difference[:, 0] = 2.0
    louder = correction.apply(tone, 22_050, difference)
    expected = np.exp(0.5 * 2.0 * correction.STRENGTH * correction.LEVEL_STRENGTH)
    inside = slice(2000, -2000)
    assert louder[inside].std() / tone[inside].std() == pytest.approx(expected, rel=0.05)


def test_a_sentence_that_was_recorded_is_played_back_whole() -> None:
    from likeness.engines.builtin.voice.examples import Utterance

    model = prior().speaker(0)
    words = tuple(pronounce("Nobody noticed the yellow kettle."))
    planned = model.plan(words)
    said = model.predict(words, planned)
    acoustics = features.Acoustics(said.static.astype(np.float32), said.voiced)
    units = Units.of([Utterance("one", words, planned, acoustics)], model.statistics.spread, ["neutral"])
    chosen = units.select(said)
    used = [c.unit for c in chosen if c.unit >= 0]
    assert used == list(range(used[0], used[0] + len(used)))
    samples = np.full(len(acoustics) * 22_050 // 200, 1000, np.int16)
    sound = Joiner(units, samples, 22_050).render(chosen, said)
    assert len(sound) == pytest.approx(len(samples), rel=0.02)


@pytest.mark.parametrize(("rate", "target"), [(22_050, 16_000), (16_000, 22_050), (48_000, 16_000), (8_000, 22_050)])
def test_resampling_keeps_what_fits_and_drops_what_does_not(rate: int, target: int) -> None:
    def tone(hertz: float, at: int) -> np.ndarray:
        return np.sin(2 * np.pi * hertz * np.arange(at) / at)

    kept = resample(tone(1000.0, rate), rate, target)
    assert len(kept) == target
    inside = slice(target // 10, -target // 10)
    assert kept[inside] == pytest.approx(tone(1000.0, target)[inside], abs=2e-3)
    if target < rate:
        assert np.abs(resample(tone(0.54 * target, rate), rate, target)[inside]).max() < 0.02
