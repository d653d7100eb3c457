"""What carries content is found, and its loss is noticed."""

from __future__ import annotations

import pytest

from likeness.core.spans import find, lost


def test_finds_each_kind() -> None:
    text = 'Hi Ana, Bob (https://x.org/a, bob@x.org) didn\'t pay 1,200.50 on 3 May. "No way" he said in `f(x)` [phone].'
    kinds = {(span.kind, span.text) for span in find(text)}
    assert ("url", "https://x.org/a") in kinds
    assert ("email", "bob@x.org") in kinds
    assert ("number", "1,200.50") in kinds
    assert ("name", "Ana") in kinds
    assert ("negation", "n't") in kinds
    assert ("quotation", '"No way"') in kinds
    assert ("code", "`f(x)`") in kinds
    assert ("placeholder", "[phone]") in kinds
    assert all(text[span.start : span.end] == span.text for span in find(text))


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("It is not 3 pm.", "it isn't 3 pm", []),
        ("It is not 3 pm.", "It is 3 pm.", ["negation"]),
        ("It is 3 pm.", "It isn't 3 pm.", ["negation"]),
        ("We met Ana.", "we met ana", []),
        ("We met Ana.", "We met Anna.", ["name"]),
        ("Pay 30 and 30.", "Pay 30.", ["number"]),
        ("See https://x.org/a.", "See https://x.org/b.", ["url"]),
        ('He said "yes".', "He said yes.", ["quotation"]),
    ],
)
def test_notices_loss(before: str, after: str, kinds: list[str]) -> None:
    assert [span.kind for span in lost(before, after)] == kinds
