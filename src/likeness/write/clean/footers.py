"""What lists, mail programs and lawyers append: footers, scrubbed attachments, disclaimers, phone signatures."""

from __future__ import annotations

import re
from collections import Counter

from likeness.write.clean.locales import SENT_FROM

_LIST_FOOTER = re.compile(
    r"\s*+[-_=.*~+# ]{10,}+$",
)
_LIST_WORDS = re.compile(
    r"mailing list|mailman/listinfo|listserv|unsubscribe|list-archive|posting guide|you received this (?:message|"
    r"e-?mail) because|"
    r"groups\.google\.com|to view this discussion|e-mail list|liste de diffusion|mailingliste",
    re.I,
)
_ALWAYS_FOOTER = re.compile(
    r"\s*(?:you received this (?:message|e-?mail) because you are subscribed|to unsubscribe (?:from|send|visit|click)|"
    r"to view this discussion (?:on the web )?visit|to post to this group|for more options, visit (?:this group|"
    r"https?)|"
    r"yahoo! groups|_{20,500}\s*[^\s_]\S{0,80} mailing list\b)",
    re.I,
)
_SCRUBBED = re.compile(r"-{5,}\s*next part\s*-{5,}\s*$", re.I)
_ALTERNATIVE = re.compile(
    r"\s*\[\[?(?:alternative|non-?text|html|alternate)\b.{0,60}(?:deleted|scrubbed|removed)\.?\]?\]\s*$", re.I
)
_EMBEDDED = re.compile(
    r"\s*(?:\[(?:cid|image|inline image|bild|imagen?|immagine)[:\s][^\]]{0,120}\]|<image\S{0,20}>|"
    r"<\S{1,60}\.(?:png|jpe?g|gif|pdf|docx?|xlsx?)>)\s*$",
    re.I,
)
_PGP_BEGIN = re.compile(r"-----BEGIN PGP (?:SIGNATURE|PUBLIC KEY BLOCK)-----")
_PGP_HEADER = re.compile(r"(?:Hash|Version|Charset|Comment): ")
_PGP_MESSAGE = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----")
_DISCLAIMER = re.compile(
    r"(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|transmission)\b.{0,120}"
    r"(?:confidential|intended (?:solely|only)|privileged)|"
    r"(?:the )?information (?:contained |transmitted )?in this (?:e-?mail|message|transmission)|"
    r"confidentiality (?:notice|note)|if you are not the intended recipient|"
    r"the contents of this (?:e-?mail|message)|"
    r"diese (?:e-?mail|nachricht) (?:enthält|kann|ist|und) .{0,60}vertraulich|vertraulichkeitshinweis|"
    r"ce (?:message|courriel|mail|courrier) .{0,80}confidentiel|"
    r"(?:les informations|l['’]information) contenues? dans ce|"
    r"este (?:mensaje|correo|e-?mail|mensagem) .{0,80}confidencia|la información contenida en este|"
    r"as? informaç(?:ão|ões) contidas? nest[ae]|"
    r"(?:le informazioni|il contenuto) .{0,40}quest[ao] (?:messaggio|e-?mail|comunicazione)|"
    r"quest[ao] (?:messaggio|e-?mail) .{0,80}(?:confidenzial|riservat)|"
    r"dit (?:e-?mail)?bericht .{0,80}vertrouwelijk|de informatie in (?:dit|deze) (?:e-?mail)?|"
    r"denne (?:e-?mail|mail|e-?post|melding) .{0,80}(?:fortrolig|konfidensi)|"
    r"detta (?:e-?post|meddelande|mail).{0,80}konfidentiell|"
    r"ta wiadomość .{0,80}poufn|treść tej wiadomości|tento e-?mail .{0,80}důvěrn|"
    r"(?:это|данное) (?:сообщение|письмо) .{0,80}конфиденциальн|"
    r"(?:please )?(?:consider|think of|think about) the environment before printing|"
    r"virus-free\. ?(?:www\.)?(?:avast|avg)|(?:this|the) e-?mail (?:has been|was) (?:checked|scanned) (?:for|by)|"
    r"no virus found in this|diese e-?mail wurde (?:von|auf) .{0,40}(?:avast|viren)|"
    r"este (?:correo|e-?mail|mensaje) .{0,60}(?:en busca de virus|verificado)|"
    r"l['’]absence de virus dans ce|questa e-?mail è stata controllata",
    re.I,
)
_DISCLAIMER_HINTS = (
    "confiden", "recipient", "information", "vertraulich", "environment", "virus", "contents of", "informac",
    "informaç",
    "informazion", "contenuto", "riservat", "vertrouwelijk", "informatie", "fortrolig", "konfid", "poufn", "wiadomości",
    "důvěrn", "конфиденциальн", "avast", "controllata", "verificado",
)  # fmt: skip
_PHONE = re.compile(rf"\s*\W{{0,3}}(?:{SENT_FROM})", re.I)
_DEVICE = re.compile(
    r"iphone?|ipad|android|blackberry|samsung|galaxy|huawei|nokia|pixel|xperia|htc|motorola|windows|outlook|yahoo|"
    r"mobile|mobil|phone|handy|smartphone|tablet|mail|gmail|protonmail|proton|telefon|teléfono|téléphone|"
    r"cellulare|mobiel|wiko|"
    r"thunderbird|mac|spark|airmail|bluemail|nine|mailbox|device|handheld|wireless|t-mobile|verizon|free\.fr|laposte",
    re.I,
)


