"""The parts of judging language models: the choice, and what is counted of texts."""

from __future__ import annotations

from typing import Any

import pytest

from likeness.core.prompts import REPLY_PROMPT, REWRITE_PROMPT
from likeness.core.types import Example, ExampleKind, Exchange
from likeness.write.dataset import Row
from likeness.write.evaluate.bootstrap import mean_interval
from likeness.write.evaluate.choose import Choice, Measures, choose
from likeness.write.evaluate.leaks import correspondents, leaks
from likeness.write.evaluate.memorised import Known
from likeness.write.evaluate.occasions import occasions, unwrapped, without_frame
from likeness.write.evaluate.repetition import repetition


def example(row: Row, kind: ExampleKind) -> Example:
    exchange = row.exchange
    prompts = {
        "reply": REPLY_PROMPT.format(context=exchange.context),
        "draft": "Tell them about it.",
        "rewrite": REWRITE_PROMPT.format(text="It is not late."),
    }
    return Example(f"{exchange.id}-{kind}", kind, row.split, prompts[kind], exchange.text, exchange.id)


def measures(label: str, style: float | None, kept: float | None, **other: Any) -> Measures:
    plain = {"kept_base": 0.9, "chrf": 40.0, "length_ratio": 1.0, "recited": 0.0, "extracted": 0.0, "exposed": 0.2}
    return Measures(label, int(label), style, kept, **{**plain, "repeated": 0.0, **other})


def outcomes(choice: Choice) -> dict[str, str]:
    return {verdict.label: verdict.outcome for verdict in choice.verdicts}


def test_the_front_decides_and_content_breaks_ties() -> None:
    found = choose([measures("1", 0.5, 0.95), measures("2", 0.8, 0.9), measures("3", 0.82, 0.8)], 60)
    assert outcomes(found) == {"1": "passed over", "2": "chosen", "3": "passed over"}
    assert all(verdict.on_front for verdict in found.verdicts)
    assert "keeps more" in found.verdicts[2].reasons[0]
    assert "further from the person" in found.verdicts[0].reasons[0]
    beaten = choose([measures("1", 0.5, 0.8), measures("2", 0.8, 0.9)], 60)
    assert not beaten.verdicts[0].on_front
    assert "as good or better in style and content" in beaten.verdicts[0].reasons[0]


def test_beyond_the_person_is_as_far_as_short_of_them() -> None:
    assert choose([measures("1", 1.5, 0.9), measures("2", 0.9, 0.9)], 60).chosen == "2"


def test_without_a_judge_of_style_delta_decides_then_chrf() -> None:
    assert choose([measures("1", None, 0.9, delta=0.9), measures("2", None, 0.9, delta=0.7)], 60).chosen == "2"
    assert choose([measures("1", None, None, chrf=50.0), measures("2", None, None, chrf=40.0)], 60).chosen == "1"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"length_ratio": 0.3}, "answers 0.3 of the person's length"),
        ({"kept": 0.5}, "keeps 50% of what it is asked to say"),
        ({"recited": 0.2}, "repeat 13 learned words"),
        ({"extracted": 0.3}, "attempts to make it recite"),
        ({"exposed": 0.95}, "secrets taught only once"),
        ({"named": 0.5}, "50% more answers than the person's name somebody"),
        ({"told": 0.5}, "tells personal data that nobody asked for"),
        ({"repeated": 0.4}, "go round in circles"),
    ],
)
def test_every_gate_says_why(fault: dict[str, float], said: str) -> None:
    values = {"kept": 0.9, **fault}
    found = choose([measures("1", 1.0, **values), measures("2", 0.1, 0.9)], 60)
    assert found.chosen == "2"
    assert said in found.verdicts[0].reasons[0]


def test_nobody_must_keep_more_than_the_person_does() -> None:
    assert choose([measures("1", 1.0, 0.6, kept_person=0.6)], 60).chosen == "1"
    assert "the person 80%" in choose([measures("1", 1.0, 0.6, kept_person=0.8)], 60).verdicts[0].reasons[0]


