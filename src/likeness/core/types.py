"""The values that flow through the tracks. Frozen; pydantic stays at the boundaries.

    write   Message -> Exchange -> Example -> Dataset -> Adapter -> text
    speak   Recording -> Clip -> Corpus -> Voice -> audio

``Dataset``, ``Adapter`` and ``Voice`` are directories with a ``manifest.json`` (see ``core.artefacts``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

# ── archives ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Identity:
    """A name or address somebody writes under: proposed from an archive, confirmed by the owner.

    ``value`` is an address ("sam@example.org", lower case) or a display name as a chat export prints it.
    ``evidence`` says why it is proposed ("From: of 812 messages in Sent").
    """

    value: str
    count: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of an archive, decoded to Unicode and otherwise as written (quotes and signatures included).

    ``id`` is stable: the same message read twice, or from a second copy of the archive, has the same one.
    ``conversation`` groups a mail thread or a chat. ``native_id`` is the format's own id (a Message-ID without
    its angle brackets), ``reply_to`` the ``native_id`` of the parent where the format states it and
    ``references`` the further ancestors, nearest last. ``body_type`` says whether ``body`` is plain text or HTML.
    ``sent_at`` is timezone-aware, in UTC where the source states an offset and otherwise local wall time marked UTC.
    ``where`` says where in the source it stands ("inbox.mbox:offset 10233", "chat.txt:line 18").
    """

    id: str
    source: str
    conversation: str
    sender: str
    sent_at: datetime | None
    body: str
    from_owner: bool
    sender_name: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    body_type: Literal["plain", "html"] = "plain"
    native_id: str = ""
    reply_to: str = ""
    references: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    automated: bool = False
    """The headers mark it as sent by a machine (Auto-Submitted, Precedence, calendar answers …)."""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in an archive that was not kept, and why. A value, never an exception.

    ``reason`` is a short stable phrase that the ledger counts by ("no text", "bad date"); ``where`` names file and
    line or offset. ``bad`` is true when the input was malformed and false when it was only unwanted.
    """

    reason: str
    where: str
    bad: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far into a file a source has read. ``cursor`` is where reading can resume."""

    done: int
    total: int
    cursor: int = 0


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Exchange:
    """Something the owner wrote and what they answered: cleaned and redacted text on both sides.

    ``message_ids`` are the store ids the text was made of (a burst has several) and ``context_ids`` those of what it
    answers, so that every example can be traced.
    ``greeting`` and ``sign_off`` are told apart from ``text``.
    """

    id: str
    text: str
    context: str
    channel: str
    conversation: str
    correspondent: str
    sent_at: datetime | None
    subject: str = ""
    greeting: str = ""
    sign_off: str = ""
    message_ids: tuple[str, ...] = ()
    context_ids: tuple[str, ...] = ()


ExampleKind = Literal["reply", "draft", "rewrite"]
Split = Literal["train", "valid", "test"]


@dataclass(frozen=True, slots=True)
class Example:
    """One training example: ``prompt`` is what the user turn says, ``completion`` the owner's own words."""

    id: str
    kind: ExampleKind
    split: Split
    prompt: str
    completion: str
    exchange_id: str
    channel: str = ""
    correspondent: str = ""
    conversation: str = ""
    sent_at: str = ""
    message_ids: tuple[str, ...] = ()


