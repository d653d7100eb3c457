"""The page: whole, self-contained, readable without seeing it, and never fooled by what it shows."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from likeness.core.types import Audio
from likeness.report import model
from likeness.report.markup import VOID, Safe, join, table, tag
from likeness.report.page import pieces

EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">"\'&\u202etxt\x00'


class Reader(HTMLParser):
    """Collects the elements of a page and checks that they nest."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((name, dict(attributes)))
        if name not in VOID:
            self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self.open, f"</{name}> closes nothing"
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert not reader.open
    return reader


def drawn(report: model.Report) -> str:
    return "".join(markup for _, markup in pieces(report))


def sound(hertz: float = 120.0, seconds: float = 0.5) -> Audio:
    time = np.arange(int(22_050 * seconds)) / 22_050
    return Audio((0.3 * np.sign(np.sin(2 * np.pi * hertz * time))).astype(np.float32), 22_050)


@pytest.fixture(scope="module")
def full() -> model.Report:
    """A report in which every text is hostile and every part is there."""
    figure = model.Figure(EVIL, EVIL, EVIL)
    feature = model.Feature(EVIL, EVIL, 3.0, 0.0, 2.5, 1.0)
    series = {"person": [0.9, 0.8], "made": [0.7], "plain": [0.2], "others": [0.1, 0.15]}
    lengths = {key: [3.0, 8.0, 15.0, 30.0, 60.0] for key in series}
    varied = {"messages": 3, "tokens": 60, "distinct_words": 40, "distinct_pairs": 52, "similarity": 0.07}
    sounds = [model.Sound(EVIL, EVIL, kind, sound(hertz)) for kind, hertz in (("person", 110.0), ("made", 130.0))]
    return model.Report(
        person=EVIL,
        made_at=EVIL,
        version="0",
        identities=[EVIL],
        imports=[model.ImportLine(EVIL, EVIL, 9, 5, 1, {EVIL: 3}, [(EVIL, EVIL, EVIL)], 1234, 0.5)],
        dataset=model.DatasetPart(
            EVIL,
            5,
            9,
            {EVIL: 9},
            {"train": 5},
            {EVIL: [model.Share(EVIL, 5, 2)]},
            {EVIL: 2},
            [EVIL],
            {"chosen": varied, "random": {**varied, "distinct_pairs": 37}},
        ),
        writing=model.WritingPart(
            [feature],
            series,
            lengths,
            {"person": 0.5, "made": 0.8},
            [figure],
            [model.TextSample(EVIL, EVIL, EVIL, EVIL)] * 6,
            [model.DraftSample(EVIL, EVIL, EVIL, EVIL)] * 6,
            [EVIL],
        ),
        draft=model.DraftPart(EVIL, EVIL, EVIL, EVIL, EVIL, [EVIL], {EVIL: 3.0}, {EVIL: EVIL}),
        speech=sounds[1],
        voice=model.VoicePart(
            EVIL, [model.ClipLine(EVIL, 4.0, "refused", 12.0, -30.0, 22_050, [EVIL])], sounds, [figure], [EVIL]
        ),
        timings=[(EVIL, 1.5)],
        headline=[figure],
    )


def test_no_text_of_a_message_becomes_markup(full: model.Report) -> None:
    reader = read(drawn(full))
    names = {name for name, _ in reader.elements}
    assert names.isdisjoint({"script", "img", "iframe", "object", "link", "form", "base"})
    assert not [key for _, attributes in reader.elements for key in attributes if key.startswith("on")]
    assert "<script>alert(1)</script>" in "".join(reader.text)


def test_the_page_loads_nothing(full: model.Report) -> None:
    page = drawn(full)
    for name, attributes in read(page).elements:
        for key in ("src", "href", "xlink:href", "srcset", "poster", "action"):
            if value := attributes.get(key):
                assert value.startswith(("data:audio/mpeg;base64,", "#")), (name, key, value[:60])
    style = re.findall(r"<style>(.*?)</style>", page, re.S)
    assert len(style) == 1
    assert "url(" not in style[0]
    assert "@import" not in style[0]
    policies = [a["content"] for name, a in read(page).elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in str(policies)


def test_every_picture_and_player_has_words(full: model.Report) -> None:
    elements = read(drawn(full)).elements
    pictures = [attributes for _, attributes in elements if attributes.get("role") == "img"]
    players = [attributes for name, attributes in elements if name == "audio"]
    assert len(pictures) >= 10
    assert len(players) == 3
    assert all(attributes.get("aria-label") for attributes in [*pictures, *players])


def test_hidden_characters_do_not_reach_the_page(full: model.Report) -> None:
    page = drawn(full)
    assert "\x00" not in page
    assert "\u202e" not in page


def test_an_empty_home_gives_a_page_that_says_what_to_do() -> None:
    text = "".join(read(drawn(model.Report("Nobody", "2026", "0"))).text)
    for command in (
        "likeness import PATH…",
        "likeness prepare writing",
        "likeness enrol voice PATH…",
        "likeness evaluate writing",
    ):
        assert command in text


def test_the_variety_of_the_choice_stands_beside_a_random_one(full: model.Report) -> None:
    labels = [attributes.get("aria-label", "") for _, attributes in read(drawn(full)).elements]
    assert any("as chosen 52, at random 37" in (label or "") for label in labels)


def test_the_navigation_leads_to_every_section(full: model.Report) -> None:
    elements = read(drawn(full)).elements
    anchors = {str(attributes["href"])[1:] for name, attributes in elements if name == "a"}
    assert anchors == {attributes["id"] for name, attributes in elements if name == "section"}


def test_plain_strings_are_escaped_and_markup_is_kept() -> None:
    assert tag("p", "a < b", tag("b", "&"), title='"') == '<p title="&quot;">a &lt; b<b>&amp;</b></p>'
    assert isinstance(join("x"), Safe)


def test_numbers_in_a_table_are_aligned() -> None:
    assert '<td class="number">12 dB</td>' in table(("a", "b"), [("x", "12 dB")])
    assert "<td>words</td>" in table(("a", "b"), [("x", "words")])


def test_headings_do_not_skip_a_level(full: model.Report) -> None:
    levels = [int(name[1]) for name, _ in read(drawn(full)).elements if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
