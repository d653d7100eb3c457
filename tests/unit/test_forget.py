"""Forgetting: nothing of a person is left in any file of the home, and nothing of anybody else is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core import artefacts, files
from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError, NotFound, NotReady
from likeness.core.events import Event, drain
from likeness.core.home import Home, PersonHome
from likeness.core.settings import settings
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.engines.builtin.double import DoubleEngine
from likeness.server.keys import Keys
from likeness.write import dataset, meaning, runs
from likeness.write.forget import find, finish, forget, preview
from likeness.write.forget.returning import Forgotten
from likeness.write.generate import adapter_folder
from likeness.write.prepare import prepare
from likeness.write.recipe import prepare_recipe
from likeness.write.search import search
from likeness.write.shown import PAGE, SHOWN
from likeness.write.train import train

ANA, ANA_WORK, BEN, ME = "ana@example.org", "souza@work.example", "ben@example.org", "sam@example.org"
PLANTED = ("xylograph", "quartzite", "velocipede", "zeppelinly")
WORDS = [
    *("roof", "boat", "garden", "letter", "museum", "dinner", "train", "harbour"),
    *("piano", "winter", "bread", "window", "river", "market", "lamp"),
]


def mail(number: int, body: str, sender: str, to: tuple[str, ...], **changes: object) -> Message:
    values: dict[str, object] = {
        "source": "mbox",
        "conversation": f"thread{number}",
        "sender_name": {ANA: "Ana Souza", ANA_WORK: "Ana Souza", BEN: "Ben Ode", ME: "Sam Quill"}.get(sender, ""),
        "sent_at": datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=number),
        "from_owner": sender == ME,
        "subject": f"matter {number}",
        "native_id": f"n{number}@host",
        "where": f"all.mbox:offset {number}",
        **changes,
    }
    return Message(id=f"m{number:05d}", sender=sender, recipients=to, body=body, **values)  # type: ignore[arg-type]


def sentence(number: int) -> str:
    return " ".join(f"{WORDS[(number * k + k) % len(WORDS)]}{number % 7}" for k in range(1, 13))


def chat(number: int, body: str, sender: str, title: str, people: tuple[str, ...]) -> Message:
    made = mail(number, body, sender, tuple(p for p in people if p != sender), source="whatsapp", subject="")
    return replace(made, conversation=f"whatsapp:{title}", sender_name=sender, from_owner=sender == "Sam")


def archive() -> list[Message]:
    """Ben and Sam write a lot; Ana's words (planted) are in mail from two addresses, in chats, and quoted by others."""
    made = []
    for i in range(0, 60, 2):
        made.append(mail(i, f"{sentence(i)} and what of it?", BEN, (ME,)))
        reply = f"{sentence(i + 1)} is what I say to that, every time."
        made.append(mail(i + 1, reply, ME, (BEN,), reply_to=f"n{i}@host", conversation=f"thread{i}"))
    ana = "A xylograph by the quartzite wall is what I would like to have, and soon."
    quoted = f"On Monday Ana wrote:\n> {ana}"
    made += [
        mail(500, ana, ANA, (ME, BEN)),
        mail(501, f"I will bring it along, I promise.\n\n{quoted}", ME, (ANA,), reply_to="n500@host"),
        mail(502, f"So will I, believe me or not.\n\n{quoted}", BEN, (ME, ANA), references=("n500@host", "n9@host")),
        mail(503, f"Fine then, see you both on Friday evening.\n\n{quoted}", ME, (BEN,), reply_to="n502@host"),
        mail(504, "See what she wants?\n\n>A xylograph by the quartzite\n> wall is what I would like", BEN, (ME,)),
        mail(505, "The velocipede is mine, so give it back to me at once please.", ANA_WORK, (ME,)),
        mail(506, "I have no velocipede of yours and never had one, sorry about that.", ME, (ANA_WORK,)),
        mail(507, "Ana Souza called about the lamp, please call her back today.", BEN, (ME,)),
        chat(600, "zeppelinly late, as ever", "Ana Souza", "Ana Souza", ("Ana Souza", "Sam")),
        chat(601, "so I see, zeppelinly it is", "Sam", "Ana Souza", ("Ana Souza", "Sam")),
        chat(602, "who brings the velocipede?", "Ana Souza", "Book club", ("Ana Souza", "Ben", "Sam")),
        chat(603, "I bring the bread and two lamps", "Sam", "Book club", ("Ana Souza", "Ben", "Sam")),
        chat(604, "and I the wine", "Ben", "Book club", ("Ana Souza", "Ben", "Sam")),
    ]  # fmt: skip
    return made


