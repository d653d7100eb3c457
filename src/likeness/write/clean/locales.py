"""The words by which mail programs and people mark what is not the text, by language.

Each constant is an alternation for use inside a regular expression, matched case-insensitively on text whose spaces
have been normalised.
"""

from __future__ import annotations

WROTE = "|".join(
    (
        "wrote", "writes", "write", "said", "says",  # English
        r"schrieb(?:en)?", "schreibt",  # German
        r"a [ée]crit", "écrit",  # French
        "escribió", "escribio", "ha escrito",  # Spanish
        "ha scritto", "scrisse", "scrive",  # Italian
        "escreveu", "escrever",  # Portuguese
        "schreef", "heeft geschreven",  # Dutch
        "skrev", "skreiv",  # Danish, Norwegian, Swedish
        "kirjoitti",  # Finnish
        r"napisał(?:\(a\)|a)?", r"pisze", r"napsal(?:\(a\)|a)?", r"napísal(?:\(a\)|a)?",
        "je napisao", "je napisala",  # Slavic
        r"написал(?:\(а\)|а)?", "пишет", "написав",  # Russian, Ukrainian
        "írta", "ezt írta",  # Hungarian
        "yazdı", "şunları yazdı",  # Turkish
        "έγραψε",  # Greek
        "a scris",  # Romanian
        "menulis", "đã viết",  # Indonesian, Vietnamese
        "写道", "寫道", "書きました", "님이 작성",  # Chinese, Japanese, Korean
    )
)  # fmt: skip

OPENER = "|".join(
    (
        "on", "at", "in a message dated", "quoting", "zitat von", "citando", "quoting from",
        "am", "le", "el", "il giorno", "il", "em", "no dia", "op", "den", "dne", "dňa", "dana", "pe", "ma", "ti",
        "ke", "to",
        "la", "su",
        "dnia", "w dniu", "в", "във", "στις", "în data", "vào", "pada", "le lun", "le mar",
        r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?",
        "lun", "mar", "mer", "mié", "jeu", "jue", "ven", "vie", "sam", "sáb", "dim", "dom",
        "mo", "di", "mi", "do", "fr", "sa", "so", "tir", "tor", "man", "ons", "fre", "lør", "søn",
        "mån", "tis", "tors", "lör", "sön",
        "пн", "вт", "ср", "чт", "пт", "сб", "вс",
    )
)  # fmt: skip

MONTH = (
    r"jan|feb|m[aä]r|apr|ma[iyj]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|ene|abr|ago|dic|janv|f[ée]vr|avr|juin|juil|ao[uû]t|"
    r"gen|giu|lug|set|ott|out|stycz|lut|kwie|maj|czerw|lip|sierp|wrze|paźdz|listop|grud|tammi|helmi|maalis|huhti|touko|"
    r"kesä|heinä|elo|syys|loka|marras|joulu|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек"
)

LABEL_FROM = (
    "from|von|de|da|van|fra|från|lähettäjä|od|от|отправитель|від|feladó|kimden|από|de la|expéditeur|remitente|mittente|"
    "avsender|发件人|寄件者|差出人|보낸 사람"
)
LABEL_DATE = (
    "sent|date|message du|gesendet|datum|envoyé(?: le)?|enviado(?: el| em)?|enviada em|fecha|data|inviato|"
    "verzonden|sendt|dato|skickat|"
    "lähetetty|päivämäärä|päiväys|wysłano|wysłane|odesláno|odoslané|отправлено|дата|надіслано|elküldve|dátum|"
    "gönderildi|"
    "gönderme tarihi|tarih|trimis|ημερομηνία|发送时间|日期|傳送時間|送信日時|日付|보낸 날짜|날짜"
)
LABEL_TO = (
    "to|an|à|a|para|aan|til|till|vastaanottaja|do|komu|pre|кому|címzett|kime|alıcı|către|προς|destinatario|"
    "destinataire|"
    "mottaker|收件人|宛先|받는 사람|받는사람"
)
LABEL_SUBJECT = (
    "subject|betreff|objet|sujet|asunto|oggetto|assunto|onderwerp|emne|ämne|aihe|temat|předmět|predmet|тема|"
    "tárgy|konu|subiect|"
    "θέμα|主题|主旨|件名|제목"
)
LABEL_OTHER = (
    "cc|bcc|kopie|copie à|copie|kopia|kopi|копия|reply-to|importance|wichtigkeit|attachments|anlagen|抄送|참조"
)

ORIGINAL = (
    "original message|original e-?mail|original appointment|ursprüngliche nachricht|originalnachricht|"
    "original-nachricht|"
    "message d'origine|message d’origine|message original|mensaje original|messaggio originale|messaggio originale|"
    "mensagem original|oorspronkelijk bericht|originele bericht|oprindelig besked|oprindelig meddelelse|"
    "original besked|"
    "opprinnelig melding|ursprungligt meddelande|ursprungligt medd|alkuperäinen viesti|wiadomość oryginalna|"
    "oryginalna wiadomość|původní zpráva|původní e-mail|исходное сообщение|eredeti üzenet|orijinal ileti|"
    "mesaj original|"
    "reply message|原始邮件|原始郵件|元のメッセージ|원본 메시지"
)
MESSAGE = (
    "message|nachricht|mensaje|messaggio|mensagem|bericht|besked|meddelelse|melding|meddelande|viesti|wiadomość|zpráva|"
    "сообщение|üzenet|ileti|mesaj|e-?mail"
)
FORWARDED = (
    "forwarded message|forwarded by .{1,80}|begin forwarded message|weitergeleitete nachricht|"
    "anfang der weitergeleiteten nachricht|message transféré|message transmis|début du message (?:réexpédié|transféré)|"
    "mensaje reenviado|inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato|"
    "mensagem encaminhada|"
    "mensagem reencaminhada|início da mensagem (?:re)?encaminhada|doorgestuurd bericht|begin doorgestuurd bericht|"
    "videresendt (?:besked|melding)|start på videresendt besked|vidarebefordrat (?:brev|meddelande)|"
    "välitetty viesti|wiadomość przekazana dalej|przekazana wiadomość|přeposlaná zpráva|пересылаемое сообщение|"
    "пересланное сообщение|начало переадресованного сообщения|továbbított üzenet|yönlendirilen ileti|"
    "转发的邮件|転送|전달된 메시지"
)

