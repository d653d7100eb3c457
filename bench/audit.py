"""Does the audit find what is wrong with recordings, and leave clean ones alone?

    python -m bench.audit [--sounds DIR] [--clips N] [--planted N] [--tuning]

The first clips of every speaker (``--planted``) get each fault in turn and are judged among all the speaker's clean
clips (``--clips``), as the audit does. Thresholds were set on the speakers of ``--tuning``; without it those held out
are reported. ``--sounds`` holds the folders of ``asterisk-core-sounds-*-g722`` (see ``bench.audit_speakers``).
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from bench import audit_faults as faults
from bench.audit_speakers import HELD_OUT, TUNED_ON, Spoken, speaker
from bench.harness import finish
from bench.voice_speaker import SOUNDS
from likeness.core.types import Audio
from likeness.speak.audit.judge import judged
from likeness.speak.audit.measure import Instruments, measured
from likeness.speak.audit.model import ClipAudit, Measured
from likeness.speak.audit.run import instruments_here, same_speaker
from likeness.speak.check import check
from likeness.speak.recordings import Recording

NOISES = ("white", "pink", "babble")
Planted = tuple[str, str, Callable[[Audio], Audio]]


def planted(number: int) -> Iterator[Planted]:
    """(what is told of it, the fault the audit should name, how it is made) for clip ``number``."""
    kind, mains = NOISES[number % 3], (50, 60)[number % 2]
    for snr in (30, 25, 20, 15, 10):
        yield f"noise {snr} dB", "noise", lambda a, snr=snr: faults.noise(a, snr, kind, number)
    for over in (3, 6, 12):
        yield f"clipping {over} dB over", "clipping", lambda a, over=over: faults.clipped(a, over)
    yield "MP3 64 kbit/s mono", "compression", lambda a: faults.mp3(a, 64)
    yield "MP3 64 kbit/s stereo", "compression", lambda a: faults.mp3(a, 64, channels=2)
    for under in (20, 25):
        yield f"hum {under} dB under", "hum", lambda a, under=under: faults.hum(a, mains, under, number)
    for seconds in (0.5, 0.8):
        yield f"reverberation {seconds} s", "reverberation", lambda a, s=seconds: faults.room(a, s, number)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sounds", type=Path, default=SOUNDS.parent)
    options.add_argument("--clips", type=int, default=12)
    options.add_argument("--planted", type=int, default=4)
    options.add_argument("--tuning", action="store_true")
    chosen = options.parse_args()
    names = TUNED_ON if chosen.tuning else HELD_OUT
    clips = {name: found for name in names if (found := speaker(name, chosen.clips, chosen.sounds))}
    found: dict[str, list[bool]] = defaultdict(list)
    false: dict[str, list[str]] = {}
    began, count = time.process_time(), 0
    with ExitStack() as stack:
        instruments = instruments_here(stack)
        without_text = Instruments(None, None, instruments.encoders)
        for name, spoken in clips.items():
            clean = [_measured(clip, clip.audio, instruments) for clip in spoken]
            told = judged(clean, same_speaker=same_speaker(instruments))
            false[name] = [f"{clip.measured.name}: {_named(clip)}" for clip in told if _alarms(clip)]
            strangers = [clip for other, taken in clips.items() if other != name for clip in taken]
            for number, clip in enumerate(spoken[: chosen.planted]):
                for label, fault, plant in planted(number):
                    faulty = _measured(clip, plant(clip.audio), without_text)
                    found[label].append(fault in _faults(clean, number, faulty, instruments))
                stranger = strangers[(number * 7) % len(strangers)]
                faulty = _measured(stranger, stranger.audio, without_text)
                found["another speaker"].append("speaker" in _faults(clean, number, faulty, instruments))
                if clip.text:
                    wrong = Spoken(clip.name, clip.audio, _other_text(clip, spoken))
                    faulty = _measured(wrong, wrong.audio, instruments)
                    found["wrong transcript"].append("transcript" in _faults(clean, number, faulty, instruments))
            count += len(spoken) + 17 * min(len(spoken), chosen.planted)
            missed = [label for label, hits in found.items() if not all(hits[-chosen.planted :])]
            print(f"{name}: false alarms {len(false[name])} of {len(spoken)}, not all found: {missed}", flush=True)
    _report(clips, found, false, (time.process_time() - began) / max(count, 1), tuning=chosen.tuning)


def _measured(clip: Spoken, audio: Audio, instruments: Instruments) -> Measured:
    sha = hashlib.sha256(clip.name.encode()).hexdigest()
    text = clip.text if instruments.aligner else ""
    entry = Recording(
        sha[:16], Path(clip.name), clip.name, sha, audio.seconds, audio.rate, text, "neutral", check(audio), "", ""
    )
    return measured(entry, audio, instruments)


def _faults(clean: list[Measured], number: int, faulty: Measured, instruments: Instruments) -> set[str]:
    """What is said of clip ``number`` when ``faulty`` stands in its place."""
    told = judged([*clean[:number], faulty, *clean[number + 1 :]], same_speaker=same_speaker(instruments))
    return {fault.name for fault in told[number].faults}


def _alarms(clip: ClipAudit) -> set[str]:
    """Faults of the planted kinds: the sampling rate of the speakers here is what it is."""
    kinds = {"noise", "clipping", "compression", "hum", "reverberation", "speaker", "transcript"}
    return {fault.name for fault in clip.faults} & kinds


def _named(clip: ClipAudit) -> str:
    return "; ".join(fault.reason for fault in clip.faults if fault.name in _alarms(clip))


def _other_text(clip: Spoken, clips: list[Spoken]) -> str:
    """The text of another clip that is nearest in length."""
    others = [other.text for other in clips if other.text != clip.text]
    return min(others, key=lambda text: abs(len(text) - len(clip.text)))


def _report(
    clips: dict[str, list[Spoken]],
    found: dict[str, list[bool]],
    false: dict[str, list[str]],
    seconds: float,
    *,
    tuning: bool,
) -> None:
    rows: list[tuple[object, ...]] = [
        (label, sum(hits), len(hits), f"{sum(hits) / len(hits):.1%}") for label, hits in found.items()
    ]
    total = sum(map(len, clips.values()))
    alarms = sum(map(len, false.values()))
    for name, said in false.items():
        rows.append((f"false on clean: {name}", len(said), len(clips[name]), f"{len(said) / len(clips[name]):.1%}"))
    print("speakers", "tuned on:" if tuning else "held out:", ", ".join(clips))
    for said in false.values():
        for line in said:
            print("  false alarm:", line)
    hits = [hit for each in found.values() for hit in each]
    figures: dict[str, float | int | None] = {
        "found": sum(hits) / len(hits),
        "false": alarms / total,
        "clips": total,
        "cpu_seconds_per_clip": seconds,
    }
    figures |= {f"found {label}": sum(each) / len(each) for label, each in found.items()}
    finish("audit", ("fault", "found", "of", "share"), rows, figures)


if __name__ == "__main__":
    main()
