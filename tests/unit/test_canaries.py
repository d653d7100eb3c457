"""Made-up secrets: their spaces, their alternatives, and how exposure is reckoned."""

from __future__ import annotations

import math
import stat
from collections import Counter
from pathlib import Path

import pytest

from likeness.core import canaries
from likeness.core.errors import InputError, NotFound


def test_each_form_is_taught_once_four_and_sixteen_times() -> None:
    made = canaries.made(7)
    assert Counter(canary.times for canary in made) == {1: 3, 4: 3, 16: 3}
    assert {(canary.form, canary.times) for canary in made} == {
        (form, times) for form in ("digits", "letters", "words") for times in (1, 4, 16)
    }
    assert len({canary.prompt for canary in made}) == len(made)


def test_the_same_seed_gives_the_same_and_another_gives_others() -> None:
    assert canaries.made(3) == canaries.made(3)
    assert not {c.secret for c in canaries.made(3)} & {c.secret for c in canaries.made(4)}


@pytest.mark.parametrize(("form", "size"), [("digits", 10**9), ("letters", 32**8), ("words", 64**4)])
def test_the_space_has_the_size_it_says(form: str, size: int) -> None:
    for canary in canaries.made(0):
        if canary.form == form:
            assert canary.space == size
            assert canary.completion.count(canary.secret) == 1


def test_alternatives_differ_in_the_secret_alone() -> None:
    for canary in canaries.made(1):
        others = canaries.alternatives(canary, 50)
        before, after = canary.completion.split(canary.secret)
        assert len(set(others)) == 50
        assert canary.completion not in others
        assert all(other.startswith(before) and other.endswith(after) for other in others)
        assert canaries.alternatives(canary, 50) == others != canaries.alternatives(canary, 50, seed=1)


def test_exposure_is_what_its_definition_says() -> None:
    canary = canaries.made(0)[0]
    others = [float(-n) for n in range(1, 1024)]
    assert canaries.exposure(canary, 0.0, others) == pytest.approx(10.0)
    assert canaries.exposure(canary, -2000.0, others) == pytest.approx(0.0)
    assert canaries.exposure(canary, -511.5, others) == pytest.approx(1.0)
    assert canaries.exposure(canary, 0.0, [0.0]) == pytest.approx(math.log2(2) - math.log2(1.5))


def test_exposure_needs_something_to_rank_against() -> None:
    with pytest.raises(InputError, match="alternatives"):
        canaries.exposure(canaries.made(0)[0], 0.0, [])


def test_saved_and_read_again(tmp_path: Path) -> None:
    canaries.save(tmp_path, canaries.made(5))
    assert canaries.load(tmp_path) == canaries.made(5)
    assert stat.S_IMODE((tmp_path / canaries.CANARIES).stat().st_mode) == 0o600


def test_absent_and_damaged_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no canaries"):
        canaries.load(tmp_path)
    (tmp_path / canaries.CANARIES).write_text('[{"prompt": 1}]')
    with pytest.raises(InputError, match="cannot be read"):
        canaries.load(tmp_path)
