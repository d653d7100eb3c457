"""The words by which mail programs and people mark what is not the text, by language.

Each constant is an alternation for use inside a regular expression, matched case-insensitively on text whose spaces
have been normalised. Words that programs write are listed as they stand in the programs' own translations.
"""

from __future__ import annotations

WROTE = "|".join(
    (
        "wrote", "writes", "write", "said", "says",  # English
        r"schrieb(?:en)?", "schreibt", "hat geschrieben",  # German
        r"a [ée]crit", "écrit",  # French
        "escribió", "escribio", "ha escrito",  # Spanish
        "va escriure", "ha escrit", "escribiu", "idatzi (?:zuen|du)",  # Catalan, Galician, Basque
        "ha scritto", "scrisse", "scrive",  # Italian
        "escreveu", "escrever",  # Portuguese
        "a scris",  # Romanian
        "schreef", "heeft geschreven", "het geskryf",  # Dutch, Afrikaans
        "skrev", "skreiv", "skrifaði",  # Danish, Norwegian, Swedish, Icelandic
        "kirjoitti", "kirjutas",  # Finnish, Estonian
        "rakstīja", "rašė",  # Latvian, Lithuanian
        r"napisał(?:\(a\)|a)?", "pisze", r"napsal(?:\(a\)|a)?", r"nap[ií]sal(?:\(a\)|a)?",  # Polish, Czech, Slovak
        r"(?:je )?napisa(?:o|la|l)(?:\(la\)|/la|\(a\))?(?: je)?", "piše", "je pisal",  # Croatian, Serbian, Slovene
        r"(?:на)?писал(?:\(а\)|а)?", "пишет", "написав(?:ла)?", "написала", "пише", "написа", "напиша",  # East, South
        r"је написао(?:/ла)?", "напісаў",
        "írta", "ezt írta", "έγραψε", "yazdı", "yazmış",  # Hungarian, Greek, Turkish
        "כתבה?", "‏כתב", "كتبت?", "نوشت", "ने लिखा",  # Hebrew, Arabic, Persian, Hindi
        "menulis", "tulis", "sumulat", "(?:đã )?viết", "ysgrifennodd", "scríobh",
    )
)  # fmt: skip
WROTE_UNSPACED = "写道|寫道|写入|のメール|のメッセージ|書きました|님이 작성|님이 씀|작성|썼습니다|เขียน(?:ว่า)?"

OPENER = "|".join(
    (
        "on", "at", "in a message dated", "quoting", "zitat von", "citando", "quoting from",
        "am", "le", "el", "il giorno", "il", "em", "no dia", "op", "den", "dne", "dňa", "dana", "pe", "ma", "ti",
        "ke", "to", "la", "su", "dnia", "w dniu", "d\\.", "þann", "kuupäeval", "ühel kenal päeval", "dia",
        "в", "во", "на", "у", "дана", "στις", "în data", "data", "vào", "lúc", "pada", "tanggal", "noong", "ar",
        "בתאריך", "ב", "في", "در", "เมื่อ", "在", "于", "於",
        r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?",
        "lun", "mar", "mer", "mié", "jeu", "jue", "ven", "vie", "sam", "sáb", "dim", "dom",
        "mo", "di", "mi", "do", "fr", "sa", "so", "tir", "tor", "man", "ons", "fre", "lør", "søn",
        "mån", "tis", "tors", "lör", "sön",
        "pon", "wt", "śr", "czw", "pt", "sob", "niedz", "út", "st", "čt", "pá", "ne",
        "пн", "вт", "ср", "чт", "пт", "сб", "вс", "нд",
    )
)  # fmt: skip

MONTH = (
    r"jan|feb|m[aä]r|apr|ma[iyj]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|ene|abr|ago|dic|janv|f[ée]vr|avr|juin|juil|"
    r"ao[uû]t|"
    r"gen|giu|lug|set|ott|out|stycz|lut|kwie|maj|czerw|lip|sierp|wrze|paźdz|listop|grud|tammi|helmi|maalis|huhti|"
    r"touko|"
    r"kesä|heinä|elo|syys|loka|marras|joulu|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек|"
    r"led|úno|bře|dub|kvě|čer|srp|zář|říj|lis|pro|sij|velj|ožu|tra|svi|lip|srp|kol|ruj|stu|"
    r"oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|ιαν|φεβ|μαρ|απρ|μαΐ|ιουν|ιουλ|αυγ|σεπ|οκτ|νοε|δεκ|"
    r"січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру|ian|iun|iul|jaan|veebr|märts|juuni|juuli|"
    r"thg|tháng|ينا|فبر|مار|أبر|ינו|פבר|מרץ|אפר|מאי|יונ|יול|אוג|ספט|אוק|נוב|דצמ"
)

