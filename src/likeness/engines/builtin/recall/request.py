"""What a request asks for: clauses with a speech act and their content, said from the owner's side.

"Draft a reply to my colleague thanking them for their help" -> thank, "your help". The rules know English requests in
the imperative and the gerund, several clauses in one, and indirect speech; "you" in them is the owner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from likeness.engines.builtin.recall.acts import Act
from likeness.engines.builtin.recall.lexicon import word_set

Form = Literal["noun", "verb", "clause", "whether", "wh", "none"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing to say. ``content`` is in the owner's voice, without an end mark; ``form`` is its grammar."""

    act: Act
    form: Form
    content: str
    verb: str = ""
    """The request's own word for it ("offer", "agree", "wish"), where the act does not tell."""


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed request. ``name`` is the addressee's when it is stated; ``topic`` what it is about when no clause says."""

    clauses: tuple[Clause, ...]
    name: str = ""
    topic: str = ""
    statement: str = ""
    """The text itself, when it is not a request but what is to be said."""


_NAME = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2}"
_WHO = rf"(?:him|her|them|me|us|everyone|everybody|the \w+|(?:my|our) \w+(?: (?!\w+ing\b|to\b|that\b|for\b|about\b|and\b|saying\b|if\b|whether\b|on\b|of\b|know\b)\w+)?|{_NAME})"
_KINDS = r"(?:e-?mail|mail|reply|response|answer|(?:chat |text )?message|note|letter|text|line|thank[- ]you(?: note| letter)?|apology)"
_OPENING = re.compile(
    r"\A\s*(?:please |can you |could you |i need you to |i want to |i need to )?"
    r"(?:(?:write|draft|compose|prepare|send|create|make|give)(?: (?:him|her|them|me|us)\b)?"
    rf"(?:(?: an?| the| my| some)?(?: [a-z]+(?:-[a-z]+)?){{0,3}}? (?P<kind>{_KINDS}))?(?: back)?|(?:reply|respond|answer|write back))"
    rf"(?: to (?P<who>this(?: \w+)?|it|{_WHO}))?(?=[\s,.:]|\Z)",
    re.IGNORECASE,
)
_TO = rf"(?: to {_WHO})?"
_OB = rf"(?: {_WHO}(?= (?:for|on|to|about|that|if|whether|what|when|where|who|how|why|which|of|know|a|an|the|very|so|he|she|I|we|you|they|it|good|happy|my|your)\b|[.,]|\Z))?"
_HEADS: tuple[tuple[Act, Form, str], ...] = (
    ("thank", "noun", rf"thank(?:ing|s)?{_OB}(?: very much| so much| warmly| kindly| again)? for"),
    ("thank", "none", rf"thank(?:ing)?{_OB}"),
    ("apologise", "noun", rf"(?:apologi[sz](?:e|ing){_TO}|(?:say|saying) sorry{_TO})(?: for| about)"),
    ("apologise", "clause", r"(?:apologi[sz](?:e|ing)|(?:say|saying) sorry) that"),
    ("congratulate", "noun", rf"congratulat(?:e|ing){_OB} (?:on|for)"),
    ("congratulate", "none", rf"congratulat(?:e|ing){_OB}"),
    ("request", "verb", rf"(?:ask|asking){_OB} (?:please )?to"),
    ("request", "noun", rf"(?:ask|asking){_OB} for|request(?:ing)?"),
    ("ask", "whether", rf"(?:ask|asking|enquir(?:e|ing)|inquir(?:e|ing)|check|checking){_OB} (?:if|whether)"),
    ("ask", "wh", rf"(?:ask|asking|enquir(?:e|ing)|inquir(?:e|ing)){_OB}(?= (?:what|when|where|who|how|why|which)\b)"),
    ("ask", "noun", rf"(?:ask|asking|enquir(?:e|ing)|inquir(?:e|ing)){_OB} about"),
    ("remind", "verb", rf"remind(?:ing)?{_OB} to"),
    ("remind", "clause", rf"remind(?:ing)?{_OB} that"),
    ("remind", "noun", rf"remind(?:ing)?{_OB} (?:about|of)"),
    ("decline", "noun", r"(?:declin(?:e|ing)|turn(?:ing)? down|say(?:ing)? no to|refus(?:e|ing))"),
    ("accept", "noun", r"(?:accept(?:ing)?|say(?:ing)? yes to)"),
    ("confirm", "clause", rf"confirm(?:ing)?{_TO} that"),
    ("confirm", "noun", r"confirm(?:ing)?"),
    ("suggest", "clause", r"(?:suggest|propos)(?:e|ing)? that"),
    ("suggest", "noun", r"(?:suggest|propos|recommend)(?:e|ing)?"),
    ("invite", "noun", rf"invit(?:e|ing){_OB} (?:to|for)(?= (?:the|a|an|my|our|dinner|lunch|coffee|drinks|breakfast|tea)\b)"),
    ("invite", "verb", rf"invit(?:e|ing){_OB} to"),
    ("promise", "verb", rf"promis(?:e|ing){_OB} to"),
    ("promise", "clause", rf"promis(?:e|ing){_OB} that"),
    ("accept", "verb", r"(?:offer(?:ing)?|agree(?:ing)?) to"),
    ("confirm", "verb", r"agree(?:ing)? with"),
    ("congratulate", "verb", rf"wish(?:ing)?{_OB}"),
    (
        "inform",
        "clause",
        rf"(?:say|saying|tell(?:ing)?{_OB}|inform(?:ing)?{_OB}|mention(?:ing)?|explain(?:ing)?{_TO}|let(?:ting)?{_OB} know|add(?:ing)?"
        r"|noting|stat(?:e|ing)|announc(?:e|ing)|report(?:ing)?|warn(?:ing)?(?: \w+)?)(?: that)?",
    ),
)  # fmt: skip
_COMPILED = tuple((act, form, re.compile(rf"\s*(?:{head})(?=[\s.,]|\Z)", re.IGNORECASE)) for act, form, head in _HEADS)
_JOINT = re.compile(
    r"(?:\s*[,;]\s*(?:and\s+|then\s+|also\s+|but\s+)*|\s+(?:and|then|while|but|by)\s+(?:also\s+|then\s+)*|\.\s+(?:also,?\s+)?)",
    re.IGNORECASE,
)
_OBJECT_AFTER = word_set(
    "to for with of from by at on about than let give gives gave send sends sent sending tell tells told ask asks asked "
    "see saw meet thank help helps helped show call remind join contact hear owe lend lent bring brought invite make"
)


