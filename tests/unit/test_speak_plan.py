"""What is planned of a text: sentences, pauses, emotions, marks and SSML, before any sound."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.errors import InputError
from likeness.core.protocols import EngineInfo
from likeness.speak import feeling
from likeness.speak.plan import PARAGRAPH_PAUSE, SENTENCE_PAUSE, Plan, Style, plan
from likeness.speak.script import Manner

RECORDED = ("neutral", "happy", "sad", "whispered")
PLAIN = EngineInfo(name="plain", title="Plain", kind=frozenset({"speaker"}))


def told(made: Plan) -> list[tuple[str, str]]:
    return [(segment.request.text, segment.request.emotion) for segment in made.segments]


def test_sentences_and_paragraphs_have_pauses_of_their_own() -> None:
    made = plan("Dr. Ana paid $5 at 7:45. Fine.\n\nThe next day it rained.")
    assert [text for text, _ in told(made)] == [
        "Doctor Ana paid five dollars at seven forty-five.",
        "Fine.",
        "The next day it rained.",
    ]
    assert [segment.pause for segment in made.segments] == [0.0, SENTENCE_PAUSE, PARAGRAPH_PAUSE]
    slow = plan("One. Two.", Manner(rate=0.5, pauses=2.0))
    assert slow.segments[1].pause == pytest.approx(SENTENCE_PAUSE * 2 / 0.5)


def test_marks_change_the_emotion_until_the_next_or_their_end() -> None:
    made = plan(
        "[whispered] Come in. [Excited] Look! [/happy] So. [neutral] Or not.", Manner(emotion="sad"), emotions=RECORDED
    )
    assert told(made) == [("Come in.", "whispered"), ("Look!", "happy"), ("So.", "sad"), ("Or not.", "neutral")]
    assert not made.notes


def test_a_missing_emotion_is_mixed_and_said() -> None:
    made = plan("No!", Manner(emotion="angry"), emotions=RECORDED)
    parts = dict(made.segments[0].request.blend)
    assert set(parts) <= set(RECORDED)
    assert sum(parts.values()) == pytest.approx(1.0)
    assert "Angry was not recorded" in made.notes[0]


def test_pauses_of_marks_are_as_long_as_they_say() -> None:
    made = plan("Well, [pause 1.5] yes. [pause] No. [pause 250ms] Fine. [pause 2]")
    assert [segment.pause for segment in made.segments] == [0.0, 1.5, 0.5, 0.25]
    assert made.ending == 2.0
    with pytest.raises(InputError, match="pause of 60 s"):
        plan("Well [pause 60] yes.")
    with pytest.raises(InputError, match="together"):
        plan("a [pause 10] " * 40)


def test_sounds_are_left_out_and_said_while_ordinary_brackets_stay() -> None:
    made = plan(
        "[laughs] He [sic] said so [1]. [sarcastically] Great [clears throat] day. [the dog] slept "
        "[soft] and [only] that."
    )
    assert " ".join(text for text, _ in told(made)) == ("He sic said so. Great day. the dog slept soft and only that.")
    assert made.notes == ("Left out, since the voice has no such sound: [laughs], [sarcastically], [clears throat].",)


@pytest.mark.parametrize("text", [r"\[whispered\] is a mark.", r"\[whispered] is a mark."])
def test_a_backslash_keeps_a_mark(text: str) -> None:
    assert told(plan(text, emotions=RECORDED)) == [("whispered is a mark.", "neutral")]
    assert told(plan("See [whispered](https://example.org/) there.", emotions=RECORDED))[0][1] == "neutral"


def test_an_engine_without_style_or_emotion_is_asked_plainly_and_its_sound_is_changed() -> None:
    made = plan("Hello.", Manner(rate=1.5, pitch=2, emotion="happy"), emotions=RECORDED, info=PLAIN)
    segment = made.segments[0]
    assert (segment.request.rate, segment.request.pitch) == (1.0, 0.0)
    assert segment.after == Style(rate=1.5, pitch=2)
    assert made.notes == ("Plain speaks without emotions: 'happy' makes no difference.",)
    can = EngineInfo(name="x", title="X", kind=frozenset(), can=frozenset({"style", "emotion"}))
    assert plan("Hello.", Manner(rate=1.5), info=can).segments[0].after is None
    assert plan("Hello.", info=PLAIN).segments[0].after is None


def test_other_languages_are_left_to_their_engine() -> None:
    assert told(plan("Um 7:45 Uhr.", language="de")) == [("Um 7:45 Uhr.", "neutral")]


SSML = """<?xml version="1.0"?>
<speak version="1.1" xmlns="http://www.w3.org/2001/10/synthesis">
  Hello <break time="700ms"/> <prosody rate="slow" pitch="+2st" volume="+6dB" range="150%">and
  <emphasis level="strong">welcome</emphasis></prosody>.
  <p><s>It is <say-as interpret-as="date" format="dmy">3/12/2024</say-as></s><s>Call <say-as
  interpret-as="telephone">020 7946</say-as></s></p>
  <say-as interpret-as="characters">W3C</say-as> or <sub alias="World Wide Web Consortium">W3C</sub> &amp; friends.
  <mstts:express-as style="cheerful">We won 5kg!</mstts:express-as>
