"""What the page shows, apart from where it comes from: the sections draw these and know no track.

A part that is ``None`` has not been made or measured; its section says so and how to get it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from likeness.core.types import Audio


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number: ``text`` as printed ("64 %"), ``meaning`` in one plain sentence."""

    label: str
    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import: ``read = kept + duplicates + sum(dropped.values())``. ``bad`` holds (where, reason, detail)."""

    source: str
    path: str
    read: int
    kept: int
    duplicates: int
    dropped: Mapping[str, int]
    bad: Sequence[tuple[str, str, str]] = ()
    bytes: int = 0
    seconds: float | None = None
    finished: bool = True


@dataclass(frozen=True, slots=True)
class Share:
    """How many of something there are and how many were chosen."""

    label: str
    available: int
    chosen: int


@dataclass(frozen=True, slots=True)
class DatasetPart:
    """What learning uses. ``shares`` maps a heading ("Year", "Channel") to its lines.

    ``diversity`` maps a choice of the same number of tokens ("chosen", "random", "longest") to its measures (see
    ``write.diversity``); empty where everything was taken.
    """

    name: str
    exchanges: int
    examples: int
    kinds: Mapping[str, int]
    splits: Mapping[str, int]
    shares: Mapping[str, Sequence[Share]]
    dropped: Mapping[str, int]
    notes: Sequence[str] = ()
    diversity: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Feature:
    """One habit as a number: of the person, of plain text, of the rewritten text and of other people."""

    label: str
    unit: str
    person: float
    plain: float | None = None
    rewritten: float | None = None
    others: float | None = None


@dataclass(frozen=True, slots=True)
class TextSample:
    """The same message three times: said plainly, put into the person's words, and as they wrote it."""

    plain: str
    rewritten: str
    original: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DraftSample:
    """A draft for a request, and what the person wrote on that occasion. ``method`` says how it was made."""

    request: str
    made: str
    original: str
    method: str = ""


@dataclass(frozen=True, slots=True)
class WritingPart:
    """How the style was judged. ``scores`` maps a series (person, made, plain, others) to its scores in 0-1."""

    features: Sequence[Feature] = ()
    scores: Mapping[str, Sequence[float]] = field(default_factory=dict)
    lengths: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Series → words per message at the 10th, 25th, 50th, 75th and 90th percentile."""
    delta: Mapping[str, float] = field(default_factory=dict)
    """Series → Burrows' Delta to the texts learned from."""
    figures: Sequence[Figure] = ()
    samples: Sequence[TextSample] = ()
    drafts: Sequence[DraftSample] = ()
    notes: Sequence[str] = ()


