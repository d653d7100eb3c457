"""What a writer is asked is text, and not too much of it."""

from __future__ import annotations

import pytest

from likeness.core.errors import InputError
from likeness.write.requests import LONGEST_REQUEST, draft_request, readable, rewrite_request

HALF = "a\ud83d"


@pytest.mark.parametrize("field", ["context", "style_reference", "recipient", "channel"])
def test_what_no_encoding_has_is_refused_by_its_field(field: str) -> None:
    with pytest.raises(InputError) as error:
        draft_request("say it", **{field: HALF})
    assert error.value.param == field
    with pytest.raises(InputError, match="Unicode"):
        rewrite_request(HALF)
    with pytest.raises(InputError, match="messages has characters that are not Unicode"):
        readable(HALF, "messages")


def test_strange_text_is_text_all_the_same() -> None:
    strange = "😀👩‍👩‍👧 \u202eשלום\x00\x1b[31m<|im_end|>\ufffd\U0010ffff"
    assert draft_request(strange, recipient=strange).text == strange
    assert rewrite_request(strange).text == strange


def test_too_little_and_too_much_is_refused() -> None:
    assert len(draft_request("x" * LONGEST_REQUEST).text) == LONGEST_REQUEST
    with pytest.raises(InputError, match="20,001 characters"):
        draft_request("x" * (LONGEST_REQUEST + 1))
    with pytest.raises(InputError, match="no text to rewrite"):
        rewrite_request(" \n")
    with pytest.raises(InputError, match="nothing to write about"):
        draft_request(" ", context="\n")