def parse(text: str, names: frozenset[str] = frozenset()) -> Request:
    """Understand ``text``. What is no request at all comes back as ``statement``."""
    stripped = re.sub(r"\s+", " ", text.strip())
    opening = _OPENING.match(stripped)
    who = (opening.group("who") or "") if opening else ""
    kind = (opening.group("kind") or "").lower() if opening else ""
    rest = stripped[opening.end() :] if opening else stripped
    rest = re.sub(r"\A(?:\s*[,:;-]|\s+(?:to|and|in which (?:I|you)|where (?:I|you))(?= ))+", "", rest).strip()
    if kind.startswith("thank") and re.match(r"for\b", rest):
        rest = "thank them " + rest
    if kind == "apology" and re.match(r"for\b", rest):
        rest = "apologise " + rest
    clauses, addressed = _clauses(rest)
    name = who if re.match(rf"{_NAME}\Z", who) else addressed
    if clauses:
        return Request(tuple(clauses), name=name)
    topic = re.match(r"(?:about|on|regarding|concerning) (.+?)[.!]*\Z", rest, re.IGNORECASE)
    if topic:
        return Request((), name=name, topic=owner_voice(topic.group(1)))
    if opening and (kind or who or opening.end() == len(stripped)):
        return Request((), name=name, topic=owner_voice(rest.rstrip(".!")))
    return Request((), name=name, statement=text.strip())