LABEL_FROM = (
    "from|sender|von|absender|de|da|van|afzender|fra|från|frå|lähettäjä|saatja|no|nuo|od|od koho|pošiljatelj|от|"
    "отправитель|від|"
    "відправник|ад|від кого|от кого|feladó|kimden|gönderen|από|αποστολέας|de la|expeditor|expéditeur|remitente|"
    "mittente|"
    "remetente|avsender|avsändare|afsender|frá|nga|од|מאת|من|از|dari|từ|người gửi|จาก|"
    "发件人|发送人|寄件者|寄件人|差出人|送信者|送信元|보낸 사람|보낸사람|발신"
)
LABEL_DATE = (
    "sent|date|message du|gesendet(?: am)?|datum|envoyé(?: le)?|enviado(?: el| em)?|enviada em|fecha|data|"
    "data d'enviament|"
    "inviato(?: il)?|verzonden|sendt|dato|skickat|"
    "lähetetty|päivämäärä|päiväys|pvm|saadetud|kuupäev|datums|nosūtīts|išsiųsta|wysłano|wysłane|odesláno|"
    "odoslané|poslano|poslato|"
    "отправлено|дата|надіслано|изпратено|послато|датум|elküldve|dátum|gönderildi|gönderme tarihi|tarih|trimis|dată|"
    "ημερομηνία|στάλθηκε|εστάλη|נשלח|תאריך|تاريخ|التاريخ|أرسلت|ارسال|تاریخ|dikirim|tanggal|tarikh|đã gửi|ngày|"
    "ส่ง|วันที่|"
    "发送时间|发件时间|时间|日期|傳送時間|寄件日期|送信日時|日時|日付|보낸 날짜|보낸날짜|날짜|보냄"
)
LABEL_TO = (
    "to|recipients?|an|empfänger|à|a|para|per a|pour|aan|til|till|kam|kepada|vastaanottaja|saaja|do|dla|komu|pre|"
    "za|prima|кому|"
    "до|на|címzett|kime|alıcı|către|προς|destinatario|destinatari|destinataire|destinatário|"
    "mottaker|mottagare|modtager|אל|إلى|الى|به|đến|người nhận|ถึง|"
    "收件人|收件者|宛先|送信先|받는 사람|받는사람|수신"
)
LABEL_SUBJECT = (
    "subject|betreff|objet|sujet|asunto|assumpte|oggetto|assunto|onderwerp|emne|ämne|efni|aihe|otsikko|teema|"
    "temats?|tema|předmět|"
    "predmet|zadeva|naslov|тема|предмет|наслов|относно|tárgy|konu|subiect|θέμα|נושא|الموضوع|موضوع|perihal|subjek|"
    "chủ đề|เรื่อง|"
    "主题|主旨|標題|件名|제목"
)
LABEL_OTHER = (
    "cc|bcc|kopie|copie à|copie|copia|cópia|kopia|kopija|kopi|kópia|kopio|dw|másolat|másolatot kap|копия|копія|"
    "копие|bilgi|κοιν|reply-to|"
    "reply to|antwort an|répondre à|responder a|rispondi a|importance|wichtigkeit|priority|attachments?|anlagen?|"
    "pièces? jointes?|"
    "datos adjuntos|allegati|anexos?|bijlagen?|vedlegg|bilagor|liitteet|załączniki|přílohy|"
    "organization|organisation|message-id|newsgroups|mailed-by|signed-by|抄送|副本|참조"
)

