"""What WhatsApp writes into a chat itself: attachments, deletions, edits, calls, the encryption notice.

The phone writes these in its own language. iOS puts U+200E in front of every text that nobody typed, which holds in any
language; ``phrases`` has the words of Android and of exports that lost the mark. A person's words are never dropped for
what they are like: a text must be such a phrase, or be built as only the phone builds one.
"""

from __future__ import annotations

import re
from unicodedata import normalize

from likeness.sources.whatsapp import phrases

MARK = "\u200e"
_BIDI = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_LONGEST = max(map(len, phrases.REASONS)) + 40

_FILE = r"[^\n<>:]{1,120}\.[A-Za-z0-9]{2,5}"
_ATTACHED = re.compile(
    rf"^[{_BIDI}]*(?:[A-Z]{{3}}-\d{{8}}-WA\d{{4,}}\.\w{{0,5}} \([^()\n]{{3,45}}\)"
    rf"|{_FILE} \([^()\n]*?(?:{phrases.ATTACHED})[^()\n]{{0,30}}\))[{_BIDI}]*[ \t]*(?:\n|\Z)",
    re.IGNORECASE,
)
_ATTACHED_IOS = re.compile(
    rf"[{_BIDI}]*<[{_BIDI}]*[^<>:\n]{{2,30}}:\s?[{_BIDI}]*[^<>\n/]+\.[A-Za-z0-9]{{2,5}}[{_BIDI}]*>"
)
_DOCUMENT = re.compile(rf"[{_BIDI}]*{_FILE}(?: • {MARK}[^\n]{{1,20}})?")
"""What is left of a document: its own name, and how many pages it has."""
_OMITTED = re.compile(
    rf"^[{_BIDI}]*< ?[{_BIDI}]*(?=[^<>\n]*(?:{phrases.MEDIA}))(?=[^<>\n]*(?:{phrases.GONE}))[^<>\n/]{{4,60}}>"
    rf"[{_BIDI}]*[ \t]*(?:\n|\Z)",
    re.IGNORECASE,
)
_MARKED_SUFFIX = re.compile(rf"\s*{MARK}<[^<>\n]{{4,60}}>[{_BIDI}]*\s*\Z")
_MARKED_OMISSION = re.compile(rf"{MARK}[^\n{_BIDI}]{{3,40}}\s*\Z")
_EDITED = re.compile(rf"\s*<[^<>\n/@:]{{0,40}}(?:{phrases.EDITED})[^<>\n/@:]{{0,30}}>\s*\Z", re.IGNORECASE)

_CALL_TIME = re.compile(r"[ ,.·]*(?:\w{1,4}\W{1,3}){0,2}\d[^\n]{0,24}")
_POLL = re.compile(r"[^\W\d_][\w ]{2,20}:\n[^\n]+(?:\n[^\W\d_][\w ]{2,20}: [^\n]*\(\d+ [^()\n]+\)){1,20}")
_LOCATION = re.compile(r"[^\n:]{2,40}: https://(?:maps\.google\.com/\?q=|maps\.apple\.com/|foursquare\.com/)\S+")
_ENCRYPTION = re.compile(
    r"end-to-end[ -]encrypt|ende-zu-ende-verschlüssel|cifrad[oa]s? de extremo a extremo|cifrado de extremo a extremo|"
    r"chiffr\w+ de bout en bout|criptografia de ponta|encriptação ponto a ponto|encriptad[oa]s? ponto a ponto|"
    r"crittografi\w+ end-to-end|end-to-end versleuteld|сквозн\w+ шифрован|наскрізн\w+ шифруван|uçtan uca şifrel|"
    r"端到端加密|端對端加密|端对端加密|エンドツーエンド|종단간 암호화|종단 간 암호화|تشفير تام|مشفرة تمامًا|एंड-टू-एंड|"
    r"dienkripsi secara end-to-end|terenkripsi secara end-to-end|terenkripsi end-to-end|"
    r"szyfrowan\w+ od końca do końca|zaszyfrowan\w+|מוצפנות מקצה|koncov\w+ šifrován|šifrovaním? |végponttól végpontig|"
    r"criptate integral|κρυπτογραφ|krypterade|krypterede|krypterte|täysin salattu|xifra\w+ d'extrem a extrem|"
    r"mã hóa đầu cuối|เข้ารหัสจากต้นทาง|رمزگذاری سرتاسری|رمزنگاری سرتاسری|این کرپشن|एन्ड-टू-एन्ड|এন্ড-টু-এন্ড|"
    r"disulitkan hujung ke hujung|kriptirane|šifrirana",
    re.IGNORECASE,
)
_NOTICEABLE = re.compile(rf"[<({_BIDI}]|\A\s")
_DIGIT = re.compile(r"\d")


def is_encryption_notice(text: str) -> bool:
    """True for the notice with which most chats begin, in some exports under a sender's name."""
    return len(text) > 30 and _ENCRYPTION.search(text) is not None


def typed(text: str) -> tuple[str, str]:
    """What a person typed of one entry's text, and why the rest was dropped ("" when nothing was).

    A caption is kept without its attachment; an edited message without the remark.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    text = text.rstrip()
    if text and not _is_notice(text) and not _is_noticeable(text):
        return text, ""
    reason = ""
    shorter = _EDITED.sub("", _MARKED_SUFFIX.sub("", text) if not _ATTACHED_IOS.search(text) else text)
    without = _ATTACHED_IOS.sub("", _ATTACHED.sub("", shorter, count=1))
    without = _OMITTED.sub("", without, count=1)
    if without != shorter:
        reason = "attachment"
    rest = without.strip()
    if reason and _DOCUMENT.fullmatch(rest):
        return "", reason
    bare = rest.strip(_BIDI + " ")
    if not bare:
        return "", reason or "empty"
    notice = _is_notice(bare)
    if notice:
        return "", notice
    if rest.startswith(MARK) and not reason:
        return "", "attachment or notice"
    omission = _MARKED_OMISSION.search(rest)
    if omission and omission.start() > 0:
        return rest[: omission.start()].strip(), "attachment"
    return bare if reason else rest, reason


def _is_noticeable(text: str) -> bool:
    """False where there can be no attachment, remark or mark."""
    if text.isascii():
        return "<" in text or "(" in text or text[0].isspace()
    return _NOTICEABLE.search(text) is not None


def _is_notice(text: str) -> str:
    """Why a text is none of a person's, judged by its words; "" if it is."""
    if len(text) <= _LONGEST:
        words = text.casefold().rstrip(".。।۔")
        if not words.isascii():
            words = normalize("NFC", words)
        reason = phrases.REASONS.get(words)
        if reason:
            return reason
        if _DIGIT.search(words) and words.startswith(phrases.CALLS) and _is_call(words):
            return "call, poll, location or notice"
    if ":" in text and (_POLL.fullmatch(text) or _LOCATION.fullmatch(text)):
        return "call, poll, location or notice"
    return ""


def _is_call(words: str) -> bool:
    """True for the phrase with nothing but a time after it: "missed voice call at 3:04 pm"."""
    phrase = max((call for call in phrases.CALLS if words.startswith(call)), key=len)
    return _CALL_TIME.fullmatch(words, len(phrase)) is not None
