# ruff: noqa: E501  (tables of forms)
"""Made-up identifiers of six countries that their own checks would pass: each with the strings that must not survive.

Written from the issuers' published rules (ISO 7064, ISO 13616, Luhn, the national check digits), not from what the
redactor looks for.
"""

from __future__ import annotations

import base64
import string
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

COUNTRIES = ("US", "GB", "DE", "FR", "ES", "IT")
FORMS = (
    "phone",
    "email",
    "address",
    "card",
    "bank",
    "national_id",
    "document",
    "password",
    "pin",
    "key",
    "birth",
    "network_vehicle",
)
UPPER, DIGITS = string.ascii_uppercase, string.digits
Made = tuple[str, tuple[str, ...]]
"""The value as it is written, and its parts of which none may be left."""


def digits(r: Random, count: int, first: str = DIGITS) -> str:
    return r.choice(first) + "".join(r.choices(DIGITS, k=count - 1))


def letters(r: Random, count: int) -> str:
    return "".join(r.choices(UPPER, k=count))


def grouped(text: str, *sizes: int, by: str = " ") -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return by.join(part for part in [*parts, text[at:]] if part)


def luhn(body: str) -> str:
    total = sum(int(c) if i % 2 else sum(divmod(int(c) * 2, 10)) for i, c in enumerate(reversed(body)))
    return str(-total % 10)


# ── telephone ───────────────────────────────────────────────────────────────────────────────────────────────


def phone(r: Random, country: str) -> Made:
    """National and international spellings with the separators people use."""
    makers: dict[str, Callable[[], tuple[str, str]]] = {
        "US": lambda: (
            "+1",
            r.choice(["212", "415", "617", "312", "206", "512"]) + "-" + digits(r, 3, "2345678") + "-" + digits(r, 4),
        ),
        "GB": lambda: (
            "+44",
            r.choice(
                [
                    "07700-900" + digits(r, 3),
                    "07" + r.choice("4578") + digits(r, 2) + "-" + digits(r, 6),
                    "020-7" + digits(r, 3) + "-" + digits(r, 4),
                    "0161-" + digits(r, 3, "2345") + "-" + digits(r, 4),
                ]
            ),
        ),
        "DE": lambda: (
            "+49",
            r.choice(
                [
                    "0151-" + digits(r, 4, "12345") + "-" + digits(r, 4),
                    "0172-" + digits(r, 7, "23456789"),
                    "030-" + digits(r, 4, "23456789") + "-" + digits(r, 4),
                    "089-" + digits(r, 6, "23456789"),
                ]
            ),
        ),
        "FR": lambda: (
            "+33",
            r.choice(["06", "07", "01", "04"]) + "-" + "-".join(r.choice("23456") + digits(r, 1) for _ in range(4)),
        ),
        "ES": lambda: (
            "+34",
            r.choice(
                [
                    "6" + r.choice("1234568") + digits(r, 1) + "-" + digits(r, 3) + "-" + digits(r, 3),
                    "91" + digits(r, 1, "1234567") + "-" + digits(r, 2) + "-" + digits(r, 2) + "-" + digits(r, 2),
                ]
            ),
        ),
        "IT": lambda: (
            "+39",
            r.choice(
                [
                    "3"
                    + r.choice(["47", "33", "28", "49", "20"])
                    + "-"
                    + digits(r, 3, "123456789")
                    + "-"
                    + digits(r, 4),
                    "02-" + digits(r, 4, "23456789") + "-" + digits(r, 4),
                    "06-" + digits(r, 4, "23456789") + "-" + digits(r, 4),
                ]
            ),
        ),
    }
    code, national = makers[country]()
    separator = r.choice(["-", " ", ".", "", " ", "/"] if country == "DE" else ["-", " ", ".", "", " "])
    first, *rest = national.split("-")
    style = r.randrange(4)
    if style == 0:
        bare = first[1:] if first.startswith("0") and country not in ("IT", "US") else first
        shown = f"{r.choice([code, '00' + code[1:]] if country != 'US' else [code])}{r.choice([' ', '', separator])}{separator.join([bare, *rest])}"
    elif style == 1 and rest and country != "FR":
        shown = f"({first}){r.choice([' ', ''])}{separator.join(rest)}"
    else:
        shown = separator.join([first, *rest])
    return shown, ("".join(c for c in national if c.isdigit()).lstrip("0"),)


# ── where and how to reach somebody ─────────────────────────────────────────────────────────────────────────