ORIGINAL = (
    "original message|original e-?mail|original appointment|reply message|"
    "ursprüngliche (?:nachricht|e-?mail|mitteilung)|originalnachricht|original-nachricht|urspr\\. nachricht|"
    "message d['’]origine|message original|message initial|mensaje original|missatge original|mensaxe orixinal|"
    "messaggio originale|mensagem original|"
    "oorspronkelijk(?:e)? bericht|origineel bericht|originele bericht|oprindelig (?:besked|meddelelse|mail)|"
    "original besked|"
    "opprinnelig (?:melding|e-?post)|ursprungligt (?:meddelande|medd|mail)|originalmeddelande|upprunaleg skilaboð|"
    "alkuperäinen viesti|algne (?:kiri|sõnum)|algsõnum|oriģinālais ziņojums|originalus laiškas|"
    "wiadomość oryginalna|oryginalna wiadomość|treść oryginalnej wiadomości|původní (?:zpráva|e-?mail)|"
    "pôvodná správa|"
    "izvorna poruka|originalna poruka|izvirno sporočilo|оригинална порука|оригинално съобщение|"
    "исходное (?:сообщение|письмо)|первоначальное сообщение|оригинальное сообщение|вихідне повідомлення|"
    "оригінальне повідомлення|"
    "eredeti üzenet|orijinal (?:ileti|mesaj)|özgün ileti|mesaj(?:ul)? original|αρχικό μήνυμα|"
    "ההודעה המקורית|הודעה מקורית|الرسالة الأصلية|رسالة أصلية|پیام اصلی|pesan asli|mesej asal|"
    "thư gốc|tin nhắn gốc|ข้อความเดิม|ข้อความต้นฉบับ|"
    "原始邮件|原始信息|原邮件|原始郵件|原始訊息|元のメッセージ|元のメール|オリジナルメッセージ|"
    "원본 메시지|원본 메일|원본메일"
)
MESSAGE = (
    "message|nachricht|mensaje|messaggio|mensagem|bericht|besked|meddelelse|melding|meddelande|viesti|wiadomość|"
    "zpráva|správa|"
    "сообщение|повідомлення|poruka|sporočilo|üzenet|ileti|mesaj|missatge|μήνυμα|e-?mail"
)
FORWARDED = (
    "forwarded (?:message|e-?mail)|forwarded by .{1,80}|begin forwarded message|"
    "weitergeleitete (?:nachricht|e-?mail)|anfang der weitergeleiteten (?:nachricht|e-?mail)|"
    "message (?:transféré|transmis|réexpédié)|début du message (?:réexpédié|transféré)|"
    "mensaje reenviado|inicio del mensaje reenviado|missatge reenviat|"
    "messaggio inoltrato|inizio (?:del )?messaggio inoltrato|"
    "mensagem (?:re)?encaminhada|início da mensagem (?:re)?encaminhada|"
    "doorgestuurd bericht|begin (?:van )?doorgestuurd bericht|"
    "videresendt (?:besked|meddelelse|melding|e-?post)|(?:start på |begynnelsen? på )?videresendt (?:besked|"
    "melding|e-?post)|"
    "vidarebefordrat (?:brev|meddelande|mejl)|(?:vidarebefordrat )?vidarebefordrat mejl|"
    "början på vidarebefordrat .{1,20}|"
    "välitetty viesti|edelleenlähetetty viesti|välitetty viesti alkaa|edastatud (?:kiri|sõnum)|pārsūtītais ziņojums|"
    "persiųstas (?:laiškas|pranešimas)|"
    "wiadomość przekazana(?: dalej)?|przekazana wiadomość|początek przekazywanej wiadomości|"
    "(?:pře|pre)poslan[áaoé] (?:zpráva|správa)|začátek přeposílané zprávy|začiatok preposlanej správy|"
    "proslijeđena poruka|prosleđena poruka|započni proslijeđenu poruku|posredovano sporočilo|проследена порука|"
    "препратено съобщение|"
    "пересылаемое сообщение|пересланное сообщение|перенаправленное сообщение|"
    "начало переадресованного (?:сообщения|письма)|"
    "переслане повідомлення|перенаправлене повідомлення|початок листа, що пересилається|"
    "továbbított (?:üzenet|levél)|továbbított levél kezdete|(?:yönlendirilen|yönlendirilmiş|iletilmiş|"
    "iletilen) (?:ileti|mesaj|e-?posta)|"
    "iletilen ileti başlangıcı|mesaj (?:redirecționat|redirecţionat|reexpediat|transmis mai departe)|"
    "începutul mesajului redirecționat|προωθημένο μήνυμα|"
    "הודעה שהועברה|رسالة معاد توجيهها|الرسالة المعاد توجيهها|پیام هدایت شده|pesan terusan|mesej dimajukan|"
    "(?:thư|tin nhắn) (?:đã )?chuyển tiếp|ข้อความที่ส่งต่อ|"
    "转发的?(?:邮件|郵件|信息)|轉寄(?:的)?(?:郵件|訊息)|已转发的?邮件|"
    "転送(?:された|メッセージ)?.{0,10}|メッセージを転送|전달된 메시지|전달 메시지"
)

