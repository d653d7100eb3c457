"""From a store to a published dataset."""

from __future__ import annotations

import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import likeness
from likeness.core import artefacts
from likeness.core.errors import Busy, EngineMissing, InputError, NotFound, NotReady, TooFewExamples
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.prompts import SYSTEM_PROMPT
from likeness.core.recipes import presets
from likeness.core.store import Store
from likeness.core.types import Message
from likeness.write import corpus, dataset, dedupe, helpers, pair
from likeness.write.edition import edition
from likeness.write.prepare import latest_dataset, prepare
from likeness.write.recipe import PrepareRecipe, prepare_recipe

START = datetime(2019, 3, 1, 9, tzinfo=UTC)
TOPICS = [
    *("roof", "boat", "garden", "letter", "museum", "dinner", "train", "harbour"),
    *("piano", "winter", "bread", "window", "river", "market", "lamp"),
]
VERBS = ["paint", "move", "forget", "sell", "open", "carry", "find", "repair", "visit", "write", "borrow", "clean"]


def recipe(**changes: object) -> PrepareRecipe:
    return prepare_recipe("standard", **{"writer": "builtin.double", **changes})


def mail(number: int, body: str, **changes: object) -> Message:
    values: dict[str, object] = {
        "source": "mbox",
        "conversation": f"thread{number}",
        "sender": "ana@example.org",
        "sender_name": "Ana Souza",
        "sent_at": START + timedelta(days=number),
        "body": body,
        "from_owner": True,
        "recipients": ("ben@example.org",),
        "subject": f"Re: matter {number}",
        "native_id": f"a{number}@host",
        **changes,
    }
    return Message(id=f"m{number}-{values['native_id']}", **values)  # type: ignore[arg-type]


def thread(number: int) -> list[Message]:
    topic, verb = TOPICS[number % len(TOPICS)], VERBS[number % len(VERBS)]
    said = " ".join(random.Random(number).choices(TOPICS + VERBS, k=9))
    question = mail(
        number,
        f"Did you {verb} the {topic} number {number * 13}? My number is 020 7946 0958.\n\nBen",
        sender="ben@example.org", sender_name="Ben Ode", from_owner=False, recipients=("ana@example.org",),
        native_id=f"b{number}@host", subject=f"matter {number}",
    )  # fmt: skip
    answer = mail(
        number,
        f"Hi Ben,\n\nI did {verb} the {topic} on day {number}, & it's the {said} I can't find. "
        f"Ring 07700 900{100 + number} or write to ana{number}@example.com.\n\nCheers,\nAna\n\n"
        f"On Friday 1 March 2019, Ben Ode <ben@example.org> wrote:\n> {question.body.splitlines()[0]}\n",
        reply_to=question.native_id,
        sent_at=START + timedelta(days=number, hours=2),
    )
    return [question, answer]


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    home = Home(tmp_path / "people").create("ana", "Ana Souza")
    home.confirm(["ana@example.org", "Ana Souza"])
    return home


def fill(home: PersonHome, messages: list[Message]) -> None:
    with Store.open(home.store) as store:
        store.add(messages)


def threads(count: int) -> list[Message]:
    return [message for number in range(count) for message in thread(number)]


def test_a_dataset_is_published_with_everything_in_it(home: PersonHome) -> None:
    messages = threads(90)
    noise = [
        mail(900, "Ok", reply_to="b1@host"),
        mail(901, "I am away.", subject="Out of office", automated=True),
        mail(902, messages[1].body),
    ]
    fill(home, [*messages, *noise])
    last = drain(prepare(home, recipe()))[-1]
    folder = latest_dataset(home)
    assert (last.stage, last.note) == ("prepared", folder.name)
    measures = artefacts.load(folder).measures
    assert measures["messages"] == {"read": 183, "owner": 93, "kept": 90}
    assert measures["dropped"] == {"automatic mail": 1, "near-duplicate": 1, "one word": 1}
    assert measures["paired_share"] >= 0.98
    assert measures["examples"]["kind"] == {"draft": 90, "reply": 90, "rewrite": 90}
    assert measures["personal_data_left"] == {}
    rows = list(dataset.exchanges(folder))
    first = next(row for row in rows if "day 0" in row.exchange.text)
    assert first.exchange.context == "Did you paint the roof number 0? My number is [phone].\n\nBen"
    assert (first.exchange.greeting, first.exchange.sign_off) == ("Hi Ben,", "Cheers,\nAna")
    assert first.exchange.text.endswith("Ring [phone] or write to [email].")
    assert first.copies == 2
    assert not any("wrote" in row.exchange.text or "900" in row.exchange.text for row in rows)


