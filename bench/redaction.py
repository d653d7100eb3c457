"""Personal data planted in ordinary messages, and messages that only look like it: ``python -m bench.redaction``.

Every planted value goes through the product's own redactor, in the owner's text or in what they answer, and some
through a whole ``prepare`` whose finished files are searched for it (``--prepare 0`` leaves that out). It is found when
nothing of what identifies remains: half of a number is no redaction. ``--archive`` (or LIKENESS_BENCH_ARCHIVE) names a
bare git repository of public list mail; its mails tell how often a message without personal data is altered, and the
alterations are written to ``--alterations`` to be read. ``--sentences fresh``
and ``last`` are sets written after the redactor was mended on the set before; LIKENESS_BENCH_PYTHON names an
interpreter with scrubadub for comparison. Beside it stands a list of plain expressions.

``recall`` is that of 200 planted items, the same number for each form and country; ``recall_all`` of all of them.
``altered_clean_share``: of the messages without personal data (those that look like it, and the real mails but those
with a find that speaks for itself), the altered ones. Read them: some are true finds after all.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bench import harness, redaction_outside, redaction_outside_again, redaction_sentences
from bench.redaction_marked import marked
from bench.redaction_sentences import AROUND, IDENTITY_WORD, LANGUAGE, VEHICLE_WORD
from bench.redaction_values import COUNTRIES, FORMS, MAKERS
from likeness.core.events import drain
from likeness.core.home import Home
from likeness.core.store import Store
from likeness.core.types import Message
from likeness.write.prepare import latest_dataset, prepare
from likeness.write.recipe import prepare_recipe
from likeness.write.redact import Redactor
from likeness.write.redact.spans import Span
from likeness.write.train import latest_adapter, train

EACH = 10
"""Planted items for each form and country."""
HEADLINE = 200
_SENTENCES = {
    "first": redaction_sentences.FIRST,
    "fresh": redaction_sentences.FRESH,
    "last": redaction_sentences.LAST,
}
_CLEAN = {
    "first": redaction_sentences.CLEAN_FIRST,
    "fresh": redaction_sentences.CLEAN_FRESH,
    "last": redaction_sentences.CLEAN_LAST,
    "outside": redaction_outside.CLEAN_OUTSIDE,
    "outside_again": redaction_outside_again.CLEAN_OUTSIDE_AGAIN,
}
_MARKED = {"outside": redaction_outside.OUTSIDE, "outside_again": redaction_outside_again.OUTSIDE_AGAIN}


@dataclass(frozen=True, slots=True)
class Planted:
    """A message with one identifier. ``needles`` are its parts of which none may be left, ``owners`` whether it
    stands in the owner's text (else in what they answer)."""

    form: str
    country: str
    text: str
    value: str
    needles: tuple[str, ...]
    owners: bool


def planted(seed: int, sentences: str = "first") -> list[Planted]:
    """``EACH`` items for every form and country, or those of a set of marked texts."""
    if sentences in _MARKED:
        ones = enumerate(marked(_MARKED[sentences], seed))
        return [
            Planted(form, country, text, value, (value,), number % 2 == 0)
            for number, (form, country, text, value) in ones
        ]
    made = []
    for form in FORMS:
        for country in COUNTRIES:
            r = Random(f"{seed}-{form}-{country}")
            templates = list(_SENTENCES[sentences][form][LANGUAGE[country]])
            r.shuffle(templates)
            for number in range(EACH):
                value, needles = MAKERS[form](r, country)
                sentence = _worded(r, form, country, templates[number % len(templates)], value)
                written = value if "\n" in value else _oddly(r, form, value)
                text = _surrounded(r, country, sentence.replace("{v}", written))
                made.append(Planted(form, country, text, value, needles, number % 2 == 0))
    return made


def _worded(r: Random, form: str, country: str, sentence: str, value: str) -> str:
    if form == "national_id":
        word = r.choice(IDENTITY_WORD[country])
    elif form == "network_vehicle":
        word = VEHICLE_WORD[LANGUAGE[country]][_kind_of_vehicle(value)]
    else:
        return sentence
    return sentence.replace("{k}", word).replace("{K}", word[0].upper() + word[1:])


def _kind_of_vehicle(value: str) -> str:
    if re.fullmatch(r"[0-9.]+(:\d+|/\d+)?|2001:.*", value):
        return "ip"
    if re.fullmatch(r"(?i)[0-9a-f]{2}([:-][0-9a-f]{2}){5}", value):
        return "mac"
    return "vin" if len(value) == 17 else "plate"


