"""Decoding: every readable format comes out right, everything else is an error that says what to do."""

from __future__ import annotations

import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile
from speech_like import contained, file_bytes, speech, write

from likeness.core.errors import InputError, LikenessError, NotFound, UnknownFormat, UnsafeInput
from likeness.core.types import Audio
from likeness.speak.decode import DecodeLimits, Decoder, decode, decode_bytes


def tone(seconds: float = 1.0, rate: int = 48_000) -> Audio:
    return Audio((0.3 * np.sin(np.arange(round(seconds * rate)) * 0.05)).astype(np.float32), rate)


@pytest.mark.parametrize(
    ("format", "subtype", "close"),
    [("WAV", "PCM_16", 1e-4), ("WAV", "FLOAT", 1e-6), ("FLAC", "PCM_24", 1e-6), ("AIFF", "PCM_16", 1e-4),
     ("CAF", "PCM_16", 1e-4), ("OGG", "VORBIS", 0.05), ("OGG", "OPUS", 0.1)],
)  # fmt: skip
def test_readable_formats_come_out_as_they_went_in(format: str, subtype: str, close: float) -> None:
    sound = tone()
    made = decode_bytes(file_bytes(sound, format, subtype))
    assert made.rate == 48_000
    assert len(made.samples) == len(sound.samples)
    assert made.samples.dtype == np.float32
    middle = slice(4800, -4800)
    assert np.abs(made.samples[middle] - sound.samples[middle]).max() < close


def test_mp3_is_decoded_from_a_path(tmp_path: Path) -> None:
    made = decode(write(tmp_path / "a.mp3", tone()))
    assert made.seconds == pytest.approx(1.0, abs=0.1)
    assert np.abs(made.samples).max() == pytest.approx(0.3, abs=0.02)


def test_the_name_of_a_file_does_not_decide(tmp_path: Path) -> None:
    (tmp_path / "really.mp3").write_bytes(file_bytes(tone(), "FLAC"))
    with Decoder() as decoder:
        assert decoder.decode(tmp_path / "really.mp3").format == "flac"


def test_channels_are_mixed_and_the_difference_is_said(tmp_path: Path) -> None:
    left = tone().samples
    soundfile.write(tmp_path / "differ.wav", np.column_stack([left, 0 * left]), 48_000)
    soundfile.write(tmp_path / "same.wav", np.column_stack([left, left]), 48_000)
    with Decoder() as decoder:
        differ, same = decoder.decode(tmp_path / "differ.wav"), decoder.decode(tmp_path / "same.wav")
    assert differ.channels == same.channels == 2
    assert np.abs(differ.audio.samples - left / 2).max() < 1e-3
    assert "2 channels differ" in differ.notes[0]
    assert same.notes == ()


