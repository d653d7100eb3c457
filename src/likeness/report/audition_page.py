"""The page of an audition: pairs of texts or sounds without a word on whose they are, choices kept in the browser, a
code at the end. It loads nothing and can send nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from likeness.report.markup import Safe, tag
from likeness.speak.audition import Audition as VoiceAudition
from likeness.write.audition import Audition


def page(audition: Audition) -> str:
    """The whole document. The pairs stand in it in the order they are shown in, and in no other."""
    told = {"id": audition.terms.id, "pairs": [[pair.prompt, *pair.shown] for pair in audition.pairs]}
    lead = "Two texts answer the same request. Choose one, or neither: keys 1, 2, s, and ← for back."
    warning = "This page quotes private messages: keep it where you keep them. It sends nothing."
    return _document(audition.question, lead, "What was asked", _texts(), told, "writing", warning)


def sound_page(audition: VoiceAudition) -> str:
    """As :func:`page`, of sounds: they stand in it as FLAC, which adds nothing that a compressor would."""
    pairs = []
    for pair in audition.pairs:
        files_of = [*pair.shown, *([pair.reference] if pair.reference else [])]
        pairs.append([f"“{pair.text}”", *(_sound(path) for path in files_of)])
    told = {"id": audition.terms.id, "sounds": True, "pairs": pairs}
    lead = "Two sounds say the same. Choose one, or neither: keys 1, 2, s, and ← for back; a and b play them."
    if any(pair.reference for pair in audition.pairs):
        lead += " x plays a recording to compare with."
    warning = "This page holds private recordings: keep it where you keep them. It sends nothing."
    return _document(audition.question, lead, "What is said", _players(), told, "voice", warning)


def _sound(path: Path) -> str:
    return f"data:audio/flac;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def _document(
    question: str, lead: str, heading: str, two: Safe, told: Mapping[str, Any], noun: str, warning: str
) -> str:
    script = _part("audition.js")
    known = hashlib.sha256(script.encode("utf-8")).digest()
    policy = (
        f"default-src 'none'; script-src 'sha256-{base64.b64encode(known).decode()}'; style-src 'unsafe-inline'; "
        "media-src data:; base-uri 'none'; form-action 'none'"
    )
    # Whatever the texts say, they cannot end the element they stand in.
    data = json.dumps(told).replace("<", "\\u003c")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", "A blind audition"),
        tag("style", Safe(_part("style.css") + _part("audition.css"))),
    )
    pair = tag("div", tag("h3", heading), tag("p", "", class_="asked", id="asked"), two, id="pair")
    body = tag(
        "body",
        tag("header", tag("h1", question), tag("p", lead, class_="lead")),
        tag("main", _progress(), pair, _end(noun), _ways()),
        tag("footer", tag("p", warning)),
        tag("script", Safe(data), id="told", type="application/json"),
        tag("script", Safe(script)),
    )
    return f'<!doctype html>\n<html lang="en">{head}{body}</html>\n'


def _progress() -> Safe:
    return tag("div", tag("div", id="done"), class_="bar-of-progress", role="presentation")


def _texts() -> Safe:
    def text(number: int, name: str) -> Safe:
        return tag(
            "button",
            tag("span", str(number), class_="place"),
            tag("span", "", class_="text", id=f"text{number}"),
            id=name,
            type="button",
        )

    return tag("div", text(1, "one"), text(2, "two"), class_="two")


def _players() -> Safe:
    def side(number: int, name: str) -> Safe:
        return tag(
            "div",
            tag("p", str(number), class_="place"),
            tag("audio", controls=True, id=f"sound{number}", aria_label=f"Sound {number}"),
            tag("button", f"This one ({number})", id=name, type="button"),
            class_="side",
        )

    compared = tag(
        "div",
        tag("p", "A recording of the person, saying something else", class_="place"),
        tag("audio", controls=True, id="sound0", aria_label="A recording to compare with"),
        class_="side",
        id="compared",
        hidden=True,
    )
    return tag("div", compared, tag("div", side(1, "one"), side(2, "two"), class_="two heard"))


def _end(noun: str) -> Safe:
    return tag(
        "div",
        tag("h2", "Thank you"),
        tag("p", "Save the choices as a file, or copy the code, and give either to:"),
        tag("p", tag("code", f"likeness audition {noun} --read FILE")),
        tag("textarea", "", id="code", readonly=True, aria_label="The code of your choices"),
        tag("p", tag("a", "Save as a file", id="save", href="#", download="audition-choices.json")),
        id="end",
        hidden=True,
    )


def _ways() -> Safe:
    return tag(
        "div",
        tag("button", "← Back", id="back", type="button"),
        tag("button", "Neither (s)", id="skip", type="button"),
        tag("button", "Stop here", id="finish", type="button"),
        tag("span", "", id="count", class_="place"),
        class_="ways",
    )


def _part(name: str) -> str:
    return files("likeness.report").joinpath(name).read_text(encoding="utf-8")
