"""English for Kokoro: the built-in pronunciation in the signs that its model was trained on.

Kokoro's own front end takes espeak-ng, which is under the GPL, for words it does not know; this one needs neither.
"""

from __future__ import annotations

from collections.abc import Iterator

from likeness.core.errors import InputError
from likeness.engines.builtin.voice.english.phones import Phone, Word
from likeness.engines.builtin.voice.english.pronounce import pronounce

_ARPABET = (
    "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW "
    "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH"
)  # fmt: skip
_KOKORO = "ɑ æ ʌ ɔ W I ɛ ɜɹ A ɪ i O Y ʊ u b ʧ d ð f ɡ h ʤ k l m n ŋ p ɹ s ʃ t θ v w j z ʒ"
_SIGNS = dict(zip(_ARPABET.split(), _KOKORO.split(), strict=True))
_UNSTRESSED = {"AH": "ə", "ER": "əɹ"}
_STRESS = {0: "", 1: "ˈ", 2: "ˌ"}
_PAUSES = {"": "", "comma": ",", "colon": ";", "period": ".", "question": "?", "exclamation": "!"}
_ENDS = frozenset({"period", "question", "exclamation"})


def kokoro_phones(text: str, longest: int) -> Iterator[str]:
    """The phonemes of spoken English ``text``, in strings of at most ``longest`` signs, cut between words.

    Raises :class:`InputError` when there is no word in it.
    """
    words = pronounce(text)
    if not words:
        raise InputError("there is nothing to say: the text has no word", param="text")
    held = ""
    for number, word in enumerate(words):
        ends = number == len(words) - 1 and word.pause_after not in _ENDS
        said = _said(word) + ("." if ends else _PAUSES[word.pause_after])
        if held and len(held) + 1 + len(said) > longest:
            yield held
            held = ""
        held = f"{held} {said}".strip()[:longest]
    yield held


def _said(word: Word) -> str:
    return "".join(_sign(phone) for phone in word.phones)


def _sign(phone: Phone) -> str:
    sign = _UNSTRESSED.get(phone.symbol, _SIGNS[phone.symbol]) if phone.stress == 0 else _SIGNS[phone.symbol]
    return (_STRESS[phone.stress] if phone.is_vowel else "") + sign
