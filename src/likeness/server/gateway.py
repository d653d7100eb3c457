"""What every route works with: one person's home, the lanes, the jobs and the decoder."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import structlog

from likeness.core import artefacts, plugins
from likeness.core.errors import InputError, LikenessError, NotFound, NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.jobs import JobRunner
from likeness.core.lanes import Lanes
from likeness.core.protocols import Embedder, EngineInfo, Speaker
from likeness.core.settings import Settings
from likeness.core.store import Job
from likeness.server.enrolment import INSTANT, LEARN, InstantVoices, consent_given
from likeness.server.keys import Keys
from likeness.server.writers import LanePen, Writers

if TYPE_CHECKING:
    from likeness.speak.recordings import Recording
    from likeness.speak.remove import Removal

OWN_VOICE = "me"
WRITING_MODELS = ("me", "me:rewrite")
BASE_MODEL = "base"
SPEECH_MODEL = "voice"


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice and the means to speak in it. ``id`` is "instant" for one made from a clip for one request.

    ``info`` is its engine's, ``emotions`` those it was recorded in, ``folder`` where it lies (``None``: it came with
    its engine).
    """

    id: str
    engine: str
    notes: tuple[str, ...]
    speaker: Speaker
    info: EngineInfo
    emotions: tuple[str, ...] = ()
    language: str = "en"
    folder: Path | None = None


