"""A clause of a request as a plain English sentence, ready for the person's wording.

Every sentence says which of its first words are the opener ("Thank you for", "Could you"), so that the person's own
opener can take their place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from likeness.engines.builtin.recall.lexicon import word_set
from likeness.engines.builtin.recall.request import Clause

_AUXILIARIES = word_set("am are is was were can could will would should shall may might must have has had do does did")
_PRONOUNS = word_set("i you he she it we they there that this")
_SUBJECT = "(?:you|i|we|it|he|she|they|the|this|that|these|those|your|my|our)"
_PLURAL_SUBJECTS = frozenset({"i", "you", "we", "they"})


@dataclass(frozen=True, slots=True)
class Plain:
    """``text`` is one sentence with its end mark; its first ``opener`` characters are the opener of ``family``."""

    text: str
    family: str = ""
    opener: int = 0


def realise(clause: Clause) -> Plain:
    """Say ``clause`` plainly. Grammatical for well-formed content; the content's words are kept."""
    content = clause.content.strip().rstrip(".!,; ")
    if clause.act == "ask":
        return _question(clause, content)
    told = re.match(r"(not )?to (.+)\Z", content)
    if clause.act == "inform" and clause.form == "verb" and told:
        return Plain(_sentence(f"Please {'do not ' if told.group(1) else ''}{told.group(2)}"))
    if clause.act == "inform" or clause.form == "clause":
        return _statement(clause, content)
    key = f"{clause.act}/{clause.form}"
    if clause.verb.startswith("wish"):
        content = re.sub(r"\A(?:a|an) ", "", content)
        return Plain(_sentence(content))
    if key == "decline/noun":
        return _declined(content)
    if key == "decline/none":
        return Plain(_sentence("Thank you for asking, but I am afraid I cannot"), "thank/noun", len("Thank you for"))
    if key.startswith("accept/n"):
        return _accepted(content)
    if key == "confirm/verb":
        return Plain(_sentence(f"I agree with {content}"))
    if key == "suggest/noun" and re.match(r"(?:I|we|you) ", content):
        return Plain(_sentence(f"I suggest {content}"))
    opener, mark, family = _OPENERS.get(key, ("", ".", ""))
    if key == "congratulate/none":
        return Plain("Congratulations.", "congratulate/none", len("Congratulations"))
    if key == "thank/none":
        return Plain("Thank you.", "thank/none", len("Thank you"))
    text = f"{opener} {content}" if opener else content
    return Plain(_sentence(text, mark), family or key, len(opener))


_OPENERS: dict[str, tuple[str, str, str]] = {
    "thank/noun": ("Thank you for", ".", ""),
    "apologise/noun": ("I am sorry about", ".", ""),
    "congratulate/noun": ("Congratulations on", ".", ""),
    "request/verb": ("Could you", "?", ""),
    "request/noun": ("Could you send me", "?", "request/send"),
    "remind/verb": ("Please remember to", ".", ""),
    "remind/noun": ("A quick reminder about", ".", ""),
    "confirm/noun": ("I can confirm", ".", ""),
    "suggest/noun": ("How about", "?", ""),
    "invite/noun": ("Would you like to come to", "?", ""),
    "invite/verb": ("Would you like to", "?", ""),
    "promise/verb": ("I will", ".", ""),
    "accept/verb": ("I would be happy to", ".", ""),
}


_EVENT = re.compile(r"\A(?:the|your|an?) (?:kind )?(?:invitation|invite) (?:to|for) ")


def _statement(clause: Clause, content: str) -> Plain:
    if clause.act == "apologise":
        return Plain(_sentence(f"I am sorry that {content}"))
    if clause.act == "remind":
        return Plain(_sentence(f"A quick reminder that {content}"), "remind/clause", len("A quick reminder that"))
    if clause.act == "suggest" and content.startswith("we "):
        return Plain(_sentence(f"Shall {content}", "?"))
    verbal = re.match(r"(?:no|yes|hello|hi|goodbye|sorry|thank you|thanks)\b", content, re.IGNORECASE)
    if not verbal and re.match(r"(?:about|of) ", content):
        return Plain(_sentence(f"I wanted to tell you {content}"))
    return Plain(_sentence(content))


def _declined(content: str) -> Plain:
    invited = re.match(r"(?:the|your|their|an?) (?:kind )?(?:invitation|offer|invite|proposal)\b", content)
    event = _EVENT.sub("", content)
    if event != content:
        return Plain(_sentence(f"I am afraid I cannot make it to {event}"))
    if invited:
        reason = re.search(r" (?:because|since|as) .+\Z", content)
        what, why = (content[: reason.start()], reason.group()) if reason else (content, "")
        text = f"Thank you for {what}, but I am afraid I have to decline{why}"
        return Plain(_sentence(text), "thank/noun", len("Thank you for"))
    return Plain(_sentence(f"I am afraid I have to decline {content}"))


def _accepted(content: str) -> Plain:
    event = _EVENT.sub("", content)
    if not content:
        return Plain("Thank you, I would be happy to.")
    if event != content:
        return Plain(_sentence(f"I would be happy to come to {event}"))
    return Plain(_sentence(f"I would be happy to accept {content}"))


def _question(clause: Clause, content: str) -> Plain:
    if clause.form == "noun":
        return Plain(_sentence(f"Could you tell me about {content}", "?"), "request/tell", len("Could you tell me"))
    if clause.form == "wh":
        match = re.match(
            rf"((?:what|which|how|when|where|why|who)(?: [\w']+){{0,4}}?) ({_SUBJECT}\b.+)\Z", content, re.IGNORECASE
        )
        if match:
            asked = _inverted(match.group(2))
            return Plain(_sentence(f"{match.group(1)} {asked or match.group(2)}", "?"))
        return Plain(_sentence(content, "?"))
    asked = _inverted(content)
    if asked:
        return Plain(_sentence(asked, "?"))
    return Plain(_sentence(f"Do you know whether {content}", "?"))


def _inverted(clause: str) -> str:
    """A yes-no question from a statement, "" when its verb cannot be found: "you are free" -> "are you free"."""
    pieces = clause.split()
    for index in range(1, min(len(pieces), 6)):
        word = pieces[index].lower()
        if word in _AUXILIARIES and not (word in ("have", "had", "do", "did") and index + 1 >= len(pieces)):
            auxiliary = pieces[index]
            rest = [*pieces[:index], *pieces[index + 1 :]]
            if (
                word in ("have", "has")
                and index + 1 < len(pieces)
                and re.match(r"(?:a|an|the|any|some|time|to|my|your|no)\Z", pieces[index + 1])
            ):
                return " ".join(["do" if word == "have" else "does", *pieces[:index], "have", *pieces[index + 1 :]])
            return " ".join([auxiliary, *rest])
        if index == 1 and pieces[0].lower() in _PLURAL_SUBJECTS and re.fullmatch(r"[a-z]+", word):
            past = word.endswith("ed") and not word.endswith("eed")
            base = re.sub(r"(?:(?<=e)d|ed)\Z", "", word) if past else word
            return " ".join(["did" if past else "do", pieces[0], base, *pieces[2:]])
        if word not in _PRONOUNS and index > 3:
            break
    return ""


def _sentence(text: str, mark: str = ".") -> str:
    text = text.strip()
    text = text if text[-1:] in ".!?" else text + mark
    return text[:1].upper() + text[1:]
