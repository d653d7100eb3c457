"""What phones write in place of a message, by language; compared with the whole of a text, without its last stop.

iOS marks such texts, whatever the language (``notices.MARK``); this is for Android and for exports that lost the marks.
"""

from __future__ import annotations

from unicodedata import normalize

_DELETED = """
    this message was deleted | you deleted this message | this message was deleted by admin | message deleted
    diese nachricht wurde gelöscht | du hast diese nachricht gelöscht
    se eliminó este mensaje | eliminaste este mensaje | este mensaje fue eliminado | mensaje eliminado
    ce message a été supprimé | vous avez supprimé ce message
    questo messaggio è stato eliminato | hai eliminato questo messaggio
    esta mensagem foi apagada | essa mensagem foi apagada | mensagem apagada | você apagou esta mensagem
    apagou esta mensagem | apagaste esta mensagem
    dit bericht is verwijderd | je hebt dit bericht verwijderd | u hebt dit bericht verwijderd
    данное сообщение удалено | вы удалили данное сообщение | это сообщение удалено
    це повідомлення було видалено | це повідомлення видалено | ви видалили це повідомлення
    ta wiadomość została usunięta | usunięto tę wiadomość | usunąłeś tę wiadomość
    tato zpráva byla odstraněna | tato zpráva byla smazána | tuto zprávu jste odstranili | smazali jste tuto zprávu
    táto správa bola odstránená | odstránili ste túto správu
    ez az üzenet törlésre került | törölted ezt az üzenetet
    acest mesaj a fost șters | ai șters acest mesaj
    αυτό το μήνυμα διαγράφηκε | διαγράψατε αυτό το μήνυμα
    det här meddelandet raderades | detta meddelande raderades | du raderade det här meddelandet
    denne besked blev slettet | denne besked er blevet slettet | du slettede denne besked
    denne meldingen ble slettet | du slettet denne meldingen
    tämä viesti poistettiin | poistit tämän viestin
    aquest missatge s'ha suprimit | heu suprimit aquest missatge | has suprimit aquest missatge
    ova poruka je izbrisana | izbrisali ste ovu poruku | ова порука је обрисана | обрисали сте ову поруку
    to sporočilo je bilo izbrisano | izbrisali ste to sporočilo
    това съобщение беше изтрито | съобщението беше изтрито | изтрихте това съобщение
    оваа порака беше избришана | ši žinutė buvo ištrinta | šī ziņa tika izdzēsta | see sõnum on kustutatud
    bu mesaj silindi | bu mesajı sildiniz | bu mesajı sildin | bu mesaj silinib
    бұл хат жойылды | бұл хабар жойылды | ushbu xabar o‘chirildi
    pesan ini telah dihapus | pesan ini dihapus | anda telah menghapus pesan ini | anda menghapus pesan ini
    mesej ini telah dipadam | anda telah memadam mesej ini | anda memadam mesej ini
    tin nhắn này đã bị xóa | tin nhắn này đã bị xoá | bạn đã xóa tin nhắn này | bạn đã xoá tin nhắn này
    ข้อความนี้ถูกลบแล้ว | ข้อความนี้ถูกลบ | คุณลบข้อความนี้แล้ว | คุณลบข้อความนี้
    تم حذف هذه الرسالة | لقد حذفت هذه الرسالة | حُذفت هذه الرسالة | حذفت هذه الرسالة
    הודעה זו נמחקה | מחקת הודעה זו | ההודעה נמחקה
    این پیام حذف شد | این پیام حذف شده است | شما این پیام را حذف کردید
    یہ پیغام حذف کیا گیا | یہ میسج حذف کر دیا گیا ہے | یہ میسج ڈیلیٹ کر دیا گیا
    यह संदेश मिटाया गया | यह मैसेज डिलीट कर दिया गया है | यह मैसेज डिलीट कर दिया गया | आपने यह मैसेज डिलीट किया
    आपने यह संदेश मिटाया | हा मेसेज हटवण्यात आला | हा संदेश हटविण्यात आला होता | এই বার্তাটি মুছে ফেলা হয়েছে
    এই মেসেজটি মুছে ফেলা হয়েছে | આ સંદેશ રદ્દ કરાયો | આ મેસેજ ડિલીટ કરાયો | ਇਸ ਸੁਨੇਹੇ ਨੂੰ ਹਟਾਇਆ ਗਿਆ
    இந்தச் செய்தி நீக்கப்பட்டது | ఈ సందేశం తొలగించబడింది | ಈ ಸಂದೇಶವನ್ನು ಅಳಿಸಲಾಗಿದೆ | ഈ സന്ദേശം ഇല്ലാതാക്കി
    此訊息已刪除 | 您已刪除此訊息 | 此消息已删除 | 这条消息已被删除 | 您删除了这条消息 | 你删除了这条消息
    你已刪除這則訊息 | 這則訊息已刪除 | 此訊息已被刪除
    このメッセージは削除されました | あなたはこのメッセージを削除しました | このメッセージを削除しました
    이 메시지는 삭제되었습니다 | 삭제된 메시지입니다 | 이 메시지를 삭제했습니다
    hierdie boodskap is geskrap | ujumbe huu ulifutwa | itong mensahe ay binura na
"""
_CALL = """
    missat samtal | zmeškaný hovor | nieodebrane połączenie | cuộc gọi nhỡ | 不在着信 | 音声通話不在着信
    ビデオ通話不在着信
    부재중 전화 | αναπάντητη κλήση | mistet opkald | gemist spraakgesprek | gemist videogesprek | 未接視像通話
    apel vocal ratat | apel video ratat | videollamada de grupo perdida | nem fogadott videohívás
    panggilan video terlepas
    panggilan suara terlepas | missed voice call | missed video call | missed group voice call | missed group video call
    verpasster sprachanruf | verpasster videoanruf | verpasster gruppensprachanruf | verpasster gruppenvideoanruf
    llamada perdida | llamada de voz perdida | videollamada perdida | llamada de video perdida
    llamada grupal perdida | videollamada grupal perdida | llamada de grupo perdida | videollamada de grupo perdida
    appel vocal manqué | appel vidéo manqué | appel vocal de groupe manqué | appel vidéo de groupe manqué
    chiamata vocale persa | videochiamata persa | chiamata vocale di gruppo persa | videochiamata di gruppo persa
    chamada de voz perdida | chamada de vídeo perdida | ligação de voz perdida | ligação de vídeo perdida
    chamada de voz em grupo perdida | chamada de vídeo em grupo perdida | videochamada perdida
    gemiste spraakoproep | gemiste video-oproep | gemiste videooproep | gemiste groepsoproep
    gemiste groepsspraakoproep | gemiste groepsvideogesprek
    пропущенный аудиозвонок | пропущенный видеозвонок | пропущенный групповой аудиозвонок
    пропущенный групповой видеозвонок | пропущений голосовий дзвінок | пропущений відеодзвінок
    пропущений аудіодзвінок | nieodebrane połączenie głosowe | nieodebrane połączenie wideo
    zmeškaný hlasový hovor | zmeškaný videohovor | nem fogadott hanghívás | nem fogadott videóhívás
    apel vocal pierdut | apel video pierdut | αναπάντητη φωνητική κλήση | αναπάντητη βιντεοκλήση
    missat röstsamtal | missat videosamtal | ubesvaret taleopkald | ubesvaret videoopkald | mistet stemmeopkald
    tapt taleanrop | tapt videoanrop | vastaamaton äänipuhelu | vastaamaton videopuhelu
    trucada de veu perduda | videotrucada perduda | propušten glasovni poziv | propušten videopoziv
    cevapsız sesli arama | cevapsız görüntülü arama | panggilan suara tak terjawab | panggilan video tak terjawab
    panggilan suara terlewat | panggilan video terlewat | cuộc gọi thoại nhỡ | cuộc gọi video nhỡ
    สายโทรด้วยเสียงที่ไม่ได้รับ | สายวิดีโอคอลที่ไม่ได้รับ | مكالمة صوتية فائتة | مكالمة فيديو فائتة
    مكالمة فيديو لم يرد عليها | مكالمة صوتية لم يرد عليها | שיחה קולית שלא נענתה | שיחת וידאו שלא נענתה
    تماس صوتی ازدست‌رفته | تماس تصویری ازدست‌رفته | मिस्ड वॉइस कॉल | मिस्ड वीडियो कॉल | मिस्ड व्हॉइस कॉल
    未接語音通話 | 未接視訊通話 | 未接语音通话 | 未接视频通话 | 未接语音来电 | 未接视频来电
    音声通話の不在着信 | ビデオ通話の不在着信 | 부재중 음성통화 | 부재중 영상통화
    부재중 음성 통화 | 부재중 영상 통화
"""
_OTHER = """
    null | waiting for this message | live location shared | waiting for this message. this may take a while
    waiting for this message. check your phone | live-standort wird geteilt | live-standort geteilt
    se compartió la ubicación en tiempo real | ubicación en tiempo real compartida | localisation en direct partagée
    posizione in tempo reale condivisa | localização em tempo real partilhada | localização em tempo real compartilhada
    live locatie gedeeld | трансляция геоданных | canlı konum paylaşıldı | lokasi terkini dibagikan
    warten auf diese nachricht. dies kann etwas dauern | esperando este mensaje. esto puede tomar tiempo
    aguardando mensagem. essa ação pode levar alguns instantes
"""
_THINGS = """
    image | photo | video | audio | sticker | gif | document | media | video note | contact card | voice message | bild
    foto | sprachnachricht | dokument | kontaktkarte | medien | imagen | vídeo | documento | tarjeta de contacto
    nota de voz | vidéo | fichier audio | fiche contact | immagine | messaggio vocale | scheda contatto | imagem | áudio
    figurinha | contato | afbeelding | spraakbericht | contactkaart | изображение | видео | аудиофайл | стикер | görüntü
    ses | multimedia
"""
_MISSING = """
    omitted | weggelassen | ausgeschlossen | omitido | omitida | omitidos | omitidas | omis | omise | omises | absent
    absente | omesso | omessa | omessi | ocultado | ocultada | oculto | oculta | weggelaten | пропущен | пропущена
    пропущено | отсутствует | dahil edilmedi
"""


