"""One clip of an audit on the page: its text, what is wrong, pictures with the places marked, a player."""

from __future__ import annotations

from likeness.core.types import Audio, Verdict
from likeness.report.markup import Child, Safe, tag
from likeness.report.sounds import player, waveform
from likeness.report.spectrogram import spectrogram
from likeness.speak.audit import ClipAudit
from likeness.speak.audit.model import FAULTS
from likeness.speak.encode import encode

_LONGEST_PLAYED = 60.0


def fault_words(clip: ClipAudit) -> str:
    """The faults of a clip as a person calls them."""
    return ", ".join(FAULTS[fault.name] for fault in clip.faults)


def clip_sheet(clip: ClipAudit, audio: Audio | None) -> Safe:
    """The sheet of one clip; ``audio`` is its sound, ``None`` where it could not be read."""
    measured = clip.measured
    head = tag(
        "div",
        tag("span", str(clip.verdict), class_=f"verdict {clip.verdict}"),
        tag("span", measured.name, class_="file"),
        tag("span", measured.emotion, class_="where"),
        class_="head",
    )
    return tag(
        "article",
        head,
        tag("p", f"“{measured.transcript}”", class_="said") if measured.transcript else None,
        tag("ul", [_reason(fault.name, fault.reason, fault.verdict) for fault in clip.faults], class_="why")
        if clip.faults
        else None,
        _pictures(clip, audio) if audio is not None else tag("p", "Its sound cannot be read.", class_="absent"),
        tag("p", _measures(clip), class_="over"),
        class_=f"sound clip {clip.verdict}",
        id=f"clip-{measured.id}",
    )


def _reason(name: str, reason: str, verdict: Verdict) -> Safe:
    return tag("li", tag("b", FAULTS[name]), ": ", reason, class_=str(verdict))


def _pictures(clip: ClipAudit, audio: Audio) -> Safe:
    played = Audio(audio.samples[: round(_LONGEST_PLAYED * audio.rate)], audio.rate)
    name = clip.measured.name
    said = f"{name}, {played.seconds:.1f} seconds"
    high = f"{audio.rate / 2000:.0f} kHz"
    return tag(
        "div",
        tag("div", waveform(played, "person", f"Waveform of {said}", height=56), _marks(clip, played), class_="marked"),
        tag("div", spectrogram(played, f"Spectrogram of {said}"), _ceiling(clip, audio), tag("i", high), class_="high"),
        player(encode(played, "mp3"), "audio/mpeg", f"Play: {name}"),
    )


def _marks(clip: ClipAudit, audio: Audio) -> Child:
    """The places of faults as bars over the waveform."""
    bars = []
    for fault in clip.faults:
        for mark in fault.marks:
            start = max(0.0, mark.start) / audio.seconds
            end = min(mark.end, audio.seconds) / audio.seconds
            if start < end:
                place = f"left:{100 * start:.2f}%;width:{100 * max(end - start, 0.004):.2f}%"
                bars.append(tag("span", class_=f"mark-of {fault.name}", style=place, title=FAULTS[fault.name]))
    return bars


def _ceiling(clip: ClipAudit, audio: Audio) -> Child:
    """A line where an encoder cut the sound off."""
    packed = clip.measured.compression
    if not packed.kind or not 0 < packed.ceiling_hz < 0.95 * audio.rate / 2:
        return None
    share = packed.ceiling_hz / (audio.rate / 2)
    return tag(
        "span",
        tag("em", f"{packed.ceiling_hz / 1000:.1f} kHz"),
        class_="ceiling",
        style=f"bottom:{100 * share:.1f}%",
        title="nothing above",
    )


def _measures(clip: ClipAudit) -> str:
    check = clip.measured.check
    parts = [
        f"{check.seconds:.1f} s",
        f"noise {check.snr_db:.0f} dB under the speech",
        f"echo {check.reverberation_seconds:.2f} s",
        f"level {check.level_dbfs:.0f} dBFS, peak {check.peak_dbfs:.1f}",
        f"{check.rate / 1000:g} kHz",
    ]
    if clip.measured.fit is not None:
        parts.append(f"transcript fit {clip.measured.fit:.2f}")
    if clip.likeness is not None:
        parts.append(f"likeness to the others {clip.likeness:.2f}")
    if clip.measured.syllables:
        parts.append(f"{clip.measured.syllables_per_second:.1f} syllables a second")
    if clip.measured.breaths:
        count = len(clip.measured.breaths)
        parts.append("one breath" if count == 1 else f"{count} breaths")
    return " · ".join(parts)
