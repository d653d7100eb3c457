"""A draft: what the request asks for, in the words the person has used for such things before.

Clauses that the request states are said plainly, opened as the person opens such sentences, and pass through the edit
model. A request that only names a topic, or only a message to answer, is met with a message of theirs that was about
it, without the particulars of that time. Nothing is invented: what is not in the request comes from their messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from likeness.core import spans
from likeness.core.types import WriteRequest
from likeness.engines.builtin.recall import acts
from likeness.engines.builtin.recall.edits import THRESHOLD, Proposal
from likeness.engines.builtin.recall.learn import Learned
from likeness.engines.builtin.recall.memory import Said, content_words
from likeness.engines.builtin.recall.neutralise import neutralise, parts
from likeness.engines.builtin.recall.realise import Plain, realise
from likeness.engines.builtin.recall.reference import Manner, manner
from likeness.engines.builtin.recall.request import Clause, Request, parse
from likeness.engines.builtin.recall.rewrite import rewrite
from likeness.engines.builtin.recall.sites import Situation
from likeness.engines.builtin.recall.tokens import Token, join, tokenise

_WHEN = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june"
    r"|july|august|september|october|november|december|this (?:morning|afternoon|evening|week|month|year)"
    r"|(?:next|last) (?:week|month|year|time|night))\b",
    re.IGNORECASE,
)
_RELEVANT = 0.5
_ALIKE = 0.4
_ANSWERS = frozenset({"accept", "decline", "thank", "confirm", "apologise", "congratulate"})
_MAXIMUM_RECALLED = 4
_TITLES = frozenset({"Aunt", "Auntie", "Uncle", "Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Professor", "Sir"})


@dataclass(slots=True)
class Drafted:
    """The text, the messages it drew on, and whether a whole message was recalled."""

    text: str
    message_ids: list[str] = field(default_factory=list)
    recalled: bool = False
    note: str = ""


def draft(request: WriteRequest, learned: Learned) -> Drafted:
    """Write what ``request`` asks for, with the greeting and sign-off the person uses there."""
    asked = parse(request.text, request.recipient)
    channel = request.channel or learned.habits.letters()
    person = learned.habits.correspondent(request.recipient or asked.name, channel)
    place = Situation(channel, person)
    shown = manner(request.style_reference)
    named = _named(request.text)
    if asked.clauses:
        made = _said([realise(clause) for clause in asked.clauses], asked.clauses[0].act, learned, place, shown, named)
    elif asked.statement:
        made = Drafted(rewrite(asked.statement, learned.edits, learned.habits, place, manner=shown).text)
    else:
        made = _recalled(asked, request, learned, place) or _acknowledged(asked, request, learned, place, shown)
    name = learned.habits.called.get(person, "") or _first_name(asked.name or request.recipient)
    greeting = learned.habits.greeting(place.channel, place.recipient, name)
    made.text = _framed(greeting, made.text, learned.habits.sign_off(place.channel, place.recipient))
    return made


def _said(
    plain: Sequence[Plain], act: str, learned: Learned, place: Situation, shown: Manner, named: frozenset[str]
) -> Drafted:
    """Plain sentences in the person's words, opened as they open such a sentence; ``named`` keep their capitals."""
    names = learned.habits.names | named
    made = Drafted("")
    tokens: list[Token] = []
    openers: list[Proposal] = []
    for sentence in plain:
        told = sentence.text[sentence.opener :]
        said = (
            learned.phrases.opener(sentence.family, place.channel, place.recipient, told) if sentence.family else None
        )
        head, rest = _settled(sentence, names)
        start = len(tokens)
        new = tokenise(head + rest, names)[0]
        length = len(tokenise(head, names)[0])
        tokens.extend([replace(new[0], space=" " if tokens else ""), *new[1:]])
        if said and length and not any(token.fixed for token in new[:length]):
            own = tuple(token.lower for token in tokenise(said.text, names)[0])
            openers.append(Proposal(start, start + length, own, 1.0))
            made.message_ids.append(said.message_id)
    taken = {index for opener in openers for index in range(opener.start, opener.end)}
    edits = [
        p for p in learned.edits.propose(tokens, place, THRESHOLD) if p.start not in taken and p.end - 1 not in taken
    ]
    edits = [proposal for proposal in edits if shown.keeps(proposal)]
    text = _written(tokens, openers, edits, learned, place, shown)
    follower = learned.phrases.follower(act, place.channel, place.recipient) if len(plain) == 1 else None
    if follower and len(text.split()) <= 25 and text[-1:] in ".!?…":
        text += learned.edits.space_after(text[-1:], place) + follower.text
        made.message_ids.append(follower.message_id)
    made.text = text.replace("'", "’") if learned.habits.curly else text
    made.recalled = bool(made.message_ids)
    return made


def _named(request: str) -> frozenset[str]:
    """Words with a capital inside a sentence of the request: names, which keep it wherever they come to stand."""
    return frozenset(word.lower() for word in re.findall(r"(?<=[\w,] )[A-Z][a-z]+", request))


