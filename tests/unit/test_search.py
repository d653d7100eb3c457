"""Search over the store: words, filters, scripts without spaces, meaning, and both together."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core.errors import EngineMissing, InputError, NotReady
from likeness.core.events import drain
from likeness.core.home import Home
from likeness.core.settings import settings
from likeness.core.store import Filters, Store
from likeness.core.store.messages import COLUMNS
from likeness.core.store.migrations import MIGRATIONS
from likeness.core.store.terms import Query, Term, parse
from likeness.core.types import Message
from likeness.engines.builtin.double import DoubleEngine
from likeness.write import meaning
from likeness.write.search import fuse, moment, search
from likeness.write.snippet import snippet

ANA, BEN, ME = "ana@example.org", "ben@example.org", "sam@example.org"


def mail(number: int, body: str, **changes: object) -> Message:
    values: dict[str, object] = {
        "source": "mbox",
        "conversation": f"thread{number}",
        "sender": ANA,
        "sender_name": "Ana Souza",
        "sent_at": datetime(2015 + number, 3, 1, 9, tzinfo=UTC),
        "body": body,
        "from_owner": False,
        "recipients": (ME,),
        **changes,
    }
    return Message(id=f"m{number}", **values)  # type: ignore[arg-type]


MAILS = [
    mail(0, "The harbour café by the old museum, and dinner."),
    mail(1, "Dinner in the harbour, then the boat.", sender=ME, sender_name="", from_owner=True, recipients=(BEN,)),
    mail(2, "We walked from the harbour to dinner's end: don't ask.", sender=BEN, sender_name="Ben Ode"),
    mail(3, "<div class='harbour'><p>Nothing <b>boat</b> like</p></div>", body_type="html"),
    mail(4, "Harbours are many. Harbouring a doubt.", source="whatsapp", conversation="whatsapp:Ben & co"),
    mail(5, "昨日は学校へ行きました。電車は遅れた。", source="whatsapp", conversation="whatsapp:Yuki"),
    mail(6, "พรุ่งนี้ไปตลาดกันไหม", sent_at=None),
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with Store.open(tmp_path / "s.sqlite") as opened:
        opened.add(MAILS)
        yield opened


def ids(store: Store, typed: str, **filters: object) -> list[str]:
    found = search(store, typed, Filters(**filters))  # type: ignore[arg-type]
    return sorted(result.message.id for result in found.items)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("harbour", ["m0", "m1", "m2"]),
        ("HARBOUR dinner", ["m0", "m1", "m2"]),
        ('"harbour cafe"', ["m0"]),
        ('"dinner in the harbour', ["m1"]),
        ("harbour -museum", ["m1", "m2"]),
        ('harbour -"the boat" -museum', ["m2"]),
        ("harbour*", ["m0", "m1", "m2", "m4"]),
        ("don't", ["m2"]),
        ("“the boat”", ["m1"]),
        ("boat", ["m1", "m3"]),
        ("harbour AND NOT", []),
        ("NEAR(harbour dinner)", []),
        ("subject:harbour", []),
        ("学校", ["m5"]),
        ("電", ["m5"]),
        ("遅れた 学校", ["m5"]),
        ("学校 -電車", []),
        ("学校 -電車は遅れた", []),
        ("ตลาด", ["m6"]),
        ("nowhere", []),
    ],
)
def test_words_phrases_exclusions_and_prefixes(store: Store, typed: str, expected: list[str]) -> None:
    assert ids(store, typed) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"sender": "ANA"}, ["m0"]),
        ({"sender": "ode"}, ["m2"]),
        ({"recipient": "ben@"}, ["m1"]),
        ({"owner_only": True}, ["m1"]),
        ({"place": "mbox"}, ["m0", "m1", "m2"]),
        ({"place": "thread2"}, ["m2"]),
        ({"since": datetime(2016, 1, 1, tzinfo=UTC)}, ["m1", "m2"]),
        ({"until": datetime(2016, 3, 1, 9, tzinfo=UTC)}, ["m0"]),
    ],
)
def test_filters_narrow_what_words_find(store: Store, filters: dict[str, object], expected: list[str]) -> None:
    assert ids(store, "harbour", **filters) == expected


def test_filters_alone_list_newest_first_and_pages_follow_each_other(store: Store) -> None:
    whole = [result.message.id for result in search(store, "", Filters(sender="ana")).items]
    assert whole == ["m5", "m4", "m3", "m0", "m6"]
    pages = [search(store, "", Filters(sender="ana"), limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [result.message.id for page in pages for result in page.items] == whole
    assert [page.more for page in pages] == [True, True, False]


def test_markup_is_passed_over_without_losing_a_page(store: Store) -> None:
    store.add([mail(100 + i, f"<p class='lamp'>{i}</p>", body_type="html") for i in range(300)] + [mail(99, "lamp")])
    assert ids(store, "lamp") == ["m99"]


@pytest.mark.parametrize("typed", ["", "   ", '"', "-harbour", "* -", "x" * 1001, " ".join(f"w{i}" for i in range(40))])
def test_what_cannot_be_searched_for_is_said(store: Store, typed: str) -> None:
    with pytest.raises(InputError):
        search(store, typed)


@hypothesis_settings(deadline=None, max_examples=60)
@given(st.text(max_size=60))
def test_no_text_means_anything_to_the_engine(tmp_path_factory: pytest.TempPathFactory, typed: str) -> None:
    with Store.open(tmp_path_factory.mktemp("s") / "s.sqlite") as opened:
        opened.add(MAILS[:2])
        try:
            search(opened, typed)
        except InputError:
            pass


@given(st.text(max_size=300), st.text(alphabet='ab "-*é学', max_size=20))
def test_marks_lie_in_the_snippet(text: str, typed: str) -> None:
    try:
        query = parse(typed)
    except InputError:
        return
    made = snippet(query, text)
    assert len(made.text) < 200
    assert all(0 <= begin < end <= len(made.text) for begin, end in made.marks)
    assert made.text.isprintable() or "\u200d" in made.text


def test_a_snippet_shows_where_and_obeys_nothing() -> None:
    made = snippet(Query((Term("Café"),)), "so " * 100 + "the \x1b[31m cafe\u0301 was open " + "and " * 100)
    assert [made.text[begin:end] for begin, end in made.marks] == ["cafe\u0301"]
    assert made.text.startswith("… ")
    assert made.text.endswith(" …")
    assert "\x1b" not in made.text


def test_dates_are_years_months_or_days() -> None:
    assert moment("2019") == datetime(2019, 1, 1, tzinfo=UTC)
    assert moment("2019", after=True) == datetime(2020, 1, 1, tzinfo=UTC)
    assert moment("2019-12", after=True) == datetime(2020, 1, 1, tzinfo=UTC)
    assert moment("2019-05-31", after=True) == datetime(2019, 6, 1, tzinfo=UTC)
    assert moment("") is None
    for wrong in ("soon", "2019-13", "2019-02-30", "1-2-3-4", "999999"):
        with pytest.raises(InputError):
            moment(wrong)


def test_a_store_from_before_can_be_searched_too(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path)
    for migration in MIGRATIONS[:3]:
        migration(connection)
    connection.execute("PRAGMA user_version = 3")
    marks = ", ".join("?" * 17)
    row = ("m1", "mbox", "c", ANA, "", None, "", "昨日は学校へ", "plain", 0, 0, "", "", "[]", "[]", "[]", "")
    connection.execute(f"INSERT INTO messages ({COLUMNS}) VALUES ({marks})", row)
    connection.commit()
    connection.close()
    with Store.open(path) as opened:
        assert ids(opened, "学校へ") == ids(opened, "学") == ["m1"]


# ── meaning ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_by_meaning_needs_an_engine_and_an_index_and_says_so(store: Store) -> None:
    with pytest.raises(NotReady, match="no embedding engine"):
        search(store, "boat", by="meaning")
    with pytest.raises(NotReady, match=r"nothing was indexed with builtin\.double"):
        search(store, "boat", by="both", embedder=DoubleEngine())


def test_vectors_are_made_once_and_taken_up_where_it_stopped(store: Store) -> None:
    events = meaning.index(store, DoubleEngine())
    first = next(events)
    assert (first.total, first.unit) == (7, "messages")
    assert "MB in the store" in first.note
    assert drain(events)[-1].metrics == {"vectors": 7.0}
    assert drain(meaning.index(store, DoubleEngine()))[-1].metrics == {"vectors": 0.0}
    store.add([mail(7, "A late boat.")])
    assert "1 messages are not indexed" in search(store, "boat", by="meaning", embedder=DoubleEngine()).note
    assert drain(meaning.index(store, DoubleEngine()))[-1].metrics == {"vectors": 1.0}


def test_an_interrupted_index_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "_BATCH", 2)
    events = meaning.index(store, DoubleEngine())
    next(events), next(events), next(events)
    events.close()
    assert store.vector_counts() == {"builtin.double": 4}
    assert drain(meaning.index(store, DoubleEngine()))[-1].metrics == {"vectors": 3.0}


def test_meaning_ranks_by_nearness_within_the_filters(store: Store) -> None:
    drain(meaning.index(store, DoubleEngine()))
    found = search(store, "dinner in the harbour", by="meaning", embedder=DoubleEngine())
    assert found.items[0].message.id == "m1"
    assert found.items[0].ways == ("meaning",)
    narrowed = search(store, "dinner harbour", Filters(sender="ben"), by="meaning", embedder=DoubleEngine())
    assert [item.message.id for item in narrowed.items] == ["m2"]
    both = search(store, "harbour -museum", by="both", embedder=DoubleEngine())
    assert {"words", "meaning"} == set(both.items[0].ways)
    assert "m0" not in {item.message.id for item in both.items}


def test_vectors_of_another_model_are_never_compared(store: Store) -> None:
    drain(meaning.index(store, DoubleEngine()))

    class Other(DoubleEngine):
        model = "other"

    with pytest.raises(NotReady, match=r"builtin\.double, which cannot be compared"):
        search(store, "boat", by="meaning", embedder=Other())
    vector = DoubleEngine().embed(["boat"])[0]
    assert store.nearest("other", vector, Filters(), 5) == []
    assert store.nearest("builtin.double", vector[:32], Filters(), 5) == []


def test_packing_a_vector_keeps_its_products(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((300, 256)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with Store.open(tmp_path / "v.sqlite") as opened:
        opened.add([mail(i, "x", sent_at=None) for i in range(300)])
        keys = opened.find_keys(Query(), Filters(sender="ana"))[::-1]
        opened.add_vectors("m", keys, vectors)
        found = opened.nearest("m", vectors[17], Filters(), 300, least=-1.0)
        with pytest.raises(InputError, match="vectors of 8 numbers"):
            opened.add_vectors("m", keys[:1], vectors[:1, :8])
    exact = vectors @ vectors[17]
    assert found[0][0] == keys[17]
    assert max(abs(score - exact[keys.index(key)]) for key, score in found) < 0.004


def test_a_vector_goes_with_its_message(store: Store) -> None:
    drain(meaning.index(store, DoubleEngine()))
    with store._transaction() as connection:
        connection.execute("DELETE FROM messages WHERE id = 'm1'")
    assert store.vector_counts() == {"builtin.double": 6}


def test_fusing_prefers_what_both_rank_high() -> None:
    assert fuse([[1, 2, 3], [3, 1, 4]]) == [1, 3, 2, 4]


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_finds_indexes_and_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(settings().home).create("sam")
    with Store.open(home.store) as opened:
        opened.add(MAILS)
    run = CliRunner()
    said = run.invoke(app, ["search", "harbour -museum", "--mine"])
    assert "you  mail  thread1  m1" in said.stdout
    assert "by words (no embedding engine is set)" in said.stderr
    assert isinstance(run.invoke(app, ["search", "boat", "--by", "meaning"]).exception, NotReady)

    monkeypatch.setenv("LIKENESS_EMBEDDER", "builtin.double")
    settings.cache_clear()
    assert "nothing is indexed by meaning yet" in run.invoke(app, ["search", "harbour"]).stderr
    indexed = run.invoke(app, ["search", "--index", "--json"])
    assert json.loads(indexed.stdout) == {"model": "builtin.double", "new": 7, "indexed": 7}
    assert "Nothing leaves this machine" in indexed.stderr
    found = json.loads(run.invoke(app, ["search", "harbour", "--json", "-n", "1"]).stdout)
    monkeypatch.setenv("LIKENESS_EMBEDDER", "builtin.recall")
    settings.cache_clear()
    away = run.invoke(app, ["search", "harbour"]).exception
    assert isinstance(away, EngineMissing)
    assert "--by words" in away.hint
    assert (found["by"], found["more"], len(found["results"])) == ("both", True, 1)