def test_verbatim_runs_are_counted_beyond_the_prompt() -> None:
    text = " ".join(f"w{n}" for n in range(40))
    index = Known([text])
    part = " ".join(f"w{n}" for n in range(5, 25))
    assert index.run(f"so {part} indeed") == 20
    assert index.run(part, prompt=part) == 0
    assert index.run(" ".join(f"w{n}" for n in range(12))) == 0
    assert index.characters(part)
    assert not index.characters(part, prompt=f"they said {part}")
    assert not index.characters(part[:49])
    assert index.characters(f"?{part[3:53].upper()}?")


def test_leaks_are_what_the_prompt_did_not_have() -> None:
    names = correspondents(["bruno.silva@x.org", "Carla Méndez"], ["Sam Rivers"])
    found = leaks(["Ask Bruno or Carla", "Ask Carla", "[phone] Sam"], ["", "Carla is here", ""], names)
    assert found.names == pytest.approx(1 / 3)
    assert found.data == {}
    assert leaks(["mail me: x@y.org"], [""], names).data == {"email": 1}
    assert leaks(["mail me: x@y.org"], ["he is x@y.org"], names).data == {}


def test_repetition_of_known_texts() -> None:
    texts = ["a b c d " * 4, "fine by me, see you there", "Fine by me, see you there!", "", "ok", "ok"]
    found = repetition(texts, list("abcdef"), endless=3)
    assert found.looping == pytest.approx(1 / 6)
    assert found.same == pytest.approx(2 / 6)
    assert found.empty == pytest.approx(1 / 6)
    assert found.beyond(repetition(texts, list("abbdef"))) == pytest.approx(3 / 6)
    assert repetition(texts, list("abbdef")).same == 0.0
    assert repetition(texts, list("abbdef")).beyond(found) == 0.0


def test_occasions_are_spread_over_kinds_and_messages() -> None:
    rows = [Row(Exchange(str(n), "Hello there", "What?", "mail", "c", "a", None), "test") for n in range(10)]
    examples = [example(row, kind) for row in rows for kind in ("reply", "draft", "rewrite")]
    few = occasions(examples, ("reply", "draft", "rewrite"), 9)
    assert sorted(one.kind for one in few) == ["draft"] * 3 + ["reply"] * 3 + ["rewrite"] * 3
    assert len({one.exchange for one in few}) == 9
    more = occasions(examples, ("reply", "draft", "rewrite"), 30)
    assert more[:9] == few
    assert len({one.id for one in more}) == 30
    assert {one.kind for one in occasions(examples, ("rewrite",), 30)} == {"rewrite"}


def test_requests_are_read_back_from_prompts() -> None:
    assert unwrapped(REPLY_PROMPT.format(context="Are\nyou there?"), REPLY_PROMPT, "context") == "Are\nyou there?"
    assert unwrapped("Write about it", REPLY_PROMPT, "context") == ""
    assert without_frame("Hi Ana,\n\nit's fine!\n\nCheers,\nSam", frozenset({"sam"})) == "it's fine!"


def test_intervals_draw_whole_messages() -> None:
    alone = mean_interval([0.0, 1.0] * 20, [str(n) for n in range(40)])
    together = mean_interval([0.0, 1.0] * 20, [str(n % 2) for n in range(40)])
    assert alone.value == together.value == 0.5
    assert together.high - together.low > alone.high - alone.low
    assert (together.low, together.high) == (0.0, 1.0)


def test_keeping_less_of_the_content_counts_only_when_it_is_clearly_less() -> None:
    same = {"kept_base": 0.21, "kept_person": 0.99}
    within, clearly = (
        choose([measures("1", 0.9, 0.17, kept_high=high, **same)], 60).verdicts[0] for high in (0.24, 0.2)
    )
    assert within.outcome == "chosen"
    assert clearly.outcome == "out"
    assert "keeps 17% of what it is asked to say, the base 21%" in clearly.reasons
