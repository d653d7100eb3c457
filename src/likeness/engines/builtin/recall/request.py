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
    """A parsed request: ``name`` of the addressee when stated, ``topic`` when no clause says what to write."""

    clauses: tuple[Clause, ...]
    name: str = ""
    topic: str = ""
    statement: str = ""
    """The text itself, when it is not a request but what is to be said."""


_ONE_NAME = r"(?!I['’]|I\b)[A-Z][\w'’-]+"
_NAME = rf"(?-i:{_ONE_NAME}(?: {_ONE_NAME}){{0,2}})"
_ROLE_WORD = (
    r"(?!\w+ing\b|(?:to|that|for|about|and|if|whether|on|of|know|saying|what|when|where|who|how|why|because|the|an?|is|are|was"
    r"|were|has|have|will|can|could|my|our|your|their|I|we|you|they|he|she|it|not|at|in|by|with|from)\b)\w+"
)
_WHO = rf"(?:him|her|them|me|us|everyone|everybody|(?:the|my|our) {_ROLE_WORD}(?: {_ROLE_WORD}){{0,2}}|{_NAME})"
_KINDS = (
    r"(?:e-?mail|mail|reply|response|answer|(?:chat |text )?message|note|letter|text|line"
    r"|thank[- ]you(?: note| letter)?|apology)"
)
_OPENING = re.compile(
    r"\A\s*(?:please |can you |could you |i need you to |i want to |i need to |i (?:need|want) (?=an? ))?"
    r"(?:(?:write|draft|compose|prepare|send|create|make|give)(?: (?:him|her|them|me|us)\b)?"
    rf"(?:(?: an?| the| my| some)?(?: [a-z]+(?:-[a-z]+)?){{0,3}}? (?P<kind>{_KINDS}))?(?: back)?"
    rf"|(?:an?|the|some) (?:[a-z]+(?:-[a-z]+)? ){{0,2}}?(?P<noun>{_KINDS})"
    r"|(?P<thanks>thank[- ]you (?:note|letter|card|e-?mail|message))"
    rf"|(?:e-?mail|message|text)(?= {_NAME} (?:that|to say|saying)\b)(?P<whom> {_NAME})(?: to(?= say))?"
    r"|(?:e-?mail|message|text)(?= (?:about|to|regarding)\b)"
    r"|(?:reply|respond|answer|write back))"
    rf"(?: to (?P<who>(?:this|the|his|her|their) (?:e-?mail|message|mail|note)|this|it|{_WHO}))?(?=[\s,.:]|\Z)",
    re.IGNORECASE,
)
_AFTER_WHO = (
    r"(?= (?:for|on|to|about|that|if|whether|what|when|where|who|how|why|which|of|know|an?|the|very|so|he|she|I|we|not"
    r"|you"
    r"|they|it|no|good|happy|my|your|our|this|there)\b| [\w'’]+ing\b|[.,]|\Z)"
)
_TO = rf"(?: to {_WHO}{_AFTER_WHO})?"
_OB = rf"(?: {_WHO}{_AFTER_WHO})?"
_EVENTS = "the|an?|my|our|dinner|lunch|coffee|drinks|breakfast|tea"
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
    ("invite", "noun", rf"invit(?:e|ing){_OB} (?:to|for)(?= (?:{_EVENTS})\b)"),
    ("invite", "noun", rf"invit(?:e|ing) {_NAME}(?:(?:,| and) {_NAME})* (?:to|for)(?= (?:{_EVENTS})\b)"),
    ("invite", "verb", rf"invit(?:e|ing){_OB} to"),
    ("inform", "noun", r"complain(?:ing)?(?: to(?: (?!about\b)\S+){1,5}?)? about"),
    (
        "inform",
        "noun",
        rf"(?:condolences?|sympathy|sympathi[sz]e|commiserat\w+)(?: (?:to|with) {_WHO})? (?:on|for|about|over)",
    ),
    ("inform", "noun", r"cancel(?:ling|ing)?"),
    ("inform", "wh", rf"explain(?:ing)?{_TO}(?= (?:what|when|where|who|how|why|which)\b)"),
    ("promise", "verb", rf"promis(?:e|ing){_OB} to"),
    ("promise", "clause", rf"promis(?:e|ing){_OB} that"),
    ("inform", "verb", rf"tell(?:ing)?{_OB}(?= (?:not )?to\b)"),
    ("accept", "verb", r"(?:offer(?:ing)?|agree(?:ing)?) to"),
    ("confirm", "verb", r"agree(?:ing)? with"),
    ("congratulate", "verb", rf"wish(?:ing)?{_OB}"),
    (
        "inform",
        "clause",
        rf"(?:say|saying|tell(?:ing)?{_OB}|inform(?:ing)?{_OB}|mention(?:ing)?|explain(?:ing)?{_TO}|let(?:ting)?{_OB}"
        r" know|add(?:ing)?|noting|reply(?:ing)?|respond(?:ing)?|stat(?:e|ing)|announc(?:e|ing)|report(?:ing)?"
        r"|warn(?:ing)?(?: \w+)?)(?: that)?",
    ),
)  # fmt: skip
_COMPILED = tuple((act, form, re.compile(rf"\s*(?:{head})(?=[\s.,]|\Z)", re.IGNORECASE)) for act, form, head in _HEADS)
_JOINT = re.compile(
    r"(?:\s*[,;]\s*(?:and\s+|then\s+|also\s+|but\s+)*|\s+(?:and|then|while|but|by)\s+(?:also\s+|then\s+)*|\.\s+(?:also,?\s+)?)",
    re.IGNORECASE,
)
_OBJECT_AFTER = word_set(
    "to for with of from by at on about than let give gives gave send sends sent sending tell tells told ask asks "
    "asked "
    "see saw meet thank help helps helped show call remind join contact hear owe lend lent bring brought invite make"
)


