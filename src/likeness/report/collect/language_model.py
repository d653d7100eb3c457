"""How the newest language model was judged."""

from __future__ import annotations

from likeness.core.home import PersonHome
from likeness.report.model import Feature, ModelLine, ModelPart, ModelSample, Range
from likeness.write.evaluate import Judgement, load_judgement
from likeness.write.evaluate.bootstrap import Interval
from likeness.write.evaluate.judgement import BASE, PERSON, Series


def language_model(home: PersonHome) -> ModelPart:
    """The newest judgement. Raises :class:`NotReady` when there is none."""
    return part(load_judgement(home))


def part(found: Judgement) -> ModelPart:
    """What the pages show of a judgement."""
    outcomes = {verdict.label: verdict.outcome for verdict in found.choice.verdicts}
    return ModelPart(
        adapter=found.adapter,
        base=found.base_model,
        engine=found.engine,
        summary=found.choice.summary,
        chosen=found.choice.chosen,
        by_loss=found.choice.by_loss,
        occasions=found.counts.get("occasions", 0),
        lines=[_line(series, found.series[0], outcomes.get(series.label, "")) for series in found.series],
        reasons=[(verdict.label, verdict.outcome, verdict.reasons) for verdict in found.choice.verdicts],
        features=[
            Feature(
                label=feature.label,
                unit=feature.unit,
                person=feature.values[PERSON],
                plain=feature.values.get(BASE),
                rewritten=feature.values.get(found.subject.label),
                others=feature.values.get("others"),
            )
            for feature in found.features
            if any(feature.values.values())
        ],
        training=found.curves.training,
        validation=found.curves.validation,
        samples=[ModelSample(each.kind, each.prompt, each.real, each.answers) for each in found.samples],
        notes=found.notes,
    )


def _line(series: Series, person: Series, outcome: str) -> ModelLine:
    style, content, tried = series.style, series.content, series.extraction
    return ModelLine(
        label=series.label,
        role=series.role,
        outcome=outcome,
        step=series.step,
        words=series.words,
        length_ratio=series.length_ratio,
        recited=min(series.verbatim.shares.items())[1],
        longest=series.verbatim.longest,
        collapsed=series.repetition.beyond(person.repetition),
        names=series.leaks.names,
        data=series.leaks.data,
        style=_range(style.share) if style else None,
        auc=_range(style.auc) if style else None,
        told_apart=series.told_apart,
        delta=series.delta,
        kept=_range(content.kept) if content else None,
        chrf=content.chrf if content and series.role != "person" else None,
        extracted=(tried.learned, tried.held_out) if tried else None,
        exposures=[(e.times, e.bits, e.ceiling, e.said, e.count) for e in series.exposures],
        perplexity=series.perplexity,
        validation_loss=series.validation_loss,
    )


def _range(found: Interval | None) -> Range | None:
    return (found.value, found.low, found.high) if found else None
