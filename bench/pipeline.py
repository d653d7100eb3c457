"""The whole of writing's preparation on generated exports: import to dataset, in a fresh process, stage by stage.

Memory is the resident memory of that process and of all it started, added up five times a second: pages that two of
them share are counted twice. Throughput is in messages of the stage (in the exports, in the store, the owner's,
exchanges, kept, chosen, at last examples) per second on the clock.

    python -m bench.pipeline [--messages 20000] [--all] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import archive_maker, harness
from likeness.core.events import Event

MESSAGES = 20_000
HEADER = ("stage", "s", "messages", "messages/s", "memory MB")
_NAME = "robin"
_CHILD = "from bench.pipeline import child; child()"
_JOINED = {"signatures": "clean, pair, redact", "clean": "clean, pair, redact", "prepared": "export"}


@dataclass(slots=True)
class Stage:
    """Seconds on the clock, the largest memory meanwhile, and how many messages went in."""

    seconds: float = 0.0
    peak_mb: float = 0.0
    messages: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its stages in order, processor seconds of all processes, and the last event's counts."""

    stages: dict[str, Stage]
    processor: float
    counts: dict[str, float]

    @property
    def peak_mb(self) -> float:
        return max(stage.peak_mb for stage in self.stages.values())

    @property
    def seconds(self) -> float:
        return sum(stage.seconds for stage in self.stages.values())


def child() -> None:
    """Import and prepare, saying on standard output what has been done."""
    for event in _work(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "all"):
        if event.done == event.total or event.stage == "select":
            print(json.dumps({"stage": event.stage, "of": event.total, "counts": dict(event.metrics)}), flush=True)


def _work(root: Path, archives: Path, everything: bool) -> Iterator[Event]:
    from likeness.core.home import Home
    from likeness.core.store import Store
    from likeness.write.ingest import ingest
    from likeness.write.prepare import prepare
    from likeness.write.recipe import prepare_recipe

    home = Home(root).create(_NAME)
    home.confirm([archive_maker.OWNER, archive_maker.ADDRESS])
    with Store.open(home.store) as store:
        for event in ingest(store, home.person().owner, [archives]):
            if event.stage == "imported":
                yield Event("import", 1, 1, metrics=event.metrics)
    yield from prepare(home, prepare_recipe(everything=everything))


def run(archives: Path, home: Path, everything: bool = False) -> Run:
    """Run it once on ``archives`` into the new folder ``home``."""
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(home), str(archives), "all" if everything else "selection"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert process.stdout is not None
    stages: dict[str, Stage] = {}
    watch = _Watch(process.pid)
    counts: dict[str, float] = {}
    began = time.monotonic()
    for line in process.stdout:
        said = json.loads(line)
        now = time.monotonic()
        stage = stages.setdefault(_JOINED.get(said["stage"], said["stage"]), Stage())
        stage.seconds += now - began
        stage.peak_mb = max(stage.peak_mb, watch.take())
        stage.messages = max(stage.messages, said["of"])
        began = now
        counts |= said["counts"]
    watch.stop()
    if process.wait():
        raise SystemExit(f"the pipeline ended with {process.returncode}")
    return Run(stages, watch.processor, counts)


class _Watch:
    """The memory and processor time of a process and all below it."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._peak = 0.0
        self._times: dict[int, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    @property
    def processor(self) -> float:
        return sum(self._times.values())

    def take(self) -> float:
        """The largest memory in MB since the last call."""
        peak, self._peak = self._peak, 0.0
        return peak

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.2):
            total = 0
            try:
                for process in (self._process, *self._process.children(recursive=True)):
                    with process.oneshot():
                        total += process.memory_info().rss
                        times = process.cpu_times()
                    self._times[process.pid] = times.user + times.system
            except psutil.Error:
                continue
            self._peak = max(self._peak, total / 2**20)


def measure(messages: int, everything: bool = False, keep: Path | None = None) -> tuple[list[list[object]], Run]:
    """Rows for a table, and the run."""
    with tempfile.TemporaryDirectory() as folder:
        archives = Path(folder) / "archives"
        made = archive_maker.write(archives, messages)
        (keep or Path(folder)).mkdir(parents=True, exist_ok=True)
        done = run(archives, (keep or Path(folder)) / "home", everything)
    done.stages["import"].messages = made["mails"] + made["chats"]
    done.stages["export"].messages = done.counts["examples"]
    rows: list[list[object]] = [
        [name, stage.seconds, int(stage.messages), stage.messages / max(stage.seconds, 1e-3), round(stage.peak_mb)]
        for name, stage in done.stages.items()
    ]
    rows.append(["in all", done.seconds, messages, messages / done.seconds, round(done.peak_mb)])
    return rows, done


def figures(messages: int, done: Run) -> dict[str, float | int | None]:
    """The figures for programs; the key names the size when it is a million messages."""
    size = "1m" if messages == 1_000_000 else str(messages)
    return {
        f"pipeline_{size}_peak_mb": done.peak_mb,
        f"pipeline_{size}_seconds": done.seconds,
        f"pipeline_{size}_processor_s": done.processor,
        **{f"pipeline_{name}": done.counts.get(name) for name in ("messages", "kept", "examples")},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--all", action="store_true", help="examples of everything, not of a selection")
    parser.add_argument("--keep", type=Path, help="folder to leave the person's home in")
    options = parser.parse_args()
    rows, done = measure(options.messages, options.all, options.keep)
    harness.finish("pipeline", HEADER, rows, figures(options.messages, done))


if __name__ == "__main__":
    main()
