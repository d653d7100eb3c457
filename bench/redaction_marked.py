# ruff: noqa: E501  (tables of forms)
"""Read texts whose values are marked ``«form|value»`` or ``«form=maker»``: every value becomes an item of its own."""

from __future__ import annotations

import base64
import re
import string
from collections.abc import Callable, Iterator, Mapping
from random import Random

from bench import redaction_values as values

_MARK = re.compile(r"«(\w+)([|=])([^»]*)»")
_ALPHABET = string.ascii_letters + string.digits


def marked(texts: Mapping[str, tuple[str, ...]], seed: int) -> Iterator[tuple[str, str, str, str]]:
    """(form, country, text, value) of every marked value."""
    for country, ones in texts.items():
        for number, text in enumerate(ones):
            r = Random(f"{seed}-{country}-{number}")
            found: list[tuple[str, str]] = []

            def shown(
                mark: re.Match[str], r: Random = r, country: str = country, found: list[tuple[str, str]] = found
            ) -> str:
                value = mark[3] if mark[2] == "|" else MADE[mark[3]](r, country)
                found.append((mark[1], value))
                return value

            plain = _MARK.sub(shown, text)
            for form, value in found:
                yield form, country, plain, value


def _some(r: Random, count: int, of: str = _ALPHABET) -> str:
    return "".join(r.choices(of, k=count))


def _card(r: Random) -> str:
    body = r.choice("45") + r.choice("12345") + values.digits(r, 13)
    return body + values.luhn(body)


def _nir(r: Random, corsica: bool) -> str:
    place = r.choice(["2A", "2B"]) if corsica else f"{r.randrange(1, 95):02d}"
    body = f"{r.choice('12')}{r.randrange(50, 99)}{r.randrange(1, 12):02d}{place}{r.randrange(1, 360):03d}{r.randrange(1, 999):03d}"
    number = int(body.replace("2A", "19").replace("2B", "18")) if corsica else int(body)
    return f"{body}{97 - number % 97:02d}"


def _fours(text: str) -> str:
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def _dni(r: Random) -> str:
    body = values.digits(r, 8, "1234567")
    return body + "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23]


def _jwt(r: Random) -> str:
    parts = [
        base64.urlsafe_b64encode(f'{{"{_some(r, 5)}":"{_some(r, n)}"}}'.encode()).decode().rstrip("=") for n in (12, 40)
    ]
    return ".".join([*parts, _some(r, 43)])


def _pem(r: Random) -> str:
    body = "\n".join(_some(r, 64, _ALPHABET + "+/") for _ in range(3))
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----"


def _vin(r: Random, country: str) -> str:
    while True:
        value = values.network_vehicle(r, country)[0]
        if len(value) == 17 and value.isalnum():
            return value


def _us_free(r: Random, country: str) -> str:
    return values.iban(r, "DE" if country == "US" else country)


MADE: dict[str, Callable[[Random, str], str]] = {
    "iban": lambda r, c: _fours(_us_free(r, c)),
    "iban_run": _us_free,
    "iban_lower": lambda r, c: r.choice([_fours(_us_free(r, c)), _us_free(r, c)]).lower(),
    "ccc": lambda r, c: values.grouped(values.iban(r, "ES")[4:], 4, 4, 2),
    "card": lambda r, c: _fours(_card(r)),
    "middle": lambda r, c: values.grouped(_card(r), 4, 4, 4, by=r.choice([" ", "  ", "·", " - "])),
    "plain": lambda r, c: _card(r),
    "amex": lambda r, c: (lambda body: values.grouped(body + values.luhn(body), 4, 6))("37" + values.digits(r, 12)),
    "steuer": lambda r, c: values._steuer_id(r),
    "steuer_spaced": lambda r, c: values.grouped(values._steuer_id(r), 2, 3, 3),
    "nir": lambda r, c: _nir(r, False),
    "nir_spaced": lambda r, c: values.grouped(_nir(r, False), 1, 2, 2, 2, 3, 3),
    "nir_corsica": lambda r, c: _nir(r, True),
    "nir_corsica_spaced": lambda r, c: values.grouped(_nir(r, True), 1, 2, 2, 2, 3, 3),
    "dni": lambda r, c: _dni(r),
    "dni_dash": lambda r, c: (lambda d: f"{d[:8]}-{d[8]}")(_dni(r)),
    "dni_lower": lambda r, c: _dni(r).lower(),
    "dni_dots": lambda r, c: (lambda d: f"{d[:2]}.{d[2:5]}.{d[5:8]}-{d[8]}")(_dni(r)),
    "nie": lambda r, c: (lambda x, n: f"{x}-{n}-{'TRWAGMYFPDXBNJZSQVHLCKE'[int(str('XYZ'.index(x)) + n) % 23]}")(r.choice("XYZ"), values.digits(r, 7)),
    "cf": lambda r, c: values._codice_fiscale(r),
    "cf_lower": lambda r, c: values._codice_fiscale(r).lower(),
    "cf_spaced": lambda r, c: values.grouped(values._codice_fiscale(r), 3, 3, 5),
    "vin": _vin,
    "openai": lambda r, c: r.choice(["sk-proj-", "sk-svcacct-", "sk-"]) + _some(r, 48),
    "github": lambda r, c: r.choice(["ghp_" + _some(r, 36), "github_pat_" + _some(r, 22) + "_" + _some(r, 59), "gho_" + _some(r, 36)]),
    "gitlab": lambda r, c: "glpat-" + _some(r, 20, _ALPHABET + "-_"),
    "slack": lambda r, c: f"{r.choice(['xoxb', 'xoxp'])}-{values.digits(r, 11)}-{values.digits(r, 12)}-{_some(r, 24)}",
    "stripe": lambda r, c: r.choice(["sk_live_", "rk_live_", "sk_test_"]) + _some(r, 24),
    "aws": lambda r, c: r.choice(["AKIA", "ASIA"]) + _some(r, 16, string.ascii_uppercase + "234567"),
    "aws_secret": lambda r, c: _some(r, 40, _ALPHABET + "/+"),
    "google": lambda r, c: "AIza" + _some(r, 35, _ALPHABET + "_-"),
    "azure": lambda r, c: _some(r, 86, _ALPHABET + "+/") + "==",
    "sendgrid": lambda r, c: f"SG.{_some(r, 22)}.{_some(r, 43)}",
    "npm": lambda r, c: "npm_" + _some(r, 36),
    "pypi": lambda r, c: "pypi-AgEIcHlwaS5vcmc" + _some(r, 100, _ALPHABET + "_-"),
    "hf": lambda r, c: "hf_" + _some(r, 34, string.ascii_letters),
    "digitalocean": lambda r, c: "dop_v1_" + _some(r, 64, "0123456789abcdef"),
    "telegram": lambda r, c: f"{values.digits(r, 9, '123456789')}:AA{_some(r, 33, _ALPHABET + '_-')}",
    "jwt": lambda r, c: _jwt(r),
    "pem": lambda r, c: _pem(r),
    "hex32": lambda r, c: _some(r, 32, "0123456789abcdef"),
    "hex40": lambda r, c: _some(r, 40, "0123456789abcdef"),
}  # fmt: skip
"""Values by maker's name."""
