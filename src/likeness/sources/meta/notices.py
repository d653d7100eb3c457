"""What Messenger and Instagram write in a person's name: attachments, likes, reactions, calls, changes to the chat.

Exports carry these as the content of a message, in the language of the account. A notice is the whole message, alone
or after the sender's name or "You"; nothing is looked for inside what somebody typed.
"""

from __future__ import annotations

import re

_YOU = re.compile(
    r"(?:you|du|sie|tú|vous|tu|hai|você|je|jij|u|ty|вы|ты|sen|siz|minä|sinä|jeg|anda|bạn|你|您|あなた)\s+",
    re.IGNORECASE,
)

_ATTACHMENT = (
    r"sent (?:an? )?(?:attachment|photo|video|voice message|audio|gif|sticker|link|location|live location|file|post"
    r"|reel|\d+ (?:photos|videos))|shared an? (?:story|post|reel|photo|video|link|location|profile)"
    r"|(?:hat|haben|hast) (?:einen anhang|ein foto|ein video|eine sprachnachricht|einen sticker|einen link|\d+ fotos)"
    r" (?:gesendet|geschickt)|(?:envió|enviaste|ha enviado|has enviado) (?:un archivo adjunto|una foto|un vídeo"
    r"|un video|un mensaje de voz|un enlace)"
    r"|(?:a|avez|as) envoyé (?:une pièce jointe|une photo|une vidéo|un lien|un message vocal)"
    r"|(?:ha|hai) inviato (?:un allegato|una foto|un video|un link|un messaggio vocale)"
    r"|(?:enviou|enviaste) (?:um anexo|uma foto|um vídeo|um link|uma mensagem de voz)"
    r"|(?:heeft|hebt) een (?:bijlage|foto|video|link) (?:verzonden|gestuurd|verstuurd)"
    r"|wysła(?:ł|ła|ł\(a\)|łeś|łaś) (?:załącznik|zdjęcie|film)|skickade (?:en bilaga|ett foto|en video)"
    r"|sendte (?:en vedhæftet fil|et billede|en video|et vedlegg|et bilde)|lähetti liitteen|lähetit liitteen"
    r"|bir (?:ek|fotoğraf|video) gönder(?:di|din|diniz)|отправил(?:а|и|\(а\))? (?:вложение|фото|видео)"
    r"|odesla(?:l|la|l\(a\)) (?:přílohu|fotku|video)|mellékletet küld(?:ött|tél)"
    r"|a trimis un (?:atașament|fișier atașat)|mengirim lampiran|đã gửi một (?:file|tệp) đính kèm"
    r"|(?:さんが)?添付ファイルを送信しました"
    r"|님이 첨부 파일을 보냈습니다|傳送了附件|发送了附件"
)
_LIKE = (
    r"liked a message|hat eine nachricht mit [„\"»]?gefällt mir[“\"«]? markiert|gefällt eine nachricht"
    r"|le ha gustado un mensaje|le gustó un mensaje|te gustó un mensaje|indicó que le gusta un mensaje"
    r"|a aimé un message|aime un message|ha messo [\"“«]?mi piace[\"”»]? a un messaggio"
    r"|(?:curtiu|gostou de) uma mensagem|vond een bericht leuk|vindt een bericht leuk"
    r"|polubi(?:ł|ła|ł\(a\)) wiadomość|gillade ett meddelande|(?:syntes|likte) (?:godt om )?en (?:besked|melding)"
    r"|tykkäsi viestistä|bir mesajı beğendi|понравилось сообщение|отметил(?:а|\(а\))? сообщение как понравившееся"
    r"|menyukai pesan|đã thích một tin nhắn|メッセージに「いいね！」しました|oznaczył\(a\) wiadomość jako lubianą"
)
_REACTION = (
    r"reacted (?:with )?\S{1,24} to (?:your|a|their|his|her) (?:message|photo|video|story|reel|note)"
    r"|(?:hat|haben|hast) (?:mit )?\S{1,24} auf (?:deine|eine|ihre) (?:nachricht|story) reagiert"
    r"|reaccion(?:ó|aste) (?:con )?\S{1,24} a (?:tu|un|su) (?:mensaje|historia)"
    r"|(?:a|avez) réagi (?:avec )?\S{1,24} à (?:votre|ton|un|son) (?:message|story)"
    r"|ha(?:i)? reagito (?:con )?\S{1,24} al? (?:tuo|suo|un) messaggio"
    r"|reagi(?:u|ste) (?:com )?\S{1,24} (?:à sua|à tua|a uma) mensagem"
    r"|(?:heeft|hebt) (?:met )?\S{1,24} op (?:je|een) bericht gereageerd"
    r"|zareagowa(?:ł|ła|ł\(a\)) (?:emoji )?\S{1,24} na (?:twoją|jej|jego)? ?wiadomość"
    r"|reagerade (?:med )?\S{1,24} på (?:ditt|ett) meddelande|mesajına \S{1,24} ifadesi bıraktı"
)
_CALL = (
    r"(?:started|joined|ended|missed) (?:a|an|the|your) (?:group )?(?:video |audio |voice )?(?:call|chat)"
    r"|(?:started|joined) (?:a|the) video chat|called (?:you|[^.\n]{1,60})|missed (?:a|your) (?:video )?(?:call|chat)"
    r"|(?:the )?(?:video |audio |voice )?(?:call|chat) ended|missed (?:video |audio |voice )?call"
    r"|(?:hat|haben|hast) (?:dich|[^.\n]{1,60}) angerufen|(?:hat|haben|hast) (?:einen|deinen) (?:video)?anruf"
    r" (?:gestartet|verpasst|beendet)|(?:te )?llamó(?: a [^.\n]{1,60})?|perdió tu (?:video)?llamada"
    r"|(?:vous|t'|t’)? ?a(?: |vez )appelé(?: [^.\n]{1,60})?|a manqué votre appel(?: vidéo)?"
    r"|(?:ti )?ha chiamato(?: [^.\n]{1,60})?|ligou(?: para [^.\n]{1,60})?|heeft (?:je|[^.\n]{1,60}) gebeld"
)
_CHAT = (
    r"named the group [^\n]{1,200}|(?:changed|removed) the group (?:photo|name|theme)[^\n]{0,120}"
    r"|created (?:the|this) group"
    r"|(?:set|cleared|changed) (?:the|your|their|his|her|your own) nickname[^\n]{0,160}|left the group"
    r"|(?:changed|set) the (?:chat )?(?:theme|colors?|quick reaction|emoji)[^\n]{0,120}|joined the group[^\n]{0,60}"
    r"|added [^\n]{1,200} to the group|removed [^\n]{1,120} from the group|(?:un)?pinned a message|unsent a message"
    r"|waved (?:at|to) [^\n]{1,80}|(?:started|stopped) sharing (?:live )?location[^\n]{0,40}"
    r"|created a (?:poll|plan)[^\n]{0,200}|(?:voted|changed (?:their|his|her|your) vote)[^\n]{0,200}|edited a message"
    r"|turned (?:on|off) (?:disappearing messages|vanish mode)[^\n]{0,120}|this poll is no longer available"
    r"|are now connected on messenger|can now message and call each other[^\n]{0,200}"
    r"|say hi to your new facebook friend,? [^\n]{1,80}"
    r"|(?:hat|haben|hast) (?:die gruppe|das gruppenfoto|das chat-design|den spitznamen)[^\n]{0,160}"
    r"|(?:cambió|cambiaste) (?:el tema|la foto|el nombre|el apodo)[^\n]{0,160}"
    r"|a (?:modifié|changé|nommé|défini) (?:le thème|la photo|le nom|le groupe|le pseudo)[^\n]{0,160}"
)
_KINDS = {
    "attachment": re.compile(_ATTACHMENT, re.IGNORECASE),
    "reaction": re.compile(f"{_LIKE}|{_REACTION}", re.IGNORECASE),
    "call": re.compile(_CALL, re.IGNORECASE),
    "system line": re.compile(_CHAT, re.IGNORECASE),
}


def reason(text: str, sender: str) -> str:
    """Why a message's text is the program's and not the sender's; "" when the sender typed it."""
    if len(text) > 400:
        return ""
    text = " ".join(text.split())
    alone = text.removesuffix(".").rstrip()
    name = next((name for name in (sender, sender.split(" ")[0]) if name and alone.startswith(name)), "")
    after_name = alone[len(name) :].lstrip() if name else ""
    after_you = alone[match.end() :] if (match := _YOU.match(alone)) else ""
    closed = text.endswith(".") and alone[:1].isupper()
    for kind, pattern in _KINDS.items():
        if after_name and pattern.fullmatch(after_name):
            return kind
        # "You called me" is what people write; "You called Ana." is a notice.
        if after_you and pattern.fullmatch(after_you) and (closed or kind != "call"):
            return kind
        if (kind == "reaction" or (closed and kind != "system line")) and pattern.fullmatch(alone):
            return kind
    return ""