class Gateway:
    """Holds what outlives a request. Made once; :meth:`close` ends every process it started."""

    def __init__(self, home: PersonHome, settings: Settings) -> None:
        self.home = home
        self.settings = settings
        self.keys = Keys(home.root)
        self.created = int(time.time())
        self.lanes = Lanes(settings.memory_limit_mb)
        self.writers = Writers(home, settings, self.lanes)
        self.jobs = JobRunner(home.store)
        self._instant = InstantVoices(home)

    async def aclose(self) -> None:
        """End connections, lanes and jobs; unfinished jobs are taken up at the next start."""
        await self.writers.aclose()
        self.lanes.close()
        self.jobs.close()
        self._instant.close()

    # ── engines ───────────────────────────────────────────────────────────────────────────────────────────

    def writing_models(self) -> tuple[str, ...]:
        """The models that write; the plain one only where a language model is set up."""
        return WRITING_MODELS if self.writers.base_role() is None else (*WRITING_MODELS, BASE_MODEL)

    def embedder(self) -> Embedder:
        """The embedder the settings name. Raises :class:`NotReady` when none is set."""
        from likeness.write import meaning

        if not self.settings.embedder:
            raise meaning.no_engine()
        return self.lanes.embedder(self.settings.embedder, meaning.engine_options(self.settings))

    def voice(self, voice_id: str | None) -> Voice:
        """The voice of that id, the person's own without one; ENGINE/VOICE is one that came with an engine.

        Raises :class:`NotFound`, naming those there are, :class:`InputError` for one that is damaged, and
        :class:`EngineMissing` when its engine cannot run here.
        """
        wanted = voice_id or OWN_VOICE
        if "/" in wanted:
            return self._stock_voice(wanted)
        known = {folder.name: (folder, manifest) for folder, manifest in self.voices()}
        if wanted not in known:
            if error := artefacts.surveyed(self.home.voices)[1].get(self.home.voices / wanted):
                raise error
            if not known:
                raise NotReady("no voice has been enrolled yet", hint="POST /api/voice/upload, or likeness enrol voice")
            raise NotFound(f"there is no voice {wanted!r}", hint=f"voices: {', '.join(sorted(known))}", param="voice")
        return self._opened(wanted, *known[wanted])

    def _opened(self, voice_id: str, folder: Path, manifest: artefacts.Manifest) -> Voice:
        from likeness.speak.voices import emotions_of

        return Voice(
            voice_id,
            manifest.engine,
            tuple(manifest.notes),
            cast("Speaker", self.lanes.speaker(manifest.engine, folder)),
            plugins.engine(manifest.engine).info,
            tuple(emotions_of(manifest)),
            str(manifest.extra.get("language") or "en"),
            folder,
        )

    def _stock_voice(self, name: str) -> Voice:
        from likeness.speak.voices import stock_voices

        engine, _, wanted = name.partition("/")
        if engine not in plugins.names(plugins.ENGINES):
            raise NotFound(f"there is no voice {name!r}", hint="see GET /v1/audio/voices?stock=true", param="voice")
        for voice in stock_voices(engine):
            if voice.id == wanted:
                speaker = cast("Speaker", self.lanes.speaker(engine, None, {"voice": wanted}))
                note = f"{voice.title} is a voice that came with {engine}, and nobody's own here."
                return Voice(name, engine, (note,), speaker, plugins.engine(engine).info, language=voice.language)
        raise NotFound(f"there is no voice {name!r}", hint="see GET /v1/audio/voices?stock=true", param="voice")

    def remove_voice(self, voice_id: str, *, with_recordings: bool) -> Removal:
        """Remove a voice and everything made from it; returns what went. Raises :class:`NotFound`."""
        from likeness.speak import remove

        going = remove.preview(self.home, voice_id, with_recordings=with_recordings)
        for folder in going.folders:
            self.lanes.retire(folder)
        for _ in remove.remove(going):
            pass
        return going

    def instant_voice(self, clip: bytes, consent: str, engine: str = "") -> Generator[Event | Voice, None, None]:
        """Make a voice of one clip (bytes of a sound file), for one request: what the making says, last the voice.

        Raises :class:`Refused` without consent, what decoding raises, and :class:`PoorRecording`.
        """
        for step in self._instant.making(clip, consent, self._learning_engine(engine)):
            yield step if isinstance(step, Event) else self._opened(INSTANT, step, artefacts.load(step))

    def take_recording(
        self, voice: str, sample: bytes, *, consent: str, transcript: str, emotion: str, engine: str = ""
    ) -> tuple[Recording, Job]:
        """Check and keep a recording for ``voice``, and start to learn it. Raises as :meth:`instant_voice`, and
        :class:`EngineMissing`, before anything is kept, for an engine that cannot learn a voice here."""
        from likeness.speak.recordings import add_upload, agree, recordings

        engine, agreed = self._learning_engine(engine), consent_given(consent)
        kept = add_upload(
            self.home,
            sample,
            "the upload",
            voice=voice,
            transcript=transcript,
            emotion=emotion,
            consent=agreed,
        )
        if kept.voice not in ("", voice):
            raise InputError(
                f"this recording was sent for the voice {kept.voice!r} already",
                hint="send another",
                param="audio_sample",
            )
        if kept.agreed.statement != agreed.statement:  # it was here already; what is stated now counts
            agree(self.home, agreed, [kept.id])
        shared = ("", voice) if voice == OWN_VOICE else (voice,)
        only = [recording.id for recording in recordings(self.home) if recording.voice in shared or recording == kept]
        arguments = {"root": str(self.home.root), "voice": voice, "engine": engine, "only": only}
        return kept, self.jobs.submit("enrol voice", LEARN, arguments)

    def _learning_engine(self, name: str) -> str:
        """The engine of that name, the setting's without one. Raises :class:`NotFound` for one that nobody has, and
        :class:`EngineMissing` for one that cannot learn a voice here."""
        from likeness.speak.train import learning_engine

        if name and name not in plugins.names(plugins.ENGINES):
            raise NotFound(f"there is no engine {name!r}", hint="GET /api/voices/engines lists them", param="engine")
        learning_engine(name or self.settings.speaker)
        return name or self.settings.speaker

    def voices(self) -> list[tuple[Path, artefacts.Manifest]]:
        """Folder and manifest of every voice that can be read, newest first: a damaged one silences no other."""
        return artefacts.surveyed(self.home.voices)[0]

    # ── readiness ─────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Load the writer and the person's own voice where they exist, so that the first request does not wait."""
        for load in (self._warm_writer, self._warm_base, self._warm_voice):
            try:
                load()
            except (NotReady, NotFound):
                continue
            except LikenessError as error:
                structlog.get_logger("likeness.gateway").error("warming", code=error.code, stage=load.__name__[6:])

    def state(self) -> tuple[str, str]:
        """For the writer and the person's own voice: "ready", or why not."""
        return _state(self.writers.personal), _state(lambda: self.voice(None))

    def _warm_writer(self) -> None:
        from likeness.write.generate import rewrite

        pen = self.writers.personal()
        if not isinstance(pen, LanePen):
            return
        if "chat" in pen.info.can:
            pen.writer.warm()
            return
        for _ in rewrite(pen.writer, "Ready.").pieces:
            pass

    def _warm_base(self) -> None:
        """Load what the plain model's engine imports; a model of its own is loaded when it is asked."""
        if self.writers.base_role() is not None:
            self.writers.plain()

    def _warm_voice(self) -> None:
        """Say a word and encode it every way: the first use of a library costs more than all later ones."""
        from likeness.speak.encode import FORMATS, encode
        from likeness.speak.generate import say

        for audio in say(self.voice(None).speaker, "Ready."):
            for sound_format in FORMATS:
                encode(audio, sound_format)


def _state(probe: Callable[[], object]) -> str:
    try:
        probe()
    except LikenessError as error:
        return f"{error.code}: {error}"
    return "ready"
