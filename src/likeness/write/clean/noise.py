"""What is no writing of anybody's: automatic mail, reactions, media placeholders, one word, no prose."""

from __future__ import annotations

import re

from likeness.core.types import Message
from likeness.write.clean.message import MAIL_SOURCES

_AUTOMATIC_SUBJECT = re.compile(
    r"\s*(?:out of (?:the )?office|automatic reply|auto(?:matic)?[- ]?(?:reply|response|antwort)|"
    r"automatische antwort|abwesenheit|abwesend|"
    r"réponse automatique|absence du bureau|respuesta automática|resposta automática|risposta automatica|"
    r"automatisch antwoord|"
    r"autosvar|automatisk svar|automatiskt svar|automaattinen vastaus|autoodpowiedź|автоответ|"
    r"undeliver(?:able|ed)|delivery status notification|mail delivery|returned mail|failure notice|read:|lu :|"
    r"gelesen:|leído:)",
    re.I,
)
_CALENDAR_SUBJECT = re.compile(
    r"\s*(?:accepted|declined|tentative(?:ly accepted)?|canceled|cancelled|invitation|updated invitation|"
    r"zugesagt|abgelehnt|"
    r"mit vorbehalt|accepté|refusé|aceptad[oa]|rechazad[oa]|accettato|aceito|geaccepteerd|godkänt)\s*:",
    re.I,
)
_REACTION = re.compile(
    r"\s*(?:(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted (?:with )?\S{1,12} to|"
    r"removed (?:a |an )?.{1,24} from)\s+(?:[“\"„«].*|an? (?:image|attachment|photo|video|voice message|link|"
    r"movie|audio message).*)|"
    r"(?:gefällt|liebt|mag|lacht über|betont|a aimé|a adoré|a ri à|le (?:gustó|encantó)|ha messo (?:mi piace|cuore) a|"
    r"curtiu|amou|vond .{1,20} leuk)\s*:?\s*[“\"„«].*[”\"“»]|"
    r".{1,60} reacted (?:via gmail|to your message).*|.{1,4} to [“\"].*[”\"])\s*",
    re.I | re.S,
)
_MEDIA = re.compile(
    r"\s*(?:<(?:media|medien|médias?|multimedia|archivo|mídia|arquivo|file|media file|bijlage|medier|"
    r"без медиафайлов|attached)[^<>]{0,60}>|"
    r"(?:image|video|audio|sticker|gif|document|contact card|photo|bild|imagen|imagem|immagine|afbeelding|foto|"
    r"vídeo|figurinha|sticker|"
    r"videonotiz|document|dokument|kontaktkarte|sprachnachricht|voice message) "
    r"(?:omitted|weggelassen|ausgelassen|absente?|omitid[oa]|ocultad[oa]|omess[oa]|non incluso|weggelaten|"
    r"utelämnad|utelatt|udeladt|pominięto|опущено)|"
    r"\S{1,80}\.(?:jpe?g|png|webp|gif|mp4|opus|mp3|m4a|pdf|vcf|docx?|heic|mov|aac)(?: \((?:file attached|"
    r"datei angehängt|archivo adjunto|fichier joint|arquivo anexado|file allegato|bestand bijgevoegd)\))?|"
    r"(?:this message was deleted|you deleted this message|diese nachricht wurde gelöscht|"
    r"du hast diese nachricht gelöscht|"
    r"ce message a été supprimé|vous avez supprimé ce message|(?:se eliminó este mensaje|eliminaste este mensaje)|"
    r"(?:esta mensagem foi apagada|você apagou esta mensagem|mensagem apagada)|"
    r"questo messaggio è stato eliminato|hai eliminato questo messaggio|"
    r"dit bericht (?:is|werd) verwijderd|waiting for this message\b.{0,60}|null|"
    r"missed (?:voice|video|group) .{0,20}call|location: https?://\S+|live location shared)\.?)\s*",
    re.I,
)
_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


_UNWANTED_LABELS = {
    "delegated": "sent by a delegate",
    "spam": "spam",
    "junk": "spam",
    "draft": "draft",
    "drafts": "draft",
    "trash": "in the trash",
}


def unwanted(message: Message) -> str:
    """Why ``message`` as a whole is no writing of the owner's, or "". Looks at marks and subject, not at the text.

    Sources of mail have judged by the headers; a subject ("Accepted: our paper!") decides only where there are none.
    """
    for label in message.labels:
        if reason := _UNWANTED_LABELS.get(label.casefold()):
            return reason
    if message.automated:
        return "automatic mail"
    if message.source in MAIL_SOURCES:
        return ""
    if _AUTOMATIC_SUBJECT.match(message.subject):
        return "automatic mail"
    if _CALENDAR_SUBJECT.match(message.subject):
        return "calendar answer"
    return ""


def noise(text: str, *, words: int = 2) -> str:
    """Why cleaned ``text`` is not worth learning from, or "". ``words`` is the least number of words to keep."""
    if not text.strip():
        return "no text of their own"
    if _MEDIA.fullmatch(text):
        return "media placeholder"
    if _REACTION.fullmatch(text):
        return "reaction"
    bare = _LINK.sub(" ", text)
    count = len(_WORD.findall(bare))
    if _WIDE.search(bare):
        count = max(count, len(_WIDE.findall(bare)) // 2)
    if not count:
        return "link only" if _LINK.search(text) else "no words"
    if count < words:
        return "one word" if words <= 2 else "too short"
    if len(text) > 200 and sum(map(len, _WORD.findall(bare))) < 0.45 * len("".join(bare.split())):
        return "not prose"
    return ""
