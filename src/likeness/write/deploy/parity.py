"""Whether an exported adapter answers as it does where it was learned.

Nothing tells a program that its adapter was left out, scaled wrongly or put on another base: it answers all the same.
So both are asked the same questions, greedily, and the base without the adapter is asked too: an export that answers
more like the bare base than like the adapter is not in effect.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, cast

from likeness.core import files, plugins
from likeness.core.errors import EngineMissing, NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Writer
from likeness.core.types import Example, Turn, WriteRequest
from likeness.write import dataset
from likeness.write.deploy.learned import Learned
from likeness.write.generate import base_options

PARITY = "parity.json"
LOCAL = ("mlx", "torch")
"""Engines that open an adapter as it is kept."""
_TOKENS = 64
"""Length of an answer at most: longer ones only repeat what the first words have decided."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question answered by both. ``first_difference`` is the first character that differs, ``None`` where none
    does; ``alike`` the chrF (0-100) of the exported against the local answer, ``alike_base`` against the bare base's.
    """

    example: str
    first_difference: int | None
    alike: float
    alike_base: float


@dataclass(frozen=True, slots=True)
class Parity:
    """All answers. ``identical`` is a share (0-1), ``alike`` and ``alike_base`` are means, and ``in_effect`` says
    whether the exported answers are more like the adapter's than the base's; ``None`` where those two do not differ.
    No text is kept.
    """

    here: str
    there: str
    identical: float
    alike: float
    alike_base: float
    in_effect: bool | None
    answers: tuple[Answer, ...]

    def save(self, folder: Path) -> Path:
        """Write ``parity.json`` into ``folder`` and return its path."""
        path = folder / PARITY
        files.write_json(path, asdict(self))
        return path


def compare(
    home: PersonHome, adapter: Learned, there: str, options: Mapping[str, Any], *, prompts: int = 8
) -> Generator[Event, None, Parity]:
    """Ask the engine that keeps the adapter, and the engine ``there`` (opened with ``options``) that was given it.

    The questions are the first ``prompts`` test examples of the dataset it was learned from. Raises :class:`NotReady`
    when that is gone, :class:`EngineMissing` when no engine here opens the adapter, and what ``there`` raises.
    """
    questions = _questions(home, adapter, prompts)
    here = _local(adapter)
    base: dict[str, str] = {}
    with_adapter: dict[str, str] = {}
    with plugins.engine(here).open(None, base_options(here, adapter.folder)) as opened:
        ask = _asking(cast("Writer", opened), adapter.system_prompt)
        for folder, answers in ((str(adapter.folder), with_adapter), ("", base)):
            stage = "asking the adapter here" if folder else "asking its base"
            for number, question in enumerate(questions, 1):
                answers[question.id] = ask(question.prompt, folder)
                yield Event(stage, number, len(questions), "answers")
    exported: dict[str, str] = {}
    with plugins.engine(there).open(None, options) as opened:
        ask = _asking(cast("Writer", opened), adapter.system_prompt)
        for number, question in enumerate(questions, 1):
            exported[question.id] = ask(question.prompt, str(adapter.folder))
            yield Event("asking the exported one", number, len(questions), "answers")
    return judged(here, there, [(q.id, with_adapter[q.id], base[q.id], exported[q.id]) for q in questions])


def judged(here: str, there: str, texts: Sequence[tuple[str, str, str, str]]) -> Parity:
    """Compare texts: for each question its id, and the answers of the adapter here, of its base and of the export."""
    answers = tuple(
        Answer(name, _first_difference(exported, own), _alike(exported, own), _alike(exported, bare))
        for name, own, bare, exported in texts
    )
    alike, alike_base = fmean(a.alike for a in answers), fmean(a.alike_base for a in answers)
    differ = any(own != bare for _, own, bare, _ in texts)
    return Parity(
        here=here,
        there=there,
        identical=fmean(a.first_difference is None for a in answers),
        alike=alike,
        alike_base=alike_base,
        in_effect=alike > alike_base if differ else None,
        answers=answers,
    )


def _questions(home: PersonHome, adapter: Learned, prompts: int) -> list[Example]:
    folder = home.datasets / (adapter.manifest.parents[0] if adapter.manifest.parents else "")
    kinds = adapter.manifest.recipe.get("kinds") or ("reply", "draft", "rewrite")
    with_test = adapter.manifest.parents and (folder / dataset.EXAMPLES).is_file()
    found = [example for example in dataset.examples(folder, "test") if example.kind in kinds] if with_test else []
    if not found:
        raise NotReady(
            f"there are no test examples to ask {adapter.name} with: its dataset is gone",
            hint="learn again, or leave the comparison out with --no-compare",
        )
    return found[:prompts]


def _local(adapter: Learned) -> str:
    """The engine that answers with the adapter as it is kept: its own trainer first."""
    problems: list[EngineMissing] = []
    for name in dict.fromkeys((adapter.manifest.engine, *LOCAL)):
        if name not in LOCAL:
            continue
        try:
            plugins.engine(name)
            return name
        except EngineMissing as error:
            problems.append(error)
    told = "; ".join(str(problem) for problem in problems)
    raise EngineMissing(
        f"nothing here opens the adapter to compare with: {told}",
        hint=f"{problems[0].hint} (or leave the comparison out with --no-compare)",
    )


def _asking(writer: Writer, system: str) -> Callable[[str, str], str]:
    def ask(prompt: str, folder: str) -> str:
        turns = (Turn("system", system), Turn("user", prompt))
        request = WriteRequest(task="chat", text="", turns=turns, adapter=folder, temperature=0.0, max_tokens=_TOKENS)
        pieces = writer.write(request).pieces
        return "".join(pieces)

    return ask


def _first_difference(text: str, other: str) -> int | None:
    if text == other:
        return None
    return next((at for at, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))


def _alike(text: str, other: str) -> float:
    from likeness.write.evaluate.chrf import chrf  # its package brings all of judging along

    return 100.0 if text == other else chrf(text, other)
