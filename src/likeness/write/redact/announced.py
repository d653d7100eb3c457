"""Values that only a word nearby tells from any other number: documents, plates, door codes, birth dates, passwords.

The word may stand before the value, with a few small words, marks or a line break between, or right after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from likeness.write.redact.spans import Span

_SMALL = (
    r"is|was|are|it's|its|mine|now|to|btw|numbers?|num|no|nr|n|n[°ºo]|nº|núm|code|reads?|changed|be|will|again|still|"
    r"ist|lautet|war|jetzt|nun|neu|neue[rs]?|der|die|das|dem|den|am|auf|nummer|hier|heißt|wird|bleibt|"
    r"est|c'est|devient|sera|maintenant|désormais|toujours|le|la|les|au|numéro|numero|voici|"
    r"es|era|será|ahora|sigue|siendo|el|número|aquí|"
    r"è|e'|sarà|adesso|ora|sempre|il|lo|ecco|diventa|é|jest|to"
)
GAP = rf"(?:\s{{0,3}}(?:[-–—#.:,;=→>(\[\"'“„«|/?]|\b(?:{_SMALL})(?![\w'])|\s)){{0,9}}\s{{0,3}}"
_BEING = r"is|ist|est|es|è|as|als|comme|como|come|c'est|:|=|-"
_OWNED = (
    r"the|my|our|your|das|die|der|mein\w*|unser\w*|dein\w*|le|la|l['’]|mon|ma|ton|ta|notre|votre|el|mi|tu|"
    r"nuestr[oa]|il|lo|"
    r"mio|mia|tuo|tua|(?:that['’]s|it['’]s|das ist|c['’]est|es|è)(?: the| die| das| der| le| la| l['’]| el| il)?|"
    r"into the|ins Feld für den|dans le champ|en el campo(?: de)?|nel campo|where it says|bei|à la ligne|"
    r"donde dice|dove dice"
)
_KIND_OF = r"wifi |wlan-?|new |neue[sr]? |front "
_WORDS_BETWEEN = r"[^\d.!?\n]{0,40}\n?\s{0,4}"
_QUOTES = "\"'`“”„«»"

# ── shapes ──────────────────────────────────────────────────────────────────────────────────────────────────

_GROUP = r"(?:[A-Z]{1,4}|[A-Za-z]{0,8}\d[A-Za-z\d]*)"
_NUMBER = rf"{_GROUP}(?:[ ./-]{_GROUP}){{0,6}}(?!\w)"
_PLATE = (
    r"(?:[A-Z]{2}[- ]?\d{3}[- ]?[A-Z]{2}|[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]\d{1,3} ?[A-Z]{3}|[A-Z]{3} ?\d{1,3}[A-Z]|"
    r"[A-ZÄÖÜ]{1,3}[- :][A-ZÄÖÜ]{1,2}[- ]?\d{1,4}[EH]?|\d{4}[- ]?[A-Z]{3}|[A-Z]{1,2}[- ]?\d{4}[- ]?[A-Z]{1,2}|"
    r"\d{1,4} ?[A-Z]{2,3} ?\d{2}|[A-Z]{3}[- ]?\d{3,4}|\d[A-Z]{3}\d{3}|\d{3}[- ]?[A-Z]{3}|"
    r"\d{2,3}[- ][A-Z]{2,3}[- ]\d{1,3}|"
    r"[A-Z]{1,2}[- ]?\d{5,6}|[A-Z]{2} ?[A-Z0-9]{4,6})(?![\w-])"
)
_MONTH = r"[^\W\d_]{3,10}\.?"
DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th|er|º|°)?[./ -]{{1,2}}(?:of |de |d'|di )?(?:\d{{1,2}}|{_MONTH})(?:[./ -]|"
    rf", )(?:de |del )?(?:19|20)?\d{{2}}|"
    rf"(?:19|20)\d{{2}}[-./]\d{{1,2}}[-./]\d{{1,2}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? ?(?:19|"
    rf"20)\d{{2}})(?![\w]|[./-]\d)"
)
_PIN = (
    r"[A-Za-z]?\d{3,8}(?:[#*]|[A-Za-z](?!\w))?(?!\w|[.,:/ -]\d| ?(?:%|€|\$|euros?|times|mal|fois|veces|volte|"
    r"tries|attempts)\b)"
)
_SECRET = rf"[^\s{_QUOTES}<>]{{3,80}}"
_KEY = r"[A-Za-z0-9_+/=.~-]{12,300}"

# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────

_PAPERS = (
    r"passport|driver'?s? licen[cs]e|driving licen[cs]e|licen[cs]e (?:number|no\b)|reisepass(?:nummer)?|passdaten|"
    r"pass-?(?:nr|nummer)|"
    r"(?:personal)?ausweis(?:nummer|-?nr)?|führerschein(?:nummer|-?nr)?|passeport|permis(?: de conduire)?|"
    r"carte (?:nationale )?d['’]identité|cni|titre de séjour|pasaporte|(?:carnet|permiso) de conducir|"
    r"passaporto|patente(?: di guida)?|carta d['’]identità|passaporte|carta de condução|paspoort|rijbewijs|"
    r"national insurance|ni|nino|(?<!\.)social(?: security)?|ssn|sin|nhs|tax (?:id|file)|tfn|medicare|"
    r"steuer-?(?:id|nr|nummer)|"
    r"(?:steuer)?identifikationsnummer|steueridentifikationsnummer|id-?nr|sozialversicherungsnummer|"
    r"rentenversicherungsnummer|numéro de sécu(?:rité sociale)?|sécurité sociale|nir|dni|nif|nie|"
    r"codice fiscale|cod\. ?fisc\.?|cf|tessera sanitaria|bsn|burgerservicenummer|pesel|personnummer|aadhaar"
)
_VEHICLE = (
    r"(?:licen[cs]e|number|registration) plates?|plates?|reg(?:istration)?(?! numbers?\b)|tags?|(?:auto|"
    r"kfz-)?kennzeichen|"
    r"nummernschild(?:er)?|immatriculation|immatriculée?|plaque|matrícula|placa|targa(?:to|ta)?|kenteken"
)
_CHASSIS = r"vin|vehicle identification|chassis|fahrgestell\w*|fin|châssis|bastidor|telaio"
_BORN = (
    r"d\.?o\.?b\.?|dates? of birth|birth ?dates?|birthdate|born|b-?day|birthday|geboren|geb\.?|geburtsdatum|geburtstag|"
    r"né(?:e|\(e\))?|date de naissance|naissance|(?:date )?naiss\.?|data nasc\.?|fecha nac\.?|"
    r"anniversaire|fecha de nacimiento|f\. ?(?:de )?nac\.?|nacid[oa]|nací|"
    r"nació|nacimiento|cumpleaños|cumplen? años|compi\w+ gli anni|data di nascita|nat[oa]|nacque|nascita|"
    r"compleanno|data de nascimento|nascid[oa]|"
    r"geboortedatum"
)
_LOCKS = (
    r"(?:front |back |side |main |garage |building )?(?:door|gate|garage|alarm|entry|entrance|access|safe|"
    r"lock|key ?safe|"
    r"key ?box|lock ?box|keypad|lobby|building|voicemail|security|verification|login|one-time|sim|unlock|phone|card|"
    r"bank ?card|debit card|credit card|locker|bike|shed|padlock|house|flat|apartment)"
)
_PLACES = (
    r"porte|porta|puerta|portal|portail|portone|portón|cancello|alarma?|alarme|allarme|entrée|entrada|ingresso|"
    r"immeuble|edificio|edifício|palazzo|interphone|citofono|ascenseur|coffre|cassaforte|caja fuerte|garage|garaje|"
    r"box|sblocco|desbloqueo|déverrouillage|cadenas|candado|lucchetto|trastero|cantina|cave|boîte à clés|tarjeta|carte|"
    r"carta|bancomat|sim|accès|acceso|accesso|sécurité|seguridad|sicurezza|messagerie|buzón|segreteria|"
    r"tür|haustür|wohnungstür|eingang|tor|garage|alarmanlage|tresor|safe|schloss|fahrradschloss|schlüsselkasten|"
    r"schlüsseltresor|hintereingang|eingangstür|keller|handy|karte|sim-karte"
)
_CODES = (
    rf"pin|puk|cvv|cvc|(?-i:TAN)|otp|digicode|keypad|geheimzahl|zahlencode|türcode|zugangscode|"
    rf"entsperrcode|alarmanlage|"
    rf"(?:tür|haus|tor|alarm|garagen|zugangs|sicherheits)-?code|{_LOCKS}(?:'s)? (?:code|pin|combination|combo)|"
    rf"(?:code|pin|combination|combo) (?:for|to|of|on) (?:the |my |our |your )?{_LOCKS}|"
    rf"(?:code|pin|zahlen ?kombination|kombination|código|clave|codice|pin|combinación|combinazione|combinaison|numero)"
    rf"(?: pin)?(?: (?:für|zum|zur|vom|von|de|del|du|des|di|per|para|pour|am|an|d['’]|der|die|das|den|dem|la|le|el|il|"
    rf"l['’]|dell['’]|della|dello|nuestro|nostro|notre|mein\w*|unser\w*|mi|mio|mia|mon|"
    rf"ma)){{0,3}} ?(?:l['’]|d['’]|dell['’])?(?:{_PLACES})"
)
_LOCKED = (
    r"(?:(?:bike|door|combination|pad|key|bicycle|suitcase|luggage)[ -]?)?(?:pad)?lock|keypad|key ?safe|"
    r"lock ?box|(?:the|our|my|hotel|room) safe|"
    r"sim-?(?:karte|pin)|\w*schloss|tresor|der safe|im safe|(?:code|pin|"
    r"kombination) [^\d.!?\n]{0,20}(?:haus\w*|tür|tor|garage|handys?|karte)|"
    r"cadenas|coffre(?:-fort)?|(?:le )?(?:code|pin)(?: secret)? (?:de|du|d['’]|"
    r"pour)[^\d.!?\n]{0,20}(?:carte|sim|téléphone|portable|immeuble|porte|portail|garage|vélo|bâtiment|"
    r"résidence|valise)|"
    r"candado|caja fuerte|(?:código|pin|clave) (?:del?|para)[^\d.!?\n]{0,20}(?:tarjeta|sim|móvil|teléfono|"
    r"edificio|puerta|portal|garaje|bici\w*|maleta|taquilla)|"
    r"lucchetto|cassaforte|(?:codice|pin|combinazione) (?:del\w*|di|per)[^\d.!?\n]{0,20}(?:carta|sim|"
    r"telefono|cellulare|palazzo|porta|portone|garage|bici\w*|valigia|armadietto)"
)
_PASSING = (
    r"pass(?:word|wd|phrase|code|wort)|pwd|pw|kennwort|wlan-?(?:passwort|schlüssel)|mot de passe|mdp|contraseña|"
    r"clave|senha|palavra-passe|parola d['’]ordine|wachtwoord|lösenord|adgangskode|passord|salasana|hasło|пароль|şifre|"
    r"wi-?fi (?:key|code|pass)|(?<!-)pass"
)
_SECRETS = (
    r"api[ _-]?(?:key|token|secret)|access[ _-]?(?:key|token)|secret[ _-]?(?:access[ _-]?)?key|client[ _-]?secret|"
    r"(?:auth|private|refresh|bot|bearer|deploy)[ _-]?token|\w*_(?:key|token|secret)|token|secret|jeton|bearer|"
    r"clé(?: d['’])? ?(?:api|secrète|privée)|(?:clave|llave)(?: de)? ?(?:api|secreta|privada|acceso)|"
    r"chiave(?: di)? ?(?:api|segreta|privata|accesso)|(?:geheime[nrs]?|privater?|api-?|zugangs) ?-?schlüssel|webhook"
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """``words`` that announce, the ``shape`` of the value, what else must hold of it, and what kind it is. ``free``:
    what else may stand between. ``after``: the word may also follow the value.

    A text is looked at only if it has one of ``stems`` somewhere or one of ``short`` as a word: a hundred times cheaper
    than the expressions, and as good as long as every one of ``words`` has one."""

    kind: str
    words: str
    shape: str
    holds: Callable[[str, str], bool]
    stems: str
    short: str = ""
    free: str = ""
    after: bool = False
    flags: re.RegexFlag = re.I

    def patterns(self) -> Iterator[re.Pattern[str]]:
        case = "i" if self.flags else ""
        between = rf"(?P<gap>{GAP}" + (f"|{self.free})" if self.free else ")")
        yield re.compile(
            rf"(?<!\w)(?i:{self.words})(?!\w)(?i:{between})(?<!\w)(?P<value>(?{case or '-i'}:{self.shape}))"
        )
        if self.after:
            linking = rf"[\s,.!)\]]{{0,6}}(?:[(\[]|(?:{_BEING})?(?:\s(?:{_OWNED})){{0,2}}\s(?:{_KIND_OF})?)"
            yield re.compile(
                rf"(?<![\w.-])(?P<gap>)(?P<value>(?{case or '-i'}:{self.shape}))(?i:{linking}(?:{self.words}))(?!\w)"
            )


def _digits(value: str) -> int:
    return sum(character.isdigit() for character in value)


_FAR = re.compile(r"[^\W\d_]{3,}\W+[^\W\d_]{3,}|\w{5,}")
"""Whether more than small words stand between."""


def _number(value: str, gap: str) -> bool:
    size = sum(c.isalnum() for c in value)
    # The numbers of German papers have no vowels, and may have one digit only.
    enough = _digits(value) >= 2 or (_digits(value) == 1 and re.fullmatch(r"[CFGHJKLMNPRTVWXYZ\d]{9}", value, re.I))
    if _FAR.search(gap):
        enough = (
            size >= 8
            and " " not in value
            and (_digits(value) >= 5 or value.upper() == value or not re.search(r"[aeiou]", value))
        )
    return size >= 6 and bool(enough) and not re.fullmatch(DATE, value)


def _plate(value: str, gap: str) -> bool:
    return (
        _digits(value) >= 2
        and any(c.isalpha() for c in value)
        and not re.match(r"(?i)(?:in|at|on|of|to|am|um|im|le|en|el|il|la|à|no|nr)\b", value)
    )


def _chassis(value: str, gap: str) -> bool:
    return _digits(value) >= 3


def _any(value: str, gap: str) -> bool:
    return True


def _code(value: str, gap: str) -> bool:
    """A year needs to be told for certain."""
    return not re.fullmatch(r"(?:19|20)\d\d", value) or bool(re.search(r"[:=#(]|\b(?:is|ist|est|es|è)\b|^\s*$", gap))


def secret_like(value: str, gap: str = "") -> bool:
    """No word of a sentence: it has a digit or a mark in it, or capitals inside."""
    inner = value.strip("*_.,;:!?()")
    if len(inner) < 4 or inner.startswith("[") or inner.casefold().startswith(("http://", "https://")):
        return False
    if re.fullmatch(r"[^\W\d_]+(?:[-'’/][^\W\d_]+)*", inner):
        odd_end = value.rstrip(".,;:?)")
        return bool(re.search(r"[a-z][A-Z]", inner)) or (
            odd_end.endswith("!") and bool(re.search(r"[:=\n]|\bto\b", gap))
        )
    return bool(re.search(r"\d|[!@#$%^&*+=~?<>|\\_]", inner)) and not re.fullmatch(r"\d{1,3}|[\d,.]+\s?%", inner)


def _odd(value: str) -> bool:
    """Whether marks stand between letters, as in no word."""
    return bool(re.search(r"[^\W_][@$%&#=+*^~!][^\W_]", value)) and "://" not in value


def _mixed(value: str, gap: str) -> bool:
    inner = value.strip(".-=/")
    if re.search(r"(?i)\b(?:commit|sha\d*|hash|md5|checksum|revision)\b", gap):
        return False
    return (
        len(inner) >= 12
        and _digits(inner) >= 2
        and any(c.isalpha() for c in inner)
        and "/" not in inner[:4]
        and not re.match(r"(?i)www\.|https?:", inner)
    )


_RULES = (
    _Rule(
        "id", _PAPERS, _NUMBER, _number, after=True, free=r"[^\d.!?\n]{0,32}\n?\s{0,4}", flags=re.NOFLAG,
        stems="passport licen reisepass passdaten pass-n passn ausweis führerschein passeport permis carte séjour "
            "pasaporte carnet "
        "passaport patente carta paspoort rijbewijs insurance social steuer identifikation id-nr idnr "
            "versicherung sécu "
        "fisc sanitaria burgerservice pesel personnummer aadhaar medicare tax",
        short="cni ni nino ssn sin nhs tfn nir dni nif nie cf bsn",
    ),
    _Rule(
        "vehicle", _VEHICLE, _PLATE, _plate, free=_WORDS_BETWEEN, after=True,
        stems="plate registration kennzeichen nummernschild immatricul plaque matrícula placa targa kenteken",
        short="reg tag tags",
    ),
    _Rule(
        "vehicle", _CHASSIS, r"[A-HJ-NPR-Z0-9]{17}(?!\w)", _chassis, free=_WORDS_BETWEEN, after=True,
        stems="chassis vehicle fahrgestell châssis bastidor telaio", short="vin fin",
    ),
    _Rule(
        "birth date", _BORN, DATE, _any, free=_WORDS_BETWEEN, after=True,
        stems="d.o.b dob birth born b-day bday geboren geburts geb. naissance naiss anniversaire nacimiento "
            "nacid nació "
        "cumple compi nascit nasc. nacque complean nascimento nascid geboorte",
        short="geb né née nac nasc nací nato nata",
    ),
    _Rule(
        "password", _CODES, _PIN, _code, after=True, free=r"[^\d.!?\n]{0,40}[:=(]\s{0,9}\(?",
        stems="digicode keypad geheimzahl code alarm combin combo kombination código codice clave numero",
        short="pin puk cvv cvc tan otp",
    ),
    _Rule(
        "password", _LOCKED, _PIN, _code, free=r"[^\d.!?\n+*=<>&(){}]{0,40}[(]?\s{0,9}",
        stems="lock keypad keysafe the_safe code combin combo pin coffre fuerte cadenas candado lucchetto "
            "cassaforte tresor "
        "schloss kombination código codice safe",
    ),
    _Rule(
        "token", _SECRETS, _KEY, _mixed, free=r"[^\d.!?\n]{0,30}",
        stems="key token secret jeton bearer clé clave llave chiave schlüssel webhook",
    ),
    _Rule(
        "token", r"(?:api[ -]?)?keys?|schlüssel|clés?|clave(?: api)?|llave|"
            r"chiave(?: api)?", r"[A-Za-z0-9_-]{32,200}(?!\w)", _mixed, after=True,
        free=r"[^\d.!?\n]{0,30}", stems="key schlüssel clé clave llave chiave",
    ),
)  # fmt: skip
_COMPILED = tuple(
    (rule, tuple(rule.patterns()), tuple(rule.stems.split()), frozenset(rule.short.split())) for rule in _RULES
)
_WORD = re.compile(r"[^\W\d_]{2,5}(?![^\W\d_])")
_THE_CODE = re.compile(
    r"(?<!error )(?<!exit )(?<!area )(?<!zip )(?<!status )(?<!source )(?<!country )(?<!product )(?<!discount )"
    r"(?<!promo )"
    r"\b(?:code|kombination|código|codice|combination)(?:\s+(?:is|ist|est|es|è|c'est)\s+|"
    r":\s*)(\d{4,8}[#*A-Z]?)(?![\w.,/-]\w)",
    re.I,
)
_USED_STEMS = (
    "use", "type", "enter", "press", "dial", "punch", "tipp", "gib", "nimm", "tape", "compose", "marca", "pulsa",
    "teclea", "digita", "usa", "fai",
)  # fmt: skip
_USED_FOR = re.compile(
    rf"\b(?:use|type|enter|press|dial|punch in|tipp\w*|gib|nimm|tape[rz]?|compose[rz]?|marca|pulsa|teclea|"
    rf"digita|usa|fai)\s+(?:in\s+)?\(?([A-Z]?\d{{4,8}}[#*A-Z]?)(?!\w)(?=[^\n\d.]{{0,30}}\b(?:{_LOCKS}|{_PLACES})\b)",
    re.I,
)
_LINK = (
    r"is|was|ist|lautet|heißt|wird|est|es|è|é|to|jest|auf|en|a|por|in|con|it's|c'est|sera|será|sarà|now|devient|será|"
    r"stays|bleibt"
)
_LATER = r"(?:(?:now|jetzt|ahora|adesso|maintenant|still|noch)[ \t]+)?"
_PASSWORD = tuple(
    re.compile(rf"(?<![\w.$])(?P<word>{_PASSING})(?!\w)(?P<gap>{gap})[(\[]?[{_QUOTES}]?(?P<value>{_SECRET})", re.I)
    for gap in (
        r"[ \t]*[:=→>?-]{1,2}\s*|\s*\n\s*",
        r"[ \t]+",
        r"[^\n:=.!?]{0,45}[,(][ \t]*",
        rf"[^\n:=.]{{0,30}}?(?:[ \t]*[:=]\s*|[ \t]+(?:{_LINK})[ \t]*:?[ \t]+{_LATER})",
    )
)
_IS_THE_PASSWORD = re.compile(
    rf"(?<!\S)[(\[{_QUOTES}]?(?P<value>{_SECRET})[)\]{_QUOTES},]?\s+(?:is|ist|est|es|è|as|als|comme|como|"
    rf"come)\s+(?:the |my |our |your |das |unser |mein |le |la |il |el |mon )?(?:new |neue |wifi |wlan-?|"
    rf"wi-fi )?(?:{_PASSING})(?!\w)",
    re.I,
)
_PASS_STEMS = (
    "pass", "pwd", "pw", "kennwort", "mdp", "wort", "parola", "contraseña", "clave", "senha", "palavra", "fi ",
    "lösenord", "adgangskode", "salasana", "hasło", "пароль", "şifre", "wlan",
)  # fmt: skip


def find(text: str) -> Iterator[Span]:
    """Yield what a word nearby gives away. ``text`` as ``view.plain_view`` gives it."""
    lower = text.lower()
    if any(character.isdigit() for character in text):
        words = set(_WORD.findall(lower))
        for rule, patterns, stems, short in _COMPILED:
            if not words.isdisjoint(short) or any(stem in lower for stem in stems):
                yield from _announced(text, rule, patterns)
        if "cod" in lower or "kombination" in lower or "combination" in lower:
            yield from _codes(text, _THE_CODE)
        if any(stem in lower for stem in _USED_STEMS):
            yield from _codes(text, _USED_FOR)
    if any(stem in lower for stem in _PASS_STEMS):
        yield from _passwords(text)


def _announced(text: str, rule: _Rule, patterns: tuple[re.Pattern[str], ...]) -> Iterator[Span]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            if rule.holds(match["value"], match["gap"]):
                yield Span(*match.span("value"), rule.kind)


def _codes(text: str, pattern: re.Pattern[str]) -> Iterator[Span]:
    for match in pattern.finditer(text):
        if not re.fullmatch(r"(?:19|20)\d\d", match[1]):
            yield Span(*match.span(1), "password")


def _passwords(text: str) -> Iterator[Span]:
    for pattern in (*_PASSWORD, _IS_THE_PASSWORD):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            value = match["value"].rstrip(".,;:)]")
            if value and _is_password(value, groups.get("gap", "="), groups.get("word", "password")):
                yield Span(match.start("value"), match.start("value") + len(value), "password")


def _is_password(value: str, gap: str, word: str) -> bool:
    if not secret_like(value, gap):
        return False
    if word.lower() == "pass" and gap.strip() and not re.fullmatch(r"\s*[:=→>(\[]+\s*", gap):
        return False
    if gap.rstrip().endswith((",", "(")) and not re.fullmatch(r"[\s,(]*", gap):
        # Some words further on: a clear case, or the clause goes on about something else.
        return _odd(value) or (
            len(value) >= 6 and bool(re.search(r"[^\W\d_]{2}", value)) and bool(re.search(r"\d", value))
        )
    if gap.strip():
        return word.lower() not in ("pass", "clave") or ":" in gap or "=" in gap or not value.isdigit()
    # Next to the word with nothing between: only what no sentence would have there.
    return _odd(value) or (
        bool(re.search(r"\d", value))
        and bool(re.search(r"[^\W\d_]", value))
        and not re.fullmatch(r"\d+(?:st|nd|rd|th)", value)
    )