def _oddly(r: Random, form: str, value: str) -> str:
    """What mail clients, pages and people do to a value."""
    style = r.randrange(14)
    if style == 0:
        return f"({value})"
    if style == 1:
        return f"&nbsp;{value}<br>"
    if style == 2:
        return f"{value}."
    if style == 3 and form not in ("password", "pin"):
        return f"\n  {value}\n"
    if style == 4:
        return f"*{value}*"
    if style == 5 and " " in value:
        return value.replace(" ", "\u00a0")
    if style == 6:
        return f"{value}!!" if form not in ("password", "key") else f'"{value}"'
    if style == 7:
        return f"<b>{value}</b>"
    return value


def _surrounded(r: Random, country: str, sentence: str) -> str:
    before, after = r.choice(AROUND[LANGUAGE[country]])
    style = r.randrange(4)
    if style == 0:
        return sentence
    if style == 1:
        return f"{before} {sentence}\n{after}"
    return f"{before}\n\n{sentence}\n\n{after}"


def headline(items: Sequence[Planted], seed: int) -> list[Planted]:
    """``HEADLINE`` of them: as many for each form and country as go evenly, the rest drawn."""
    r = Random(seed)
    cells: dict[tuple[str, str], list[Planted]] = defaultdict(list)
    for item in items:
        cells[item.form, item.country].append(item)
    even = HEADLINE // len(cells)
    chosen, rest = [], []
    for members in cells.values():
        r.shuffle(members)
        chosen += members[:even]
        rest += members[even : even + 1] if len(items) > 2 * HEADLINE else members[even:]
    return chosen + r.sample(rest, min(len(rest), HEADLINE - len(chosen)))


