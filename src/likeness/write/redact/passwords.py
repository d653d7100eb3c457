"""Passwords: what a word like it gives away, before or after."""

from __future__ import annotations

import re
from collections.abc import Iterator

from likeness.write.redact.announcing_words import PASSING, QUOTES
from likeness.write.redact.folding import folded, loosened
from likeness.write.redact.shapes import SECRET, is_filled_in, is_odd, secret_like
from likeness.write.redact.spans import Span

_LINK = (
    r"is|was|ist|lautet|heißt|wird|est|es|è|é|to|jest|auf|en|a|por|in|con|it's|c'est|sera|será|sarà|now|devient|será|"
    r"stays|bleibt"
)
_WORDS = loosened(PASSING)
_SUCH = (
    r"(?:(?:du|de la|del|della|de|for|fürs?|vom) )?(?:wi-?fi|wlan|hotspot|router|netflix|nas|vpn)|temporaire|"
    r"provisoire|"
    r"temporal|provisional|provvisoria|temporanea|temporary|initial|default|nueva|nouveau|nuova|neu"
)
_LATER = r"(?:(?:now|jetzt|ahora|adesso|maintenant|still|noch)[ \t]+)?"
_PASSWORD = tuple(
    re.compile(rf"(?<![\w.$])(?P<word>{_WORDS})(?!\w)(?P<gap>{gap})[(\[]?[{QUOTES}]?(?P<value>{SECRET})", re.I)
    for gap in (
        r"[ \t]*[:=→>?-]{1,3}\s*|\s*\n\s*",
        r"[ \t]+",
        r"['’]s[ \t]+",
        rf"[ \t]+(?:{_SUCH})[ \t]+",
        r"[^\n:=.!?]{0,45}[,(][ \t]*",
        rf"[^\n:=.]{{0,30}}?(?:[ \t]*[:=]\s*|[ \t]+(?:{_LINK})[ \t]*:?[ \t]+{_LATER})",
    )
)
_IS_THE_PASSWORD = re.compile(
    rf"(?<!\S)[(\[{QUOTES}]?(?P<value>{SECRET})[)\]{QUOTES},]?\s+(?:is|ist|est|es|è|as|als|comme|como|"
    rf"come)\s+(?:the |my |our |your |das |unser |mein |le |la |il |el |mon )?(?:new |neue |wifi |wlan-?|"
    rf"wi-fi )?(?:{_WORDS})(?!\w)",
    re.I,
)
_PASS_STEMS = tuple(folded(stem) for stem in (
    "pass", "pwd", "pw", "kennwort", "mdp", "wort", "parola", "contraseña", "clave", "senha", "palavra", "fi ",
    "lösenord", "adgangskode", "salasana", "hasło", "пароль", "şifre", "wlan",
    "psw", "pswd", "contra", "codewor", "code wor", "wifi", "wi-fi", "network", "netzwerk", "wpa", "hotspot", "router",
))  # fmt: skip


def find(text: str) -> Iterator[Span]:
    """Yield passwords. ``text`` as ``view.plain_view`` gives it."""
    lower = folded(text)
    if any(stem in lower for stem in _PASS_STEMS):
        yield from _passwords(text)


def _passwords(text: str) -> Iterator[Span]:
    for pattern in (*_PASSWORD, _IS_THE_PASSWORD):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            value = match["value"].rstrip(".,;:)]")
            if value and _is_password(value, groups.get("gap", "="), groups.get("word", "password")):
                yield Span(match.start("value"), match.start("value") + len(value), "password")


def _is_password(value: str, gap: str, word: str) -> bool:
    if not secret_like(value, gap) or not is_filled_in(value):
        return False
    if word.lower() == "pass" and gap.strip() and not re.fullmatch(r"\s*[:=→>(\[-]+\s*", gap):
        return False
    if gap.rstrip().endswith((",", "(")) and not re.fullmatch(r"[\s,(]*", gap):
        # Some words further on: a clear case, or the clause goes on about something else.
        return is_odd(value) or (
            len(value) >= 6 and bool(re.search(r"[^\W\d_]{2}", value)) and bool(re.search(r"\d", value))
        )
    if gap.strip():
        return word.lower() not in ("pass", "clave") or ":" in gap or "=" in gap or not value.isdigit()
    # Next to the word with nothing between: only what no sentence would have there.
    return is_odd(value) or (
        bool(re.search(r"\d", value))
        and bool(re.search(r"[^\W\d_]", value))
        and not re.fullmatch(r"\d+(?:st|nd|rd|th)", value)
    )
