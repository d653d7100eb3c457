"""Other people's names: where they are found in messages, and where they stand in a text.

A name is known from headers, greetings, sign-offs and mentions. In a text it goes in any case and with a possessive,
and so do its short forms. Where it is a word as well (Will, May, Rose), the context must say that a person is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from likeness.core.types import Message
from likeness.write.redact.name_words import COMMON, COMPANY, MONTHS, NICKNAMES, NO_NAMES
from likeness.write.redact.spans import Span

_LETTERS = r"[^\W\d_]"
_WORD = re.compile(rf"{_LETTERS}+(?:['’]{_LETTERS}{{2,}})?")
_NOT_A_NAME = re.compile(
    r"\([^)]*\)|\[[^\]]*\]|\S*@\S*|\S*\d\S*|\S+\.(?:com|org|net|co|io|de|fr|es|it|uk)\b|"
    r"\bvia\b.*",
    re.I,
)
_GREETING = (
    r"hi|hiya|hello|hey|heya|dear|good (?:morning|afternoon|evening)|morning|evening|"
    r"liebe[rs]?|hallo|moin|servus|guten (?:morgen|tag|abend)|sehr geehrte[r]?|hej|"
    r"cher|chère|salut|bonjour|bonsoir|coucou|hola|querid[oa]|estimad[oa]|buen[oa]s (?:días|tardes|noches)|"
    r"ciao|car[oa]|gentile|buongiorno|buonasera|salve|olá|oi|hoi|beste|dag"
)
_NAME = rf"[A-ZÀ-ÖØ-ÞŁŚŻ]{_LETTERS}*(?:['’-]{_LETTERS}+)*"
_TITLE = (
    r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Herr|Frau|Monsieur|Madame|M|Mme|Señora?|Sra?|Signora?|Sig|"
    r"Dott)\b\.? ?)*"
)
_GREETED = re.compile(
    rf"(?:^|\n)[>\s]*(?i:{_GREETING})[ ,]{{1,2}}{_TITLE}({_NAME}(?: (?:and|und|et|y|e|&) {_NAME}| {_NAME})?)"
    r"(?=[ \t]*(?:[,!:.;–—-]|\n|$))"
)
_CLOSING = (
    r"cheers|thanks|thank you|many thanks|thx|best|best wishes|(?:kind |best |warm )?regards|all the best|love|yours|"
    r"sincerely|yours (?:sincerely|faithfully|truly)|take care|xx?x?|see you|talk soon|speak soon|ta|bye|"
    r"(?:viele |liebe |herzliche |beste |schöne )?grüße|(?:liebe |viele )?grüsse|lg|vg|mfg|gruß|"
    r"mit freundlichen grüßen|"
    r"bis (?:bald|dann|morgen)|danke|cordialement|bien à (?:toi|vous)|amicalement|bises|bisous|merci|à bientôt|"
    r"un abrazo|abrazos|saludos|un saludo|besos|gracias|un abbraccio|abbracci|cordiali saluti|saluti|baci|"
    r"grazie|a presto"
)
_SIGNED = re.compile(
    rf"(?:^|\n)[>\s]*(?i:{_CLOSING})[^\n\w]{{0,4}}\n[>\s]*[-–— ]{{0,3}}({_NAME}(?: {_NAME}){{0,2}})[ .]*(?=\n|"
    rf"$)"
)
_MENTIONED = re.compile(rf"(?<![\w.])@[\u2068~ ]?({_NAME}(?: {_NAME})?)")
_TAG = re.compile(r"<[^<>]{0,400}>|&nbsp;")

_JOINED = re.compile(r"(?:[ \u00a0-]| (?:de|del|de la|la|di|da|dos|von|van|der|den|[A-Z]\.) )")
_POSSESSIVE = re.compile(r"['’]s?\b")


def collect(message: Message) -> set[str]:
    """Words of the names in a message: its sender's, those it greets or mentions, and whoever signed what it quotes.

    The owner's own are among them; who asks takes them out."""
    words = set() if message.from_owner or message.automated else words_of(message.sender_name)
    for recipient in message.recipients:
        if "@" not in recipient:
            words |= words_of(recipient)
    body = _TAG.sub("\n", message.body) if message.body_type == "html" else message.body
    for pattern in (_GREETED, _SIGNED, _MENTIONED):
        for match in pattern.finditer(body):
            words |= words_of(match[1])
    return words


