"""Where a plain text differs from the person's own, and what stood around: the cases an edit model learns from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from likeness.engines.builtin.recall import lexicon
from likeness.engines.builtin.recall.tokens import ENDS, Token, tokenise

Phrase = tuple[str, ...]
MAXIMUM_LENGTH = 5
_BREAKS = ENDS | {",", ";", ":", "-", "--"}
_WHOLE = {tuple(plain.split()) for plain in lexicon.PHRASES.values() if " " in plain}
_NEGATIONS = frozenset(
    {"not", "n't", "no", "never", "none", "nothing", "nobody", "without", "nope", "nah", "neither", "nor"}
)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a message is besides its words: where it goes and to whom."""

    channel: str = ""
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A message in plain words and in the person's own, as tokens."""

    plain: tuple[Token, ...]
    own: tuple[Token, ...]
    situation: Situation


@dataclass(frozen=True, slots=True)
class Edit:
    """``own`` stands where the plain text has tokens ``start`` to ``end`` (none when they are equal)."""

    start: int
    end: int
    own: Phrase


def pair(plain: str, own: str, situation: Situation, names: frozenset[str]) -> Pair:
    """Tokenise both sides alike."""
    return Pair(tuple(tokenise(plain, names)[0]), tuple(tokenise(own, names)[0]), situation)


def edits(case: Pair) -> list[Edit]:
    """The differences between plain and own, case and white space aside, as small as the alignment makes them."""
    plain, own = [token.lower for token in case.plain], [token.lower for token in case.own]
    spans: list[_Aligned] = []
    for tag, a, b, c, d in SequenceMatcher(None, plain, own, autojunk=False).get_opcodes():
        if b - a == d - c:
            spans.extend(_Aligned(a + k, a + k + 1, c + k, c + k + 1, tag == "equal") for k in range(b - a))
        else:
            spans.append(_Aligned(a, b, c, d, False))
    for start, end, _ in occurrences(case.plain, _WHOLE):
        spans = _together(spans, start, end)
    return [Edit(s.start, s.end, tuple(own[s.own_start : s.own_end])) for s in spans if not s.same]


@dataclass(frozen=True, slots=True)
class _Aligned:
    start: int
    end: int
    own_start: int
    own_end: int
    same: bool


def _together(spans: list[_Aligned], start: int, end: int) -> list[_Aligned]:
    """Make one edit of what happened to a fixed phrase, so that no half of it is ever changed alone."""
    inside = [i for i, s in enumerate(spans) if (s.start < end and s.end > start) or start < s.start == s.end < end]
    first, last = inside[0], inside[-1]
    if all(spans[i].same for i in inside):
        return spans
    while last + 1 < len(spans) and spans[last + 1].start == spans[last + 1].end:
        last += 1
    merged = _Aligned(spans[first].start, spans[last].end, spans[first].own_start, spans[last].own_end, False)
    return [*spans[:first], merged, *spans[last + 1 :]]


def allowed(source: Phrase, target: Phrase) -> bool:
    """False for an edit that would add or drop a negation or is too long to be a habit."""
    if max(len(source), len(target)) > MAXIMUM_LENGTH or source == target:
        return False
    if len(source) > 1 and set(source) & ENDS and not set(target) & _BREAKS:
        return False
    if any(word[-1:].isalpha() for word in source) and not any(word[-1:].isalpha() for word in target):
        return False
    return sum(word in _NEGATIONS for word in source) == sum(word in _NEGATIONS for word in target)


def inventory(cases: Sequence[Pair], minimum: int) -> tuple[set[Phrase], set[Phrase]]:
    """Plain phrases the person changes, and phrases they put in, each seen at least ``minimum`` times."""
    changed: Counter[Phrase] = Counter()
    put_in: Counter[Phrase] = Counter()
    for case in cases:
        for edit in edits(case):
            tokens = case.plain[edit.start : edit.end]
            source = tuple(token.lower for token in tokens)
            if any(token.fixed for token in tokens) or not allowed(source, edit.own):
                continue
            if source:
                changed[source] += 1
            elif all(word.isascii() or not word.isalpha() for word in edit.own):
                put_in[edit.own] += 1
    return {p for p, n in changed.items() if n >= minimum}, {p for p, n in put_in.items() if n >= minimum}


