"""Only the draft comes back, whatever a model puts around it, and a person's own words stay."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.types import WriteRequest
from likeness.write.finish import Finisher, finished


def finish(text: str, *, cuts: Iterable[int] = (), **request: object) -> tuple[str, tuple[str, ...], bool]:
    """The draft in ``text`` cut at ``cuts``, what was taken away, and whether the model was stopped."""
    finisher = Finisher(WriteRequest(**{"task": "draft", "text": "tell Ana I am late", **request}))  # type: ignore[arg-type]
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(places)]
    given_ = "".join([*map(finisher.feed, pieces), finisher.end()])
    return given_, finisher.removed, finisher.stopped


WRAPPED = [
    ("Here's the rewritten text:\n\nHi Ana, see you.", "Hi Ana, see you.", "preamble"),
    ("Sure! Here is a message for you: Hi Ana", "Hi Ana", "preamble"),
    ('"Hi Ana, see you at 5."', "Hi Ana, see you at 5.", "quotes"),
    ("```\nHi Ana\n```", "Hi Ana", "fence"),
    ("<think>hm\n</think>\n\nHi Ana<|im_end|>foo", "Hi Ana", "thinking"),
    ("Hi.\n\nLet me know if you'd like me to adjust the tone!", "Hi.", "explanation"),
    ("**Rewritten text**\n\nHi Ana", "Hi Ana", "label"),
    ("assistant: Hi Ana", "Hi Ana", "role"),
    ("Hier ist der umgeschriebene Text:\n\nHallo Ana", "Hallo Ana", "preamble"),
    ("---\nHi Ana\n---\n", "Hi Ana", "rule"),
]
OWN = ["Sure, I'll come.", "Here is the plan:\n- a\n- b", "Of course! See you at 5.", '"yes" and "no"']


@pytest.mark.parametrize(("text", "draft", "name"), WRAPPED)
def test_what_an_assistant_puts_around_a_draft_goes(text: str, draft: str, name: str) -> None:
    given_, removed, _ = finish(text)
    assert given_ == draft
    assert name in removed


@pytest.mark.parametrize("text", OWN)
def test_what_a_person_could_have_written_stays(text: str) -> None:
    assert finish(text)[:2] == (text, ())


ALL = [text for text, *_ in WRAPPED] + OWN


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ALL).flatmap(lambda text: st.tuples(st.just(text), st.sets(st.integers(0, len(text))))))
def test_the_result_does_not_depend_on_how_the_text_is_cut(case: tuple[str, set[int]]) -> None:
    text, cuts = case
    assert finish(text, cuts=cuts) == finish(text)


def test_a_stream_is_closed_when_no_more_is_wanted() -> None:
    closed = []

    def endless() -> Iterable[str]:
        try:
            while True:
                yield "I said that. "
        finally:
            closed.append(True)

    assert "".join(finished(endless(), WriteRequest("draft", "speak"))) == "I said that."
    assert closed == [True]
