"""What WhatsApp writes into a chat itself: attachments, deletions, edits, calls, the encryption notice.

The phone writes these in its own language. iOS puts U+200E in front of every text that nobody typed, which holds in any
language; the phrases here are for Android and for exports that lost the mark.
"""

from __future__ import annotations

import re

MARK = "\u200e"
_BIDI = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"

_FILE = r"[^\n<>:]{1,120}\.[A-Za-z0-9]{2,5}"
_ATTACHED = re.compile(rf"^[{_BIDI}]*{_FILE} \([^()\n]{{4,40}}\)[{_BIDI}]*[ \t\r]*(?:\n|\Z)")
_ATTACHED_IOS = re.compile(rf"[{_BIDI}]*<[^<>:\n]{{2,30}}:\s?[^<>\n]+\.[A-Za-z0-9]{{2,5}}>")
_OMITTED = re.compile(rf"^[{_BIDI}]*<[^<>\n/]{{4,60}}>[{_BIDI}]*[ \t\r]*(?:\n|\Z)")
_MARKED_SUFFIX = re.compile(rf"\s*{MARK}<[^<>\n]{{4,60}}>[{_BIDI}]*\s*\Z")
_MARKED_OMISSION = re.compile(rf"{MARK}[^\n{_BIDI}]{{3,40}}\s*\Z")

_EDITED = re.compile(
    r"\s*<(?:this message was edited|diese nachricht wurde bearbeitet|(?:se editó este mensaje|"
    r"este mensaje fue editado|mensaje editado|se editó el mensaje)|ce message a été modifié|"
    r"questo messaggio è stato modificato|"
    r"(?:essa mensagem foi editada|mensagem editada)\.?|dit bericht is bewerkt|данное сообщение изменено|"
    r"bu mesaj düzenlendi|pesan ini diedit|تم تعديل هذه الرسالة|"
    r"此訊息已編輯|已编辑此消息|このメッセージは編集されました|"
    r"이 메시지가 수정되었습니다|ta wiadomość została edytowana)\.?>\s*\Z",
    re.IGNORECASE,
)

_THINGS = (
    r"image|photo|video|video note|audio|sticker|gif|document|contact card|voice message|media|"
    r"bild|foto|sprachnachricht|dokument|kontaktkarte|medien|imagen|vídeo|documento|tarjeta de contacto|nota de voz|"
    r"vidéo|fichier audio|document|fiche contact|immagine|video|messaggio vocale|scheda contatto|imagem|áudio|"
    r"figurinha|contato|afbeelding|spraakbericht|contactkaart|изображение|видео|аудиофайл|стикер|görüntü|ses"
)
_GONE = (
    r"omitted|weggelassen|ausgeschlossen|omitid[oa]s?|omise?s?|absente?|omess[oai]|ocultad[oa]s?|ocult[oa]s?|omitida|"
    r"weggelaten|пропущен[оа]?|отсутствует|dahil edilmedi"
)
_OMITTED_WORDS = re.compile(rf"(?:{_THINGS}) (?:{_GONE})\.?", re.IGNORECASE)

_DELETED = re.compile(
    r"(?:this message was deleted|you deleted this message|this message was deleted by admin.*|"
    r"diese nachricht wurde gelöscht|du hast diese nachricht gelöscht|se eliminó este mensaje|"
    r"eliminaste este mensaje|este mensaje fue eliminado|mensaje eliminado|ce message a été supprimé|"
    r"vous avez supprimé ce message|"
    r"questo messaggio è stato eliminato|hai eliminato questo messaggio|(?:esta |essa )?mensagem (?:foi )?apagada|"
    r"você apagou esta mensagem|dit bericht is verwijderd|(?:je|u) hebt dit bericht verwijderd|"
    r"данное сообщение удалено|вы удалили данное сообщение|bu mesaj silindi|bu mesajı sildiniz|pesan ini telah dihapus|"
    r"تم حذف هذه الرسالة|لقد حذفت هذه الرسالة|此訊息已刪除|您已刪除此訊息|此消息已删除|你删除了这条消息|"
    r"このメッセージは削除されました|이 메시지는 삭제되었습니다|ta wiadomość została usunięta)\.?",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:null|missed (?:voice|video|group) call.*|missed group (?:voice|video) call.*|(?:voice|video) call(?:,.*)?|"
    r"waiting for this message\..*|live location shared|location: https://\S+|contact card omitted|"
    r"verpasster (?:sprach|video)anruf.*|llamada(?: de voz| de video)? perdida.*|videollamada perdida.*|"
    r"appel (?:vocal|vidéo) manqué.*|chiamata (?:vocale|video) persa.*|"
    r"(?:chamada|ligação) (?:de voz|de vídeo) perdida.*|"
    r"gemiste (?:spraak|video)oproep.*|пропущенный (?:аудио|видео)?звонок.*|poll:\n.*|umfrage:\n.*|encuesta:\n.*)",
    re.IGNORECASE | re.DOTALL,
)
_ENCRYPTION = re.compile(
    r"end-to-end[ -]encrypt|ende-zu-ende-verschlüssel|cifrad[oa]s? de extremo a extremo|cifrado de extremo a extremo|"
    r"chiffr\w+ de bout en bout|criptografia de ponta|encriptação ponto a ponto|encriptad[oa]s? ponto a ponto|"
    r"crittografi\w+ end-to-end|end-to-end versleuteld|сквозн\w+ шифровани|uçtan uca şifrel|端到端加密|端對端加密|"
    r"エンドツーエンド|종단간 암호화|종단 간 암호화|تشفير تام|مشفرة تمامًا|एंड-टू-एंड|dienkripsi secara end-to-end|"
    r"szyfrowan\w+ od końca do końca|zaszyfrowane end-to-end|מוצפנות מקצה לקצה",
    re.IGNORECASE,
)


_NOTICEABLE = re.compile(rf"[<({_BIDI}]|\A\s")
"""Without one of these an entry holds no attachment, remark or mark."""


def is_encryption_notice(text: str) -> bool:
    """True for the notice with which most chats begin, in some exports under a sender's name."""
    return len(text) > 30 and _ENCRYPTION.search(text) is not None


def typed(text: str) -> tuple[str, str]:
    """What a person typed of one entry's text, and why the rest was dropped ("" when nothing was).

    A caption is kept without its attachment; an edited message without the remark.
    """
    text = text.replace("\r\n", "\n").rstrip()
    if text and not _NOTICEABLE.search(text) and not _is_notice(text):
        return text, ""
    reason = ""
    shorter = _EDITED.sub("", _MARKED_SUFFIX.sub("", text) if not _ATTACHED_IOS.search(text) else text)
    without = _ATTACHED_IOS.sub("", _ATTACHED.sub("", shorter, count=1))
    without = _OMITTED.sub("", without, count=1)
    if without != shorter:
        reason = "attachment"
    rest = without.strip()
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


def _is_notice(text: str) -> str:
    """Why a text is none of a person's, judged by its words; "" if it is."""
    if _DELETED.fullmatch(text):
        return "deleted message"
    if _OMITTED_WORDS.fullmatch(text):
        return "attachment"
    return "call, poll, location or notice" if _OTHER.fullmatch(text) else ""