def flac_of_silence(path: Path, seconds: int, rate: int = 96_000) -> Path:
    with soundfile.SoundFile(path, "w", rate, 1, format="FLAC", subtype="PCM_16") as file:
        for _ in range(seconds // 10):
            file.write(np.zeros(10 * rate, dtype=np.int16))
    return path


def test_a_small_file_that_decodes_to_553_megabytes_is_refused(tmp_path: Path) -> None:
    bomb = flac_of_silence(tmp_path / "bomb.flac", 1440)
    assert bomb.stat().st_size < 500_000
    with pytest.raises(UnsafeInput, match=r"bomb\.flac"):
        decode(bomb)


def test_a_bomb_that_hides_its_length_is_refused_while_it_decodes(tmp_path: Path) -> None:
    data = bytearray(flac_of_silence(tmp_path / "bomb.flac", 1440).read_bytes())
    # STREAMINFO: the 36 bits of total samples stand in bytes 21-25 after "fLaC" and the block header
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    with pytest.raises(UnsafeInput, match="decodes to over"):
        decode_bytes(bytes(data), limits=DecodeLimits())


def test_too_long_too_many_channels_and_too_slow_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeInput, match=r"over 0\.5 seconds"):
        decode_bytes(file_bytes(tone()), limits=DecodeLimits(seconds=0.5))
    with pytest.raises(UnsafeInput, match="0 MB"):
        decode_bytes(file_bytes(tone()), limits=DecodeLimits(input_bytes=100))
    soundfile.write(tmp_path / "nine.wav", np.zeros((100, 9)), 48_000)
    with pytest.raises(UnsafeInput, match="9 channels"):
        decode(tmp_path / "nine.wav")
    with pytest.raises(UnsafeInput, match="took over"):
        decode_bytes(file_bytes(tone()), limits=DecodeLimits(wall_seconds=0.001))


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", InputError, "empty"),
        (b"just some text, no sound", UnknownFormat, "not a sound file"),
        (b"RIFF\xff\xff\xff\xffWAVE", InputError, "cannot be read"),
        (b"fLaC" + b"a" * 200, InputError, "cannot be read"),
        (b"OggS" + b"\0" * 500, InputError, "cannot be read"),
        (b"ID3\x03" + b"\xff" * 500, InputError, "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, error: type[LikenessError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        decode_bytes(data)
    assert caught.value.hint
    assert "Traceback" not in str(caught.value)


CONTAINERS = [
    (b"\0\0\0\x20ftypM4A \0\0\0\0", "M4A"),
    (b"\xff\xf1\x50\x80abcdefgh", "AAC"),
    (b"\x1aE\xdf\xa3webm", "WebM"),
    (b"0&\xb2u\x8ef\xcf\x11", "Windows Media"),
    (b"#!AMR\n", "AMR"),
    (b"RIFF\xff\xff\xff\xffAVI LIST", "AVI"),
]


@pytest.mark.parametrize(("data", "says"), CONTAINERS)
def test_without_pyav_a_container_is_named_with_what_reads_it(
    data: bytes, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("likeness.speak.formats.find_spec", lambda name: None)
    with pytest.raises(UnknownFormat, match=says) as caught:
        decode_bytes(data)
    assert "likeness[containers]" in caught.value.hint
    assert "ffmpeg" in caught.value.hint


@pytest.mark.skipif(find_spec("av") is None, reason="PyAV is not installed")
@pytest.mark.parametrize("data", [data for data, title in CONTAINERS if title != "AMR"])
def test_with_pyav_a_damaged_container_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        decode_bytes(data + b"\0" * 300)


@pytest.mark.skipif(find_spec("av") is None, reason="PyAV is not installed")
@pytest.mark.parametrize(
    ("container", "codec", "format", "close"),
    [("mp4", "aac", "mp4", 0.1), ("adts", "aac", "aac", 0.1), ("webm", "libopus", "webm", 0.1),
     ("mov", "alac", "mp4", 1e-4), ("avi", "pcm_s16le", "avi", 1e-4), ("matroska", "pcm_s16le", "webm", 1e-4)],
)  # fmt: skip
def test_containers_come_out_as_they_went_in(container: str, codec: str, format: str, close: float) -> None:
    sound = tone()
    data = contained(sound, container, codec)
    with Decoder() as decoder:
        made = decoder.decode(data, "case")
    assert (made.format, made.channels, made.audio.rate) == (format, 1, 48_000)
    assert made.audio.seconds == pytest.approx(1.0, abs=0.06)
    # an encoder's delay moves the sound: what must match is the tone itself
    middle = made.audio.samples[12_000:36_000]
    assert np.abs(middle).max() == pytest.approx(0.3, abs=0.3 * close + 0.01)
    assert np.argmax(np.abs(np.fft.rfft(middle))) == pytest.approx(0.05 / (2 * np.pi) * 24_000, abs=1)


@pytest.mark.skipif(find_spec("av") is None, reason="PyAV is not installed")
def test_limits_hold_for_containers() -> None:
    data = contained(tone(3.0), "mp4", "aac")
    with pytest.raises(UnsafeInput, match="over 2 seconds"):
        decode_bytes(data, limits=DecodeLimits(seconds=2.0))
    with pytest.raises(UnsafeInput, match="0 MB"):
        decode_bytes(data, limits=DecodeLimits(output_bytes=100_000))
    with pytest.raises(InputError):
        decode_bytes(data[: len(data) // 3])


def test_a_stream_gives_the_same_sound_in_blocks(tmp_path: Path) -> None:
    sound = speech(8.0)
    (tmp_path / "a.flac").write_bytes(file_bytes(sound, "FLAC"))
    with Decoder() as decoder:
        blocks = list(decoder.stream(tmp_path / "a.flac"))
        assert len(blocks) > 1
        whole = decoder.decode(tmp_path / "a.flac").audio
        assert np.array_equal(np.concatenate([block.samples for block in blocks]), whole.samples)
        left = decoder.stream(tmp_path / "a.flac")
        next(left)
        left.close()
        assert decoder.decode(tmp_path / "a.flac").audio.seconds == whole.seconds
        with pytest.raises(InputError):
            list(decoder.stream(b"fLaC" + b"a" * 200))


@pytest.mark.parametrize("value", [np.nan, np.inf, 30_000.0])
def test_samples_that_are_no_sound_are_refused(value: float) -> None:
    samples = tone().samples.copy()
    samples[1000] = value
    with pytest.raises(InputError):
        decode_bytes(file_bytes(Audio(samples, 48_000), "WAV", "FLOAT"))


def test_a_strange_rate_and_a_truncated_or_empty_file_are_refused() -> None:
    wav = bytearray(file_bytes(tone()))
    wav[24:28] = struct.pack("<I", 2_000_000)
    with pytest.raises(InputError, match="2000000 Hz"):
        decode_bytes(bytes(wav))
    flac = file_bytes(speech(4.0), "FLAC")
    with pytest.raises(InputError, match="cannot be read"):
        decode_bytes(flac[: len(flac) // 2])
    with pytest.raises(InputError, match="no sound"):
        decode_bytes(file_bytes(Audio(np.zeros(0, np.float32), 48_000)))


def test_paths_that_are_no_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        decode(tmp_path / "absent.wav")
    for path in (tmp_path, Path("/dev/zero")):
        with pytest.raises(InputError, match="not a regular file"):
            decode(path)


def test_many_files_go_on_after_a_bad_one(tmp_path: Path) -> None:
    paths = [write(tmp_path / "a.wav", tone()), tmp_path / "b.wav", write(tmp_path / "c.flac", tone())]
    paths[1].write_bytes(b"RIFF\x10\0\0\0WAVEjunkjunk")
    with Decoder() as decoder:
        before = decoder.decode(paths[0])
        with pytest.raises(InputError):
            decoder.decode(paths[1])
        after = decoder.decode(paths[2])
    np.testing.assert_allclose(before.audio.samples, after.audio.samples, atol=1e-4)
