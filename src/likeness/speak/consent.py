"""Whose voice it is: the consent without which no voice is made, and how far it was checked.

A person reads :func:`sentence` aloud (:func:`spoken`: who reads is compared with the enrolled speech, and what is read
with the sentence where a recogniser is ready), or the user states whose voice it is and that they may (:func:`stated`).
Either stands with each recording and, with date and source, in the manifest of every voice made of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, Literal

from likeness.core.errors import InputError, NotReady, Refused
from likeness.core.home import PersonHome
from likeness.core.protocols import Recogniser
from likeness.core.types import Audio

ASK = "say who agreed and to what, for example: I am the speaker and agree to a voice being made of this"
NONE = "recordings are taken in only with the consent of the person who speaks in them"
_REFUSALS = frozenset({"", "0", "false", "no", "off", "none", "null"})
_COMPARED_WITH = 8
_COMPARED_SECONDS = 20.0
_MOST_WORDS_WRONG = 0.5
"""Share of the sentence's words that may be misheard: a small recogniser hears names badly, but no other text fits."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent. ``at`` is when it was given (ISO 8601), ``source`` where ("command line", "gateway" …).

    Of one that was read aloud: ``recording`` is its id, ``similarity`` the cosine of its reader with the enrolled
    speech by ``encoder``, ``words_wrong`` the share of the sentence's words that ``recogniser`` heard otherwise; both
    ``None`` where they could not be told yet.
    """

    statement: str
    at: str
    method: Literal["stated", "spoken"] = "stated"
    source: str = ""
    recording: str = ""
    similarity: float | None = None
    encoder: str = ""
    words_wrong: float | None = None
    recogniser: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What stands in a manifest: the fields that say something."""
        return {key: value for key, value in asdict(self).items() if value not in ("", None)}

    @classmethod
    def of(cls, value: str | Mapping[str, Any] | Consent, *, at: str = "", source: str = "") -> Consent:
        """From a manifest's entry of any age, or a bare statement. Raises :class:`InputError` for anything else."""
        if isinstance(value, Consent):
            return value
        if isinstance(value, str):
            return cls(value, at, source=source)
        known = {field.name for field in fields(cls)}
        try:
            return cls(**{"at": at, "source": source, **{key: item for key, item in value.items() if key in known}})
        except (TypeError, AttributeError):
            raise InputError(
                "a consent on record is damaged", hint="enrol the recordings again with --consent"
            ) from None


def sentence(name: str, day: date) -> str:
    """What the person reads aloud."""
    return (
        f"My name is {name}. Today is {day.day} {day:%B %Y}. This is my own voice, and I agree that likeness learns it "
        "from my recordings and speaks with it."
    )


def stated(text: str, source: str) -> Consent:
    """The user's statement of whose voice it is and that they may. Raises :class:`Refused` for an empty one or a no."""
    said = " ".join(text.split())
    if said.rstrip(".!").casefold() in _REFUSALS:
        raise Refused(NONE, hint=ASK, param="consent")
    return Consent(said, _now(), "stated", source)


def spoken(
    home: PersonHome,
    recording: str,
    *,
    statement: str = "",
    source: str = "recording",
    encoder: str = "",
    recogniser: Recogniser | None = None,
    recogniser_name: str = "",
    against: Sequence[str] = (),
) -> Consent:
    """The consent that the recording with that id holds, compared with the speech enrolled in ``home``.

    ``statement`` is what was to be read (the recording's transcript when left out), ``against`` the ids of the
    recordings to compare with (all others that are meant for any voice). ``encoder`` names a speaker encoder, else the
    best that is ready.

    Raises :class:`NotFound` for an unknown recording, :class:`NotReady` when there is no other speech to compare with
    and :class:`Refused` when another person reads, or another text is read.
    """
    from likeness.speak import recordings
    from likeness.speak.decode import Decoder

    read = recordings.recording(home, recording)
    others = [
        item
        for item in recordings.recordings(home)
        if item.id != read.id and (item.id in against if against else not item.voice)
    ]
    if not others:
        raise NotReady("there is no other speech to compare the consent with", hint="record or enrol some first")
    wanted = statement or read.transcript
    with Decoder() as decoder:
        audio = _excerpt(recordings.load_audio(read, decoder))
        chosen = others[:: max(1, len(others) // _COMPARED_WITH)][:_COMPARED_WITH]
        sounds = [_excerpt(recordings.load_audio(item, decoder)) for item in chosen]
    name, similarity = _compared(audio, sounds, encoder)
    wrong = None if recogniser is None or not wanted else _words_wrong(audio, wanted, recogniser)
    return Consent(
        statement=wanted or "read aloud",
        at=read.added_at,
        method="spoken",
        source=source,
        recording=read.id,
        similarity=similarity,
        encoder=name,
        words_wrong=wrong,
        recogniser=recogniser_name if wrong is not None else "",
    )


def _compared(audio: Audio, sounds: Sequence[Audio], encoder: str) -> tuple[str, float]:
    """(encoder, cosine) of the reader and the enrolled speech. Raises :class:`Refused` for another speaker."""
    from likeness.speak.encoders import mean_vector, open_encoder, ready_encoders

    name = encoder or ready_encoders()[0]
    with open_encoder(name) as opened:
        similarity = round(float(opened.speaker_vector(audio) @ mean_vector(opened, sounds)), 3)
        least = opened.same_speaker
    if similarity < least:
        raise Refused(
            f"whoever reads the consent is not who speaks in the recordings (similarity {similarity:.2f} by {name}, "
            f"under {least:.2f})",
            hint="let the person whose voice it is read the sentence, in the same room as the recordings",
        )
    return name, similarity


def _words_wrong(audio: Audio, wanted: str, recogniser: Recogniser) -> float:
    """Share of the sentence that was heard otherwise. Raises :class:`Refused` when another text was read."""
    from likeness.speak.recognise import word_errors

    heard = recogniser.recognise(audio, expected=wanted).text
    wrong = round(word_errors(wanted, heard).rate, 3)
    if wrong > _MOST_WORDS_WRONG:
        raise Refused(
            f"what was read is not the consent sentence: {wrong:.0%} of its words were heard otherwise",
            hint="read the sentence again, clearly and whole",
        )
    return wrong


def _excerpt(audio: Audio) -> Audio:
    return Audio(audio.samples[: round(_COMPARED_SECONDS * audio.rate)], audio.rate)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
