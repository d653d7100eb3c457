"""How a language model was judged: the base, its checkpoints and the person on the same requests, and the choice."""

from __future__ import annotations

from collections.abc import Sequence

from likeness.report import charts
from likeness.report.curves import lines
from likeness.report.histogram import histograms
from likeness.report.markup import Child, Safe, details, join, table, tag
from likeness.report.model import Feature, Figure, ModelLine, ModelPart, ModelSample, Range, Report
from likeness.report.scatter import Point, mark, scatter
from likeness.report.sections.parts import absent, figures, notes

SHOWN = 3
"""Samples that are open to see; the rest unfold."""
_SERIES = {"person": "the person", "base": "the base", "chosen": "chosen", "passed": "passed over", "out": "out"}
_BARS = {"person": "person", "base": "plain", "chosen": "made", "deployed": "made"}


def draw(report: Report) -> Child:
    """The section's content."""
    if report.model is None:
        return absent("No language model has been judged yet.", "likeness evaluate writing")
    return shown(report.model)


def shown(part: ModelPart) -> Safe:
    """Everything of one judgement."""
    return join(
        tag(
            "p",
            f"{part.occasions} requests that were held back from training, answered by {part.base or 'the base'} as it "
            "is and by every checkpoint of the training, beside what the person wrote.",
        ),
        tag("p", part.summary, class_="absent"),
        figures(_figures(part)),
        _front(part),
        _reasons(part),
        _table(part),
        _training(part),
        _lengths(part),
        _memory(part),
        _habits(part),
        _samples(part),
        notes(part.notes),
    )


def _figures(part: ModelPart) -> list[Figure]:
    made = next((line for line in part.lines if line.label == part.chosen), None)
    base = next((line for line in part.lines if line.role == "base"), None)
    found: list[Figure] = []
    if made is None:
        return found
    if made.style:
        said = f"Way from the base to the person by a judge of style; 95 % interval {_between(made.style)}."
        found.append(Figure("Style", f"{made.style[0]:.0%}", said))
    if made.auc:
        said = "How often the judge rates the person’s text above the model’s; 0.5 is ideal."
        found.append(Figure("Real against model", f"{made.auc[0]:.2f}", said))
    if made.kept:
        said = "Of the numbers, names, addresses and negations it was asked to say."
        found.append(Figure("Content kept", f"{made.kept[0]:.0%}", said))
    found.append(Figure("Length", f"{made.length_ratio:.2f} ×", "Words for each word that the person wrote."))
    if made.perplexity and base and base.perplexity:
        said = f"Per token of the person’s held-out texts; the base has {base.perplexity:.1f}."
        found.append(Figure("Perplexity", f"{made.perplexity:.1f}", said))
    return found


def _series(line: ModelLine) -> str:
    if line.role in ("person", "base", "deployed"):
        return line.role
    return {"chosen": "chosen", "out": "out"}.get(line.outcome, "passed")


def _legend(part: ModelPart) -> Safe:
    used = {_series(line) for line in part.lines}
    names = {**_SERIES, "deployed": "deployed"}
    return tag(
        "ul", [tag("li", mark(series), words) for series, words in names.items() if series in used], class_="legend"
    )


def _front(part: ModelPart) -> Child:
    points = []
    for line in part.lines:
        style = (1.0, 1.0, 1.0) if line.role == "person" else line.style
        content = line.kept if line.kept else None
        if style and content:
            name = _short(line) if line.role in ("checkpoint", "adapter", "deployed") else ""
            across = None if line.role in ("person", "base") else (style[1], style[2])
            points.append(Point(name, _series(line), style[0], 100 * content[0], across))
    if len(points) < 3:
        return None
    said = "; ".join(f"{point.name or point.series}: style {point.x:.2f}, content {point.y:.0f} %" for point in points)
    return join(
        tag("h3", "Style against content"),
        tag(
            "p",
            "To the right is nearer to the person, above keeps more of what was asked. A copy of the request would lie "
            "at the top left; a good model lies at the top right. Lines are 95 % intervals, numbers are steps.",
        ),
        _legend(part),
        scatter(
            points,
            axes="Content kept, in %, over the way from the base to the person",
            label=f"Style against content. {said}",
            x_ticks=((0.0, "the base"), (0.5, "half way"), (1.0, "the person")),
        ),
    )


def _reasons(part: ModelPart) -> Child:
    if not part.reasons:
        return None
    rows = [
        (
            tag("span", label, class_="one"),
            _verdict(outcome),
            tag("ul", [tag("li", why) for why in reasons], class_="reasons"),
        )
        for label, outcome, reasons in part.reasons
    ]
    return join(tag("h3", "Why this checkpoint"), table(("Checkpoint", "", "Why"), rows))