GONE = {f"m{n:05d}" for n in (500, 501, 502, 503, 504, 505, 506, 600, 601, 602)}


@pytest.fixture
def home() -> PersonHome:
    """Everything a home can hold: vectors, a dataset, the built-in adapter, a foreign one, a job that named her."""
    made = Home(settings().home).create("sam", "Sam Quill")
    made.confirm([ME, "Sam"])
    with Store.open(made.store) as store:
        record = store.begin_import("whatsapp", "WhatsApp Chat with Ana Souza.zip", "f", 1)
        assert record.path.endswith("Souza.zip")
        messages = archive()
        for start in range(0, len(messages), 10):
            store.add(messages[start : start + 10])
        drain(meaning.index(store, DoubleEngine()))
        job = store.add_job("import", "likeness.x:y", {"path": "Ana Souza.zip"})
        store.add_job_event(job.id, Event("read", note="Ana Souza: quartzite"))
        store.finish_job(job.id, "done", result={"note": "Ana Souza.zip"})
    recipe = prepare_recipe("standard", writer="builtin.double", minimum_examples=1)
    drain(prepare(made, recipe, allow_small=True))
    drain(train(made, {}))
    drain(train(made, {}, "builtin.double"))
    for folder, _ in artefacts.listed(made.adapters):
        for shown in ("evaluation.json", SHOWN, PAGE):
            (folder / shown).write_text('{"samples": ["xylograph"]}')
    name = artefacts.listed(made.datasets)[0][0].name
    for run, of in (("torch-1", name), ("torch-2", "elsewhere")):
        folder = files.private_folder(made.runs / run)
        runs.save_note(folder, runs.Note(of, "torch", "tiny", "smoke", "2020-01-01"))
        (folder / SHOWN).write_text('{"row": [["xylograph", true]]}')
    with artefacts.publish(made.adapters / "torch-3") as folder:
        files.write_text(files.private_folder(folder / "base") / "tokenizer.json", '{"xylograph": 301}')
        Manifest("adapter", "torch-3", engine="torch", form="lora", parents=(name,)).save(folder)
    return made


def files_with(root: Path, *words: str) -> list[str]:
    """Files below ``root`` whose bytes hold any of ``words``, in any case, plain or escaped as JSON may."""
    return sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and any(word.encode() in path.read_bytes().lower() for word in words)
    )


def forget_ana(home: PersonHome, asked: str = "ana@example.org", *, mentions: bool = False) -> list[Event]:
    with Store.open(home.store) as store:
        return drain(forget(home, store, preview(home, store, asked, mentions=mentions)))


def test_no_byte_of_them_is_left_and_everybody_else_is_whole(home: PersonHome) -> None:
    assert len(files_with(home.root, *PLANTED)) >= 6
    assert "store.sqlite" in files_with(home.root, "quartzite")
    forget_ana(home, mentions=True)
    assert files_with(home.root, *PLANTED) == []
    assert files_with(home.root, "ana souza", ANA, ANA_WORK, "souza") == []
    with Store.open(home.store) as store:
        left = {message.id for message in store.messages()}
        assert left == {message.id for message in archive()} - GONE - {"m00507"}
        assert store.vector_counts() == {"builtin.double": len(left)}
        assert search(store, "quartzite").items == ()
        assert len(search(store, "bread*").items) >= 1


