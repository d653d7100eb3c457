"""How the person opens a sentence that thanks, asks, apologises …, and what they like to say after it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from likeness.core import spans
from likeness.engines.builtin.recall import acts
from likeness.engines.builtin.recall.lexicon import word_set
from likeness.engines.builtin.recall.memory import content_words
from likeness.engines.builtin.recall.rows import Row, clean_enough

_THANKS = (
    r"(?:so )?(?:many |huge |big )?(?:thanks|thank you|thx|cheers|ta|tnx)"
    r"(?: so much| very much| ever so much| a lot| again| a million)?"
)
_CONGRATULATIONS = r"(?:huge |many |big |warm )?(?:congratulations|congrats|well done)(?: again)?"
_YOU = r"(?:please )?(?:could|can|would|will) you(?: please| possibly)?"
_REMINDER = r"(?:just )?(?:a )?(?:quick |gentle |friendly )?reminder"
_FAMILIES: tuple[tuple[str, str], ...] = (
    ("thank/noun", rf"({_THANKS},? for) (?!your message|asking)\w+"),
    ("thank/none", rf"({_THANKS})[.!…]*\Z"),
    (
        "apologise/noun",
        r"((?:(?:i am|i'm|so|very|really|terribly) ){0,2}(?:sorry|(?:my )?apologies)(?: again)?,? (?:about|for)) \w+",
    ),
    ("congratulate/noun", rf"({_CONGRATULATIONS} (?:on|for)) \w+"),
    ("congratulate/none", rf"({_CONGRATULATIONS})[.!…]*\Z"),
    ("request/verb", rf"({_YOU}) (?!please|mind|like|be|have|not|possibly)[a-z]+ .*\?\Z"),
    ("request/send", rf"({_YOU} (?:send|give|get) me) .*\?\Z"),
    ("suggest/noun", r"(how about|what about) \w+.*\?\Z"),
    ("invite/verb", r"((?:would you like|do you want|do you fancy|want) to) \w+.*\?\Z"),
    ("remind/clause", rf"({_REMINDER} that) \w+"),
    ("remind/noun", rf"({_REMINDER} (?:about|of)) \w+"),
    ("promise/verb", r"(i'll|i will) (?!be\b|have\b)\w+"),
)
_COMPILED = tuple((family, re.compile(r"\A" + pattern, re.IGNORECASE)) for family, pattern in _FAMILIES)
_FITTING: Mapping[str, re.Pattern[str]] = {
    act: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    for act, pattern in {
        "thank": r"appreciat\w+|helpful|help|life ?saver|star|kind|kindness|made my day|owe you|legend|difference"
        r"|saved|grateful|couldn't have",
        "apologise": r"won't happen again|my fault|my mistake|hope that's (?:ok|all right|alright)|make it up"
        r"|bear with",
        "request": r"no rush|no hurry|when you (?:get|have) (?:a )?(?:chance|moment|minute)"
        r"|would be (?:great|lovely|grand)",
        "congratulate": r"well deserved|deserve it|so (?:pleased|happy|proud)"
        r"|(?:great|brilliant|lovely|wonderful) news",
        "invite": r"no pressure|let me know|would be (?:lovely|great)",
        "suggest": r"what do you think|let me know|does that (?:work|suit)|would that (?:work|suit)",
        "decline": r"another time|next time|some other time|sorry to miss",
        "remind": r"no rush",
    }.items()
}
_GENERIC = word_set(
    "i i'm i'd i'll i've me my you your you're you've it it's its that that's that'd this is was are were be been "
    "be am the so very really such of to for in on at with and but or if as no not any all again just know let "
    "let's get got have had do does did don't won't can can't would could should will may might much lot bit more "
    "most best a an has appreciate appreciated helpful help lifesaver life saver star kind made day owe legend "
    "great good lovely grand nice huge big fault mistake happen hope ok right alright make up bear rush hurry "
    "when chance moment minute wonderful deserved deserve pleased happy proud news pressure what think work works "
    "suit suits another time next some other sorry miss either way there done well absolutely totally properly "
    "truly honestly one we we're we'd brilliant difference saved real kindness massive massively grateful "
    "couldn't without it'd than usual again ever"
)
_UNFIT = re.compile(
    r"[\d\"“”:;()\[\]/@]|\b(?:today|tomorrow|yesterday|tonight|\w+day|week|month|year|morning|evening|afternoon)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Saying:
    """Something the person says: its words, where and to whom, how often, in which message, and what followed."""

    text: str
    channel: str
    correspondent: str
    count: int
    message_id: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrases:
    """``openers`` by family of sentence, ``followers`` by act; the most frequent first."""

    openers: Mapping[str, Sequence[Saying]]
    followers: Mapping[str, Sequence[Saying]]

    def opener(self, family: str, channel: str, recipient: str, told: str) -> Saying | None:
        """The person's own opener for ``family``: before words such as those of ``told``, to ``recipient``, on
        ``channel``, else anywhere."""
        said = self.openers.get(family, ())
        words = set(content_words(told)[:3])
        alike = [saying for saying in said if words & set(saying.after)]
        return _closest(alike, channel, recipient) or _closest(said, channel, recipient)

    def follower(self, act: str, channel: str, recipient: str) -> Saying | None:
        """A short sentence the person says after one of ``act``, free of anything particular."""
        return _closest(self.followers.get(act, ()), channel, recipient)

    def to_json(self) -> dict[str, Any]:
        tables = {"openers": self.openers, "followers": self.followers}
        return {
            name: {key: [astuple(s) for s in said] for key, said in table.items()} for name, table in tables.items()
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Phrases:
        def table(name: str) -> dict[str, tuple[Saying, ...]]:
            return {
                key: tuple(Saying(item[0], item[1], item[2], item[3], item[4], tuple(item[5])) for item in said)
                for key, said in raw[name].items()
            }

        return cls(table("openers"), table("followers"))


def learn(rows: Iterable[Row]) -> Phrases:
    """Find the openers and followers of ``rows`` (oldest first)."""
    openers: dict[str, dict[tuple[str, str, str], Saying]] = defaultdict(dict)
    followers: dict[str, dict[tuple[str, str, str], Saying]] = defaultdict(dict)
    for row in rows:
        if not clean_enough(row.text):
            continue
        told = acts.sentences(row.text)
        for index, sentence in enumerate(told):
            straight = sentence.replace("’", "'")
            for family, pattern in _COMPILED:
                match = pattern.match(straight)
                if match:
                    after = content_words(straight[match.end(1) :])[:3]
                    _count(openers[family], match.group(1), row, tuple(after))
            if index + 1 < len(told):
                act = acts.of(sentence)
                if act in _FITTING and _follows(told[index + 1], _FITTING[act]):
                    _count(followers[act], told[index + 1], row)
    return Phrases(_ranked(openers), _ranked(followers))


def _follows(sentence: str, fitting: re.Pattern[str]) -> bool:
    words = re.findall(r"[a-z']+", sentence.lower().replace("’", "'"))
    short = 2 <= len(words) <= 9 and not _UNFIT.search(sentence)
    plain = all(word in _GENERIC for word in words) and not any(span.kind == "name" for span in spans.find(sentence))
    return short and plain and bool(fitting.search(sentence)) and sentence[-1:] in ".!?…"


def _count(table: dict[tuple[str, str, str], Saying], text: str, row: Row, after: tuple[str, ...] = ()) -> None:
    key = (text.lower(), row.channel, row.correspondent.casefold())
    before = table.get(key)
    told_in = row.message_ids[0] if row.message_ids else ""
    count, words = (before.count, before.after) if before else (0, ())
    known = tuple(dict.fromkeys((*words, *after)))[:60]
    table[key] = Saying(text, row.channel, row.correspondent.casefold(), count + 1, told_in, known)


def _ranked(tables: Mapping[str, Mapping[tuple[str, str, str], Saying]]) -> dict[str, tuple[Saying, ...]]:
    return {key: tuple(sorted(table.values(), key=lambda s: (-s.count, s.text))[:200]) for key, table in tables.items()}


def _closest(said: Sequence[Saying], channel: str, recipient: str) -> Saying | None:
    to_them = [s for s in said if recipient and s.correspondent == recipient.casefold() and s.channel == channel]
    there = [s for s in said if s.channel == channel]
    for group, enough in ((to_them, 2), (there, 2), (list(said), 1)):
        counts: Counter[str] = Counter()
        for saying in group:
            counts[saying.text.lower()] += saying.count
        if counts.total() >= enough:
            best = max(counts.items(), key=lambda item: (item[1], item[0]))[0]
            return next(s for s in group if s.text.lower() == best)
    return None
