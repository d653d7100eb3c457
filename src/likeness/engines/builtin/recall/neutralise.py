"""The same text said plainly: a person's habits taken out by rule, its content left alone.

The rules are general and fixed. They expand contractions, settle punctuation and casing, drop fillers, faces,
greetings and sign-offs, and put one plain word for several colloquial ones. Numbers, names, addresses, code and
quotations are opaque to them; a result that lost any of these, or a negation, is made again with fewer rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from likeness.core import spans
from likeness.engines.builtin.recall import lexicon
from likeness.engines.builtin.recall.tokens import (
    ENDS,
    Token,
    closes,
    join,
    looks_like_code,
    starts,
    tokenise,
)
from likeness.engines.builtin.recall.wording import SUBJECTS, choices, fillers, given_choices

_PLAIN_MARKS = {"!": ".", "!!": ".", "!!!": ".", "??": "?", "?!": "?", "!?": "?", "...": "."}
_LIST_ITEM = re.compile(r"\A\s*(?:[-*•]\s|\(?\d{1,2}[.)]\s|[a-z]\)\s)")
_Stage = Callable[[list[Token]], list[Token]]


@dataclass(frozen=True, slots=True)
class Parts:
    """A message taken apart: ``body`` without the greeting and the sign-off that stood around it."""

    greeting: str
    body: str
    sign_off: str


def parts(text: str) -> Parts:
    """Tell greeting and sign-off from the body. A text that is nothing else is all body."""
    greeting = lexicon.GREETING.match(text)
    if greeting and any(span.kind == "negation" for span in spans.find(greeting.group())):
        greeting = None
    body = text[greeting.end() :] if greeting else text
    closing = lexicon.SIGN_OFF.search(body)
    if closing:
        body = body[: closing.start()]
    if not body.strip():
        return Parts("", text.strip(), "")
    return Parts(greeting.group().strip() if greeting else "", body.strip(), closing.group().strip() if closing else "")


def neutralise(text: str, names: frozenset[str] = frozenset(), *, wording: bool = True) -> str:
    """``text`` said plainly. ``names`` (lower case) are words to keep as they are when capitalised.

    ``wording=False`` is for text that somebody gave to be rewritten: long-winded phrases become plain, but words and
    spelling stay, since where the person's own habit is not known the giver's word is as good as any.

    Idempotent on its own output. An empty result (a message of greetings and faces only) is the text itself.
    """
    body = parts(text).body
    if not body:
        return text.strip()
    plain = ""
    full = _STAGES if wording else tuple(given_choices if stage is choices else stage for stage in _STAGES)
    for stages in (full, _STAGES[:3], (_marks, _casing)):
        plain = _settled(body, names, stages)
        if plain and not spans.lost(body, plain):
            return plain
    return body


def _settled(body: str, names: frozenset[str], stages: Sequence[_Stage]) -> str:
    """Run the stages until they change nothing more: one rule can make room for another."""
    for _ in range(4):
        plain = _run(body, names, stages)
        if plain == body:
            break
        body = plain
    return body


def _run(body: str, names: frozenset[str], stages: Sequence[_Stage]) -> str:
    tokens, _ = tokenise(_lines(body), names)
    for stage in stages:
        tokens = stage(tokens)
    return join(tokens).strip()


def _lines(text: str) -> str:
    """Join the lines of each paragraph; a short line that ends without a mark becomes a sentence. Lists stay."""
    paragraphs: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if looks_like_code(paragraph.strip()):
            paragraphs.append(paragraph.strip())
            continue
        joined = ""
        for line in paragraph.split("\n"):
            line = re.sub(r"[ \t\u00a0]+", " ", line).strip()
            if not line:
                continue
            if not joined:
                joined = line
            elif _LIST_ITEM.match(line):
                joined += "\n" + line
            else:
                last = joined.rsplit("\n", 1)[-1]
                ended = last[-1:] in ".,;:!?…" or len(last) >= 60 or not re.search(r"\w\Z", last)
                joined += (" " if ended else ". ") + line
        if joined:
            paragraphs.append(joined)
    return "\n\n".join(paragraphs)


def _contractions(tokens: list[Token]) -> list[Token]:
    """Write contractions out: "it's" -> "it is" or "it has", "I'd" -> "I would" or "I had"."""
    out: list[Token] = []
    for index, token in enumerate(tokens):
        if token.kind != "clitic":
            out.append(token)
            continue
        before = tokens[index - 1].lower if index else ""
        after = next((t.lower for t in tokens[index + 1 : index + 3] if t.lower not in ("not", "always", "just")), "")
        full = _expanded(token.text, before, after)
        space = "" if full == "not" and before == "can" else " "
        out.append(replace(token, text=full, space=space, kind="word") if full else token)
    return out


def _expanded(clitic: str, before: str, after: str) -> str:
    had = after in lexicon.HAVE_PARTICIPLES or after == "better"
    if clitic == "'s":
        if before == "let":
            return "us"
        if before not in SUBJECTS:
            return ""
        return "has" if after in lexicon.HAVE_PARTICIPLES and after not in ("done", "gone", "made") else "is"
    if clitic == "'d":
        return "had" if had else "would"
    return {"n't": "not", "'ll": "will", "'re": "are", "'ve": "have", "'m": "am"}.get(clitic, "")


def _marks(tokens: list[Token]) -> list[Token]:
    """Full stops for exclamation marks and dots, commas for dashes, one space, an end mark at each paragraph's end."""
    out: list[Token] = []
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        text, space = token.text, token.space
        if token.kind == "mark":
            if (
                re.fullmatch(r"\.{2,}", text)
                and following
                and following.text[:1].islower()
                and "\n" not in following.space
            ):
                text = ","
            elif re.fullmatch(r"[!?.]{2,}", text):
                text = "?" if "?" in text else "."
            text = _PLAIN_MARKS.get(text, text)
            if text in ("-", "--", "–", "—", "---") and space and out and following and "\n" not in space:
                text = ","
            if text == "," and (following is None or not out or (closes(out[-1]) and out[-1].kind == "mark")):
                continue
        if out and text in (".", "?") and out[-1].text in ENDS:
            continue
        if closes(Token(text, "", token.kind)) and "\n" not in space:
            space = ""
        elif "\n" not in space and space:
            space = " "
        if out and space == "" and out[-1].text == "," and text != ",":
            space = " "
        out.append(Token(text, space, token.kind))
    return _ended(out)


