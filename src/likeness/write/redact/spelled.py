"""Secrets made of words: a password that is one, a code said in number words or digit by digit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from likeness.write.redact.announcing_words import QUOTES
from likeness.write.redact.folding import folded
from likeness.write.redact.shapes import is_filled_in
from likeness.write.redact.spans import Span

_ANNOUNCED_BY = (
    r"pass ?(?:word|wort|phrase|code|wd)|pwd|pw|kennwort|mot de passe|mdp|contrase[ñn]a|clave|senha|"
    r"(?:wi-?fi|wlan)[- ](?:password|passwort|key|schl[üu]ssel|code)"
)
_IS = r"(?:is|was|ist|lautet|est|es|è|e'|é)(?: now| still| jetzt| ahora| adesso| maintenant)?"
_IS_A_WORD = re.compile(
    rf"(?<![\w.$-])(?:{_ANNOUNCED_BY})(?!\w)(?:[^\n:=.!?]{{0,25}}?)(?:[ \t]*[:=→][ \t]*|[ \t]+{_IS}[ \t]*:?[ \t]+)"
    rf"[{QUOTES}]?(?P<value>[^\W\d_]{{4,40}})[{QUOTES}]?(?=[ \t]*(?:[,.;!)]|\n|\Z| (?:and|und|et|y|e|but|aber) ))",
    re.IGNORECASE,
)
_PAIR = re.compile(
    rf"(?<!\w)(?:user(?: ?name)?|login|benutzer(?:name)?|utilisateur|usuario|utente)[ \t]*(?:[:=][ \t]*|[ \t])"
    rf"(?!(?:and|or|und|oder|et|ou|y|o|e|name|id)\b)[\w.@+-]{{2,60}}[ \t]*(?:[,;/|][ \t]*|(?:and|und|et|y|e)[ \t]+)?"
    rf"(?:{_ANNOUNCED_BY})[ \t]*(?:[:=][ \t]*|[ \t])(?P<value>[^\s\"'(),;<>]{{4,60}})",
    re.IGNORECASE,
)
_ABOUT_IT = frozenset(
    folded(
        "wrong right correct incorrect invalid valid expired required needed necessary missing here there below above "
        "attached ready changed reset working safe secure insecure weak strong good fine okay secret private encrypted "
        "encoded known unknown easy hard long short same different optional sensitive enabled disabled protected "
        "hidden visible stored saved gone lost forgotten broken something anything nothing everything mine yours ours "
        "theirs hers that this these those then also only always never often just very really empty blank none null "
        "true false string text field value default unchanged compromised leaked stolen shared set unset accepted "
        "rejected denied refused verified confirmed sent mailed written used unused unique random alright important "
        "case what which where when who ignored checked tested generated created updated removed deleted "
        "falsch richtig korrekt abgelaufen erforderlich nötig notwendig geändert hier dort unten oben dabei sicher "
        "unsicher geheim bekannt unbekannt vergessen gleich dasselbe einfach schwer lang kurz leer neu verschlüsselt "
        "gespeichert ungültig gültig weg anders "
        "incorrect erroné faux expiré requis nouveau ancien dessous dessus changé oublié bon mauvais facile "
        "difficile long court vide identique nécessaire valide invalide "
        "incorrecta correcta errónea caducada obligatoria necesaria nueva vieja aquí abajo arriba cambiada olvidada "
        "secreta segura misma fácil difícil larga corta válida "
        "sbagliata errata corretta scaduta necessaria nuova vecchia sotto sopra cambiata dimenticata segreta sicura "
        "stessa lunga corta valida"
    ).split()
)
_CODE = (
    r"pin|puk|cvv|cvc|(?:\w{0,12}[ -]?)(?:code|kode|codice|código|codigo)|combination|kombination|combinaison|"
    r"combinaci[óo]n|combinazione"
)
_DIGIT_WORDS = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine|null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun|"
    "zéro|un|deux|trois|quatre|cinq|sept|huit|neuf|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|due|tre|"
    "quattro|cinque|sei|sette|otto|nove|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|double|triple"
)
_WORD = rf"(?:{_DIGIT_WORDS})(?!\w)"
_SAID = re.compile(
    rf"(?<!source )(?<!\w)(?:{_CODE})(?!\w)[^\n.!?]{{0,30}}?"
    rf"(?P<value>(?:(?:{_IS}|[:=])[ \t]+(?P<announced>(?:{_WORD}[ ,-]{{1,2}}){{2,9}}{_WORD})"
    rf"|(?:{_WORD}[ ,-]{{1,2}}){{3,9}}{_WORD}|(?<!\d)\d(?:[ -]\d){{3,7}}(?![\w]|[-/.]\d)))",
    re.IGNORECASE,
)


def find(text: str) -> Iterator[Span]:
    """Yield passwords and codes that are words. ``text`` as ``view.plain_view`` gives it."""
    for match in _IS_A_WORD.finditer(text):
        if folded(match["value"]) not in _ABOUT_IT:
            yield Span(*match.span("value"), "password")
    for match in _PAIR.finditer(text):
        if folded(match["value"]) not in _ABOUT_IT and is_filled_in(match["value"]):
            yield Span(*match.span("value"), "password")
    for match in _SAID.finditer(text):
        yield Span(*match.span("announced" if match["announced"] else "value"), "password")