WriteTask = Literal["draft", "rewrite", "neutralise", "instruct", "chat"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation with a chat model. Nested inside requests, so it crosses to worker processes."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """What a writer is asked for.

    ``draft``: ``text`` says what to write ("thank Ana for the slides"), ``context`` is the message being answered.
    ``rewrite``: ``text`` is plain or assistant-like text to be put into the person's words.
    ``neutralise``: ``text`` is the person's own; the same said plainly, with their habits taken out.
    ``instruct``: ``text`` is the person's own; the instruction that could have led to it.
    ``chat``: ``turns`` is a conversation for a language model, answered as it is.

    ``adapter`` is the folder of the adapter this one request is written with, for engines that ``can`` "switch"; ""
    is the base model as it is. ``temperature`` 0 is greedy. ``max_tokens`` 0 leaves the length to the engine, which
    then stops by ``max_characters``. Engines without a language model ignore what they have no use for.
    """

    task: WriteTask
    text: str
    context: str = ""
    style_reference: str = ""
    """A sample of text whose manner this one request should follow."""
    recipient: str = ""
    channel: str = ""
    max_characters: int = 4000
    temperature: float = 0.0
    seed: int = 0
    turns: tuple[Turn, ...] = ()
    adapter: str = ""
    top_p: float = 1.0
    max_tokens: int = 0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """Answers whose likelihood is wanted: pairs of a conversation and the answer to it, by the base or an adapter."""

    items: tuple[tuple[tuple[Turn, ...], str], ...]
    adapter: str = ""


@dataclass(frozen=True, slots=True)
class BaseFit:
    """Whether a model can be tuned on this machine: ``predicted_mb`` of memory for the recipe asked about."""

    base: str
    parameters: int
    predicted_mb: float
    fits: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a training run will take, measured from a few real steps on this machine.

    ``steps`` optimizer steps of about ``tokens_per_step`` tokens (padding included), ``useful_tokens`` of them in all
    being the person's own; ``seconds`` for the whole run with its validations; ``peak_mb`` the largest memory seen or
    predicted for the longest row; ``available_mb`` what this machine lets the run have. ``rows_left_out`` counts rows
    longer than the window. ``advice`` are plain sentences: which base fits, what would make it faster. ``bases`` are
    known models with the memory the same recipe would take with each, smallest first.
    """

    base: str
    parameters: int
    trainable: int
    rows: int
    rows_left_out: int
    steps: int
    tokens_per_step: float
    useful_tokens: int
    tokens_per_second: float
    seconds: float
    peak_mb: float
    available_mb: float
    fits: bool
    advice: tuple[str, ...] = ()
    bases: tuple[BaseFit, ...] = ()


@dataclass(frozen=True, slots=True)
class EmbedRequest:
    """Texts to be turned into vectors; ``query`` for what is searched with."""

    texts: tuple[str, ...]
    query: bool = False


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a text came about. ``method``: "recalled" (found among the owner's messages and adapted), "rewritten"
    (their habits applied to a given text), "composed" (put together from their phrases because nothing similar was
    found) or "generated" (a language model). ``note`` is one plain sentence for the reader;
    ``message_ids`` are the owner's messages it drew on.
    """

    engine: str
    method: Literal["recalled", "rewritten", "composed", "generated"]
    note: str
    message_ids: tuple[str, ...] = ()
    details: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a draft of a language model ended: ``reason`` "stop" (the model or a stop string ended it), "length" (a limit
    did) or "" (not known: not a language model, or read only in part), and how many tokens were read and written."""

    reason: Literal["stop", "length", ""] = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A text on its way: ``pieces`` joined are the text alone, without preamble or marker.

    ``ended`` says how it ended, once ``pieces`` have been read out.
    """

    pieces: Iterator[str]
    provenance: Provenance
    ended: Callable[[], Ending] = Ending


@dataclass(frozen=True, slots=True)
class AsyncDraft:
    """A :class:`Draft` for an event loop. Closing ``pieces`` (``aclose``) ends the work behind them."""

    pieces: AsyncIterator[str]
    provenance: Provenance
    ended: Callable[[], Ending] = Ending


# ── speaking ────────────────────────────────────────────────────────────────────────────────────────────────

Samples = NDArray[np.float32]
Vectors = NDArray[np.float32]
Scores = NDArray[np.float64]
"""Shape (n, 2): the sum of the natural log probabilities of an answer's tokens, its end included, and their number."""


@dataclass(frozen=True, slots=True)
class Audio:
    """Mono sound: ``samples`` float32 of shape (n,), nominally in [-1, 1], at ``rate`` Hz."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


class Verdict(StrEnum):
    """What the check on import says of a clip."""

    GOOD = "good"
    USABLE = "usable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ClipCheck:
    """What was measured of a clip and the verdict. Levels in dBFS, SNR in dB, times in seconds, rates in Hz.

    ``reasons`` are plain sentences, one for each thing that is wrong, with what to do about it.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    seconds: float
    speech_seconds: float
    rate: int
    bandwidth_hz: float
    level_dbfs: float
    peak_dbfs: float
    clipped_share: float
    snr_db: float
    reverberation_seconds: float
    silence_share: float


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of the owner's speech: sound file at the corpus rate, transcript ("" when unknown), emotion, check."""

    id: str
    path: Path
    transcript: str
    seconds: float
    emotion: str = "neutral"
    check: ClipCheck | None = None
    heard_by: str = ""
    """The recogniser that wrote the transcript, which then has mistakes; "" when a person did, or there is none."""


@dataclass(frozen=True, slots=True)
class SpeakRequest:
    """What a speaker is asked to say.

    ``text`` is spoken text: numbers, dates and abbreviations already read out as words (``speak.normalise``).
    ``rate`` multiplies tempo (0.5-2), ``pitch_range`` the pitch's excursion (0-2), ``pitch`` shifts in semitones,
    ``energy`` changes level in dB, ``pauses`` multiplies the length of pauses (0.25-4). ``emotion`` is what was asked
    for; ``blend`` is what the voice has for it: emotions of its recordings with weights that sum to 1, the heaviest
    first (``speak.emotions``). Empty: the voice knows no emotions.
    """

    text: str
    rate: float = 1.0
    pitch_range: float = 1.0
    pitch: float = 0.0
    energy: float = 0.0
    emotion: str = "neutral"
    seed: int = 0
    pauses: float = 1.0
    blend: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word that a recogniser heard, ``start`` to ``end`` in seconds; ``probability`` is 1 where it gives none."""

    text: str
    start: float
    end: float
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser heard: the text as it writes it, and its words with their times where it tells them."""

    text: str
    words: tuple[HeardWord, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class StockVoice:
    """A voice that came with an engine and is nobody's own here. ``id`` as the engine knows it."""

    id: str
    title: str
    language: str = "en"
