"""What judging a language model found, on disk beside the adapter: ``evaluation.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from likeness.core import files
from likeness.core.errors import InputError, NotReady
from likeness.core.home import PersonHome
from likeness.write.evaluate.bootstrap import Interval
from likeness.write.evaluate.choose import Choice
from likeness.write.evaluate.features import Feature
from likeness.write.evaluate.leaks import Leaks
from likeness.write.evaluate.memorised import Extraction, Verbatim
from likeness.write.evaluate.repetition import Repetition
from likeness.write.evaluate.result import EVALUATION, finite, latest_of_form
from likeness.write.evaluate.style import Style

FORM = "lora"
PERSON = "person"
BASE = "base"
Role = Literal["base", "checkpoint", "adapter", "deployed"]


@dataclass(frozen=True, slots=True)
class Content:
    """``kept``: share (0-1) of the numbers, names, addresses, quotations and negations asked for that the answers have,
    ``kinds`` by kind and ``counted`` how many of each there were; ``chrf`` (0-100) to what the person wrote, and
    ``chrf_source`` of rewrites to the plain text given (a copy has 100)."""

    kept: Interval | None
    kinds: dict[str, float]
    counted: dict[str, int]
    chrf: float
    chrf_source: float | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """Canaries taught ``times`` times: mean exposure in bits (``ceiling`` is the most that could be shown) and how many
    of ``count`` were said when asked for."""

    times: int
    bits: float | None
    ceiling: float
    said: int
    count: int


@dataclass(frozen=True, slots=True)
class Series:
    """What was measured of one series of texts: the person's held-out ones (``label`` "person") or a model's answers.

    ``words`` are the lengths of the texts as they came, ``length_ratio`` all words to the person's, ``delta`` the mean
    Burrows' Delta of pools of five texts to what was learned from, ``told_apart`` the area under the curve of a judge
    trained to tell these texts from the person's (0.5 is ideal), ``perplexity`` that of the person's held-out texts per
    token. What could not be measured is ``None``.
    """

    label: str
    role: Literal["person"] | Role
    step: int
    engine: str
    words: tuple[int, ...]
    length_ratio: float
    repetition: Repetition
    verbatim: Verbatim
    leaks: Leaks
    style: Style | None = None
    told_apart: float | None = None
    delta: float | None = None
    content: Content | None = None
    extraction: Extraction | None = None
    exposures: tuple[Exposure, ...] = ()
    perplexity: float | None = None
    validation_loss: float | None = None
    seconds: float = 0.0
    """Mean seconds per answer."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One held-out occasion: what was asked, what the person wrote, and every model's answer by its label."""

    kind: str
    prompt: str
    real: str
    answers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Curves:
    """What training noted: (step, loss per token) of training and of validation."""

    training: tuple[tuple[int, float], ...] = ()
    validation: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything measured of one adapter of a language model.

    ``series`` begins with the person and the base. ``skill`` is how well the judge of style tells the person from
    others (AUC), ``counts`` how many texts each figure stands on, ``notes`` what could not be measured and why.
    """

    adapter: str
    engine: str
    base_model: str
    dataset: str
    counts: dict[str, int]
    skill: float | None
    series: tuple[Series, ...]
    features: tuple[Feature, ...]
    choice: Choice
    curves: Curves
    samples: tuple[Sample, ...]
    notes: tuple[str, ...]
    form: str = FORM

    def of(self, label: str) -> Series | None:
        """The series called ``label``."""
        return next((series for series in self.series if series.label == label), None)

    @property
    def subject(self) -> Series:
        """The checkpoint that the main figures are of: the chosen one; where none was, the last."""
        chosen = self.of(self.choice.chosen)
        return chosen or [series for series in self.series if series.role in ("checkpoint", "adapter")][-1]

    def figures(self) -> dict[str, float]:
        """The main figures of :attr:`subject` by name; those that could not be measured are absent."""
        made, person = self.subject, self.series[0]
        style, content, base = made.style, made.content, self.of(BASE)
        found = {
            "style_share": style.share.value if style and style.share else None,
            "real_against_model_auc": style.auc.value if style else None,
            "authorship_auc": self.skill,
            "told_apart_auc": made.told_apart,
            "delta": made.delta,
            "length_ratio": made.length_ratio,
            "survival": content.kept.value if content and content.kept else None,
            "chrf": content.chrf if content else None,
            "overlap_excess": made.verbatim.shares[13] - person.verbatim.shares[13],
            "extraction_excess": made.extraction.excess if made.extraction else None,
            "exposure_once": next((e.bits for e in made.exposures if e.times == 1), None),
            "names_excess": made.leaks.names - person.leaks.names,
            "personal_data": float(made.leaks.told),
            "perplexity": made.perplexity,
            "perplexity_base": base.perplexity if base else None,
            "occasions": float(self.counts.get("occasions", 0)),
        }
        return {name: float(value) for name, value in found.items() if value is not None and value == value}


_ADAPTER = TypeAdapter(Judgement)


def save_judgement(judgement: Judgement, adapter: Path) -> None:
    """Write ``evaluation.json`` into the folder of the adapter."""
    files.write_json(adapter / EVALUATION, finite(asdict(judgement)))


def load_judgement(home: PersonHome, adapter: str = "") -> Judgement:
    """The judgement of the adapter called ``adapter``, or of the newest one of a language model.

    Raises :class:`NotReady` when there is none and :class:`InputError` when it is damaged.
    """
    hint = "measure it with: likeness evaluate writing"
    folder = home.adapters / adapter if adapter else latest_of_form(home, FORM)
    path = folder / EVALUATION if folder else None
    if path is None or not path.is_file():
        raise NotReady("no language model has been evaluated yet", hint=hint)
    try:
        return _ADAPTER.validate_python(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise InputError(
            f"{EVALUATION} of {path.parent.name} cannot be read: {str(error).splitlines()[0]}", hint="evaluate again"
        ) from None
