"""Check digits, so that an order number is not taken for a card nor a serial for a bank account."""

from __future__ import annotations

import re

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH":
    21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE":
    22, "IL": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS":
    29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24,
    "TR": 26, "UA": 29, "VA": 22, "XK": 20,
}  # fmt: skip

_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CF_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
         2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip


def digits(text: str) -> str:
    """The ASCII digits of ``text``."""
    return re.sub(r"[^0-9]", "", text)


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1 check of a string of digits."""
    total = 0
    for place, character in enumerate(reversed(number)):
        value = int(character) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return bool(number) and total % 10 == 0


def card(number: str) -> bool:
    """True for a payment card: issuer prefix, length and Luhn digit fit."""
    issuer = re.match(
        r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3(?:0[0-5]|[689])|6(?:011|4[4-9]|5|2)|35", number
    )
    return bool(issuer) and 13 <= len(number) <= 19 and len(set(number)) > 1 and luhn(number)


def iban(text: str) -> bool:
    """ISO 13616: the country's length and the remainder modulo 97."""
    compact = re.sub(r"[\s.-]", "", text).upper()
    if IBAN_LENGTHS.get(compact[:2]) != len(compact):
        return False
    number = "".join(str(int(character, 36)) for character in compact[4:] + compact[:4])
    return int(number) % 97 == 1


def dni(text: str) -> bool:
    """Spanish DNI or NIE: control letter modulo 23."""
    compact = re.sub(r"[\s.-]", "", text).upper()
    number = {"X": "0", "Y": "1", "Z": "2"}.get(compact[0], compact[0]) + compact[1:-1]
    return number.isdigit() and _DNI_LETTERS[int(number) % 23] == compact[-1]


def codice_fiscale(text: str) -> bool:
    """Italian tax code: control letter over odd and even places."""
    code = re.sub(r"\s", "", text).upper()
    total = sum(
        _CF_ODD[c] if place % 2 == 0 else int(c, 36) % 10 if c.isdigit() else ord(c) - 65
        for place, c in enumerate(code[:15])
    )
    return chr(65 + total % 26) == code[15]


def nir(text: str) -> bool:
    """French social-security number: key 97 minus the remainder; Corsica's 2A and 2B count as 19 and 18."""
    compact = re.sub(r"\s", "", text).upper().replace("2A", "19").replace("2B", "18")
    return len(compact) == 15 and compact.isdigit() and 97 - int(compact[:13]) % 97 == int(compact[13:])


def cpf(text: str) -> bool:
    """Brazilian CPF: two control digits modulo 11."""
    number = [int(c) for c in digits(text)]
    if len(number) != 11 or len(set(number)) == 1:
        return False
    first = sum(value * weight for value, weight in zip(number, range(10, 1, -1), strict=False)) * 10 % 11 % 10
    second = sum(value * weight for value, weight in zip(number, range(11, 1, -1), strict=False)) * 10 % 11 % 10
    return number[9:] == [first, second]


def ahv(text: str) -> bool:
    """Swiss AHV number: an EAN-13 that begins with 756."""
    number = [int(c) for c in digits(text)]
    return len(number) == 13 and sum(v * (3 if i % 2 else 1) for i, v in enumerate(number)) % 10 == 0


def pesel(text: str) -> bool:
    """Polish PESEL: weighted control digit and a month that exists."""
    number = [int(c) for c in digits(text)]
    if len(number) != 11 or not 1 <= (number[2] * 10 + number[3]) % 20 <= 12:
        return False
    return sum(v * w for v, w in zip(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), strict=True)) % 10 == 0


def steuer_id(text: str) -> bool:
    """German tax number for life: ISO 7064 MOD 11,10; of the first ten digits one stands there twice or three times."""
    number = [int(c) for c in digits(text)]
    repeated = [number[:10].count(value) for value in set(number[:10]) if number[:10].count(value) > 1]
    if len(number) != 11 or number[0] == 0 or len(repeated) != 1 or repeated[0] > 3:
        return False
    product = 10
    for value in number[:10]:
        total = (value + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == number[10]


def bsn(text: str) -> bool:
    """Dutch BSN: the eleven test."""
    number = [int(c) for c in digits(text)]
    return len(number) == 9 and sum(v * w for v, w in zip(number, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0


_VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)


def vin(text: str) -> bool:
    """Vehicle identification number (ISO 3779) with the North American check digit in the ninth place."""
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(w * (int(c) if c.isdigit() else _VIN_VALUES[c]) for c, w in zip(text.upper(), weights, strict=True))
    return text[8].upper() == "0123456789X"[total % 11]


def ccc(text: str) -> bool:
    """A Spanish account number of twenty digits, its two check digits at places nine and ten."""
    number = digits(text)
    return len(number) == 20 and _ccc_digit("00" + number[:8]) == number[8] and _ccc_digit(number[10:]) == number[9]


def _ccc_digit(body: str) -> str:
    rest = 11 - sum(int(digit) * 2**place % 11 for place, digit in enumerate(body)) % 11
    return str({10: 1, 11: 0}.get(rest, rest))


def rib(text: str) -> bool:
    """A French account number: bank, branch, account, key; letters of the account stand for digits."""
    bare = "".join(character for character in text.upper() if character.isalnum())
    number = bare.translate(str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789"))
    if len(number) != 23 or not number.isdigit():
        return False
    bank, branch, account, key = int(number[:5]), int(number[5:10]), int(number[10:21]), int(number[21:])
    return key == 97 - (89 * bank + 15 * branch + 3 * account) % 97
