"""What the newest writing dataset says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from likeness.core import artefacts
from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError
from likeness.core.home import PersonHome
from likeness.report.model import DatasetPart, Share
from likeness.write.dataset import SPLITS
from likeness.write.prepare import latest_dataset

AXES = {"year": "Year", "channel": "Channel", "length": "Length in characters", "correspondent": "Correspondent"}
"""The histograms shown, with their headings."""
MOST_LINES = 14
MOST_YEARS = 24
MOST_LANGUAGES = 8


def dataset(home: PersonHome) -> DatasetPart:
    """The newest dataset.

    Raises :class:`NotFound` when there is none and :class:`InputError` when its manifest lacks what is shown.
    """
    folder = latest_dataset(home)
    try:
        return _part(artefacts.load(folder))
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"the manifest of {folder.name} lacks its measures ({error})",
            hint="make it again: likeness prepare writing",
        ) from None


def _part(manifest: Manifest) -> DatasetPart:
    measures: Mapping[str, Any] = manifest.measures
    examples = measures["examples"]
    found = measures["exchanges"]
    histograms = measures["histograms"]
    return DatasetPart(
        name=manifest.name,
        exchanges=measures["messages"]["kept"],
        examples=examples["total"],
        kinds=examples["kind"],
        splits={split: found[split] for split in SPLITS if split in found},
        shares={heading: _shares(histograms[axis]) for axis, heading in AXES.items() if histograms.get(axis)},
        dropped=measures["dropped"],
        notes=_notes(measures),
        diversity=measures.get("diversity", {}),
    )


def _shares(histogram: Mapping[str, Mapping[str, int]]) -> list[Share]:
    lines = [Share(name, counts["corpus"], counts["selected"]) for name, counts in histogram.items()]
    if ordered := all(re.match(r"under \d|undated|\d+", line.label) for line in lines):
        lines.sort(key=lambda line: 0 if line.label.startswith("und") else int(re.findall(r"\d+", line.label)[0]))
    most = MOST_YEARS if ordered else MOST_LINES
    if len(lines) <= most:
        return lines
    ranked = sorted(lines, key=lambda line: (line.label == "others", -line.available))
    rest = ranked[most - 1 :]
    others = Share("others", sum(line.available for line in rest), sum(line.chosen for line in rest))
    shown = ranked[: most - 1]
    return [*(sorted(shown, key=lines.index) if ordered else shown), others]


def _notes(measures: Mapping[str, Any]) -> list[str]:
    notes = []
    if languages := measures.get("languages"):
        total = sum(languages.values()) or 1
        said = ", ".join(f"{code} {count / total:.0%}" for code, count in list(languages.items())[:MOST_LANGUAGES])
        notes.append(f"Languages: {said}.")
    if redacted := measures.get("redacted"):
        said = ", ".join(f"{count} × {kind}" for kind, count in redacted.items())
        notes.append(f"Redacted before anything was learned: {said}.")
    left = measures.get("personal_data_left")
    if left is not None:
        total = sum(left.values())
        found = "nothing" if not total else ", ".join(f"{count} × {kind}" for kind, count in left.items())
        notes.append(f"A second search through the finished files found {found} that was missed.")
    if (share := measures.get("paired_share")) is not None:
        notes.append(f"{share:.0%} of {measures['replies']:,} replies were paired with the message they answer.")
    if stripped := measures.get("stripped"):
        said = ", ".join(f"{count} × {kind}" for kind, count in stripped.items())
        notes.append(f"Taken out of the texts: {said}.")
    return notes