def test_mentions_stay_unless_asked_for(home: PersonHome) -> None:
    with Store.open(home.store) as store:
        planned = preview(home, store, "Ana Souza")
        assert planned.selection.ids == GONE
        assert planned.selection.mentions == 1
        assert planned.selection.counts == {
            "sent by them": 4,
            "yours, to them alone": 3,
            "answers to theirs": 2,
            "quotes their words": 1,
        }
        assert preview(home, store, "Ana Souza", mentions=True).selection.ids == GONE | {"m00507"}


def test_datasets_are_rewritten_whole_and_say_so(home: PersonHome) -> None:
    before = dataset.latest(home.datasets)
    assert before is not None
    kept = [
        row.exchange.id
        for row in dataset.exchanges(before)
        if GONE.isdisjoint((*row.exchange.message_ids, *row.exchange.context_ids))
    ]
    lines = (before / dataset.EXAMPLES).read_bytes().splitlines()
    with Store.open(home.store) as store:
        planned = preview(home, store, ANA)
    (before / "picture.svg").write_text("quartzite")
    assert any(event.note.startswith("picture.svg went with") for event in forget_ana(home))
    after = dataset.latest(home.datasets)
    assert after is not None
    assert not before.exists()
    assert [row.exchange.id for row in dataset.exchanges(after)] == kept
    assert set((after / dataset.EXAMPLES).read_bytes().splitlines()) < set(lines)
    manifest = artefacts.load(after)
    told = manifest.extra["forgotten"]
    assert planned.datasets == {before.name: (told["exchanges"], told["examples"])}
    assert told["examples"] > 0
    assert told["stands_for"] == [before.name]
    examples = list(dataset.examples(after))
    assert manifest.measures["examples"]["total"] == len(examples)
    chatml = (after / "dataset.chatml.jsonl").read_text().splitlines()
    assert len(chatml) == len((after / "dataset.sharegpt.jsonl").read_text().splitlines()) == len(examples)
    assert all(path.stat().st_mode & 0o077 == 0 for path in after.iterdir())


def test_what_holds_texts_is_learned_again_and_other_adapters_are_stale(home: PersonHome) -> None:
    with Store.open(home.store) as store:
        planned = preview(home, store, ANA)
        assert sorted(planned.adapters.values()) == ["learned again", "marked stale", "removed with its own base"]
        assert planned.runs == ["torch-1", "torch-2"]
    forget_ana(home)
    by_engine = {manifest.engine: (folder, manifest) for folder, manifest in artefacts.listed(home.adapters)}
    latest = dataset.latest(home.datasets)
    assert latest is not None
    assert by_engine["builtin.recall"][1].parents == (latest.name,)
    folder, manifest = by_engine["builtin.double"]
    assert "forgotten since" in manifest.extra["stale"]["reason"]
    assert [path.name for path in folder.iterdir() if path.name in ("evaluation.json", SHOWN, PAGE)] == []
    assert list(home.runs.iterdir()) == []
    assert adapter_folder(home) == by_engine["builtin.recall"][0]
    with pytest.raises(NotReady, match="stale") as refused:
        adapter_folder(home, "builtin.double")
    assert "prepare writing" in refused.value.hint
    assert adapter_folder(home, "builtin.double", allow_stale=True) == folder


def test_an_adapter_that_nothing_is_left_for_is_removed(home: PersonHome) -> None:
    made = home.adapters / "of-a-lost-dataset"
    with artefacts.publish(made) as folder:
        Manifest(kind="adapter", name=made.name, engine="builtin.recall", parents=("writing-lost",)).save(folder)
    events = forget_ana(home)
    assert not made.exists()
    assert any("was removed: the dataset it was learned from is not there" in event.note for event in events)


def reread(home: PersonHome, messages: list[Message]) -> tuple[list[str], list[str]]:
    """Ids kept and reasons of what was dropped when ``messages`` are imported again."""
    with Store.open(home.store) as store:
        forgotten = Forgotten(store, home.person().owner)
        items = list(forgotten.without(iter([*messages, Progress(1, 1)])))
        store.add(item for item in items if isinstance(item, Message))
        forgotten.finish()
        dropped = [item.reason for item in items if isinstance(item, Skipped)]
        return [message.id for message in store.messages()], dropped


