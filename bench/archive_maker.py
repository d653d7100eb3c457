"""Made-up exports of any number of messages: a mailbox and chats over many years, in sentences one could have written.

Several correspondents and one owner who writes two messages in five; greetings, sign-offs, quotes and a signature in
mails; bursts in chats, one of them long; one message in twenty repeats an earlier one with a word or two changed; one
in twelve tells something personal (a telephone number, an address, an account). Seeded: the same every time.
"""

from __future__ import annotations

import random
from collections import deque
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

OWNER = "Robin Vale"
ADDRESS = "robin.vale@example.org"
MAIL_SHARE = 0.4
_CHATS = 24
_FIRST = datetime(2006, 1, 3, 8, tzinfo=UTC)
_SPAN = timedelta(days=365 * 19)


def _listed(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(separator))


_THINGS = _listed(
    "report invoice train garden boiler budget slide draft contract ticket museum kitchen school concert bicycle "
    "roof recipe letter meeting workshop harbour projector sofa window piano printer camera tent passport lamp ladder "
    "newsletter spreadsheet survey website password bakery fence carpet engine heater poster agenda chapter interview "
    "schedule flat garage allotment loan policy quote delivery orchestra rehearsal lecture panel grant application "
    "server backup database release customer order warehouse supplier shipment audit ledger receipt"
)
_WHERE = _listed(
    "Leeds|Hamburg|Lyon|Porto|Bergen|Ghent|Utrecht|Turin|Malmo|Graz|Cork|Bath|Tartu|Brno|Vilnius|Split|Trieste|Galway|"
    "the office|the station|the library|the market|the old mill|the harbour|my sister's|the workshop|the second floor",
    "|",
)
_WHEN = _listed(
    "tomorrow|on Monday|on Tuesday morning|by Thursday|next week|after lunch|at half past nine|in the evening|in March|"
    "before the holidays|at the weekend|later today|in about an hour|when I am back|on the fourteenth|at the end of it",
    "|",
)
_HOW = _listed("really quite rather surprisingly mostly hardly almost pretty fairly completely not nearly")
_LIKE = _listed(
    "good late broken cheap heavy quiet lovely confusing expensive small urgent old finished strange useful cold full "
    "empty wrong clever dull patient slow bright crooked famous honest local modest nervous polite rough sour vague"
)
_DO = _listed(
    "send fix paint move check order print cancel carry finish forget find sell borrow measure translate rewrite sign "
    "collect return replace open pack book clean repair explain compare confirm copy count deliver describe discuss"
)
_NAMES = _listed(
    "Ana Ben Clara Dimitri Elif Farid Greta Hugo Ines Jonas Katya Liam Mira Nils Olga Pavel Rosa Sven Tomas Uma Vera "
    "Wim Yara Zoe Alba Boris Celia Derek Emma Finn"
)
_SURNAMES = _listed("Sousa Berg Novak Keller Okoro Lund Marsh Petrov Haas Rossi Moreau Dahl Quinn Wolf Tanaka Silva")
_SENTENCES = (
    "I think the {thing} is {how} {like} now",
    "Could you {do} the {thing} {when}?",
    "We are going to {do} the {thing} {when}, and {name} will help with the {thing}",
    "The {thing} from {where} came {when} and it was {how} {like}",
    "I have not had time to {do} the {thing} yet",
    "{name} said the {thing} would be {like}, but I am {how} sure it will not",
    "Do you know whether {name} wants to {do} the {thing} or the {thing}?",
    "It would be {like} to meet in {where} {when}",
    "There are {number} things left to {do} before the {thing} is {like}",
    "Please remember the {thing}, it is {how} {like} without it",
    "Thanks for the {thing}, that was {how} {like} of you",
    "Nobody told me that the {thing} costs {number} euros",
    "If the {thing} is still {like} {when}, we can always {do} the {thing} instead",
    "I will be in {where} {when}, so let us {do} the {thing} then",
    "My {thing} is {like} again, and I had to {do} it twice",
    "Sorry, I forgot to {do} the {thing} for {name}",
    "What about the {thing} in {where}, is it {how} {like}?",
    "For the {thing} we need {number} copies and one {like} {thing}",
    "Honestly, I would rather {do} a {thing} than {do} another {thing}",
    "{name} and I walked from {where} to {where} and talked about the {thing}",
)
_SHORT = (
    "ok", "thanks!", "on my way", "yes {when}", "no idea", "see you {when}", "is the {thing} {like}?", "haha {like}",
    "can you {do} it?", "which {thing}?", "in {where} already", "{name} has it", "call me {when}", "the {thing} please",
    "not {when}, sorry", "{number} minutes", "I did {do} the {thing}", "great {thing} by the way", "maybe {when} :)",
)  # fmt: skip
_PERSONAL = (
    "My number is +44 7700 900{three}.",
    "Ring me on 020 7946 0{three}.",
    "Write to {low}.{low2}{number}@example.com then.",
    "The parcel goes to {number} Mill Lane, Leeds LS1 4AP.",
    "The account is DE89 3704 0044 0532 0130 00.",
    "The card is 4111 1111 1111 1111.",
    "The wifi password is {low}{three}{like}!",
    "Call +49 30 123456{number} and ask for {name}.",
)
_GREETINGS = ("Hi {0},", "Dear {0},", "Hello {0},", "{0},", "Hey {0}!", "")
_CLOSINGS = ("Best,\nRobin", "Cheers\nR", "Best wishes,\nRobin Vale", "Thanks,\nRobin", "Robin", "")
_SIGNATURE = "\n-- \nRobin Vale\nValley Workshop, 12 Mill Lane\nTel. +44 113 496 0123 | www.valley.example.org"