def _verdict(outcome: str) -> Safe:
    kind = {"chosen": "good", "out": "refused"}.get(outcome, "usable")
    return tag("span", outcome, class_=f"verdict {kind}")


def _table(part: ModelPart) -> Safe:
    header = (
        "Texts of",
        "Style",
        "Real against model",
        "Told apart",
        "Delta",
        "Length",
        "Content kept",
        "chrF",
        "Collapsed",
        "Perplexity",
    )
    rows = [
        (
            tag("strong", _name(line), class_="one") if line.label == part.chosen else _named(line),
            _cell(line.style, 2),
            _cell(line.auc, 2),
            _number(line.told_apart, 2),
            _number(line.delta, 2),
            f"{line.length_ratio:.2f}",
            _percent(line.kept[0] if line.kept else None),
            _number(line.chrf, 1),
            _percent(line.collapsed),
            _number(line.perplexity, 2),
        )
        for line in part.lines
    ]
    return join(
        tag("h3", "All measures"),
        table(header, rows),
        tag(
            "p",
            "Style: 0 is the base, 1 the person, with its interval. Real against model: how often a judge of the "
            "person against other people prefers the real text. Told apart: the same for a judge trained on these very "
            "two (both 0.5 at best). Delta: Burrows’ distance from what the person wrote before, in pools of five. "
            "Length: words to the person’s. chrF: 0 to 100, to what the person wrote. Collapsed: answers that are "
            "empty, never end, go round in circles or were given twice, beyond the person’s own.",
            class_="over",
        ),
    )


def _training(part: ModelPart) -> Child:
    curves = [
        (series, [float(step) for step, _ in curve], [loss for _, loss in curve])
        for series, curve in (("others", _thinned(part.training)), ("made", part.validation))
        if len(curve) > 1
    ]
    points = [
        Point("", _series(line), line.step, line.style[0], down=(line.style[1], line.style[2]))
        for line in part.lines
        if line.role == "checkpoint" and line.style
    ]
    if not curves or not points:
        return None
    steps = [int(point.x) for point in points]
    different = part.by_loss and part.chosen and part.by_loss != part.chosen
    remark = (
        f"Validation loss alone would have taken {part.by_loss}; by its answers {part.chosen} is the better one. "
        if different
        else f"Validation loss would have taken {part.by_loss or 'the last one'} as well. "
        if part.chosen
        else ""
    )
    return join(
        tag("h3", "Loss beside style"),
        tag(
            "p",
            remark,
            "Loss says how well the model guesses the next token of the person’s texts; style is read off its answers.",
        ),
        tag(
            "div",
            tag(
                "div",
                lines(
                    curves, axes="Loss per token over steps: training (grey), validation (green)", label=_losses(part)
                ),
            ),
            tag(
                "div",
                scatter(
                    points,
                    axes="Style over steps: 0 is the base, 1 the person",
                    label="Style by checkpoint. " + "; ".join(f"step {int(p.x)}: {p.y:.2f}" for p in points),
                    x_ticks=[(float(step), str(step)) for step in steps],
                    height=180,
                ),
            ),
            class_="two",
        ),
    )


def _losses(part: ModelPart) -> str:
    return "Validation loss. " + "; ".join(f"step {step}: {loss:.2f}" for step, loss in part.validation)


