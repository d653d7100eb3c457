"""What lists, mail programs and lawyers append: footers, scrubbed attachments, disclaimers, phone signatures."""

from __future__ import annotations

import re
from collections import Counter

from likeness.write.clean.locales import SENT_FROM

_LIST_FOOTER = re.compile(
    r"\s*[-_=.*~+# ]{10,}$",
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
    r"yahoo! groups|_{20,}\s*\S+ mailing list\b)",
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
_PGP_MESSAGE = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----")
_DISCLAIMER = re.compile(
    r"(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|transmission)\b.{0,120}"
    r"(?:confidential|intended (?:solely|only)|privileged)|"
    r"(?:the )?information (?:contained )?in this (?:e-?mail|message|transmission)|"
    r"confidentiality (?:notice|note)|if you are not the intended recipient|"
    r"diese e-?mail (?:enthält|kann) .{0,40}vertraulich|ce (?:message|courriel) .{0,80}confidentiel|"
    r"este (?:mensaje|correo|e-?mail|mensagem) .{0,80}confidencia|"
    r"(?:please )?(?:consider|think of) the environment before printing|"
    r"virus-free\. ?www\.avast|this email has been (?:checked|scanned) for viruses",
    re.I,
)
_PHONE = re.compile(rf"\s*\W{{0,3}}(?:{SENT_FROM})", re.I)
_DEVICE = re.compile(
    r"iphone|ipad|android|blackberry|samsung|galaxy|huawei|nokia|pixel|xperia|htc|motorola|windows|outlook|yahoo|"
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
    for i, line in enumerate(lines):
        reason = _block_reason(lines, i, line)
        if not reason:
            continue
        removed[reason] += 1
        return lines[:i]
    if lines and _PGP_MESSAGE.match(lines[0]):
        return [line for line in lines[1:] if not line.startswith("Hash: ")]
    return lines


def _block_reason(lines: list[str], i: int, line: str) -> str:
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
        line[:2].strip()
        and _DISCLAIMER.search(" ".join(lines[i : i + 3]))
        and _DISCLAIMER.search(line[:200] + " ".join(lines[i + 1 : i + 2]))
    ):
        return "disclaimer" if len(lines) - i <= 25 and i > 0 else ""
    return ""
