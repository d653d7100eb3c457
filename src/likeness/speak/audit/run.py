"""The audit itself: measure what is new, keep it, judge all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from likeness.core import plugins
from likeness.core.errors import EngineMissing, LikenessError, NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Aligner, Engine
from likeness.core.settings import settings
from likeness.core.types import Verdict
from likeness.speak.audit import store as stored
from likeness.speak.audit.coverage import coverage, unrecorded
from likeness.speak.audit.judge import judged
from likeness.speak.audit.measure import Instruments, measured
from likeness.speak.audit.model import FAULTS, Audit, ClipAudit
from likeness.speak.decode import Decoder
from likeness.speak.encoders import open_encoder, ready_encoders
from likeness.speak.recognise import open_recogniser
from likeness.speak.recordings import Recording, load_audio, recordings

STAGE = "audit voice"
AUTO = "auto"
_SAVE_EVERY = 5.0


def audit_folder(home: PersonHome) -> Path:
    """Where the audit's measures and its page lie."""
    return home.root / "audit"


def audit(home: PersonHome, *, recogniser: str = "", language: str = "en", again: bool = False) -> Iterator[Event]:
    """Measure every recording that was not measured yet and keep what was measured; an event for each.

    ``recogniser`` names one, "auto" takes the best that is ready, "" goes without: the aligner judges transcripts
    then, which is quicker. ``again`` measures all anew.
    Stopped at any moment it goes on where it was. The last event's note is the summary, its metrics ``clips``,
    ``measured`` (now), ``good``, ``usable``, ``refused`` and one count for each fault that was found.
    Raises :class:`NotReady` without recordings and :class:`EngineMissing` for a recogniser that cannot run.
    """
    listed = recordings(home)
    if not listed:
        raise NotReady("there are no recordings to audit", hint="`likeness record`, or `likeness enrol voice PATH…`")
    folder = audit_folder(home)
    with ExitStack() as stack:
        instruments = instruments_here(stack, recogniser, language)
        names = _names(instruments)
        kept = stored.Store() if again else stored.load(folder)
        wanted = {stored.key(item.sha256, item.transcript, item.emotion, names): item for item in listed}
        store = stored.Store({k: v for k, v in kept.measured.items() if k in wanted}, "", names)
        fresh = [(name, item) for name, item in wanted.items() if name not in store.measured]
        saved = time.monotonic()
        decoder = stack.enter_context(Decoder())
        for number, (name, item) in enumerate(fresh, 1):
            try:
                store.measured[name] = measured(item, load_audio(item, decoder), instruments)
                note = item.name
            except LikenessError as error:
                note = f"{item.name}: not measured: {error}"
            if time.monotonic() - saved > _SAVE_EVERY:
                _save(folder, store)
                saved = time.monotonic()
            yield Event(STAGE, number, len(fresh), "clips", note)
        _save(folder, store)
    found = load_audit(home)
    metrics = {"clips": float(len(found.clips)), "measured": float(len(fresh))} | _counts(found.clips)
    yield Event(STAGE, len(fresh), len(fresh), "clips", found.summary, metrics)


def load_audit(home: PersonHome) -> Audit:
    """What the last audit measured of the recordings that are still here, judged.

    Raises :class:`NotReady` when there was none, :class:`InputError` when its file is damaged.
    """
    store = stored.load(audit_folder(home))
    if not store.measured:
        raise NotReady("the recordings have not been audited", hint="run: likeness audit voice")
    listed = {item.id: item for item in recordings(home)}
    current = {
        clip.id: clip
        for name, clip in store.measured.items()
        if clip.id in listed and name == _key_of(listed[clip.id], store.instruments)
    }
    clips = judged([current[id] for id in listed if id in current], same_speaker=_thresholds(store.instruments))
    aligner = _aligner(store.instruments)
    covered = coverage(clips, aligner)
    missing = unrecorded(covered)
    notes = [f"nothing was recorded yet that is {', '.join(missing)}"] if missing else []
    unmeasured = len(listed) - len(clips)
    if unmeasured:
        notes.append(f"{unmeasured} recordings are new or could not be measured: `likeness audit voice` measures them")
    if not any(clip.measured.transcript for clip in clips):
        notes.append("no recording has a transcript, so that nothing was compared with what was said")
    return Audit(store.made_at, clips, covered, _summary(clips), tuple(notes))


