"""The evaluation itself: speak everything, ask the judges, put the figures together, save."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from likeness.core import artefacts, corpus, files, plugins
from likeness.core.artefacts import Manifest
from likeness.core.errors import LikenessError
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Corpus, Speaker, Trainer
from likeness.core.types import Clip
from likeness.speak.encode import encode
from likeness.speak.evaluate import others as floor
from likeness.speak.evaluate import result as results
from likeness.speak.evaluate.feelings import feelings
from likeness.speak.evaluate.judges import Judges, Panel, ready_judges
from likeness.speak.evaluate.material import Line, Material, gather, read
from likeness.speak.evaluate.result import Evaluation, Example, Feeling, Missing, Sample, Scale
from likeness.speak.evaluate.scales import Heard, scales
from likeness.speak.evaluate.takes import Studio, Take
from likeness.speak.evaluate.verdict import verdicts
from likeness.speak.voices import OpenVoice, emotions_of, open_voice, references_in, voice_folder
from likeness.speak.waveform import pitch_track, waveform_peaks

_PEAKS = 600
_STAGE = "evaluate voice"
_BASE_LINES, _OTHER_LINES = 6, 4
_SHOWN = 6
VOICE, BASE = "voice", "base"


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """``again``: learn a second time without some clips where nothing else is held out. ``judges``: ask the engines
    that judge; without them only what signal processing measures is taken."""

    again: bool = False
    judges: bool = True


def evaluate(home: PersonHome, voice: str = "me", options: EvaluateOptions = EvaluateOptions()) -> Iterator[Event]:
    """Measure a voice against the person and save the result; an event for each sentence and judge.

    The first event with the stage "cost" says in its note what will be done. What was spoken and judged before, of the
    same voice, is not done again, so that a stopped evaluation goes on. The last event's metrics are the measures.
    Raises :class:`NotFound` for an unknown voice, :class:`EngineMissing` when it cannot speak here, :class:`NotReady`
    when its corpus is gone and :class:`EngineFailed` when not one sentence can be spoken.
    """
    folder = voice_folder(home, voice)
    manifest = artefacts.load(folder)
    for step in gather(home, voice, manifest, again=options.again):
        if isinstance(step, Event):
            yield step
        else:
            material = step
    judges = ready_judges(material.language) if options.judges else _no_judges()
    stock = floor.stock_speakers(material.language)
    yield Event("cost", note=_cost(material, judges, stock, manifest))
    version = artefacts.digest([manifest.data_hash, *(clip.id for clip in material.without)])
    studio = Studio(folder / results.FOLDER, version)
    missing = [*material.missing, *judges.missing]
    heard = yield from _spoken(home, manifest, material, studio, stock, missing)
    measured: list[Scale] = []
    with Panel(studio.folder, judges, material.language) as panel:
        for found in scales(heard, panel):
            if isinstance(found, Event):
                yield found
            else:
                measured.append(found)
        felt = tuple(feelings(heard, panel))
        samples = _samples(folder, heard, panel)
    made = _evaluation(voice, manifest, heard, measured, felt, samples, missing, studio, folder)
    results.save(folder, made)
    yield Event(_STAGE, 1, 1, "voices", f"voice {voice!r} is measured", made.measures)


def _cost(material: Material, judges: Judges, stock: Sequence[tuple[str, str]], manifest: Manifest) -> str:
    """What will be done, in one sentence each."""
    said = [f"{len(material.lines)} sentences are spoken by the voice"]
    if stock:
        said.append(f"{len(_for_others(material))} by each of {len(stock)} other speakers")
    names = [*judges.encoders, judges.recogniser, judges.naturalness]
    asked = ", ".join(name for name in names if name) or "no engine"
    note = f"{', '.join(said)}; {asked} will judge them. Stopped, it goes on where it was."
    if material.without:
        seconds = float(manifest.measures.get("seconds", 0.0))
        note += (
            f" Before that the voice is learned a second time without {len(material.without)} clips, which takes about "
            f"as long as the first time ({seconds / 60:.1f} minutes of speech)."
        )
    elif material.basis == "learned":
        note += (
            " Nothing was held out, so learned sentences are only used for tempo; --held-out learns a second time "
            "without some clips."
        )
    return note


def _spoken(
    home: PersonHome,
    manifest: Manifest,
    material: Material,
    studio: Studio,
    stock: Sequence[tuple[str, str]],
    missing: list[Missing],
) -> Generator[Event, None, Heard]:
    """Have everything spoken; the generator's value is what was :class:`Heard`."""
    can_base = hasattr(plugins.engine(manifest.engine), "open_base")
    if not can_base:
        missing.append(Missing("the base voice", f"{manifest.engine} has no voice of its own before it learns"))
    total = len(material.lines) + can_base * len(_for_base(material)) + len(stock) * len(_for_others(material))
    done = 0

    def opens() -> AbstractContextManager[OpenVoice]:
        return _opened(twin, manifest) if twin else open_voice(home, manifest.name)

    twin: Path | None = None
    if material.without and studio.missing(VOICE, material.lines):
        twin = studio.folder / "twin"
        yield from _learned_again(manifest, material, twin)
    for _ in studio.speak(VOICE, material.lines, opens):
        done += 1
        yield Event(_STAGE, done, total, "sentences")
    if twin:
        shutil.rmtree(twin, ignore_errors=True)
    peak = studio.peak_mb
    heard = Heard(material, studio.takes(VOICE, material.lines), peak_mb=peak)
    if can_base:
        lines = _for_base(material)
        for _ in studio.speak(BASE, lines, partial(open_voice, home, manifest.name, base=True)):
            done += 1
            yield Event(_STAGE, done, total, "sentences", "the base")
        heard.base = studio.takes(BASE, lines)
    for name, voice in stock:
        label = f"{name}/{voice}"
        try:
            lines = _for_others(material)
            for _ in studio.speak(label, lines, partial(open_voice, home, label)):
                done += 1
                yield Event(_STAGE, done, total, "sentences", label)
            heard.others[label] = studio.takes(label, lines)
        except LikenessError as error:
            missing.append(Missing(f"the floor by {label}", str(error), error.hint))
    if len(heard.others) < 2:
        why = f"{len(heard.others)} of the two other speakers it takes can speak here"
        missing.append(Missing("a floor that can be relied on", why, "likeness voices engines says what is ready"))
    return heard


