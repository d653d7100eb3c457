"""What a rewrite must not lose: numbers, names, addresses, code, quotations and negation.

Engines use it to check their own edits, and the judge of a writer uses it to check theirs: one definition for both.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

SpanKind = Literal["url", "email", "code", "quotation", "placeholder", "number", "name", "negation"]

URL = r"(?:https?://|ftp://|www\.)[^\s<>\"“”]*[^\s<>\"“”.,;:!?)\]'’]"
EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
CODE = r"`[^`\n]+`"
QUOTATION = r"\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|«[^»\n]{1,400}»"
PLACEHOLDER = r"\[[a-z][a-z -]{1,30}\]"
NUMBER = r"[$€£]?\d+(?:[.,:/\-–]\d+)*(?:%|(?:st|nd|rd|th|am|pm|k|m|h|x)\b)?"

_OPAQUE = re.compile(
    "|".join(
        f"(?P<{kind}>{pattern})"
        for kind, pattern in (
            ("url", URL),
            ("email", EMAIL),
            ("code", CODE),
            ("quotation", QUOTATION),
            ("placeholder", PLACEHOLDER),
            ("number", rf"(?<![\w]){NUMBER}"),
        )
    ),
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|nobody|nowhere|neither|nor|cannot|without|nope|nah"
    r"|(?:do|does|did|ca|wo|is|are|was|were|have|has|had|would|could|should)nt)\b|\w(n['’]t)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z]\w*(?:['’-]+\w+)*")
_SENTENCE_BREAK = re.compile(r"(?:[.!?…:;•*–—-]|\A|\n|[\"“(\[])[\s\"“”')\]*•–—-]*\Z")
_NOT_NAME = re.compile(
    r"(?:I|I'm|I'd|I'll|I've|O[Kk]|BTW|IMH?O|FYI|ASAP|AFAI(?:K|CT)|FWIW|TBH|LOL|THX|PS|A|The|Thanks?|Hi|Hello|Dear|Best"
    r"|Cheers|Regards|NOT|ALL|ANY|AND|OR|VERY|ONLY|MUST|DO|IS|NO|YES|REALLY)\Z"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text that carries content: ``text[start:end]`` of the text it was found in."""

    kind: SpanKind
    text: str
    start: int
    end: int


def find(text: str) -> list[Span]:
    """The spans of ``text`` in order; they do not overlap.

    A name is a capitalised word inside a sentence (English); at the start of one it cannot be told from any other
    word. Negations are reported one by one, whatever their form ("not", "n't", "never" …).
    """
    spans = [Span(_kind(m), m.group(), m.start(), m.end()) for m in _OPAQUE.finditer(text)]
    taken = bytearray(len(text))
    for span in spans:
        taken[span.start : span.end] = b"\x01" * (span.end - span.start)
    for match in _NEGATION.finditer(text):
        group = 1 if match.group(1) else 0
        start, end = match.span(group)
        if not any(taken[start:end]):
            spans.append(Span("negation", match.group(group), start, end))
            taken[start:end] = b"\x01" * (end - start)
    for match in _NAME.finditer(text):
        word = re.sub(r"['’]s$", "", match.group())
        start, end = match.start(), match.start() + len(word)
        if any(taken[start:end]) or _NOT_NAME.match(word.replace("’", "'")):
            continue
        if not _SENTENCE_BREAK.search(text, max(0, start - 12), start):
            spans.append(Span("name", word, start, end))
    return sorted(spans, key=lambda span: span.start)


def lost(before: str, after: str) -> list[Span]:
    """The spans of ``before`` that ``after`` has not kept, plus a negation that ``after`` has gained.

    Numbers, addresses, code, quotations and placeholders must stand in ``after`` unchanged and as often; names as
    often, in any case; negations in the same number. Besides negations, more is not a loss.
    """
    have = Counter((span.kind, span.text) for span in find(after))
    words = Counter(word.casefold() for word in re.findall(r"\w+(?:['’-]\w+)*", re.sub(r"['’]s\b", "", after)))
    negations = sum(count for (kind, _), count in have.items() if kind == "negation")
    gone: list[Span] = []
    for span in find(before):
        if span.kind == "negation":
            negations -= 1
            if negations < 0:
                gone.append(span)
        elif span.kind == "name":
            key = span.text.casefold()
            if words[key] <= 0 and key not in after.casefold():
                gone.append(span)
            words[key] -= 1
        elif have[span.kind, span.text] > 0:
            have[span.kind, span.text] -= 1
        elif after.count(span.text) < before.count(span.text):
            gone.append(span)
    if negations > 0:
        extra = [span for span in find(after) if span.kind == "negation"]
        gone.append(extra[-1])
    return gone


def _kind(match: re.Match[str]) -> SpanKind:
    kind = match.lastgroup
    assert kind is not None
    return kind  # type: ignore[return-value]
