"""``likeness say`` and ``likeness voices``: heard, saved, compared, listed; through the command line's own door."""

from __future__ import annotations

import io
import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.cli.voices_page import Desk
from likeness.cli.voices_page import app as page_app
from likeness.core.artefacts import Manifest, publish
from likeness.core.errors import EngineFailed, LikenessError
from likeness.core.home import Home, PersonHome
from likeness.core.settings import settings
from likeness.core.types import Audio
from likeness.engines.builtin.double import DoubleEngine
from likeness.speak import play
from likeness.speak.documents import document
from likeness.speak.plan import LONGEST_TEXT

CONSENT = [{"statement": "I am Sam and agree", "at": "2026-01-01T00:00:00+00:00", "method": "stated", "source": "test"}]
TEXT = "one two three. [laughs] four five."


@pytest.fixture
def home() -> PersonHome:
    """Sam, with a voice of the test double that was recorded in two emotions."""
    made = Home(settings().home).create("sam", "Sam Quillfeather")
    with publish(made.voices / "me") as folder:
        Manifest(
            kind="voice",
            name="me",
            engine="builtin.double",
            measures={"seconds": 120.0, "clips": 9, "pitch_hz": 110.0},
            notes=("Rough.",),
            extra={"consent": CONSENT, "emotions": {"neutral": 90.0, "happy": 30.0}, "language": "en"},
        ).save(folder)
    return made


def run(*arguments: str, given: str = "") -> Any:
    return CliRunner().invoke(app, arguments, input=given)