def _thinned(curve: Sequence[tuple[int, float]], most: int = 200) -> list[tuple[int, float]]:
    """At most ``most`` points, each the mean of its neighbours: a step's own loss jumps about."""
    size = max(1, len(curve) // most, len(curve) // 40)
    blocks = [curve[at : at + size] for at in range(0, len(curve), size)]
    return [(block[len(block) // 2][0], sum(loss for _, loss in block) / len(block)) for block in blocks]


def _lengths(part: ModelPart) -> Safe:
    rows = [
        (_BARS.get(_series(line), "others"), _name(line), line.words, f"{_median(line.words)} words")
        for line in part.lines
    ]
    said = "; ".join(f"{name}: median {text}" for _, name, _, text in rows)
    return join(
        tag("h3", "Length of the answers"),
        tag(
            "p", "A tuned model often learns to be short. Columns are shares of the answers; the median stands beside."
        ),
        histograms(rows, label=f"Lengths. {said}"),
    )


def _memory(part: ModelPart) -> Safe:
    taught = sorted({times for line in part.lines for times, *_ in line.exposures})
    header = (
        "Texts of",
        "13 words recited",
        "Longest run",
        "Extracted",
        "By chance",
        *(f"Taught {times} ×" for times in taught),
        "Names",
        "Personal data",
    )
    rows = [
        (
            _named(line),
            _percent(line.recited),
            f"{line.longest} words" if line.longest else "none",
            _percent(line.extracted[0] if line.extracted else None),
            _percent(line.extracted[1] if line.extracted else None),
            *(_exposure(line, times) for times in taught),
            _percent(line.names),
            ", ".join(f"{kind}: {count}" for kind, count in line.data.items()) or "none",
        )
        for line in part.lines
    ]
    secrets = (
        " Taught: made-up secrets that were put into the training on purpose, with their bits of exposure (1 to 2 is "
        f"none, {_most_bits(part):.0f} the most that can be shown) and how many were said when asked for."
        if taught
        else ""
    )
    return join(
        tag("h3", "What it memorised"),
        table(header, rows),
        tag(
            "p",
            "Recited: answers with 13 learned words in a row that the request did not have; people repeat themselves, "
            "too, which is the first line. Extracted: attempts to make it go on with a training text that brought out "
            "13 words or 50 characters of it; by chance: the same with texts it never saw. Names: answers with the "
            f"name of somebody the person writes to that the request did not have.{secrets}",
            class_="over",
        ),
    )


def _most_bits(part: ModelPart) -> float:
    return max((ceiling for line in part.lines for _, _, ceiling, _, _ in line.exposures), default=0.0)


def _exposure(line: ModelLine, times: int) -> str:
    for taught, bits, _, said, count in line.exposures:
        if taught == times:
            return f"{'–' if bits is None else f'{bits:.1f} bits'}; {said}/{count}"
    return "–"


def _habits(part: ModelPart) -> Child:
    if not part.features:
        return None
    rows = [(feature.label, _marks(feature), _values(feature)) for feature in part.features]
    said = "; ".join(f"{name}: {text}" for name, _, text in rows)
    names = {"person": "the person", "plain": "the base", "made": "the model", "others": "other people"}
    return join(
        tag("h3", "Habits"),
        charts.legend(names),
        charts.dots(rows, label=f"Habits. {said}"),
    )


def _marks(feature: Feature) -> dict[str, float]:
    found = {"person": feature.person, "plain": feature.plain, "made": feature.rewritten, "others": feature.others}
    return {series: value for series, value in found.items() if value is not None}


def _values(feature: Feature) -> str:
    made = feature.rewritten if feature.rewritten is not None else feature.person
    return f"{made:.1f}, the person {feature.person:.1f} {feature.unit}"


def _samples(part: ModelPart) -> Child:
    if not part.samples:
        return None
    drawn = [_sample(sample, part) for sample in part.samples]
    return join(
        tag("h3", "Answers side by side"),
        drawn[:SHOWN],
        details(f"{len(drawn) - SHOWN} more", drawn[SHOWN:]) if len(drawn) > SHOWN else None,
    )


def _sample(sample: ModelSample, part: ModelPart) -> Safe:
    models = list(sample.answers)
    best = part.chosen or (models[-1] if models else "")
    columns = [("The base", sample.answers.get("base", "")), (best, sample.answers.get(best, ""))]
    others = [(label, text) for label, text in sample.answers.items() if label not in ("base", best)]
    return join(
        tag("p", tag("span", sample.kind, class_="label"), " ", sample.asked, class_="asked"),
        tag(
            "div",
            [_column(label, text) for label, text in columns],
            _column("What they wrote", sample.real),
            class_="triple",
        ),
        details("The other checkpoints", table(("Model", "Answer"), others)) if others else None,
    )


def _column(label: str, text: str) -> Safe:
    return tag("div", tag("p", label, class_="label"), tag("p", text or "(nothing)", class_="letter"))


def _name(line: ModelLine) -> str:
    return {"person": "the person", "base": "the base"}.get(line.role, line.label)


def _named(line: ModelLine) -> Safe:
    return tag("span", _name(line), class_="one")


def _short(line: ModelLine) -> str:
    if line.role == "checkpoint":
        return str(line.step)
    return line.label.partition(", ")[2] or line.label


def _median(values: Sequence[int]) -> int:
    return sorted(values)[len(values) // 2] if values else 0


def _cell(found: Range | None, digits: int) -> str:
    return "–" if found is None else f"{found[0]:.{digits}f} ({_between(found)})"


def _between(found: Range) -> str:
    return f"{found[1]:.2f} to {found[2]:.2f}"


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
