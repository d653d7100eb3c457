"""The page of an audition: pairs of texts without a word on whose they are, choices kept in the browser, a code at the
end. It loads nothing and can send nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files

from likeness.report.markup import Safe, tag
from likeness.write.audition import Audition


def page(audition: Audition) -> str:
    """The whole document. The pairs stand in it in the order they are shown in, and in no other."""
    script = _part("audition.js")
    known = hashlib.sha256(script.encode("utf-8")).digest()
    policy = (
        f"default-src 'none'; script-src 'sha256-{base64.b64encode(known).decode()}'; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'"
    )
    told = {"id": audition.terms.id, "pairs": [[pair.prompt, *pair.shown] for pair in audition.pairs]}
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
    body = tag(
        "body",
        tag(
            "header",
            tag("h1", audition.question),
            tag(
                "p",
                "Two texts answer the same request. Choose one, or neither: keys 1, 2, s, and ← for back.",
                class_="lead",
            ),
        ),
        tag("main", _progress(), _pair(), _end(), _ways()),
        tag("footer", tag("p", "This page quotes private messages: keep it where you keep them. It sends nothing.")),
        tag("script", Safe(data), id="told", type="application/json"),
        tag("script", Safe(script)),
    )
    return f'<!doctype html>\n<html lang="en">{head}{body}</html>\n'


def _progress() -> Safe:
    return tag("div", tag("div", id="done"), class_="bar-of-progress", role="presentation")


def _pair() -> Safe:
    def text(number: int, name: str) -> Safe:
        return tag(
            "button",
            tag("span", str(number), class_="place"),
            tag("span", "", class_="text", id=f"text{number}"),
            id=name,
            type="button",
        )

    return tag(
        "div",
        tag("h3", "What was asked"),
        tag("p", "", class_="asked", id="asked"),
        tag("div", text(1, "one"), text(2, "two"), class_="two"),
        id="pair",
    )


def _end() -> Safe:
    return tag(
        "div",
        tag("h2", "Thank you"),
        tag("p", "Save the choices as a file, or copy the code, and give either to:"),
        tag("p", tag("code", "likeness audition writing --read FILE")),
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
