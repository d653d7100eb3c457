"""What a folder or label is for, by the names that mail programs and Gmail give it in the languages found.

Names are compared whole and without case, so that a person's own folder ("Draft ideas", "Spam recipes") is none of
these. Gmail's labels are those of its interface; folders those of Outlook, Apple Mail, Thunderbird and Gmail's IMAP.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import PurePath
from typing import Literal

Kind = Literal["", "sent", "draft", "spam", "bin", "chat"]

LEFT_OUT: dict[Kind, str] = {"draft": "draft", "spam": "spam", "bin": "in the bin"}
"""Kinds that are not read, with the reason the ledger counts them by."""

_NAMES: dict[Kind, str] = {
    "sent": (
        "sent|sent mail|sent messages|sent items|sent-mail|sent_items|outbox|gesendet|gesendete nachrichten|"
        "gesendete elemente|gesendete objekte|postausgang|messages envoyés|éléments envoyés|envoyés|courrier envoyé|"
        "boîte d'envoi|enviados|elementos enviados|mensajes enviados|correo enviado|e-mails enviados|enviadas|"
        "itens enviados|mensagens enviadas|correio enviado|posta inviata|inviati|inviata|messaggi inviati|"
        "verzonden|verzonden items|verzonden berichten|verzonden e-mail|skickat|skickade|skickade meddelanden|"
        "skickade objekt|sendt|sendte elementer|sendt post|sendte|lähetetyt|lähetetyt viestit|wysłane|"
        "elementy wysłane|odeslané|odeslaná pošta|odoslané|elküldött|elküldött elemek|trimise|mesaje trimise|"
        "elemente trimise|poslano|poslane stavke|gönderilmiş postalar|gönderilmiş öğeler|gönderilenler|"
        "отправленные|отправлено|надіслані|изпратени|απεσταλμένα|απεσταλμένα στοιχεία|送信済み|送信済みメール|"
        "送信済みアイテム|已发送|已发送邮件|已发邮件|寄件備份|寄件备份|已傳送郵件|보낸편지함|보낸 편지함|보낸메일함|"
        "דואר יוצא|פריטים שנשלחו|البريد المرسل|العناصر المرسلة|đã gửi|thư đã gửi|terkirim|จดหมายที่ส่งแล้ว"
    ),
    "draft": (
        "draft|drafts|entwurf|entwürfe|brouillons|borradores|rascunhos|bozze|concepten|utkast|kladder|luonnokset|"
        "wersje robocze|robocze|kopie robocze|koncepty|rozepsané|rozpracované|piszkozatok|ciorne|mesaje nefinalizate|"
        "skice|nacrti|osnutki|taslaklar|черновики|чернетки|чернови|πρόχειρα|下書き|草稿|草稿箱|임시보관함|임시 보관함|"
        "טיוטות|المسودات|bản nháp|thư nháp|draf|ร่าง|จดหมายร่าง"
    ),
    "spam": (
        "spam|junk|junk e-mail|junk email|junk mail|bulk mail|werbung|junk-e-mail|spamverdacht|indésirables|"
        "courrier indésirable|pourriel|correo no deseado|no deseado|lixo eletrônico|lixo eletrónico|"
        "correio não solicitado|"
        "correio publicitário não solicitado|posta indesiderata|ongewenste e-mail|ongewenst|skräppost|søppelpost|"
        "uønsket mail|uønsket e-mail|roskaposti|wiadomości-śmieci|wiadomości śmieci|niechciane|nevyžádaná pošta|"
        "nevyžiadaná pošta|levélszemét|mesaje nedorite|neželjena pošta|önemsiz|gereksiz e-posta|gereksiz|"
        "спам|нежелательная почта|небажана пошта|нежелана поща|ανεπιθύμητη αλληλογραφία|ανεπιθύμητα|迷惑メール|"
        "垃圾邮件|垃圾郵件|스팸|스팸함|정크 메일|ספאם|דואר זבל|بريد مزعج|الرسائل غير المرغوب فيها|thư rác|สแปม"
    ),
    "bin": (
        "trash|bin|deleted|deleted items|deleted messages|papierkorb|gelöschte elemente|gelöschte objekte|gelöscht|"
        "corbeille|éléments supprimés|messages supprimés|papelera|elementos eliminados|mensajes eliminados|lixeira|"
        "lixo|itens excluídos|itens eliminados|mensagens apagadas|cestino|posta eliminata|elementi eliminati|"
        "prullenbak|verwijderde items|verwijderde berichten|papperskorgen|borttagna objekt|borttaget|papirkurv|"
        "papirkorg|slettede elementer|slettet post|slettede|roskakori|poistetut|"
        "poistetut viestit|kosz|elementy usunięte|"
        "odstraněná pošta|kôš|odstránená pošta|kuka|lomtár|törölt elemek|"
        "coș de gunoi|elemente șterse|smeće|otpad|koš|"
        "izbrisane stavke|çöp kutusu|çöp|silinmiş öğeler|корзина|удаленные|удалённые|кошик|видалені|кошче|"
        "изтрити|κάδος απορριμμάτων|κάδος|διαγραμμένα|ゴミ箱|削除済みアイテム|已删除|"
        "已删除邮件|废件箱|垃圾桶|刪除的郵件|휴지통|지운 편지함|지운편지함|אשפה|פריטים שנמחקו|سلة المهملات|المهملات|"
        "العناصر المحذوفة|thùng rác|sampah|ถังขยะ"
    ),
    "chat": (
        "chat|chats|discussion|discussions|bate-papo|bate-papos|conversas do chat|czat|czaty|чат|чаты|чати|"
        "sohbet|sohbetler|チャット|聊天|即時通訊|채팅|צ'אט|الدردشة|trò chuyện|แชท|xat|beszélgetés"
    ),
}
_KINDS: dict[str, Kind] = {
    unicodedata.normalize("NFC", name): kind for kind, names in _NAMES.items() for name in names.split("|")
}
_GMAIL = re.compile(r"^\[(?:gmail|google mail)\]/", re.IGNORECASE)
_ENDING = re.compile(r"(?:\.(?:mbox|mbx|mbs|eml|txt|msf))+$|-?\(?\d{1,3}\)?$", re.IGNORECASE)


def kind(name: str) -> Kind:
    """What a folder or label called ``name`` is for; "" for one that says nothing or is the person's own."""
    text = unicodedata.normalize("NFC", name).strip().strip('"').casefold()
    return _KINDS.get(_GMAIL.sub("", text).strip(), "")


@lru_cache(maxsize=8192)
def of_labels(labels: tuple[str, ...]) -> Kind:
    """What Gmail's labels make of a mail: what keeps it from being read first, then chat, then sent."""
    kinds = {kind(label) for label in labels}
    for candidate in ("spam", "bin", "draft", "chat", "sent"):
        if candidate in kinds:
            return candidate
    return ""


def of_path(path: PurePath) -> Kind:
    """What the folder is for that a file is ("Sent.mbox", "Drafts") or lies in ("Sent.mbox/mbox", "Drafts/1.eml").

    Looks at the file's own name, the folder it lies in and, for Apple Mail's trees, the nearest folder ``NAME.mbox``;
    not further, since what a person calls the place where they keep an export says nothing.
    """
    above = next((folder.name for folder in path.parents if folder.suffix.lower() == ".mbox"), "")
    return next((found for name in (path.name, path.parent.name, above) if (found := kind(_ENDING.sub("", name)))), "")
