"""HTML mail to plain text that keeps what the mark-up knew: quotes become ``>`` lines, reply headers a break.

Newlines come from block elements only, so that an inline ``<b>`` never splits a word. What follows
(``clean.quotes``) then treats HTML and plain mail alike, so inline replies between quotes survive in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from likeness.write.clean.locales import FORWARDED

REPLY_BREAK = "-----Original Message-----"
BARE = "\ue000"
"""Stands before the marks of a ``<blockquote>`` that says nothing of itself: a quote, or the author's own citation."""

_QUOTES = (
    # Mail programs' indent button writes a blockquote too, and takes its border away.
    "blockquote:not([style*='border:none']):not([style*='border: none']), .yahoo_quoted, .tutanota_quote, "
    ".zmail_extra, #isReplyContent, .qt, .protonmail_quote:not(blockquote):not(:has(blockquote)), .missive_quote, "
    ".front-blockquote, "
    ".moz-forward-container, .AppleOriginalContents, div[name='messageReplySection'], div[name='quoted-content'], "
    "#mail-app-auto-quote, .mail-quote-collapse, .gmail_quote:not(blockquote):not(:has(blockquote)):not(.gmail_attr), "
    ".protonmail_original_message, #_originalContent, .quoted-text"
)
_ATTRIBUTIONS = (
    ".gmail_attr, .moz-cite-prefix, .yahoo_quoted_attribution, .yahoo-quoted-begin, #reply-intro, .reply-intro, "
    ".zmail_extra_hr, .mail-quote-header, .quoted-intro"
)
_BREAKS = (
    "#divRplyFwdMsg, #appendonsend, #stopSpelling, #OLK_SRC_BODY_SECTION, .OutlookMessageHeader, "
    ".ms-outlook-mobile-reference-message, #mail-editor-reference-message-container, .hmmessage hr, "
    "hr[tabindex='-1'], #zwchr, [data-marker='__DIVIDER__'], .x_ms-outlook-mobile-reference-message, "
    # Outlook's line above "From:", in whatever language the header is.
    "div[style*='border-top:solid'][style*='padding:3.0pt'], div[style*='border-top: solid'][style*='padding: 3pt'], "
    "div[style*='border:none;border-top:solid'], "
    "div[style*='border-top-style: solid'][style*='border-top-width: 1px'], "
    "#x_divRplyFwdMsg, #x_appendonsend, #mb-reply, .moz-email-headers-table"
)
_SIGNATURES = (
    ".gmail_signature, .moz-signature, .moz-txt-sig, #Signature, #signature, .protonmail_signature_block, "
    "#ms-outlook-mobile-signature, .ms-outlook-mobile-signature, #AppleMailSignature, "
    "#lineBreakAtBeginningOfSignature, "
    ".bloop_sign, .x_gmail_signature, .gmail_signature_prefix, .front-signature, .missive_signature, .sh-signature, "
    ".mb_sig, .aol_ad_footer, .ymail_android_signature, .yahoo-signature, div[name='messageSignatureSection'], "
    "div[signature='true'], .sig-block, .email-signature, .mail-signature, .mailbox_signature, #composer_signature, "
    ".tutanota_signature, #bloop_sign, .zmail_signature_below, .signature, #x_Signature, "
    ".x_ms-outlook-mobile-signature"
)
_HIDDEN = "head, script, style, title, template, noscript, [hidden], .gmail_extra_hidden"
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|font-size\s*:\s*0", re.I)
_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_PARAGRAPH = frozenset({"p", "blockquote", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})
_SPACE = re.compile(r"[ \t\r\n\f]+")
_FORWARD = re.compile(FORWARDED, re.I)
_MAX_DEPTH = 200
# The parser's time grows with the square of the depth; no mail program nests like this.
_DEEPEST = 3000
_NAME = re.compile(r"[\w-]+")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_NESTING = re.compile(
    r"<(/?)(?:div|span|font|b|i|u|a|em|strong|center|table|tbody|tr|td|blockquote|section|ul|ol|dl)\b", re.I
)


class Text(NamedTuple):
    """``text`` of a mail, how many marked ``signatures`` were taken out of it, and how many ``quotes`` it marks."""

    text: str
    signatures: int
    quotes: int