def parse(text: str, recipient: str = "") -> Request:
    """Understand ``text``; ``recipient`` is the addressee where known.

    What is no request at all comes back as ``statement``.
    """
    stripped = re.sub(r"\s+", " ", text.strip())
    opening = _OPENING.match(stripped)
    who = (opening.group("who") or (opening.group("whom") or "").strip()) if opening else ""
    kind = (opening.group("kind") or opening.group("noun") or opening.group("thanks") or "").lower() if opening else ""
    rest = stripped[opening.end() :] if opening else stripped
    told = re.match(r"\s*:\s*(\S.*)", rest) if opening and (kind or who) else None
    if told and _head(told.group(1), 0) is None:
        return Request((), name=who if re.match(rf"{_NAME}\Z", who) else "", statement=told.group(1))
    if opening and re.match(r"\s*that\b", rest):
        rest = "say" + rest
    rest = re.sub(r"\A(?:\s*[,:;-]|\s+(?:to|and|in which (?:I|you)|where (?:I|you))(?= ))+", "", rest).strip()
    if kind.startswith("thank") and re.match(r"for\b", rest):
        rest = "thank them " + rest
    if kind == "apology" and re.match(r"for\b", rest):
        rest = "apologise " + rest
    rest = re.sub(r"\b(?:politely|kindly|warmly|briefly|quickly|gently)\b ?", "", rest).strip()
    clauses, addressed = _clauses(rest, who if re.match(rf"{_NAME}\Z", who) else recipient)
    name = who if re.match(rf"{_NAME}\Z", who) else addressed
    if clauses:
        return Request(tuple(clauses), name=name)
    topic = re.match(r"(?:about|on|regarding|concerning) (.+?)[.!]*\Z", rest, re.IGNORECASE)
    if topic:
        return Request((), name=name, topic=owner_voice(topic.group(1)))
    if opening and (kind or who or opening.end() == len(stripped)):
        return Request((), name=name, topic=owner_voice(rest.rstrip(".!")))
    return Request((), name=name, statement=text.strip())


_FRAMES = {
    "complain": "I want to complain about {}",
    "condolence": "I am so sorry about {}",
    "sympath": "I am so sorry about {}",
    "commiserat": "I am so sorry about {}",
    "cancel": "I would like to cancel {}",
    "explain": "I wanted to explain {}",
}
"""What the owner says where a request names an act and its object, by the beginning of the request's verb."""
_SALUTE = re.compile(
    r"((?:a )?(?:happy|merry) [\w ]+?|hello|hi|hey|goodbye|congratulations|well done|good luck) to (?P<who>[\w' -]+)\Z",
    re.IGNORECASE,
)


def _clauses(rest: str, who: str) -> tuple[list[Clause], str]:
    """The clauses of ``rest``, and the addressee when a clause names one ("thank Ana for …")."""
    starts = [0, *(match.end() for match in _JOINT.finditer(rest))]
    found: list[tuple[int, int, Act, Form, str]] = []
    context = ""
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
    for index, (_, end, act, form, words) in enumerate(found):
        until = found[index + 1][0] if index + 1 < len(found) else len(rest)
        content = rest[end:until]
        content = re.sub(
            r"(?:\s*(?:,|;|\.|!|\band\b|\bthen\b|\bbut\b|\balso\b|\bby\b|\bwhile\b))+\s*\Z", "", content
        ).strip()
        named = re.search(
            rf"(?<=[a-z] )({_NAME})\Z|(?<=[a-z] )({_NAME})(?= (?:for|on|to|about|that|if|whether|know|of)\b)", words
        )
        several = re.search(rf"{_NAME}(?:,| and) {_NAME}", words)
        named = None if several else named
        name = name or (next(group for group in named.groups() if group) if named else "")
        clause = _clause(act, form, content, words, context, name or who)
        if clause:
            clauses.append(clause)
        context += " " + content
    return clauses, name


