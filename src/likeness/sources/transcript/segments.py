"""Transcripts as JSON: a list of segments with a speaker, a time and a text, wherever in the document it stands.

    Plaud          [{"start_time": ms, "end_time": ms, "content", "speaker"}], also under trans_result
    WhisperX       {"segments": [{"start": s, "end": s, "text", "speaker": "SPEAKER_00"}]}
    AssemblyAI     {"utterances": [{"speaker": "A", "start": ms, "end": ms, "text"}]}
    Deepgram       {"results": {"utterances": [{"start": s, "end": s, "transcript", "speaker": 0}]}}
    Otter          {"transcripts": [{"start_offset": 1/16000 s, "transcript", "speaker_name"}]}
    Rev            {"monologues": [{"speaker": 0, "elements": [{"type", "value", "ts": s}]}]}
    Amazon         {"results": {"audio_segments": [{"speaker_label": "spk_0", "start_time": "s", "transcript"}]}}

Units differ and are not stated; they come out of how fast people speak.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from likeness.sources.transcript.clock import TIME, seconds
from likeness.sources.transcript.plain import Segment

_SPEAKER = ("speaker_name", "speakerName", "speaker", "speaker_label", "speakerLabel", "original_speaker", "speaker_id")
_TEXT = ("text", "content", "transcript", "sentence", "raw_text", "punctuated_word", "word")
_START = ("start", "start_time", "startTime", "start_offset", "start_ms", "begin", "offset", "timestamp", "time", "ts")
_END = ("end", "end_time", "endTime", "end_offset", "end_ms")
_LISTS = (
    "utterances",
    "segments",
    "trans_result",
    "transcripts",
    "transcript",
    "monologues",
    "sentences",
    "audio_segments",
    "results",
    "data",
    "speech",
    "transcription",
    "channels",
    "alternatives",
    "words",
)
_DEEPEST = 6
_SLOWEST_SPEECH = 0.5
"""Characters a second: people speak 8 to 25, so that fewer than this per unit means smaller units."""
_SLOWEST_PER_MILLISECOND = 0.003
_OTTER_RATE = 16_000
_KEY_OF_SPEAKER = re.compile(rf'"(?:{"|".join(_SPEAKER)})"\s*:\s*[^\s]')
_KEY_OF_START = re.compile(rf'"(?:{"|".join(_START)})"\s*:\s*["\[\d]')
_KEY_OF_TEXT = re.compile(rf'"(?:{"|".join((*_TEXT, "value"))})"\s*:\s*"')
_BEGINS = re.compile(r"\{\s*[\"}]|\[\s*[{\[\]]")
_FEWEST = 2


def is_json(head: str) -> bool:
    """True for what begins like a JSON object or a list of them: "[00:01] Sam: …" does not."""
    return _BEGINS.match(head) is not None


def document(text: str) -> Any:
    """The parsed document; ``None`` when it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def seem_to_be(head: str) -> bool:
    """True when the head of a long document has segments with speakers, by its keys alone."""
    patterns = (_KEY_OF_SPEAKER, _KEY_OF_START, _KEY_OF_TEXT)
    return all(len(pattern.findall(head)) >= _FEWEST for pattern in patterns)


def listed(values: Any, *, speakers: bool = True) -> list[dict[str, Any]]:
    """The segments in a document: the first list at least half of whose elements have a text and a time.

    With ``speakers`` they must name who speaks. Empty when there is none.
    """
    return _listed(values, speakers, 0)


def _listed(values: Any, speakers: bool, depth: int) -> list[dict[str, Any]]:
    if depth > _DEEPEST:
        return []
    if isinstance(values, list):
        elements = [element for element in values if isinstance(element, dict)]
        fitting = sum(_is_segment(element, speakers) for element in elements)
        if fitting >= _FEWEST and fitting * 2 >= len(values):
            return elements
        inner: list[Any] = elements[:1]
    elif isinstance(values, dict):
        inner = [values[key] for key in _LISTS if isinstance(values.get(key), dict | list)]
    else:
        return []
    return next((found for value in inner if (found := _listed(value, speakers, depth + 1))), [])


def _is_segment(element: Mapping[str, Any], speakers: bool) -> bool:
    if not _text(element) or (_value(element, _START) is None and "elements" not in element):
        return False
    return not speakers or bool(_speaker(element))


def segments(elements: list[dict[str, Any]]) -> Iterator[Segment]:
    """The segments with their starts in seconds; ``speaker`` is empty where none is named."""
    unit = _unit(elements)
    for number, element in enumerate(elements, start=1):
        start = _start(element)
        yield Segment(
            _speaker(element), _text(element), start * unit if start is not None else None, f"segment {number}"
        )


def _value(element: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((element[key] for key in keys if element.get(key) is not None), None)


def _speaker(element: Mapping[str, Any]) -> str:
    value = _value(element, _SPEAKER)
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("display_name") or value.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return f"Speaker {value}" if isinstance(value, int) else " ".join(value.split())[:80]


def _text(element: Mapping[str, Any]) -> str:
    parts = element.get("elements")
    if isinstance(parts, list):
        return "".join(str(part.get("value", "")) for part in parts if isinstance(part, dict)).strip()
    value = next((element[key] for key in _TEXT if isinstance(element.get(key), str)), "")
    return value.strip()


def _start(element: Mapping[str, Any]) -> float | None:
    value = _value(element, _START)
    if value is None and isinstance(element.get("elements"), list):
        times = (part.get("ts") for part in element["elements"] if isinstance(part, dict))
        value = next((time for time in times if time is not None), None)
    return _number(value[0] if isinstance(value, list) and value else value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e12 else None
    if isinstance(value, str):
        if re.fullmatch(TIME, value):
            return seconds(value)
        if re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", value):
            return float(value)
    return None


def _unit(elements: list[dict[str, Any]]) -> float:
    """What one of the document's units is in seconds."""
    characters, length = 0, 0.0
    starts = [_start(element) for element in elements]
    for element, start, following in zip(elements, starts, [*starts[1:], None], strict=True):
        end = _number(_value(element, _END))
        end = following if end is None else end
        if start is not None and end is not None and end > start:
            characters += len(_text(element))
            length += end - start
    if not length or characters / length >= _SLOWEST_SPEECH:
        return 1.0
    return 1 / 1000 if characters / length >= _SLOWEST_PER_MILLISECOND else 1 / _OTTER_RATE