def html_to_text(html: str) -> Text:
    """Return the text of ``html``.

    Quoted material is prefixed with ``> `` per level. Never raises: mark-up that cannot be parsed gives what text
    could be found.
    """
    if html.count("<") > _DEEPEST and _depth(html) > _DEEPEST:
        return Text(_TAG.sub("\n", html), 0, 0)
    tree = LexborHTMLParser(html)
    root = tree.body or tree.root
    if root is None:
        return Text("", 0, 0)
    folded = html.casefold()
    for node in _select(tree, _HIDDEN, folded):
        node.decompose()
    signatures = _select(tree, _SIGNATURES, folded)
    for node in signatures:
        node.decompose()
    quotes = {node.mem_id for node in _select(tree, _QUOTES, folded)}
    quotes |= {n.mem_id for n in _select(tree, _ATTRIBUTIONS, folded) if not _FORWARD.search(n.text() or "")}
    breaks = {node.mem_id for node in _select(tree, _BREAKS, folded)}
    writer = _Writer()
    _walk(root, writer, quotes, breaks, 0)
    return Text(writer.text(), len(signatures), len(quotes) + len(breaks))


@cache
def _needles(selectors: str) -> tuple[tuple[str, str], ...]:
    """Each selector of a list with a word that stands in every document it can match."""
    return tuple((max(_NAME.findall(one), key=len).casefold(), one) for one in selectors.split(", "))


def _select(tree: LexborHTMLParser, selectors: str, folded: str) -> list[LexborNode]:
    """The nodes that ``selectors`` match; ``folded`` is the document, which tells cheaply which of them can."""
    possible = [selector for needle, selector in _needles(selectors) if needle in folded]
    return tree.css(", ".join(possible)) if possible else []


def _depth(html: str) -> int:
    """The most elements open at once, as far as tags tell."""
    depth = deepest = 0
    for match in _NESTING.finditer(html):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


class _Writer:
    """Collects text runs into lines, each with the quote level it was written at."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.current: list[str] = []
        self.level = 0
        self.bare = False

    def add(self, text: str) -> None:
        text = text if self.current else text.lstrip(" ")
        if text:
            self.current.append(text)

    def add_lines(self, text: str) -> None:
        """Add preformatted text, whose own newlines and indentation count."""
        *whole, last = text.split("\n")
        for line in whole:
            self.current.append(line)
            self._flush()
        self.current = [last] if last else []

    def newline(self) -> None:
        """End the line if anything was written on it."""
        if any(piece.strip() for piece in self.current):
            self._flush()
        self.current = []

    def force(self) -> None:
        """End the line even when it is empty (``<br>``)."""
        self._flush()

    def blank(self) -> None:
        self.newline()
        if self.lines and self.lines[-1].strip(f"> {BARE}"):
            self.lines.append(self._prefix())

    def _flush(self) -> None:
        text = "".join(self.current).rstrip(" ")
        self.lines.append(f"{self._prefix()}{text}")
        self.current = []

    def _prefix(self) -> str:
        return f"{BARE if self.bare else ''}{'> ' * self.level}"

    def text(self) -> str:
        self.newline()
        return "\n".join(self.lines)


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _walk(node: LexborNode, writer: _Writer, quotes: set[int], breaks: set[int], depth: int) -> None:
    """Write ``node``'s content; mail nested deeper than any client writes is cut off rather than followed."""
    for child in _children(node):
        tag = child.tag or ""
        if tag == "-text":
            text = child.text(deep=False) or ""
            if _preformatted(child):
                writer.add_lines(text)
            else:
                writer.add(_SPACE.sub(" ", text))
            continue
        if tag.startswith("-") or depth > _MAX_DEPTH or _hidden(child):
            continue
        if tag == "br":
            writer.force()
            continue
        if child.mem_id in breaks:
            writer.newline()
            writer.lines.append(f"{'> ' * writer.level}{REPLY_BREAK}")
        _element(child, tag, writer, quotes, breaks, depth)


def _element(child: LexborNode, tag: str, writer: _Writer, quotes: set[int], breaks: set[int], depth: int) -> None:
    quoted = child.mem_id in quotes
    block = tag in _BLOCK or quoted
    if block:
        (writer.blank if tag in _PARAGRAPH else writer.newline)()
    if tag in {"td", "th"} and writer.current:
        writer.add(" ")
    if tag == "li":
        writer.add("- ")
    outermost = quoted and not writer.level
    writer.bare = (outermost and tag == "blockquote" and not child.attributes) or (writer.bare and not outermost)
    writer.level += quoted
    _walk(child, writer, quotes, breaks, depth + 1)
    if block:
        writer.newline()
    writer.level -= quoted
    writer.bare = writer.bare and not outermost
    if block and tag in _PARAGRAPH:
        writer.blank()


def _preformatted(node: LexborNode) -> bool:
    parent = node.parent
    return parent is not None and parent.tag == "pre"


def _hidden(node: LexborNode) -> bool:
    style = node.attributes.get("style")
    return bool(style and _HIDDEN_STYLE.search(style))