def test_the_next_import_leaves_them_out_until_it_is_undone(home: PersonHome) -> None:
    forget_ana(home)
    new = [
        mail(700, "Back from the quartzite works, are you there?", ANA, (ME, BEN)),
        mail(701, "> Back from the quartzite works\nYes.", ME, (BEN, ANA), reply_to="n700@host"),
        mail(702, "Only for you", ME, (ANA_WORK,)),
        mail(703, "Ben again", BEN, (ME,)),
        chat(704, "more of it", "Ana Souza", "Ana Souza", ("Ana Souza", "Sam")),
        chat(705, "hello club", "Ana Souza", "Book club", ("Ana Souza", "Ben", "Sam")),
    ]
    kept, dropped = reread(home, [new[1], *archive(), *new])
    assert set(kept) == {message.id for message in archive()} - GONE | {"m00703"}
    assert set(dropped) == {"forgotten"}
    with Store.open(home.store) as store:
        assert files_with(home.root, "quartzite") == []
        assert store.undo_forgetting("nobody@example.org") == 0
        assert store.undo_forgetting("ANA@example.org") > 0
    kept, dropped = reread(home, archive() + new)
    assert dropped == []
    assert set(kept) == {message.id for message in archive() + new}


def test_a_conversation_alone_can_be_forgotten(home: PersonHome) -> None:
    forget_ana(home, "Book club")
    with Store.open(home.store) as store:
        left = {message.id for message in store.messages()}
    assert left == {message.id for message in archive()} - {"m00602", "m00603", "m00604"}
    assert files_with(home.root, "book club") == []
    assert reread(home, archive())[1] == ["forgotten"] * 3


def test_who_is_meant_must_be_clear(home: PersonHome) -> None:
    owner = home.person().owner
    with Store.open(home.store) as store:
        store.add([mail(800, "Hello from another Ana", "lima@example.org", (ME,), sender_name="Ana Lima")])
        with pytest.raises(InputError, match="may be any of 2: ") as unclear:
            find(store, owner, "ana")
        assert "lima@example.org" in str(unclear.value)
        assert set(find(store, owner, "souza").values) == {ANA, ANA_WORK, "Ana Souza"}
        assert find(store, owner, "LIMA@example.org").values == ("lima@example.org", "Ana Lima")
        with pytest.raises(InputError, match="is you"):
            find(store, owner, ME)
        with pytest.raises(NotFound):
            find(store, owner, "carla@example.org")
        store.add([mail(801, "Are you there?", ME, ("carla@example.org",))])
        assert find(store, owner, "carla@example.org").values == ("carla@example.org",)
        with pytest.raises(NotFound):
            find(store, owner, "  ")


def test_a_short_text_is_found_where_it_is_quoted_and_not_where_it_is_said_again(home: PersonHome) -> None:
    with Store.open(home.store) as store:
        store.add(
            [
                mail(820, "Bring the ladder tonight!", ANA, (ME, BEN)),
                mail(821, "Done.\n\nOn Monday she wrote:\n> Bring the ladder tonight!", BEN, (ME,)),
                mail(822, "I said: bring the ladder tonight, and you did not listen.", BEN, (ME,)),
            ]
        )
        assert preview(home, store, ANA).selection.ids == GONE | {"m00820", "m00821"}


def test_a_first_name_counts_as_a_mention_when_it_was_asked_for(home: PersonHome) -> None:
    with Store.open(home.store) as store:
        store.add([mail(830, "I met Souza at the lamp shop today.", BEN, (ME,))])
        assert preview(home, store, ANA).selection.mentions == 1
        assert preview(home, store, "souza").selection.mentions == 2
        assert "m00830" in preview(home, store, "souza", mentions=True).selection.ids