@contextmanager
def _opened(folder: Path, manifest: Manifest) -> Iterator[OpenVoice]:
    """What the voice's engine left in ``folder``, opened as the voice itself is."""
    engine = plugins.engine(manifest.engine)
    with engine.open(folder) as speaker:
        language = str(manifest.extra.get("language") or "en")
        yield OpenVoice(
            manifest.name,
            cast("Speaker", speaker),
            engine.info,
            emotions_of(manifest),
            language,
            references_in(folder),
        )


def _for_base(material: Material) -> list[Line]:
    plain = [line for line in material.lines if line.emotion == material.neutral]
    unseen = [line for line in plain if line.clip is None]
    same = [line for line in plain if line.clip is not None]
    return [*unseen[:_BASE_LINES], *same[:2]]


def _for_others(material: Material) -> list[Line]:
    plain = [line for line in material.lines if line.emotion == material.neutral]
    unseen = [line for line in plain if line.clip is None]
    same = [line for line in plain if line.clip is not None]
    return [*unseen[:_OTHER_LINES], *same[:1]]


def _learned_again(manifest: Manifest, material: Material, twin: Path) -> Iterator[Event]:
    """Have the engine learn into ``twin`` what it learned, without the clips held out."""
    source = twin.with_name("twin-corpus")
    for place in (source, twin):
        shutil.rmtree(place, ignore_errors=True)
        files.private_folder(place)
    whole = corpus.load(material.corpus)
    kept: list[Clip] = []
    out = {clip.id for clip in material.without}
    for clip in whole.clips:
        if clip.id not in out:
            path = source / f"{len(kept):05}{clip.path.suffix}"
            files.write_bytes(path, clip.path.read_bytes())
            kept.append(Clip(clip.id, path, clip.transcript, clip.seconds, clip.emotion, clip.check))
    corpus.save(source, Corpus(tuple(kept), whole.rate, whole.language))
    trainer = cast("type[Trainer]", plugins.engine(manifest.engine))
    for event in trainer.train(source, dict(manifest.recipe), twin):
        yield Event("learn again", event.done, event.total, event.unit, event.note)
    manifest.save(twin)
    shutil.rmtree(source, ignore_errors=True)


def _no_judges() -> Judges:
    hint = "leave out --no-judges"
    measures = ("similarity", "word and character error", "naturalness")
    return Judges((), "", "", tuple(Missing(name, "no judges were asked", hint) for name in measures))


# ── putting it together ───────────────────────────────────────────────────────────────────────────────────────


