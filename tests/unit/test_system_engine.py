"""Engine ``system``: programs of the machine, here fakes on the path, and the real espeak-ng where it is."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import soundfile  # noqa: F401 - before the platform is made up, by which it chooses its library

from likeness.core import plugins
from likeness.core.errors import EngineFailed, EngineMissing, InputError, NotFound
from likeness.core.protocols import Speaker, Stock
from likeness.core.types import SpeakRequest
from likeness.engines.system import programs
from likeness.engines.system.engine import SystemVoice
from likeness.speak.engines import speaking_engines
from likeness.speak.generate import joined, say

SECRET = "nobody may read this line"
TONE = """
    import math, struct, sys, wave
    def tone(target, rate, seconds=1.0):
        with wave.open(target, "wb") as file:
            file.setnchannels(1); file.setsampwidth(2); file.setframerate(rate)
            count = int(rate * seconds)
            file.writeframes(b"".join(struct.pack("<h", int(8000 * math.sin(i * 0.1))) for i in range(count)))
"""
ESPEAK = (
    TONE
    + """
    with open({log!r}, "a") as log: log.write(repr(sys.argv[1:]) + "\\n")
    if "--voices" in sys.argv:
        print("Pty Language       Age/Gender VoiceName          File                 Other Languages")
        print(" 2  en-us           --/M      English_(America)  gmw/en-US            (en 3)")
        print(" 5  de              --/M      German             gmw/de")
        print(" 3  en-uk           --/M      english-mb-en1     mb/mb-en1            (en 2)")
        sys.exit()
    text = sys.stdin.read()
    with open({log!r} + ".text", "w") as log: log.write(text)
    if "fail" in text:
        print("cannot open the voice", file=sys.stderr); sys.exit(3)
    import io
    made = io.BytesIO(); tone(made, 16000); data = made.getvalue()
    sys.stdout.buffer.write(data[:40] + b"\\xff\\xff\\xff\\x7f" + data[44:])
"""
)
SAY = (
    TONE
    + """
    with open({log!r}, "a") as log: log.write(repr(sys.argv[1:]) + "\\n")
    if "?" in sys.argv:
        print("Alex                en_US    # Most people recognize me by my voice.")
        print("Anna (Enhanced)     de_DE    # Hallo!")
        sys.exit()
    open({log!r} + ".text", "w").write(sys.stdin.read())
    tone(sys.argv[sys.argv.index("-o") + 1], 22050)
"""
)
PYTTSX3 = (
    TONE
    + """
    class Voice:
        def __init__(self, id, name, languages): self.id, self.name, self.languages = id, name, languages
    class Engine:
        def getProperty(self, name): return [Voice("gmw/en", "English", [b"\\x05en-gb"]), Voice("x", None, [])]
        def setProperty(self, name, value): assert (name, value) == ("voice", "gmw/en")
        def save_to_file(self, text, path): self.path = path
        def runAndWait(self): tone(self.path, 44100)
    def init(): return Engine()
"""
)


def program(folder: Path, name: str, source: str) -> Path:
    """A program that notes its arguments; returns the file they are in."""
    folder.mkdir(exist_ok=True)
    log = folder / f"{name}.log"
    path = folder / name
    path.write_text(f"#!{sys.executable}\n" + textwrap.dedent(source).replace("{log!r}", repr(str(log))))
    path.chmod(0o755)
    return log


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "platform", "linux")
    return folder


def spoken(text: str = "one two", voice: str = "") -> np.ndarray:
    with SystemVoice.open(None, {"voice": voice} if voice else None) as opened:
        pieces = list(opened.speak(SpeakRequest(text)))
    assert {piece.rate for piece in pieces} == {22_050}
    return np.concatenate([piece.samples for piece in pieces])


def test_espeak_speaks_and_the_text_is_not_on_its_command_line(bin_folder: Path) -> None:
    log = program(bin_folder, "espeak-ng", ESPEAK)
    made = spoken(f"{SECRET} [[secret phonemes]]", "de")
    assert len(made) == pytest.approx(22_050, abs=50)
    assert np.abs(made).max() == pytest.approx(8000 / 32768, abs=0.02)
    assert SECRET not in log.read_text()
    assert "'-v', 'de'" in log.read_text()
    given = Path(f"{log}.text").read_text()
    assert SECRET in given
    assert "[[" not in given


def test_its_voices_are_listed_without_those_that_need_more(bin_folder: Path) -> None:
    program(bin_folder, "espeak-ng", ESPEAK)
    assert [(voice.id, voice.language) for voice in SystemVoice.stock_voices()] == [("en-us", "en"), ("de", "de")]
    assert isinstance(SystemVoice.open(), Speaker)
    assert issubclass(SystemVoice, Stock)
    with pytest.raises(NotFound, match="'fr'"):
        SystemVoice.open(None, {"voice": "fr"})
    with pytest.raises(InputError, match="learns no"):
        SystemVoice.open(bin_folder)


def test_say_of_macos(bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    log = program(bin_folder, "say", SAY)
    program(bin_folder, "espeak-ng", ESPEAK)
    assert [voice.id for voice in SystemVoice.stock_voices()] == ["Alex", "Anna (Enhanced)"]
    assert len(spoken(SECRET, "Anna (Enhanced)")) == 22_050
    assert SECRET not in log.read_text()
    assert SECRET in Path(f"{log}.text").read_text()


def test_pyttsx3_where_it_alone_is_here(bin_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "pyttsx3.py").write_text(textwrap.dedent(PYTTSX3))
    monkeypatch.syspath_prepend(library)
    monkeypatch.setenv("PYTHONPATH", str(library))
    assert [(voice.id, voice.language) for voice in SystemVoice.stock_voices()] == [("gmw/en", "en"), ("x", "en")]
    assert len(spoken(SECRET, "gmw/en")) == pytest.approx(22_050, abs=5)


def test_a_program_that_fails_is_told_without_the_text(bin_folder: Path) -> None:
    program(bin_folder, "espeak-ng", ESPEAK)
    with pytest.raises(EngineFailed, match="ended with 3: cannot open the voice") as caught:
        spoken(f"fail {SECRET}")
    assert SECRET not in str(caught.value)
    program(bin_folder, "espeak-ng", "pass")
    with pytest.raises(EngineFailed, match="no sound"):
        spoken()


def test_a_program_that_hangs_is_ended(bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "LONGEST_SECONDS", 0.3)
    program(bin_folder, "espeak-ng", "import time; time.sleep(60)")
    with pytest.raises(EngineFailed, match="longer than"):
        list(programs.Espeak(str(bin_folder / "espeak-ng")).speak("hi", ""))


def test_without_any_program_it_is_missing(bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "find_spec", lambda name: None)
    with pytest.raises(EngineMissing, match="nothing on this machine speaks") as caught:
        SystemVoice.open()
    assert "espeak-ng" in caught.value.hint
    state = next(state for state in speaking_engines() if state.info.name == "system")
    assert not state.ready
    assert "espeak-ng" in state.next_step


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_the_real_espeak_ng_speaks() -> None:
    engine = plugins.engine("system")
    with engine.open(None, {"voice": "en-us"}) as opened:
        made = joined(say(opened, "Hello there. It is 7:45."))  # type: ignore[arg-type]
    assert 1.5 < made.seconds < 5
    assert np.abs(made.samples).max() > 0.05
    told = subprocess.run(["espeak-ng", "--version"], capture_output=True, check=True, text=True).stdout
    assert "eSpeak" in told