</speak>"""


def test_ssml_is_followed() -> None:
    made = plan(SSML, emotions=RECORDED)
    texts = [text for text, _ in told(made)]
    assert texts == [
        "Hello",
        "and",
        "welcome",
        "It is December third, twenty twenty-four",
        "Call zero two zero, seven nine four six",
        "W, three, C or World Wide Web Consortium and friends.",
        "We won five kilograms!",
    ]
    assert made.segments[1].pause == 0.7
    asked = made.segments[1].request
    assert (asked.rate, asked.pitch, asked.pitch_range, asked.energy) == (0.8, 2.0, 1.5, 6.0)
    assert made.segments[2].request.rate < asked.rate
    assert made.segments[3].request.rate == 1.0
    assert told(made)[-1][1] == "happy"
    assert not made.notes


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("cardinal", "1,234", "one thousand two hundred thirty-four"),
        ("ordinal", "22", "twenty-second"),
        ("digits", "2024", "two zero two four"),
        ("fraction", "3/4", "three quarters"),
        ("time", "7:45pm", "seven forty-five P M"),
        ("currency", "$5.20", "five dollars and twenty cents"),
        ("unit", "5kg", "five kilograms"),
        ("spell-out", "a-b", "A, dash, B"),
        ("date", "2024-03", "March twenty twenty-four"),
    ],
)
def test_say_as_reads_what_it_is_told(kind: str, text: str, words: str) -> None:
    order = "ym" if text == "2024-03" else ""
    made = plan(f'<speak>It: <say-as interpret-as="{kind}" format="{order}">{text}</say-as>.</speak>')
    assert told(made)[0][0] == f"It: {words}."


def test_what_ssml_asks_for_and_nobody_can_do_is_said() -> None:
    changed = '<prosody pitch="200Hz" duration="2s">b</prosody> <express-as style="x">c</express-as>'
    made = plan(f"<speak><foo>a</foo> {changed}</speak>")
    assert " ".join(text for text, _ in told(made)) == "a b c"
    assert len(made.notes) == 4
    assert told(plan('<speak>Go <say-as interpret-as="expletive">to hell</say-as> now</speak>'))[0][0] == "Go now"


BOMB = '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><speak>&b;</speak>'
OUTSIDE = '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]><speak>&a;</speak>'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<speak>a<b></speak>", "line 1, column 14: it is not well formed"),
        ("<speak>\n <voice name='x'>hi</voice></speak>", "line 2, column 2: <voice> is not followed"),
        ("<speak><audio src='x.wav'/></speak>", "audio"),
        ("<speak><prosody rate='banana'>x</prosody></speak>", "no rate"),
        ("<speak><prosody rate='-100%'>x</prosody></speak>", "no rate"),
        ("<speak><break time='1 hour'/>x</speak>", "not a time"),
        ("<speak><break time='60s'/>x</speak>", "too long"),
        ("<speak><break strength='huge'/>x</speak>", "strength"),
        ("<speak><sub>x</sub></speak>", "alias"),
        ("<speak><say-as>x</say-as></speak>", "as what"),
        ("<speak>&a;</speak>", "undefined entity"),
        ("<speak/>", "nothing in it"),
        ("<speak>" + "<p>" * 60, "nested"),
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
    ],
)
def test_ssml_that_cannot_be_followed_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        plan(text, is_ssml=True)
    assert caught.value.hint


def test_what_only_looks_like_ssml_is_read_as_text() -> None:
    assert told(plan("Speak <b>up</b> & go."))[0][0] == "Speak up and go."


AUTO = Manner(emotion="auto")


@pytest.mark.parametrize(
    ("sentence", "emotion"),
    [
        ("What wonderful news, I am so happy for you!", "happy"),
        ("See you on Sunday! 🎉", "happy"),
        ("My grandmother died last night.", "sad"),
        ("I am not happy about it.", "neutral"),
        ("The train leaves at noon.", "neutral"),
        ("Shh, don't tell anybody.", "whispered"),
        ("How do I get to the station?", "neutral"),
    ],
)
def test_an_emotion_is_chosen_from_the_sentence(sentence: str, emotion: str) -> None:
    made = plan(f"Good morning. {sentence} Good night.", AUTO, emotions=RECORDED)
    assert [name for _, name in told(made)] == ["neutral", emotion, "neutral"]
    assert not any("zqx" in text.casefold() for text, _ in told(made))


def test_only_what_was_recorded_is_chosen() -> None:
    assert told(plan("How dare you! This is outrageous!", AUTO, emotions=RECORDED))[0][1] == "neutral"
    assert feeling.felt("How dare you!", ("angry",))[1] == "angry"


PIECES = st.sampled_from(
    [
        "[",
        "]",
        "[happy]",
        "[/",
        "pause",
        "9",
        "\\",
        " ",
        "a",
        ".",
        "<speak>",
        "</speak>",
        "<p>",
        "&",
        "\n\n",
        "😀",
        "\x00",
        "é",
        "[pause 1]",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join), st.sampled_from([None, False, True]))
def test_any_text_is_planned_or_refused(text: str, is_ssml: bool | None) -> None:
    try:
        made = plan(text, AUTO, emotions=RECORDED, is_ssml=is_ssml)
    except InputError:
        return
    for segment in made.segments:
        assert any(map(str.isalnum, segment.request.text))
        assert "\x00" not in segment.request.text
        assert segment.pause >= 0


def test_a_long_text_of_brackets_is_planned() -> None:
    with pytest.raises(InputError):
        plan("[" * 20_000)
    assert plan("[a" * 9_000 + " b", AUTO, emotions=RECORDED).segments
