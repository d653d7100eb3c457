"""Keys, tokens, passwords and addresses that carry credentials."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from likeness.write.redact.spans import Span

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)", re.S
)
_TOKEN = re.compile(
    r"\beyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]{4,}|"  # JSON web token
    r"\b(?:sk|rk|pk)[-_](?:live|test|proj|ant|or)?[-_]?[A-Za-z0-9_-]{16,}|"
    r"\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|"
    r"\bxox[abeoprs]-[\w-]{10,}|\b(?:AKIA|ASIA|AROA)[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|"
    r"\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{30,}|\bhf_[A-Za-z0-9]{20,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|"
    r"\bdop_v1_[a-f0-9]{30,}|"
    r"\bwhsec_\w{20,}|\bAC[a-f0-9]{32}\b|\bssh-(?:rsa|ed25519) [A-Za-z0-9+/=]{40,}"
)
_BEARER = re.compile(r"\b(?:bearer|authorization: ?(?:basic|token|bearer)) ([\w.~+/=-]{16,})", re.I)
_NAMED = re.compile(
    r"\b(?:api[ _-]?(?:key|token|secret)|access[ _-]?(?:key|token)|secret[ _-]?(?:access[ _-]?)?key|client[ _-]?secret|"
    r"auth[ _-]?token|private[ _-]?token|aws_secret_access_key)\b[\"']?\s*(?:is|ist|est|es|"
    r"[:=])+\s*[\"'`]?([\w./+=~-]{8,})",
    re.I,
)
_PASSWORD = re.compile(
    r"\b(?:pass(?:word|wd|phrase|code|wort)|pwd|kennwort|mot de passe|mdp|contraseña|clave|senha|palavra-passe|"
    r"parola d'ordine|"
    r"wachtwoord|lösenord|adgangskode|passord|salasana|hasło|пароль|şifre|wi-?fi (?:key|code|pass))\b[^\n:=]{0,30}?"
    r"(?:\s*[:=]\s*|\s+(?:is|was|ist|lautet|est|es|è|é|to|jest)\s*:?\s+)[\"'`“]?([^\s\"'`”]{4,})",
    re.I,
)
_PIN = re.compile(
    r"\b(?:pin|puk|cvv|cvc|tan|otp|(?:security|verification|access|door|gate|alarm|login|one-time|entry) code|"
    r"zugangscode|code d'accès|código de (?:acceso|seguridad)|türcode)\b(?:\s+(?:number|code|nummer))?"
    r"(?:\s*[:=]\s*|\s+(?:is|ist|lautet|est|es|è|é|jest)\s*:?\s+)#?(\d{3,8}\b|[A-Z0-9]{4,8}\b)",
    re.I,
)
_USERINFO = re.compile(r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)")
_PARAMETER = re.compile(
    r"[?&#](?:access_token|token|api_?key|key|auth|sig|signature|secret|password|pwd|code|session(?:id)?|"
    r"otp)=([^\s&#\"'<>]{6,})",
    re.I,
)
_OPAQUE = re.compile(r"(?<![\w/.@=%&?-])[A-Za-z0-9+_-]{24,}={0,2}(?![\w/.@-])")
_WALLET = re.compile(r"\b(?:bc1[a-z0-9]{25,60}|0x[a-fA-F0-9]{40}|[13][a-km-zA-HJ-NP-Z1-9]{25,34})\b")


def find(text: str) -> Iterator[Span]:
    """Yield what would let a reader in somewhere."""
    for match in _PRIVATE_KEY.finditer(text):
        yield Span(*match.span(), "private key")
    for match in _TOKEN.finditer(text):
        yield Span(*match.span(), "token")
    for pattern in (_BEARER, _NAMED, _PARAMETER):
        for match in pattern.finditer(text):
            if pattern is not _NAMED or _secret_like(match[1]):
                yield Span(*match.span(1), "token")
    for match in _USERINFO.finditer(text):
        yield Span(*match.span(), "password")
    for match in _PASSWORD.finditer(text):
        value = match[1].rstrip(".,;:!?)")
        if _secret_like(value):
            yield Span(match.start(1), match.start(1) + len(value), "password")
    for match in _PIN.finditer(text):
        if any(c.isdigit() for c in match[1]):
            yield Span(*match.span(1), "password")
    for match in _OPAQUE.finditer(text):
        if _random(match[0]):
            yield Span(*match.span(), "token")
    for match in _WALLET.finditer(text):
        if any(c.isdigit() for c in match[0]) and any(c.isalpha() for c in match[0][2:]):
            yield Span(*match.span(), "account")


def _secret_like(value: str) -> bool:
    """No word of a sentence: it has a digit or a mark in it, or capitals inside."""
    inner = value.strip("*_.,;:!?()")
    if len(inner) < 4 or inner.startswith("[") or inner.casefold().startswith(("http://", "https://")):
        return False
    if re.fullmatch(r"[A-Za-z]+(?:[-'’/][A-Za-z]+)*", inner):
        return bool(re.search(r"[a-z][A-Z]", inner))
    return bool(re.search(r"\d|[!@#$%^&*+=~?<>|\\]", inner)) and not re.fullmatch(r"\d{1,3}|[\d,.]+\s?%", inner)


def _random(value: str) -> bool:
    """True for a string no person chose: three classes of character, much entropy, no words joined by marks."""
    classes = [r"[a-z]", r"[A-Z]", r"\d"]
    if not all(re.search(pattern, value) for pattern in classes):
        return False
    if any(
        len(part) > 3 and part.isalpha() and (part.islower() or part.istitle()) for part in re.split(r"[-_+]", value)
    ):
        return False
    changes = sum(a.isdigit() != b.isdigit() or a.isupper() != b.isupper() for a, b in pairwise(value))
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return entropy >= 3.7 and changes >= len(value) * 0.3
