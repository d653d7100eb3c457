"""The page of ``likeness voices page``: voices tried in the browser, through Gradio (the extra ``demo``).

It answers loopback alone, under an address with a secret in it, sends nothing anywhere (no sharing, no analytics, no
fonts or scripts of others: the browser is told to load nothing from outside), and keeps sounds in a private folder that
goes with it.
"""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import webbrowser
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from likeness.core.errors import EngineMissing, InputError, LikenessError
from likeness.core.home import PersonHome
from likeness.core.types import Audio

if TYPE_CHECKING:
    from likeness.speak.script import Manner

_HOST = "127.0.0.1"
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; "
    "frame-ancestors 'none'"
)
_FONT = ("system-ui", "sans-serif")
_EXAMPLE = "The train leaves at 7:45. [pause 0.5] It rained all weekend, but the garden needed it."


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page does, without the page: sounds go into ``folder`` as files that say they are synthetic."""

    home: PersonHome
    folder: Path

    def voices(self) -> list[str]:
        """The person's voices, and after them those that came with engines that are ready here."""
        from likeness.speak.engines import speaking_engines
        from likeness.speak.voices import stock_voices, voices

        found = [voice.name for voice in voices(self.home)]
        for state in speaking_engines():
            if state.ready and state.stock and not state.info.isolated:
                known = stock_voices(state.info.name)
                found += [f"{state.info.name}/{voice.id}" for voice in known if voice.language == "en"]
        return found

    def say(self, voice: str, text: str, emotion: str, *style: float) -> tuple[str, str]:
        """The text in a voice: the sound's file and the notes. ``style``: rate, pitch, range, energy, pauses.

        Raises what planning and speaking raise.
        """
        from likeness.speak.aloud import reading
        from likeness.speak.documents import document
        from likeness.speak.generate import joined, open_voice

        with open_voice(self.home, voice) as opened:
            made = reading(opened, document(text), _manner(emotion, style))
            sound = joined(made.pieces(whole=True))
            return self._kept(sound, voice, opened.info.name), "\n".join(f"- {note}" for note in made.notes)

    def compare(self, voice: str, text: str, emotion: str, *style: float) -> tuple[str, str, str]:
        """The same words by the base voice and by the person's: two files, and the notes."""
        from likeness.core import artefacts
        from likeness.core.events import Event
        from likeness.speak.aloud import before_and_after
        from likeness.speak.documents import document
        from likeness.speak.voices import voice_folder

        engine = artefacts.load(voice_folder(self.home, voice)).engine
        job = before_and_after(self.home, voice, document(text), _manner(emotion, style))
        while True:
            try:
                step: Event = next(job)
                del step
            except StopIteration as end:
                before, after, notes = end.value
                break
        files_of = (self._kept(before, f"{voice} (base)", engine), self._kept(after, voice, engine))
        return *files_of, "\n".join(f"- {note}" for note in notes)

    def _kept(self, sound: Audio, voice: str, engine: str) -> str:
        from likeness.core import files
        from likeness.speak.encode import encode

        path = self.folder / f"{secrets.token_hex(8)}.wav"
        files.write_bytes(path, encode(sound, "wav", voice=voice, engine=engine))
        return str(path)


def _manner(emotion: str, style: tuple[float, ...]) -> Manner:
    from likeness.speak.script import RANGES, Manner

    return Manner(**dict(zip(RANGES, style, strict=True)), emotion=emotion or "neutral")