def ok(*arguments: str, given: str = "") -> str:
    result = run(*arguments, given=given)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def refused(*arguments: str) -> LikenessError:
    error = run(*arguments).exception
    assert isinstance(error, LikenessError), error
    return error


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "opus", "ogg"])
def test_speech_is_saved_in_the_format_that_its_name_says(home: PersonHome, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"said.{suffix}"
    told = json.loads(ok("say", TEXT, "-o", str(out), "--json"))
    assert (told["file"], told["voice"]) == (str(out), "me")
    assert "[laughs]" in told["notes"][0]
    with soundfile.SoundFile(out) as file:
        assert "voice 'me', engine 'builtin.double'" in file.comment
        assert len(file) / file.samplerate == pytest.approx(told["seconds"], abs=0.15)
    assert out.stat().st_mode & 0o077 == 0


def test_emotions_and_style_reach_the_engine(home: PersonHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = DoubleEngine.speak

    def noted(self: DoubleEngine, request: Any) -> Any:
        asked.append(request)
        return real(self, request)

    monkeypatch.setattr(DoubleEngine, "speak", noted)
    out = ("-o", str(tmp_path / "x.wav"))
    style = ("--rate", "1.5", "--pauses", "2", "--pitch", "-3", "--seed", "9")
    ok("say", "What wonderful news, I am so happy! The train is late.", "--auto-emotion", *style, *out)
    assert [request.blend for request in asked] == [(("happy", 1.0),), (("neutral", 1.0),)]
    assert {(each.rate, each.pauses, each.pitch, each.seed) for each in asked} == {(1.5, 2.0, -3.0, 9)}
    result = run("say", "Hello.", "--emotion", "sad", *out)
    assert "Sad was not recorded" in result.stderr


@pytest.mark.parametrize(
    ("name", "content", "seconds"),
    [
        ("a.txt", "one two three", 3),
        ("a.md", "# one\n\n- two\n- **three**", 3),
        ("a.html", "<html><head><title>no</title></head><body><p>one <b>two</b></p><script>no</script>three</body>", 3),
        ("a.ssml", "<speak>one <sub alias='two'>2</sub> three</speak>", 3),
    ],
)
def test_files_are_read_aloud(home: PersonHome, tmp_path: Path, name: str, content: str, seconds: int) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    told = json.loads(ok("say", "--file", str(path), "-o", str(tmp_path / "x.wav"), "--json"))
    assert told["seconds"] == pytest.approx(0.16 * seconds, abs=1.4)
    assert told["seconds"] > 0.3
    words = json.loads(ok("say", "one two three", "-o", str(tmp_path / "y.wav"), "--json"))
    assert told["seconds"] >= words["seconds"] - 0.05


def test_a_long_file_is_spoken_in_parts() -> None:
    parts = document("\n\n".join(["A sentence of some words. " * 20] * 100)).parts
    assert len(parts) > 2
    assert all(len(part) <= LONGEST_TEXT for part in parts)
    assert sum(part.count("sentence") for part in parts) == 2000
    assert [len(part) for part in document("x" * 45_000).parts] == [20_000, 20_000, 5_000]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "either a text or --file"),
        (("hi", "--file", "x"), "either a text or --file"),
        (("hi", "-o", "x.aac"), "AAC"),
        (("hi", "-o", "x.doc"), "'doc'"),
        (("hi", "-o", "no/such/folder/x.wav"), "does not exist"),
        (("hi", "--voice", "nobody", "-o", "x.wav"), "no voice called 'nobody'"),
        (("hi", "--voice", "builtin.double/x", "-o", "x.wav"), "no voices of its own"),
        (("hi", "--engine", "builtin.voice", "-o", "x.wav"), "made by engine 'builtin.double'"),
        (("hi", "--before-after", "-o", "x.wav"), "no voice of its own to compare"),
        (("<speak>hi", "-o", "x.wav"), "not well formed"),
        (("...", "-o", "x.wav"), "nothing in it"),
    ],
)
def test_what_cannot_be_said_is_told(
    home: PersonHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    error = refused("say", *arguments)
    assert says in str(error)
    assert error.hint
    assert list(tmp_path.glob("x.*")) == []


# ── playing ───────────────────────────────────────────────────────────────────────────────────────────────────


def player(folder: Path, name: str, body: str) -> Path:
    """A program that plays by writing what it is given into a file."""
    heard = folder / "heard.raw"
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport sys\nheard = {str(heard)!r}\n{body}\n")
    path.chmod(0o755)
    return heard


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty path, and no sound device."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(play, "_device", lambda: None)
    return folder


COPY = "open(heard, 'wb').write(sys.stdin.buffer.read())"


@pytest.mark.parametrize(("name", "head"), [("aplay", 0), ("paplay", 0), ("ffplay", 44)])
def test_speech_is_played_by_what_is_here(
    home: PersonHome, programs: Path, name: str, head: int, tmp_path: Path
) -> None:
    heard = player(programs, name, COPY)
    ok("say", TEXT, "--play", "-o", str(tmp_path / "x.wav"))
    saved, _ = soundfile.read(tmp_path / "x.wav", dtype="int16")
    played = np.frombuffer(heard.read_bytes()[head:], "<i2")
    assert np.array_equal(played, saved)
    heard.unlink()
    ok("say", TEXT)
    assert heard.stat().st_size > 10_000


def test_a_player_of_files_gets_a_whole_one(home: PersonHome, programs: Path) -> None:
    heard = player(programs, "afplay", "open(heard, 'wb').write(open(sys.argv[1], 'rb').read())")
    ok("say", TEXT)
    assert soundfile.info(io.BytesIO(heard.read_bytes())).duration > 0.5


def test_nothing_to_play_with_and_a_player_that_fails_are_told(home: PersonHome, programs: Path) -> None:
    error = refused("say", TEXT)
    assert "nothing here can play" in str(error)
    assert "-o" in error.hint
    player(programs, "aplay", "sys.stderr.write('no such device'); sys.exit(1)")
    error = refused("say", TEXT)
    assert "aplay cannot play: no such device" in str(error)


def test_a_sound_device_is_fed_while_the_rest_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[np.ndarray] = []

    class Stream:
        def __enter__(self) -> Stream:
            return self

        def __exit__(self, *exc: object) -> None: ...

        def write(self, samples: np.ndarray) -> None:
            heard.append(samples)

    class Device:
        @staticmethod
        def OutputStream(**options: Any) -> Stream:  # noqa: N802 - the library's name
            assert options == {"samplerate": 22_050, "channels": 1, "dtype": "float32"}
            return Stream()

    monkeypatch.setattr(play, "_device", Device)
    monkeypatch.setattr(play, "find_spec", lambda name: object())
    with play.player(22_050) as opened:
        for _ in range(3):
            opened.feed(Audio(np.ones(100, np.float32), 22_050))
    assert sum(map(len, heard)) == 300


def test_sound_stops_where_an_engine_fails(home: PersonHome, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: DoubleEngine, request: Any) -> Any:
        yield Audio(np.full(100, 0.5, np.float32), 22_050)
        raise EngineFailed("the process is gone")

    player(programs, "aplay", COPY)
    monkeypatch.setattr(DoubleEngine, "speak", gone)
    assert str(refused("say", TEXT)) == "the process is gone"


# ── before and after ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def with_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """The double's base voice is as it is; the person's speaks an octave higher."""
    real = DoubleEngine.speak

    def higher(self: DoubleEngine, request: Any) -> Any:
        from dataclasses import replace

        return real(self, replace(request, pitch=request.pitch + (12 if self.artefact else 0)))

    monkeypatch.setattr(DoubleEngine, "speak", higher)
    monkeypatch.setattr(
        DoubleEngine, "open_base", classmethod(lambda cls, artefact, options=None: cls()), raising=False
    )


def pitch(path: str) -> float:
    samples, rate = soundfile.read(path)
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum) * rate / len(samples))


