"""Everybody in the example archive. All of them are made up; every address lies in a reserved domain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MUSEUM = "saltbymuseum.example.org"


@dataclass(frozen=True, slots=True)
class Correspondent:
    name: str
    address: str

    def mailbox(self) -> str:
        return f"{self.name} <{self.address}>"


ELLIS_WORK = Correspondent("Ellis Marlow", f"ellis.marlow@{MUSEUM}")
ELLIS_OLD = Correspondent("Ellis Marlow", "e.marlow82@mail.example.com")
ELLIS_HOME = Correspondent("Ellis Marlow", "ellis@marlow.example.net")

OTHERS = {
    "priya": Correspondent("Priya Nair", f"priya.nair@{MUSEUM}"),
    "gareth": Correspondent("Gareth Lowe", f"gareth.lowe@{MUSEUM}"),
    "beatriz": Correspondent("Beatriz Souza", f"beatriz.souza@{MUSEUM}"),
    "howard": Correspondent("Howard Finch", f"howard.finch@{MUSEUM}"),
    "daniel": Correspondent("Daniel Okoro", f"daniel.okoro@{MUSEUM}"),
    "lena": Correspondent("Lena Brandt", f"lena.brandt@{MUSEUM}"),
    "accounts": Correspondent("Accounts", f"accounts@{MUSEUM}"),
    "volunteers": Correspondent("Reading room volunteers", f"volunteers@{MUSEUM}"),
    "mo": Correspondent("Mo Aziz", "mo@azizphoto.example.com"),
    "ingrid": Correspondent("Ingrid Dahl", "ingrid.dahl@lindfjordmuseum.example.org"),
    "keller": Correspondent("Margit Keller", "m.keller@uni.example.net"),
    "brenda": Correspondent("Brenda Holroyd", "brenda.holroyd@history.example.org"),
    "candidate": Correspondent("Daniel Okoro", "d.okoro@post.example.net"),
    "conference": Correspondent("Dr Ruth Pell", "r.pell@smallcollections.example.org"),
    "publisher": Correspondent("Jamie Orrin", "jamie@tidewaterpress.example.com"),
    "jo": Correspondent("Jo Marlow-Pike", "jo@pike.example.net"),
    "mum": Correspondent("Linda Marlow", "linda@marlow.example.net"),
    "kit": Correspondent("Kit Brennan", "kit.brennan@mail.example.com"),
    "suze": Correspondent("Suze Adeyemi", "suze@mail.example.com"),
    "ray": Correspondent("Ray Thackeray", "ray.thackeray@bells.example.org"),
    "allotment": Correspondent("Sheila Brook (Hon. Sec.)", "secretary@northcliff-allotments.example.org"),
    "heating": Correspondent("Northcliff Heating", "office@northcliff-heating.example.com"),
    "solicitor": Correspondent("Whitlock & Dunne LLP", "a.whitlock@whitlockdunne.example.com"),
    "piano": Correspondent("Celia Hart", "celia@hart-piano.example.com"),
    "delivery": Correspondent("Shelf & Co Support", "help@shelfandco.example.com"),
    "neighbour": Correspondent("Alan & Jean Varley", "varleys@mail.example.com"),
    "robbie": Correspondent("Robbie Tan", "robbie.tan@mail.example.com"),
}

CHAT_NAMES = {
    "me": "Ellis Marlow",
    "kit": "Kit Brennan",
    "nadia": "Nadia",
    "suze": "Suze Adeyemi",
    "tash": "Tash",
    "ravi": "Ravi K",
}

_SIGNATURE_UNTIL_2021 = """-- 
Ellis Marlow
Collections & Digitisation Officer
Saltby Maritime Museum, 2 Harbour Road, Saltby YO99 1AB
01632 960417"""

_SIGNATURE_SINCE_2021 = """--
Ellis Marlow (he/him)
Head of Digital Collections | Saltby Maritime Museum
01632 960417 | 07700 900462
www.saltbymuseum.example.org"""


def owner_at(when: datetime, *, at_work: bool) -> Correspondent:
    """The address Ellis wrote from: work, or one of two private ones (he changed provider in 2018)."""
    if at_work:
        return ELLIS_WORK
    return ELLIS_OLD if when.year < 2018 else ELLIS_HOME


def signature_at(when: datetime, *, at_work: bool, number: int) -> str:
    """The signature block under one of his mails; private mail only sometimes carries a phone's."""
    if at_work:
        return _SIGNATURE_UNTIL_2021 if when < datetime(2021, 4, 1) else _SIGNATURE_SINCE_2021
    return "Sent from my phone" if number % 5 == 0 else ""
