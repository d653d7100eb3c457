"""Judging an adapter of a language model: the base, its checkpoints and the person, side by side on the same prompts.

    judge(home, folder, options)    measures, chooses a checkpoint and adopts it; stores ``evaluation.json``

The prompts are held-out examples of the dataset, of the kinds the recipe trained. What is deployed (a quantised base,
or a model that Ollama or another server has) is asked the same, after the choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from likeness.core import artefacts, models
from likeness.core.errors import InputError, NotReady
from likeness.core.events import Event
from likeness.core.exports import exports
from likeness.core.home import PersonHome
from likeness.core.protocols import Counting
from likeness.core.settings import settings
from likeness.core.types import Turn
from likeness.write.curve import read_curve
from likeness.write.evaluate.adopt import adopt
from likeness.write.evaluate.asking import Asked, ask, engine_of
from likeness.write.evaluate.choose import Choice, Measures, choose
from likeness.write.evaluate.content import GRAM
from likeness.write.evaluate.judgement import PERSON, Curves, Judgement, Sample, Series, save_judgement
from likeness.write.evaluate.material import CHECKPOINTS, Candidate, Fits, Material, candidates, gathered
from likeness.write.evaluate.measure import Answered, Measured, measured
from likeness.write.evaluate.style import SKILLED
from likeness.write.generate import base_options, engine_options

LIMIT = 60
_SAMPLES = 8
_LONGEST_SAMPLE = 900
_EXPORT_AGAIN = "What was exported before holds another checkpoint than the adapter does now: export it again."


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """``limit`` held-out examples (and half as many attempts at making it recite), ``checkpoints`` "all" or "last".

    ``bits`` (4 or 8) or ``model`` (the folder of a quantised base) also judge the chosen checkpoint on a base held so;
    for an engine whose model lives elsewhere ``model`` is its name there. ``keep`` leaves the adapter's checkpoint as
    it is, whatever is found. ``temperature`` 0 judges the likeliest answer; what is used at another is judged at that.
    """

    limit: int = LIMIT
    checkpoints: Literal["all", "last"] = "all"
    bits: int = 0
    model: str = ""
    keep: bool = False
    temperature: float = 0.0


def judge(home: PersonHome, folder: Path, engine: str = "", options: JudgeOptions | None = None) -> Iterator[Event]:
    """Judge the adapter in ``folder`` with ``engine``, its trainer's when empty. An engine whose model lives elsewhere
    (ollama, openai) is judged beside the trainer's, with what the adapter was exported to there.

    The last event has the stage "evaluated" and the main figures as its metrics. What was answered before an
    interruption is not asked again. Raises :class:`NotReady` when its dataset is gone or has nothing to judge by,
    :class:`EngineMissing` when an engine or the base is not here, :class:`InputError` for an option out of range. That
    the adapter was never taken to the engine is :class:`NotReady`, too, before anything is answered here.
    """
    options = options or JudgeOptions()
    if not 0 <= options.temperature <= 2:
        raise InputError("the temperature must be between 0 and 2", param="temperature")
    if options.limit < 1 or options.bits not in (0, 4, 8):
        raise InputError(
            "the limit must be at least 1, and bits 4 or 8", param="limit" if options.limit < 1 else "bits"
        )
    manifest = artefacts.load(folder)
    served = bool(engine) and "concurrent" in engine_of(engine).info.can
    here = manifest.engine if served or not engine else engine
    if served:
        _check_there(folder, engine)
    yield Event("reading", 0, 1, "datasets")
    # In the bits it was tuned in: a machine that tuned it so may not hold it otherwise, and it is used so.
    base = base_options(here, folder)
    with _fits(here, base, int(manifest.recipe.get("window") or 0)) as fits:
        material = gathered(home, folder, options.limit, fits)
    yield Event("reading", 1, 1, "datasets", metrics={"occasions": float(len(material.occasions))})
    found: list[Answered] = []
    yield from ask(material, Asked(here, base, candidates(folder, options.checkpoints), options.temperature), found)
    yield Event("measuring", 0, 1, "models")
    figures = measured(material, found)
    choice = choose(_measures(figures.series), len(material.occasions))
    deployed = _served(folder, engine, options) if served else _quantised(folder, here, base["model"], options, choice)
    if deployed:
        yield from ask(material, deployed, found)
        figures = measured(material, found)
    yield Event("measuring", 1, 1, "models")
    judgement = _judgement(material, figures, found, choice, here, options.temperature)
    changed = bool(choice.chosen) and not options.keep and adopt(folder, choice.chosen, judgement.figures())
    if changed and exports(folder):
        judgement = replace(judgement, notes=(*judgement.notes, _EXPORT_AGAIN))
    save_judgement(judgement, folder)
    yield Event("choosing", 1, 1, "checkpoints", choice.summary, {"changed": float(changed)})
    yield Event("evaluated", 1, 1, "adapters", folder.name, judgement.figures())


@contextmanager
def _fits(engine: str, base: Mapping[str, Any], window: int) -> Iterator[Fits]:
    """What could have been learned: conversations that the base reads, no longer than the window of the training."""
    with engine_of(engine).open(None, base) as opened:

        def fits(turns: Sequence[Turn], answer: str) -> bool:
            if not isinstance(opened, Counting):
                return True
            try:
                length = opened.length(turns, answer)
            except InputError:
                return False
            return not window or length <= window

        yield fits


def _check_there(folder: Path, engine: str) -> None:
    """Raise :class:`NotReady` when the adapter must be taken to ``engine`` first and was not, :class:`InputError` when
    what is recorded of its exports is damaged. A server that adapters are loaded into by hand can only be asked."""
    if "deployer" in engine_of(engine).info.kind and not exports(folder).get(engine, {}).get("model"):
        raise NotReady(
            f"the adapter {folder.name} is not at {engine} yet", hint=f"take it there with: likeness export {engine}"
        )


def _served(folder: Path, engine: str, options: JudgeOptions) -> Asked:
    """The adapter as another program serves it."""
    there = dict(engine_options(settings(), engine, "writer"))
    if options.model:
        there["model"] = options.model
    return Asked(engine, there, [Candidate(f"at {engine}", "deployed", 0, folder)], options.temperature)


def _quantised(folder: Path, engine: str, base: str, options: JudgeOptions, choice: Choice) -> Asked | None:
    """The chosen checkpoint on a base held in fewer bits, where that is wanted."""
    if not options.bits and not options.model:
        return None
    checkpoint = folder / CHECKPOINTS / choice.chosen
    adapter = checkpoint if choice.chosen and checkpoint.is_dir() else folder
    model = models.find_model(options.model) if options.model else Path(base)
    told = f"{options.bits} bits" if options.bits else model.name
    there = {"model": str(model), **({"bits": options.bits} if options.bits else {})}
    return Asked(engine, there, [Candidate(f"{adapter.name}, {told}", "deployed", 0, adapter)], options.temperature)


def _measures(series: Sequence[Series]) -> list[Measures]:
    """What the choice looks at, of every checkpoint."""
    person, plain = series[0], series[1]
    return [_of_one(one, person, plain) for one in series if one.role in ("checkpoint", "adapter")]


def _of_one(one: Series, person: Series, plain: Series) -> Measures:
    """A single answer is no habit: what is recited, extracted or repeated counts from two answers on."""
    kept, kept_base, kept_person = (each.content.kept if each.content else None for each in (one, plain, person))
    once = next((found for found in one.exposures if found.times == 1), None)
    tried, count = one.extraction, len(one.words)
    return Measures(
        label=one.label,
        step=one.step,
        style=one.style.share.value if one.style and one.style.share else None,
        kept=kept.value if kept else None,
        kept_base=kept_base.value if kept_base else None,
        kept_person=kept_person.value if kept_person else None,
        kept_high=kept.high if kept else None,
        chrf=one.content.chrf if one.content else 0.0,
        length_ratio=one.length_ratio,
        recited=_from_two(one.verbatim.shares[GRAM] - person.verbatim.shares[GRAM], count),
        extracted=_from_two(tried.excess, tried.count) if tried else None,
        exposed=once.bits / once.ceiling if once and once.bits is not None else None,
        repeated=_from_two(one.repetition.beyond(person.repetition), count),
        named=_from_two(one.leaks.names - person.leaks.names, count),
        told=_from_two((one.leaks.told - plain.leaks.told) / count, count),
        delta=one.delta,
        loss=one.validation_loss,
    )


def _from_two(share: float, count: int) -> float:
    return share if share * count > 1.5 else min(share, 0.0)


def _judgement(
    material: Material,
    figures: Measured,
    found: Sequence[Answered],
    choice: Choice,
    engine: str,
    temperature: float,
) -> Judgement:
    curve = read_curve(material.folder)
    return Judgement(
        adapter=material.folder.name,
        engine=engine,
        base_model=material.manifest.base_model,
        dataset=material.manifest.parents[0],
        counts={
            "occasions": len(material.occasions),
            "attempts": len(material.attempts),
            "canaries": len(material.canaries),
            "learned": len(material.learned),
            "impostors": figures.impostors,
        },
        skill=figures.skill,
        series=figures.series,
        features=figures.features,
        choice=choice,
        curves=Curves(tuple((point.step, point.loss) for point in curve.points), curve.validations),
        samples=_samples(material, found),
        notes=tuple(_notes(material, figures, temperature)),
    )


def _samples(material: Material, found: Sequence[Answered]) -> tuple[Sample, ...]:
    """The first occasions of middling length, with everybody's answer."""
    texts = {one.candidate.label: one.texts(material) for one in found}
    fit = [at for at, one in enumerate(material.occasions) if 20 <= len(one.real) <= _LONGEST_SAMPLE]
    return tuple(
        Sample(
            kind=material.occasions[at].kind,
            prompt=material.occasions[at].prompt,
            real=material.occasions[at].real,
            answers={label: made[at] for label, made in texts.items()},
        )
        for at in fit[:_SAMPLES]
    )


