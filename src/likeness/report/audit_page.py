"""The page of an audit: ``audit/audit.html`` in the person's home, with pictures and players, loading nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files as resource_files
from pathlib import Path

from likeness import __version__
from likeness.core import files
from likeness.core.errors import LikenessError
from likeness.core.home import PersonHome
from likeness.core.types import Audio, Verdict
from likeness.report import charts
from likeness.report.audit_clips import clip_sheet, fault_words
from likeness.report.markup import Safe, details, table, tag
from likeness.report.model import Figure
from likeness.report.page import document
from likeness.report.sections.parts import figures
from likeness.speak.audit import Audit, ClipAudit, Coverage, audit_folder
from likeness.speak.audit.coverage import WANTED_SECONDS, spelled
from likeness.speak.audit.model import FAULTS
from likeness.speak.decode import Decoder
from likeness.speak.recordings import Recording, load_audio, recordings

PAGE = "audit.html"
_PICTURED = 120
"""So many clips have pictures and players, the worst first; the table holds all."""
_PHONEMES_SHOWN = 39


def write_page(home: PersonHome, found: Audit) -> Path:
    """Write the page (mode 0600), whole or not at all, and return where it is."""
    path = audit_folder(home) / PAGE
    person = home.person().display_name
    made_at = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    style = resource_files("likeness.report").joinpath("audit.css").read_text(encoding="utf-8")
    body = [
        tag("style", Safe(style)),
        tag(
            "header",
            tag("h1", f"What {person} recorded"),
            tag("p", found.summary, class_="lead"),
            figures(_figures(found)),
        ),
        tag(
            "main",
            _section("again", "To record again", _again(found)),
            _section("emotions", "Minutes and sounds", _emotions(found)),
            _section("faults", "What was found", _faults(found)),
            _section("clips", "Every clip", [*_clips(home, found), _table(found)]),
        ),
        tag(
            "footer",
            tag("p", f"Made by likeness {__version__} at {made_at}, on the machine that holds the recordings. "),
            tag("p", "It holds the recordings themselves: keep it where you keep them."),
        ),
    ]
    files.write_text(path, document(f"The recordings of {person}", body))
    return path


def _section(name: str, heading: str, content: Safe | list[Safe]) -> Safe:
    return tag("section", tag("h2", heading), content, id=name)


def _figures(found: Audit) -> list[Figure]:
    verdicts = Counter(clip.verdict for clip in found.clips)
    seconds = sum(entry.good_seconds for entry in found.emotions)
    speech = sum(clip.measured.check.speech_seconds for clip in found.clips)
    return [
        Figure("Good clips", f"{verdicts[Verdict.GOOD]} of {len(found.clips)}", "as they are"),
        Figure("Could be better", str(verdicts[Verdict.USABLE]), "learned from all the same"),
        Figure("Record again", str(verdicts[Verdict.REFUSED]), "they would harm the voice"),
        Figure("Speech", f"{seconds / 60:.1f} min", f"can be used, of {speech / 60:.1f}"),
        Figure("Emotions", f"{len(found.emotions)} of 9", "have recordings"),
    ]


def _again(found: Audit) -> Safe:
    if not found.again:
        return tag("p", "Nothing: every clip is good.")
    items = [
        tag(
            "li",
            tag("span", str(clip.verdict), class_=f"verdict {clip.verdict}"),
            " ",
            tag("span", clip.measured.transcript or clip.measured.name, class_="read"),
            tag("span", f"{clip.measured.emotion} · {clip.measured.name}", class_="where"),
            tag("ul", [tag("li", fault.reason) for fault in clip.faults if fault.verdict is not Verdict.GOOD]),
        )
        for clip in found.again
    ]
    return tag("ol", items, class_="again")


def _emotions(found: Audit) -> list[Safe]:
    rows = [
        (
            entry.emotion,
            [
                ("made", entry.good_seconds / 60),
                ("others", (entry.seconds - entry.good_seconds) / 60),
                ("track", max(0.0, WANTED_SECONDS - entry.seconds) / 60),
            ],
            f"{entry.good_seconds / 60:.1f} of {max(WANTED_SECONDS, entry.seconds) / 60:.0f} min",
        )
        for entry in found.emotions
    ]
    said = "; ".join(f"{entry.emotion} {entry.good_seconds / 60:.1f}" for entry in found.emotions)
    drawn = [
        tag(
            "p", "Speech that can be used (green), speech that cannot (grey), and what is left to five minutes (pale)."
        ),
        charts.parts(rows, label=f"Minutes by emotion: {said}"),
        *(tag("p", note, class_="note") for note in found.notes),
    ]
    return drawn + [_coverage(entry) for entry in found.emotions]


def _coverage(entry: Coverage) -> Safe:
    rows = sorted(entry.phonemes.items(), key=lambda item: item[1])[:_PHONEMES_SHOWN]
    chips = [
        tag("span", phoneme, tag("b", str(count)), class_=f"phoneme {_plenty(count)}", title=spelled(phoneme))
        for phoneme, count in sorted(rows, key=lambda item: (item[1], item[0]))
    ]
    return tag(
        "div",
        tag("h3", f"{entry.emotion.capitalize()}: {entry.clips} clips, {entry.seconds / 60:.1f} minutes"),
        tag("ul", [tag("li", line) for line in entry.advice]) if entry.advice else None,
        tag("div", chips, class_="phonemes", role="img", aria_label=_spoken_counts(entry)) if chips else None,
        details("What to read for the missing sounds", tag("ul", [tag("li", text) for text in entry.prompts]))
        if entry.prompts
        else None,
        class_="coverage",
    )


def _plenty(count: int) -> str:
    return "missing" if not count else "rare" if count < 5 else "enough"


def _spoken_counts(entry: Coverage) -> str:
    return f"How often each sound is said: {', '.join(f'{name} {count}' for name, count in entry.phonemes.items())}"


def _faults(found: Audit) -> list[Safe]:
    counts = Counter(fault.name for clip in found.clips for fault in clip.faults)
    rows = [(FAULTS[name], float(count), str(count)) for name, count in counts.most_common()]
    if not rows:
        return [tag("p", "Nothing.")]
    said = "; ".join(f"{name}: {text}" for name, _, text in rows)
    return [
        tag(
            "p", f"Clips with each fault, of {len(found.clips)}. Silences and breaths are taken care of by themselves."
        ),
        charts.bars(rows, label=f"Faults. {said}"),
    ]


def _clips(home: PersonHome, found: Audit) -> Iterator[Safe]:
    """A sheet with pictures for each clip, the worst first."""
    known = {item.id: item for item in recordings(home)}
    shown = sorted(found.clips, key=_worst_first)[:_PICTURED]
    if len(shown) < len(found.clips):
        yield tag("p", f"The {len(shown)} worst of {len(found.clips)} clips; all of them stand in the table below.")
    with Decoder() as decoder:
        for clip in shown:
            yield clip_sheet(clip, _sound(known.get(clip.measured.id), decoder))


def _sound(item: Recording | None, decoder: Decoder) -> Audio | None:
    if item is None:
        return None
    try:
        return load_audio(item, decoder)
    except LikenessError:  # the sheet then says that it cannot be read
        return None


def _worst_first(clip: ClipAudit) -> tuple[int, int, str]:
    order = (Verdict.REFUSED, Verdict.USABLE, Verdict.GOOD)
    return order.index(clip.verdict), -len(clip.faults), clip.measured.name


def _table(found: Audit) -> Safe:
    header = ("Clip", "Verdict", "Emotion", "Length", "Over noise", "Echo", "Level", "Ceiling", "Fit", "Pace", "Faults")
    rows = []
    for clip in found.clips:
        check, fit = clip.measured.check, clip.measured.fit
        rows.append(
            (
                clip.measured.name,
                tag("span", str(clip.verdict), class_=f"verdict {clip.verdict}"),
                clip.measured.emotion,
                f"{check.seconds:.1f} s",
                f"{check.snr_db:.0f} dB",
                f"{check.reverberation_seconds:.2f} s",
                f"{check.level_dbfs:.0f} dBFS",
                f"{check.bandwidth_hz / 1000:.1f} kHz",
                "–" if fit is None else f"{fit:.2f}",
                "–" if clip.pace is None else f"{clip.pace:.2f}",
                fault_words(clip) or "–",
            )
        )
    return details(f"All measures of {len(rows)} clips", table(header, rows))
