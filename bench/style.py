"""Rewriting plain text into a person's habits, measured on people the writer was never tuned on.

Owners are contributors of a public mailing-list archive (``MichaelChirico/r-mailing-list-archive``, a git repository
of monthly pipermail files). Each one's older messages are learned from; their newer ones are said plainly by rule,
rewritten, and compared with what they wrote: chrF, the authorship score's way from plain to real, and the survival of
numbers, names, addresses, quotations and negations. Impostors are other contributors of the same list, matched by
length; sign-offs, quotes and program code are taken out first. The writer was developed on Duncan Murdoch's messages,
so he is not among the owners.

    python -m bench.style [--archive PATH] [--owners "Ben Bolker,Hadley Wickham"]

``PATH`` (or ``LIKENESS_BENCH_ARCHIVE``) is a clone, bare or not. Without one the made-up example person is judged
instead, and the output says so.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import cast

from bench import harness
from likeness.core.events import drain
from likeness.core.types import Message

OWNERS = ("Gabor Grothendieck", "Hadley Wickham", "Ben Bolker", "Peter Dalgaard")
DEVELOPED_ON = "murdoch"
FILES = re.compile(r"r-devel/20(?:0[4-9]|1\d)-\w+\.txt\Z")
MOST_MESSAGES, MOST_HELD_OUT, MOST_PER_IMPOSTOR, MOST_IMPOSTORS = 1200, 200, 30, 3000
HEADER = (
    "owner",
    "learned",
    "held out",
    "chrF plain",
    "chrF rewritten",
    "gain",
    "style share",
    "AUC others",
    "survival",
)


def main() -> None:
    """Judge every owner and print the table and the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", default=os.environ.get("LIKENESS_BENCH_ARCHIVE", ""))
    parser.add_argument("--owners", default=",".join(OWNERS))
    options = parser.parse_args()
    if options.archive:
        rows = [*from_archive(Path(options.archive), [name.strip() for name in options.owners.split(",")])]
    else:
        print("No archive given (--archive PATH): judging the made-up example person instead, who is synthetic.")
        rows = [from_example()]
    count = len(rows)
    figures = {
        "rewrite_chrf_gain": sum(row[5] for row in rows) / count,
        "rewrite_style_share": sum(row[6] for row in rows) / count,
        "survival": min(row[8] for row in rows),
        "rewrite_chrf_gain_min": min(row[5] for row in rows),
        "rewrite_style_share_min": min(row[6] for row in rows),
        "owners": count,
    }
    harness.finish("style", HEADER, rows, figures)


Line = tuple[str, int, int, float, float, float, float, float, float]


def from_archive(archive: Path, owners: list[str]) -> Iterator[Line]:
    """One line per owner of the archive."""
    by_author: dict[str, list[Message]] = defaultdict(list)
    for message in messages(archive):
        by_author[_person(message.sender_name)].append(message)
    chosen = {_person(name) for name in owners}
    impostors: list[str] = []
    for author, written in sorted(by_author.items()):
        if author not in chosen and DEVELOPED_ON not in author and len(impostors) < MOST_IMPOSTORS:
            impostors.extend(text for _, text in prose(written[:MOST_PER_IMPOSTOR]))
    for name in owners:
        if not by_author[_person(name)]:
            sys.exit(f"bench.style: nobody called {name!r} writes in {archive}")
        found = sorted(prose(by_author[_person(name)]))
        yield judge_owner(name, found[-MOST_MESSAGES:], impostors)


def messages(archive: Path) -> Iterator[Message]:
    """Every message of the chosen files, as the archive prints it."""
    listed = subprocess.run(
        ["git", "-C", str(archive), "ls-tree", "-r", "--name-only", "HEAD"], capture_output=True, text=True, check=True
    )
    names = [name for name in listed.stdout.splitlines() if FILES.match(name)]
    for name in names:
        shown = subprocess.run(["git", "-C", str(archive), "show", f"HEAD:{name}"], capture_output=True, check=True)
        for chunk in re.split(r"(?m)^From \S+ at \S+ .*\d{4}$", shown.stdout.decode("utf-8", "replace"))[1:]:
            head, _, body = chunk.lstrip("\n").partition("\n\n")
            fields = dict(re.findall(r"(?m)^([\w-]+): (.*)$", re.sub(r"\n[ \t]+", " ", head)))
            sender = re.search(r"\(([^)]*)\)\s*$", fields.get("From", ""))
            try:
                sent = parsedate_to_datetime(fields.get("Date", ""))
            except ValueError:
                continue
            yield Message(
                id=fields.get("Message-ID", ""),
                reply_to=fields.get("In-Reply-To", "").partition("\n")[0].strip(),
                source="mbox",
                conversation="",
                sender="",
                sender_name=sender.group(1) if sender else "",
                sent_at=sent if sent.tzinfo else sent.replace(tzinfo=UTC),
                body=body,
                from_owner=True,
                subject=fields.get("Subject", "-"),
            )