def _key_of(item: Recording, instruments: Sequence[str]) -> str:
    return stored.key(item.sha256, item.transcript, item.emotion, instruments)


def _save(folder: Path, store: stored.Store) -> None:
    store.made_at = datetime.now(UTC).isoformat(timespec="seconds")
    stored.save(folder, store)


def instruments_here(stack: ExitStack, recogniser: str = "", language: str = "en") -> Instruments:
    """Open what is ready. The aligner is the first for the language; without one transcripts stay unjudged."""
    asked = "" if recogniser == AUTO else recogniser
    hears = stack.enter_context(open_recogniser(settings(), asked, language=language)) if recogniser else None
    encoders = {name: stack.enter_context(open_encoder(name)) for name in ready_encoders()}
    aligner = None
    for engine in plugins.engines_of("aligner"):
        if plugins.is_ready(engine.info) and {language, "*"} & set(engine.info.languages):
            aligner = cast("Aligner", stack.enter_context(engine.open(None, {})))
            break
    return Instruments(aligner, hears, encoders, language)


def _names(instruments: Instruments) -> tuple[str, ...]:
    opened = [instruments.aligner, instruments.recogniser, *instruments.encoders.values()]
    return tuple(cast("Engine", engine).info.name for engine in opened if engine is not None)


def _aligner(names: Sequence[str]) -> Aligner | None:
    for engine in plugins.engines_of("aligner"):
        if engine.info.name in names and plugins.is_ready(engine.info):
            return cast("Aligner", engine.open(None, {}))
    return None


def same_speaker(instruments: Instruments) -> dict[str, float]:
    """From which cosine each encoder takes two clips for one person's, the best encoder first."""
    return {name: encoder.same_speaker for name, encoder in instruments.encoders.items()}


def _thresholds(names: Sequence[str]) -> dict[str, float]:
    """The thresholds of the encoders among ``names``, in their order: the best first."""
    found = {}
    for name in names:
        try:
            engine = plugins.engine(name)
        except EngineMissing:
            continue
        if "speaker_encoder" in engine.info.kind:
            found[name] = float(getattr(engine, "same_speaker", -1.0))
    return found


def _counts(clips: Sequence[ClipAudit]) -> dict[str, float]:
    verdicts = Counter(str(clip.verdict) for clip in clips)
    faults = Counter(name for clip in clips for name in {fault.name for fault in clip.faults})
    return {str(verdict): float(verdicts[str(verdict)]) for verdict in Verdict} | {
        k: float(v) for k, v in faults.items()
    }


def _summary(clips: Sequence[ClipAudit]) -> str:
    """One sentence: how many clips are good, how many minutes, the commonest faults."""
    verdicts = Counter(clip.verdict for clip in clips)
    minutes = sum(c.measured.check.speech_seconds for c in clips if c.verdict is not Verdict.REFUSED) / 60
    faults = Counter(
        fault.name for clip in clips for fault in clip.faults if fault.verdict is not Verdict.GOOD
    ).most_common(3)
    said = f"{verdicts[Verdict.GOOD]} of {len(clips)} clips are good"
    if verdicts[Verdict.USABLE]:
        said += f", {verdicts[Verdict.USABLE]} could be better"
    if verdicts[Verdict.REFUSED]:
        said += f", {verdicts[Verdict.REFUSED]} should be recorded again"
    most = ", ".join(f"{FAULTS[name]} ({count})" for name, count in faults)
    return f"{said}; {minutes:.1f} minutes of speech can be used." + (f" Commonest: {most}." if most else "")
