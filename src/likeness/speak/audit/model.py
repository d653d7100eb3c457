"""What an audit says: measures of every clip, faults with their reasons, coverage of every emotion."""

from __future__ import annotations

from dataclasses import dataclass, field

from likeness.core.types import ClipCheck, Verdict
from likeness.speak.breaths import Breath
from likeness.speak.compression import Compression
from likeness.speak.measures import Hum

FAULTS = {
    "noise": "noise",
    "reverberation": "echoing room",
    "clipping": "clipping",
    "hum": "mains hum",
    "compression": "lossy compression",
    "bandwidth": "narrow band",
    "rate": "low sampling rate",
    "level": "too quiet",
    "length": "too little speech",
    "silence": "long silences",
    "speaker": "another speaker",
    "transcript": "wrong transcript",
    "pace": "unusual pace",
    "breaths": "loud breaths",
}
"""Every fault an audit can find, and what a person calls it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where in a clip something is: from ``start`` to ``end`` in seconds; ``what`` is a fault's name."""

    what: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one recording alone; the same sound and text always give the same.

    ``syllables`` and ``phonemes`` (how often each is said) come from the transcript, empty where no aligner knows its
    language. ``fit`` is the aligner's, ``word_errors`` the share of words a recogniser heard otherwise; ``None`` where
    not measured. ``timbre`` is what :func:`consistency.timbre` gives, ``vectors`` what each speaker encoder does.
    ``loudness_range_db`` is between the 10th and 95th percentile of the speech frames' level.
    """

    id: str
    sha256: str
    name: str
    emotion: str
    transcript: str
    check: ClipCheck
    hum: Hum
    compression: Compression
    breaths: tuple[Breath, ...] = ()
    marks: tuple[Mark, ...] = ()
    longest_silence: float = 0.0
    loudness_range_db: float = 0.0
    syllables: int = 0
    phonemes: dict[str, int] = field(default_factory=dict)
    fit: float | None = None
    word_errors: float | None = None
    heard: str = ""
    timbre: tuple[float, ...] = ()
    vectors: dict[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def syllables_per_second(self) -> float:
        """Over the speech, silences left out; 0.0 without a transcript."""
        return self.syllables / self.check.speech_seconds if self.check.speech_seconds else 0.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a clip: its name (a key of :data:`FAULTS`), how bad, why and what to do, and where."""

    name: str
    verdict: Verdict
    reason: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class ClipAudit:
    """A clip with its faults. ``likeness`` is its similarity to the person's other clips (by the best encoder, 0-1),
    ``strangeness`` how many times farther from their middle than usual it lies; ``pace`` over the person's median."""

    measured: Measured
    faults: tuple[Fault, ...] = ()
    likeness: float | None = None
    strangeness: float = 0.0
    pace: float | None = None

    @property
    def verdict(self) -> Verdict:
        """The worst of its faults'."""
        from likeness.speak.check import worst

        return worst(fault.verdict for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What there is of one emotion. ``phonemes`` are counts over its transcripts; ``rare`` were said less than five
    times, ``missing`` never. ``advice`` are plain sentences; ``prompts`` are texts to read that would fill the gaps."""

    emotion: str
    clips: int
    seconds: float
    good_seconds: float
    phonemes: dict[str, int]
    rare: tuple[str, ...]
    missing: tuple[str, ...]
    advice: tuple[str, ...]
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """The whole: clips in the order they were recorded, coverage by emotion, one sentence that sums up."""

    made_at: str
    clips: tuple[ClipAudit, ...]
    emotions: tuple[Coverage, ...]
    summary: str
    notes: tuple[str, ...] = ()

    @property
    def again(self) -> tuple[ClipAudit, ...]:
        """The clips to record again: refused ones first, then those that could be better."""
        refused = [clip for clip in self.clips if clip.verdict is Verdict.REFUSED]
        return (*refused, *(clip for clip in self.clips if clip.verdict is Verdict.USABLE))

    @property
    def verdict(self) -> Verdict:
        """Refused when more than half of the clips are, good when nearly all (95 %) are good."""
        count = len(self.clips) or 1
        if 2 * sum(clip.verdict is Verdict.REFUSED for clip in self.clips) > count:
            return Verdict.REFUSED
        good = sum(clip.verdict is Verdict.GOOD for clip in self.clips)
        return Verdict.GOOD if good >= 0.95 * count else Verdict.USABLE
