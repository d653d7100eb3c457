"""An example can be traced to the very messages it came from."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core.errors import InputError, NotFound
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.settings import settings
from likeness.core.store import Store
from likeness.core.types import Message
from likeness.write import dataset, trace
from likeness.write.prepare import latest_dataset, prepare
from likeness.write.recipe import prepare_recipe

THINGS = ["roof", "boat", "garden", "letter", "museum", "dinner"]


@pytest.fixture
def home() -> PersonHome:
    made = Home(settings().home).create("sam")
    made.confirm(["sam@example.org"])
    messages = []
    for i, thing in enumerate(THINGS):
        for mine in (False, True):
            people = ("ben@example.org", "sam@example.org")
            said = f"I will see to the {thing} myself\x1b[2J on day {i}." if mine else f"And what about the {thing}?"
            sent_at = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=i, hours=mine)
            sender, other = people[mine], people[not mine]
            one = Message(f"{i}{'mb'[mine]}-{thing}", "mbox", f"t{i}", sender, sent_at, said, mine, recipients=(other,))
            answered = f"{i}b@host" if mine else ""
            native = f"{i}{'bm'[mine]}@host"
            messages.append(replace(one, native_id=native, reply_to=answered, where=f"all.mbox:offset {i}"))
    with Store.open(made.store) as store:
        store.add(messages)
    drain(prepare(made, prepare_recipe("standard", writer="builtin.double"), allow_small=True))
    return made


def test_an_example_leads_to_what_was_written_and_what_it_answers(home: PersonHome) -> None:
    reply = next(one for one in dataset.examples(latest_dataset(home)) if one.kind == "reply")
    found = trace.trace(home, reply.id)
    assert found.row is not None
    assert found.row.exchange.id == reply.exchange_id
    assert [one.id for one in found.messages] == list(reply.message_ids)
    assert [one.from_owner for one in (*found.messages, *found.context)] == [True, False]
    assert found.context[0].native_id == found.messages[0].reply_to
    assert found.lost == ()


def test_the_beginning_of_an_id_is_enough_when_it_is_one_ones(home: PersonHome) -> None:
    ids = [one.id for one in dataset.examples(latest_dataset(home))]
    assert trace.trace(home, ids[0][: len(ids[0]) - 2]).example.id == ids[0]
    with pytest.raises(InputError, match=r"examples of writing-\w+ begin with"):
        trace.trace(home, ids[0].split("-")[0])
    for unknown in ("nothing", ""):
        with pytest.raises(NotFound):
            trace.trace(home, unknown)
    with pytest.raises(NotFound, match="no dataset"):
        trace.trace(home, ids[0], "other")
    assert trace.trace(home, ids[0], latest_dataset(home).name).example.id == ids[0]


def test_what_is_not_in_the_store_any_more_is_named(home: PersonHome) -> None:
    reply = next(one for one in dataset.examples(latest_dataset(home)) if one.kind == "reply")
    with Store.open(home.store) as store, store._transaction() as connection:
        connection.execute("DELETE FROM messages")
    found = trace.trace(home, reply.id)
    assert found.messages == found.context == ()
    assert reply.message_ids[0] in found.lost
    assert len(found.lost) == 2


def test_messages_are_found_by_the_beginning_of_their_id(home: PersonHome) -> None:
    with Store.open(home.store) as store:
        assert trace.message(store, "0b-").body.startswith("I will see to the roof")
        with pytest.raises(InputError, match="0b-roof, 0m-roof"):
            trace.message(store, "0")
        for unknown in ("x", "", "%"):
            with pytest.raises(NotFound):
                trace.message(store, unknown)


def test_the_command_prints_it_all_and_nothing_a_terminal_obeys(home: PersonHome) -> None:
    run = CliRunner()
    reply = next(one for one in dataset.examples(latest_dataset(home)) if one.kind == "reply")
    shown = run.invoke(app, ["show", "example", reply.id])
    for part in (reply.id, reply.split, "Prompt", "Completion", "Answers", "Made of", "all.mbox:offset", "2021-01"):
        assert part in shown.stdout
    assert "\x1b" not in shown.stdout
    told = json.loads(run.invoke(app, ["show", "example", reply.id, "--json"]).stdout)
    assert told["example"]["id"] == reply.id
    assert told["context"][0]["body"].startswith("And what about")
    message = run.invoke(app, ["show", "message", reply.message_ids[0]])
    assert "you to ben@example.org (mbox, all.mbox:offset" in message.stdout
    assert json.loads(run.invoke(app, ["show", "message", "1b", "--json"]).stdout)["id"] == "1b-boat"
