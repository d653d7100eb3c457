"""Microphones: the system's through a stand-in for sounddevice, and folders of files in their place."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from speech_like import speech, write

from likeness.core.errors import EngineMissing, InputError, NotFound, NotReady
from likeness.speak.record import microphone
from likeness.speak.record.microphone import Stream, choose, devices


class PortAudioError(Exception):
    pass


class InputStream:
    """Gives nine blocks, the third after an overflow, and then none, as an unplugged device does."""

    opened: ClassVar[dict[str, Any]] = {}

    def __init__(self, **options: Any) -> None:
        InputStream.opened = options
        self.give, self.frames = options["callback"], options["blocksize"]

    def start(self) -> None:
        for number in range(1, 10):
            block = np.full((self.frames, 1), number / 100, dtype=np.float32)
            self.give(block, self.frames, None, SimpleNamespace(input_overflow=number == 3))
            block[:] = 9.0  # the library uses its memory again

    def close(self, ignore_errors: bool = True) -> None:
        InputStream.opened["closed"] = True


LISTED = [
    {"name": "Speakers", "max_input_channels": 0, "default_samplerate": 44_100.0},
    {"name": "Built-in Microphone", "max_input_channels": 1, "default_samplerate": 44_100.0},
    {"name": "USB Interface", "max_input_channels": 2, "default_samplerate": 96_000.0},
    {"name": "Headset", "max_input_channels": 1, "default_samplerate": 8_000.0},
]


def check_input_settings(*, device: int, channels: int, dtype: str, samplerate: int) -> None:
    if device != 2:
        raise PortAudioError("Invalid sample rate")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(
        PortAudioError=PortAudioError,
        InputStream=InputStream,
        default=SimpleNamespace(device=(1, 0)),
        query_devices=lambda: LISTED,
        check_input_settings=check_input_settings,
    )
    monkeypatch.setitem(sys.modules, "sounddevice", made)  # type: ignore[arg-type]
    return made


def test_only_inputs_are_listed_with_the_systems_choice(library: SimpleNamespace) -> None:
    assert [(each.number, each.is_default) for each in devices()] == [(1, True), (2, False), (3, False)]


@pytest.mark.parametrize(
    ("asked", "name"), [("", "Built-in Microphone"), ("2", "USB Interface"), ("usb", "USB Interface")]
)
def test_a_microphone_is_chosen_by_number_or_part_of_its_name(library: SimpleNamespace, asked: str, name: str) -> None:
    assert choose(asked).name == name


def test_an_unknown_microphone_and_none_at_all_are_told(
    library: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFound, match="no microphone 'radio'"):
        choose("radio")
    monkeypatch.setattr(library, "query_devices", lambda: LISTED[:1])
    with pytest.raises(NotReady, match="there is no microphone"):
        choose("")


@pytest.mark.parametrize(("device", "rate"), [("2", 48_000), ("1", 44_100)])
def test_it_listens_at_the_rate_asked_for_or_at_its_own(library: SimpleNamespace, device: str, rate: int) -> None:
    with choose(device).open(48_000) as stream:
        assert stream.rate == InputStream.opened["samplerate"] == rate
        assert stream.read().shape == (round(0.05 * rate),)
    assert InputStream.opened["closed"]


def test_a_telephones_rate_is_refused(library: SimpleNamespace) -> None:
    with pytest.raises(NotReady, match="8,000 Hz"), choose("Headset").open():
        pass


def test_lost_sound_is_counted_from_each_take_on_and_an_unplugged_device_told(
    library: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microphone, "_SILENT_SECONDS", 0.01)
    with choose("").open() as stream:
        assert [round(float(stream.read()[0]), 2) for _ in range(4)] == [0.01, 0.02, 0.03, 0.04]
        assert stream.lost == 1
        stream.cue("a line")
        assert stream.lost == 0
        with pytest.raises(NotReady, match="does not answer any more"):
            drained(stream)


def test_without_the_library_or_without_portaudio_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)  # type: ignore[arg-type]
    with pytest.raises(EngineMissing) as raised:
        choose("")
    assert raised.value.hint == "pip install 'likeness[record]'"

    def broken(name: str) -> None:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(microphone, "import_module", broken)
    with pytest.raises(EngineMissing, match="PortAudio") as raised:
        devices()
    assert "libportaudio2" in raised.value.hint


def drained(stream: Stream) -> np.ndarray:
    blocks = []
    while len(block := stream.read()):
        blocks.append(block)
    return np.concatenate(blocks)


def test_files_are_played_by_line_and_else_in_order(tmp_path: Path) -> None:
    sounds = {name: speech(1.0 + number / 2, seed=number) for number, name in enumerate(("a", "b", "happy-0123456789"))}
    for name, audio in sounds.items():
        write(tmp_path / f"{name}.wav", audio)
    rehearsal = choose(f"file:{tmp_path}")
    assert rehearsal.ends_itself
    with rehearsal.open() as stream:
        assert stream.rate == 24_000
        lengths = []
        for what in ("room", "sad-1111111111", "happy-0123456789", "sad-2222222222", "sad-3333333333"):
            stream.cue(what)
            lengths.append(len(drained(stream)) / 24_000)
        assert lengths == [4.0, 1.0, 2.0, 1.5, 2.0]


def test_a_folder_that_holds_no_takes_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        choose(f"file:{tmp_path / 'none'}")
    write(tmp_path / "room.wav", speech(1.0))
    with pytest.raises(InputError, match="no WAV or FLAC"):
        choose(f"file:{tmp_path}")


def test_files_of_different_rates_are_no_one_microphone(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", speech(1.0, 24_000))
    write(tmp_path / "b.wav", speech(1.0, 48_000))
    with choose(f"file:{tmp_path}").open() as stream:
        stream.cue("one")
        with pytest.raises(InputError, match=r"b\.wav has 48,000 Hz"):
            stream.cue("two")