def prose(written: list[Message]) -> Iterator[tuple[str, str]]:
    """(date, text) of the messages that are prose of 40 to 1,500 characters, program code left out, each text once."""
    from likeness.write.clean import clean_message, mine_signatures

    known = mine_signatures(written)
    seen: set[str] = set()
    for message in written:
        text = clean_message(message, known).text
        text = "\n\n".join(paragraph.strip() for paragraph in re.split(r"\n\s*\n", text) if is_prose(paragraph))
        if 40 <= len(text) <= 1500 and text not in seen:
            seen.add(text)
            yield message.sent_at.isoformat() if message.sent_at else "", text


def is_prose(paragraph: str) -> bool:
    """False for code, output and tables."""
    symbols = len(re.findall(r"[<>{}$=\\|_#/()\[\]]", paragraph))
    letters = sum(character.isalpha() or character.isspace() for character in paragraph)
    wordy = len(re.findall(r"[A-Za-z']+", paragraph)) >= 5
    return wordy and symbols < 0.03 * len(paragraph) and letters > 0.85 * len(paragraph)


def judge_owner(name: str, found: list[tuple[str, str]], impostors: list[str]) -> Line:
    """Learn from the older 80 % of ``found`` and judge on the newer rest."""
    from likeness.core import plugins
    from likeness.core.protocols import Trainer, Writer
    from likeness.core.types import Exchange
    from likeness.write import dataset
    from likeness.write.evaluate.judge import Message as HeldOut
    from likeness.write.evaluate.judge import Verdict, judged
    from likeness.write.train import train_recipe

    cut = int(len(found) * 0.8)
    tested = found[cut:][:MOST_HELD_OUT]
    rows = [
        dataset.Row(Exchange(str(i), text, "", "mail", "", "", datetime.fromisoformat(sent)), "train")
        for i, (sent, text) in enumerate(found[:cut])
    ]
    engine = plugins.engine("builtin.recall")
    with tempfile.TemporaryDirectory() as folder:
        data, out = Path(folder, "data"), Path(folder, "out")
        data.mkdir()
        out.mkdir()
        dataset.save_exchanges(data, rows)
        for _ in cast("type[Trainer]", engine).train(data, train_recipe().model_dump(), out):
            pass
        verdict = Verdict()
        with engine.open() as plain, engine.open(out) as writer:
            held_out = [HeldOut(text, "mail") for _, text in tested]
            learned = [text for _, text in found[:cut]]
            for _ in judged(verdict, cast("Writer", plain), cast("Writer", writer), learned, held_out, impostors):
                pass
    content, authorship = verdict.content, verdict.authorship
    assert content is not None
    assert authorship is not None
    return (
        name,
        cut,
        len(tested),
        content.chrf_plain,
        content.chrf_made,
        content.chrf_gain,
        authorship.share,
        authorship.auc_others,
        content.survival,
    )


def from_example() -> Line:
    """The made-up person in ``examples/ellis``, through the whole pipeline."""
    from likeness.core.home import Home
    from likeness.core.store import Store
    from likeness.write.evaluate import evaluate, load_evaluation
    from likeness.write.ingest import ingest
    from likeness.write.prepare import prepare
    from likeness.write.recipe import prepare_recipe
    from likeness.write.train import train

    example = Path(__file__).parent.parent / "examples" / "ellis"
    person = json.loads((example / "person.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").create("ellis")
        owner = home.confirm(person["identities"]).owner
        with Store.open(home.store) as store:
            drain(ingest(store, owner, sorted([*example.glob("*.mbox"), *example.glob("WhatsApp*")])))
        drain(prepare(home, prepare_recipe(), allow_small=True))
        drain(train(home, {}))
        drain(evaluate(home))
        found = load_evaluation(home)
    content, authorship = found.content, found.authorship
    if authorship is None:
        sys.exit("bench.style: the example has too few texts of other people to judge authorship by")
    return (
        "Ellis Marlow (synthetic)",
        found.counts["learned"],
        found.counts["held_out"],
        content.chrf_plain,
        content.chrf_made,
        content.chrf_gain,
        authorship.share,
        authorship.auc_others,
        content.survival,
    )


def _person(name: str) -> str:
    """A name as it is compared."""
    return " ".join(re.findall(r"\w+", name.lower()))


if __name__ == "__main__":
    main()
