"""From recordings to a published voice: prepare the corpus, let the engine learn, publish with consent and measures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from likeness.core import artefacts, files, plugins
from likeness.core import corpus as core_corpus
from likeness.core.artefacts import Manifest
from likeness.core.errors import EngineMissing, PoorRecording, Refused, TooFewExamples
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Trainer
from likeness.speak.consent import Consent
from likeness.speak.prepare import build_corpus, chosen_recordings, consents, corpus_folder, prune_corpora
from likeness.speak.recipe import VoiceRecipe, voice_recipe
from likeness.speak.recordings import add_upload
from likeness.speak.voices import Voice, checked_name, voice_folder, voices

__all__ = ["Voice", "enrol", "instant", "voice_folder", "voices"]

_ABANDONED_SECONDS = 86_400.0
INSTANT_SECONDS = 4.0
"""Least speech in the clip of an instant voice; 10-30 s are what it is meant for."""


def enrol(
    home: PersonHome,
    *,
    voice: str = "me",
    engine: str = "builtin.voice",
    recipe: VoiceRecipe | None = None,
    emotion: str = "",
    only: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Iterator[Event]:
    """Learn a voice from the recordings (all, those of one ``emotion``, or those named in ``only``).

    Publishes ``voices/<voice>``; until then an older voice of that name stays as it is. The same recordings, recipe
    and engine find the voice made already. The last event's metrics are the voice's measures, with ``reused``.

    Raises :class:`NotReady` without usable recordings, :class:`TooFewExamples` under the recipe's minimum,
    :class:`Refused` without consent, :class:`EngineMissing` when the engine cannot run or cannot learn.
    """
    recipe = recipe or voice_recipe()
    checked_name(voice)
    trainer = learning_engine(engine)
    prepared = ""
    for event in build_corpus(home, recipe=recipe, voice=voice, emotion=emotion, only=only):
        prepared = event.note
        yield event
    corpus = corpus_folder(home, prepared)
    made_from = artefacts.load(corpus)
    # Of the recordings as they are now: what was agreed to may have been stated anew since the corpus was made.
    agreed = consents(chosen_recordings(home, voice=voice, emotion=emotion, only=only))
    _check_corpus(made_from, agreed, recipe)
    data_hash = artefacts.digest([prepared, engine, json.dumps(recipe.model_dump(), sort_keys=True)])
    folder = home.voices / voice
    existing = _made_before(folder, data_hash, agreed)
    if existing:
        yield _last(existing, f"voice {voice!r} is up to date", reused=True)
        return
    files.private_folder(home.voices)
    files.sweep(home.voices, older_than=_ABANDONED_SECONDS)
    with artefacts.publish(folder) as making:
        last = Event("train")
        for last in trainer.train(corpus, recipe.model_dump(), making):
            yield last
        manifest = Manifest(
            kind="voice",
            name=voice,
            engine=engine,
            base_model=recipe.model or next(iter(plugins.engine(engine).info.models), ""),
            data_hash=data_hash,
            recipe=recipe.model_dump(),
            measures={**made_from.measures, **last.metrics},
            notes=_remarks(made_from, recipe, [*notes, *_sentences(last.note)]),
            parents=(f"corpora/{prepared}",),
            extra={
                "consent": agreed,
                "emotion": emotion,
                "emotions": emotions_of(corpus),
                "language": recipe.language,
            },
        )
        manifest.save(making)
    prune_corpora(home)
    yield _last(manifest, f"voice {voice!r} is ready", reused=False)


def _made_before(folder: Path, data_hash: str, agreed: list[dict[str, Any]]) -> Manifest | None:
    """The voice in ``folder`` where it was made of the same, with the consents as they are now; a damaged one counts as
    none, so that enrolling again mends it."""
    found = dict(artefacts.surveyed(folder.parent)[0]).get(folder)
    if found is None or found.data_hash != data_hash:
        return None
    if found.extra.get("consent") != agreed:
        found = replace(found, extra={**found.extra, "consent": agreed})
        found.save(folder)
    return found


def instant(
    home: PersonHome,
    data: bytes,
    *,
    name: str,
    consent: str | Consent,
    file_name: str = "the upload",
    transcript: str = "",
    engine: str = "builtin.voice",
    recipe: VoiceRecipe | None = None,
) -> Iterator[Event]:
    """Make a voice of one uploaded clip of 10-30 s (file bytes); the transcript may be unknown.

    The clip is kept among the recordings for this voice alone. Raises as :func:`enrol`, what decoding raises, and
    :class:`PoorRecording` for a clip that the check refuses or that holds too little speech.
    """
    checked_name(name)
    kept = add_upload(home, data, file_name, voice=name, transcript=transcript, consent=consent)
    if kept.check.speech_seconds < INSTANT_SECONDS:
        raise PoorRecording(
            f"{file_name} holds {kept.check.speech_seconds:.1f} s of speech, too little for a voice",
            hint="record 10 to 30 seconds of whole sentences",
            param="audio",
        )
    note = f"Made from one clip of {kept.seconds:.0f} s: a rough first voice. More recordings make it theirs."
    yield from enrol(home, voice=name, engine=engine, recipe=recipe, only=[kept.id], notes=[note])


def learning_engine(engine: str) -> type[Trainer]:
    """The engine called ``engine``. Raises :class:`EngineMissing` when it cannot run here or cannot learn a voice."""
    loaded = plugins.engine(engine)
    if not {"trainer", "speaker"} <= loaded.info.kind:
        raise EngineMissing(f"engine {engine!r} cannot learn a voice", hint="builtin.voice can")
    return cast("type[Trainer]", loaded)


def emotions_of(folder: Path) -> dict[str, float]:
    """Seconds of speech by emotion in the corpus in ``folder``, the most first."""
    seconds: dict[str, float] = {}
    for clip in core_corpus.load(folder).clips:
        seconds[clip.emotion] = seconds.get(clip.emotion, 0.0) + clip.seconds
    return {name: round(seconds[name], 1) for name in sorted(seconds, key=lambda name: -seconds[name])}


def _check_corpus(corpus: Manifest, agreed: list[dict[str, Any]], recipe: VoiceRecipe) -> None:
    if not any(each.get("statement") for each in agreed):
        raise Refused(
            "the recordings carry no consent of their speaker, so no voice is made of them",
            hint="import them again and state who agreed with --consent",
        )
    seconds = float(corpus.measures["seconds"])
    if seconds < recipe.minimum_seconds:
        raise TooFewExamples(
            f"there are only {seconds:.1f} s of usable speech; a voice needs {recipe.minimum_seconds:g} s",
            hint="record more whole sentences; 10 to 30 s give a rough voice, some minutes a good one",
        )


def _sentences(note: str) -> list[str]:
    """What a trainer says of the voice in its last event: kept when it is a sentence, not a mere "done"."""
    return [note] if note.endswith(".") else []


def _remarks(corpus: Manifest, recipe: VoiceRecipe, said: list[str]) -> tuple[str, ...]:
    """What the owner should know of how good this voice can be; ``said`` are remarks that were made already."""
    measures = corpus.measures
    seconds, transcribed = float(measures["seconds"]), float(measures["transcribed_seconds"])
    found = list(said)
    if not said and seconds < recipe.rough_below_seconds:
        found.append(
            f"Rough: made from {seconds:.0f} s of speech. From {recipe.rough_below_seconds:.0f} s on it gets better, "
            "some minutes make it theirs."
        )
    if transcribed == 0.0 and not said:
        found.append("The recordings have no transcripts; transcripts make the voice clearer.")
    elif 0.0 < transcribed < 0.95 * seconds:
        found.append(f"{1 - transcribed / seconds:.0%} of the recordings have no transcript.")
    heard = float(measures.get("heard_seconds", 0.0))
    if heard:
        found.append(
            f"{heard / seconds:.0%} of the recordings have a transcript that a recogniser wrote, with "
            "mistakes. Correct ones make the voice clearer."
        )
    if measures["refused"]:
        found.append(f"{int(measures['refused'])} clips were left out; the corpus's manifest says why.")
    return tuple(found)


def _last(manifest: Manifest, note: str, *, reused: bool) -> Event:
    metrics = {key: float(value) for key, value in manifest.measures.items() if isinstance(value, int | float)}
    return Event("enrol voice", 1, 1, "voices", note, metrics | {"reused": float(reused)})
