"""Builds the page for one person: reads what there is, draws it, writes one file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from likeness import __version__
from likeness.core import files
from likeness.core.errors import InputError, NotFound
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.report.collect import if_made
from likeness.report.collect.archives import imports
from likeness.report.collect.dataset import dataset
from likeness.report.collect.headline import headline
from likeness.report.collect.language_model import language_model
from likeness.report.collect.timings import timings
from likeness.report.collect.voice import spoken, voice
from likeness.report.collect.writing import writing
from likeness.report.model import DraftPart, Report
from likeness.report.page import pieces


def build(home: PersonHome, out: Path, *, draft: Path | None = None, speech: Path | None = None) -> Iterator[Event]:
    """Write the report on ``home`` to the file ``out`` (mode 0600), whole or not at all.

    ``draft`` is a JSON file with ``text`` and ``provenance`` (and, if known, ``task``), ``speech`` a sound file that
    says it. What has not been made or measured yet is named on the page with the command that makes it. The last
    event's metrics hold the page's size in ``bytes``.

    Raises :class:`NotFound` when ``draft``, ``speech`` or the folder of ``out`` is missing, :class:`InputError` when
    ``out`` is a folder, or the draft or something in the home is damaged.
    """
    if not out.parent.is_dir():
        raise NotFound(f"there is no folder {out.parent}", hint="make it first", param="out")
    if out.is_dir():
        raise InputError(f"{out} is a folder", hint="name the page itself, such as report.html", param="out")
    shown = read_draft(draft) if draft else None
    if speech is not None and not speech.is_file():
        raise NotFound(f"there is no file {speech}", hint="make one with: likeness say TEXT -o out.wav", param="speech")
    yield Event("read what was measured", 0, 1, "reports")
    report = collect(home, shown, speech)
    parts = list(pieces(report))
    text = []
    for number, (name, markup) in enumerate(parts, 1):
        text.append(markup)
        yield Event("draw the page", number, len(parts), "parts", name)
    page = "".join(text)
    files.write_text(out, page)
    yield Event("report", 1, 1, "reports", out.name, {"bytes": len(page.encode("utf-8", "replace"))})


def collect(home: PersonHome, draft: DraftPart | None = None, speech: Path | None = None) -> Report:
    """Everything the page shows of ``home``."""
    person = home.person()
    imported = imports(home)
    made = if_made(lambda: dataset(home))
    written = if_made(lambda: writing(home))
    voiced = voice(home)
    return Report(
        person=person.display_name,
        made_at=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        version=__version__,
        identities=person.identities,
        imports=imported,
        dataset=made,
        writing=written,
        model=if_made(lambda: language_model(home)),
        draft=draft,
        speech=spoken(speech) if speech else None,
        voice=voiced,
        timings=timings(draft.stages if draft else {}),
        headline=headline(imported, made, written, voiced),
    )


def read_draft(path: Path) -> DraftPart:
    """A draft as ``likeness write --json`` or the gateway's pipeline gives it.

    Raises :class:`NotFound` when there is no such file and :class:`InputError` when it is not such JSON.
    """
    if not path.is_file():
        raise NotFound(f"there is no file {path}", hint="make one with: likeness write TASK --json", param="draft")
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        came: dict[str, Any] = raw.get("provenance") or {}
        return DraftPart(
            task=str(raw.get("task", "")),
            text=str(raw["text"]),
            method=str(came.get("method", "")),
            note=str(came.get("note", "")),
            engine=str(came.get("engine", "")),
            sources=[str(value) for value in came.get("message_ids") or ()],
            stages={str(name): float(value) for name, value in (raw.get("timings") or {}).items()},
            details={str(key): _short(value) for key, value in dict(came.get("details") or {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path.name} is not a draft: {error}",
            hint="give the JSON that `likeness write --json` prints",
            param="draft",
        ) from None


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
