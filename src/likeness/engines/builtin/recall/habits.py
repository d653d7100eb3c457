"""How the person opens and closes a message, and what else holds for whole messages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from likeness.engines.builtin.recall.rows import Row, clean_enough

NAME = "{name}"
_GREETED = re.compile(
    r"(?i)\A((?:hi|hello|hey|dear|hiya|heya|good (?:morning|afternoon|evening)|morning)\b[ ,]*)"
    r"([^\s,!.:][^,!\n:]{0,30}?)?(\s*[,!:.\-–—]*)\Z"
)
_NOT_A_NAME = re.compile(r"(?i)\A(?:there|all|everyone|everybody|folks|team|both|again|guys)\Z")
_SMALLEST = 3


@dataclass(frozen=True, slots=True)
class Habits:
    """``greetings`` and ``sign_offs``: counts by "channel|correspondent", "channel|" and "|", "" for none.

    ``called`` is what the person calls a correspondent. ``curly`` is true when they write typographic apostrophes.
    """

    greetings: Mapping[str, Mapping[str, int]]
    sign_offs: Mapping[str, Mapping[str, int]]
    called: Mapping[str, str]
    curly: bool
    names: frozenset[str]
    correspondents: Mapping[str, Sequence[str]]
    """Every correspondent (an address or a chat name, lower case) and the channels they are written to on."""
    words: tuple[int, ...] = ()
    """Deciles of message length in words."""

    def letters(self) -> str:
        """The channel to assume when none is said: mail, for who writes any; else "" for all together."""
        return "mail" if "mail|" in self.greetings else ""

    def correspondent(self, recipient: str, channel: str) -> str:
        """Whom a request means by ``recipient``: an address as it is, a name by what the person calls them.

        The recipient itself, lower case, when nobody known is meant.
        """
        wanted = recipient.strip().casefold()
        if not wanted or wanted in self.correspondents:
            return wanted
        words = re.findall(r"\w+", wanted)
        fits: list[tuple[int, str]] = []
        for key, channels in self.correspondents.items():
            there = not channel or channel in channels
            known = set(re.findall(r"\w+", key.split("@")[0])) | set(
                re.findall(r"\w+", self.called.get(key, "").casefold())
            )
            shared = sum(word in known for word in words)
            if there and shared and words[0] in known:
                fits.append((shared, key))
        return max(fits)[1] if fits else wanted

    def greeting(self, channel: str, recipient: str, name: str = "") -> str:
        """The greeting most usual towards ``recipient``, else on ``channel``, else anywhere; "" when they use none."""
        usual = _usual(self.greetings, channel, recipient)
        name = name or self.called.get(recipient.casefold(), "")
        if NAME in usual and not name:
            return self._nameless(usual, channel)
        return usual.replace(NAME, name)

    def _nameless(self, usual: str, channel: str) -> str:
        """``usual`` without the name it lacks ("hi Ana," becomes "hi,"); "Dear," is no greeting, so another then."""
        bare = re.sub(r"\s*\{name\}", "", usual)
        if not bare.casefold().startswith("dear"):
            return bare
        return next((text for text in _ranked(self.greetings, channel) if text and NAME not in text), "")

    def sign_off(self, channel: str, recipient: str) -> str:
        """The sign-off most usual towards ``recipient``, else on ``channel``, else anywhere; "" when they use none."""
        return _usual(self.sign_offs, channel, recipient)

    def to_json(self) -> dict[str, Any]:
        return {
            "greetings": {key: dict(value) for key, value in self.greetings.items()},
            "sign_offs": {key: dict(value) for key, value in self.sign_offs.items()},
            "called": dict(self.called),
            "curly": self.curly,
            "names": sorted(self.names),
            "correspondents": {key: list(channels) for key, channels in self.correspondents.items()},
            "words": list(self.words),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Habits:
        return cls(
            raw["greetings"],
            raw["sign_offs"],
            raw["called"],
            raw["curly"],
            frozenset(raw["names"]),
            raw["correspondents"],
            tuple(raw["words"]),
        )


def learn(rows: Sequence[Row], names: frozenset[str]) -> Habits:
    """Count greetings, sign-offs and the like over ``rows``."""
    greetings: dict[str, Counter[str]] = defaultdict(Counter)
    sign_offs: dict[str, Counter[str]] = defaultdict(Counter)
    called: dict[str, Counter[str]] = defaultdict(Counter)
    known: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        opening, name = _slotted(row.greeting)
        who = row.correspondent.casefold()
        if who:
            known[who].add(row.channel)
        if name and who:
            called[who][name] += 1
        closing = row.sign_off if clean_enough(row.sign_off) and len(row.sign_off) < 80 else ""
        for key in _keys(row.channel, who):
            greetings[key][opening] += 1
            sign_offs[key][closing] += 1
    curly = sum(row.text.count("’") for row in rows)
    straight = sum(row.text.count("'") for row in rows)
    lengths = sorted(len(row.text.split()) for row in rows)
    deciles = tuple(lengths[min(len(lengths) - 1, len(lengths) * tenth // 10)] for tenth in range(11))
    return Habits(
        {key: dict(counts.most_common(12)) for key, counts in greetings.items() if _telling(key, counts)},
        {key: dict(counts.most_common(12)) for key, counts in sign_offs.items() if _telling(key, counts)},
        {who: counts.most_common(1)[0][0] for who, counts in called.items()},
        curly > straight,
        names,
        {who: sorted(channels) for who, channels in known.items()},
        deciles,
    )


def _telling(key: str, counts: Counter[str]) -> bool:
    return key.endswith("|") or counts.total() >= _SMALLEST


def _slotted(greeting: str) -> tuple[str, str]:
    """A greeting with its name as a slot, and the name: "Hi Ana," -> ("Hi {name},", "Ana")."""
    if not greeting or not clean_enough(greeting) or len(greeting) > 60:
        return "", ""
    match = _GREETED.match(greeting)
    if not match or not match.group(2) or _NOT_A_NAME.match(match.group(2)):
        return greeting, ""
    return f"{match.group(1)}{NAME}{match.group(3)}", match.group(2).strip()


def _keys(channel: str, who: str) -> list[str]:
    return [f"{channel}|{who}", f"{channel}|", "|"] if who else [f"{channel}|", "|"]


def _usual(table: Mapping[str, Mapping[str, int]], channel: str, recipient: str) -> str:
    keys = _keys(channel, recipient.casefold()) if channel else ["|"]
    for key in keys:
        counts = table.get(key)
        if counts:
            used = {text: count for text, count in counts.items() if text}
            if sum(used.values()) * 2 < sum(counts.values()) or not used:
                return ""
            return max(used.items(), key=lambda item: (item[1], item[0]))[0]
    return ""


def _ranked(table: Mapping[str, Mapping[str, int]], channel: str) -> Iterable[str]:
    counts = table.get(f"{channel}|") or table.get("|") or {}
    return sorted(counts, key=lambda text: -counts[text])
