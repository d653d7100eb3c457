"""Kills importing, preparing and training at random moments (``kill -9``) and checks what is left.

Importing: what was acknowledged before the kill is in the store after it, the store is sound, and once an import has
run to its end the store's messages equal, row for row, those of an import that nothing disturbed; none is doubled, and
nothing that was unpacked is left.
Preparing: a dataset is there whole or not at all, and the next run makes the same one.
Recording (``bench.kill_recording``): a take that was called kept is there, whole, after every kill.
Training (``bench.kill_training``), with every trainer installed: the run goes on and ends with the same adapter.

    python -m bench.kills [--kills 100] [--what import|prepare|both|record|train] [--seed 1] [--messages N]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import harness, kill_recording, kill_training
from likeness.core import artefacts
from likeness.core.home import Home, PersonHome
from likeness.core.store import Store

_CHILD = "from bench.kills import child; child()"
_VOCABULARY = "the meeting slides train budget garden tomorrow thanks lovely could please really perhaps answer"
_NAME = "robin"
_ME = ("robin@example.org", "Robin")


@dataclass(slots=True)
class Outcome:
    """What the kills of one kind of work led to."""

    kills: int = 0
    completed: int = 0
    lost: int = 0
    unequal: int = 0
    unsound: int = 0


def make_archives(folder: Path, seed: int, messages: int) -> None:
    """A mailbox, a chat, and a mailbox in a zip, about a third of ``messages`` each; most of it the owner's."""
    rng = random.Random(seed)
    folder.mkdir(parents=True)
    third = messages // 3
    (folder / "all.mbox").write_text("".join(_mails(range(third), rng)))
    with (folder / "WhatsApp Chat with Ana.txt").open("w") as chat:
        for n in range(third):
            text = " ".join(rng.choices(_VOCABULARY.split(), k=rng.randrange(2, 12)))
            stamp = f"{1 + n // 1440 % 28:02d}/{1 + n // 40320:02d}/20, {n // 60 % 24:02d}:{n % 60:02d}"
            chat.write(f"{stamp} - {'Robin' if n % 2 else 'Ana'}: {text} {n}\n")
    with zipfile.ZipFile(folder / "takeout.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("Takeout/Mail/Old.mbox", "".join(_mails(range(third, messages - third), rng)))


def _mails(numbers: range, rng: random.Random) -> Iterator[str]:
    """Mails in mbox form, each an answer to the one before."""
    words = _VOCABULARY.split()
    for n in numbers:
        who = "robin@example.org" if n % 3 else "ana@example.net"
        text = " ".join(rng.choices(words, k=rng.randrange(12, 90)))
        yield (
            f"From x Tue Apr  1 09:28:56 1997\nFrom: {who}\nDate: Tue, 1 Apr 1997 09:{n % 60:02d}:00 +0000\n"
            f"Message-ID: <{n}@x>\nIn-Reply-To: <{max(0, n - 1)}@x>\nSubject: Re: plans {n // 9}\n\n{text} {n}\n\n"
        )


def child() -> None:
    """The process that is killed: does the work named in its arguments, and says on standard output how far it is."""
    what, root, archives = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    home = Home(root).open(_NAME)
    if what.startswith("train."):
        kill_training.work(home, what.removeprefix("train."))
        print("done", flush=True)
        return
    if what == "record":
        kill_recording.work(home, archives)
        print("done", flush=True)
        return
    from likeness.write.ingest import ingest
    from likeness.write.prepare import prepare
    from likeness.write.recipe import prepare_recipe

    print("ready", flush=True)
    if what == "import":
        with Store.open(home.store) as store:
            for _ in ingest(store, home.person().owner, [archives]):
                print(store.count(), flush=True)
    else:
        for event in prepare(home, prepare_recipe("quick"), allow_small=True):
            print(event.stage, flush=True)
    print("done", flush=True)


def run_child(what: str, home: Path, archives: Path, kill_after: float | None) -> tuple[list[str], bool, float]:
    """Run the work, killed ``kill_after`` seconds after it began. Returns its lines, whether it ended, and its time."""
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD, what, str(home), str(archives)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    raw = b""
    began: float | None = None
    while True:
        left = None if began is None or kill_after is None else kill_after - (time.monotonic() - began)
        if left is not None and left <= 0:
            process.send_signal(signal.SIGKILL)
            kill_after = None
        if select.select([process.stdout], [], [], left if left is None else max(left, 0))[0]:
            chunk = os.read(process.stdout.fileno(), 65_536)
            if not chunk:
                break
            raw += chunk
            if began is None and b"ready\n" in raw:
                began = time.monotonic()
    process.stdout.close()
    code = process.wait()
    if code not in (0, -signal.SIGKILL):
        raise SystemExit(f"the {what} ended with {code}")
    whole = raw[: raw.rfind(b"\n") + 1].decode().split()
    return whole, code == 0, time.monotonic() - (began or time.monotonic())


def rows(store: Path) -> list[tuple[object, ...]]:
    """Every message row in the order of its id, without the number that SQLite gave it."""
    with sqlite3.connect(store) as connection:
        cursor = connection.execute("SELECT * FROM messages ORDER BY id")
        names = [column[0] for column in cursor.description]
        return [tuple(v for name, v in zip(names, row, strict=True) if name != "key") for row in cursor]


def is_sound(store: Path) -> bool:
    """SQLite finds nothing wrong, the full-text index matches, and the finished imports' ledger adds up."""
    with sqlite3.connect(store) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            return False
        connection.execute("INSERT INTO messages_text (messages_text) VALUES ('integrity-check')")
    with Store.open(store) as opened:
        return all(r.read == r.kept + r.duplicates + sum(r.dropped.values()) for r in opened.ledger())


def kill_imports(kills: int, seed: int, messages: int = 12_000) -> Outcome:
    """Import into one store, killed again and again until it ends; then into a new one, until ``kills`` are done."""
    rng = random.Random(seed)
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        root, archives = Path(folder) / "home", Path(folder) / "archives"
        make_archives(archives, seed, messages)
        home = _fresh(root)
        _, _, duration = run_child("import", root, archives, None)
        expected = rows(home.store)
        home = _fresh(root)
        while outcome.kills < kills:
            lines, ended, took = run_child("import", root, archives, rng.uniform(0, duration))
            acknowledged = max((int(line) for line in lines if line.isdigit()), default=0)
            outcome.kills += not ended
            if home.store.exists() and home.store.stat().st_size:
                with Store.open(home.store) as store:
                    outcome.lost += store.count() < acknowledged
                outcome.unsound += not is_sound(home.store)
            elif acknowledged:
                outcome.lost += 1
            if ended:
                duration = min(duration, took)  # a machine that was busy at first must not spare later runs
                outcome.completed += 1
                outcome.unequal += rows(home.store) != expected
                home = _fresh(root)
        run_child("import", root, archives, None)
        outcome.completed += 1
        outcome.unequal += rows(home.store) != expected
        outcome.unsound += any(home.root.glob(".unpacked-*"))
    return outcome


def kill_prepares(kills: int, seed: int, messages: int = 1_600) -> Outcome:
    """Prepare a dataset, killed ``kills`` times; what is found afterwards must be a whole dataset, or none."""
    rng = random.Random(seed)
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        root, archives = Path(folder) / "home", Path(folder) / "archives"
        make_archives(archives, seed, messages)
        home = _fresh(root)
        run_child("import", root, archives, None)
        _, _, duration = run_child("prepare", root, archives, None)
        expected = _datasets(home)
        while outcome.kills < kills:
            _clear(home.datasets)
            _, ended, took = run_child("prepare", root, archives, rng.uniform(0, duration * 1.1))
            duration = min(duration, took) if ended else duration
            outcome.kills += not ended
            outcome.completed += ended
            found = _datasets(home)
            outcome.unequal += found not in ([], expected)
            outcome.lost += ended and found != expected
        run_child("prepare", root, archives, None)
        outcome.completed += 1
        outcome.unequal += _datasets(home) != expected
        outcome.unsound += any(home.datasets.glob(".*.part"))
    return outcome


def kill_recordings(kills: int, seed: int) -> Outcome:
    """Record a session, killed ``kills`` times (``bench.kill_recording``)."""
    outcome = Outcome()
    kill_recording.kill_sessions(outcome, run_child, _fresh, kills, seed)
    return outcome


def _train(engine: str | None, kills: int, seed: int) -> None:
    """Kill each trainer's run ``kills`` times; print what came of it."""
    table: list[list[object]] = []
    figures: dict[str, float | int | None] = {}
    for name in [engine] if engine else kill_training.installed():
        outcome = Outcome()
        again = kill_training.kill_trainings(outcome, run_child, name, kills, seed)
        counts = [outcome.kills, outcome.completed, outcome.lost, outcome.unequal, outcome.unsound]
        table.append([f"train {name}", *counts, again])
        for key in ("kills", "completed", "lost", "unequal", "unsound"):
            figures[f"train_{name}_{key}"] = getattr(outcome, key)
        figures[f"train_{name}_steps_again"] = again
    header = ["work", "kills", "run to the end", "lost", "unequal", "unsound", "steps again"]
    harness.finish("kills", header, table, figures)


def _fresh(root: Path) -> PersonHome:
    shutil.rmtree(root, ignore_errors=True)
    home = Home(root).create(_NAME)
    home.confirm(list(_ME))
    return home


def _clear(folder: Path) -> None:
    """Remove the datasets but leave what an interrupted run left, which the next run has to cope with."""
    for path in folder.iterdir():
        if not path.name.startswith("."):
            shutil.rmtree(path)


def _datasets(home: PersonHome) -> list[tuple[tuple[str, str], ...]]:
    """Of each dataset that can be seen: its files and their contents, but for the manifest's own date."""
    found = []
    for folder, _ in artefacts.listed(home.datasets):
        files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != artefacts.MANIFEST)
        found.append(tuple((p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in files))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Kill, check and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--what", choices=("import", "prepare", "both", "record", "train"), default="both")
    parser.add_argument("--engine", choices=tuple(kill_training.LIBRARIES), help="one trainer; all when left out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--messages", type=int, help="messages in the made-up archives")
    options = parser.parse_args(arguments)
    if options.what == "train":
        _train(options.engine, options.kills, options.seed)
        return
    works: dict[str, Callable[..., Outcome]] = {
        "import": kill_imports,
        "prepare": kill_prepares,
        "record": kill_recordings,
    }
    chosen = [options.what] if options.what != "both" else ["import", "prepare"]
    table: list[list[object]] = []
    figures: dict[str, float | int | None] = {}
    for name in chosen:
        size = {"messages": options.messages} if options.messages and name != "record" else {}
        outcome = works[name](max(1, options.kills // len(chosen)), options.seed, **size)
        table.append([name, outcome.kills, outcome.completed, outcome.lost, outcome.unequal, outcome.unsound])
        for key in ("kills", "lost", "unequal", "unsound"):
            figures[f"{name}_{key}"] = getattr(outcome, key)
    harness.finish("kills", ["work", "kills", "run to the end", "lost", "unequal", "unsound"], table, figures)


if __name__ == "__main__":
    main()
