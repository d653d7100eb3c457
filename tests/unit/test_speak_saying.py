"""What an engine gives is guarded, styled and joined: faults are made again or told, sentences have no seam."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest
from speech_like import speech

from likeness.core.errors import LikenessError
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, SpeakRequest
from likeness.speak import activity
from likeness.speak.generate import joined, perform, plan, say
from likeness.speak.guard import TRIES, Echo, Reference
from likeness.speak.plan import Style
from likeness.speak.style import styled
from likeness.speak.waveform import pitch_track

RATE = 22_050
TEN = "one two three four five six seven eight nine ten"


class Actor:
    """A speaker that gives what ``act`` makes of a request and the number of the try, in pieces of 0.1 s."""

    rate = RATE

    def __init__(self, act: Callable[[SpeakRequest, int], np.ndarray]) -> None:
        self.asked: list[SpeakRequest] = []
        self.given = 0.0
        self._act = act

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        self.asked.append(request)
        sound = self._act(request, len(self.asked)).astype(np.float32)
        for start in range(0, len(sound), RATE // 10):
            piece = Audio(sound[start : start + RATE // 10], RATE)
            self.given += piece.seconds
            yield piece


def voiced(seconds: float, level: float = 0.2, hertz: float = 150.0) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


GOOD = voiced(3.0)


@pytest.mark.parametrize(
    "fault",
    [
        silence(3.0),
        np.full(100, np.nan),
        np.concatenate([voiced(0.3), silence(6.0), voiced(2.0)]),
        np.tile(GOOD, 30),
        voiced(0.1),
    ],
)
def test_a_fault_is_made_again_with_another_seed(fault: np.ndarray) -> None:
    actor = Actor(lambda request, attempt: fault if attempt == 1 else GOOD)
    made = joined(say(actor, TEN, seed=5, whole=True))
    assert made.seconds == pytest.approx(3.0, abs=0.05)
    assert [request.seed == 5 for request in actor.asked] == [True, False]


def test_a_fault_that_stays_is_an_error_that_says_how_often_it_was_tried() -> None:
    actor = Actor(lambda request, attempt: silence(1.0))
    with pytest.raises(LikenessError, match=rf"silence instead of speech \({TRIES} tries\)") as caught:
        joined(say(actor, TEN))
    assert len(actor.asked) == TRIES
    assert len({request.seed for request in actor.asked}) == TRIES
    assert caught.value.hint


def test_the_first_sentence_is_not_held_back_and_then_cannot_be_made_again() -> None:
    actor = Actor(lambda request, attempt: np.tile(GOOD, 30))
    pieces = say(actor, TEN)
    assert next(pieces).seconds > 0
    assert actor.given < 0.5
    with pytest.raises(LikenessError, match="was stopped"):
        list(pieces)
    assert len(actor.asked) == 1


def test_an_engine_that_gives_whole_sentences_is_judged_before_the_first_is_heard() -> None:
    actor = Actor(lambda request, attempt: np.tile(GOOD, 30) if attempt == 1 else GOOD)
    assert joined(say(actor, TEN, info=PLAIN)).seconds == pytest.approx(3.0, abs=0.05)
    assert len(actor.asked) == 2


def test_a_later_sentence_is_held_back_while_there_is_something_to_hear() -> None:
    actor = Actor(lambda request, attempt: np.concatenate([GOOD, np.full(10, np.nan)]) if attempt == 2 else GOOD)
    made = joined(say(actor, f"{TEN}. {TEN}."))
    assert len(actor.asked) == 3
    assert made.seconds == pytest.approx(6.25, abs=0.1)


def test_an_end_that_the_engine_missed_is_cut() -> None:
    actor = Actor(lambda request, attempt: np.concatenate([GOOD, silence(8.0)]))
    made = joined(say(actor, TEN))
    assert made.seconds == pytest.approx(3.06, abs=0.05)
    assert actor.given < 7


def test_signs_that_are_syllables_may_take_as_long() -> None:
    slow = Actor(lambda request, attempt: voiced(0.45 * len(request.text)))
    assert joined(say(slow, "我们明天早上九点在火车站门口见面吧", language="zh")).seconds > 7
    with pytest.raises(LikenessError, match="was stopped"):
        joined(say(slow, "we meet tomorrow morning at nine"))


def test_an_engines_own_error_is_told_as_it_is() -> None:
    class Broken(Actor):
        def speak(self, request: SpeakRequest) -> Iterator[Audio]:
            raise LikenessError("the model is gone")

    with pytest.raises(LikenessError, match="the model is gone"):
        list(say(Broken(lambda request, attempt: GOOD), TEN))


@pytest.mark.parametrize("transcript", ["", "something else was said here"])
def test_an_echo_of_the_reference_is_found_and_made_again(transcript: str) -> None:
    reference = speech(6.0, rate=RATE, seed=1)
    end = reference.samples[-round(1.6 * RATE) :]
    own = speech(4.0, rate=RATE, seed=9).samples
    actor = Actor(lambda request, attempt: np.concatenate([end, own]) if attempt == 1 else own)
    made = joined(perform(actor, plan(TEN), references=[Reference(reference, transcript)]))
    assert len(actor.asked) == 2
    assert made.seconds < 4.2
    asked_for = Reference(reference, "And then: One, two, three!")
    wanted = Actor(lambda request, attempt: np.concatenate([end, own]))
    assert joined(perform(wanted, plan(TEN), references=[asked_for])).seconds > 5
    unheard = Actor(lambda request, attempt: np.concatenate([end, own]))
    assert joined(perform(unheard, plan(TEN))).seconds > 5


@pytest.mark.parametrize("seed", [9, 13, 16])
def test_other_words_are_no_echo(seed: int) -> None:
    echo = Echo([Reference(speech(6.0, rate=RATE, seed=1))])
    assert not echo.heard_in(speech(2.0, rate=RATE, seed=seed), TEN)
    assert not echo.heard_in(Audio(np.zeros(RATE, np.float32), RATE), TEN)


def level(samples: Sequence[float] | np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples))) + 1e-9))


def test_sentences_of_one_voice_are_equally_loud_and_have_one_pause() -> None:
    loud = {1: 0.2, 2: 0.05, 3: 0.4}
    actor = Actor(lambda request, attempt: np.concatenate([silence(0.4), voiced(2.0, loud[attempt]), silence(0.7)]))
    made = joined(say(actor, f"{TEN}. {TEN}. {TEN}."))
    mask = activity.speech_mask(activity.levels(made))
    spoken = activity.runs(mask)
    assert len(spoken) == 3
    pauses = [(b[0] - a[1]) * activity.HOP_SECONDS for a, b in pairwise(spoken)]
    assert pauses == pytest.approx([0.34, 0.34], abs=0.04)
    levels = [level(made.samples[round((a + 10) * 0.01 * RATE) : round((b - 10) * 0.01 * RATE)]) for a, b in spoken]
    assert max(levels) - min(levels) < 4.5
    assert levels[0] == pytest.approx(level(voiced(1.0)), abs=0.3)


def test_a_whisper_keeps_its_soft_end() -> None:
    soft = np.concatenate([silence(0.5), voiced(1.0, 0.02), voiced(0.4, 0.0008), silence(0.5)])
    made = joined(say(Actor(lambda request, attempt: soft), "one two")).samples
    assert len(made) / RATE == pytest.approx(0.03 + 1.4 + 0.06, abs=0.03)


def test_what_was_meant_to_be_softer_stays_softer() -> None:
    actor = Actor(lambda request, attempt: voiced(2.0, 0.2 * 10 ** (request.energy / 20)))
    text = '<speak>one two three. <prosody volume="-12dB">four five six.</prosody></speak>'
    made = joined(say(actor, text)).samples
    assert level(made[:RATE]) - level(made[-RATE:]) == pytest.approx(12, abs=0.5)


def test_parts_of_a_sentence_go_over_into_each_other_without_a_gap_or_a_click() -> None:
    actor = Actor(lambda request, attempt: np.concatenate([silence(0.2), voiced(1.0), silence(0.3)]))
    made = joined(say(actor, "<speak>one <emphasis>two</emphasis> three</speak>"))
    assert len(actor.asked) == 3
    quiet = activity.levels(made)[5:-8]
    assert made.seconds < 3.3
    assert np.abs(np.diff(made.samples)).max() < 0.02
    assert (quiet < -60).sum() * activity.HOP_SECONDS < 0.2


def test_an_asked_pause_is_heard() -> None:
    actor = Actor(lambda request, attempt: voiced(1.0))
    assert joined(say(actor, "one [pause 2] two [pause 1]")).seconds == pytest.approx(5.0, abs=0.05)


PLAIN = EngineInfo(name="plain", title="Plain", kind=frozenset({"speaker"}))


def test_an_engine_without_style_gets_it_on_its_sound() -> None:
    def sound() -> Actor:
        return Actor(lambda request, attempt: speech(4.0, rate=RATE).samples)

    plain = joined(say(sound(), TEN, info=PLAIN))
    fast, high, soft = (
        joined(say(sound(), TEN, info=PLAIN, **values))  # type: ignore[arg-type]
        for values in ({"rate": 1.5}, {"pitch": 4.0}, {"energy": -10.0})
    )
    assert fast.seconds == pytest.approx(plain.seconds / 1.5, rel=0.05)
    assert np.median(voices(high)) / np.median(voices(plain)) == pytest.approx(2 ** (4 / 12), rel=0.04)
    assert high.seconds == pytest.approx(plain.seconds, rel=0.03)
    assert level(soft.samples) - level(plain.samples) == pytest.approx(-10, abs=0.5)


def voices(audio: Audio) -> np.ndarray:
    return np.array([hertz for hertz in pitch_track(audio) if hertz > 0])


def test_stretching_keeps_the_pitch_and_range_narrows_the_melody() -> None:
    audio = speech(4.0, rate=RATE, seed=3)
    slow = styled(audio, Style(rate=0.7))
    assert slow.seconds == pytest.approx(audio.seconds / 0.7, rel=0.03)
    assert np.median(voices(slow)) == pytest.approx(np.median(voices(audio)), rel=0.03)
    flat = styled(audio, Style(pitch_range=0.2))
    assert np.std(np.log(voices(flat))) < 0.6 * np.std(np.log(voices(audio)))


@pytest.mark.parametrize("factor", [0.3, 2.5])
def test_pauses_inside_a_sentence_change_and_nothing_else(factor: float) -> None:
    audio = Audio(np.concatenate([voiced(1.0), silence(0.4), voiced(1.0)]).astype(np.float32), RATE)
    made = styled(audio, Style(pauses=factor))
    assert made.seconds == pytest.approx(2.0 + 0.4 * factor, abs=0.06)
    assert level(made.samples[:RATE]) == pytest.approx(level(audio.samples[:RATE]), abs=0.1)
