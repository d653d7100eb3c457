"""The edit model: which plain phrases the person words differently, what they put in, and where.

Learned from pairs (neutralised message, message). Every phrase that the person changes has a small classifier of its
own that reads the words around it; a phrase is kept in the model only when, trained on the older messages, it was
right more often than wrong on the newer ones. Casing and spacing have classifiers of the same kind.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from likeness.engines.builtin.recall.lexicon import american as american_spelling
from likeness.engines.builtin.recall.lexicon import british as british_spelling
from likeness.engines.builtin.recall.lexicon import word_set
from likeness.engines.builtin.recall.maxent import Classifier, fit
from likeness.engines.builtin.recall.sites import (
    Context,
    Pair,
    Phrase,
    Situation,
    allowed,
    changes,
    edits,
    inventory,
    occurrences,
)
from likeness.engines.builtin.recall.tokens import ENDS, Token, phrase_tokens, spliced, starts

Case = tuple[list[str], str]
_OTHER = "\0"
THRESHOLD = 0.3
"""An edit is made from this probability on: below one half, since a habit that shows too rarely is lost as style,
and chrF to the owner's text was higher for it on the messages this was tuned on."""
_FEWEST_SPELLINGS = 3
_VALIDATION_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Proposal:
    """An edit the model would make to tokens ``start`` to ``end`` of a plain text."""

    start: int
    end: int
    own: Phrase
    probability: float