def test_what_a_killed_import_unpacked_goes_too(home: PersonHome) -> None:
    left = home.root / ".unpacked-abc"
    left.mkdir()
    (left / ".lock").touch()
    (left / "chat.txt").write_text("quartzite")
    forget_ana(home)
    assert not left.exists()


def test_first_names_that_others_share_are_left_alone(home: PersonHome) -> None:
    with Store.open(home.store) as store:
        store.add(
            [
                mail(810, "From a shop", "shop@example.org", (ME,), sender_name="Max"),
                mail(811, "From a friend", "max@example.org", (ME,), sender_name="Max"),
            ]
        )
        assert preview(home, store, "max@example.org").selection.ids == {"m00811"}


_KILLED = textwrap.dedent("""
    import os, sys
    from likeness.core.home import Home
    from likeness.core.settings import settings
    from likeness.core.store import Store
    from likeness.write.forget import forget, preview

    left = int(sys.argv[1])
    home = Home(settings().home).open()

    def watch(event, arguments):
        global left
        if event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "open") and (
            event != "open" or (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR))
        ):
            left -= 1
            if left < 0:
                os._exit(9)

    with Store.open(home.store) as store:
        planned = preview(home, store, "ana@example.org")
        events = forget(home, store, planned)
        sys.addaudithook(watch)
        for event in events:
            left -= 1
            if left < 0:
                os._exit(9)
    print("done")
""")


@pytest.mark.parametrize("after", [1, 9, 26, 43])
def test_killed_at_any_moment_it_is_finished_by_the_next_call(home: PersonHome, after: int) -> None:
    environment = {**os.environ, "LIKENESS_HOME": str(home.root.parent)}
    done = subprocess.run([sys.executable, "-c", _KILLED, str(after)], env=environment, capture_output=True, text=True)
    assert done.returncode == 9, (done.stdout, done.stderr)
    with Store.open(home.store) as store:
        drain(finish(home, store))
        assert store.pending_forgettings() == []
        assert {message.id for message in store.messages()} == {message.id for message in archive()} - GONE
    assert files_with(home.root, *PLANTED) == []
    assert list(home.root.rglob(".*.part")) == []
    assert len(artefacts.listed(home.datasets)) == 1
    assert {manifest.engine for _, manifest in artefacts.listed(home.adapters)} == {"builtin.recall", "builtin.double"}
    assert adapter_folder(home).is_dir()


def test_the_store_keeps_no_name_of_whom_it_forgot(home: PersonHome) -> None:
    forget_ana(home)
    with Store.open(home.store) as store:
        assert store.marks().has("person", "ANA@EXAMPLE.ORG")
        assert store.ledger()[0].path == "(forgotten)"
    assert files_with(home.root, ANA_WORK) == []


def test_the_command_shows_first_and_asks(home: PersonHome) -> None:
    run = CliRunner()
    shown = run.invoke(app, ["forget", "Ana Souza"])
    assert isinstance(shown.exception, InputError)
    assert "10 messages:" in shown.stdout
    assert "4 sent by them" in shown.stdout
    assert "1 other message names them and stays" in shown.stdout
    planned = json.loads(run.invoke(app, ["forget", "Ana Souza", "--json"]).stdout)
    assert planned["done"] is False
    assert files_with(home.root, "quartzite")
    (home.root / "notes.html").write_text("of mine")
    Keys(home.root)
    done = run.invoke(app, ["forget", "Ana Souza", "--yes"])
    assert done.exit_code == 0, done.exception
    assert "gateway." not in done.stdout
    assert "notes.html (not of likeness's making" in done.stdout
    assert files_with(home.root, *PLANTED) == []
    assert isinstance(run.invoke(app, ["forget", "Ana Souza", "--yes"]).exception, NotFound)
    assert "may bring ana souza back" in run.invoke(app, ["forget", "ana souza", "--undo"]).stdout
    assert isinstance(run.invoke(app, ["forget", "ana souza", "--undo"]).exception, NotFound)