SENT_FROM = (
    r"(?:sent|written|posted) (?:from|via|with|using|by) (?:my |the )?|get (?:outlook|bluemail|spark) for |"
    r"(?:von meinem|von meiner) .{1,40} gesendet|gesendet (?:von|mit|über) (?:meine[mr] |der |dem )?|"
    r"envoyé (?:de(?:puis)?|à partir de|avec) (?:mon |ma |l')?|enviado (?:desde|de|do|a partir do) (?:mi |meu )?|"
    r"inviato da(?:l)? (?:mio )?|verzonden (?:vanaf|met|via|vanuit) (?:mijn )?|sendt (?:fra|med) (?:min )?|"
    r"skickat från (?:min )?|lähetetty .{1,30}(?:sta|stä|lta|ltä)|wysłan[eoy] z(?: mojego)? |odesláno z(?: mého)? |"
    r"отправлено (?:с|из) |iphone'umdan gönderildi|(?:ez )?az üzenet|"
    r"从我的|發自我的|发自我的|iphoneから送信|나의 .{1,20}에서 보냄"
)

GREETING = (
    r"hi|hiya|hello|hey|heya|hej|hei|dear|good (?:morning|afternoon|evening|day)|g'?day|morning|greetings|howdy|yo|"
    r"hallo|liebe[rs]?|sehr geehrte[rs]?|guten (?:morgen|tag|abend)|moin|servus|grüezi|grüß (?:dich|gott)|"
    r"bonjour|bonsoir|salut|coucou|cher|chère|chers|hola|buen[oa]s(?: (?:días|tardes|noches))?|estimad[oa]s?|"
    r"querid[oa]s?|"
    r"ciao|salve|buon ?giorno|buona ?sera|car[oaie]|gentile|olá|oi|bom dia|boa (?:tarde|noite)|prezad[oa]s?|car[oa]s?|"
    r"beste|geachte|lieve|hoi|goede(?:morgen|middag|navond)|kære|kjære|käre|bästa|hyvä|moi|terve|cześć|dzień dobry|"
    r"szanown[yia]|drog[ia]|ahoj|dobrý den|привет|здравствуйте|добрый (?:день|вечер)|уважаем(?:ый|ая|ые)|szia|kedves|"
    r"tisztelt|merhaba|selam|sayın|γεια|bună|dragă|dobar dan|bok"
)
SIGN_OFF = (
    r"(?:(?:with )?(?:best|kind(?:est)?|warm(?:est)?|many|all (?:the )?(?:best|good)) ?)?(?:regards|wishes)|best|"
    r"bests|all the best|all best|"
    r"cheers|thanks(?: (?:so much|a lot|a million|again|in advance|very much|for .{1,40}))?|many thanks|"
    r"thank you(?: (?:so much|very much|again|in advance|for .{1,40}))?|"
    r"thx|ta|tia|thanks and (?:best )?regards|sincerely(?: yours)?|yours(?: (?:sincerely|truly|faithfully|"
    r"ever))?|take care|"
    r"with (?:all my |much |lots of )?love(?: from .{1,30})?|"
    r"talk (?:soon|later)|speak soon|see you(?: (?:soon|then|there))?|love|lots of love|xx+|hugs|warmly|"
    r"cordially|respectfully|"
    r"hope (?:this|that|it) helps|good luck|have a (?:good|great|nice|lovely) (?:day|weekend|evening|one|week)|"
    r"mit (?:freundlichen|besten|lieben|herzlichen) grü(?:ß|ss)en|(?:viele|liebe|beste|schöne|herzliche|"
    r"freundliche) grü(?:ß|ss)e|"
    r"(?:gruß|gruss|lg|vg|mfg|bg)|danke(?: (?:dir|euch|ihnen|schön|im voraus))?|vielen dank|bis (?:bald|dann|morgen)|"
    r"(?:bien )?cordialement|bien à (?:vous|toi)|amicalement|bises|bisous|merci(?: (?:d'avance|beaucoup|bien))?|"
    r"à (?:bientôt|plus)|"
    r"salutations(?: distinguées)?|saludos(?: cordiales)?|un (?:saludo|abrazo)|atentamente|gracias|"
    r"muchas gracias|besos|"
    r"(?:cordiali |distinti |cari )?saluti|un abbraccio|grazie(?: mille)?|a presto|abraços?|atenciosamente|"
    r"cumprimentos|obrigad[oa]|"
    r"met vriendelijke groet(?:en)?|groet(?:en|jes)?|mvg|bedankt|dank je|venlig hilsen|(?:med )?vennlig hilsen|"
    r"mvh|hilsen|tak|takk|tack|"
    r"(?:med )?vänliga? hälsning(?:ar)?|hälsningar|ystävällisin terveisin|terveisin|kiitos|pozdrawiam|"
    r"z poważaniem|dzięki|dziękuję|"
    r"s pozdravem|díky|děkuji|с уважением|спасибо|üdvözlettel|üdv|köszönöm|saygılarımla|teşekkürler|sevgiler|"
    r"με εκτίμηση|cu stimă|mulțumesc|"
    r"lijep pozdrav|hvala"
)
