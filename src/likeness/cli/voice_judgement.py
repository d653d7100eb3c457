"""The judgement of a voice, as a table for people and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from likeness.cli.options import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from likeness.speak.evaluate import Evaluation, Feeling, Scale

_SHARES = {"word_error", "character_error", "clipped_share", "silence_share"}


def lines(found: Evaluation) -> Iterator[str]:
    """The verdict, every measure between floor and ceiling, the feelings, and what was left out."""
    for verdict in found.verdicts:
        yield printable(verdict)
    if found.verdicts:
        yield ""
    yield from _aligned([("", "others", "base", "voice", "person", ""), *map(_scale, found.scales)])
    if found.feelings:
        yield ""
        header = ("feeling", "seconds", "pitch", "voice", "moves", "voice", "pace", "voice")
        yield from _aligned([header, *map(_feeling, found.feelings)])
    if found.notes:
        yield ""
    for note in found.notes:
        yield f"- {printable(note)}"


def as_json(found: Evaluation, page: str) -> dict[str, Any]:
    """The figures by name, and the scales, verdicts and what is missing; no text of anybody's."""
    from dataclasses import asdict

    return {
        **found.figures(),
        "voice": found.voice,
        "engine": found.engine,
        "basis": found.basis,
        "others": list(found.others),
        "verdicts": list(found.verdicts),
        "scales": [asdict(scale) for scale in found.scales],
        "feelings": [asdict(feeling) for feeling in found.feelings],
        "missing": [asdict(missing) for missing in found.missing],
        "page": page,
    }


def _scale(scale: Scale) -> tuple[str, ...]:
    told = f"{scale.title.lower()} ({scale.judge})" if scale.judge else scale.title.lower()
    values = (_number(scale, value) for value in (scale.others, scale.base, scale.voice, scale.person))
    return (told, *values, "" if scale.share is None else f"{scale.share:.0%} of the way")


def _number(scale: Scale, value: float | None) -> str:
    if value is None:
        return "–"
    if scale.name in _SHARES:
        return f"{value:.1%}"
    unit = "" if scale.unit in ("cosine", "ratio", "MOS 1-5") else f" {scale.unit}"
    return f"{value:.0f}{unit}" if abs(value) >= 100 else f"{value:.2f}{unit}"


def _feeling(feeling: Feeling) -> tuple[str, ...]:
    def shown(value: float | None, form: str, unit: str = "") -> str:
        return "–" if value is None else f"{value:{form}}{unit}"

    return (
        printable(feeling.emotion),
        f"{feeling.seconds:.0f}",
        shown(feeling.person.pitch_hz, ".0f", " Hz"),
        shown(feeling.voice.pitch_hz, ".0f", " Hz"),
        shown(feeling.person_move, "+.1f"),
        shown(feeling.voice_move, "+.1f"),
        shown(feeling.person_pace, ".2f", " ×"),
        shown(feeling.voice_pace, ".2f", " ×"),
    )


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.rjust(width) if at > 0 else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