def drop_footers(lines: list[str], *, quotes: bool) -> tuple[list[str], Counter[str]]:
    """Take out what machines appended; returns the rest and the counts by reason.

    ``quotes`` says whether quoted lines stood among ``lines``.
    """
    removed: Counter[str] = Counter()
    lines = _without_blocks(lines, removed)
    kept: list[str] = []
    for position, line in enumerate(lines):
        if _ALTERNATIVE.match(line) or _EMBEDDED.match(line):
            removed["attachment notice"] += 1
        elif is_phone_signature(line):
            removed["phone signature"] += 1
            if not quotes and any(text.strip() for text in kept):
                # Phones put it above what is answered; nothing marked as quoted means the answer ends here.
                removed["quote"] += sum(1 for text in lines[position + 1 :] if text.strip())
                break
        else:
            kept.append(line)
    return kept, removed


def is_phone_signature(line: str) -> bool:
    """True for "Sent from my iPhone" and its kind in other languages, alone on a line."""
    text = line.strip()
    if len(text) > 90 or not _PHONE.match(text) or re.search(r"[.?!,] \S", text):
        return False
    return bool(_DEVICE.search(text)) or text.casefold().startswith("sent from")


def _without_blocks(lines: list[str], removed: Counter[str]) -> list[str]:
    disclaimed = _hinted(lines)
    for i, line in enumerate(lines):
        reason = _block_reason(lines, i, line, disclaimed)
        if reason:
            removed[reason] += 1
            lines = lines[:i]
            break
    return _without_wrapping(lines)


def _hinted(lines: list[str]) -> bool:
    """Cheap: a word of some disclaimer stands in ``lines``."""
    text = " ".join(lines).casefold()
    return any(hint in text for hint in _DISCLAIMER_HINTS)


def _without_wrapping(lines: list[str]) -> list[str]:
    """Without the first lines of a signed message and the dashes it escapes (RFC 9580, section 7)."""
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if not lines or not _PGP_MESSAGE.match(lines[first]):
        return lines
    rest = lines[first + 1 :]
    while rest and _PGP_HEADER.match(rest[0]):
        rest = rest[1:]
    return [line.removeprefix("- ") if line.startswith("- -") else line for line in rest]


def _block_reason(lines: list[str], i: int, line: str, disclaimed: bool) -> str:
    """Why everything from line ``i`` on is not the owner's, or ""."""
    if _SCRUBBED.match(line):
        return "attachment notice"
    if _PGP_BEGIN.match(line):
        return "signature block"
    if _LIST_FOOTER.match(line) and any(_LIST_WORDS.search(text) for text in lines[i + 1 : i + 5]):
        return "list footer"
    if _ALWAYS_FOOTER.match(line):
        return "list footer"
    if (
        disclaimed
        and line[:2].strip()
        and _hinted(lines[i : i + 3])
        and _DISCLAIMER.search(" ".join(lines[i : i + 3]))
        and _DISCLAIMER.search(line[:200] + " ".join(lines[i + 1 : i + 2]))
    ):
        return "disclaimer" if len(lines) - i <= 25 and i > 0 else ""
    return ""