_FIRST = {
    "US": ("emily", "jake", "brandon", "tess"),
    "GB": ("oliver", "harriet", "imogen", "callum"),
    "DE": ("jürgen", "anke", "lukas", "svenja"),
    "FR": ("mathieu", "élodie", "camille", "benoît"),
    "ES": ("iñaki", "lucía", "marta", "jorge"),
    "IT": ("giulia", "matteo", "chiara", "davide"),
}
_LAST = {
    "US": ("hutchinson", "ramirez", "kowalski"),
    "GB": ("ashworth", "pemberton", "okafor"),
    "DE": ("weißmann", "krüger", "baumgartner"),
    "FR": ("lefèvre", "dubreuil", "marchand"),
    "ES": ("ibáñez", "quintana", "de-la-fuente"),
    "IT": ("esposito", "ferrari", "d'angelo"),
}
_PLAIN = str.maketrans("áàâäéèêëíîïñóôöúùûüß'", "aaaaeeeeiiinooouuuus-")
_HOSTS = {
    "US": ("gmail.com", "comcast.net", "cs.northfield.edu"),
    "GB": ("btinternet.com", "hartley-sons.co.uk", "ed.ac.uk"),
    "DE": ("web.de", "gmx.de", "praxis-krueger.de"),
    "FR": ("orange.fr", "laposte.net", "univ-montclair.fr"),
    "ES": ("telefonica.net", "hotmail.es", "gestoria-ibanez.com"),
    "IT": ("libero.it", "pec.studioferrari.it", "tin.it"),
}


def email(r: Random, country: str) -> Made:
    """Addresses, some of them spelled out against harvesters as people do."""
    first, last = (r.choice(names[country]).translate(_PLAIN) for names in (_FIRST, _LAST))
    user = r.choice(
        [f"{first}.{last}", f"{first[0]}{last}", f"{first}{r.randrange(60, 99)}", f"{last}_{first}", f"{first}+list"]
    )
    host = r.choice(_HOSTS[country])
    style = r.randrange(9)
    shown = {
        5: f"{user} at {host}",
        6: f"{user} [at] {host.replace('.', ' [dot] ')}",
        7: f"mailto:{user}@{host}",
        8: f"{user.title()}@{host.title()}",
    }.get(style, f"{user}@{host}")
    return shown, (user,)


_STREETS = {
    "US": (
        "Maple Avenue",
        "N Sycamore St",
        "Old Mill Rd",
        "E 43rd Street",
        "Laurel Canyon Blvd",
        "Pine Ridge Dr",
        "Lakeview Ct",
    ),
    "GB": (
        "Harrow Lane",
        "Victoria Terrace",
        "St Mary's Road",
        "The Crescent",
        "Kingsway",
        "Mill Hill Close",
        "Church St",
    ),
    "DE": ("Lindenstraße", "Am Alten Markt", "Goethestr.", "Hauptstr.", "Kastanienallee", "Rosenweg", "Bahnhofplatz"),
    "FR": (
        "rue des Lilas",
        "avenue Jean Jaurès",
        "boulevard Voltaire",
        "bd. Saint-Michel",
        "impasse du Moulin",
        "allée des Tilleuls",
        "place de la Mairie",
    ),
    "ES": (
        "Calle Mayor",
        "Avda. de la Constitución",
        "C/ Alcalá",
        "Plaza del Carmen",
        "Paseo de Gracia",
        "calle de los Olmos",
        "Ronda de Toledo",
    ),
    "IT": (
        "Via Garibaldi",
        "Corso Vittorio Emanuele",
        "Viale dei Mille",
        "Piazza San Marco",
        "via dei Pini",
        "Largo Augusto",
        "Vicolo Stretto",
    ),
}
_CITIES = {
    "US": (("Springfield, IL", "62704"), ("Portland, OR", "97214"), ("Austin, TX", "78701-2231")),
    "GB": (("Leeds", "LS6 2AB"), ("London", "SW1A 2PW"), ("Bristol", "BS8 1TH")),
    "DE": (("Berlin", "10435"), ("München", "80331"), ("Köln", "50667")),
    "FR": (("Lyon", "69003"), ("Paris", "75011"), ("Nantes", "44000")),
    "ES": (("Madrid", "28013"), ("Sevilla", "41004"), ("Bilbao", "48009")),
    "IT": (("Milano", "20121"), ("Torino", "10121"), ("Firenze", "50123")),
}