def _ended(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    for index, token in enumerate(tokens):
        out.append(token)
        last = index + 1 == len(tokens) or "\n\n" in tokens[index + 1].space
        if token.text == ")" and index and tokens[index - 1].text in ENDS:
            continue
        wordy = (
            token.kind in ("word", "name", "clitic", "abbreviation") or token.text[-1:] in ")%" or token.text.isdigit()
        )
        if last and wordy and not token.text.endswith("."):
            out.append(Token(".", "", "mark"))
    return out


def _faces(tokens: list[Token]) -> list[Token]:
    """Drop emoji and emoticons. One between two words ends a sentence."""
    out: list[Token] = []
    carried = ""
    for token in tokens:
        if token.kind == "face":
            carried = carried if "\n" in carried else token.space or carried
            if out and out[-1].kind in ("word", "name", "clitic"):
                out.append(Token(".", "", "mark"))
            continue
        if "\n" in carried and "\n" not in token.space:
            token = replace(token, space=carried)
        carried = ""
        if out and out[-1].text == "." and closes(token) and token.kind == "mark":
            out.pop()
        out.append(token)
    return out


def _casing(tokens: list[Token]) -> list[Token]:
    """Capitals at the start of sentences and for "I"; none for emphasis."""
    begins = set(starts(tokens))
    out: list[Token] = []
    for index, token in enumerate(tokens):
        text = token.text
        if token.kind == "word":
            if text.isupper() and len(text) > 1 and text.lower() in lexicon.EMPHASISED:
                text = text.lower()
            if text == "i":
                text = "I"
            if index in begins and text[:1].islower():
                text = text[0].upper() + text[1:]
        out.append(replace(token, text=text))
    return out


def _commas(tokens: list[Token]) -> list[Token]:
    """A comma after introductory words, none before "and" and "or"; "that" left out after verbs of thinking."""
    out: list[Token] = []
    begins = set(starts(tokens))
    for index, token in enumerate(tokens):
        following = tokens[index + 1].lower if index + 1 < len(tokens) else ""
        if token.text == "," and following in ("and", "or", "but", "so", "because"):
            continue
        if (
            token.lower == "that"
            and out
            and out[-1].lower in lexicon.THAT_VERBS
            and following in lexicon.THAT_FOLLOWERS
        ):
            continue
        out.append(token)
        if following == "," or following in ENDS or not following:
            continue
        single = index in begins and token.lower in lexicon.INTRODUCTORY
        double = index - 1 in begins and (tokens[index - 1].lower, token.lower) in _DOUBLE_INTRODUCTORY
        if (single and not (token.lower == "no" and tokens[index + 1].kind != "name")) or double:
            out.append(Token(",", "", "mark"))
    return out


_DOUBLE_INTRODUCTORY = frozenset({("in", "addition"), ("for", "example")})
_STAGES: tuple[_Stage, ...] = (
    _faces,
    _contractions,
    _marks,
    fillers,
    choices,
    _commas,
    _marks,
    _casing,
)