def _clauses(rest: str) -> tuple[list[Clause], str]:
    """The clauses of ``rest``, and the addressee when a clause names one ("thank Ana for …")."""
    starts = [0] + [match.end() for match in _JOINT.finditer(rest)]
    found: list[tuple[int, int, Act, Form, str]] = []
    for start in starts:
        head = _head(rest, start)
        if head is None and found and found[-1][2] in ("inform", "confirm") and re.match(r"that ", rest[start:]):
            head = (start + 4, "inform", "clause", "that")
        if head:
            found.append((start, *head))
    if not found or found[0][0] > 0:
        return [], ""
    clauses: list[Clause] = []
    name = ""
    for index, (start, end, act, form, words) in enumerate(found):
        until = found[index + 1][0] if index + 1 < len(found) else len(rest)
        content = rest[end:until]
        content = re.sub(
            r"(?:\s*(?:,|;|\.|!|\band\b|\bthen\b|\bbut\b|\balso\b|\bby\b|\bwhile\b))+\s*\Z", "", content
        ).strip()
        named = re.search(
            rf"(?<=[a-z] )({_NAME})\Z|(?<=[a-z] )({_NAME})(?= (?:for|on|to|about|that|if|whether|know|of)\b)", words
        )
        name = name or (next(group for group in named.groups() if group) if named else "")
        if content or form == "none":
            clauses.append(Clause(act, form, owner_voice(content), words.split()[0].lower()))
    return clauses, name


def _head(rest: str, start: int) -> tuple[int, Act, Form, str] | None:
    for act, form, pattern in _COMPILED:
        match = pattern.match(rest, start)
        if match:
            return match.end(), act, form, match.group().strip()
    return None


def owner_voice(text: str) -> str:
    """Turn a request's persons round: its "you" is the owner, its third person the addressee."""
    pieces = re.findall(r"\w+(?:['’]\w+)?|\s+|[^\w\s]", text)
    out: list[str] = []
    subject = ""
    for index, piece in enumerate(pieces):
        low = piece.lower()
        before = next((p.lower() for p in reversed(out) if not p.isspace()), "")
        after = next((p.lower() for p in pieces[index + 1 :] if not p.isspace()), "")
        is_object = before in _OBJECT_AFTER or before.endswith("ing")
        new = piece
        if low in _THIRD:
            new = "you"
        elif low in ("their", "his"):
            new = "your"
        elif low == "her":
            new = "you" if not re.match(r"[a-z]", after) or after in _AFTER_OBJECT else "your"
        elif low in ("themselves", "himself", "herself"):
            new = "yourself"
        elif low in ("theirs", "hers"):
            new = "yours"
        elif low == "you":
            new = "me" if is_object else "I"
        elif low in ("you're", "you’re"):
            new = "I'm"
        elif low in ("they're", "they’re", "he's", "she's"):
            new = "you're"
        elif low in _OWNER:
            new = _OWNER[low]
        elif before == "i" and low in ("are", "were") and subject == "you":
            new = "am" if low == "are" else "was"
        elif before == "you" and subject in ("he", "she") and low in ("is", "was", "has", "does"):
            new = {"is": "are", "was": "were", "has": "have", "does": "do"}[low]
        elif (
            before == "you" and subject in ("he", "she") and re.fullmatch(r"[a-z]{3,}s", low) and not low.endswith("ss")
        ):
            new = low[:-2] if low.endswith(("oes", "shes", "ches", "xes")) else low[:-1]
        if not piece.isspace():
            subject = low
        out.append(new)
    return "".join(out)


_THIRD = frozenset({"they", "them", "he", "she", "him"})
_AFTER_OBJECT = word_set("for to that and if about on at in with by when of from as but or so know please again")
_OWNER = {"your": "my", "yours": "mine", "yourself": "myself", "you've": "I've", "you'll": "I'll", "you'd": "I'd"}
