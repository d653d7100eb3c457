"""Judging a writer on the person's held-out messages: the work behind ``evaluate``, on texts alone."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from likeness.core.events import Event
from likeness.core.protocols import Writer
from likeness.core.types import WriteRequest
from likeness.write.evaluate.authorship import Authorship, Classifier, judge, matched
from likeness.write.evaluate.content import Content, content
from likeness.write.evaluate.delta import Delta, delta
from likeness.write.evaluate.features import Feature, features, length_quantiles

FEWEST_IMPOSTORS = 30


@dataclass(frozen=True, slots=True)
class Message:
    """A held-out message of the person: text without greeting and sign-off, and where it went."""

    text: str
    channel: str = ""
    recipient: str = ""


@dataclass(slots=True)
class Verdict:
    """The measured parts, filled in by :func:`judged`."""

    plain: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    authorship: Authorship | None = None
    delta: Delta | None = None
    content: Content | None = None
    features: tuple[Feature, ...] = ()
    lengths: dict[str, list[float]] = field(default_factory=dict)


def judged(
    verdict: Verdict,
    plain_writer: Writer,
    writer: Writer,
    learned: Sequence[str],
    held_out: Sequence[Message],
    impostors: Sequence[str],
) -> Iterator[Event]:
    """Rewrite the plain form of ``held_out`` with ``writer`` and measure it into ``verdict``.

    ``learned`` are the messages the writer learned from, ``impostors`` texts of other people. ``plain_writer`` takes
    the habits out; it is fixed and knows nobody.
    """
    for number, message in enumerate(held_out, 1):
        neutral = text_of(plain_writer, WriteRequest("neutralise", message.text))
        verdict.plain.append(neutral)
        verdict.made.append(
            text_of(writer, WriteRequest("rewrite", neutral, recipient=message.recipient, channel=message.channel))
        )
        yield Event("rewrite", number, len(held_out), "messages")
    real = [message.text for message in held_out]
    verdict.content = content(verdict.plain, verdict.made, real)
    yield Event("authorship", 0, 1, "classifiers")
    shuffled = list(impostors)
    random.Random(0).shuffle(shuffled)
    cut = int(len(shuffled) * 0.7)
    mine, theirs = matched(learned, shuffled[:cut])
    unseen = matched(real, shuffled[cut:])[1]
    if len(theirs) >= FEWEST_IMPOSTORS and unseen:
        verdict.authorship = judge(Classifier(mine, theirs), real, verdict.plain, verdict.made, unseen)
    yield Event("authorship", 1, 1, "classifiers")
    series = {"person": real, "plain": verdict.plain, "made": verdict.made, "others": unseen}
    verdict.delta = delta(learned, series)
    verdict.features = tuple(features(dict(series)))
    verdict.lengths = {name: length_quantiles(texts) for name, texts in series.items() if texts}


def text_of(writer: Writer, request: WriteRequest) -> str:
    """The whole text of an answer."""
    return "".join(writer.write(request).pieces)
