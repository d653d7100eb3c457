"""A blind test for the person: two texts, one question, without a word on which is whose.

    prepare(home, …)      two answers to the same held-out prompts, kept beside the adapter as they are written
    Audition.open(…)      the pairs, the choices so far, and what they say

An audition is of an adapter against its base ("base"), the person's own held-out texts ("person"), or another adapter
or checkpoint by name. Which answer stands first is drawn for each pair from the seed. Every choice is on the disk
before the next pair is shown. ``auditions/`` holds the texts, ``audition.json`` the result, without any text.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from likeness.core import artefacts, blind, files, lines, plugins
from likeness.core.blind import Choices, Picked
from likeness.core.errors import InputError, NotFound, NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.preference import ENOUGH, Preference, Words, preference
from likeness.core.prompts import SYSTEM_PROMPT
from likeness.core.protocols import Writer
from likeness.core.types import WriteRequest
from likeness.write import dataset as datasets
from likeness.write.evaluate.occasions import Occasion, asked, occasions
from likeness.write.finish import finish
from likeness.write.generate import adapter_folder, open_writer

FOLDER = "auditions"
RESULT = "audition.json"
BASE = "base"
PERSON = "person"
_LONGEST = 4000
_KINDS = ("reply", "draft", "rewrite")
WORDS = Words(
    subject="the adapter",
    taken="the adapter's text for your own",
    apart="You can tell it from what you wrote.",
    more="You found it more like you than what you wrote yourself.",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """``a`` is the adapter's answer to ``prompt``, ``b`` the other's. ``first`` says which of them is shown first."""

    id: str
    prompt: str
    a: str
    b: str
    first: Literal["a", "b"]

    @property
    def shown(self) -> tuple[str, str]:
        """The two texts in the order they are shown in."""
        return (self.a, self.b) if self.first == "a" else (self.b, self.a)

    def picked(self, place: int) -> Picked:
        """Whose text stands at ``place`` (1 or 2); 0 for none."""
        return blind.picked(self.first, place)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is compared: ``adapter`` and ``against`` by name, the ``seed`` of the order, and which checkpoint the
    adapter was ``chosen`` to be."""

    id: str
    adapter: str
    against: str
    engine: str
    seed: int
    chosen: str


def prepare(
    home: PersonHome,
    adapter: str = "",
    against: str = BASE,
    *,
    count: int = ENOUGH,
    seed: int = 0,
    engine: str = "",
    allow_stale: bool = False,
) -> Iterator[Event]:
    """Have ``count`` held-out prompts answered by the adapter (the newest when unnamed) and by ``against``.

    What was answered before is not asked again. The last event has the stage "paired" and the audition's id as note.
    Raises what ``adapter_folder`` and ``open_writer`` raise, :class:`NotReady` when the dataset is gone or has no
    test examples, and :class:`InputError` for a count below 1.
    """
    if count < 1:
        raise InputError("an audition needs at least one pair", param="pairs")
    adapter = adapter or _newest(home)
    folder = _root(adapter_folder(home, "", adapter, allow_stale=allow_stale))
    manifest = artefacts.load(folder)
    terms = _terms(folder, adapter or manifest.name, against, engine or manifest.engine, seed)
    if against == BASE and not manifest.form:
        raise InputError(
            f"{manifest.name} was learned by {manifest.engine}, which has no base to compare with",
            hint="compare it with your own texts: --against person",
        )
    if against not in (BASE, PERSON):
        # Before hours of answers by the other side.
        adapter_folder(home, "", against, allow_stale=allow_stale)
    wanted = _occasions(home, manifest, count)
    place = files.private_folder(folder / FOLDER)
    files.write_json(place / f"{terms.id}.json", asdict(terms))
    sides = {"a": terms.adapter, "b": terms.against}
    for side, name in sides.items():
        kept = place / f"{terms.id}.{side}.jsonl"
        known = {record["id"] for record in lines.records(kept)}
        missing = [occasion for occasion in wanted if occasion.id not in known]
        if name == PERSON:
            for occasion in missing:
                lines.append(kept, {"id": occasion.id, "prompt": occasion.prompt, "text": occasion.real.strip()})
        elif missing:
            yield from _answers(home, terms, name, missing, kept, allow_stale)
    yield Event("paired", len(wanted), len(wanted), "pairs", terms.id)


def _answers(
    home: PersonHome, terms: Terms, name: str, missing: Sequence[Occasion], kept: Path, allow_stale: bool
) -> Iterator[Event]:
    """Have ``missing`` answered by ``name`` and keep each answer as it comes."""
    stage = "first answers" if kept.name.endswith(".a.jsonl") else "second answers"
    own = _root(adapter_folder(home, "", terms.adapter, allow_stale=allow_stale))
    system = str(artefacts.load(own).extra.get("system_prompt") or SYSTEM_PROMPT)
    chats = "chat" in plugins.engine(terms.engine).info.can
    # The base has to be the one the adapter was learned on; a server holds the one it holds.
    opened = open_writer(
        home, terms.engine, terms.adapter if name == BASE else name, plain=name == BASE, allow_stale=allow_stale
    )
    with opened as writer:
        for number, occasion in enumerate(missing, 1):
            text = _answer(writer, occasion, system, chats)
            lines.append(kept, {"id": occasion.id, "prompt": occasion.prompt, "text": text})
            yield Event(stage, number, len(missing), "answers")