def address(r: Random, country: str) -> Made:
    """Street and number, mostly with the place, on one line or several."""
    number = str(r.randrange(2, 190)) + r.choice(["", "", "", "b" if country != "US" else ""])
    street = r.choice(_STREETS[country])
    city, code = r.choice(_CITIES[country])
    by = r.choice([", ", ", ", "\n", " "])
    if country == "US":
        if "Street" not in street:
            number = str(r.randrange(120, 9000))
        line = f"{number} {street}" + r.choice(["", "", ", Apt 4B", " #12"])
        place = f"{city} {code}"
    elif country == "GB":
        line = r.choice(["", "", "Flat 3, "]) + f"{number} {street}"
        place = r.choice([f"{city} {code}", f"{city}, {code}"])
    elif country == "FR":
        line = f"{number}{r.choice([' ', ', ', ' bis '])}{street}"
        place = f"{code} {city}"
    elif country == "DE":
        line = f"{street} {number}"
        place = f"{r.choice(['', 'D-'])}{code} {city}"
    else:
        line = f"{street}{r.choice([' ', ', ', ', nº ' if country == 'ES' else ', n. '])}{number}" + r.choice(
            ["", ", 3º B" if country == "ES" else "/A"]
        )
        place = f"{code} {city}" + ("" if country == "ES" else r.choice(["", " (MI)"]))
    if r.random() < 0.2:
        return line, (street,)
    return line + by + place, (street, code)


# ── money ───────────────────────────────────────────────────────────────────────────────────────────────────


def card(r: Random, country: str) -> Made:
    """Visa, Mastercard or American Express, grouped or not."""
    kind = r.choice(["visa", "mastercard", "amex" if country in ("US", "GB") else "visa"])
    if kind == "amex":
        body = r.choice(["34", "37"]) + digits(r, 12)
        number = body + luhn(body)
        shown = r.choice([grouped(number, 4, 6, 5), number])
    else:
        body = ("4" + digits(r, 14)) if kind == "visa" else (r.choice(["51", "52", "53", "54", "55"]) + digits(r, 13))
        number = body + luhn(body)
        shown = r.choice(
            [
                grouped(number, 4, 4, 4, 4),
                number,
                grouped(number, 4, 4, 4, 4, by="-"),
                grouped(number, 4, 4, 4, 4, by="."),
            ]
        )
    return shown, (number,)


def iban(r: Random, country: str) -> str:
    """With the country's own check digits where the rest of the number has them."""
    bodies: dict[str, Callable[[], str]] = {
        "GB": lambda: r.choice(["BARC", "LOYD", "NWBK"]) + digits(r, 14),
        "DE": lambda: digits(r, 8, "123456789") + digits(r, 10),
        "FR": lambda: _rib(digits(r, 21)),
        "ES": lambda: _ccc(digits(r, 8), digits(r, 10)),
        "IT": lambda: letters(r, 1) + digits(r, 22),
    }
    body = bodies[country]()
    check = 98 - int("".join(str(int(c, 36)) for c in body + country + "00")) % 97
    return f"{country}{check:02d}{body}"


def _rib(body: str) -> str:
    bank, branch, account = int(body[:5]), int(body[5:10]), int(body[10:])
    return f"{body}{97 - (89 * bank + 15 * branch + 3 * account) % 97:02d}"


def _ccc(bank: str, account: str) -> str:
    weights = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)

    def check(text: str) -> str:
        rest = 11 - sum(w * int(c) for w, c in zip(weights, text, strict=True)) % 11
        return str({10: 1, 11: 0}.get(rest, rest))

    return f"{bank}{check('00' + bank)}{check(account)}{account}"


def bank(r: Random, country: str) -> Made:
    """An IBAN; for the United States and sometimes Britain a bank code with an account number."""
    if country == "US":
        body = r.choice(["021", "026", "111", "121", "322"]) + digits(r, 5)
        total = sum(int(c) * w for c, w in zip(body, (3, 7, 1, 3, 7, 1, 3, 7), strict=True))
        routing, account = body + str(-total % 10), digits(r, r.choice([9, 10, 12]), "123456789")
        shown = r.choice(
            [
                "routing {}, account {}",
                "Routing number: {}\nAccount number: {}",
                "ABA {} / acct {}",
                "routing no {} acct no. {}",
            ]
        )
        return shown.format(routing, account), (routing, account)
    if country == "GB" and r.random() < 0.5:
        code, account = grouped(digits(r, 6), 2, 2, 2, by="-"), digits(r, 8)
        shown = r.choice(["sort code {} account {}", "Sort code: {}\nAccount no: {}", "s/c {} a/c {}", "{} {}"])
        return shown.format(code, account), (account,)
    number = iban(r, country)
    shown = r.choice(
        [
            " ".join(number[i : i + 4] for i in range(0, len(number), 4)),
            number,
            number.lower(),
            "-".join(number[i : i + 4] for i in range(0, len(number), 4)),
        ]
    )
    return shown, (number,)


