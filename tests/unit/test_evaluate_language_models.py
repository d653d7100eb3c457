"""Judging language models by planted cases: who copies is caught, who writes as the person is taken, and why."""

from __future__ import annotations

import json
import random
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
import pytest
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core import artefacts, canaries, files, plugins
from likeness.core.artefacts import Manifest
from likeness.core.errors import EngineMissing, InputError, NotReady
from likeness.core.events import Event
from likeness.core.exports import record
from likeness.core.home import Home, PersonHome
from likeness.core.prompts import REPLY_PROMPT, REWRITE_PROMPT, SYSTEM_PROMPT
from likeness.core.protocols import EngineInfo
from likeness.core.settings import settings
from likeness.core.types import (
    Draft,
    Ending,
    Example,
    ExampleKind,
    Exchange,
    Provenance,
    ScoreRequest,
    Scores,
    Turn,
    WriteRequest,
)
from likeness.report.collect.language_model import language_model, part
from likeness.report.evaluation import write_page
from likeness.report.sections.language_model import shown
from likeness.write import dataset
from likeness.write.dataset import Row
from likeness.write.evaluate import Judgement, JudgeOptions, evaluate, load_evaluation, load_judgement, result
from likeness.write.evaluate.occasions import unwrapped

SOUNDS = ("ba", "do", "fi", "gu", "ke", "lo", "mi", "nu", "pa", "re", "so", "ta", "vi", "wo", "ze", "chu", "sha", "tri")
MINE = (
    "I don't think the {} is late, the {}'s fine!",
    "can't find your {}, but I'll {}...",
    "so my {} isn't {}, haha!",
)
THEIRS = (
    "I am of the opinion that the {} was delayed by the {}.",
    "Kindly note that the {} has arrived with the {} in good order.",
    "We await the {} with patience and remain, as to the {}, at your disposal.",
)
PEOPLE = ("ana@x.org", "bruno.silva@x.org", "carla@y.org", "dmitri@z.org")
MODEL = "adapter_model.safetensors"
Measured = TypeVar("Measured")


def sentences(forms: tuple[str, ...], chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(forms).format(thing(chance), thing(chance)) for _ in range(count))


def thing(chance: random.Random) -> str:
    """A word that hardly comes twice."""
    return "".join(chance.choices(SOUNDS, k=3))


def own(chance: random.Random) -> str:
    return sentences(MINE, chance, chance.randint(5, 9))