@dataclass(frozen=True, slots=True)
class EditModel:
    """Classifiers by phrase. Class names are the person's wording, words separated by spaces."""

    changes: Mapping[Phrase, Classifier]
    insertions: Mapping[Phrase, Classifier]
    anchors: Mapping[Phrase, frozenset[str]]
    casing: Classifier | None
    spacing: Classifier | None
    spellings: Mapping[str, str] = field(default_factory=dict)
    """How the person writes a word that is not all lower case ("btw" -> "BTW")."""
    british: bool = False
    """They spell as in Britain ("colour", "organise"), words they have not used yet included."""

    def propose(self, tokens: Sequence[Token], situation: Situation, threshold: float) -> list[Proposal]:
        """Edits more probable than ``threshold``, not overlapping, left to right; longer phrases first."""
        context = Context(tokens, situation)
        found: list[Proposal] = []
        taken: set[int] = set()
        places = sorted(occurrences(tokens, dict(self.changes)), key=lambda place: place[0] - place[1])
        for start, end, source in places:
            if taken & set(range(start, end)):
                continue
            best = _best(self.changes[source], context.features(start, end), " ".join(source), threshold)
            if best and _stands(best[0].split(), tokens, start, end):
                found.append(Proposal(start, end, tuple(best[0].split()), best[1]))
                taken |= set(range(start, end))
        found.extend(self._insertions(tokens, context, threshold, taken))
        return sorted(found, key=lambda proposal: (proposal.start, proposal.end))

    def _insertions(
        self, tokens: Sequence[Token], context: Context, threshold: float, taken: set[int]
    ) -> Iterator[Proposal]:
        for gap in range(len(tokens) + 1):
            if gap in taken and gap - 1 in taken:
                continue
            features = context.features(gap, gap)
            around = set(features[:2])
            options: list[tuple[float, Phrase]] = []
            for phrase, classifier in self.insertions.items():
                if around & self.anchors[phrase]:
                    options.append((classifier.probabilities(features).get("yes", 0.0), phrase))
            if options and max(options)[0] > threshold and _fits(max(options)[1], tokens, gap):
                probability, phrase = max(options)
                yield Proposal(gap, gap, phrase, probability)

    def apply(self, tokens: Sequence[Token], proposals: Sequence[Proposal], situation: Situation) -> list[Token]:
        """Make the edits, then settle casing and spacing as the person does."""
        out = list(tokens)
        for proposal in sorted(proposals, key=lambda p: (p.start, p.end), reverse=True):
            new = [self._spelt(token) for token in phrase_tokens(proposal.own)]
            out = _placed(out, proposal.start, proposal.end, new)
        if self.british:
            out = [_british(token) for token in out]
        return self._spaced(self._cased(out, situation), situation)

    def _spelt(self, token: Token) -> Token:
        return replace(token, text=self.spellings.get(token.text, token.text))

    def _cased(self, tokens: list[Token], situation: Situation) -> list[Token]:
        if self.casing is None:
            return tokens
        for index in starts(tokens):
            token = tokens[index]
            if token.kind != "word" or (token.text.isupper() and token.text != "I" and len(token.text) > 1):
                continue
            shares = self.casing.probabilities(casing_features(tokens, index, situation))
            low = shares.get("lower", 0.0) > 0.5
            text = token.text[:1].lower() if low else token.text[:1].upper()
            tokens[index] = replace(token, text=text + token.text[1:])
        for index, token in enumerate(tokens):
            if token.text.lower() == "i" and token.kind == "word":
                shares = self.casing.probabilities(casing_features(tokens, index, situation))
                tokens[index] = replace(token, text="i" if shares.get("lower", 0.0) > 0.5 else "I")
        return tokens

    def _spaced(self, tokens: list[Token], situation: Situation) -> list[Token]:
        if self.spacing is None:
            return tokens
        for index in range(1, len(tokens)):
            if tokens[index].space == " " and tokens[index - 1].text in SPACED:
                shares = self.spacing.probabilities(spacing_features(tokens, index, situation))
                tokens[index] = replace(tokens[index], space=max(shares.items(), key=lambda item: item[1])[0])
        return tokens

    def space_after(self, mark: str, situation: Situation) -> str:
        """The white space the person puts between two sentences of a paragraph."""
        if self.spacing is None or mark not in SPACED:
            return " "
        features = [f"mark={mark}", f"channel={situation.channel}", f"to={situation.recipient}"]
        return max(self.spacing.probabilities(features).items(), key=lambda item: item[1])[0]

    def to_json(self) -> dict[str, Any]:
        return {
            "changes": {" ".join(p): c.to_json() for p, c in self.changes.items()},
            "insertions": {" ".join(p): c.to_json() for p, c in self.insertions.items()},
            "anchors": {" ".join(p): sorted(a) for p, a in self.anchors.items()},
            "casing": self.casing.to_json() if self.casing else None,
            "spacing": self.spacing.to_json() if self.spacing else None,
            "spellings": dict(self.spellings),
            "british": self.british,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> EditModel:
        def table(name: str) -> dict[Phrase, Classifier]:
            return {tuple(p.split()): Classifier.from_json(c) for p, c in raw[name].items()}

        return cls(
            table("changes"),
            table("insertions"),
            {tuple(p.split()): frozenset(a) for p, a in raw["anchors"].items()},
            Classifier.from_json(raw["casing"]) if raw["casing"] else None,
            Classifier.from_json(raw["spacing"]) if raw["spacing"] else None,
            raw["spellings"],
            raw["british"],
        )


SPACED = ENDS | {":", ";", ")"}


def learn(cases: Sequence[Pair], minimum: int = 3) -> EditModel:
    """Learn from ``cases`` in time order (oldest first)."""
    cut = int(len(cases) * (1 - _VALIDATION_SHARE))
    sources, phrases = inventory(cases, minimum)
    older, newer = _change_cases(cases[:cut], sources), _change_cases(cases[cut:], sources)
    kept = {p: _joined(older, newer, p) for p in sources if _pays(older.get(p, []), newer.get(p, []), " ".join(p))}
    anchors = _anchors(cases, phrases, minimum)
    older_in, newer_in = _insertion_cases(cases[:cut], anchors), _insertion_cases(cases[cut:], anchors)
    put_in = {
        p: _joined(older_in, newer_in, p) for p in anchors if _pays(older_in.get(p, []), newer_in.get(p, []), "no")
    }
    return EditModel(
        {p: fit(found) for p, found in sorted(kept.items())},
        {p: fit(found) for p, found in sorted(put_in.items())},
        {p: anchors[p] for p in put_in},
        _own_classifier(cases, _casing_cases),
        _own_classifier(cases, _spacing_cases),
        _spellings(cases),
        _spells_as_in_britain(cases),
    )


def _joined(older: Mapping[Phrase, list[Case]], newer: Mapping[Phrase, list[Case]], phrase: Phrase) -> list[Case]:
    return [*older.get(phrase, []), *newer.get(phrase, [])]


def _pays(older: list[Case], newer: list[Case], keep: str) -> bool:
    """True when a classifier of the older cases makes the newer ones more alike to the person's own text.

    Without newer cases to judge by, the older ones must be of one mind.
    """
    outcomes = {outcome for _, outcome in older}
    if len(older) < 3 or outcomes <= {keep}:
        return False
    if len(newer) < 3:
        return Counter(outcome for _, outcome in older).most_common(1)[0][1] >= 0.75 * len(older) and len(outcomes) >= 1
    if len(outcomes) == 1:
        only = next(iter(outcomes))
        return sum(1 if outcome == only else -1 for _, outcome in newer) > 0
    classifier = fit(older)
    net = 0
    for features, outcome in newer:
        best = _best(classifier, features, keep, THRESHOLD)
        if best:
            net += 1 if best[0] == outcome else -1
    return net > 0


def _best(classifier: Classifier, features: Sequence[str], keep: str, threshold: float) -> tuple[str, float] | None:
    """The most probable wording other than ``keep``, when changing at all is more probable than ``threshold``."""
    shares = classifier.probabilities(features)
    change = 1.0 - shares.get(keep, 0.0)
    options = {wording: share for wording, share in shares.items() if wording not in (keep, _OTHER)}
    if not options or change <= threshold:
        return None
    best = max(options.items(), key=lambda item: (item[1], item[0]))
    return best if best[1] > threshold * 0.8 and best[1] > shares.get(_OTHER, 0.0) else None


def _change_cases(cases: Sequence[Pair], sources: set[Phrase]) -> dict[Phrase, list[Case]]:
    found: dict[Phrase, list[Case]] = defaultdict(list)
    for case in cases:
        for phrase, features, own in changes(case, sources):
            outcome = " ".join(own) if own == phrase or allowed(phrase, own) else _OTHER
            found[phrase].append((features, outcome))
    for phrase, rows in found.items():
        counts = Counter(outcome for _, outcome in rows)
        found[phrase] = [(f, o if counts[o] >= 2 or o == " ".join(phrase) else _OTHER) for f, o in rows]
    return found


def _anchors(cases: Sequence[Pair], phrases: set[Phrase], minimum: int) -> dict[Phrase, frozenset[str]]:
    """Neighbours beside which a phrase was put in often enough to think of it there."""
    seen: dict[Phrase, Counter[str]] = defaultdict(Counter)
    for case in cases:
        context = Context(case.plain, case.situation)
        for edit in edits(case):
            if edit.start == edit.end and edit.own in phrases:
                seen[edit.own].update(set(context.features(edit.start, edit.end)[:2]))
    found = {p: frozenset(a for a, n in counts.items() if n >= minimum) for p, counts in seen.items()}
    return {p: a for p, a in found.items() if a}


def _insertion_cases(cases: Sequence[Pair], anchors: Mapping[Phrase, frozenset[str]]) -> dict[Phrase, list[Case]]:
    found: dict[Phrase, list[Case]] = defaultdict(list)
    for case in cases:
        context = Context(case.plain, case.situation)
        put_in = {edit.start: edit.own for edit in edits(case) if edit.start == edit.end}
        for gap in range(len(case.plain) + 1):
            features = context.features(gap, gap)
            around = set(features[:2])
            for phrase, beside in anchors.items():
                if around & beside:
                    found[phrase].append((features, "yes" if put_in.get(gap) == phrase else "no"))
    return found


def casing_features(tokens: Sequence[Token], index: int, situation: Situation) -> list[str]:
    word = tokens[index].text.lower()
    after = tokens[index - 1].text if index else "<m>"
    line = "line" if index and "\n" in tokens[index].space else "same"
    return [
        f"word={word}",
        f"after={after}",
        f"break={line}",
        f"channel={situation.channel}",
        f"to={situation.recipient}",
    ]


def spacing_features(tokens: Sequence[Token], index: int, situation: Situation) -> list[str]:
    before, mark = tokens[index - 2].lower if index > 1 else "<m>", tokens[index - 1].text
    return [f"mark={mark}", f"before={before} {mark}", f"next={tokens[index].lower}", f"channel={situation.channel}",
            f"to={situation.recipient}", f"long={min(9, len(tokens) // 15)}"]  # fmt: skip


def _casing_cases(case: Pair) -> Iterator[Case]:
    begins = set(starts(case.own))
    for index, token in enumerate(case.own):
        is_i = token.text.lower() == "i" and token.kind == "word"
        if (index in begins and token.kind == "word" and token.text[:1].isalpha()) or is_i:
            outcome = "lower" if token.text[0].islower() else "upper"
            yield casing_features(case.own, index, case.situation), outcome


def _spacing_cases(case: Pair) -> Iterator[Case]:
    for index in range(1, len(case.own)):
        token = case.own[index]
        if case.own[index - 1].text in SPACED and token.space in (" ", "  ", "\n"):
            yield spacing_features(case.own, index, case.situation), token.space


def _own_classifier(cases: Sequence[Pair], collect: Any) -> Classifier | None:
    rows = [row for case in cases for row in collect(case)]
    return fit(rows) if rows else None


def _spellings(cases: Sequence[Pair]) -> dict[str, str]:
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        begins = set(starts(case.own))
        for index, token in enumerate(case.own):
            if token.kind == "word" and index not in begins and token.text.lower() != "i":
                forms[token.text.lower()][token.text] += 1
    best = {low: counts.most_common(1)[0][0] for low, counts in forms.items()}
    return {low: form for low, form in best.items() if form != low and forms[low][form] >= 2}


def _spells_as_in_britain(cases: Sequence[Pair]) -> bool:
    """True when nearly all words of theirs that are spelled in two ways are spelled the British way."""
    words = [token.lower for case in cases for token in case.own if token.kind == "word"]
    british = sum(american_spelling(word) != word for word in words)
    american = sum(british_spelling(word) != word for word in words)
    return british >= _FEWEST_SPELLINGS and british >= 4 * american


def _british(token: Token) -> Token:
    """``token`` in British spelling, its capital kept."""
    spelled = british_spelling(token.lower) if token.kind == "word" else token.lower
    if spelled == token.lower:
        return token
    return replace(token, text=spelled.capitalize() if token.text[0].isupper() else spelled)


_HOSTS = word_set("i you he she it we they that there who here what where let how")
_OWNED = word_set("to a an the no some any my your his her our their this that these those")
"""Before these words "have" is a verb of its own and stays whole."""
_COMMA_NEVER_AFTER = word_set(
    "and but or so am is are was were be been to a an the of in on at for with my your our their"
)
_LONG_HOSTS = word_set("i you he she it we they that there who")


def _stands(own: Sequence[str], tokens: Sequence[Token], start: int, end: int) -> bool:
    """False for a contraction after a word that does not take it, or with nothing after it to lean on."""
    if not own or not own[0].startswith("'"):
        return True
    host = tokens[start - 1].lower if start else ""
    follows = end < len(tokens) and tokens[end].kind != "mark"
    if own[0] == "'ve" and follows and tokens[end].lower in _OWNED:
        return False
    return follows and host in (_HOSTS if own[0] == "'s" else _LONG_HOSTS)


def _fits(own: Phrase, tokens: Sequence[Token], gap: int) -> bool:
    """False for a comma right after a word that leans on the next, or before the last word of a sentence."""
    if own != (",",):
        return True
    last = gap + 1 >= len(tokens) or tokens[gap + 1].text in ENDS
    return not last and (gap == 0 or tokens[gap - 1].lower not in _COMMA_NEVER_AFTER)


def _placed(tokens: list[Token], start: int, end: int, new: list[Token]) -> list[Token]:
    """Splice with the spaces and the capital that belong there, for insertions too."""
    if start < end:
        return spliced(tokens, start, end, new)
    if start >= len(tokens):
        first = replace(new[0], space="" if new[0].text in (",", ".", "!", "?", "...") else " ")
        return [*tokens, first, *new[1:]]
    head = tokens[start]
    at_start = start in set(starts(tokens))
    closing = new[0].text in (",", ".", "!", "?", "...", ")", ";", ":") or new[0].kind == "clitic"
    first = replace(new[0], space="" if closing and "\n" not in head.space else head.space)
    rest = replace(head, space=" " if head.space or new[-1].text == "," else head.space)
    if at_start:
        if first.kind == "word":
            first = replace(first, text=first.text[:1].upper() + first.text[1:])
        if head.kind == "word" and head.text != "I":
            rest = replace(rest, text=head.text[:1].lower() + head.text[1:])
    elif rest.text in (",", ".", "!", "?") and head.space == "":
        rest = replace(rest, space="")
        first = replace(first, space="" if closing else " ")
    return [*tokens[:start], first, *new[1:], rest, *tokens[start + 1 :]]