def serve(home: PersonHome, port: int, *, open_browser: bool = True) -> None:
    """Serve the page on loopback until it is interrupted.

    Raises :class:`EngineMissing` without Gradio and :class:`InputError` when the port is taken.
    """
    if find_spec("gradio") is None:
        raise EngineMissing("the page needs Gradio, which is not installed", hint="pip install 'likeness[demo]'")
    import uvicorn

    with tempfile.TemporaryDirectory(prefix="likeness-page-") as folder, socket.socket() as listening:
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((_HOST, port))
            listening.listen()  # so that a browser that comes before the page is ready waits for it
        except OSError as error:
            raise InputError(f"port {port} cannot be used: {error.strerror}", hint="choose another: --port 0") from None
        secret = secrets.token_urlsafe(16)
        application = app(Desk(home, Path(folder)), f"/{secret}")
        address = f"http://{_HOST}:{listening.getsockname()[1]}/{secret}/"
        typer.echo(f"Open {address}  (Ctrl-C ends it)")
        if open_browser:
            webbrowser.open(address)
        with suppress(KeyboardInterrupt):  # the way it is meant to end
            uvicorn.Server(uvicorn.Config(application, log_level="warning")).run(sockets=[listening])


def app(desk: Desk, path: str) -> Any:
    """The page at ``path`` as an ASGI application, for loopback's own names alone."""
    # Gradio reads these when it is imported or starts.
    os.environ.update(
        GRADIO_ANALYTICS_ENABLED="False",
        GRADIO_TEMP_DIR=str(desk.folder / "gradio"),
        HF_HUB_OFFLINE="1",
        DO_NOT_TRACK="1",
    )
    import gradio
    from fastapi import FastAPI, Request, Response
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    application = FastAPI(openapi_url=None)
    application.add_middleware(TrustedHostMiddleware, allowed_hosts=[_HOST, "localhost"])

    @application.middleware("http")
    async def closed(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    theme = gradio.themes.Default(font=_FONT, font_mono=("ui-monospace", "monospace"))
    return gradio.mount_gradio_app(
        application,
        _blocks(gradio, desk),
        path=path,
        server_name=_HOST,
        allowed_paths=[str(desk.folder)],
        footer_links=[],
        ssr_mode=False,
        theme=theme,
    )


def _blocks(gradio: Any, desk: Desk) -> Any:
    """The page itself."""
    from likeness.speak.emotions import NAMES
    from likeness.speak.script import RANGES

    known = desk.voices()
    with gradio.Blocks(title="likeness: voices", analytics_enabled=False) as page:
        gradio.Markdown("# Voices\nText can carry marks: `[whispered] … [neutral] …`, `[pause 0.5]`; or be SSML.")
        text = gradio.Textbox(_EXAMPLE, label="Text", lines=4, max_length=20_000)
        with gradio.Row():
            voice = gradio.Dropdown(known, value=known[0] if known else None, label="Voice")
            emotion = gradio.Dropdown(["neutral", "auto", *NAMES[1:]], value="neutral", label="Emotion")
        titles = {
            "rate": "Tempo",
            "pitch": "Pitch, semitones",
            "pitch_range": "Melody",
            "energy": "Level, dB",
            "pauses": "Pauses",
        }
        with gradio.Row():
            style = [
                gradio.Slider(
                    low, high, value=0.0 if low < 0 else 1.0, step=0.05 if low >= 0 else 0.5, label=titles[name]
                )
                for name, (low, high) in RANGES.items()
            ]
        with gradio.Row():
            say = gradio.Button("Say", variant="primary")
            both = gradio.Button("Base voice and yours")
        with gradio.Row():
            before = gradio.Audio(label="Base voice", type="filepath", interactive=False)
            after = gradio.Audio(label="This voice", type="filepath", interactive=False)
        notes = gradio.Markdown()
        asked = [voice, text, emotion, *style]
        say.click(_told(gradio, desk.say), asked, [after, notes])
        both.click(_told(gradio, desk.compare), asked, [before, after, notes])
    return page


def _told(gradio: Any, act: Any) -> Any:
    """``act`` with the errors of this program as Gradio shows them; any other is not told to the page."""

    def acted(*values: Any) -> Any:
        try:
            return act(*values)
        except LikenessError as error:
            raise gradio.Error(f"{error}{f' ({error.hint})' if error.hint else ''}") from None

    return acted
