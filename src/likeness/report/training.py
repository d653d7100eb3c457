"""The page of one training: how the losses went, what was learned from, what was left out, and the options.

Written into the run's folder at every validation and at the end, so that it can be looked at while the run goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from likeness import __version__
from likeness.core import artefacts, files, models
from likeness.core.artefacts import Manifest
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.report.curves import lines
from likeness.report.markup import Safe, details, join, table, tag
from likeness.report.model import Figure
from likeness.report.page import document
from likeness.report.sections.parts import figures
from likeness.write import runs, tune
from likeness.write.curve import Curve, read_curve
from likeness.write.shown import PAGE, Shown, read_shown
from likeness.write.tune_recipe import TuneRecipe

_SMOOTHED = 0.9


def train(home: PersonHome, recipe: TuneRecipe | Mapping[str, Any], **options: Any) -> Iterator[Event]:
    """As :func:`likeness.write.tune.tune`, which takes the ``options``, with the run's page drawn as it goes on."""
    yield from tune.tune(home, recipe, draw=draw, **options)


def draw(folder: Path) -> None:
    """Write ``training.html`` of the run or adapter in ``folder``, from what it has noted so far."""
    files.write_text(folder / PAGE, page(folder))


def page(folder: Path) -> str:
    """The page as one HTML document."""
    curve, shown, manifest, note = read_curve(folder), read_shown(folder), _manifest(folder), runs.read_note(folder)
    steps = note.steps if note else 0
    body = [
        _head(folder.name, curve, manifest, note),
        tag(
            "main",
            _section("loss", "Loss", _losses(curve)),
            _section("pace", "Rate, gradient and speed", _pace(curve)),
            _section("words", "What is learned", _words(shown)),
            _section("left-out", "What was left out", _left_out(shown)),
            _section("kept", "Checkpoints", _checkpoints(folder, curve, manifest)),
            _section("options", "Options", _options(manifest.recipe if manifest else {})) if manifest else None,
        ),
        tag(
            "footer",
            tag(
                "p",
                f"Made by likeness {__version__} at {datetime.now(UTC).isoformat(timespec='seconds')}, on the machine "
                "that holds the data. It quotes a private message: keep it where you keep them.",
            ),
        ),
    ]
    state = "trained" if manifest else f"step {curve.points[-1].step if curve.points else 0} of {steps or '?'}"
    return document(f"{folder.name}: {state}", body)


def _section(name: str, heading: str, *content: Safe | None) -> Safe:
    return tag("section", tag("h2", heading), *content, id=name)


def _head(name: str, curve: Curve, manifest: Manifest | None, note: runs.Note | None) -> Safe:
    base = manifest.base_model if manifest else note.base if note else "a model"
    step = curve.points[-1].step if curve.points else 0
    if manifest:
        lead = f"{base}, tuned by {manifest.engine or 'a trainer'} in {step:,} steps: the training is finished."
    else:
        total = f" of {note.steps:,}" if note and note.steps else ""
        lead = f"{base}, being tuned: step {step:,}{total}. This page is drawn anew at every validation."
    if base == models.TINY:
        lead += " The base is tiny and of random weights: it shows that everything runs, and writes like nobody."
    told = figures(_figures(curve, manifest)) if curve.points else None
    title = f"Tuning {base.rstrip('/').rpartition('/')[2]}"
    return tag("header", tag("h1", title), tag("p", lead, class_="lead"), told, tag("p", f"Adapter {name}"))


def _figures(curve: Curve, manifest: Manifest | None) -> list[Figure]:
    found = []
    measures = curve.measures()
    if curve.best:
        first, (step, best) = curve.validations[0][1], curve.best
        meaning = f"nats per token on texts not learned from, after step {step:,}; {first:.3f} at first"
        found.append(Figure("Best validation loss", f"{best:.3f}", meaning))
    found.append(Figure("Loss", f"{measures['loss']:.3f}", f"at the last step; {measures['first_loss']:.3f} at first"))
    if "useful_tokens_per_second" in measures:
        speed = measures["useful_tokens_per_second"]
        told = f"tokens of the person's own; {measures['tokens_per_second']:,.0f} with what is only read"
        found.append(Figure("Learned per second", f"{speed:,.0f}", told))
    found.append(Figure("Time", _duration(measures["training_seconds"]), "in steps, without validations"))
    if manifest and manifest.measures.get("peak_mb"):
        found.append(Figure("Memory", f"{manifest.measures['peak_mb'] / 1024:.1f} GB", "at the most"))
    return found