def _answer(writer: Writer, occasion: Occasion, system: str, chats: bool) -> str:
    """The finished answer of ``writer``; a language model is asked in the bytes it was trained with."""
    request = occasion.request
    if chats:
        turns = asked(occasion.prompt, system)
        request = WriteRequest("chat", "", turns=turns, max_characters=_LONGEST)
    return "".join(finish(writer.write(request), occasion.request).pieces).strip()


def _occasions(home: PersonHome, manifest: artefacts.Manifest, count: int) -> list[Occasion]:
    source = home.datasets / next(iter(manifest.parents), "")
    kinds = [kind for kind in _KINDS if kind in manifest.recipe.get("kinds", _KINDS)]
    try:
        found = occasions(list(datasets.examples(source, "test")), kinds, count)  # type: ignore[arg-type]
    except NotFound:
        raise NotReady("the dataset of this adapter is gone", hint="make it again: likeness prepare writing") from None
    if not found:
        raise NotReady("the dataset has no test examples to ask about", hint="import more, then prepare again")
    return found


class Audition:
    """An audition that was prepared: its pairs, the choices so far, and what they say."""

    def __init__(self, folder: Path, terms: Terms) -> None:
        self.folder = folder
        self.terms = terms
        answers = [_texts(folder / FOLDER / f"{terms.id}.{side}.jsonl") for side in ("a", "b")]
        prompts = {record["id"]: record["prompt"] for record in lines.records(folder / FOLDER / f"{terms.id}.a.jsonl")}
        both = [(name, answers[0][name], answers[1][name]) for name in prompts if name in answers[1]]
        self.same = sum(a == b for _, a, b in both)
        self.pairs = tuple(
            Pair(name, prompts[name], a, b, blind.first(terms.seed, terms.id, name))
            for name, a, b in both
            if a != b and a and b
        )
        self._choices = Choices(
            folder / FOLDER / f"{terms.id}.choices.jsonl", terms.id, [(pair.id, pair.first) for pair in self.pairs]
        )

    @classmethod
    def open(cls, home: PersonHome, name: str) -> Audition:
        """The audition with the id ``name``. Raises :class:`NotFound` and :class:`InputError` when it is damaged."""
        for folder, _ in artefacts.listed(home.adapters):
            path = folder / FOLDER / f"{name}.json"
            if name.isalnum() and path.is_file():
                try:
                    return cls(folder, Terms(**json.loads(path.read_text(encoding="utf-8"))))
                except (ValueError, TypeError, KeyError) as error:
                    raise InputError(f"the audition {name} cannot be read: {error}", hint="make a new one") from None
        raise NotFound(f"there is no audition {name!r}", hint="make one with: likeness audition writing")

    @property
    def question(self) -> str:
        """What the person is asked of each pair."""
        if self.terms.against == PERSON:
            return "Which one did you write?"
        return "Which one sounds more like you?"

    def left(self) -> list[Pair]:
        """The pairs that nothing was chosen of yet."""
        return [pair for pair in self.pairs if pair.id not in self.choices]

    @property
    def choices(self) -> dict[str, Picked]:
        """What was chosen so far, by pair."""
        return self._choices.made

    def choose(self, pair: Pair, place: int) -> None:
        """Keep that the text at ``place`` (1 or 2) was chosen, or none (0). It is on the disk when this returns."""
        self._choices.choose(pair.id, place)

    def take(self, code: str) -> int:
        """Keep the choices in a page's code and return how many there were; see :meth:`blind.Choices.take`."""
        return self._choices.take(code)

    def result(self) -> Preference:
        """What the choices say so far."""
        chosen = self._choices.count("a")
        return preference(
            self.terms.adapter,
            self.terms.against,
            WORDS,
            chosen=chosen,
            judged=chosen + self._choices.count("b"),
            skipped=self._choices.count("skip"),
            same=self.same,
            pairs=len(self.pairs),
            told_apart=self.terms.against == PERSON,
        )

    def save(self) -> Preference:
        """Write the result beside the adapter (``audition.json``, a list with an entry for each audition of it)."""
        found = self.result()
        others = [entry for entry in results(self.folder) if entry.get("id") != self.terms.id]
        entry = {"id": self.terms.id, "seed": self.terms.seed, "engine": self.terms.engine, **asdict(found)}
        files.write_json(self.folder / RESULT, {"auditions": [*others, entry]})
        return found


def results(adapter: Path) -> list[dict[str, Any]]:
    """What auditions of the adapter in ``adapter`` found, for reports. Raises :class:`InputError` when damaged."""
    return blind.results(adapter / RESULT)


def remove(adapter: Path) -> None:
    """Throw away the texts of the adapter's auditions; what was found stays, since it holds none."""
    shutil.rmtree(adapter / FOLDER, ignore_errors=True)


# ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────


def _terms(folder: Path, adapter: str, against: str, engine: str, seed: int) -> Terms:
    if against == adapter:
        raise InputError("an adapter cannot be compared with itself", hint="name another with --against")
    chosen = str(artefacts.load(folder).extra.get("chosen") or "")
    name = artefacts.digest([adapter, against, engine, str(seed), chosen])[:12]
    return Terms(name, adapter, against, engine, seed, chosen)


def _newest(home: PersonHome) -> str:
    """The newest adapter of a language model; "" when there is none, for the newest of any kind."""
    known = artefacts.listed(home.adapters)
    return next((folder.name for folder, manifest in known if manifest.kind == "adapter" and manifest.form), "")


def _root(folder: Path) -> Path:
    """The adapter that ``folder`` is, or is a checkpoint of."""
    return folder if (folder / artefacts.MANIFEST).is_file() else folder.parent.parent


def _texts(path: Path) -> dict[str, str]:
    return {record["id"]: record["text"] for record in lines.records(path)}
