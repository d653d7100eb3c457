"""Only the draft comes back, whatever a model puts around it, and a person's own words stay."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from finish_cases import CONTEXT, FRAMED, OWN
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.types import WriteRequest, WriteTask
from likeness.write.finish import Finisher, finished


def finish(
    text: str, *, cuts: Iterable[int] = (), text_asked: str = "tell them", task: WriteTask = "draft", **options: int
) -> tuple[str, tuple[str, ...], bool]:
    """The draft in ``text`` cut at ``cuts``, what was taken away, and whether the model was stopped."""
    context = CONTEXT if task == "draft" else ""
    finisher = Finisher(WriteRequest(task, text_asked, context, **options))  # type: ignore[arg-type]
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(places)]
    came = "".join([*map(finisher.feed, pieces), finisher.end()])
    return came, finisher.removed, finisher.stopped


NAMED = {
    "preamble": "Here's the rewritten text:\n\nHi Ana.",
    "quotes": '"Hi Ana."',
    "fence": "```\nHi Ana.\n```",
    "thinking": "<think>hm</think>\n\nHi Ana.",
    "markers": "Hi Ana.<|im_end|>",
    "explanation": "Hi Ana.\n\nLet me know if you'd like me to adjust the tone!",
    "label": "**Rewritten text**\n\nHi Ana.",
    "role": "assistant: Hi Ana.",
    "control characters": "\x1bH\x03i \x9bA\x00n\x7fa.\r",
    "rule": "---\nHi Ana.\n---\n",
    "echo": f"{CONTEXT}\n\nHi Ana.",
    "subject": "Subject: Late\n\nHi Ana.",
}


@pytest.mark.parametrize(("text", "draft"), FRAMED)
def test_what_an_assistant_puts_around_a_draft_goes(text: str, draft: str) -> None:
    assert finish(text)[0] == draft


@pytest.mark.parametrize("name", NAMED)
def test_what_was_taken_is_told(name: str) -> None:
    text, removed, _ = finish(NAMED[name])
    assert text == "Hi Ana."
    assert removed == (name,)


@pytest.mark.parametrize("task", ["draft", "rewrite", "chat"])
def test_no_control_character_comes_out_however_the_text_is_cut(task: WriteTask) -> None:
    text = "Hi\x1b[31m A\u009bna,\r\n\tsee you 👩\u200d🚀.<|im_\x03end|>\x07 more\x1b"
    whole = finish(text, task=task)
    assert whole == ("Hi[31m Ana,\n\tsee you 👩\u200d🚀.", ("control characters", "markers"), True)
    assert all(finish(text, task=task, cuts=[at]) == whole for at in range(len(text)))
    assert finish(text, task=task, cuts=range(len(text))) == whole


def test_control_characters_in_what_is_nothing_but_frame_are_told() -> None:
    assert finish("Here's the rewritten text:\x1b") == ("Here's the rewritten text:", ("control characters",), False)


@pytest.mark.parametrize("text", OWN)
def test_what_a_person_could_have_written_stays(text: str) -> None:
    assert finish(text) == (text, (), False)


@pytest.mark.parametrize(
    ("text", "request_text", "task"),
    [
        ("Here is the draft:\nhttps://example.org/d", "tell Ana here is the draft, with the link", "draft"),
        ("Note: I kept the original text for you.", "say as a note that I kept the original text", "draft"),
        (
            "Hi.\n\nLet me know if you'd like me to change the tone.",
            "offer Ana to change the tone of the song",
            "draft",
        ),
        ("Here is the message:\nHi all", "Here is the message:\nHi all", "rewrite"),
        ("Draft: one two", "Draft: one and two", "rewrite"),
        ("Subject: Late\n\nHi Ana.", "write an email to Ana", "draft"),
    ],
)
def test_what_the_request_speaks_of_stays(text: str, request_text: str, task: str) -> None:
    assert finish(text, text_asked=request_text, task=task)[0] == text


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("I said that to you. " * 60, "I said that to you."),
        ("Hi Ana.\nSee you there, then.\n" * 60, "Hi Ana.\nSee you there, then."),
        (
            "First. Then it broke. " + "It is all the same to me now. " * 50,
            "First. Then it broke. It is all the same to me now.",
        ),
        ("no " * 100, None),
        ("and then I went there again " * 60, None),
        ("Yes" + "!" * 900, None),
        ("ha" * 500, None),
    ],
)
def test_runaways_are_stopped_and_told(text: str, draft: str | None) -> None:
    found, removed, stopped = finish(text)
    assert stopped
    assert "repetition" in removed
    assert len(found) < 180
    assert draft is None or found == draft


def test_too_long_a_text_ends_with_a_whole_sentence() -> None:
    text = " ".join(f"This is sentence number {n}, which is new." for n in range(200))
    found, removed, stopped = finish(text, max_characters=1000)
    assert stopped
    assert removed == ("length",)
    assert 800 < len(found) <= 1000
    assert found.endswith("which is new.")
    short = finish(text, text_asked="A sentence or two.", task="rewrite", max_characters=40_000)[0]
    assert len(short) <= 600


@pytest.mark.parametrize(
    "text", ["Here's the rewritten text:", "Draft:\n", '"', "```\n", "Sure! Here is a draft for you:\n\n"]
)
def test_a_text_that_is_nothing_but_frame_comes_back(text: str) -> None:
    assert finish(text) == (text.strip(), (), False)


@pytest.mark.parametrize("text", ["", " \n", "<think>only this", "<|im_end|>"])
def test_nothing_stays_nothing(text: str) -> None:
    assert finish(text)[0] == ""


def test_text_flows_while_it_is_written() -> None:
    text = (
        "We moved the date because the hall is taken on Friday. Bring the blue folder, and Ana's keys.\n\nSee you, Sam"
    )
    finisher = Finisher(WriteRequest("draft", "x"))
    waiting = []
    came = 0
    for number, char in enumerate(text, 1):
        came += len(finisher.feed(char))
        waiting.append(number - came)
    assert max(waiting) <= 8


def test_a_chat_keeps_all_but_markers_and_loops() -> None:
    text = "Sure! Here's a draft of your message:\n\nHi Ana.\n\nLet me know if you'd like me to adjust the tone."
    assert finish(f"{text}<|im_end|>", task="chat")[0] == text


ALL = [text for text, _ in FRAMED] + OWN + [*NAMED.values(), "I said that. " * 30, "ha" * 90, "a b c " * 40, "'" * 9]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ALL).flatmap(lambda text: st.tuples(st.just(text), st.sets(st.integers(0, len(text))))))
def test_known_texts_come_out_alike_however_they_are_cut(case: tuple[str, set[int]]) -> None:
    text, cuts = case
    assert finish(text, cuts=cuts) == finish(text)


PARTS = st.sampled_from(
    [
        *("Here's the rewritten text:", "Sure! ", "Draft:", "assistant: ", "User: ", "**", "```", "---", "Note: "),
        *("Let me know if ", "you'd like me to adjust the tone.", "I kept the tone. ", "I hope this helps. "),
        *("<think>", "</think>", "<|im_end|>", "</s>", '"', "“", "”", "'", "\n", "\n\n", " ", ": ", "。"),
        *("Hi Ana.", "see you! ", "ha", "no ", "a"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, max_size=25).map("".join), st.sets(st.integers(0, 200)))
def test_the_result_does_not_depend_on_how_the_text_is_cut(text: str, cuts: set[int]) -> None:
    whole = finish(text)
    assert finish(text, cuts={cut for cut in cuts if cut <= len(text)}) == whole
    assert finish(text, cuts=range(len(text))) == whole


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
