"""Text into sentences that a voice can say one at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.speak.normalise import sentences
from likeness.speak.normalise.sentences import LONGEST


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Dr. Smith met Mr. Jones. They left.", ["Dr. Smith met Mr. Jones.", "They left."]),
        ("It costs 3.50 now. Yes.", ["It costs 3.50 now.", "Yes."]),
        ("J. R. R. Tolkien wrote it. I read it.", ["J. R. R. Tolkien wrote it.", "I read it."]),
        ("Fruit, e.g. apples, is good. So is bread.", ["Fruit, e.g. apples, is good.", "So is bread."]),
        ("Pens, ink etc. were sold. Paper too.", ["Pens, ink etc. were sold.", "Paper too."]),
        ("He sold pens, ink etc. Then he left.", ["He sold pens, ink etc.", "Then he left."]),
        ("See p. 5 and No. 7. Then stop.", ["See p. 5 and No. 7.", "Then stop."]),
        ("Is it No. It is.", ["Is it No.", "It is."]),
        ("The U.S. army came. All saw it.", ["The U.S. army came.", "All saw it."]),
        ('"Stop!" he said. "Why?" I asked.', ['"Stop!"', "he said.", '"Why?"', "I asked."]),
        ("Well... maybe. Well… Perhaps.", ["Well... maybe.", "Well…", "Perhaps."]),
        ("First paragraph\n\nSecond one", ["First paragraph", "Second one"]),
        ("one\ntwo", ["one two"]),
        ("visit example.com today. Bye.", ["visit example.com today.", "Bye."]),
        ("At five P M. Dogs barked.", ["At five P M.", "Dogs barked."]),
        ("We have a plan B. It works.", ["We have a plan B.", "It works."]),
        ("By J. I. Smith. It sold.", ["By J. I. Smith.", "It sold."]),
        ("He lives on Main St. The end.", ["He lives on Main St.", "The end."]),
        ("So did I. He left.", ["So did I.", "He left."]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_where_sentences_end(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_a_long_sentence_is_cut_at_a_clause() -> None:
    clause = "the rain went on falling over the harbour and the hills"
    parts = sentences(", ".join([clause] * 12) + ".")
    assert len(parts) > 1
    assert all(len(part) <= LONGEST for part in parts)
    assert all(part.endswith((",", ".")) for part in parts)


@given(st.text(alphabet=st.sampled_from("ab .,;!?\nA—'\"13"), max_size=900))
def test_nothing_is_lost_and_nothing_is_too_long(text: str) -> None:
    parts = sentences(text)
    assert all(part and len(part) <= LONGEST for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
