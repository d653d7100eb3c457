"""English front end: spoken text to phonemes, from a lexicon and models trained on it; no outside program."""

from likeness.engines.builtin.voice.english.phones import PAUSES, SYMBOLS, VOWELS, Pause, Phone, Stress, Word
from likeness.engines.builtin.voice.english.pronounce import pronounce

__all__ = ["PAUSES", "SYMBOLS", "VOWELS", "Pause", "Phone", "Stress", "Word", "pronounce"]
