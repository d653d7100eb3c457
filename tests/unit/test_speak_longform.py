"""Long recordings: speakers told apart, only the owner's speech kept, music left out, memory bounded."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from speech_like import speech, write

from likeness.core import corpus
from likeness.core.errors import InputError
from likeness.core.events import Event, drain
from likeness.core.home import Home, PersonHome
from likeness.core.types import Audio, Heard, Vectors
from likeness.speak import consent, diarise, longform, music
from likeness.speak.hearing import transcribe, unheard
from likeness.speak.prepare import build_corpus, corpus_folder
from likeness.speak.recordings import import_recordings, recordings

AGREED = consent.stated("I am Sam and agree", "test")
RATE = 16_000


class ByBrightness:
    """A speaker encoder for tests: tells a bright sound from a dull one."""

    same_speaker: ClassVar[float] = 0.9

    def speaker_vector(self, audio: Audio) -> Vectors:
        spectrum = np.abs(np.fft.rfft(audio.samples)) ** 2
        hertz = np.fft.rfftfreq(len(audio.samples), 1 / audio.rate)
        bright = float(spectrum[hertz > 1000].sum() / spectrum.sum() > 0.5)
        return np.array([1.0 - bright, bright], np.float32)


class Ears:
    def recognise(self, audio: Audio, *, language: str = "en", expected: str = "") -> Heard:
        return Heard(f"heard {audio.seconds:.0f}")


def bright(audio: Audio) -> Audio:
    """The same with its treble raised until it carries most of the energy."""
    changed = np.diff(np.diff(audio.samples, prepend=0.0), prepend=0.0)
    return Audio((changed * np.std(audio.samples) / np.std(changed)).astype(np.float32), audio.rate)


def tune(seconds: float) -> Audio:
    """Held chords."""
    time = np.arange(round(seconds * RATE)) / RATE
    parts = [np.sin(2 * np.pi * note * time) for note in (220.0, 277.2, 329.6, 440.0)]
    return Audio((sum(parts) * 0.05).astype(np.float32), RATE)


def interview(path: Path) -> list[tuple[float, float]]:
    """Two speakers in turns of 12 s, the first four times, then music; returns where the first speaks."""
    pieces, turns, at = [], [], 0.0
    for turn in range(7):
        said = speech(12, rate=RATE, seed=turn)
        said = bright(said) if turn % 2 else said
        if turn % 2 == 0:
            turns.append((at, at + said.seconds))
        pieces += [said.samples, np.zeros(RATE, np.float32)]
        at += said.seconds + 1
    pieces.append(tune(12).samples)
    write(path, Audio(np.concatenate(pieces), RATE))
    return turns


def surveyed(*paths: Path) -> longform.Survey:
    found = list(longform.survey(paths, ByBrightness(), "test"))
    assert all(isinstance(step, Event) for step in found[:-1])
    last = found[-1]
    assert isinstance(last, longform.Survey)
    return last


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    return Home(tmp_path / "Likeness").create("sam", "Sam Rivers")


def test_speakers_are_listed_by_how_much_they_say_and_music_is_counted(tmp_path: Path) -> None:
    interview(tmp_path / "talk.flac")
    found = surveyed(tmp_path / "talk.flac")
    assert len(found.speakers.speakers) == 2
    first, second = found.speakers.speakers
    assert first.seconds > second.seconds > 20
    assert found.listened[0].music_seconds > 6
    assert not longform.alone(found)
    told = found.left_out([0])
    assert "speaker 2: 0." in told
    assert "music: 0." in told


def test_only_the_owners_speech_is_kept_with_its_words(home: PersonHome, tmp_path: Path) -> None:
    turns = interview(tmp_path / "talk.flac")
    found = surveyed(tmp_path / "talk.flac")
    events = drain(
        longform.keep(home, found, [0], consent=AGREED, emotion="happy", recogniser=Ears(), recogniser_name="ears")
    )
    kept = recordings(home)
    assert events[-1].metrics["added"] == len(kept) == 1
    assert "left out: speaker 2" in events[-1].note
    (only,) = kept
    assert 0.7 * 48 < only.seconds < 1.05 * sum(end - start for start, end in turns)
    assert only.spans
    assert all(span.heard_by == "ears" and span.transcript.startswith("heard") for span in only.spans)
    assert (only.emotion, only.agreed) == ("happy", AGREED)
    spoken = ByBrightness()
    import soundfile

    samples, rate = soundfile.read(only.path, dtype="float32")
    for span in only.spans:
        clip = Audio(samples[round(span.start * rate) : round(span.end * rate)], rate)
        assert spoken.speaker_vector(clip)[0] == 1.0
    again = drain(longform.keep(home, found, [0], consent=AGREED))
    assert again[-1].metrics["unchanged"] == 1
    name = drain(build_corpus(home))[-1].note
    clips = corpus.load(corpus_folder(home, name)).clips
    assert clips
    assert {clip.heard_by for clip in clips} == {"ears"}


def test_words_come_from_subtitles_beside_the_sound(home: PersonHome, tmp_path: Path) -> None:
    interview(tmp_path / "talk.flac")
    (tmp_path / "talk.srt").write_text(
        "1\n00:00:00,200 --> 00:00:05,000\nWhat I said.\n\n2\n00:00:14,000 --> 00:00:20,000\nWhat they said.\n"
    )
    drain(longform.keep(home, surveyed(tmp_path / "talk.flac"), [0], consent=AGREED))
    (only,) = recordings(home)
    assert only.transcript == "What I said."


def test_the_speaker_like_the_recordings_that_are_there_is_proposed(home: PersonHome, tmp_path: Path) -> None:
    interview(tmp_path / "talk.flac")
    found = surveyed(tmp_path / "talk.flac")
    encoder = ByBrightness()
    assert longform.propose(home, found, encoder) == (0, "who speaks most")
    drain(import_recordings(home, [write(tmp_path / "me.wav", bright(speech(8, seed=20)))], consent=AGREED))
    number, why = longform.propose(home, found, encoder)
    assert number == 1
    assert "already" in why
    clips = longform.excerpts(found, 1)
    assert len(clips) == 3
    assert all(encoder.speaker_vector(clip)[1] == 1.0 for clip in clips)


def test_one_speaker_and_short_or_damaged_files_are_left_to_be_imported_whole(tmp_path: Path) -> None:
    long = write(tmp_path / "long.flac", speech(50, rate=RATE))
    short = write(tmp_path / "short.flac", bright(speech(8, rate=RATE)))
    (tmp_path / "bad.flac").write_bytes(b"fLaC" + b"a" * 99)
    found = surveyed(long, short, tmp_path / "bad.flac")
    assert found.long == [0]
    assert longform.alone(found)
    assert list(found.unreadable) == [tmp_path / "bad.flac"]


def test_silence_has_no_speakers() -> None:
    heard = list(diarise.listen(iter([Audio(np.zeros(RATE * 3, np.float32), RATE)]), ByBrightness()))[-1]
    assert heard.seconds == 3.0
    with pytest.raises(InputError, match="no speech"):
        diarise.group([heard], 0.9)


def test_a_stream_is_heard_in_pieces_that_add_up_and_are_never_long() -> None:
    sound = speech(150, rate=8000)
    blocks = (Audio(sound.samples[at : at + 4096], 8000) for at in range(0, len(sound.samples), 4096))
    pieces = list(diarise.chunks(blocks))
    assert max(piece.seconds for piece, _ in pieces) < diarise.CHUNK_SECONDS + 1
    assert np.array_equal(np.concatenate([piece.samples for piece, _ in pieces]), sound.samples)


def test_music_is_told_from_speech() -> None:
    assert music.music_share(tune(6)) == 1.0
    assert music.music_share(speech(6)) == 0.0
    assert music.music_share(Audio(np.zeros(100, np.float32), RATE)) == 0.0


def test_recordings_without_a_transcript_are_heard_and_marked(home: PersonHome, tmp_path: Path) -> None:
    drain(
        import_recordings(
            home,
            [write(tmp_path / "a.wav", speech(6, seed=1), "These are my own words, all of them, as I said them.")],
            consent=AGREED,
        )
    )
    drain(import_recordings(home, [write(tmp_path / "b.wav", speech(6, seed=2))], consent=AGREED))
    drain(import_recordings(home, [write(tmp_path / "c.wav", speech(30, seed=3))], consent=AGREED))
    assert len(unheard(home)) == 2
    assert drain(transcribe(home, Ears(), "ears"))[-1].metrics == {"heard": 2.0, "silent": 0.0}
    by_name = {item.name: item for item in recordings(home)}
    assert (by_name["a.wav"].transcript, by_name["a.wav"].heard_by) == (
        "These are my own words, all of them, as I said them.",
        "",
    )
    assert (by_name["b.wav"].transcript, by_name["b.wav"].heard_by) == ("heard 6", "ears")
    assert len(by_name["c.wav"].spans) > 1
    assert unheard(home) == []
