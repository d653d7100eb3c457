"""The built-in writer learns a made-up person's habits and uses them: rewrites, drafts, provenance, errors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from likeness.core import spans
from likeness.core.errors import InputError, LikenessError, NotFound, NotReady
from likeness.core.types import Draft, Exchange, WriteRequest
from likeness.engines.builtin.recall.engine import RecallEngine
from likeness.write import dataset
from likeness.write.dataset import Row
from likeness.write.train import train_recipe

OPENINGS = ("thanks a lot for", "sorry about", "could you send me", "I don't need", "maybe we can't keep", "it's about")
THINGS = ("the draft", "the slides", "your notes", "the photos", "the map", "the boxes", "the key", "the tickets")
ENDS = ("it's really late!", "I'll check", "that's fine!", "we're not in a hurry", "I can't open it", "you're a star!")


def corpus() -> list[Row]:
    rows = []
    for number in range(120):
        opening, thing = OPENINGS[number % 6], THINGS[number * 7 % 8]
        question = "?" if opening.startswith("could") else "!"
        text = f"{opening} {thing}{question} {ENDS[number // 2 % 6]}"
        who, greeting, close = [("ana@x.org", "hiya Ana,", "cheers,\nSam"), ("Bo", "", "")][number % 2]
        exchange = Exchange(
            id=str(number),
            text=text if number % 6 else f"{text[:-1]}! so kind of you.",
            context="Shall we look at the harbour plans on Friday?" if number % 6 == 3 else "",
            channel="mail" if number % 2 == 0 else "whatsapp",
            conversation=str(number // 4),
            correspondent=who,
            sent_at=datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=number),
            greeting=greeting,
            sign_off=close,
            message_ids=(f"m{number}",),
        )
        rows.append(Row(exchange, "train"))
    secret = Exchange("x", "ring me on [phone] about the zeppelin!", "", "mail", "z", "ana@x.org", None)
    return [*rows, Row(secret, "train"), Row(Exchange("t", "unseen elephants!", "", "mail", "t", "", None), "test")]


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data, out = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("out")
    dataset.save_exchanges(data, corpus())
    events = list(RecallEngine.train(data, train_recipe().model_dump(), out))
    assert {event.stage for event in events} >= {"habits", "pairs", "edits", "memory"}
    return out


@pytest.fixture
def engine(adapter: Path) -> Iterator[RecallEngine]:
    with RecallEngine.open(adapter) as opened:
        yield opened


def text(draft: Draft) -> str:
    return "".join(draft.pieces)


def test_rewrite_applies_what_was_learned_and_keeps_content(engine: RecallEngine) -> None:
    plain = "I do not need the 3 boxes from Ana. It is at https://x.org/a. We are not in a hurry."
    draft = engine.write(WriteRequest("rewrite", plain, channel="mail", recipient="Ana"))
    made = text(draft)
    assert "I don't need the 3 boxes from Ana" in made
    assert "we're not in a hurry" in made
    assert spans.lost(plain, made) == []
    assert draft.provenance.method == "rewritten"
    assert draft.provenance.details["edits"]


def test_the_same_request_gives_the_same_text(engine: RecallEngine) -> None:
    request = WriteRequest("rewrite", "It is fine. I will check. I do not know.", temperature=0.8, seed=7)
    assert text(engine.write(request)) == text(engine.write(request))


def test_assistant_text_loses_its_manner(engine: RecallEngine) -> None:
    body = "I would like to thank you. Additionally, it is not possible to utilize the map."
    given = f"Dear Ana,\n\n{body}\n\nBest regards,\nSam"
    made = text(engine.write(WriteRequest("rewrite", given, channel="mail", recipient="ana@x.org")))
    assert made.startswith("hiya Ana,")
    assert made.endswith("cheers,\nSam")
    assert "utilize" not in made
    assert "Additionally" not in made


def test_words_of_a_given_text_stay_where_no_habit_is_known(engine: RecallEngine) -> None:
    made = text(engine.write(WriteRequest("rewrite", "The grey colour is great. We need to fix it. This is big.")))
    for word in ("grey", "colour", "great", "fix"):
        assert word in made
    assert "this's" not in made.lower()


def test_a_name_first_seen_in_the_request_keeps_its_capital(engine: RecallEngine) -> None:
    made = text(engine.write(WriteRequest("draft", "Tell Ana that Tilly is ill", recipient="Ana")))
    assert "Tilly is ill" in made


def test_who_spells_as_in_britain_does_so_in_words_they_never_used() -> None:
    from likeness.engines.builtin.recall import edits, sites
    from likeness.engines.builtin.recall.neutralise import neutralise
    from likeness.engines.builtin.recall.sites import Situation
    from likeness.engines.builtin.recall.tokens import join, tokenise

    place = Situation("mail", "")
    own = [f"my favourite colour is grey, I realise number {n}." for n in range(9)]
    model = edits.learn([sites.pair(neutralise(line), line, place, frozenset()) for line in own])
    tokens, _ = tokenise("We organize it. Check the program.", frozenset())
    assert "organise" in join(model.apply(tokens, [], place))
    assert "Check the program" in join(model.apply(tokens, [], place))


def test_draft_thanks_as_the_person_thanks(engine: RecallEngine) -> None:
    request = WriteRequest("draft", "Thank Ana for the 4 photos and say you cannot open them", recipient="Ana")
    draft = engine.write(request)
    made = text(draft)
    assert made.startswith("hiya Ana,\n\n")
    assert "thanks a lot for the 4 photos" in made.lower()
    assert "I can't open them" in made
    assert made.endswith("cheers,\nSam")
    assert draft.provenance.method == "recalled"
    assert draft.provenance.message_ids
    assert "not invented" in draft.provenance.note


def test_draft_for_a_chat_has_no_frame(engine: RecallEngine) -> None:
    made = text(
        engine.write(WriteRequest("draft", "ask Bo whether he is free on 3 May", recipient="Bo", channel="whatsapp"))
    )
    assert made.lower().startswith("are you free on 3 may?")
    assert "cheers" not in made


def test_draft_recalls_a_message_on_the_topic(engine: RecallEngine) -> None:
    draft = engine.write(WriteRequest("draft", "Write a message about the tickets", channel="mail"))
    assert "tickets" in text(draft)
    assert draft.provenance.method == "recalled"


def test_nothing_alike_is_said_to_be_composed(engine: RecallEngine) -> None:
    draft = engine.write(WriteRequest("draft", "Write an email about quantum elephants", channel="mail"))
    assert draft.provenance.method == "composed"
    assert "quantum elephants" in text(draft)


def test_placeholders_and_held_out_messages_never_come_out(engine: RecallEngine, adapter: Path) -> None:
    for topic in ("the zeppelin", "unseen elephants", "ringing on the phone"):
        assert "[phone]" not in text(engine.write(WriteRequest("draft", f"Write a message about {topic}")))
    assert not any(b"unseen elephants" in path.read_bytes() for path in adapter.iterdir())
    assert b"[phone]" not in (adapter / "memory.sqlite").read_bytes()


@pytest.mark.parametrize(
    ("reference", "starts_lower", "ends"),
    [("hello there. we met. it went well", True, "k"), ("Hello there! We met! It went well!", False, "!")],
)
def test_style_reference_is_followed(engine: RecallEngine, reference: str, starts_lower: bool, ends: str) -> None:
    request = WriteRequest("rewrite", "The list is here. I will check.", style_reference=reference)
    made = text(engine.write(request))
    assert made[0].islower() is starts_lower
    assert made.endswith(ends)


def test_the_longest_length_is_kept(engine: RecallEngine) -> None:
    assert len(text(engine.write(WriteRequest("rewrite", "word " * 200, max_characters=50)))) <= 50


def test_without_an_adapter_only_plain_tasks_work() -> None:
    with RecallEngine.open() as engine:
        with pytest.raises(NotReady):
            engine.write(WriteRequest("rewrite", "hello"))
        with pytest.raises(InputError):
            engine.write(WriteRequest("neutralise", "  "))


def test_a_missing_or_damaged_adapter_is_an_error_with_a_hint(adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        RecallEngine.open(tmp_path)
    for path in adapter.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "edits.json").write_text("{")
    with pytest.raises(InputError) as error:
        RecallEngine.open(tmp_path)
    assert error.value.hint


@pytest.mark.parametrize("line", ["{", '{"split": "train"}', '{"split": "train", "text": 3}', "[]"])
def test_a_damaged_dataset_is_an_error_and_no_traceback(tmp_path: Path, line: str) -> None:
    (tmp_path / "exchanges.jsonl").write_text(line + "\n")
    with pytest.raises(LikenessError):
        list(RecallEngine.train(tmp_path, train_recipe().model_dump(), tmp_path))


@pytest.mark.parametrize(
    "request_text",
    [
        "",
        "?",
        "thank",
        "say",
        "tell Ana",
        "Write",
        "reply to",
        "ask whether",
        "decline",
        "🙂🙂",
        "a" * 3000,
        "to to to and and",
    ],
)
def test_odd_requests_still_give_a_text(engine: RecallEngine, request_text: str) -> None:
    assert text(engine.write(WriteRequest("draft", request_text, context="Are you coming?"))).strip()