def write(folder: Path, messages: int, seed: int = 1) -> dict[str, int]:
    """Write exports of about ``messages`` messages into the new ``folder``; returns how many there are of each kind
    and how many the owner wrote."""
    folder.mkdir(parents=True)
    text = _Text(random.Random(seed))
    mails = round(messages * MAIL_SHARE)
    counts = {"mails": mails, "chats": messages - mails, "owner": 0}
    counts["owner"] += _mailbox(folder / "mail.mbox", mails, text)
    # One chat in two is a third of the one before it, so that the longest holds a good part of all.
    shares = [1 / (place + 1.5) for place in range(_CHATS)]
    for place, share in enumerate(shares):
        count = round((messages - mails) * share / sum(shares))
        counts["owner"] += _chat(folder, place, count, text)
    return counts


class _Text:
    """What people say."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.random = rng.random
        self._said: deque[str] = deque(maxlen=400)

    def pick(self, values: tuple[str, ...]) -> str:
        return values[int(self.random() * len(values))]

    def message(self, sentences: int, templates: tuple[str, ...] = _SENTENCES) -> str:
        """Some sentences; now and then an earlier message with a word or two changed."""
        if self._said and self.random() < 0.05:
            words = self._said[int(self.random() * len(self._said))].split(" ")
            words[int(self.random() * len(words))] = self.pick(_THINGS)
            return " ".join(words)
        said = [self._sentence(self.pick(templates)) for _ in range(sentences)]
        if self.random() < 0.08:
            said.append(self._sentence(self.pick(_PERSONAL)))
        text = (". " if templates is _SENTENCES else " ").join(said).replace("?. ", "? ").replace(".. ", ". ")
        if len(text) > 60:
            self._said.append(text)
        return text

    def _sentence(self, template: str) -> str:
        parts = template.split("{")
        out = [parts[0]]
        for part in parts[1:]:
            slot, rest = part.split("}", 1)
            out += (self._fill(slot), rest)
        return "".join(out)

    def _fill(self, slot: str) -> str:
        if slot == "number":
            return str(int(self.random() * 90) + 2)
        if slot == "three":
            return f"{int(self.random() * 1000):03d}"
        if slot in ("low", "low2"):
            return self.pick(_NAMES if slot == "low" else _SURNAMES).lower()
        return self.pick(_SLOTS[slot])


_SLOTS = {
    "thing": _THINGS, "where": _WHERE, "when": _WHEN, "how": _HOW, "like": _LIKE, "do": _DO, "name": _NAMES,
}  # fmt: skip


def _mailbox(path: Path, mails: int, text: _Text) -> int:
    """Threads of one to five mails, two in three with the owner. Returns how many the owner wrote."""
    mine = number = 0
    step = _SPAN / max(mails, 1)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        while number < mails:
            ours = text.random() < 0.7
            people = [_person(text), (OWNER, ADDRESS) if ours else _person(text)]
            subject = f"The {text.pick(_THINGS)} {text.pick(_WHEN)}"
            ids: list[str] = []
            last = ""
            for turn in range(min(int(text.random() ** 2 * 5) + 1, mails - number)):
                sender, to = people[(turn + ours) % 2], people[(turn + ours + 1) % 2]
                when = _FIRST + step * number + timedelta(minutes=7 * turn)
                ids.append(f"{number}.{int(text.random() * 1e9)}@mail.example.net")
                body = text.message(int(text.random() * 6) + 1)
                out.write(_mail(sender, to, subject, when, ids, body, last, text))
                mine += sender[1] == ADDRESS
                last, number = body, number + 1
    return mine


def _person(text: _Text) -> tuple[str, str]:
    name, surname = text.pick(_NAMES), text.pick(_SURNAMES)
    return f"{name} {surname}", f"{name}.{surname}@example.net".lower()


def _mail(
    sender: tuple[str, str],
    to: tuple[str, str],
    subject: str,
    when: datetime,
    ids: list[str],
    body: str,
    last: str,
    text: _Text,
) -> str:
    greeting = text.pick(_GREETINGS).format(to[0].split()[0])
    closing = text.pick(_CLOSINGS) if sender[1] == ADDRESS else sender[0].split()[0]
    signature = _SIGNATURE if sender[1] == ADDRESS and text.random() < 0.4 else ""
    quoted = f"\n\nOn {when:%d %b %Y}, {to[0]} <{to[1]}> wrote:\n> {last}\n" if last else ""
    threading = f"In-Reply-To: <{ids[-2]}>\nReferences: {' '.join(f'<{i}>' for i in ids[:-1])}\n" if last else ""
    return (
        f"From {ids[-1].split('.')[0]}@xxx {when:%a %b %d %H:%M:%S +0000 %Y}\n"
        f"X-Gmail-Labels: {'Sent' if sender[1] == ADDRESS else 'Inbox'}\nMIME-Version: 1.0\n{threading}"
        f"From: {sender[0]} <{sender[1]}>\nTo: {to[0]} <{to[1]}>\nDate: {format_datetime(when)}\n"
        f"Message-ID: <{ids[-1]}>\nSubject: {'Re: ' if last else ''}{subject}\n"
        f'Content-Type: text/plain; charset="UTF-8"\n\n'
        f"{greeting}\n\n{body}\n\n{closing}{signature}{quoted}\n\n"
    )


def _chat(folder: Path, place: int, messages: int, text: _Text) -> int:
    """One WhatsApp chat; those with an odd number are groups of four. Returns how many messages the owner wrote."""
    names = [f"{_NAMES[(place + n) % len(_NAMES)]} {_SURNAMES[place % len(_SURNAMES)]}" for n in range(3)]
    others = names if place % 2 else names[:1]
    when = _FIRST + _SPAN * (place / _CHATS) * 0.5
    pause = (_SPAN * 0.5 / max(messages, 1)).total_seconds() * 3
    mine = 0
    with (folder / f"WhatsApp Chat with {names[0]}{place}.txt").open("w", encoding="utf-8", newline="\n") as out:
        left = messages
        while left > 0:
            owner = text.random() < 0.45
            sender = OWNER if owner else text.pick(others)
            for _ in range(min(left, int(text.random() * 3) + 1)):
                long = text.random() < 0.6
                said = text.message(1 + int(text.random() * 2), _SENTENCES if long else _SHORT)
                out.write(f"{when:%d/%m/%Y, %H:%M} - {sender}: {said}\n")
                when += timedelta(seconds=20 + text.random() * 60)
                mine += owner
                left -= 1
            when += timedelta(seconds=text.random() * pause)
    return mine