SENT_FROM = (
    r"via (?:my )?(?=mobile|iphone|ipad|android|blackberry)|"
    r"(?:sent|written|posted|typed) (?:from|via|with|using|by|on) (?:my |the )?|get (?:outlook|bluemail|spark) for |"
    r"(?:von meinem|von meiner|aus|vom) .{1,40} gesendet|gesendet (?:von|mit|über|aus) (?:meine[mr] |der |dem )?|"
    r"diese nachricht wurde (?:von|mit) .{1,60} gesendet|"
    r"envoyé (?:de(?:puis)?|à partir de|avec|via) (?:mon |ma |l['’])?|télécharger outlook|"
    r"enviado (?:desde|de|do|a partir do|a través de|con|via) (?:mi |meu )?|obtener outlook|obter o outlook|"
    r"enviat des de|"
    r"inviato da(?:l|lla)? (?:mio )?|ottieni outlook|"
    r"verzonden (?:vanaf|met|via|vanuit) (?:mijn )?|outlook voor .{1,20} downloaden|download outlook|"
    r"hämta outlook|hent outlook|"
    r"outlook für .{1,20} (?:herunterladen|beziehen)|"
    r"(?:sendt|sent) (?:fra|med|via) (?:min )?|skickat från (?:min )?|skickades från|sent úr|"
    r"lähetetty .{1,30}(?:sta|stä|lta|ltä)\b|hanki outlook|saadetud (?:minu )?|sūtīts no|išsiųsta iš|"
    r"wysłan[eoy] (?:z|przy użyciu|za pomocą)(?: mojego)? |pobierz outlook|odesláno z(?: mého)? |"
    r"odoslané z(?: môjho)? |"
    r"poslano (?:s|sa|z|iz) |poslato (?:sa|s) |trimis de pe |"
    r"отправлено (?:с|из|от) |надіслано (?:з|із|від) |изпратено от|послато са|"
    r"(?:iphone|ipad|android|samsung).{0,40}(?:gönderildi|küldve|から送信|에서 보냄)|"
    r"(?:.{1,30} )?(?:cihazımdan|telefonumdan) gönderildi|elküldve .{1,30} (?:készülékről|eszközről)|"
    r"iphone.omr[oó]l küldve|az .{1,20} készülékemről küldve|αποστολή από|εστάλη από|στάλθηκε από|"
    r"נשלח מה|أرسلت من|تم الإرسال من|ارسال شده از|dikirim dari|được gửi từ|đã gửi từ|ส่งจาก|"
    r"从我的|發自我的|发自我的|发自|傳送自我的|從我的|.{0,20}から送信|나의 .{1,20}에서 보냄|.{0,20}에서 보냄"
)

GREETING = (
    r"hi|hiya|hello|hey|heya|hej|hei|dear|good (?:morning|afternoon|evening|day)|g'?day|morning|greetings|howdy|yo|"
    r"hallo|liebe[rs]?|sehr geehrte[rs]?|guten (?:morgen|tag|abend)|moin|servus|grüezi|grüß (?:dich|gott)|"
    r"bonjour|bonsoir|salut|coucou|cher|chère|chers|hola|buen[oa]s(?: (?:días|tardes|noches))?|estimad[oa]s?|"
    r"querid[oa]s?|"
    r"ciao|salve|buon ?giorno|buona ?sera|car[oaie]|gentile|olá|oi|bom dia|boa (?:tarde|noite)|prezad[oa]s?|"
    r"car[oa]s?|"
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
