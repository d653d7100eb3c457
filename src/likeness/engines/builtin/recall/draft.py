"""A draft: what the request asks for, in the words the person has used for such things before.

Clauses that the request states are said plainly, opened as the person opens such sentences, and pass through the edit
model. A request that only names a topic, or only a message to answer, is met with a message of theirs that was about
it, without the particulars of that time. Nothing is invented: what is not in the request comes from their messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from likeness.core import spans
from likeness.core.types import WriteRequest
from likeness.engines.builtin.recall import acts
from likeness.engines.builtin.recall.edits import Proposal
from likeness.engines.builtin.recall.learn import Learned
from likeness.engines.builtin.recall.memory import Said, content_words
from likeness.engines.builtin.recall.neutralise import neutralise, parts
from likeness.engines.builtin.recall.realise import Plain, realise
from likeness.engines.builtin.recall.request import Clause, Request, parse
from likeness.engines.builtin.recall.rewrite import THRESHOLD, rewrite
from likeness.engines.builtin.recall.sites import Situation
from likeness.engines.builtin.recall.tokens import join, tokenise

_WHEN = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june"
    r"|july|august|september|october|november|december|this (?:morning|afternoon|evening|week|month|year)"
    r"|(?:next|last) (?:week|month|year|time|night))\b",
    re.IGNORECASE,
)
_RELEVANT = 0.5
_MAXIMUM_RECALLED = 4


@dataclass(slots=True)
class Drafted:
    """The text, the messages it drew on, and whether a whole message was recalled."""

    text: str
    message_ids: list[str] = field(default_factory=list)
    recalled: bool = False
    note: str = ""


def draft(request: WriteRequest, learned: Learned) -> Drafted:
    """Write what ``request`` asks for, with the greeting and sign-off the person uses there."""
    asked = parse(request.text, learned.habits.names)
    situation = Situation(request.channel, request.recipient.casefold())
    if asked.clauses:
        made = _said(asked, request, learned, situation)
    elif asked.statement:
        made = _stated(asked.statement, learned, situation)
    else:
        made = _recalled(asked, request, learned) or _acknowledged(asked, request, learned, situation)
    name = _first_name(asked.name or request.recipient)
    greeting = learned.habits.greeting(request.channel, request.recipient, name)
    sign_off = learned.habits.sign_off(request.channel, request.recipient)
    made.text = _framed(greeting, made.text, sign_off)
    return made


def _said(asked: Request, request: WriteRequest, learned: Learned, situation: Situation) -> Drafted:
    """Say the clauses one by one."""
    made = Drafted("")
    sentences: list[str] = []
    for clause in asked.clauses:
        plain = realise(clause)
        opener = learned.phrases.opener(plain.family, request.channel, request.recipient) if plain.family else None
        sentences.append(_worded(plain, opener.text if opener else "", learned, situation))
        if opener:
            made.message_ids.append(opener.message_id)
    follower = _follower(asked.clauses, sentences, request, learned)
    if follower:
        sentences.insert(1, follower[0])
        made.message_ids.append(follower[1])
    made.text = _joined(sentences, learned, situation)
    made.recalled = bool(made.message_ids)
    return made


def _follower(
    clauses: Sequence[Clause], sentences: Sequence[str], request: WriteRequest, learned: Learned
) -> tuple[str, str] | None:
    """A short sentence of theirs to stand after the first clause, when the draft would else be a single one."""
    if len(clauses) != 1 or len(sentences[0].split()) > 25:
        return None
    saying = learned.phrases.follower(clauses[0].act, request.channel, request.recipient)
    return (saying.text, saying.message_id) if saying else None


def _worded(plain: Plain, opener: str, learned: Learned, situation: Situation) -> str:
    """A plain sentence through the edit model, its opener replaced by the person's own."""
    head, rest = plain.text[: plain.opener], plain.text[plain.opener :]
    names = learned.habits.names
    settled = neutralise(plain.text, names)
    if head and settled.startswith(neutralise(head, names).rstrip(".")):
        head = neutralise(head, names).rstrip(".")
        rest = settled[len(head) :]
    else:
        head, rest = ("", settled) if not opener else (head, rest)
    tokens, _ = tokenise(head + rest, names)
    length = len(tokenise(head, names)[0]) if head else 0
    proposals = [
        p for p in learned.edits.propose(tokens, situation, THRESHOLD) if not opener or p.start >= max(1, length)
    ]
    if opener and length:
        own = tuple(token.lower for token in tokenise(opener, names)[0])
        proposals = [Proposal(0, length, own, 1.0), *proposals]
    text = join(learned.edits.apply(tokens, proposals, situation)).strip()
    if spans.lost(plain.text, text):
        text = join(learned.edits.apply(tokens, proposals[:1] if opener else [], situation)).strip()
    if spans.lost(plain.text, text):
        text = plain.text
    return text.replace("'", "’") if learned.habits.curly else text