def _phrases(text: str) -> list[str]:
    found = (normalize("NFC", phrase).strip() for phrase in text.replace("\n", "|").split("|"))
    return [phrase for phrase in found if phrase]


def _table() -> dict[str, str]:
    omitted = [f"{thing} {missing}" for thing in _phrases(_THINGS) for missing in _phrases(_MISSING)]
    return {
        **dict.fromkeys(omitted, "attachment"),
        **dict.fromkeys(_phrases(_DELETED), "deleted message"),
        **dict.fromkeys(_phrases(_CALL) + _phrases(_OTHER), "call, poll, location or notice"),
    }


REASONS = _table()
"""Why a text that is this phrase (in small letters, NFC) was not typed by anybody."""
CALLS = tuple(_phrases(_CALL))

MEDIA = (
    "medi|médi|mídi|meedi|medya|mitjans|pliki|multiv|multim|mulțim|audio|image|photo|video|vídeo|vidéo|sticker|"
    "gif omit|document|contact card|"
    "voice message|archivo omit|fichi|ficheir|arquivo|fitxer|fayl|файл|фајл|медиа|медіа|медии|медији|αρχείο|πολυμέσ|"
    "датотек|"
    "datotek|bilag|vedlegg|bild|foto|imagen|imagem|immagin|afbeelding|sprachnachricht|dokument|מדיה|המדיה|وسائط|"
    "رسانه|میڈیا|मीडिया|মিডিয়া|মিডিয়া|મિડિયા|મીડિયા|ਮੀਡੀਆ|ஊடக|கோப்பு|మీడియా|మాధ్యమ|ಮಾಧ್ಯಮ|ಮೀಡಿಯಾ|മീഡിയ|สื่อ|"
    "ไฟล์|ມີເດຍ|メディア|미디어|媒體|媒体|tệp|walang kalakip"
)
GONE = (
    "fehl|mancan|manqu|kihagy|absent|відсут|отсут|הוסר|"
    "omi|omes|ausgeschl|weggela|udelad|utel|utelat|uten|skip|vynech|pomini|izost|izpuš|esclus|ocult|revelad|inclu|"
    "без|пропущ|изостав|elhagy|hiány|välja|ära|jätet|dahil|atlan|tidak|diser|kecuali|singkir|bỏ qua|buraxıl|çıxarıl|"
    "praleist|bez|nav iekļ|hequr|hoq|hazija|imeruk|qosıl|қосыл|o‘tkaz|نكلل|לא נכלל|הושמט|استبعاد|حذف|چھوڑ|ہٹا|के बिना|"
    "वगळ|বাদ|છોડ|અવગણ|ਛੱਡ|ਛਡ|விடப்|நீக்க|విస్మ|ಕೈಬಿ|ഒഴിവാ|ถูกลบ|ບໍ່|なし|含まれて|제외|생략|忽略|省略|παραλ|εξαίρ|"
    "изключ|inalis|ınalis|weglaat|kalakip|view once"
)
EDITED = (
    "edit|bearbeit|modifi|bewerkt|изменен|змінен|відредаг|düzenlen|disunting|تعديل|ویرایش|ترمیم|编辑|編輯|編集|수정|"
    "edytowan|uprav|szerkeszt|redige|muokat|επεξεργ|एडिट|संपादित|সম্পাদ|এডিট|chỉnh sửa|แก้ไข|נערכה|izmijenj|"
    "uređen|измењ|редактир|redagu|rediģ|muudet|düzəliş|ihaririwa"
)
ATTACHED = (
    "attach|adjunt|anexad|joint|angeh|allegat|bijgev|добавлен|прикреп|додан|прикач|прилож|ekli|eklen|lampir|"
    "załącz|"
    "prilož|přilož|pripoj|csatol|atașat|συνημμ|liite|bifog|vedh|vedlagt|מצורף|مرفق|پیوست|منسلک|संलग्न|अटैच|সংযুক্ত|"
    "જોડા|"
    "ਅਟੈਚ|இணைக்|జోడించ|ಸೇರಿಸ|ചേർ|แนบ|đính kèm|添付|附件|첨부|қосымша|pievien|prisegt|ngjitur|lisatud|biriktiril|əlavə|"
    "ambatanish|kalakip|aangeheg|privitku"
)