Range = tuple[float, float, float]
"""A measured value and the ends of its interval."""


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One series of texts for the same requests: the person's (``role`` "person") or a model's ("base", "checkpoint",
    "adapter", "deployed"). Shares are 0-1; what was not measured is ``None``.

    ``outcome`` is "chosen", "passed over", "out", "not judged" or "". ``style`` is 0 at the base and 1 at the person.
    ``collapsed`` is the share of answers that are empty, never end, go round in circles or were given twice,
    beyond the person's own.
    ``exposures`` are (times taught, bits or ``None``, most that could be shown, said, count) of made-up secrets.
    """

    label: str
    role: str
    outcome: str
    step: int
    words: Sequence[int]
    length_ratio: float
    recited: float
    longest: int
    collapsed: float
    names: float
    data: Mapping[str, int]
    style: Range | None = None
    auc: Range | None = None
    told_apart: float | None = None
    delta: float | None = None
    kept: Range | None = None
    chrf: float | None = None
    extracted: tuple[float, float] | None = None
    """Attempts that came off on training texts, and on texts the model never saw."""
    exposures: Sequence[tuple[int, float | None, float, int, int]] = ()
    perplexity: float | None = None
    validation_loss: float | None = None


@dataclass(frozen=True, slots=True)
class ModelSample:
    """A held-out request, what the person wrote, and the answers by model."""

    kind: str
    asked: str
    real: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ModelPart:
    """How a language model was judged. ``lines`` begin with the person and the base; ``chosen`` and ``by_loss`` name
    the checkpoint taken and the one that validation loss would have taken ("" for none). ``reasons`` are (checkpoint,
    outcome, why); ``training`` and ``validation`` are (step, loss)."""

    adapter: str
    base: str
    engine: str
    summary: str
    chosen: str
    by_loss: str
    occasions: int
    lines: Sequence[ModelLine]
    reasons: Sequence[tuple[str, str, Sequence[str]]]
    features: Sequence[Feature] = ()
    training: Sequence[tuple[int, float]] = ()
    validation: Sequence[tuple[int, float]] = ()
    samples: Sequence[ModelSample] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class DraftPart:
    """A draft with how it came about."""

    task: str
    text: str
    method: str
    note: str
    engine: str = ""
    sources: Sequence[str] = ()
    stages: Mapping[str, float] = field(default_factory=dict)
    """Stage → milliseconds, where the request was timed."""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClipLine:
    """One recording and what the check said."""

    name: str
    seconds: float
    verdict: str
    snr_db: float
    level_dbfs: float
    rate: int
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound to see and to play. ``series`` is "person", "made" or, of a voice's base, "plain"."""

    title: str
    text: str
    series: str
    audio: Audio


@dataclass(frozen=True, slots=True)
class ScaleLine:
    """One measure of a voice with what it is held against: ``values`` maps a series ("made": the voice, "person",
    "plain": the base, "others") to its value. ``better`` is "higher", "lower" or "near"; ``share`` how far the voice is
    from the others to the person."""

    name: str
    label: str
    judge: str
    unit: str
    better: str
    values: Mapping[str, float]
    share: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FeelingLine:
    """One emotion: (pitch in Hz, its spread in semitones, letters per second) of person and voice, and how far each
    moves from neutral, in semitones and as a ratio of tempo."""

    emotion: str
    seconds: float
    person: tuple[float | None, float | None, float | None]
    voice: tuple[float | None, float | None, float | None]
    person_move: float | None
    voice_move: float | None
    person_pace: float | None
    voice_pace: float | None
    similarity: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VoiceSample:
    """One sentence in several sounds; ``kind`` says whether it was recorded and learned from; ``heard`` is what a
    recogniser heard the voice say."""

    text: str
    emotion: str
    kind: str
    sounds: Sequence[Sound]
    heard: str = ""


@dataclass(frozen=True, slots=True)
class VoicePart:
    """The voice: what it was learned from and how near it comes."""

    name: str = ""
    clips: Sequence[ClipLine] = ()
    sounds: Sequence[Sound] = ()
    figures: Sequence[Figure] = ()
    notes: Sequence[str] = ()
    engine: str = ""
    basis: str = ""
    """"held out", "learned again" or "learned": which recordings it was compared with."""
    verdicts: Sequence[str] = ()
    scales: Sequence[ScaleLine] = ()
    feelings: Sequence[FeelingLine] = ()
    samples: Sequence[VoiceSample] = ()
    missing: Sequence[tuple[str, str, str]] = ()
    """(measure, why it could not be taken, what to do)."""
    others: Sequence[str] = ()
    auditions: Sequence[str] = ()
    """What blind auditions found, a sentence each."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything on the page."""

    person: str
    made_at: str
    version: str
    identities: Sequence[str] = ()
    imports: Sequence[ImportLine] = ()
    dataset: DatasetPart | None = None
    writing: WritingPart | None = None
    model: ModelPart | None = None
    draft: DraftPart | None = None
    speech: Sound | None = None
    """The draft, spoken."""
    voice: VoicePart | None = None
    timings: Sequence[tuple[str, float]] = ()
    headline: Sequence[Figure] = ()
