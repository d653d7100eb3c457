"""The judgement of a language model, as a table for people and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from likeness.cli.options import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from likeness.write.evaluate import Judgement
    from likeness.write.evaluate.judgement import Series

_HEADER = ("", "style", "(95 %)", "AUC", "length", "kept", "chrF", "recited", "extracted", "perplexity", "")


def lines(found: Judgement) -> Iterator[str]:
    """The table of all models and the reasons of the choice, line by line."""
    outcomes = {verdict.label: verdict.outcome for verdict in found.choice.verdicts}
    rows = [_HEADER, *(_row(series, outcomes.get(series.label, "")) for series in found.series)]
    yield from _aligned(rows)
    yield ""
    for verdict in found.choice.verdicts:
        yield f"{printable(verdict.label)}: {verdict.outcome}, {'; '.join(map(printable, verdict.reasons))}"
    yield ""
    yield printable(found.choice.summary)
    for note in found.notes:
        yield f"- {printable(note)}"


def as_json(found: Judgement, page: str) -> dict[str, Any]:
    """The main figures, those of every model, and the choice; no text of anybody's."""
    return {
        **found.figures(),
        "adapter": found.adapter,
        "chosen": found.choice.chosen,
        "by_loss": found.choice.by_loss,
        "summary": found.choice.summary,
        "reasons": {verdict.label: [verdict.outcome, *verdict.reasons] for verdict in found.choice.verdicts},
        "models": {series.label: _figures(series) for series in found.series},
        "counts": found.counts,
        "notes": list(found.notes),
        "page": page,
    }


def _figures(series: Series) -> dict[str, Any]:
    from dataclasses import asdict

    style, content, tried = series.style, series.content, series.extraction
    return {
        "role": series.role,
        "style_share": asdict(style.share) if style and style.share else None,
        "real_against_model_auc": asdict(style.auc) if style else None,
        "told_apart_auc": series.told_apart,
        "delta": series.delta,
        "length_ratio": series.length_ratio,
        "survival": asdict(content.kept) if content and content.kept else None,
        "chrf": content.chrf if content else None,
        "overlap": series.verbatim.shares,
        "longest_overlap_words": series.verbatim.longest,
        "extraction": asdict(tried) if tried else None,
        "exposures": [asdict(exposure) for exposure in series.exposures],
        "names": series.leaks.names,
        "personal_data": series.leaks.data,
        "repetition": asdict(series.repetition),
        "perplexity": series.perplexity,
        "validation_loss": series.validation_loss,
        "seconds_per_answer": series.seconds,
    }


def _row(series: Series, outcome: str) -> tuple[str, ...]:
    style, content, tried = series.style, series.content, series.extraction
    share = style.share if style else None
    person = series.role == "person"
    return (
        "the person" if person else "the base" if series.role == "base" else printable(series.label),
        f"{share.value:.2f}" if share else "–",
        f"{share.low:.2f}…{share.high:.2f}" if share else "",
        f"{style.auc.value:.2f}" if style else "–",
        f"{series.length_ratio:.2f}",
        f"{content.kept.value:.0%}" if content and content.kept else "–",
        f"{content.chrf:.1f}" if content and not person else "–",
        f"{min(series.verbatim.shares.items())[1]:.0%}",
        f"{tried.learned:.0%}/{tried.held_out:.0%}" if tried else "–",
        f"{series.perplexity:.2f}" if series.perplexity else "–",
        outcome,
    )


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    last = len(widths) - 1
    for row in rows:
        cells = [
            cell.ljust(width) if at in (0, last) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