def _settled(sentence: Plain, names: frozenset[str]) -> tuple[str, str]:
    """Opener and rest of a plain sentence as the neutraliser leaves them, so that the edit model knows their words."""
    head = sentence.text[: sentence.opener]
    whole = neutralise(sentence.text, names, wording=False)
    plain_head = neutralise(head, names, wording=False).rstrip(".") if head else ""
    if plain_head and whole.startswith(plain_head):
        return plain_head, whole[len(plain_head) :]
    return ("", whole) if not head else (head, sentence.text[sentence.opener :])


def _written(
    tokens: Sequence[Token],
    openers: list[Proposal],
    edits: list[Proposal],
    learned: Learned,
    place: Situation,
    shown: Manner,
) -> str:
    """The text with openers and edits; without the edits, and then the openers, that would lose content."""
    plain = join(tokens)
    for chosen in ([*openers, *edits], openers, []):
        made = learned.edits.apply(tokens, sorted(chosen, key=lambda p: (p.start, p.end)), place)
        text = join(shown.settle(made)).strip()
        if not spans.lost(plain, text):
            return text
    return plain


def _recalled(asked: Request, request: WriteRequest, learned: Learned, place: Situation) -> Drafted | None:
    """A message of theirs about the topic, or one that answered something alike, without its particulars."""
    wanted = content_words(asked.topic)
    answering = content_words(request.context)
    kind = set(acts.acts(request.context))
    best: tuple[float, Said, list[str]] | None = None
    for said in learned.memory.search(wanted, answering=answering):
        fit = _fit(said, wanted, answering)
        if fit < (_RELEVANT if wanted else _ALIKE) or (not wanted and not kind & set(acts.acts(said.context))):
            continue
        fit += 0.1 * (said.correspondent == place.recipient != "") + 0.1 * (said.channel == place.channel)
        if best is None or fit > best[0]:
            kept = _kept(said, asked, request)
            if kept:
                best = (fit, said, kept)
    if best is None:
        return None
    return Drafted(" ".join(best[2]), list(best[1].message_ids), True)


def _fit(said: Said, wanted: Sequence[str], answering: Sequence[str]) -> float:
    """0 to 1: how much of what is wanted the message has, and how alike what it answered was."""
    own, context = set(content_words(said.text)), set(content_words(said.context))
    share = sum(word in own for word in wanted) / len(wanted) if wanted else 0.0
    if answering:
        alike = sum(word in context for word in answering) / len(answering)
        share = 0.7 * share + 0.3 * alike if wanted else alike
    return share


def _kept(said: Said, asked: Request, request: WriteRequest) -> list[str]:
    """The first sentences of a recalled message that say nothing particular to that time."""
    topical = set(content_words(f"{asked.topic} {request.context}"))
    known = f"{asked.topic} {asked.name} {request.recipient} {request.context} {request.text}"
    kept: list[str] = []
    for sentence in acts.sentences(parts(said.text).body):
        foreign = any(span.kind != "negation" and span.text not in known for span in spans.find(sentence))
        when = any(match.group().lower() not in known.lower() for match in _WHEN.finditer(sentence))
        telling = acts.of(sentence) in _ANSWERS or topical & set(content_words(sentence))
        if not foreign and not when and telling and sentence[-1:] not in ":,;":
            kept.append(sentence)
        elif kept:
            break
    kept = kept[:_MAXIMUM_RECALLED]
    wanted = set(content_words(asked.topic))
    covered = wanted & set(content_words(" ".join(kept)))
    return kept if len(covered) > _RELEVANT * len(wanted) or not wanted else []


def _acknowledged(asked: Request, request: WriteRequest, learned: Learned, place: Situation, shown: Manner) -> Drafted:
    """Nothing alike was found: a short message in their manner that claims nothing."""
    clauses = [Clause("thank", "noun", "your message")] if request.context else []
    if asked.topic:
        clauses.append(Clause("inform", "clause", f"I wanted to write to you about {asked.topic}"))
    elif request.context and "?" in request.context:
        clauses.append(Clause("inform", "clause", "I will look at it and let you know"))
    elif not request.context:
        clauses.append(Clause("inform", "clause", "I wanted to get in touch"))
    made = _said([realise(clause) for clause in clauses], "inform", learned, place, shown, _named(request.text))
    made.recalled = False
    return made


def _first_name(recipient: str) -> str:
    if "@" in recipient or not re.match(r"[^\W\d_]", recipient):
        return ""
    words = recipient.split()
    first = " ".join(words[:2]) if words[0].rstrip(".") in _TITLES else words[0]
    return first if first[:1].isupper() else ""


def _framed(greeting: str, body: str, sign_off: str) -> str:
    short = "\n" not in body and len(body) < 60
    pieces = [greeting] if greeting else []
    pieces.append(body)
    if sign_off:
        pieces.append(sign_off)
    return "\n\n".join(pieces) if not (short and not sign_off) else " ".join(pieces)
