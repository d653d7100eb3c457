# ruff: noqa: E501  (sentences)
"""Do correspondents' names get out? ``python -m bench.redaction_names [--example FOLDER]``

Planted people, some of whose names are words too (Will, May, Rose), are named in the ways people name each other;
sentences with the same words and nobody in them must stay. With ``--example`` (the example person's folder, read by
default) the whole way is gone: import, prepare with ``redact_names``, and the finished files searched for every name.

``name_leak``: of planted namings, those where any part of the name is left. ``name_false``: of sentences without a
person, those altered. ``example_leak``: names of others left in texts of the example's dataset, of all namings there.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import harness
from likeness.core import artefacts
from likeness.core.events import drain
from likeness.core.home import Home
from likeness.core.store import Store
from likeness.write.ingest import ingest
from likeness.write.prepare import latest_dataset, prepare
from likeness.write.recipe import prepare_recipe
from likeness.write.redact import Names, Redactor
from likeness.write.redact.names import words_of

PLAIN = (
    "Ana Duarte", "Giulia Ferrero", "Jürgen Weißmann", "Élodie Marchand", "Iñaki Quintana", "Priya Raman",
    "Oluwaseun Okafor", "Tomasz Kowalski", "Siobhán O'Brien", "Jean-Luc Dubreuil",
)  # fmt: skip
WORDS_TOO = (
    "Will Hunter", "Mark Baker", "May Lin", "Rose Green", "Grace Young", "Bill Stone", "Frank König", "Iris Klein",
    "Rosa Campos", "Luz Vega", "Pierre Roux", "Joy Page", "Art Brown", "Hope Bishop",
)  # fmt: skip
NAMED = (
    "Hi {F},\nthe draft is attached.", "Dear {F}\n\nthank you for the book.", "Thanks {F}!", "{F}'s slides were great",
    "@{F} can you bring the cups?", "I met {F} yesterday at the market", "{F} said yes, so we go", "{F}, could you call him back?",
    "tell {F} I said hello", "{F} {L} wrote to me about the flat", "{F} and I went home early", "Dear Mr {L},\nthe invoice is paid.",
    "Is {F} coming on Friday?", "ask {F} or her sister", "Lunch with {F} on Friday?", "gestern mit {F} gesprochen",
    "Liebe {F},\ndanke für alles.", "demain avec {F} à la gare", "mañana con {F} en la estación", "domani con {F} alla stazione",
    "we owe {F} ten pounds", "see you then.\n\nCheers,\n{F}", "the {L}s are coming too, so is {F} {L}", "Fwd: {F} {L}: minutes",
)  # fmt: skip
NAMED_SMALL = (
    "hi {f}, you up?",
    "{f}'s dog ate it",
    "did you see {f} there",
    "{F_UP}!!! where are you",
    "thx {f}",
    "@{f} pls",
)
NOBODY = (
    "Will you come to the shop?", "I will mark it tomorrow.", "Mark my words, it will rain.", "May I ask you something?",
    "It was in May 2021, I think.", "On 5 May we leave.", "We may go in May or June.", "From May to July it is closed.",
    "A rose is a rose is a rose.", "The roses need water.", "There is a grace period of ten days.", "Grace under pressure, they say.",
    "The bill is due on Friday.", "Bill me later, please.", "We went to see modern art.", "I hope so.", "Hope you are well!",
    "To be frank, I was bored.", "The iris of the eye is round.", "Turn the page and read on.", "Brown bread and green tea.",
    "Young people never call.", "The stone was cold.", "The baker's shop is closed.", "They were hunters and bishops.",
    "Der König kam zu spät.", "Der Kuchen war klein, aber fein.", "La luz roja está rota.", "Los campos están verdes.",
    "Es una rosa muy bonita.", "La pierre est tombée dans le jardin.", "Un chat roux est passé.", "It was a joy to see.",
    "Joy and sorrow come together.", "The vega of Granada is wide.", "That will do.", "Will it rain? Will they come?",
    "Mark the date in red.", "Please mark your copies.", "State of the art, they said.", "The page is blank.", "We hope it works.",
    "the king and the bishop are out", "the hunter left his hat", "Green is my colour.", "Stone walls do not a prison make.",
    "Good morning all,", "Hi there,", "Hello everyone,", "Dear Sir or Madam,", "Hallo zusammen,", "Salut tout le monde,",
    "Hola a todos,", "Ciao a tutti,", "Thanks again!", "Best,\nSam", "Sam here, quick one.",
)  # fmt: skip
OWNER = "Sam Ellis"


@dataclass(frozen=True, slots=True)
class Naming:
    """A text that names somebody, and the words that must be gone."""

    text: str
    gone: frozenset[str]


def namings() -> Iterator[Naming]:
    """Every way to name each of the planted people; small letters only where the name is no word."""
    for full in (*PLAIN, *WORDS_TOO):
        first, last = full.split(" ", 1)
        ways = (*NAMED, *NAMED_SMALL) if full in PLAIN else NAMED
        for way in ways:
            forms = {"{F}": first, "{L}": last, "{f}": first.lower(), "{F_UP}": first.upper()}
            text, gone = way, set()
            for mark, form in forms.items():
                if mark in text:
                    text = text.replace(mark, form)
                    gone.add(form.casefold())
            yield Naming(text, frozenset(gone))


def measure_planted() -> tuple[list[list[object]], dict[str, float]]:
    """Leaks and needless alterations of planted sentences."""
    redactor = Redactor.of(names=[*PLAIN, *WORDS_TOO], own=[OWNER])
    counted: dict[bool, list[bool]] = {True: [], False: []}
    for naming in namings():
        left = set(re.findall(r"\w[\w'’-]*\w", redactor.redact(naming.text).text.casefold()))
        leak = any(word in left or f"{word}'s" in left or f"{word}s" in left for word in naming.gone)
        counted[any(word in naming.gone for full in PLAIN for word in full.casefold().split())].append(leak)
        if leak:
            print("left:", repr(naming.text), "->", repr(redactor.redact(naming.text).text))
    altered = [text for text in NOBODY if redactor.redact(text).text != text]
    for text in altered:
        print("altered:", repr(text), "->", repr(redactor.redact(text).text))
    every = counted[True] + counted[False]
    rows: list[list[object]] = [
        ["namings of people whose names are no words", len(counted[True]), sum(counted[True])],
        ["namings of people whose names are words too", len(counted[False]), sum(counted[False])],
        ["sentences with nobody in them", len(NOBODY), len(altered)],
    ]
    return rows, {"name_leak": sum(every) / len(every), "name_false": len(altered) / len(NOBODY)}


def measure_example(folder: Path) -> tuple[list[list[object]], dict[str, float]]:
    """Import the example person's mail and chats, prepare without names, and search every text."""
    raw = json.loads((folder / "person.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as place:
        home = Home(Path(place) / "home").create("example", raw.get("name", ""))
        person = home.confirm([*raw.get("addresses", ()), *raw.get("names", ()), *raw.get("identities", ())])
        with Store.open(home.store) as store:
            paths = [path for path in sorted(folder.iterdir()) if path.suffix in (".mbox", ".txt", ".zip")]
            drain(ingest(store, person.owner, [path for path in paths if path.name != "sentences.txt"]))
            others = {m.sender_name for m in store.messages() if not m.from_owner and m.sender_name}
        own = {word for name in (person.display_name, *person.identities) for word in words_of(name)}
        wanted = {word for name in others for word in words_of(name) if len(word) > 2} - own
        named = {}
        for names in (False, True):
            recipe = prepare_recipe("standard", everything=True, redact_names=names)
            drain(prepare(home, recipe, allow_small=True))
            named[names] = list(_namings_in(latest_dataset(home), wanted))
            if not names:
                taken = _taken(latest_dataset(home), Names.of(others, own))
        left = artefacts.load(latest_dataset(home)).measures.get("personal_data_left", {}).get("name", 0)
        replaced = artefacts.load(latest_dataset(home)).measures["redacted"].get("name", 0)
    rows: list[list[object]] = [
        ["names of others in the example's dataset", len(named[False]), len(named[True])],
        ["names replaced", replaced, ""],
        ["names the last look finds", "", left],
    ]
    print("taken for names:", ", ".join(f"{word} {count}" for word, count in taken.most_common()))
    for word in sorted(set(named[True])):
        print("left in the example's dataset:", word)
    return rows, {"example_leak": len(named[True]) / max(len(named[False]), 1), "example_rescan": float(left)}


def _namings_in(dataset: Path, wanted: set[str]) -> Iterator[str]:
    """Capitalised words of the dataset's texts that are names of others."""
    for path in sorted(dataset.glob("*.jsonl")):
        for line in path.open(encoding="utf-8"):
            for text in _texts(json.loads(line)):
                for word in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text):
                    small = re.sub(r"['’]s$", "", word).casefold()
                    if small in wanted and word[0].isupper():
                        yield word


def _taken(dataset: Path, names: Names) -> Counter[str]:
    """What would be replaced in the texts, to be read."""
    lines = (dataset / "exchanges.jsonl").open(encoding="utf-8")
    texts = (text for line in lines for text in _texts(json.loads(line)))
    return Counter(text[span.start : span.end] for text in texts for span in names.find(text))


def _texts(record: dict[str, object]) -> Iterator[str]:
    for turn in record.get("messages") or record.get("conversations") or ():  # type: ignore[attr-defined]
        yield str(turn.get("content") or turn.get("value") or "")
    for name in ("text", "context", "subject", "greeting", "sign_off", "prompt", "completion"):
        yield str(record.get(name) or "")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--example", type=Path, default=Path(__file__).parents[1] / "examples" / "ellis")
    options = parser.parse_args()
    rows, figures = measure_planted()
    more, found = measure_example(options.example)
    harness.finish("redaction_names", ["what", "of", "left or altered"], rows + more, figures | found)


if __name__ == "__main__":
    main()
