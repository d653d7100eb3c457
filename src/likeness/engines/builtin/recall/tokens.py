"""Text as tokens that join back to exactly the text, with what must not be touched as single opaque tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from likeness.core import spans

EMOTICON = r"(?<!\d)[:;=][-'^]?(?:[)(]+|D)(?!\w)|(?<!\S)(?:[:;=][-'^]?[PpOo/\\|*](?!\w)|[xX]D+\b|<3(?!\d)|\^\^|\\o/)"
EMOJI = "[\U0001f300-\U0001faff\u2600-\u27bf\U0001f1e6-\U0001f1ff\u2b50\u2b55][\ufe0f\u200d\U0001f3fb-\U0001f3ff]*"
_CLITIC = re.compile(r"(.*\w)(n't|'(?:s|d|ll|re|ve|m))\Z", re.IGNORECASE)
_IRREGULAR = {"ca": "can", "wo": "will", "sha": "shall"}
_TOKEN = re.compile(
    r"(?P<abbreviation>\b(?:e\.g|i\.e|a\.m|p\.m|approx|etc|vs|Mr|Mrs|Ms|Dr|Prof|St)\.|\b[A-Za-z]/[cow]\b|\bw/(?=\s))"
    rf"|(?P<opaque>{spans.URL}|{spans.EMAIL}|{spans.CODE}|{spans.QUOTATION}|{spans.PLACEHOLDER}"
    r"|[$€£]\d[\d.,]*|\d+(?:[.,:/\-–]\d+)*(?:%|(?:st|nd|rd|th|am|pm|k|m|h|x)\b)?"
    r"|(?<!\S)\.\w[\w.]*\w|(?<!\S)\?\w\S*|[@#$%~/\\<{]\S+|\w+(?:[._/\\@:]\w+)+(?:\(\))?|\w+\([^\s()]{0,30}\)|\w*\d\w*)"
    rf"|(?P<face>{EMOTICON}|(?:{EMOJI})+)"
    r"|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)"
    r"|(?P<mark>\.{2,}|…|[!?]{2,}|--+|[^\w\s])"
    r"|(?P<other>\S)",
    re.IGNORECASE,
)
_CODE_BLOCK = re.compile(r"\S(?:[^\n]|\n(?!\s*\n))*\S|\S")
_CAMEL = re.compile(r"[a-z][A-Z]|[A-Z]{2,}[a-z]")
ENDS = frozenset({".", "!", "?", "...", "…", "?!", "!!", "!!!", "??", "!?"})
_CLOSING = frozenset(".,;:!?)]}…") | {"...", "!!", "!!!", "??", "?!", "!?"}


@dataclass(frozen=True, slots=True)
class Token:
    """``space`` is the white space before it. ``fixed`` tokens are copied as they are, whatever happens around."""

    text: str
    space: str
    kind: str

    @property
    def fixed(self) -> bool:
        return self.kind in ("opaque", "name")

    @property
    def lower(self) -> str:
        return self.text if self.fixed else self.text.lower()


def tokenise(text: str, names: frozenset[str] = frozenset()) -> tuple[list[Token], str]:
    """The tokens of ``text`` and the white space after the last. Contractions are two tokens ("do" + "n't").

    Capitalised words inside a sentence are kind "name", as are words of ``names`` (lower case) wherever they stand
    capitalised.
    """
    tokens: list[Token] = []
    position = 0
    for block in _CODE_BLOCK.finditer(text):
        if looks_like_code(block.group()):
            before, space = tokenise(text[position : block.start()], names) if block.start() > position else ([], "")
            tokens += [*before, Token(block.group(), space, "opaque")]
            position = block.end()
    if position:
        after, tail = tokenise(text[position:], names)
        return [*tokens, *after], tail
    named = {span.start for span in spans.find(text) if span.kind == "name"}
    for match in _TOKEN.finditer(text):
        space, kind, raw = text[position : match.start()], str(match.lastgroup), match.group()
        position = match.end()
        if kind == "word":
            is_name = match.start() in named or (raw[0].isupper() and raw.lower() in names)
            tokens.extend(_word(raw, space, is_name))
        else:
            tokens.append(Token("..." if raw == "…" else raw, space, kind))
    return tokens, text[position:]


def looks_like_code(paragraph: str) -> bool:
    """True for program code, tables, output and quoted lines, which nothing here may touch."""
    lines = paragraph.split("\n")
    if sum(line.startswith((">", "|")) for line in lines) * 2 > len(lines):
        return True
    bare = re.sub(r"\b[\w.]{1,60}\(\)|\([^()]{0,200}\w{3} \w[^()]{0,200}\)", "x", paragraph)
    symbols = len(re.findall(r"[<>{}$=\\|_#;\[\]()\"]", bare))
    return symbols >= 4 and symbols > 0.08 * len(bare)


def _word(raw: str, space: str, is_name: bool) -> list[Token]:
    straight = raw.replace("’", "'")
    if straight.lower() == "cannot":
        return [Token(straight[:3], space, "word"), Token("not", "", "word")]
    clitic = _CLITIC.match(straight)
    stem = clitic.group(1) if clitic else straight
    kind = "name" if is_name or _CAMEL.search(stem) else "word"
    if clitic is None:
        return [Token(straight, space, kind)]
    if clitic.group(2).lower() == "n't":
        full = _IRREGULAR.get(stem.lower(), stem.lower())
        stem = full.capitalize() if stem[:1].isupper() else full
        kind = "word"
    return [Token(stem, space, kind), Token(clitic.group(2).lower(), "", "clitic")]


def join(tokens: Iterable[Token], tail: str = "") -> str:
    """The text of ``tokens``; the inverse of :func:`tokenise` up to typographic apostrophes."""
    parts: list[str] = []
    for token in tokens:
        if token.text == "n't" and parts and token.space == "":
            parts[-1] = _contracted(parts[-1])
        parts.append(token.space + token.text)
    return "".join(parts) + tail


def _contracted(piece: str) -> str:
    for full, short in (("can", "ca"), ("will", "wo"), ("shall", "sha")):
        if piece.strip().lower() == full:
            return piece[: len(piece) - len(full) + 1] + short[1:]
    return piece


def phrase_tokens(words: Iterable[str]) -> list[Token]:
    """Tokens for words that are one token each, spaced as in running text."""
    made: list[Token] = []
    for word in words:
        clitic = word == "n't" or (word.startswith("'") and len(word) > 1)
        token = Token(word, "", "clitic" if clitic else "word" if word[:1].isalpha() else "mark")
        joined = closes(token) or (word == "not" and bool(made) and made[-1].text.lower() == "can")
        made.append(token if joined else replace(token, space=" "))
    return made


def starts(tokens: Sequence[Token]) -> list[int]:
    """Indices at which a sentence begins: the first token, one after an end mark, one after a line break."""
    found: list[int] = []
    for index, token in enumerate(tokens):
        after_end = index == 0 or "\n" in token.space or (tokens[index - 1].text in ENDS and bool(token.space))
        after_opening = bool(found) and found[-1] == index - 1 and tokens[index - 1].text in tuple("\"'“(-*•")
        if after_end or after_opening:
            found.append(index)
    return found


def spliced(tokens: Sequence[Token], start: int, end: int, new: Sequence[Token]) -> list[Token]:
    """``new`` in place of ``tokens[start:end]``: white space and a leading capital carry over, marks close up."""
    space = tokens[start].space if start < len(tokens) else " "
    capital = start < end and tokens[start].text[:1].isupper() and tokens[start].text != "I"
    placed: list[Token] = []
    for index, token in enumerate(new):
        if index == 0:
            token = replace(token, space="" if closes(token) and "\n" not in space else space)
            if capital and token.kind == "word":
                token = replace(token, text=token.text[:1].upper() + token.text[1:])
        placed.append(token)
    rest = list(tokens[end:])
    if not new and rest and not closes(rest[0]):
        rest[0] = replace(rest[0], space=space)
        if capital and rest[0].kind == "word":
            rest[0] = replace(rest[0], text=rest[0].text[:1].upper() + rest[0].text[1:])
    return [*tokens[:start], *placed, *rest]


def closes(token: Token) -> bool:
    """True for a token that stands right after the one before, without a space."""
    return token.kind == "clitic" or token.text in _CLOSING