def _clause(act: Act, form: Form, content: str, words: str, context: str, name: str) -> Clause | None:
    verb = words.split()[0].lower()
    thanks = re.match(r"(?:thank you|thanks)(?: (?:very|so) much)?(?: for (?P<what>.+))?\Z", content, re.IGNORECASE)
    if act == "inform" and thanks:
        what = thanks.group("what")
        return Clause("thank", "noun", owner_voice(what), verb) if what else Clause("thank", "none", "", verb)
    salute = _SALUTE.match(content) if act == "inform" else None
    if salute:
        return Clause(act, "clause", salute.group(1), verb)
    frame = next((frame for start, frame in _FRAMES.items() if verb.startswith(start)), "")
    if frame and form in ("noun", "wh") and content:
        return Clause(act, "clause", frame.format(owner_voice(content, context)), verb)
    if not content:
        return Clause(act, "none", "", verb) if act in ("thank", "congratulate", "decline", "accept") else None
    if name and re.match(rf"{_NAME}\Z", name):
        first = re.escape(name.split()[0])
        told = re.sub(rf"\b{first}['’]s\b", "your", content)
        told = re.sub(rf"(?<=[a-z] )(?:{re.escape(name)}|{first})\b", "you", told)
        return Clause(act, form, owner_voice(told, context, keep_you=told != content), verb)
    return Clause(act, form, owner_voice(content, context), verb)


def _head(rest: str, start: int) -> tuple[int, Act, Form, str] | None:
    for act, form, pattern in _COMPILED:
        match = pattern.match(rest, start)
        if match:
            return match.end(), act, form, match.group().strip()
    return None


def owner_voice(text: str, context: str = "", *, keep_you: bool = False) -> str:
    """Turn a request's persons round: its "you" is the owner, its third person the addressee.

    "They" and "them" stay when ``context`` or the text before them names several things they may stand for.
    ``keep_you`` leaves a "you" that was put in for the addressee's name.
    """
    pieces = re.findall(r"\w+(?:['’]\w+)?|\s+|[^\w\s]", text)
    out: list[str] = []
    addressee = keep_you and re.search(r"\byou\b", text) is not None
    for index, piece in enumerate(pieces):
        low = piece.lower().replace("’", "'")
        before = next((p.lower() for p in reversed(out) if not p.isspace()), "")
        after = next((p.lower() for p in pieces[index + 1 :] if not p.isspace()), "")
        things = _THINGS.search(f"{context} {''.join(pieces[:index])}") is not None
        stays = things and (low == "them" or (low == "they" and before not in _ASKING))
        if stays or (addressee and low in ("you", "your")):
            out.append(piece)
        else:
            out.append(_turned(piece, low, before, after, [p for p in out if not p.isspace()]))
    return "".join(out)


def _verbal(word: str) -> bool:
    """False for a word that cannot be the verb of the "you" before it."""
    return bool(re.match(r"[a-z]", word)) and word not in _NOT_VERBS


def _turned(piece: str, low: str, before: str, after: str, said: list[str]) -> str:
    """One word in the owner's voice, given the word ``before`` (already turned) and the word ``after``."""
    if low in _SAME_FOR_ALL:
        return _SAME_FOR_ALL[low]
    if low == "her":
        return "you" if not re.match(r"[a-z]", after) or after in _AFTER_OBJECT else "your"
    if low == "you":
        is_object = before in _OBJECT_AFTER or before.endswith("ing") or (before and not _verbal(after))
        return "me" if is_object and before not in _JOINING else "I"
    if before == "i" and low in ("are", "were"):
        return "am" if low == "are" else "was"
    if before == "you" and said:
        if low in _PLURAL:
            return _PLURAL[low]
        if re.fullmatch(r"[a-z]{3,}s", low) and not low.endswith(("ss", "us", "ways")) and len(said) == 1:
            return low[:-2] if low.endswith(("oes", "shes", "ches", "xes")) else low[:-1]
    return piece


_THINGS = re.compile(
    r"\b(?:the|these|those|some|his|her|their|my|our|your|\d+|all) (?:[\w-]+ ){0,2}"
    r"(?!this\b|is\b|was\b|has\b)[a-z]{3,}(?<!s)s\b"
)
_SAME_FOR_ALL = {
    "they": "you", "them": "you", "he": "you", "she": "you", "him": "you", "their": "your", "his": "your",
    "themselves": "yourself", "himself": "yourself", "herself": "yourself", "theirs": "yours", "hers": "yours",
    "you're": "I'm", "you've": "I've", "you'll": "I'll", "you'd": "I'd", "they're": "you're", "he's": "you're",
    "she's": "you're", "your": "my", "yours": "mine", "yourself": "myself",
}  # fmt: skip
_JOINING = word_set("and but or that if whether when where why how what because so as")
_NOT_VERBS = word_set(
    "to for with of from by at on in about the a an this that these those and but or if when because as so please "
    "again some any one two three something anything everything it them him my your her his our their before after very"
)
_ASKING = frozenset({"", "when", "what", "how", "where", "why"})
_PLURAL = {"is": "are", "was": "were", "has": "have", "does": "do"}
_AFTER_OBJECT = word_set("for to that and if about on at in with by when of from as but or so know please again")