# ── papers ──────────────────────────────────────────────────────────────────────────────────────────────────

_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_ODD = dict(
    zip(
        DIGITS + UPPER,
        (
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            2,
            4,
            18,
            20,
            11,
            3,
            6,
            8,
            12,
            14,
            16,
            10,
            22,
            25,
            24,
            23,
        ),
        strict=True,
    )
)


def _codice_fiscale(r: Random) -> str:
    born = _born(r)
    day = born.day + r.choice([0, 40])
    body = f"{letters(r, 6)}{born.year % 100:02d}{'ABCDEHLMPRST'[born.month - 1]}{day:02d}{r.choice('ABCDEFGHIL')}{digits(r, 3)}"
    total = sum(_ODD[c] if i % 2 == 0 else (int(c) if c.isdigit() else UPPER.index(c)) for i, c in enumerate(body))
    return body + UPPER[total % 26]


def _steuer_id(r: Random) -> str:
    """Eleven digits, one of the first ten standing twice, ISO 7064 MOD 11,10."""
    chosen = r.sample(DIGITS, 9)
    chosen.insert(r.randrange(1, 9), chosen[0])
    while chosen[0] == "0" or any(chosen[i] == chosen[i + 1] for i in range(9)):
        r.shuffle(chosen)
    body, product = "".join(chosen), 10
    for c in body:
        rest = (int(c) + product) % 10 or 10
        product = rest * 2 % 11
    return body + str((11 - product) % 10)


def _nir(r: Random) -> str:
    born = _born(r)
    body = f"{r.choice('12')}{born.year % 100:02d}{born.month:02d}{r.randrange(1, 95):02d}{r.randrange(1, 990):03d}{r.randrange(1, 999):03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def _born(r: Random) -> date:
    return date(1948, 1, 1) + timedelta(days=r.randrange(21_000))


def national_id(r: Random, country: str) -> Made:
    """SSN, NINO, Steuer-ID, NIR, DNI or NIE, codice fiscale."""
    if country == "US":
        number = f"{r.choice([*range(100, 665), *range(667, 772)])}{r.randrange(1, 99):02d}{r.randrange(1, 9999):04d}"
        shown = r.choice([grouped(number, 3, 2, 4, by="-"), grouped(number, 3, 2, 4), grouped(number, 3, 2, 4, by="-")])
    elif country == "GB":
        number = r.choice(["AB", "CE", "JG", "PW", "SK", "NR"]) + digits(r, 6) + r.choice("ABCD")
        shown = r.choice([number, grouped(number, 2, 2, 2, 2), number.lower()])
    elif country == "DE":
        number = _steuer_id(r)
        shown = r.choice([number, grouped(number, 2, 3, 3)])
    elif country == "FR":
        number = _nir(r)
        shown = r.choice([number, grouped(number, 1, 2, 2, 2, 3, 3), number[:13] + " " + number[13:]])
    elif country == "ES":
        if r.random() < 0.35:
            body = digits(r, 7)
            first = r.choice("XYZ")
            number = first + body + _DNI[int(str("XYZ".index(first)) + body) % 23]
            shown = r.choice([number, f"{number[0]}-{number[1:8]}-{number[8]}"])
        else:
            body = digits(r, 8, "1234567")
            number = body + _DNI[int(body) % 23]
            shown = r.choice(
                [number, f"{body}-{number[8]}", f"{body[:2]}.{body[2:5]}.{body[5:]}-{number[8]}", number.lower()]
            )
    else:
        number = _codice_fiscale(r)
        shown = r.choice([number, number.lower(), grouped(number, 3, 3, 5)])
    return shown, (number,)