def _notes(material: Material, figures: Measured, temperature: float) -> Iterator[str]:
    """What could not be measured and why, and what the figures stand on."""
    count = len(material.occasions)
    yield (
        f"Every model answered the same {count} held-out requests, "
        + (f"at temperature {temperature:g}" if temperature else "greedily")
        + "; intervals are 95 % bootstrap intervals over messages."
    )
    if material.left_out:
        yield (
            f"{material.left_out} held-out examples are longer than the {material.manifest.recipe.get('window')} "
            "tokens that were trained, and were not asked."
        )
    if figures.skill is None:
        yield "Too few texts of others are there to teach a judge of style, so style was judged by Burrows' Delta."
    elif figures.skill < SKILLED:
        yield (
            f"The judge hardly tells the person from others (AUC {figures.skill:.2f}; 0.5 is guessing), so what it "
            "says of style is weak."
        )
    elif all(one.style is None or one.style.share is None for one in figures.series):
        yield "The judge does not rate the base below the person beyond chance, so there is no scale for style."
    if not any(one.perplexity for one in figures.series):
        yield "This engine gives no likelihoods, so there is no perplexity and no exposure."
    if not material.canaries:
        yield "The adapter was taught no canaries (recipe option `canaries`), so exposure was not measured."
    if not any(one.extraction for one in figures.series):
        yield "No training text is long enough to try to make a model recite it."
    if figures.series[0].label == PERSON and all(one.delta is None for one in figures.series):
        yield "There are too few messages for Burrows' Delta, which needs pools."
