"""A file as something to read aloud: plain text, markdown, HTML or SSML, in parts that are spoken one after another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from likeness.core.errors import InputError
from likeness.speak import ssml
from likeness.speak.normalise.rule import word_list
from likeness.speak.plan import LONGEST_TEXT

_HTML = frozenset((".html", ".htm", ".xhtml"))
_SSML = frozenset((".ssml", ".xml"))
_UNSAID = ("script", "style", "head", "template", "noscript", "nav", "svg", "button", "form")
_BLOCKS = word_list(
    "p div li tr h1 h2 h3 h4 h5 h6 blockquote pre section article header footer main dt dd figcaption table ul ol"
)


@dataclass(frozen=True, slots=True)
class Document:
    """What is read: ``parts`` of at most ``LONGEST_TEXT`` characters, cut between paragraphs."""

    parts: tuple[str, ...]
    is_ssml: bool = False


def document(text: str, suffix: str = "", *, is_ssml: bool = False) -> Document:
    """The document in ``text``, by its file's ``suffix`` and by what it looks like.

    Markdown's signs are left to the reading of figures and abbreviations. Raises :class:`InputError` for SSML that is
    too long to be read at once: it has one root.
    """
    suffix = suffix.lower()
    if is_ssml or suffix in _SSML or ssml.is_ssml(text):
        return Document((text,), is_ssml=True)
    if suffix in _HTML or re.match(r"\s*(?:<!doctype html|<html)\b", text, re.IGNORECASE):
        text = _of_html(text)
    if not text.strip():
        raise InputError("there is no text in it", hint="give some words")
    return Document(tuple(_parts(text)))


def _of_html(text: str) -> str:
    """The visible text of a page, a paragraph for each of its blocks."""
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(text)
    page.strip_tags([*_UNSAID], recursive=True)
    for name in _BLOCKS:
        for node in page.css(name):
            node.insert_before("\n\n")
            node.insert_after("\n\n")
    for node in page.css("br"):
        node.replace_with("\n")
    body = page.body
    plain = body.text(separator="") if body is not None else ""
    paragraphs = (" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", plain))
    # A page's angle brackets are text by now, and must not be taken for marks of their own.
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _parts(text: str) -> Iterator[str]:
    part = ""
    for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        for piece in _pieces(paragraph):
            if part and len(part) + len(piece) + 2 > LONGEST_TEXT:
                yield part
                part = ""
            part = f"{part}\n\n{piece}" if part else piece
    if part.strip():
        yield part


def _pieces(paragraph: str) -> Iterator[str]:
    """A paragraph, cut at the ends of its sentences where it alone is too long."""
    while len(paragraph) > LONGEST_TEXT:
        head = paragraph[:LONGEST_TEXT]
        cut = max(head.rfind(mark) for mark in (". ", "! ", "? ", ".\n"))
        cut = cut + 1 if cut > 0 else max(head.rfind(" "), head.rfind("\n"))
        cut = cut if cut > 0 else LONGEST_TEXT
        yield paragraph[:cut]
        paragraph = paragraph[cut:].lstrip()
    yield paragraph
