"""The built-in aligner tells the right transcript from a wrong one of the same length, with nothing installed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from speech_like import with_noise

from likeness.core import plugins
from likeness.core.errors import InputError
from likeness.core.protocols import Aligner
from likeness.core.types import Audio

RECORDINGS = Path(__file__).parents[2] / "examples" / "ellis" / "recordings"
# nearly as long as what the first recording says ("The harbour was quiet this morning, apart from one …")
WRONG = "Some people never listen closely, until somebody else repeats the story twice."


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    opened = plugins.engine("builtin.fit").open()
    assert isinstance(opened, Aligner)
    return opened


def recorded(number: int) -> tuple[Audio, str]:
    rows = list(csv.DictReader((RECORDINGS / "transcripts.csv").open(encoding="utf-8")))
    samples, rate = soundfile.read(RECORDINGS / rows[number]["file"], dtype="float32")
    return Audio(samples, rate), rows[number]["text"]


@pytest.mark.parametrize("number", [0, 3])
def test_the_right_text_fits_and_others_do_not(aligner: Aligner, number: int) -> None:
    audio, text = recorded(number)
    assert aligner.fit(audio, text) > aligner.wrong_below + 0.1
    assert aligner.fit(audio, WRONG) < aligner.wrong_below - 0.1


def test_it_holds_in_noise_and_is_repeatable(aligner: Aligner) -> None:
    audio, text = recorded(4)
    noisy = with_noise(audio, 20)
    fit = aligner.fit(noisy, text)
    assert fit == aligner.fit(noisy, text)
    assert fit > aligner.wrong_below > aligner.fit(noisy, WRONG)


def test_what_cannot_be_aligned_is_said(aligner: Aligner) -> None:
    audio, text = recorded(0)
    with pytest.raises(InputError, match="no word"):
        aligner.fit(audio, "…")
    with pytest.raises(InputError, match="too short"):
        aligner.fit(Audio(audio.samples[: audio.rate], audio.rate), text * 3)
    with pytest.raises(InputError, match="cannot be aligned"):
        aligner.fit(Audio(np.zeros(130 * 8000, np.float32), 8000), text)


def test_phonemes_are_arpabet(aligner: Aligner) -> None:
    assert aligner.phonemes("The quiet measure") == ("DH", "AH", "K", "W", "AY", "AH", "T", "M", "EH", "ZH", "ER")
    assert set(aligner.phonemes("the boy enjoyed vision")) <= set(aligner.inventory)
    assert len(aligner.inventory) == 39