def _evaluation(
    voice: str,
    manifest: Manifest,
    heard: Heard,
    measured: list[Scale],
    felt: tuple[Feeling, ...],
    samples: tuple[Sample, ...],
    missing: list[Missing],
    studio: Studio,
    folder: Path,
) -> Evaluation:
    failures = {(failure.series, failure.text): failure for failure in studio.failures}
    notes = [_sentence(each) for each in missing]
    notes += [f"{series}: {text!r} gave no usable sound: {each.why}" for (series, text), each in failures.items()]
    if heard.material.basis == "learned again":
        notes.append(
            "Judged is a twin of the voice that learned without the held-out clips; the voice itself knows all."
        )
    return Evaluation(
        voice=voice,
        engine=manifest.engine,
        measures=figures(measured),
        example=_example(heard, folder, voice, manifest.engine),
        notes=tuple(dict.fromkeys(notes)),
        basis=heard.material.basis,
        scales=tuple(measured),
        feelings=felt,
        samples=samples,
        verdicts=verdicts(measured, felt, list(failures.values()), len(heard.voice)),
        missing=tuple(missing),
        others=tuple(heard.others),
    )


def _sentence(missing: Missing) -> str:
    hint = f" ({missing.hint})" if missing.hint else ""
    return f"{missing.measure} was left out: {missing.why}{hint}"


_BOTH = {"pitch_hz", "pitch_spread_semitones", "letters_per_second"}
"""Measures that are told of voice and person under names of their own."""


def figures(measured: Sequence[Scale]) -> dict[str, float]:
    """The scales as figures by name: the voice's under the scale's name (with its judge where there are several), the
    others' with ``_person``, ``_others``, ``_base`` and ``_share`` behind it."""
    found: dict[str, float] = {}
    for scale in measured:
        name = f"similarity_{scale.judge}" if scale.name == "similarity" else scale.name
        found[f"{name}_voice" if name in _BOTH else name] = scale.voice
        for key in ("person", "others", "base", "share"):
            value = getattr(scale, key)
            if value is not None:
                found[f"{name}_{key}"] = value
        if scale.name in ("word_error", "character_error") and scale.person:
            found[f"{name}_ratio"] = round(scale.voice / scale.person, 4)
    return {name: round(value, 4) for name, value in sorted(found.items())}


def _example(heard: Heard, folder: Path, voice: str, engine: str) -> Example:
    """The pair nearest to 4 s, or the first sentence where there are no pairs; its sounds are written."""
    both = [take for take in heard.voice if take.original is not None]
    chosen = min(both, key=lambda take: abs(take.audio.seconds - 4.0)) if both else heard.voice[0]
    files.write_bytes(folder / "example-voice.flac", encode(chosen.audio, "flac", voice=voice, engine=engine))
    shown: dict[str, Any] = {"text": chosen.text, **_drawn("voice", chosen.audio, "example-voice.flac")}
    if chosen.original is not None:
        person = read(chosen.original)
        files.write_bytes(folder / "example-person.flac", encode(person, "flac"))
        shown |= _drawn("person", person, "example-person.flac")
    return Example(**shown)


def _drawn(whose: str, audio: Any, file: str) -> dict[str, Any]:
    return {
        f"{whose}_file": file,
        f"{whose}_peaks": waveform_peaks(audio, _PEAKS),
        f"{whose}_pitch": pitch_track(audio),
        f"{whose}_seconds": round(audio.seconds, 3),
    }


def _samples(folder: Path, heard: Heard, panel: Panel) -> tuple[Sample, ...]:
    """Sentences to play: some that were recorded, some that nobody did, and one of each feeling."""
    from likeness.speak.evaluate.scales import sound_of

    neutral = heard.material.neutral
    base = {take.text: take for take in heard.base}
    same = [take for take in heard.voice if take.original is not None and take.emotion == neutral]
    same.sort(key=lambda take: take.text not in base)
    new = [take for take in heard.voice if take.original is None and take.emotion == neutral]
    felt: dict[str, Take] = {}
    for take in heard.voice:
        if take.emotion != neutral:
            felt.setdefault(take.emotion, take)
    made = []
    for take in [*same[: _SHOWN // 2], *new[: _SHOWN - min(len(same), _SHOWN // 2)], *felt.values()]:
        sounds = {"voice": f"{results.FOLDER}/{take.path.name}"}
        if take.original is not None:
            sounds["person"] = _kept(folder, take.original)
        if take.text in base and take.emotion == neutral:
            sounds["base"] = f"{results.FOLDER}/{base[take.text].path.name}"
        asked = panel.judges.recogniser and take in heard.plain
        heard_text = panel.heard(sound_of(take)) if asked else ""
        made.append(Sample(take.text, take.emotion, take.kind, sounds, heard_text))
    return tuple(made)


def _kept(folder: Path, original: Path) -> str:
    """A copy of the person's recording beside the voice's sounds, since a corpus can be pruned."""
    name = f"{results.FOLDER}/person-{artefacts.digest([str(original.name)])}{original.suffix}"
    if not (folder / name).is_file():
        files.write_bytes(folder / name, original.read_bytes())
    return name
