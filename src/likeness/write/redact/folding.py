"""Words with and without their accents: people leave them out when they write in a hurry."""

from __future__ import annotations

import re

_VARIANTS = {
    "á": "[áa]", "à": "[àa]", "â": "[âa]", "ä": "(?:ä|ae|a)", "é": "[ée]", "è": "[èe]", "ê": "[êe]", "í": "[íi]",
    "î": "[îi]", "ï": "[ïi]", "ó": "[óo]", "ô": "[ôo]", "ö": "(?:ö|oe|o)", "ú": "[úu]", "û": "[ûu]",
    "ü": "(?:ü|ue|u)", "ñ": "[ñn]", "ç": "[çc]", "ß": "(?:ß|ss)",
}  # fmt: skip
_BARE = str.maketrans({letter: variants.strip("[](?:)")[-1] for letter, variants in _VARIANTS.items()} | {"ß": "ss"})
_SHORT = re.compile(r"(?<!\w)né(?!\w)|(?<!\w)né(?=\()")
_IN_FULL = str.maketrans(_VARIANTS)


def loosened(words: str) -> str:
    """The expression ``words``, its accents left to choice, but for ``né``: French and Italian ``ne`` means not."""
    pieces: list[str] = []
    position = 0
    for match in _SHORT.finditer(words):
        pieces += (words[position : match.start()].translate(_IN_FULL), match[0])
        position = match.end()
    return "".join((*pieces, words[position:].translate(_IN_FULL)))


def folded(text: str) -> str:
    """``text`` in lower case without accents, ``ae``, ``oe`` and ``ue`` as the umlauts without their dots."""
    bare = text.lower().translate(_BARE)
    return bare.replace("ae", "a").replace("oe", "o").replace("ue", "u")