def test_before_and_after_are_two_files_of_the_same_words(home: PersonHome, tmp_path: Path, with_base: None) -> None:
    told = json.loads(ok("say", "one one one", "--before-after", "-o", str(tmp_path / "x.wav"), "--json"))
    before, after = told["before"]["file"], told["after"]["file"]
    assert (Path(before).name, Path(after).name) == ("x-before.wav", "x-after.wav")
    assert pitch(after) / pitch(before) == pytest.approx(2, rel=0.02)
    assert "me (base)" in soundfile.SoundFile(before).comment


def test_before_and_after_are_played_one_after_the_other(home: PersonHome, programs: Path, with_base: None) -> None:
    player(programs, "aplay", "open(heard, 'ab').write(sys.stdin.buffer.read())")
    said = ok("say", "one", "--before-after")
    assert said.index("before: me (base)") < said.index("after: me")
    assert (programs / "heard.raw").stat().st_size > 2 * 0.1 * 2 * 22_050


# ── voices ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_voices_are_listed_and_shown_with_whose_they_are(home: PersonHome) -> None:
    listed = ok("voices", "list")
    assert all(part in listed for part in ("me", "builtin.double", "2.0 min", "consent on record", "neutral, happy"))
    shown = ok("voices", "show", "me")
    assert all(
        part in shown for part in ("I am Sam and agree", "2026-01-01", "stated", "pitch_hz: 110.0", "happy: 0.5")
    )
    found = json.loads(ok("voices", "list", "--json"))[0]
    assert found == json.loads(ok("voices", "show", "me", "--json"))
    assert (found["emotions"], found["consent"][0]["method"]) == ({"neutral": 90.0, "happy": 30.0}, "stated")
    assert "no voice called" in str(refused("voices", "show", "nobody"))


def test_a_damaged_voice_hides_no_other(home: PersonHome) -> None:
    (home.voices / "old").mkdir()
    (home.voices / "old" / "manifest.json").write_text("{")
    listed = ok("voices", "list")
    assert "me " in listed
    assert "old: " in listed
    assert "is damaged" in listed
    whole, broken = json.loads(ok("voices", "list", "--json"))
    assert (whole["name"], broken["name"]) == ("me", "old")
    assert "is damaged" in broken["damaged"]
    assert "is damaged" in str(refused("voices", "show", "old"))
    assert refused("voices", "show", "nobody").hint == "voices: me"


def test_engines_say_what_they_need_before_anything_is_tried(home: PersonHome) -> None:
    engines = {engine["name"]: engine for engine in json.loads(ok("voices", "engines", "--json"))}
    assert engines["builtin.voice"]["ready"]
    assert engines["builtin.voice"]["learns"]
    assert engines["openvoice"]["models"][0]["about_mb"] > 100
    assert not engines["openvoice"]["ready"]
    assert engines["openvoice"]["next"]
    assert all(engine["licence"] for engine in engines.values())
    assert "to get" in ok("voices", "engines")


def test_a_voice_is_removed_after_saying_what_goes(home: PersonHome) -> None:
    planned = json.loads(ok("voices", "remove", "me", "--json"))
    assert planned["folders"] == [str(home.voices / "me")]
    assert not planned["done"]
    assert "nobody is there to ask" in str(refused("voices", "remove", "me"))
    assert (home.voices / "me").is_dir()
    assert "is gone" in ok("voices", "remove", "me", "--yes")
    assert not (home.voices / "me").exists()
    assert "There is no voice yet" in ok("voices", "list")


def test_the_page_says_and_compares(home: PersonHome, tmp_path: Path, with_base: None) -> None:
    desk = Desk(home, tmp_path)
    assert desk.voices()[0] == "me"
    path, notes = desk.say("me", TEXT, "happy", 1.0, 0.0, 1.0, 0.0, 1.0)
    assert "[laughs]" in notes
    assert "Synthetic" in soundfile.SoundFile(path).comment
    before, after, _ = desk.compare("me", "one one", "neutral", 1.0, 0.0, 1.0, 0.0, 1.0)
    assert pitch(after) / pitch(before) == pytest.approx(2, rel=0.02)


@pytest.mark.skipif(find_spec("gradio") is None, reason="Gradio (the extra demo) is not installed")
def test_the_page_answers_its_own_address_alone_and_loads_nothing_from_outside(
    home: PersonHome, tmp_path: Path
) -> None:
    from starlette.testclient import TestClient

    client = TestClient(page_app(Desk(home, tmp_path), "/secret"), base_url="http://127.0.0.1")
    found = client.get("/secret/")
    assert found.status_code == 200
    assert "default-src 'self'" in found.headers["content-security-policy"]
    assert client.get("/").status_code == 404
    assert client.get("/secret/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.skipif(find_spec("gradio") is not None, reason="Gradio is installed")
def test_without_gradio_the_page_says_how_to_get_it(home: PersonHome) -> None:
    assert "likeness[demo]" in refused("voices", "page").hint
