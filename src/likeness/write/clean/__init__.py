"""From a message as it was stored to what the person wrote in it: pure functions, HTML first, then text."""

from likeness.write.clean.echoes import drop_echoes, drop_own_echoes
from likeness.write.clean.message import Cleaned, clean_message, mine_signatures, without_quotes
from likeness.write.clean.noise import noise, unwanted
from likeness.write.clean.signatures import Signatures

__all__ = [
    "Cleaned",
    "Signatures",
    "clean_message",
    "drop_echoes",
    "drop_own_echoes",
    "mine_signatures",
    "noise",
    "unwanted",
    "without_quotes",
]
