"""Credentials as programs and people write them side by side: settings, command lines, ``user / secret``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from likeness.write.redact.folding import folded, loosened
from likeness.write.redact.shapes import is_filled_in, is_mixed, secret_like
from likeness.write.redact.spans import Span

_SETTING = re.compile(
    r"(?<![\w$])(?!(?:bypass|compass|encompass|surpass)\b)\w{0,40}?(?:password|passwd|passwort|passphrase|pass|pwd)"
    r"[\"']?[ \t]{0,4}(?:=>|:=|[=:,](?=[ \t]*[\"'])|[=:])[ \t]{0,4}[\"'`]?(?P<value>[^\s\"'`;,&<>(){}|]{4,80})",
    re.I,
)
_KEY_SETTING = re.compile(
    r"(?<![\w$])\w{0,40}(?:key|secret|token|credential)(?:_?id)?[\"']?[ \t]{0,4}(?:=>|:=|[=:])[ \t]{0,4}[\"'`]?"
    r"(?P<value>[A-Za-z0-9+/=_.~-]{16,300})",
    re.I,
)
_OPTION = re.compile(
    r"(?:(?<=\s)|^)(?:-u|--user|--proxy-user|-U)[ =]{1,2}[\"']?[^\s:\"']{1,60}:(?P<user>[^\s\"']{3,80})|"
    r"(?<=\s)--?(?:pass(?:word|wd|phrase|in|out)?|pwd|token|secret|api-?key)[ =]{1,2}[\"']?"
    r"(?:pass:)?(?P<long>[^\s\"'<>]{4,200})|"
    r"\b(?:mysql\w*|mariadb\w*|sshpass|mongo\w*|ldapsearch|smbclient|redis-cli|psql)\b[^\n|;]{0,80}?"
    r"[ \t]-(?:p[ ]?|a |w )[\"']?(?P<short>[^\s\"'-][^\s\"']{3,79})"
)
_PAIR_WORDS = (
    r"creds?|credentials?|log-?in|sign-?in|account|user(?:name)?(?: ?/ ?pass\w*)?|zugang(?:sdaten)?|anmeldung|"
    r"logindaten|benutzer(?: ?/ ?passwort)?|identifiants?|accès|connexion|credenciales|acceso|usuario|credenziali|"
    r"accesso|utente|wi-?fi|wlan|ssid|router|hotspot|netz(?:werk)?|admin|ftp|ssh|vpn|nas|db|panel"
)
_PAIR = re.compile(
    rf"(?<![\w/.-])(?:{loosened(_PAIR_WORDS)})(?!\w)(?:[ \t](?:is|are|ist|est|son|es|sono|"
    rf"è))?[ \t]{{0,2}}[:=→-]?>?[ \t]{{0,2}}"
    r"(?P<user>[^\s/|:,()=\\{}\[\]<>\"]{2,40})[ \t]{0,2}(?:[ \t][/|][ \t]|[ \t]-[ \t]|:(?!//)|"
    r",[ \t])[ \t]{0,2}(?P<value>[^\s<>\"']{5,80})",
    re.I,
)
_AFTER_ADDRESS = re.compile(
    r"[\w.+-]{1,64}@[\w.-]{3,80}[ \t]{0,2}(?:/{1,2}|\||:|,|-|→|"
    r"->)[ \t]{0,2}(?:pw:? ?)?(?P<value>[^\s<>\"'@/]{5,80})(?!\S*@)"
)
_NETWORK = re.compile(
    rf"(?<!\w)(?:wi-?fi|wlan|hotspot|livebox|fritz!?box|router|ssid)\b[^\n]{{0,50}}?(?<![\w-])"
    rf"(?:{loosened('schlüssel|key|clé|clef|clave|chiave|llave|code|código|codice')})"
    r"(?:[ \t]{0,2}[:=→-]{1,2}>?|[ \t](?:is|ist|lautet|est|es|è))?[ \t]{0,2}[\"'“„«]?(?P<value>[^\s<>\"'”“»]{6,80})",
    re.I,
)
_GATE = tuple(
    folded(stem)
    for stem in (
        "pass", "pwd", "key", "secret", "token", "cred", " -", "log", "sign", "account", "user", "zugang", "anmeld",
        "benutzer", "identifiant", "acc", "connexion", "usuario", "utente", "fi", "wlan", "ssid", "router", "hotspot",
        "netz", "admin", "ftp", "ssh", "vpn", "nas", "db", "panel", "box", "@",
    )
)  # fmt: skip


def find(text: str) -> Iterator[Span]:
    """Yield what lets somebody in where no sentence announces it. ``text`` as ``view.plain_view`` gives it."""
    lower = folded(text)
    if not any(stem in lower for stem in _GATE):
        return
    if "pass" in lower or "pwd" in lower:
        for match in _SETTING.finditer(text):
            if is_filled_in(match["value"]) and (secret_like(match["value"]) or match[0][0].isupper()):
                yield _trimmed(match, "value", "password")
    if "key" in lower or "secret" in lower or "token" in lower or "credential" in lower:
        for match in _KEY_SETTING.finditer(text):
            if is_mixed(match["value"], "") and is_filled_in(match["value"]):
                yield _trimmed(match, "value", "token")
    for match in _OPTION.finditer(text):
        group = next(name for name, value in match.groupdict().items() if value)
        if is_filled_in(match[group]) and (group == "user" or secret_like(match[group])):
            yield _trimmed(match, group, "password")
    for pattern in (_PAIR, _AFTER_ADDRESS, _NETWORK) if "@" in text else (_PAIR, _NETWORK):
        for match in pattern.finditer(text):
            if is_filled_in(match["value"]) and _chosen(match["value"]):
                yield _trimmed(match, "value", "password")


def _chosen(value: str) -> bool:
    """Whether it was chosen to be hard to guess: letters and digits, or a run of digits as routers have them."""
    bare = value.rstrip(".,;:!?)")
    letters, digits = sum(c.isalpha() for c in bare), sum(c.isdigit() for c in bare)
    unit = re.fullmatch(r"\d+[\d.,:/-]*[A-Za-z]{0,4}", bare)
    return len(bare) >= 5 and ((letters >= 3 and digits >= 1 and not unit) or (letters == 0 and digits >= 12))


def _trimmed(match: re.Match[str], group: str, kind: str) -> Span:
    start = match.start(group)
    return Span(start, start + len(match[group].rstrip(".,;:)]")), kind)