def document(r: Random, country: str) -> Made:
    """A passport or driving licence number in the country's form."""
    number = {
        "US": lambda: r.choice([digits(r, 9, "123456"), letters(r, 1) + digits(r, 8), letters(r, 1) + digits(r, 7)]),
        "GB": lambda: r.choice(
            [
                digits(r, 9, "3456"),
                letters(r, 5)
                + digits(r, 1)
                + f"{r.randrange(1, 12):02d}{r.randrange(1, 28):02d}"
                + digits(r, 1)
                + letters(r, 2)
                + "9"
                + letters(r, 2),
            ]
        ),
        "DE": lambda: (
            r.choice(["C01X", "L8H2", "CFGH"]) + "".join(r.choices("0123456789CFGHJKLMNPRTVWXYZ", k=4)) + digits(r, 1)
        ),
        "FR": lambda: r.choice([digits(r, 2, "012") + letters(r, 2) + digits(r, 5), digits(r, 12, "0129")]),
        "ES": lambda: r.choice(["PA", "XD", "AAB"]) + digits(r, 6),
        "IT": lambda: r.choice(
            ["YA" + digits(r, 7), "AA" + digits(r, 7), "U1" + "".join(r.choices(UPPER + DIGITS, k=7)) + letters(r, 1)]
        ),
    }[country]()
    return r.choice([number, number, number.lower()]), (number,)


# ── secrets ─────────────────────────────────────────────────────────────────────────────────────────────────

_WORDS = {
    "US": ("Baseball", "Sunflower", "Thunder"),
    "GB": ("Marmite", "Arsenal", "Biscuit"),
    "DE": ("Regenbogen", "Schnitzel", "Biene"),
    "FR": ("Croissant", "Papillon", "Soleil"),
    "ES": ("Madrugada", "Naranja", "Gatito"),
    "IT": ("Farfalla", "Juventus", "Cappuccino"),
}


def password(r: Random, country: str) -> Made:
    """A word with digits and signs, a few words, or random characters."""
    word, other = r.sample(_WORDS[country], 2)
    value = r.choice([
        f"{word}{r.randrange(10, 2030)}{r.choice(['', '!', '#', '?'])}",
        f"{word.lower()}{r.choice(['-', '_', '.'])}{other.lower()}{r.choice(['-', '_', '.'])}{r.randrange(10, 99)}",
        "".join(r.choices(string.ascii_letters + DIGITS + "!$%&#", k=10)) + digits(r, 1) + "x",
        word.lower() + digits(r, 2),
        word.replace("e", "3").replace("a", "@") + "!",
    ])  # fmt: skip
    return value, (value,)


def pin(r: Random, country: str) -> Made:
    """A door, gate, alarm, SIM, card or voicemail code."""
    value = r.choice([digits(r, 4), digits(r, 4), digits(r, 6), digits(r, 4) + r.choice("#*AB"), digits(r, 5)])
    return value, (value,)


def key(r: Random, country: str) -> Made:
    """Keys of well-known services, tokens and blocks, in the forms their issuers document."""
    alphabet = string.ascii_letters + DIGITS

    def some(count: int, of: str = alphabet) -> str:
        return "".join(r.choices(of, k=count))

    hexadecimal = "0123456789abcdef"
    secret = some(36)
    kind = r.randrange(10)
    if kind == 8:
        body = "\n".join(some(64, alphabet + "+/") for _ in range(4))
        return (
            f"-----BEGIN {r.choice(['RSA ', 'OPENSSH ', ''])}PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----",
            tuple(body.split("\n")),
        )
    if kind == 9:
        parts = [
            base64.urlsafe_b64encode(f'{{"{some(5)}":"{some(n)}"}}'.encode()).decode().rstrip("=") for n in (12, 40)
        ]
        return ".".join([*parts, some(43)]), (parts[1],)
    value = [
        "sk-" + r.choice(["", "proj-"]) + some(44),
        "ghp_" + secret,
        "AKIA" + some(16, UPPER + "234567"),
        "xoxb-" + digits(r, 11) + "-" + digits(r, 12) + "-" + some(24),
        "AIza" + some(35, alphabet + "_-"),
        "glpat-" + some(20),
        some(40, hexadecimal),
        some(32),
    ][kind]
    return value, (max(value.split("-"), key=len),)


# ── persons and things ──────────────────────────────────────────────────────────────────────────────────────

_MONTHS = {
    "US": "January February March April May June July August September October November December",
    "DE": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "FR": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "ES": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "IT": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
}