def words_of(name: str) -> set[str]:
    """The words of a display name that name a person, in small letters; none of a company's."""
    words = {word.casefold() for word in _WORD.findall(_NOT_A_NAME.sub(" ", name))}
    if not words.isdisjoint(COMPANY):
        return set()
    return {word for word in words if len(word) > 1 and word not in NO_NAMES}


@dataclass(frozen=True, slots=True)
class Names:
    """``sure`` words of people's names, ``doubtful`` those that are words as well or too short to tell, and ``own`` the
    owner's, which stay. All in small letters."""

    sure: frozenset[str]
    doubtful: frozenset[str]
    own: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str], own: Iterable[str] = ()) -> Names:
        """The names in ``names`` (display names or single words) and what people called so are called for short."""
        mine = frozenset(word.casefold() for name in own for word in _WORD.findall(name))
        given = {word for name in names for word in words_of(name)}
        known = given.union(*(NICKNAMES.get(word, frozenset()) for word in given)) - mine
        known |= {form for word in given for form in _small(word)} - mine
        doubtful = frozenset(word for word in known if word in COMMON or len(word) < 3)
        return cls(frozenset(known - doubtful), doubtful, mine)

    def find(self, text: str) -> Iterator[Span]:
        """Yield names, given and family name together."""
        found = sorted({*self._known(text), *self._told(text)})
        merged: list[tuple[int, int]] = []
        for start, end in found:
            if merged and (start <= merged[-1][1] or _JOINED.fullmatch(text, merged[-1][1], start)):
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return (Span(start, end, "name") for start, end in merged)

    def _known(self, text: str) -> Iterator[tuple[int, int]]:
        words = list(_WORD.finditer(text))
        sure = {i for i, match in enumerate(words) if self._is(match[0], self.sure)}
        for i, match in enumerate(words):
            word = _bare(match[0])
            if i not in sure:
                if not self._is(match[0], self.doubtful):
                    continue
                beside = any(
                    j in sure and _JOINED.fullmatch(text, words[a].end(), words[b].start())
                    for j, a, b in ((i - 1, i - 1, i), (i + 1, i, i + 1))
                    if 0 <= j < len(words)
                )
                if not match[0][0].isupper() and text[match.start() - 1 : match.start()] != "@":
                    if not _greeted_before(text, match):
                        continue
                elif not beside and not _is_person(text, match, word):
                    continue
            yield match.start(), match.start() + len(word)

    def _told(self, text: str) -> Iterator[tuple[int, int]]:
        """Names nobody knows yet that a greeting, a sign-off or a mention gives away."""
        for pattern in (_GREETED, _SIGNED, _MENTIONED):
            for match in pattern.finditer(text):
                for word in _WORD.finditer(match[1]):
                    small = _bare(word[0]).casefold()
                    if small not in self.own and small not in NO_NAMES and word[0][0].isupper():
                        yield match.start(1) + word.start(), match.start(1) + word.start() + len(_bare(word[0]))

    def _is(self, word: str, names: frozenset[str]) -> bool:
        small = _bare(word).casefold()
        # German writes the genitive without an apostrophe.
        genitive = word[0].isupper() and len(small) > 3 and small.endswith("s") and small[:-1] in names
        return small in names or (genitive and small not in self.own)


def _bare(word: str) -> str:
    """Without a possessive."""
    return _POSSESSIVE.split(word)[0] if word.endswith(("'s", "’s")) else word


def _small(word: str) -> set[str]:
    """Diminutives that are made by rule: Anita, Luisito, Paulchen."""
    if len(word) < 4 or word in COMMON:
        return set()
    stem = word[:-1] if word[-1] in "aeo" else word
    return {stem + ending for ending in ("ita", "ito", "chen", "lein")} if len(stem) > 2 else set()


# ── words that are names only sometimes ─────────────────────────────────────────────────────────────────────

