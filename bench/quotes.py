"""Quote and signature stripping on fixtures that other projects publish: ``python -m bench.quotes FOLDER…``.

Each folder is a checked-out repository whose tests say what its author's own text is (``bench.quote_sets`` lists the
layouts). Without arguments the folders are read from LIKENESS_BENCH_QUOTES, separated by ``:``. Libraries take part
when LIKENESS_BENCH_PYTHON names an interpreter that has them. ``--failures GROUP`` prints what went wrong in one set.

Per set: *exact* (all of the author's text and nothing else, white space aside, as the projects' own tests compare),
*lost* (share of the author's characters missing) and *left* (share of the other characters still there).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench import quote_sets
from bench.harness import finish
from bench.quote_sets import Case
from likeness.core.types import Message
from likeness.write.clean import Signatures, clean_message, without_quotes

OURS = "likeness"
QUOTES_ONLY = "likeness, signature kept"
NO_SIGN_OFF = "likeness, sign-off out"
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(slots=True)
class Score:
    """``exact`` of ``cases``; characters of words."""

    cases: int = 0
    exact: int = 0
    own: int = 0
    lost: int = 0
    other: int = 0
    left: int = 0

    def add(self, case: Case, text: str) -> None:
        self.cases += 1
        self.exact += passes(case, text)
        if case.expected is None:
            return
        body, wanted, got = (_words(part) for part in (_plain(case), case.expected, text))
        other = body - wanted
        self.own += _size(wanted)
        self.lost += _size(wanted - got)
        self.other += _size(other)
        self.left += _size((got - wanted) & other)


def message(case: Case) -> Message:
    body_type: Literal["plain", "html"] = "html" if case.html else "plain"
    return Message("case", "mbox", "case", "", None, case.body, True, subject="Re: case", body_type=body_type)


def ours(cases: list[Case]) -> dict[str, list[str | None]]:
    """The three readings of an author's text: the projects differ in whether signature and sign-off belong to it."""
    cleaned = [clean_message(message(case), Signatures()) for case in cases]
    return {
        OURS: [found.whole for found in cleaned],
        QUOTES_ONLY: [without_quotes(message(case)) for case in cases],
        NO_SIGN_OFF: ["\n\n".join(part for part in (found.greeting, found.text) if part) for found in cleaned],
    }


def passes(case: Case, text: str) -> bool:
    if case.expected is not None:
        return _bare(text) == _bare(case.expected)
    flat = " ".join(text.split())
    wanted = all(re.search(pattern, text, re.M) or re.search(pattern, flat) for pattern in case.holds)
    return wanted and not any(re.search(pattern, text, re.M) for pattern in case.lacks)


def peers(cases: list[Case]) -> dict[str, dict[str, list[str | None]]]:
    interpreter = os.environ.get("LIKENESS_BENCH_PYTHON", "")
    if not interpreter:
        print("no libraries to compare with: LIKENESS_BENCH_PYTHON names no interpreter")
        return {}
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder) / "cases.json", Path(folder) / "out.json"
        given.write_text(json.dumps([{"body": case.body, "html": case.html} for case in cases]), encoding="utf-8")
        script = Path(__file__).with_name("quote_peers.py")
        subprocess.run([interpreter, "-I", str(script), str(given), str(out)], check=True)
        found: dict[str, dict[str, list[str | None]]] = json.loads(out.read_text(encoding="utf-8"))
    return found


def speed(cases: list[Case], html: bool) -> float:
    """Mails per second of processor time, each fixture cleaned several times."""
    bodies = [case for case in cases if case.html is html]
    if not bodies:
        return 0.0
    rounds = max(1, 400 // len(bodies))
    began = time.process_time()
    for _ in range(rounds):
        for case in bodies:
            clean_message(message(case), Signatures())
    return rounds * len(bodies) / (time.process_time() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--failures", metavar="GROUP", default="", help="print what went wrong in the sets so named")
    options = parser.parse_args()
    folders = options.folders or [Path(name) for name in os.environ.get("LIKENESS_BENCH_QUOTES", "").split(":") if name]
    if not folders:
        raise SystemExit("name folders with fixtures, or set LIKENESS_BENCH_QUOTES")
    cases = quote_sets.read(folders)
    texts = ours(cases)
    texts |= {name: list(found["texts"]) for name, found in peers(cases).items()}
    if options.failures:
        _print_failures(cases, texts[OURS], options.failures)
        return
    groups = list(dict.fromkeys(case.group for case in cases))
    rows: list[list[object]] = []
    figures: dict[str, float | int | None] = {}
    for group in groups:
        scores = {name: _score(cases, found, group, html=not name.startswith(OURS)) for name, found in texts.items()}
        rows += [_row(group, name, score) for name, score in scores.items()]
        key = re.sub(r"\W+", "_", group)
        mine = max((score for name, score in scores.items() if name.startswith(OURS)), key=lambda score: score.exact)
        rivals = [score.exact for name, score in scores.items() if not name.startswith(OURS)]
        figures[f"{key}_exact"], figures[f"{key}_of"] = mine.exact, mine.cases
        figures[f"{key}_best_library"] = max(rivals, default=None)
        figures[f"{key}_lost"] = mine.lost / mine.own if mine.own else None
        figures[f"{key}_left"] = mine.left / mine.other if mine.other else None
    figures["mails_per_second_plain"] = speed(cases, html=False)
    figures["mails_per_second_html"] = speed(cases, html=True)
    finish("quotes", ["set", "tool", "exact", "of", "lost %", "left %"], rows, figures)


def _score(cases: list[Case], texts: list[str | None], group: str, *, html: bool) -> Score:
    """No answer counts as the whole mail taken for the author's. ``html``: answers to HTML are HTML."""
    score = Score()
    for case, text in zip(cases, texts, strict=True):
        if case.group == group:
            if text is None:
                text = _plain(case)
            score.add(case, quote_sets.plain(text) if case.html and html else text)
    return score


def _row(group: str, name: str, score: Score) -> list[object]:
    lost = 100 * score.lost / score.own if score.own else "-"
    left = 100 * score.left / score.other if score.other else "-"
    return [group, name, score.exact, score.cases, lost, left]


def _print_failures(cases: list[Case], texts: list[str | None], group: str) -> None:
    for case, text in zip(cases, texts, strict=True):
        if case.group == group and not passes(case, text or ""):
            print(f"{'=' * 20} {case.name}\n{case.body}\n{'-' * 20} expected {case.holds} {case.lacks}")
            print(f"{case.expected}\n{'-' * 20} found\n{text}\n")


def _plain(case: Case) -> str:
    return quote_sets.plain(case.body) if case.html else case.body


def _bare(text: str) -> str:
    return "".join(text.split())


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text))


def _size(words: Counter[str]) -> int:
    return sum(len(word) * count for word, count in words.items())


if __name__ == "__main__":
    main()
