"""What there is of every emotion: minutes, phonemes, and what to read for those that are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from likeness.core.protocols import Aligner
from likeness.core.types import Verdict
from likeness.speak import emotions, scripts
from likeness.speak.audit.model import ClipAudit, Coverage

WANTED_SECONDS = 300.0
"""Five minutes of each emotion are worth recording."""
RARE = 5
_PROMPTS = 6


def coverage(clips: Sequence[ClipAudit], aligner: Aligner | None) -> tuple[Coverage, ...]:
    """One entry for each emotion that was recorded, in the order of ``speak.emotions``, others after."""
    names = [name for name in emotions.NAMES if any(clip.measured.emotion == name for clip in clips)]
    names += sorted({clip.measured.emotion for clip in clips} - set(names))
    return tuple(_of(name, [clip for clip in clips if clip.measured.emotion == name], aligner) for name in names)


def unrecorded(covered: Iterable[Coverage]) -> tuple[str, ...]:
    """The emotions of ``speak.emotions`` that nothing was recorded of."""
    known = {each.emotion for each in covered}
    return tuple(name for name in emotions.NAMES if name not in known)


def _of(emotion: str, clips: Sequence[ClipAudit], aligner: Aligner | None) -> Coverage:
    usable = [clip for clip in clips if clip.verdict is not Verdict.REFUSED]
    said: Counter[str] = Counter()
    for clip in usable:
        said.update(clip.measured.phonemes)
    inventory = aligner.inventory if aligner and said else ()
    missing = tuple(phoneme for phoneme in inventory if not said[phoneme])
    rare = tuple(phoneme for phoneme in inventory if 0 < said[phoneme] < RARE)
    seconds = sum(clip.measured.check.speech_seconds for clip in clips)
    good = sum(clip.measured.check.speech_seconds for clip in usable)
    prompts = _prompts(emotion, {*missing, *rare}, {clip.measured.transcript for clip in clips}, aligner)
    return Coverage(
        emotion=emotion,
        clips=len(clips),
        seconds=round(seconds, 1),
        good_seconds=round(good, 1),
        phonemes={phoneme: said[phoneme] for phoneme in inventory},
        rare=rare,
        missing=missing,
        advice=tuple(_advice(good, missing, rare, with_text=bool(said))),
        prompts=prompts,
    )


def _advice(seconds: float, missing: Sequence[str], rare: Sequence[str], *, with_text: bool) -> Iterable[str]:
    if seconds < WANTED_SECONDS:
        short = (WANTED_SECONDS - seconds) / 60
        yield f"{seconds / 60:.1f} minutes can be used: {short:.1f} more would make five"
    if missing:
        yield f"never said: {', '.join(map(spelled, missing))}"
    if rare:
        yield f"said less than {RARE} times: {', '.join(map(spelled, rare))}"
    if not with_text:
        yield "without transcripts nobody can tell which sounds are missing"


def _prompts(emotion: str, wanted: Collection[str], read: Collection[str], aligner: Aligner | None) -> tuple[str, ...]:
    """Lines of the emotion's script (the neutral one's for an emotion without) with the most phonemes still wanted,
    each chosen for what those before it lack."""
    if aligner is None or not wanted:
        return ()
    from likeness.speak.normalise import spoken

    known = emotions.known(emotion)
    lines = scripts.script(known.name if known else "neutral").lines
    said = {line.text: Counter(aligner.phonemes(spoken(line.text))) for line in lines if line.text not in read}
    left = Counter(dict.fromkeys(wanted, RARE))
    chosen: list[str] = []
    while said and len(chosen) < _PROMPTS:
        text = max(said, key=lambda line: (sum((said[line] & left).values()), line))
        gained = said.pop(text) & left
        if not gained:
            break
        left -= gained
        chosen.append(text)
    return tuple(chosen)


_EXAMPLES = {
    "AA": "o in hot", "AE": "a in cat", "AH": "u in cut", "AO": "aw in law", "AW": "ow in cow", "AY": "y in my",
    "EH": "e in bed", "ER": "ir in bird", "EY": "ay in day", "IH": "i in sit", "IY": "ee in see", "OW": "o in go",
    "OY": "oy in boy", "UH": "oo in book", "UW": "oo in moon", "CH": "ch in cheese", "DH": "th in this",
    "HH": "h in hat", "JH": "j in jam", "NG": "ng in song", "SH": "sh in ship", "TH": "th in thin",
    "Y": "y in yes", "ZH": "s in vision",
}  # fmt: skip


def spelled(phoneme: str) -> str:
    """A phoneme as a reader knows it: ZH (s in vision)."""
    example = _EXAMPLES.get(phoneme)
    return f"{phoneme} ({example})" if example else phoneme
