"""The instruction that could have led to a message: "Write a short reply to Ana thanking them for the slides …".

Made by rule from the plain form of the message: each sentence becomes a clause by what it does (``acts``), seen from
the instructor's side (I -> you, you -> them).
"""

from __future__ import annotations

import re

from likeness.engines.builtin.recall import acts
from likeness.engines.builtin.recall.lexicon import word_set
from likeness.engines.builtin.recall.neutralise import neutralise

_MAXIMUM_CLAUSES = 3
_MAXIMUM_WORDS = 22
_AUXILIARIES = "are|is|was|were|do|does|did|have|has|had|can|could|will|would|should|may"
_ASKED = "(?:what|when|where|why|how|who|which)"
_OBJECT_AFTER = word_set(
    "to for with of from by at on in about than and let give gives gave send sends sent tell tells told ask "
    "asks asked see saw meet thank help show call remind want wish join contact hear keep remind owe"
)


def instruct(text: str, recipient: str = "", context: str = "", channel: str = "") -> str:
    """An instruction in English for ``text``; ``recipient`` is named when it is a name and not an address."""
    plain = neutralise(text)
    length = len(plain.split())
    size = "short " if length < 40 else "long " if length > 150 else ""
    noun = "reply" if context.strip() else "chat message" if channel in _CHATS else "message"
    to = f" to {recipient}" if recipient and "@" not in recipient and not re.search(r"\d{3}", recipient) else ""
    clauses = _clauses(plain)
    article = "a " + size if size else "a "
    return f"Write {article}{noun}{to}{' ' + clauses if clauses else ''}."


_CHATS = frozenset({"chat", "whatsapp", "sms", "imessage", "telegram", "signal"})


def _clauses(plain: str) -> str:
    found: list[str] = []
    for sentence in acts.sentences(plain):
        clause = _clause(sentence.strip())
        if clause and clause not in found:
            found.append(clause)
        if len(found) == _MAXIMUM_CLAUSES:
            break
    for index in range(1, len(found)):
        if found[index].startswith("saying that ") and found[index - 1].startswith(("saying that ", "that ")):
            found[index] = found[index].removeprefix("saying ")
    return found[0] if len(found) == 1 else ", ".join(found[:-1]) + " and " + found[-1] if found else ""


def _clause(sentence: str) -> str:
    body = sentence.rstrip(" .!?…:;")
    if len(body.split()) < 2 and not body.lower().startswith(("thank", "congrat")):
        return ""
    swapped = _shortened(_seen_from_outside(body))
    low = swapped[:1].lower() + swapped[1:] if _lowerable(swapped) else swapped
    thanks = re.match(r"(?i)thank (?:them|you)(?: very much)?(?: for (.+))?\Z", swapped)
    if thanks:
        return "thanking them" + (f" for {thanks.group(1)}" if thanks.group(1) else "")
    asked = re.match(r"(?i)(?:sorry, )?(?:please|(?:could|can|would|will) they(?: please)?) (.+)", swapped)
    if asked:
        return f"asking them to {asked.group(1)}"
    regrets = re.match(r"(?i)(?:you |I )?(?:apologize|am sorry|are sorry|sorry)(?: for| about)? (.+)", swapped)
    if regrets and acts.of(sentence) == "apologise":
        clause = re.match(r"(?i)(?:you|they|it|he|she|we|there|that|this)\b", regrets.group(1))
        return f"apologizing {'that' if clause else 'for'} {regrets.group(1)}"
    forbidden = re.match(r"(?i)do not (.+)", swapped)
    if forbidden and not sentence.endswith("?"):
        return f"telling them not to {forbidden.group(1)}"
    if sentence.endswith("?"):
        return _question(low)
    if acts.of(sentence) == "congratulate":
        on = re.search(r"(?i)congrat\w* (?:on|for) (.+)", swapped)
        return f"congratulating them on {on.group(1)}" if on else "congratulating them"
    low = re.sub(r"(?i)\A(?:however|therefore|in addition|yes|no|finally|alternatively),? ", "", low)
    return f"saying that {low}" if re.match(r"(?i)(?:\w+ ){1,}", low) else ""


def _question(low: str) -> str:
    inverted = re.match(rf"(?i)({_AUXILIARIES}) (they|you|he|she|it|we|there|that|this|the \w+|[A-Z]\w+) (.+)\Z", low)
    if inverted:
        auxiliary, subject, rest = inverted.groups()
        verb = "" if auxiliary.lower() in ("do", "does", "did") else auxiliary.lower() + " "
        return f"asking whether {subject} {verb}{rest}"
    wh = re.match(rf"(?i)({_ASKED}(?: \w+)?) ({_AUXILIARIES}) (they|you|he|she|it|we|the \w+) (.+)\Z", low)
    if wh:
        word, auxiliary, subject, rest = wh.groups()
        verb = "" if auxiliary.lower() in ("do", "does", "did") else auxiliary.lower() + " "
        return f"asking {word} {subject} {verb}{rest}"
    if re.match(rf"(?i){_ASKED}\b", low):
        return f"asking {low}"
    return f"asking whether {low}"


def _seen_from_outside(text: str) -> str:
    """Swap persons: the writer becomes "you", the addressee "they"."""
    out: list[str] = []
    pieces = re.findall(r"\w+(?:['’]\w+)?|\s+|[^\w\s]", text)
    for index, word in enumerate(pieces):
        low = word.lower()
        following = next((piece.lower() for piece in pieces[index + 1 :] if not piece.isspace()), ".")
        previous = next((piece.lower() for piece in reversed(out) if not piece.isspace()), "")
        new = {"i": "you", "my": "your", "me": "you", "mine": "yours", "myself": "yourself", "your": "their",
               "yours": "theirs", "yourself": "themselves"}.get(low, word)  # fmt: skip
        if low == "you":
            is_object = previous in _OBJECT_AFTER or (previous and following in _AFTER_OBJECT)
            new = "them" if is_object else "they"
        elif low == "am":
            new = "are"
        elif low == "was" and previous == "you":
            new = "were"
        out.append(new[:1].upper() + new[1:] if (word[:1].isupper() and low != "i") or not out else new)
    return "".join(out)


def _shortened(text: str) -> str:
    pieces = text.split()
    if len(pieces) <= _MAXIMUM_WORDS:
        return text
    cut = " ".join(pieces[:_MAXIMUM_WORDS])
    at = max(cut.rfind(", "), cut.rfind("; "), cut.rfind(": "), cut.rfind(" and "), cut.rfind(" but "))
    return (
        cut[:at]
        if at > 30
        else re.sub(
            r"(?: (?:the|an?|my|your|their|his|her|its|our|of|to|in|on|at|for|with|and|or|but|that|is))+\Z", "", cut
        )
    )


def _lowerable(text: str) -> bool:
    first = text.split(" ", 1)[0]
    return bool(re.fullmatch(r"[A-Z]?[a-z']+|A", first)) and first.lower() in _COMMON_STARTS


_AFTER_OBJECT = word_set(
    ". , ; : ! ? ) to for with of from by at on in about the a an this that these those and but or if when because as "
    "so please again some any one two three something anything everything it before after very"
)
_COMMON_STARTS = word_set(
    "you they your their the a an this that these those it we he she there here if when while as to for in on "
    "at with by from and but or so not no yes could can would will should may please let what where why how "
    "who which is are was were do does did have has had thank however therefore perhaps probably in one some "
    "any all most another our his her its since because although after before until once then now currently "
    "usually sometimes"
)
