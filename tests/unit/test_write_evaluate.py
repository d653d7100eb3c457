"""Training publishes an adapter, generating opens it, evaluating measures it on messages it never saw."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from likeness.core import artefacts
from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError, NotFound, NotReady
from likeness.core.home import Home, PersonHome
from likeness.core.types import Example, Exchange
from likeness.write import dataset
from likeness.write.dataset import Row
from likeness.write.evaluate import evaluate, load_evaluation
from likeness.write.evaluate.authorship import Classifier, auc, judge, matched
from likeness.write.evaluate.chrf import chrf
from likeness.write.evaluate.content import content, overlap
from likeness.write.evaluate.delta import delta
from likeness.write.evaluate.features import features
from likeness.write.generate import adapter_folder, draft, open_writer, rewrite
from likeness.write.train import latest_adapter, train, train_recipe

SUBJECTS = ("the map", "our list", "my bike", "the kettle", "this key", "the garden", "a lamp", "her notes", "the boat")
MINE = ("I don't think {} is late, it's fine!", "can't find {}, but I'll look!", "so {} isn't here... we're all sad!")
THEIRS = (
    "I am of the opinion that {} was delayed.",
    "Kindly note that {} has arrived, sir.",
    "We await {} with patience.",
)


def sentence(forms: tuple[str, ...], chance: random.Random) -> str:
    return " ".join(chance.choice(forms).format(chance.choice(SUBJECTS)) for _ in range(chance.randint(1, 3)))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> PersonHome:
    made = Home(tmp_path_factory.mktemp("homes") / "Likeness").create("sam")
    chance = random.Random(3)
    rows = []
    for number in range(200):
        exchange = Exchange(
            id=str(number),
            text=f"{sentence(MINE, chance)} {number} times",
            context=f"{sentence(THEIRS, chance)} That is item {number}.",
            channel="mail",
            conversation=str(number),
            correspondent="ana@x.org",
            sent_at=datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=number),
            message_ids=(f"m{number}",),
        )
        rows.append(Row(exchange, "test" if number >= 165 else "train"))
    asked = Example("e1", "draft", "test", "Write a message about the map.", "x", "170")
    with artefacts.publish(made.datasets / "writing-1") as folder:
        dataset.save_exchanges(folder, rows)
        dataset.save_examples(folder, [asked])
        Manifest(kind="dataset", name="writing-1", data_hash="d1").save(folder)
    return made


def test_nothing_learned_is_not_ready_with_a_hint(tmp_path: Path) -> None:
    empty = Home(tmp_path / "Likeness").create("kim")
    with pytest.raises(NotReady) as error:
        latest_adapter(empty)
    assert "likeness prepare writing" in error.value.hint
    with pytest.raises(NotReady):
        list(train(empty, {}))


def test_training_is_reused_and_generating_opens_the_newest(home: PersonHome) -> None:
    first = list(train(home, {}))
    assert first[-1].stage == "trained"
    assert [event.stage for event in train(home, {})] == ["trained"]
    assert len(artefacts.listed(home.adapters)) == 1
    folder = latest_adapter(home)
    assert artefacts.load(folder).engine == "builtin.recall"
    assert artefacts.load(folder).parents == ("writing-1",)
    assert adapter_folder(home) == folder
    with pytest.raises(NotFound):
        adapter_folder(home, adapter="none")
    with open_writer(home) as writer:
        assert "".join(rewrite(writer, "It is not here.").pieces)
        assert "".join(draft(writer, "say the map is late").pieces)
        with pytest.raises(InputError):
            draft(writer, " ")
        with pytest.raises(InputError):
            rewrite(writer, "x" * 20_001)


def test_recipes_are_checked() -> None:
    with pytest.raises(InputError):
        train_recipe("nonsense")
    with pytest.raises(InputError):
        train_recipe(minimum=0)


def test_evaluation_tells_the_person_from_plain_and_survives_storing(home: PersonHome) -> None:
    list(train(home, {}))
    events = list(evaluate(home))
    found = load_evaluation(home)
    assert events[-1].metrics == found.figures()
    assert found.counts["held_out"] == 35
    assert found.authorship is not None
    assert found.authorship.auc_others > 0.9
    assert found.authorship.share > 0.3
    assert set(found.authorship.probabilities) == {"person", "plain", "made", "others"}
    assert found.content.chrf_gain > 0
    assert found.content.survival == 1.0
    assert found.delta is not None
    assert found.drafts[0].request == "Write a message about the map."
    assert any("impostors" in note.lower() for note in found.notes)
    (latest_adapter(home) / "evaluation.json").write_text("{}")
    with pytest.raises(InputError):
        load_evaluation(home)


def test_chrf_of_known_texts() -> None:
    assert chrf("the cat", "the cat") == pytest.approx(100.0)
    assert chrf("abc", "xyz") == 0.0
    # By hand: n=1 p=r=2/3, n=2 p=r=1/2, n=3 p=r=0, so F = 7/18.
    assert chrf("abc", "abd") == pytest.approx(100 * 7 / 18)
    # n=1 p=1 r=1/2, n=2 p=1 r=1/3: p=1, r=5/12, F2 = 5pr/(4p+r).
    assert chrf("ab", "abcd") == pytest.approx(100 * 5 * (5 / 12) / (4 + 5 / 12))


def test_content_counts_what_is_lost() -> None:
    found = content(["It is not 3 pm.", "See Ana and Bo."], ["It is 3 pm.", "See Ana."], ["isn't 3", "see Ana and Bo"])
    assert found.kept["negation"] == 0.0
    assert found.kept["number"] == 1.0
    assert found.kept["name"] == 0.5
    assert 0 < found.survival < 1


def test_overlap_is_of_thirteen_words() -> None:
    words = " ".join(f"w{n}" for n in range(20))
    twelve = " ".join(f"w{n}" for n in range(12))
    found = overlap([words], [twelve], [words], [])
    assert (found.baseline, found.rewritten, found.drafts) == (0.0, 1.0, None)


def test_authorship_of_clear_cases() -> None:
    chance = random.Random(1)
    mine, theirs = [[sentence(forms, chance) for _ in range(60)] for forms in (MINE, THEIRS)]
    own, others = matched(mine, theirs)
    assert all(1 / 1.5 <= len(a) / len(b) <= 1.5 for a, b in zip(own, others, strict=True))
    found = judge(Classifier(mine[:40], theirs[:40]), mine[40:], theirs[40:], mine[40:], theirs[40:])
    assert found.share == pytest.approx(1.0)
    assert found.auc_made == pytest.approx(0.5)
    assert found.auc_others > 0.95
    assert auc(np.array([2.0, 3.0]), np.array([1.0, 2.0])) == pytest.approx(0.875)


def test_delta_is_smallest_for_the_person() -> None:
    chance = random.Random(2)
    mine, theirs = [[sentence(forms, chance) for _ in range(60)] for forms in (MINE, THEIRS)]
    found = delta(mine[:40], {"person": mine[40:], "others": theirs[40:]})
    assert found is not None
    assert found.distances["person"] < found.distances["others"]
    assert found.auc > 0.7
    assert delta(mine[:4], {"person": mine}) is None


def test_features_count_what_they_say() -> None:
    found = {
        item.label: item.values["person"] for item in features({"person": ["it's fine! ok", "do not go... I'm 😀"]})
    }
    assert found["Contractions"] == pytest.approx(100 * 2 / 3, abs=0.1)
    assert found["Lower-case first letter"] == 100
    assert found["Exclamation marks"] == pytest.approx(12.5)
