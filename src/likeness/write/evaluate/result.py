"""What an evaluation of a writer found, on disk beside the adapter: ``evaluation.json``."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from likeness.core import artefacts, files
from likeness.core.errors import InputError, NotReady
from likeness.core.home import PersonHome
from likeness.write.evaluate.authorship import Authorship
from likeness.write.evaluate.content import Content, Overlap
from likeness.write.evaluate.delta import Delta
from likeness.write.evaluate.features import Feature

EVALUATION = "evaluation.json"
PAGE = "evaluation.html"
ANSWERS = "evaluation"
"""Folder of what language models answered, kept so that an interrupted evaluation goes on where it stopped."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The same held-out message three times."""

    plain: str
    made: str
    real: str


@dataclass(frozen=True, slots=True)
class DraftSample:
    """A drafted answer to a held-out request, and what the person had written."""

    request: str
    made: str
    real: str
    method: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything measured of one adapter. Series are "person", "plain", "made" and "others".

    ``lengths`` are words per message at the 10th, 25th, 50th, 75th and 90th percentile; ``counts`` say how many texts
    each figure stands on; ``authorship`` and ``delta`` are ``None`` when there was too little to judge by, and
    ``notes`` say so in plain sentences.
    """

    adapter: str
    engine: str
    dataset: str
    counts: dict[str, int]
    authorship: Authorship | None
    delta: Delta | None
    features: tuple[Feature, ...]
    lengths: dict[str, list[float]]
    greetings: dict[str, float]
    content: Content
    overlap: Overlap
    samples: tuple[Sample, ...]
    drafts: tuple[DraftSample, ...]
    notes: tuple[str, ...]

    def figures(self) -> dict[str, float]:
        """The main figures by name; those that could not be measured are absent."""
        found: dict[str, float | None] = {
            "style_share": self.authorship.share if self.authorship else None,
            "authorship_auc": self.authorship.auc_others if self.authorship else None,
            "real_against_rewritten_auc": self.authorship.auc_made if self.authorship else None,
            "delta_auc": self.delta.auc if self.delta else None,
            "chrf_plain": self.content.chrf_plain,
            "chrf_rewritten": self.content.chrf_made,
            "chrf_gain": self.content.chrf_gain,
            "survival": self.content.survival,
            "length_ratio": self.content.length_ratio,
            "overlap_excess_rewritten": self.overlap.rewritten - self.overlap.baseline,
            "overlap_excess_drafts": None
            if self.overlap.drafts is None
            else self.overlap.drafts - self.overlap.baseline,
            "held_out_messages": float(self.counts.get("held_out", 0)),
        }
        return {name: value for name, value in found.items() if value is not None and math.isfinite(value)}


def save(evaluation: Evaluation, adapter: Path) -> None:
    """Write ``evaluation.json`` into the folder of the adapter."""
    files.write_json(adapter / EVALUATION, finite(asdict(evaluation)))


def load_evaluation(home: PersonHome, adapter: str = "") -> Evaluation:
    """The evaluation of the adapter called ``adapter``, or of the newest one that is no language model's.

    Raises :class:`NotReady` when there is none and :class:`InputError` when it is damaged.
    """
    folder = home.adapters / adapter if adapter else latest_of_form(home, "")
    path = folder / EVALUATION if folder else None
    if folder is None or path is None or not path.is_file():
        raise NotReady("the writer has not been evaluated yet", hint="measure it with: likeness evaluate writing")
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        judged, distance = raw["authorship"], raw["delta"]
        return Evaluation(
            **{name: raw[name] for name in ("adapter", "engine", "dataset", "counts", "lengths", "greetings")},
            authorship=Authorship(**_numbers(judged)) if judged else None,
            delta=Delta(**_numbers(distance)) if distance else None,
            features=tuple(Feature(**item) for item in raw["features"]),
            content=Content(**raw["content"]),
            overlap=Overlap(**raw["overlap"]),
            samples=tuple(Sample(**item) for item in raw["samples"]),
            drafts=tuple(DraftSample(**item) for item in raw["drafts"]),
            notes=tuple(raw["notes"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{EVALUATION} of {folder.name} cannot be read: {error}", hint="evaluate again") from None


def remove(adapter: Path) -> None:
    """Remove all that evaluating wrote into the folder of the adapter: it quotes messages."""
    for name in (EVALUATION, PAGE):
        (adapter / name).unlink(missing_ok=True)
    files.discard(adapter / ANSWERS)


def latest_of_form(home: PersonHome, form: str) -> Path | None:
    """Folder of the newest adapter in that file format: "lora", or "" for one that only its own engine opens."""
    return next((f for f, m in artefacts.listed(home.adapters) if m.kind == "adapter" and m.form == form), None)


def finite(value: Any) -> Any:
    """JSON has no NaN: what could not be measured becomes null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def _numbers(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: float("nan") if value is None else value for key, value in raw.items()}
