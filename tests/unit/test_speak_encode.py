"""Sound into files and streams: other programs read them back, and they say that they are synthetic."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from speech_like import speech

from likeness.core.errors import InputError
from likeness.core.resample import StreamResampler, resample
from likeness.core.types import Audio
from likeness.speak.encode import StreamEncoder, encode, format_of


@pytest.mark.parametrize("format", ["wav", "flac"])
def test_lossless_files_hold_the_sound_at_22050_hz(format: str) -> None:
    sound = speech(2.0, rate=22_050)
    samples, rate = soundfile.read(io.BytesIO(encode(sound, format)), dtype="float32")
    assert rate == 22_050
    assert len(samples) == len(sound.samples)
    assert np.abs(samples - sound.samples).max() < 1e-4


@pytest.mark.parametrize("format", ["wav", "flac", "mp3", "opus"])
def test_files_say_that_they_are_synthetic_and_whose(format: str) -> None:
    sound = speech(1.0, rate=22_050)
    stream = StreamEncoder(format, 22_050, voice="me", engine="builtin.voice")
    streamed = b"".join(stream.feed(Audio(part, 22_050)) for part in np.array_split(sound.samples, 9)) + stream.finish()
    for made in (encode(sound, format, voice="me", engine="builtin.voice"), streamed):
        file = soundfile.SoundFile(io.BytesIO(made))
        assert "Synthetic" in file.comment
        assert "'me'" in file.comment
        assert "builtin.voice" in file.comment
        assert file.artist == "me (synthetic voice)"


def test_opus_is_ogg_at_24_khz_and_comes_in_pages() -> None:
    sound = speech(6.0, rate=22_050)
    whole = encode(sound, "opus")
    assert whole[:4] == b"OggS"
    assert whole[28:36] == b"OpusHead"
    samples, rate = soundfile.read(io.BytesIO(whole))
    assert rate == 24_000
    assert len(samples) == pytest.approx(6 * 24_000, abs=500)
    stream = StreamEncoder("opus", 22_050, voice="me")
    parts = [stream.feed(Audio(part, 22_050)) for part in np.array_split(sound.samples, 30)]
    assert parts[0][:4] == b"OggS"
    assert sum(map(len, parts[:15])) > 4000
    read, _ = soundfile.read(io.BytesIO(b"".join(parts) + stream.finish()))
    assert np.abs(read - samples).max() < 0.02


def test_a_wav_header_states_exact_sizes() -> None:
    made = encode(Audio(np.zeros(1001, np.float32), 22_050), "wav", voice="me")
    assert struct.unpack("<I", made[4:8])[0] == len(made) - 8
    assert struct.unpack("<I", made[40:44])[0] == 2002


def test_a_streamed_wav_states_an_unknown_size_and_is_readable() -> None:
    sound = speech(1.0, rate=22_050)
    encoder = StreamEncoder("wav", 22_050)
    made = b"".join(encoder.feed(Audio(part, 22_050)) for part in np.array_split(sound.samples, 7)) + encoder.finish()
    assert made[4:8] == made[40:44] == b"\xff\xff\xff\xff"
    assert made[44:] == encode(sound, "wav")[44:]


def test_streamed_mp3_gives_bytes_before_the_end_and_is_readable() -> None:
    sound = speech(3.0, rate=22_050)
    encoder = StreamEncoder("mp3", 22_050, voice="me")
    parts = [encoder.feed(Audio(part, 22_050)) for part in np.array_split(sound.samples, 30)]
    assert sum(map(len, parts[:15])) > 3000
    samples, rate = soundfile.read(io.BytesIO(b"".join(parts) + encoder.finish()))
    assert rate == 22_050
    assert len(samples) == pytest.approx(len(sound.samples), abs=3000)


def test_pcm_is_24_khz_16_bit() -> None:
    sound = Audio(np.full(22_050, 0.5, np.float32), 22_050)
    made = np.frombuffer(encode(sound, "pcm"), "<i2")
    assert len(made) == 24_000
    assert made[12_000] == pytest.approx(16_384, abs=30)


@pytest.mark.parametrize(("format", "length"), [("wav", 44), ("mp3", 0), ("opus", 0), ("pcm", 0)])
def test_a_stream_without_sound_ends_without_an_error(format: str, length: int) -> None:
    assert len(StreamEncoder(format, 22_050).finish()) == length


def test_unknown_formats_and_rates_are_said() -> None:
    with pytest.raises(InputError, match="AAC") as caught:
        encode(speech(1.0), "aac")
    assert "mp3, opus" in caught.value.hint
    with pytest.raises(InputError, match="'amr'"):
        StreamEncoder("amr", 22_050)
    assert (format_of(".ogg"), format_of(".WAV")) == ("opus", "wav")
    with pytest.raises(InputError):
        StreamEncoder("wav", 22_050).feed(speech(1.0, rate=24_000))


@settings(max_examples=30, deadline=None)
@given(
    rates=st.tuples(*[st.sampled_from([16_000, 22_050, 24_000, 44_100, 48_000])] * 2),
    sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=6),
)
def test_resampling_in_pieces_equals_resampling_the_whole(rates: tuple[int, int], sizes: list[int]) -> None:
    source, target = rates
    samples = np.random.default_rng(0).standard_normal(sum(sizes)).astype(np.float32)
    stream = StreamResampler(source, target)
    pieces = [stream.feed(part) for part in np.split(samples, np.cumsum(sizes)[:-1])]
    joined = np.concatenate([*pieces, stream.finish()])
    whole = resample(Audio(samples, source), target).samples
    assert len(joined) == len(whole)
    assert np.abs(joined - whole).max() < 1e-5