def test_training_files_agree_with_the_examples(home: PersonHome) -> None:
    fill(home, threads(80))
    drain(prepare(home, recipe()))
    folder = latest_dataset(home)
    examples = list(dataset.examples(folder))
    chatml = [json.loads(line) for line in (folder / "dataset.chatml.jsonl").read_text("utf-8").splitlines()]
    sharegpt = [json.loads(line) for line in (folder / "dataset.sharegpt.jsonl").read_text("utf-8").splitlines()]
    splits = {name: (folder / f"{name}.chatml.jsonl").read_text("utf-8").splitlines() for name in dataset.SPLITS}
    assert [row["messages"][2]["content"] for row in chatml] == [example.completion for example in examples]
    assert [row["conversations"][1]["value"] for row in sharegpt] == [example.prompt for example in examples]
    assert {row["messages"][0]["content"] for row in chatml} == {SYSTEM_PROMPT}
    assert {row["conversations"][0]["value"] for row in sharegpt} == {SYSTEM_PROMPT}
    assert sum(len(lines) for lines in splits.values()) == len(examples) == len(sharegpt)
    assert all(splits.values())
    with Store.open(home.store) as store:
        assert all(store.message(id) for example in examples for id in example.message_ids)
    modes = {path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {0o600}


def test_nothing_leaks_from_train_to_test(home: PersonHome) -> None:
    fill(home, threads(90))
    drain(prepare(home, recipe()))
    rows = list(dataset.exchanges(latest_dataset(home)))
    sides: dict[str, set[str]] = {}
    for row in rows:
        sides.setdefault(row.exchange.conversation, set()).add(row.split)
    assert all(len(side) == 1 for side in sides.values())
    pairs = dedupe.near_duplicates([row.exchange.text for row in rows])
    assert all(rows[i].split == rows[j].split for i, j in pairs.tolist())
    latest_train = max(row.exchange.sent_at for row in rows if row.split == "train" and row.exchange.sent_at)
    assert all(row.exchange.sent_at > latest_train for row in rows if row.split == "test" and row.exchange.sent_at)


def test_the_same_again_is_found_and_new_messages_make_a_new_one(home: PersonHome) -> None:
    fill(home, threads(80))
    drain(prepare(home, recipe()))
    folder = latest_dataset(home)
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
    again = drain(prepare(home, recipe()))
    assert [event.stage for event in again if event.stage != "read"] == ["prepared"]
    assert latest_dataset(home) == folder
    assert files == {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
    fill(home, thread(200))
    drain(prepare(home, recipe()))
    assert latest_dataset(home) != folder


def test_two_homes_with_the_same_messages_get_the_same_files(home: PersonHome, tmp_path: Path) -> None:
    other = Home(tmp_path / "others").create("ana", "Ana Souza")
    other.confirm(["ana@example.org", "Ana Souza"])
    for one, messages in ((home, threads(80)), (other, threads(80)[::-1])):
        fill(one, messages)
        drain(prepare(one, recipe()))
    a, b = latest_dataset(home), latest_dataset(other)
    assert a.name == b.name
    for name in (dataset.EXCHANGES, dataset.EXAMPLES, "dataset.chatml.jsonl"):
        assert (a / name).read_bytes() == (b / name).read_bytes()


def test_too_few_are_refused_with_the_reason(home: PersonHome) -> None:
    fill(home, [*threads(10), mail(900, "Ok")])
    with pytest.raises(TooFewExamples, match=r"only 30 examples .* 200 are needed .*one word") as refused:
        drain(prepare(home, recipe()))
    assert "--allow-small" in refused.value.hint
    assert list(home.datasets.iterdir()) == []
    drain(prepare(home, recipe(), allow_small=True))
    assert latest_dataset(home).is_dir()
    with pytest.raises(TooFewExamples):
        drain(prepare(home, recipe()))


def test_stopped_at_any_moment_it_leaves_no_half_dataset(home: PersonHome) -> None:
    fill(home, threads(80))
    events = len(drain(prepare(home, recipe())))
    done = latest_dataset(home)
    fill(home, thread(300))
    for stop in range(1, events, 6):
        job = prepare(home, recipe())
        for _ in range(stop):
            next(job)
        job.close()  # type: ignore[attr-defined]
        assert latest_dataset(home) == done
        assert all(path.name.startswith(".") or (path / "manifest.json").is_file() for path in home.datasets.iterdir())


def test_missing_things_are_named(home: PersonHome) -> None:
    with pytest.raises(NotReady, match="imported"):
        drain(prepare(home, recipe()))
    with pytest.raises(NotFound):
        latest_dataset(home)
    fill(home, [thread(1)[0]])
    with pytest.raises(NotReady, match="none of the 1 messages"):
        drain(prepare(home, recipe()))
    fill(home, threads(5))
    with pytest.raises(EngineMissing):
        drain(prepare(home, recipe(writer="nobody"), allow_small=True))


def test_names_of_others_go_when_the_recipe_says_so(home: PersonHome) -> None:
    fill(home, threads(10))
    drain(prepare(home, recipe(redact_names=True), allow_small=True))
    row = next(dataset.exchanges(latest_dataset(home)))
    assert row.exchange.greeting == "Hi [name],"
    assert row.exchange.context.endswith("[name]")
    assert row.exchange.sign_off == "Cheers,\nAna"


def test_an_own_mail_quoted_without_a_mark_is_no_new_text(home: PersonHome) -> None:
    earlier = "the boat we looked at last week is still for sale, and the man says he would take less for it in winter."
    first = mail(900, f"Hello Ben,\n\n{earlier}\n\nAna")
    again = mail(
        901, f"did you get my mail about the boat?\n\n{earlier}\n\nAna", conversation="thread900", native_id="a901@host"
    )
    fill(home, [message for number in range(40) for message in thread(number)] + [first, again])
    list(prepare(home, recipe(), allow_small=True))
    texts = {row.exchange.message_ids: row.exchange.text for row in dataset.exchanges(latest_dataset(home))}
    assert earlier in texts[(first.id,)]
    assert texts[(again.id,)] == "did you get my mail about the boat?"


def test_chats_are_merged_into_bursts_and_traced(home: PersonHome) -> None:
    def said(number: int, sender: str, text: str, minutes: float) -> Message:
        at = START + timedelta(minutes=minutes)
        return Message(f"w{number}", "whatsapp", "chat", sender, at, text, sender == "Ana Souza", sender_name=sender)

    fill(
        home,
        [
            said(1, "Ben", "are you coming tonight?", 0),
            said(2, "Ben", "<Media omitted>", 1),
            said(3, "Ana Souza", "yes I am", 2),
            said(4, "Ana Souza", "but a bit late", 3),
            said(5, "Ana Souza", "<Media omitted>", 4),
            said(6, "Ben", "fine", 60),
            said(7, "Ana Souza", "ok", 61),
        ],
    )
    drain(prepare(home, recipe(), allow_small=True))
    rows = list(dataset.exchanges(latest_dataset(home)))
    assert [(row.exchange.text, row.exchange.context) for row in rows] == [
        ("yes I am\nbut a bit late", "are you coming tonight?")
    ]
    assert rows[0].exchange.message_ids == ("w3", "w4")
    assert rows[0].exchange.channel == "whatsapp"
    measures = artefacts.load(latest_dataset(home)).measures
    assert measures["dropped"] == {"media placeholder": 1, "one word": 1}


def chat(count: int, conversation: str = "chat") -> list[Message]:
    """A group in which some replies name a message of long ago."""
    chance = random.Random(count)
    people = ("Ben", "Cleo", "Ana Souza", "Ana Souza")
    said = []
    for i in range(count):
        sender = chance.choice(people)
        named = f"{conversation}/{chance.randrange(i)}" if i and chance.random() < 0.2 else ""
        text = " ".join(chance.choices(TOPICS + VERBS, k=8))
        said.append(
            Message(
                f"{conversation}{i}", "whatsapp", conversation, sender, START + timedelta(minutes=7 * i), text,
                sender == "Ana Souza", sender_name=sender, native_id=f"{conversation}/{i}", reply_to=named,
            )
        )  # fmt: skip
    return said


def test_a_long_chat_is_read_a_window_at_a_time(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(home, [*chat(400), *chat(300, "other")])
    drain(prepare(home, recipe(), allow_small=True))
    whole = list(dataset.exchanges(latest_dataset(home)))
    by_id = {message.id: message for message in [*chat(400), *chat(300, "other")]}
    named = [row.exchange for row in whole if by_id[row.exchange.message_ids[0]].reply_to]
    assert len(named) > 40
    for exchange in named:
        assert by_id[exchange.context_ids[0]].native_id == by_id[exchange.message_ids[0]].reply_to
    for folder in home.datasets.iterdir():
        shutil.rmtree(folder)
    monkeypatch.setattr(corpus, "_LOOKED_AHEAD", 20)
    monkeypatch.setattr(pair, "_NAMED_AT_ONCE", 3)
    drain(prepare(home, recipe(), allow_small=True))
    assert list(dataset.exchanges(latest_dataset(home))) == whole


def test_the_number_of_helpers_changes_nothing(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(home, [*threads(60), *chat(300)])
    made = []
    for count in (0, 2):
        monkeypatch.setattr(helpers, "useful", lambda items, worthwhile, count=count: count)
        drain(prepare(home, recipe()))
        folder = latest_dataset(home)
        measures = artefacts.load(folder).measures
        files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
        made.append((folder.name, measures, files))
        shutil.rmtree(folder)
    assert made[0] == made[1]


def test_everything_becomes_examples_when_asked(home: PersonHome) -> None:
    fill(home, threads(90))
    drain(prepare(home, recipe(token_budget=1000), allow_small=True))
    some = artefacts.load(latest_dataset(home)).measures
    drain(prepare(home, recipe(token_budget=1000, everything=True)))
    everything = artefacts.load(latest_dataset(home)).measures
    assert some["selected"]["tokens"] <= 1000 < some["available"]["tokens"]
    assert everything["selected"] == everything["available"] == some["available"]
    assert everything["examples"]["total"] == 270
    assert "diversity" not in everything


def test_what_was_chosen_is_told_against_what_there_is(home: PersonHome) -> None:
    fill(home, threads(90))
    drain(prepare(home, recipe(token_budget=1500), allow_small=True))
    measures = artefacts.load(latest_dataset(home)).measures
    for name, histogram in measures["histograms"].items():
        total = {key: sum(line[key] for line in histogram.values()) for key in next(iter(histogram.values()))}
        assert total == {
            "corpus": measures["available"]["messages"], "corpus_tokens": measures["available"]["tokens"],
            "selected": measures["selected"]["messages"], "selected_tokens": measures["selected"]["tokens"],
        }, name  # fmt: skip
    chosen, chance, longest = (measures["diversity"][name] for name in ("chosen", "random", "longest"))
    assert longest["messages"] <= chance["messages"]
    assert max(chance["tokens"], longest["tokens"]) <= chosen["tokens"]
    assert chosen["distinct_words"] >= chance["distinct_words"]
    assert 0 < chosen["similarity"] < 1


def test_a_changed_cleaner_makes_the_dataset_anew(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(home, threads(80))
    drain(prepare(home, recipe()))
    first = latest_dataset(home)
    monkeypatch.setattr("likeness.write.prepare.edition", lambda writer: "another")
    drain(prepare(home, recipe()))
    assert latest_dataset(home) != first
    assert artefacts.load(latest_dataset(home)).extra == {"pipeline": "another"}


def test_the_edition_is_that_of_the_stages_and_of_the_writer(tmp_path: Path) -> None:
    root = tmp_path / "likeness"
    for part in ("core", "write"):
        shutil.copytree(
            Path(likeness.__file__).parent / part, root / part, ignore=shutil.ignore_patterns("__pycache__")
        )
    now = edition("builtin.double", root)
    assert now == edition("builtin.double")
    assert now != edition("builtin.recall", root)
    (root / "write" / "ingest.py").write_text("# reading archives is no stage of it\n")
    assert edition("builtin.double", root) == now
    for name in ("write/clean/quotes.py", "write/redact/contact.py", "write/dedupe.py", "core/types.py"):
        before = edition("builtin.double", root)
        with (root / name).open("a") as handle:
            handle.write("# changed\n")
        assert edition("builtin.double", root) != before
    (root / "write" / "clean" / "new.py").write_text("")
    assert edition("builtin.double", root) != before


def test_a_second_preparation_at_the_same_time_is_refused(home: PersonHome) -> None:
    fill(home, threads(80))
    job = prepare(home, recipe())
    next(job)
    with pytest.raises(Busy):
        drain(prepare(home, recipe()))
    assert drain(job)[-1].stage == "prepared"


def test_every_preset_is_whole_and_bad_options_are_named() -> None:
    assert {prepare_recipe(name).preset for name in presets("prepare")} == {"quick", "standard", "thorough"}
    with pytest.raises(InputError, match="no preset"):
        prepare_recipe("best")
    with pytest.raises(InputError, match="valid_share"):
        prepare_recipe(valid_share=2)
    with pytest.raises(InputError, match="colour"):
        prepare_recipe(colour=1)
