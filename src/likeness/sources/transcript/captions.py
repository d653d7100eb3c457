"""Captions: SubRip (.srt) and WebVTT (.vtt), where a cue says who speaks.

<v Sam Rivers>text</v>      WebVTT's own way (Teams)
Sam Rivers: text            Zoom, Plaud
[SPEAKER_00]: text          WhisperX
>> SAM: text                broadcast
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from likeness.sources.transcript.clock import seconds
from likeness.sources.transcript.labels import NAME, is_label
from likeness.sources.transcript.plain import Segment

_TIMING = re.compile(
    r"^[ \t]*((?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3})[ \t]*-->[ \t]*(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}[^\n]*$",
    re.MULTILINE,
)
_VOICE = re.compile(r"<v(?:\.[^ >]*)?[ \t]+([^>\n]{1,80})>")
_TAG = re.compile(r"</?(?:[a-zA-Z][^>\n]{0,80})?>|<\d[\d:.]{0,12}>|\{\\[^}\n]{0,20}\}")
_PREFIX = re.compile(rf"(?:>{{2,3}}[ \t]{{0,3}}|- ?)?(?:\[({NAME})\]|({NAME}))[ \t]{{0,3}}[:：](?:[ \t]+|$)")
_NUMBER = re.compile(r"\n[ \t]*\S{0,40}[ \t]*\n?$")


def are_captions(text: str) -> bool:
    """True when at least two cues stand in ``text``."""
    return text.lstrip("\ufeff").startswith("WEBVTT") or len(_TIMING.findall(text)) > 1


def cues(text: str) -> Iterator[tuple[int, float, str]]:
    """Each cue's number from 1, its start in seconds, and its text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    timings = list(_TIMING.finditer(text))
    for number, match in enumerate(timings, start=1):
        end = timings[number].start() if number < len(timings) else len(text)
        # A blank line ends a cue; what follows it is the next one's number or name.
        body = re.split(r"\n[ \t]*\n", text[match.end() : end].lstrip("\n"), maxsplit=1)[0]
        yield number, seconds(match[1]), body.strip("\n")


def segments(text: str) -> Iterator[Segment]:
    """The cues, one segment for each speaker in it; ``speaker`` is empty where a cue names nobody."""
    for number, start, body in cues(text):
        speaker = ""
        said: list[str] = []
        for raw in body.split("\n"):
            label, line = _spoken(raw)
            if label:
                if said:
                    yield Segment(speaker, " ".join(said), start, f"cue {number}")
                speaker, said = label, []
            if line:
                said.append(line)
        if said:
            yield Segment(speaker, " ".join(said), start, f"cue {number}")


def _spoken(raw: str) -> tuple[str, str]:
    """The speaker a line names, and its words."""
    voice = _VOICE.search(raw)
    line = html.unescape(_TAG.sub("", raw)).strip()
    if voice:
        return html.unescape(voice[1]).strip(), line
    prefix = _PREFIX.match(line)
    if prefix and is_label(label := (prefix[1] or prefix[2]).strip(), strict=True):
        return label, line[prefix.end() :].strip()
    return "", line