def changes(case: Pair, sources: set[Phrase]) -> Iterator[tuple[Phrase, list[str], Phrase]]:
    """Each place in ``case`` where a phrase of ``sources`` stands: phrase, features, what the person wrote there."""
    by_span = {(edit.start, edit.end): edit.own for edit in edits(case) if edit.start < edit.end}
    covered = {index: span for span in by_span for index in range(*span)}
    inserted = {edit.start for edit in edits(case) if edit.start == edit.end}
    context = Context(case.plain, case.situation)
    for start, end, phrase in occurrences(case.plain, sources):
        spans = {covered.get(index) for index in range(start, end)}
        if spans == {None} and not inserted & set(range(start + 1, end)):
            yield phrase, context.features(start, end), phrase
        elif spans == {(start, end)}:
            yield phrase, context.features(start, end), by_span[start, end]


def occurrences(
    tokens: Sequence[Token], sources: set[Phrase] | dict[Phrase, object]
) -> Iterator[tuple[int, int, Phrase]]:
    """Places where a phrase of ``sources`` stands, all of them, overlapping ones included; never a fixed token."""
    lowers = [token.lower for token in tokens]
    firsts: dict[str, set[int]] = defaultdict(set)
    for phrase in sources:
        firsts[phrase[0]].add(len(phrase))
    for start, word in enumerate(lowers):
        for length in sorted(firsts.get(word, ()), reverse=True):
            phrase = tuple(lowers[start : start + length])
            if len(phrase) == length and phrase in sources and not any(t.fixed for t in tokens[start : start + length]):
                yield start, start + length, phrase


class Context:
    """Features of places in one plain text."""

    def __init__(self, tokens: Sequence[Token], situation: Situation) -> None:
        self.tokens = tokens
        self.shapes = [_shape(token) for token in tokens]
        self.situation = situation
        self.first: list[int] = []
        begin = 0
        for index, token in enumerate(tokens):
            if index and ("\n" in token.space or (tokens[index - 1].text in ENDS and token.space)):
                begin = index
            self.first.append(begin)
        self.sentences = sorted(set(self.first))

    def features(self, start: int, end: int) -> list[str]:
        """What stands around tokens ``start`` to ``end`` (equal for the gap before ``start``)."""
        begin = self.first[min(start, len(self.first) - 1)] if self.first else 0
        left = self._at(start - 1, begin)
        right = self._at(end)
        far_left, far_right = self._at(start - 2, begin), self._at(end + 1)
        order = self.sentences.index(begin) if self.sentences else 0
        length = start - begin
        return [
            f"l={left}",
            f"r={right}",
            f"l2={far_left} {left}",
            f"r2={right} {far_right}",
            f"lr={left} {right}",
            f"first={self.shapes[begin] if self.shapes else ''}",
            f"order={_order(order, len(self.sentences))}",
            f"after={sum(length >= limit for limit in (1, 4, 9, 21))}",
            f"long={min(9, len(self.tokens) // 15)}",
            f"channel={self.situation.channel}",
            f"to={self.situation.recipient}",
            f"fourth={start - begin}" if start - begin < 4 else "fourth=no",
        ]

    def _at(self, index: int, begin: int = 0) -> str:
        if index < begin:
            return "<s>"
        if index >= len(self.shapes):
            return "</m>"
        return ("\n" if index > begin and "\n" in self.tokens[index].space else "") + self.shapes[index]


def _order(order: int, count: int) -> str:
    """Which sentence of the message it is."""
    if count == 1:
        return "only"
    return "first" if order == 0 else "last" if order + 1 == count else "middle"


def _shape(token: Token) -> str:
    if token.kind == "name":
        return "<name>"
    if token.kind == "opaque":
        return "<number>" if token.text[:1].isdigit() else "<opaque>"
    return token.lower