def _joined(sentences: Sequence[str], learned: Learned, situation: Situation) -> str:
    """Sentences as one paragraph, spaced as the person does."""
    text = sentences[0]
    for sentence in sentences[1:]:
        text += learned.edits.space_after(text[-1:], situation) + sentence
    return text


def _stated(statement: str, learned: Learned, situation: Situation) -> Drafted:
    made = rewrite(statement, learned.edits, learned.habits, situation)
    return Drafted(made.text)


def _recalled(asked: Request, request: WriteRequest, learned: Learned) -> Drafted | None:
    """A message of theirs about the topic, or one that answered something alike, without its particulars."""
    wanted = content_words(asked.topic)
    answering = content_words(request.context)
    best: tuple[float, Said] | None = None
    for said in learned.memory.search(wanted, answering=answering):
        fit = _fit(said, wanted, answering, request)
        if fit > _RELEVANT and (best is None or fit > best[0]) and _kept(said, asked, request):
            best = (fit, said)
    if best is None:
        return None
    text = " ".join(_kept(best[1], asked, request))
    return Drafted(text, list(best[1].message_ids), True)


def _fit(said: Said, wanted: Sequence[str], answering: Sequence[str], request: WriteRequest) -> float:
    """0 to about 1.2: how much of what is wanted the message has, with a little for person and channel."""
    own, context = set(content_words(said.text)), set(content_words(said.context))
    share = sum(word in own for word in wanted) / len(wanted) if wanted else 0.0
    if answering:
        alike = sum(word in context for word in answering) / len(answering)
        share = 0.7 * share + 0.3 * alike if wanted else alike
    near = 0.1 * (said.correspondent == request.recipient.casefold() != "") + 0.1 * (said.channel == request.channel)
    return share + near if share else 0.0


def _kept(said: Said, asked: Request, request: WriteRequest) -> list[str]:
    """The first sentences of a recalled message that say nothing particular to that time."""
    known = f"{asked.topic} {asked.name} {request.recipient} {request.context} {request.text}"
    kept: list[str] = []
    for sentence in acts.sentences(parts(said.text).body):
        foreign = any(span.kind != "negation" and span.text not in known for span in spans.find(sentence))
        when = any(match.group().lower() not in known.lower() for match in _WHEN.finditer(sentence))
        if not foreign and not when and sentence[-1:] in ".!?…":
            kept.append(sentence)
        elif kept:
            break
    return kept[:_MAXIMUM_RECALLED]


def _acknowledged(asked: Request, request: WriteRequest, learned: Learned, situation: Situation) -> Drafted:
    """Nothing alike was found: a short message in their phrases that claims nothing."""
    clauses = [Clause("thank", "noun", "your message")] if request.context else []
    if asked.topic:
        clauses.append(Clause("inform", "clause", f"I wanted to write to you about {asked.topic}"))
    elif request.context:
        clauses.append(Clause("inform", "clause", "I will look at it and get back to you"))
    if not clauses:
        clauses = [Clause("inform", "clause", "I wanted to get in touch")]
    made = _said(Request(tuple(clauses)), request, learned, situation)
    made.recalled = False
    return made


def _first_name(recipient: str) -> str:
    if "@" in recipient or not re.match(r"[^\W\d_]", recipient):
        return ""
    first = recipient.split()[0]
    return first if first[:1].isupper() else ""


def _framed(greeting: str, body: str, sign_off: str) -> str:
    short = "\n" not in body and len(body) < 60
    pieces = [greeting] if greeting else []
    pieces.append(body)
    if sign_off:
        pieces.append(sign_off)
    return "\n\n".join(pieces) if not (short and not sign_off) else " ".join(pieces)