def leaked(needles: Sequence[str], text: str) -> bool:
    """Whether any needle is left: of a number or code, half of it in one piece counts."""
    bare = _bare(text)
    for needle in needles:
        wanted = _bare(needle)
        size = len(wanted) if wanted.isalpha() else max(min(4, len(wanted)), (len(wanted) + 1) // 2)
        if any(wanted[i : i + size] in bare for i in range(len(wanted) - size + 1)):
            return True
    return False


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


# ── clean messages ──────────────────────────────────────────────────────────────────────────────────────────


def dangerous(sentences: str = "first") -> list[str]:
    """Messages that hold nothing personal and look as if they did."""
    chosen = _CLEAN[sentences]
    return [text for texts in chosen.values() for text in texts]


def real_mails(archive: Path, count: int, seed: int) -> Iterator[str]:
    """Bodies of mails of public lists, quotes left out, from months drawn at random."""
    listing = ["git", "-C", str(archive), "ls-tree", "-r", "--name-only", "HEAD"]
    names = [
        n
        for n in subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split()
        if n.endswith(".txt")
    ]
    r = Random(seed)
    r.shuffle(names)
    given = 0
    for name in names:
        shown = subprocess.run(["git", "-C", str(archive), "show", f"HEAD:{name}"], capture_output=True)
        if shown.returncode:
            print(f"not in this copy of the archive: {name}")
            continue
        month = shown.stdout.decode("utf-8", "replace")
        mails = re.split(r"^From .*\d\d:\d\d:\d\d \d{4}\r?\n(?=From: )", month, flags=re.MULTILINE)
        for mail in r.sample(mails[1:], min(40, len(mails) - 1)):
            body = mail.partition("\n\n")[2]
            own = "\n".join(line for line in body.splitlines() if not line.startswith((">", "|")))
            own = own.split("\n-------------- next part")[0].strip()
            if own:
                yield own
                given += 1
                if given == count:
                    return


# ── who takes part ──────────────────────────────────────────────────────────────────────────────────────────

_PLAIN = tuple(
    re.compile(pattern)
    for pattern in (
        r"[\w.+-]+@[\w-]+\.[\w.-]+",
        r"\b(?:\d[ -]?){13,16}\b",
        r"\b[A-Z]{2}\d{2}[ ]?(?:[A-Z0-9]{4}[ ]?){3,7}[A-Z0-9]{0,4}\b",
        r"\b\d{3}-\d{2}-\d{4}\b",
        r"(?:\+?\d[\d ().-]{7,}\d)",
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
        r"(?i)\b(?:password|passwort|pin)\s*(?:is|ist|:)\s*\S+",
    )
)


def plain(texts: Sequence[str]) -> list[str]:
    """What a handful of widespread expressions would make of them."""
    made = []
    for text in texts:
        for pattern in _PLAIN:
            text = pattern.sub("[x]", text)
        made.append(text)
    return made


_PEER = """
import json, sys
import scrubadub
scrubber = scrubadub.Scrubber(locale="en_US")
print(json.dumps([scrubber.clean(text) for text in json.load(sys.stdin)]))
"""


def scrubadub(texts: Sequence[str]) -> list[str]:
    """The library as installed, in the interpreter that LIKENESS_BENCH_PYTHON names."""
    done = subprocess.run(
        [os.environ["LIKENESS_BENCH_PYTHON"], "-c", _PEER],
        input=json.dumps(list(texts)),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def ours(texts: Sequence[str]) -> list[str]:
    redactor = Redactor.of()
    return [redactor.redact(text).text for text in texts]


# ── the whole way ───────────────────────────────────────────────────────────────────────────────────────────


def left_in_dataset(items: Sequence[Planted]) -> tuple[int, int]:
    """Values found word for word in any file of a dataset and adapter made of ``items``; and exchanges in it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").create("sam")
        home.confirm(["sam@example.org", "Sam Ellis"])
        with Store.open(home.store) as store:
            store.add(_messages(items))
        recipe = prepare_recipe("standard", everything=True, duplicate_threshold=1.0, shortest_words=1)
        drain(prepare(home, recipe, allow_small=True))
        drain(train(home, {}))
        dataset = latest_dataset(home)
        contents = [
            path.read_text(encoding="utf-8", errors="replace")
            for root in (dataset, latest_adapter(home))
            for path in sorted(root.rglob("*"))
            if path.is_file()
        ]
        texts = "\n".join(contents).replace("\\n", "\n")
        spaced = re.sub(r"[\s\u00a0]+", " ", texts.casefold())
        left = [i for i in items if re.sub(r"[\s\u00a0]+", " ", i.value.casefold()) in spaced]
        for item in left:
            print("left in the dataset:", item.form, item.country, repr(item.value), repr(item.text))
        return len(left), sum(1 for _ in (dataset / "exchanges.jsonl").open(encoding="utf-8"))


def _messages(items: Sequence[Planted]) -> Iterator[Message]:
    """A mail and its answer for each; the item stands in one of them."""
    start = datetime(2021, 1, 4, 9, tzinfo=UTC)
    for number, item in enumerate(items):
        other = f"Could you have a look at point {number} of the list and tell me what you think of it?"
        mine = f"I had a look at point {number}, it is mostly fine and I will come back to it on Monday."
        asked, answered = (other, item.text) if item.owners else (item.text, mine)
        thread, at = f"thread-{number}", start + timedelta(hours=3 * number)
        first = Message(
            f"a{number}",
            "mbox",
            thread,
            "ana@example.org",
            at,
            asked,
            False,
            "Ana Duarte",
            ("sam@example.org",),
            native_id=f"a{number}",
        )
        yield first
        yield replace(
            first,
            id=f"b{number}",
            sender="sam@example.org",
            sender_name="Sam Ellis",
            sent_at=at + timedelta(hours=1),
            body=answered,
            from_owner=True,
            recipients=("ana@example.org",),
            native_id=f"b{number}",
            reply_to=f"a{number}",
        )


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────


def measure(options: argparse.Namespace) -> tuple[list[list[object]], dict[str, float]]:
    items = planted(options.seed, options.sentences)
    chosen = set(headline(items, options.seed))
    looks_bad = dangerous(options.sentences)
    mails = list(real_mails(options.archive, options.mails, options.seed)) if options.archive else []
    peers: dict[str, Callable[[Sequence[str]], list[str]]] = {"likeness": ours, "plain expressions": plain}
    if "LIKENESS_BENCH_PYTHON" in os.environ:
        peers["scrubadub"] = scrubadub
    dangerous_texts, ours_redactor = set(looks_bad), Redactor.of()
    rows: list[list[object]] = []
    figures: dict[str, float] = {}
    for name, redact in peers.items():
        clean = looks_bad + (mails if name == "likeness" else [])
        results = redact([item.text for item in items] + clean)
        found = {item: not leaked(item.needles, text) for item, text in zip(items, results, strict=False)}
        by_form = {form: _share(found[i] for i in items if i.form == form) for form in FORMS}
        by_country = {country: _share(found[i] for i in items if i.country == country) for country in COUNTRIES}
        altered = [(b, a) for b, a in zip(clean, results[len(items) :], strict=True) if a != b]
        altered_dangerous = sum(1 for b, _ in altered if b in set(looks_bad)) / len(looks_bad)
        recall = _share(found[i] for i in chosen)
        rows.append([name, recall, _share(found.values()), *by_form.values(), *by_country.values(), altered_dangerous])
        if name != "likeness":
            figures[f"recall_{name.split()[0]}"] = recall
            figures[f"dangerous_altered_{name.split()[0]}"] = altered_dangerous
            continue
        found_in_mails = {before: ours_redactor.find(before) for before, _ in altered if before not in dangerous_texts}
        true_finds = sum(1 for text, spans in found_in_mails.items() if _has_true_find(text, spans))
        clean_altered = [b for b, _ in altered if b in dangerous_texts or not _has_true_find(b, found_in_mails[b])]
        figures |= {
            "recall": recall,
            "recall_all": _share(found.values()),
            "recall_worst_form": min(by_form.values()),
            "recall_worst_country": min(by_country.values()),
            "altered_clean_share": len(clean_altered) / (len(looks_bad) + len(mails) - true_finds),
            "dangerous_altered": altered_dangerous,
            "mails": len(mails),
            "mails_altered": len(altered) - round(altered_dangerous * len(looks_bad)),
        }
        if options.missed:
            for item in items:
                if not found[item]:
                    print("missed", item.form, item.country, repr(item.text), "->", repr(results[items.index(item)]))
            for before, after in altered:
                if before in looks_bad:
                    print("altered", repr(before), "->", repr(after))
        if options.alterations:
            _write_alterations(options.alterations, altered)
    if options.prepare:
        sample = items[:: max(1, len(items) // options.prepare)]
        figures["left_in_dataset"], figures["exchanges_in_dataset"] = left_in_dataset(sample)
        figures["planted_in_dataset"] = len(sample)
    return rows, figures


_SAID = re.compile(r"(?i)(?:t[eé]l|phone|fax|cell|mob|ph|fon|call|voice|work|office|vox|\b[TFPO])[^\w]{0,6}$")
_DIALLED = re.compile(r"[(+]|\d{3}[-. ]\d{3}[-. ]\d{4}")


def _has_true_find(text: str, spans: Sequence[Span]) -> bool:
    """Whether one of the finds in a real mail is no mistake: an e-mail or postal address (all of some hundred read were
    but two), a telephone number said to be one or written as one, the address a bug report was sent from.
    """
    for span in spans:
        before = text[max(0, span.start - 60) : span.start]
        if span.kind in ("email", "address") or (span.kind == "ip" and "Submission" in before):
            return True
        if span.kind == "phone" and (_SAID.search(before) or _DIALLED.search(text[max(0, span.start - 1) : span.end])):
            return True
    return False


def _share(values: Iterable[bool]) -> float:
    counted = list(values)
    return sum(counted) / len(counted)


def _write_alterations(path: Path, altered: Sequence[tuple[str, str]]) -> None:
    """The lines that differ, for a person to judge."""
    with path.open("w", encoding="utf-8") as out:
        for number, (before, after) in enumerate(altered):
            known = set(before.splitlines())
            changed = [line for line in after.splitlines() if line not in known]
            kept = set(after.splitlines())
            gone = [line for line in before.splitlines() if line not in kept]
            out.write(
                f"#{number}\n" + "".join(f"- {line}\n" for line in gone) + "".join(f"+ {line}\n" for line in changed)
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sentences", choices=[*_SENTENCES, *_MARKED], default="first")
    parser.add_argument("--missed", action="store_true", help="print what was missed")
    archive = os.environ.get("LIKENESS_BENCH_ARCHIVE")
    parser.add_argument("--archive", type=Path, default=Path(archive) if archive else None)
    parser.add_argument("--mails", type=int, default=3000)
    parser.add_argument("--alterations", type=Path)
    parser.add_argument("--prepare", type=int, default=360, help="planted items that go the whole way; 0 for none")
    options = parser.parse_args()
    rows, figures = measure(options)
    header = ["who", "recall", "all", *FORMS, *COUNTRIES, "dangerous altered"]
    harness.finish("redaction", header, rows, figures)


if __name__ == "__main__":
    main()
