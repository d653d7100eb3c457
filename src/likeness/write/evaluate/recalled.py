"""Judging builtin.recall: held-out messages are said plainly, rewritten, and compared with what the person wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from likeness.core import artefacts, plugins
from likeness.core.errors import NotFound, NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Writer
from likeness.core.types import WriteRequest
from likeness.write import dataset as datasets
from likeness.write.clean.greetings import is_closing, split_sign_off
from likeness.write.dataset import Row
from likeness.write.evaluate.content import overlap
from likeness.write.evaluate.features import greeting_share
from likeness.write.evaluate.judge import FEWEST_IMPOSTORS, Message, Verdict, judged
from likeness.write.evaluate.result import DraftSample, Evaluation, Sample, save
from likeness.write.generate import open_writer

PLAIN_ENGINE = "builtin.recall"
_MAXIMUM_HELD_OUT = 300
_MAXIMUM_DRAFTS = 40
_SAMPLES = 12
_SHORTEST = 20


def judge(home: PersonHome, folder: Path) -> Iterator[Event]:
    """Measure the adapter in ``folder`` on the test messages of the dataset it came from.

    The last event has the stage "evaluated" and the main figures as its metrics.
    Raises :class:`NotReady` when there is no dataset of it, or no test message.
    """
    manifest = artefacts.load(folder)
    source = home.datasets / (manifest.parents[0] if manifest.parents else "")
    try:
        rows = list(datasets.exchanges(source))
    except NotFound:
        raise NotReady("the dataset of this adapter is gone", hint="make it again: likeness prepare writing") from None
    learned = [row.exchange.text for row in rows if row.split == "train"]
    tested = [row for row in rows if row.split == "test" and len(row.exchange.text) >= _SHORTEST][-_MAXIMUM_HELD_OUT:]
    if not tested:
        raise NotReady("the dataset has no test messages to judge by", hint="import more, then prepare again")
    held_out = [Message(row.exchange.text, row.exchange.channel, row.exchange.correspondent) for row in tested]
    impostors = _impostors(rows)
    verdict = Verdict()
    with plugins.engine(PLAIN_ENGINE).open() as plain, open_writer(home, manifest.engine, folder.name) as writer:
        yield from judged(verdict, cast("Writer", plain), writer, learned, held_out, impostors)
        drafts = []
        for number, drafted in enumerate(_drafts(writer, source, tested), 1):
            drafts.append(drafted)
            yield Event("drafts", number, None, "drafts")
    assert verdict.content is not None
    real = [message.text for message in held_out]
    samples = tuple(Sample(*texts) for texts in zip(verdict.plain, verdict.made, real, strict=True))
    result = Evaluation(
        adapter=folder.name,
        engine=manifest.engine,
        dataset=source.name,
        counts={"learned": len(learned), "held_out": len(real), "impostors": len(impostors), "drafts": len(drafts)},
        authorship=verdict.authorship,
        delta=verdict.delta,
        features=verdict.features,
        lengths=verdict.lengths,
        greetings={
            "greeting": greeting_share([row.exchange.greeting for row in tested]),
            "sign_off": greeting_share([row.exchange.sign_off for row in tested]),
        },
        content=verdict.content,
        overlap=overlap(learned, real, verdict.made, [drafted.made for drafted in drafts]),
        samples=_telling(samples),
        drafts=tuple(drafts[:_SAMPLES]),
        notes=_notes(verdict, len(impostors)),
    )
    save(result, folder)
    yield Event("evaluated", 1, 1, "adapters", folder.name, result.figures())


def _impostors(rows: list[Row]) -> list[str]:
    """What other people wrote to the person: the messages answered, without their sign-offs, each once."""
    texts: dict[str, None] = {}
    for row in rows:
        lines, _ = split_sign_off(row.exchange.context.split("\n"), frozenset())
        text = "\n".join(line for line in lines if not is_closing(line, frozenset())).strip()
        if len(text) >= _SHORTEST:
            texts[text] = None
    return list(texts)


def _drafts(writer: Writer, source: Path, tested: list[Row]) -> Iterator[DraftSample]:
    """Drafts from the requests of the dataset's test examples."""
    by_id = {row.exchange.id: row.exchange for row in tested}
    count = 0
    for example in datasets.examples(source, "test"):
        exchange = by_id.get(example.exchange_id)
        if example.kind != "draft" or exchange is None or count == _MAXIMUM_DRAFTS:
            continue
        request = WriteRequest("draft", example.prompt, exchange.context, "", exchange.correspondent, exchange.channel)
        drafted = writer.write(request)
        yield DraftSample(example.prompt, "".join(drafted.pieces), exchange.text, drafted.provenance.method)
        count += 1


def _telling(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Samples of middling length that differ from the plain text, for people to look at."""
    changed = [sample for sample in samples if sample.made != sample.plain and 40 <= len(sample.real) <= 600]
    return tuple(changed[:_SAMPLES])


def _notes(verdict: Verdict, impostors: int) -> tuple[str, ...]:
    notes = [
        "Impostors are the other people in the person's own archive: the messages the person answered, without their "
        "sign-offs, matched by length.",
        "The plain texts were made by the rules of builtin.recall, which know nobody.",
    ]
    if verdict.authorship is None:
        notes.append(
            f"Only {impostors} texts of other people were there and at least {FEWEST_IMPOSTORS} of matching length are "
            "needed, so authorship was not judged."
        )
    if verdict.delta is None:
        notes.append("There are too few messages for Burrows' Delta, which needs pools.")
    return tuple(notes)
