"""The symbols the acoustic model knows: ARPAbet's 39 phones, the schwa told apart from AH, and the pause."""

from __future__ import annotations

from likeness.engines.builtin.voice.english.phones import CONSONANTS, VOWELS, Phone

PAUSE = "pau"
SCHWA = "AX"
SYMBOLS = (PAUSE, *VOWELS, SCHWA, *CONSONANTS)
INDEX = {symbol: number for number, symbol in enumerate(SYMBOLS)}


def symbol_of(phone: Phone) -> str:
    """The model's symbol for ``phone``: unstressed AH is a schwa."""
    return SCHWA if phone.symbol == "AH" and phone.stress == 0 else phone.symbol