def birth(r: Random, country: str) -> Made:
    """A date of birth as the country writes dates."""
    d = _born(r)
    month = _MONTHS.get(country, _MONTHS["US"]).split()[d.month - 1]
    if country == "US":
        shown = r.choice(
            [
                f"{d.month}/{d.day}/{d.year}",
                f"{month} {d.day}, {d.year}",
                f"{d.month:02d}-{d.day:02d}-{d.year}",
                f"{month[:3]} {d.day} {d.year}",
                f"{d.month}/{d.day}/{d.year % 100:02d}",
            ]
        )
    elif country == "GB":
        shown = r.choice(
            [
                f"{d.day:02d}/{d.month:02d}/{d.year}",
                f"{d.day} {month} {d.year}",
                f"{d.day}th {month[:3]} {d.year}",
                d.isoformat(),
            ]
        )
    elif country == "DE":
        shown = r.choice(
            [
                f"{d.day:02d}.{d.month:02d}.{d.year}",
                f"{d.day}. {month} {d.year}",
                f"{d.day}.{d.month}.{d.year % 100:02d}",
                d.isoformat(),
            ]
        )
    else:
        of = " de " if country == "ES" else " "
        shown = r.choice(
            [
                f"{d.day:02d}/{d.month:02d}/{d.year}",
                f"{d.day}{of}{month}{of}{d.year}",
                f"{d.day:02d}-{d.month:02d}-{d.year}",
                f"{d.day:02d}.{d.month:02d}.{d.year}",
            ]
        )
    return shown, (shown,)


def network_vehicle(r: Random, country: str) -> Made:
    """An address of a machine in a network, a licence plate, or a vehicle identification number."""
    kind = r.randrange(6)
    if kind == 0:
        value = ".".join(str(r.randrange(1, 254)) for _ in range(4))
        value = r.choice([value, value + ":8080", value + "/24"])
        return value, (value.split(":")[0].split("/")[0],)
    if kind == 1:
        value = r.choice([":", "-"]).join(f"{r.randrange(256):02x}" for _ in range(6))
        return r.choice([value, value.upper()]), (value,)
    if kind == 2:
        value = "2001:db8:" + ":".join(f"{r.randrange(4096, 65535):x}" for _ in range(r.choice([4, 6])))
        value = value if value.count(":") == 7 else value.rsplit(":", 1)[0] + "::" + value.rsplit(":", 1)[1]
        return value, (value,)
    if kind == 3:
        body = (
            r.choice(["1HG", "WVW", "VF1", "ZFA", "SAJ", "VSS"])
            + "".join(r.choices("ABCDEFGHJKLMNPRSTUVWXYZ" + DIGITS, k=5))
            + "0"
            + "".join(r.choices("ABCDEFGHJKLMNPRSTVWXY" + DIGITS, k=2))
            + digits(r, 6)
        )
        return _with_vin_check(body), (_with_vin_check(body),)
    letter = "BCDFGHJKLMNPRSTVWXYZ"

    def some(count: int) -> str:
        return "".join(r.choices(letter, k=count))

    value = {
        "US": lambda: r.choice(
            [
                digits(r, 1, "123456789") + some(3) + digits(r, 3),
                some(3) + "-" + digits(r, 4),
                some(3) + " " + digits(r, 4),
            ]
        ),
        "GB": lambda: some(2) + r.choice(["12", "65", "19", "71", "23"]) + " " + some(3),
        "DE": lambda: r.choice(["B", "M", "HH", "KA", "F"]) + "-" + some(2) + " " + digits(r, 4, "123456789"),
        "FR": lambda: f"{some(2)}-{digits(r, 3)}-{some(2)}",
        "ES": lambda: f"{digits(r, 4)} {some(3)}",
        "IT": lambda: f"{some(2)} {digits(r, 3)} {some(2)}",
    }[country]()
    return value, (value,)


def _with_vin_check(body: str) -> str:
    values = dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ",
            (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
            strict=True,
        )
    )
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    rest = sum(w * (int(c) if c.isdigit() else values[c]) for c, w in zip(body, weights, strict=True)) % 11
    return body[:8] + ("X" if rest == 10 else str(rest)) + body[9:]


MAKERS: dict[str, Callable[[Random, str], Made]] = {
    "phone": phone,
    "email": email,
    "address": address,
    "card": card,
    "bank": bank,
    "national_id": national_id,
    "document": document,
    "password": password,
    "pin": pin,
    "key": key,
    "birth": birth,
    "network_vehicle": network_vehicle,
}
