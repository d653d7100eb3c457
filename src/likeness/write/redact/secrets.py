"""Keys, tokens, passwords and addresses that carry credentials."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from likeness.write.redact.shapes import secret_like
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
_USERINFO = re.compile(r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)")
_PARAMETER = re.compile(
    r"[?&#](?:access_token|token|api_?key|key|auth|sig|signature|secret|password|pwd|code|session(?:id)?|"
    r"otp)=([^\s&#\"'<>]{6,})",
    re.I,
)
_OPAQUE = re.compile(r"(?<![\w/.@=%&?-])[A-Za-z0-9+_-]{24,}={0,2}(?![\w/@-]|\.\w)")
_WALLET = re.compile(r"\b(?:bc1[a-z0-9]{25,60}|0x[a-fA-F0-9]{40}|[13][a-km-zA-HJ-NP-Z1-9]{25,34})\b")


def find(text: str) -> Iterator[Span]:
    """Yield what would let a reader in somewhere."""
    for match in _PRIVATE_KEY.finditer(text):
        yield Span(*match.span(), "private key")
    for match in _TOKEN.finditer(text):
        yield Span(*match.span(), "token")
    for pattern in (_BEARER, _NAMED, _PARAMETER):
        for match in pattern.finditer(text):
            if pattern is not _NAMED or secret_like(match[1]):
                yield Span(*match.span(1), "token")
    for match in _USERINFO.finditer(text):
        yield Span(*match.span(), "password")
    for match in _OPAQUE.finditer(text):
        if _random(match[0]):
            yield Span(*match.span(), "token")
    for match in _WALLET.finditer(text):
        legacy = not match[0].startswith(("bc1", "0x"))
        mixed = any(c.islower() for c in match[0]) and any(c.isupper() for c in match[0])
        if any(c.isdigit() for c in match[0]) and any(c.isalpha() for c in match[0][2:]) and (mixed or not legacy):
            yield Span(*match.span(), "account")


def _random(value: str) -> bool:
    """True for a string no person chose: three classes of character, much entropy, no words joined by marks."""
    if value.startswith(("_Z", "__Z")):  # the name of a function as C++ compilers write it
        return False
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