_ADDRESSED = re.compile(
    rf"(?:(?:^|[\n.!?>])\s*(?:{_GREETING}|thanks|thank you|thx|danke|merci|gracias|grazie)|"
    rf"@)[ ,]{{0,2}}$",
    re.I,
)
_NO_PERSON_BEFORE = re.compile(
    r"(?:\b(?:the|a|an|this|that|these|those|my|your|his|her|our|their|some|any|no|every|each|one|two|three|"
    r"der|die|das|den|dem|des|ein|eine[nmrs]?|kein\w*|mein\w*|dein\w*|sein\w*|unser\w*|ihr\w*|zur|zum|im|am|vom|"
    r"le|la|les|un|une|du|des|au|mon|ma|ton|ta|son|sa|ce|cette|l['’]|el|los|las|una|del|al|mi|tu|su|este|esta|"
    r"il|lo|gli|uno|della|dello|nel|nella|sul|sulla|mio|tuo|suo)|\d)\s*$",
    re.I,
)
_TIME_BEFORE = re.compile(
    r"(?:\b(?:in|on|since|until|till|by|of|early|mid|late|next|last|this|every|from|to|before|after|"
    r"during|and|im|ab|bis|seit|"
    r"anfang|mitte|ende|en|de|depuis|début|fin|mi|desde|hasta|in|a|di|da|dal|fino a)|\d(?:st|nd|rd|th)?\.?|-|–|/)\s*$",
    re.I,
)
_TIME_AFTER = re.compile(r"\s*(?:\d|-|–|/|(?:and|or|und|et|y|e)\b|,? ?(?:19|20)\d\d)", re.I)
_START = re.compile(r"(?:^|[\n.!?:;•*>\"“„(]|[-–—]\s)\s*$")
_DOES = re.compile(
    r"['’]s\b|\s*,|\s*!|[ \t]*(?:\n|$)|\s+(?:said|says|is|was|has|had|told|asked|asks|thinks|thought|"
    r"wrote|writes|sent|sends|"
    r"wants|wanted|came|comes|called|calls|just|also|never|always|would|could|did|does|doesn['’]t|didn['’]t|isn['’]t|"
    r"wasn['’]t|won['’]t|might|got|gets|left|likes|loves|works|worked|knows|knew|lives|lived|went|goes|"
    r"suggested|mentioned|"
    r"agreed|reckons|needs|needed|made|took|gave|brought|and I|and me|and [A-Z]|hat|ist|war|sagt|sagte|"
    r"meint|kommt|kam|wird|will|weiß|"
    r"fragt|fragte|schreibt|schrieb|a|est|était|dit|va|vient|pense|veut|es|era|dice|dijo|ha|viene|quiere|"
    r"è|vuole)\b|\s+[A-Z]"
)
_TO_SOMEBODY = re.compile(
    r"\b(?:tell|told|ask|asked|with|without|met|meet|saw|see|seen|call|called|text|texted|email|emailed|"
    r"ping|remind|thank|visit|"
    r"cc|owe|invite|invited|mit|bei|frag|fragt?e?|sag|ohne|avec|chez|demande|con|pregunta|chiedi)\s*$",
    re.I,
)
_THE_FAMILY = re.compile(r"\s+(?:are|were|have|had|came|come|will|live|next)\b")
_ORDER = re.compile(
    r"\s+(?:the|this|that|it|my|your|our|you|we|they|he|she|I|as|all|a|an|be|any|there|these|"
    r"those)\b",
    re.I,
)


def _greeted_before(text: str, match: re.Match[str]) -> bool:
    return bool(_ADDRESSED.search(text, max(0, match.start() - 30), match.start()))


def _is_person(text: str, match: re.Match[str], word: str) -> bool:
    """Whether a capitalised word that may be a name is one here."""
    before, after = text[max(0, match.start() - 30) : match.start()], text[match.start() + len(word) : match.end() + 30]
    if _ADDRESSED.search(before):
        return True
    if word.isupper() and len(word) > 1 and before.strip()[-4:].isupper():
        return False
    small = word.casefold()
    if re.search(r"\b[Tt]he\s$", before) and small.endswith("s") and _THE_FAMILY.match(after):
        return True
    if _NO_PERSON_BEFORE.search(before):
        return False
    if _TO_SOMEBODY.search(before) and not re.match(r"\s*\d", after):
        return True
    if small in MONTHS and re.match(
        r"['’]s\b|\s+(?:and I|and me|said|says|told|asked|wants|sagt|sagte|dit|"
        r"dice)\b",
        after,
    ):
        return True
    if small in MONTHS and (_TIME_BEFORE.search(before) or _TIME_AFTER.match(after)):
        return False
    if _ORDER.match(after):
        return False
    if _START.search(before):
        return bool(_DOES.match(after)) and not (
            small in MONTHS and not re.match(r"['’]s\b|\s*[,!]\s*\w+ (?:you|me)", after)
        )
    return True