def _losses(curve: Curve) -> Safe:
    if not curve.points:
        return tag("p", "No step has been done yet.")
    steps = [float(point.step) for point in curve.points]
    losses = [point.loss for point in curve.points]
    at, found = [float(step) for step, _ in curve.validations], [loss for _, loss in curve.validations]
    said = f"Loss from {losses[0]:.2f} to {losses[-1]:.2f}"
    if found:
        said += f"; validation loss from {found[0]:.2f} to {found[-1]:.2f}, at best {min(found):.2f}"
    series = [("others", steps, losses), ("person", steps, _smooth(losses)), ("made", at, found)]
    return join(
        tag(
            "p",
            "How surprised the model is by the person's next word: grey for each step, black the same smoothed, green "
            "on the texts that are held back. Where green turns upwards, it learns by heart.",
        ),
        lines(series, axes="loss in nats per learned token, over steps", label=f"{said}.", height=260),
        _figures_of(curve),
    )


def _figures_of(curve: Curve) -> Safe | None:
    if not curve.validations:
        return None
    rows = [[f"{step:,}", f"{loss:.4f}"] for step, loss in curve.validations]
    return details("The validations in figures", table(["after step", "validation loss"], rows))


def _pace(curve: Curve) -> Safe:
    if not curve.points:
        return tag("p", "No step has been done yet.")
    steps = [float(point.step) for point in curve.points]
    speeds = [point.tokens / point.seconds if point.seconds else float("nan") for point in curve.points]
    useful = [point.useful_tokens / point.seconds if point.seconds else float("nan") for point in curve.points]
    drawn: list[tuple[str, list[tuple[str, list[float], list[float]]]]] = [
        ("learning rate over steps", [("made", steps, [point.learning_rate for point in curve.points])]),
        ("norm of the gradient before clipping", [("person", steps, [p.gradient_norm for p in curve.points])]),
        ("tokens per second: all, and in green those learned", [("person", steps, speeds), ("made", steps, useful)]),
    ]
    return tag("div", [tag("div", lines(series, axes=axes, label=axes)) for axes, series in drawn], class_="two")


def _words(shown: Shown) -> Safe:
    if not shown.row:
        return tag("p", "The trainer left no example.")
    pieces = [tag("ins", text) if learned else join(text) for text, learned in shown.row]
    return join(
        tag(
            "p",
            "One conversation as the model reads it. Only the marked words count: the person's own, and the sign that "
            "ends their turn.",
        ),
        tag("div", tag("p", pieces, class_="letter"), class_="sheet"),
    )


def _left_out(shown: Shown) -> Safe:
    if not shown.left_out:
        return tag("p", "Nothing: every example that was asked for is learned from.")
    rows = [[reason, f"{count:,}"] for reason, count in sorted(shown.left_out.items(), key=lambda item: -item[1])]
    return table(["why", "examples"], rows)


def _checkpoints(folder: Path, curve: Curve, manifest: Manifest | None) -> Safe:
    losses = dict(curve.validations)
    chosen = manifest.extra.get("chosen", "") if manifest else ""
    found = sorted((folder / "checkpoints").glob("step-*"))
    if not found:
        return tag("p", "None has been kept yet.")
    rows: list[Sequence[str]] = []
    for path in found:
        loss = losses.get(int(path.name.removeprefix("step-")))
        told = f"chosen by {manifest.extra.get('chosen_by', '')}" if manifest and path.name == chosen else ""
        rows.append([path.name, "" if loss is None else f"{loss:.4f}", told])
    return table(["checkpoint", "validation loss", ""], rows)


def _options(recipe: Mapping[str, Any]) -> Safe:
    fields = TuneRecipe.model_fields
    ordered = [name for name in fields if name in recipe] + [name for name in recipe if name not in fields]
    rows = [
        [name.replace("_", " "), _text(recipe[name]), (fields[name].description or "") if name in fields else ""]
        for name in ordered
    ]
    return table(["option", "value", "meaning"], rows)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else json.dumps(value).strip('"')


def _smooth(values: Sequence[float]) -> list[float]:
    """An exponential mean whose beginning is not pulled to zero."""
    found, level, weight = [], 0.0, 0.0
    for value in values:
        level, weight = _SMOOTHED * level + (1 - _SMOOTHED) * value, _SMOOTHED * weight + (1 - _SMOOTHED)
        found.append(level / weight)
    return found


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _manifest(folder: Path) -> Manifest | None:
    return artefacts.load(folder) if (folder / artefacts.MANIFEST).is_file() else None