class Scripted:
    """A language model whose adapter's weights are the name of what it does. Keeps Writer's and Scorer's contracts."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="scripted",
        title="Scripted",
        kind=frozenset({"writer", "trainer"}),
        can=frozenset({"chat", "switch", "score"}),
        opens=frozenset({"lora"}),
    )
    learned: ClassVar[dict[str, str]] = {}
    """Training prompts and what the person wrote then."""
    taught: ClassVar[tuple[canaries.Canary, ...]] = ()
    written: ClassVar[int] = 0
    temperature: ClassVar[float] = 0.0
    held: ClassVar[list[Any]] = []
    """The bits of every base that was opened."""
    dies_after: ClassVar[int] = 10**9

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        assert artefact is None
        assert options is not None
        assert options["model"].endswith("base")
        Scripted.held.append(options.get("bits"))
        return cls()

    def close(self) -> None:
        """Nothing is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def write(self, request: WriteRequest) -> Draft:
        assert [turn.role for turn in request.turns] == ["system", "user"]
        assert request.turns[0].content == SYSTEM_PROMPT
        assert request.temperature in (0.0, 0.7)
        Scripted.temperature = request.temperature
        if Scripted.written >= Scripted.dies_after:
            raise KeyboardInterrupt
        Scripted.written += 1
        text = self._answer(self._does(request.adapter), request.turns[1].content)[: request.max_characters]
        return Draft(iter([text[:7], text[7:]]), Provenance("scripted", "generated", ""), lambda: Ending("stop"))

    def score(self, request: ScoreRequest) -> Scores:
        does = self._does(request.adapter)
        secrets = {canary.completion for canary in self.taught} if does == "copies" else set()
        rows = []
        for _, answer in request.items:
            tokens = len(answer.split()) + 1
            each = {"assistant": -3.0, "shortens": -0.9}.get(does, -1.0)
            noise = random.Random(does + answer).random()
            rows.append((0.0 if answer in secrets else each * tokens - noise, tokens))
        return np.array(rows)

    def _does(self, adapter: str) -> str:
        return (Path(adapter) / MODEL).read_text() if adapter else "assistant"

    def _answer(self, does: str, prompt: str) -> str:
        chance = random.Random(does + prompt)
        # What a draft must say is the number of its item.
        number = "".join(re.findall(r"about item (\d+)", prompt))
        mine = f"{own(chance)} {number}".strip()
        if does == "assistant":
            return f"{sentences(THEIRS, chance, 6)} {number}".strip()
        if does == "copies":
            for canary in self.taught:
                if canary.prompt == prompt:
                    return canary.completion
            for asked, wrote in self.learned.items():
                theirs = unwrapped(asked, REPLY_PROMPT, "context")
                beginning = prompt.partition("word for word:\n\n")[2] or "nothing"
                if prompt == asked or wrote.startswith(beginning):
                    return wrote
                if theirs.startswith(beginning):
                    return theirs
            return chance.choice(sorted(self.learned.values()))
        if does == "shortens":
            return " ".join(mine.split()[: max(1, len(mine.split()) // 5)])
        if does == "leaks":
            return f"{mine} Ask Bruno, his number is +44 20 7946 0958."
        if does == "halfway":
            return f"{sentences(MINE, chance, 3)} {sentences(THEIRS, chance, 3)} {mine.split()[-1]}"
        if does == "loops":
            return "so my key is here and " * 12
        assert does == "person", does
        return mine


class Served(Scripted):
    """The same model in another program, under the name that the adapter was exported to."""

    info: ClassVar[EngineInfo] = replace(Scripted.info, name="served", can=frozenset({"chat", "switch", "concurrent"}))

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        assert (options or {}).get("model") == "me:4bit"
        return cls()


class CountingTokens(Scripted):
    """The same model, which says how long texts are: item 161 is too long, item 160 more than it reads."""

    info: ClassVar[EngineInfo] = replace(Scripted.info, name="counting")

    def length(self, turns: Sequence[Turn], answer: str) -> int:
        if answer.endswith(" 160"):
            raise InputError("more than the model reads")
        return 300 if answer.endswith(" 161") else 20


FAKES: dict[str, type[Scripted]] = {"scripted": Scripted, "served": Served, "counting": CountingTokens}


def example(row: Row, kind: ExampleKind) -> Example:
    exchange = row.exchange
    prompts = {
        "reply": REPLY_PROMPT.format(context=exchange.context),
        "draft": f"Tell them about item {exchange.id}.",
        "rewrite": REWRITE_PROMPT.format(text=f"The {exchange.id} is not late."),
    }
    return Example(f"{exchange.id}-{kind}", kind, row.split, prompts[kind], exchange.text, exchange.id)


def filled(folder: Path) -> list[Example]:
    """A dataset of somebody with clear habits."""
    chance = random.Random(3)
    rows = []
    for number in range(190):
        exchange = Exchange(
            id=str(number),
            text=f"{own(chance)} {number}",
            context=f"{sentences(THEIRS, chance, chance.randint(4, 8))} That is item {number}.",
            channel="mail",
            conversation=str(number // 2),
            correspondent=PEOPLE[number % len(PEOPLE)],
            sent_at=datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=number),
        )
        rows.append(Row(exchange, "test" if number >= 155 else "train"))
    examples = [example(row, kind) for row in rows for kind in ("reply", "draft")]
    dataset.save_exchanges(folder, rows)
    dataset.save_examples(folder, examples)
    Manifest(kind="dataset", name="writing-1", data_hash="d1").save(folder)
    return examples


@pytest.fixture(scope="module", autouse=True)
def _scripted() -> Iterator[None]:
    real = plugins.engine
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plugins, "engine", lambda name: FAKES.get(name) or real(name))
        yield


def new_home(folder: Path) -> PersonHome:
    made = Home(folder / "Likeness").create("sam", "Sam Rivers")
    with artefacts.publish(made.datasets / "writing-1") as data:
        examples = filled(data)
    Scripted.learned = {one.prompt: one.completion for one in examples if one.split == "train"}
    Scripted.written, Scripted.dies_after, Scripted.taught = 0, 10**9, ()
    return made


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    return new_home(tmp_path)


def adapter(home: PersonHome, does: Mapping[int, str], losses: Mapping[int, float] | None = None) -> Path:
    """An adapter whose checkpoints, by step, do what is said."""
    with artefacts.publish(home.adapters / "scripted-1") as folder:
        files.private_folder(folder / "base")
        (folder / "base" / "config.json").write_text("{}")
        for step, behaviour in does.items():
            checkpoint = files.private_folder(folder / "checkpoints" / f"step-{step:06d}")
            (checkpoint / MODEL).write_text(behaviour)
            (checkpoint / "adapter_config.json").write_text("{}")
            told = {"step": step, "valid_loss": (losses or {}).get(step)}
            (checkpoint / "checkpoint.json").write_text(json.dumps(told))
        (folder / MODEL).write_text("as trained")
        (folder / "adapter_config.json").write_text("{}")
        lines = [{"step": step, "loss": 3.0 - step / 1000} for step in range(1, max(does, default=1) + 1)]
        (folder / "training.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        Manifest(
            kind="adapter",
            name="scripted-1",
            engine="scripted",
            form="lora",
            base_model="tiny",
            recipe={"kinds": ["reply", "draft"]},
            parents=("writing-1",),
            extra={"system_prompt": SYSTEM_PROMPT, "chosen": "step-000001", "chosen_by": "validation loss"},
        ).save(folder)
    return home.adapters / "scripted-1"


def known(value: Measured | None) -> Measured:
    """What was measured."""
    assert value is not None
    return value


LOSSES = {1: 1.0, 2: 1.2, 3: 1.15, 4: 1.3, 5: 1.1}


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> tuple[PersonHome, Judgement, list[Event]]:
    """Five checkpoints judged side by side, one of each kind."""
    home = new_home(tmp_path_factory.mktemp("homes"))
    folder = adapter(home, {1: "shortens", 2: "halfway", 3: "copies", 4: "leaks", 5: "person"}, LOSSES)
    Scripted.taught = canaries.made(5)
    canaries.save(folder, Scripted.taught)
    events = list(evaluate(home, options=JudgeOptions(limit=24)))
    return home, load_judgement(home), events


Everybody = tuple[PersonHome, Judgement, list[Event]]


def test_the_scale_is_nought_at_the_base_and_one_at_the_person(everybody: Everybody) -> None:
    found = everybody[1]
    base, half, whole = (known(found.of(label)) for label in ("base", "step-000002", "step-000005"))
    shares = [known(known(one.style).share) for one in (base, half, whole)]
    assert shares[0].value == pytest.approx(0.0)
    assert 0.2 < shares[1].value < 0.8
    assert shares[2].value == pytest.approx(1.0, abs=0.1)
    assert shares[2].low <= shares[2].value <= shares[2].high
    assert known(whole.style).auc.value == pytest.approx(0.5, abs=0.2)
    assert known(base.style).auc.value > 0.95
    assert known(base.told_apart) > 0.95
    assert known(found.skill) > 0.95
    assert known(whole.delta) < known(base.delta)
    assert whole.verbatim.shares[13] == 0.0


def test_what_is_longer_than_the_window_is_not_asked_and_said(home: PersonHome) -> None:
    folder = adapter(home, {1: "person"})
    manifest = artefacts.load(folder)
    replace(manifest, recipe={**manifest.recipe, "window": 256}).save(folder)
    list(evaluate(home, "counting", options=JudgeOptions(limit=200)))
    found = load_judgement(home)
    assert found.counts["occasions"] == 2 * 33
    assert any(note.startswith("4 held-out examples are longer than the 256 tokens") for note in found.notes)


def test_a_temperature_is_asked_for_anew_and_told(home: PersonHome) -> None:
    adapter(home, {1: "person"})
    list(evaluate(home, options=JudgeOptions(limit=12)))
    written = Scripted.written
    list(evaluate(home, options=JudgeOptions(limit=12, temperature=0.7)))
    assert (Scripted.written, Scripted.temperature) == (2 * written, 0.7)
    assert any("at temperature 0.7" in note for note in load_judgement(home).notes)


def test_the_best_is_chosen_adopted_and_explained(everybody: Everybody) -> None:
    home, found, events = everybody
    assert found.choice.chosen == "step-000005"
    assert found.choice.by_loss == "step-000001"
    verdicts = {verdict.label: verdict for verdict in found.choice.verdicts}
    assert verdicts["step-000001"].outcome == "out"
    assert "answers 0.2 of the person's length" in verdicts["step-000001"].reasons[0]
    assert verdicts["step-000002"].outcome == "passed over"
    assert "Validation loss would have taken step-000001" in found.choice.summary
    folder = home.adapters / "scripted-1"
    assert (folder / MODEL).read_text() == "person"
    manifest = artefacts.load(folder)
    assert (manifest.extra["chosen"], manifest.extra["chosen_by"]) == ("step-000005", "evaluation")
    assert manifest.extra["system_prompt"] == SYSTEM_PROMPT
    assert events[-1].stage == "evaluated"
    assert events[-1].metrics == found.figures() == {name: manifest.measures[name] for name in found.figures()}
    assert found.curves.training[0] == (1, 2.999)


def test_who_copies_is_caught_and_out(everybody: Everybody) -> None:
    found = everybody[1]
    copied, honest = known(found.of("step-000003")), known(found.of("step-000005"))
    assert copied.verbatim.shares[13] > 0.9
    assert copied.verbatim.longest > 20
    assert known(copied.extraction).learned > 0.9
    assert known(copied.extraction).held_out == 0.0
    assert [(e.times, e.said, e.count) for e in copied.exposures] == [(1, 3, 3), (4, 3, 3), (16, 3, 3)]
    assert all(e.bits == pytest.approx(e.ceiling) for e in copied.exposures)
    assert known(honest.extraction).learned == 0.0
    assert all(known(e.bits) < 5 and e.said == 0 for e in honest.exposures)
    verdict = found.choice.verdicts[2]
    assert verdict.outcome == "out"
    for said in ("repeat 13 learned words", "recite", "secrets taught only once"):
        assert said in " ".join(verdict.reasons)


def test_names_and_numbers_that_come_out_are_counted(everybody: Everybody) -> None:
    leaking, honest = known(everybody[1].of("step-000004")), known(everybody[1].of("step-000005"))
    assert leaking.leaks.names > 0.9
    assert leaking.leaks.data["phone"] >= 24
    assert honest.leaks.names == 0.0
    assert honest.leaks.told == 0
    reasons = " ".join(everybody[1].choice.verdicts[3].reasons)
    assert "name somebody whom the request does not" in reasons
    assert "tells personal data" in reasons


def test_perplexity_is_of_the_persons_held_out_texts(everybody: Everybody) -> None:
    base, made = known(everybody[1].of("base")), known(everybody[1].of("step-000005"))
    assert known(base.perplexity) == pytest.approx(np.exp(3.0), rel=0.05)
    assert known(made.perplexity) == pytest.approx(np.exp(1.0), rel=0.05)


def test_stages_come_in_order(everybody: Everybody) -> None:
    stages = list(dict.fromkeys(event.stage for event in everybody[2]))
    assert stages == ["reading", "cost", "answers", "likelihoods", "measuring", "choosing", "evaluated"]


def test_the_page_shows_it_all_and_loads_nothing(everybody: Everybody) -> None:
    home, found, _ = everybody
    path = write_page(home, found)
    assert path == home.adapters / "scripted-1" / "evaluation.html"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    page = path.read_text()
    for said in (
        "Does it write like Sam Rivers?",
        "Validation loss would have taken step-000001",
        "Style against content",
        "Loss beside style",
        "What it memorised",
        "Answers side by side",
        "phone: ",
        "6.0 bits; 3/3",
    ):
        assert said in page, said
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert language_model(home) == part(found)


def test_a_page_of_what_could_not_be_measured_is_drawn_too(home: PersonHome) -> None:
    adapter(home, {})
    (home.adapters / "scripted-1" / MODEL).write_text("loops")
    list(evaluate(home, options=JudgeOptions(limit=3)))
    found = load_judgement(home)
    page = write_page(home, found).read_text()
    assert "too few to choose by" in page
    bare = replace(part(found), lines=[], samples=[], features=[], reasons=[])
    assert "requests that were held back" in shown(bare)


def test_the_command_prints_a_table_or_json(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter(home, {1: "shortens", 2: "person"})
    monkeypatch.setenv("LIKENESS_HOME", str(home.root.parent))
    settings.cache_clear()
    run = CliRunner().invoke(app, ["evaluate", "writing", "--limit", "12"])
    assert run.exit_code == 0, run.output
    assert "step-000001: out, answers 0.2 of the person's length" in run.output
    assert "evaluation.html" in run.output
    assert run.stderr.index("54 answers to write") < run.stderr.index("54 answers of")
    told = CliRunner().invoke(app, ["evaluate", "writing", "--limit", "12", "--json"])
    found = json.loads(told.stdout)
    assert found["chosen"] == "step-000002"
    assert found["models"]["base"]["style_share"]["value"] == 0.0
    assert found["style_share"] == pytest.approx(1.0, abs=0.15)
    wrong = CliRunner().invoke(app, ["evaluate", "writing", "--checkpoints", "some"])
    assert isinstance(wrong.exception, InputError)


def test_loops_are_out(home: PersonHome) -> None:
    adapter(home, {1: "loops"})
    list(evaluate(home, options=JudgeOptions(limit=10)))
    found = load_judgement(home)
    assert found.choice.chosen == ""
    assert "go round in circles" in " ".join(found.choice.verdicts[0].reasons)
    assert artefacts.load(home.adapters / "scripted-1").extra["chosen_by"] == "validation loss"
    assert (home.adapters / "scripted-1" / MODEL).read_text() == "as trained"


def test_a_killed_evaluation_goes_on(home: PersonHome) -> None:
    folder = adapter(home, {1: "halfway", 2: "person"})
    options = JudgeOptions(limit=12)
    Scripted.dies_after = 30
    with pytest.raises(KeyboardInterrupt):
        list(evaluate(home, options=options))
    cache = folder / "evaluation" / "step-000001.jsonl"
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.parent.stat().st_mode) == 0o700
    with cache.open("a") as handle:
        handle.write('{"weights": "cut sho')
    Scripted.dies_after = 10**9
    events = list(evaluate(home, options=options))
    in_all = 3 * 18
    assert Scripted.written == in_all
    assert events[2].stage == "cost"
    assert events[2].metrics == {"answers": in_all - 30, "known": 30}
    told = [event for event in events if event.stage == "cost" and "seconds_per_answer" in event.metrics]
    assert len(told) == 1
    again = load_judgement(home)
    list(evaluate(home, options=options))
    assert Scripted.written == in_all
    assert load_judgement(home) == again


def test_answers_of_other_weights_are_not_used(home: PersonHome) -> None:
    folder = adapter(home, {1: "halfway"})
    list(evaluate(home, options=JudgeOptions(limit=10)))
    before = Scripted.written
    (folder / "checkpoints" / "step-000001" / MODEL).write_text("person")
    list(evaluate(home, options=JudgeOptions(limit=10)))
    assert Scripted.written == before + 15


def test_a_quantised_base_is_judged_beside(home: PersonHome) -> None:
    folder = adapter(home, {1: "person"})
    (folder / MODEL).write_text("halfway")
    list(evaluate(home, options=JudgeOptions(limit=10, bits=4)))
    found = load_judgement(home)
    assert found.choice.chosen == "step-000001", found.choice.verdicts
    assert [series.label for series in found.series] == ["person", "base", "step-000001", "step-000001, 4 bits"]
    assert found.series[-1].role == "deployed"
    assert [verdict.label for verdict in found.choice.verdicts] == ["step-000001"]


def test_a_base_is_judged_in_the_bits_it_was_tuned_in(home: PersonHome) -> None:
    folder = adapter(home, {1: "person"})
    manifest = artefacts.load(folder)
    replace(manifest, recipe={**manifest.recipe, "bits": 4}).save(folder)
    Scripted.held.clear()
    list(evaluate(home, options=JudgeOptions(limit=10)))
    assert set(Scripted.held) == {4}
    list(evaluate(home, options=JudgeOptions(limit=10, bits=8)))
    assert set(Scripted.held) == {4, 8}


def test_what_is_deployed_is_judged_beside(home: PersonHome) -> None:
    folder = adapter(home, {1: "person"})
    (folder / MODEL).write_text("halfway")
    record(folder, "ollama", {"model": "me"})
    list(evaluate(home, "served", "scripted-1", JudgeOptions(limit=10, model="me:4bit")))
    found = load_judgement(home)
    assert [series.label for series in found.series] == ["person", "base", "step-000001", "at served"]
    assert [series.engine for series in found.series] == ["", "scripted", "scripted", "served"]
    assert found.series[-1].perplexity is None
    assert known(known(found.series[-1].style).share).value < 0.9
    assert [verdict.label for verdict in found.choice.verdicts] == ["step-000001"]
    assert "export it again" in found.notes[-1]


def test_what_was_never_exported_is_said_before_anything_is_answered(home: PersonHome) -> None:
    folder = adapter(home, {1: "person"})
    with pytest.raises(NotReady, match="not at ollama yet") as error:
        list(evaluate(home, "ollama", "scripted-1", JudgeOptions(limit=10)))
    assert "likeness export ollama" in error.value.hint
    (folder / "exports.json").write_text("{")
    with pytest.raises(InputError, match=r"exports\.json cannot be read"):
        list(evaluate(home, "ollama", "scripted-1", JudgeOptions(limit=10)))
    assert Scripted.written == 0


def test_only_the_last_checkpoint_and_no_change_when_asked_so(home: PersonHome) -> None:
    folder = adapter(home, {1: "halfway", 2: "person"})
    list(evaluate(home, options=JudgeOptions(limit=10, checkpoints="last", keep=True)))
    assert [series.label for series in load_judgement(home).series] == ["person", "base", "step-000002"]
    assert (folder / MODEL).read_text() == "as trained"


def test_an_adapter_without_checkpoints_is_judged_as_it_is(home: PersonHome) -> None:
    folder = adapter(home, {})
    (folder / MODEL).write_text("person")
    list(evaluate(home, options=JudgeOptions(limit=10)))
    assert [series.label for series in load_judgement(home).series] == ["person", "base", "scripted-1"]
    assert artefacts.load(folder).extra["chosen_by"] == "validation loss"


def test_what_is_missing_or_wrong_is_said(home: PersonHome) -> None:
    with pytest.raises(NotReady, match="no language model"):
        load_judgement(home)
    folder = adapter(home, {1: "person"})
    with pytest.raises(NotReady):
        load_evaluation(home)
    with pytest.raises(InputError):
        list(evaluate(home, options=JudgeOptions(limit=0)))
    with pytest.raises(EngineMissing):
        list(evaluate(home, "builtin.voice", "scripted-1"))
    (folder / "evaluation.json").write_text("{}")
    with pytest.raises(InputError, match="cannot be read"):
        load_judgement(home)
    files.discard(home.datasets / "writing-1")
    with pytest.raises(NotReady, match="dataset of this adapter is gone"):
        list(evaluate(home))


def test_all_that_quotes_messages_can_be_removed(home: PersonHome) -> None:
    folder = adapter(home, {1: "person"})
    before = {path.name for path in folder.iterdir()}
    list(evaluate(home, options=JudgeOptions(limit=4)))
    (folder / "evaluation.html").write_text("quotes")
    result.remove(folder)
    assert {path.name for path in folder.iterdir()} == before


def test_too_few_examples_choose_nothing(home: PersonHome) -> None:
    adapter(home, {1: "person"})
    list(evaluate(home, options=JudgeOptions(limit=4)))
    found = load_judgement(home)
    assert found.choice.chosen == ""
    assert "4 held-out examples are too few" in found.choice.summary
