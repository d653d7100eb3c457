"""The words that announce a value, in five languages and some, and what may stand between the two."""

from __future__ import annotations

_SMALL = (
    r"is|was|are|it's|its|mine|now|to|btw|numbers?|num|no|nr|n|n[°ºo]|nº|núm|code|reads?|changed|be|will|again|still|"
    r"ist|lautet|war|jetzt|nun|neu|neue[rs]?|der|die|das|dem|den|am|auf|nummer|hier|heißt|wird|bleibt|"
    r"est|c'est|devient|sera|maintenant|désormais|toujours|le|la|les|au|numéro|numero|voici|"
    r"es|era|será|ahora|sigue|siendo|el|número|aquí|"
    r"è|e'|sarà|adesso|ora|sempre|il|lo|ecco|diventa|é|jest|to"
)
GAP = rf"(?:\s{{0,3}}(?:[-–—#.:,;=→>(\[\"'“„«|/?]|\b(?:{_SMALL})(?![\w'])|\s)){{0,9}}\s{{0,3}}"
BEING = r"is|ist|est|es|è|as|als|comme|como|come|c'est|:|=|-"
OWNED = (
    r"the|my|our|your|das|die|der|mein\w*|unser\w*|dein\w*|le|la|l['’]|mon|ma|ton|ta|notre|votre|el|mi|tu|"
    r"nuestr[oa]|il|lo|"
    r"mio|mia|tuo|tua|(?:that['’]s|it['’]s|das ist|c['’]est|es|è)(?: the| die| das| der| le| la| l['’]| el| il)?|"
    r"into the|ins Feld für den|dans le champ|en el campo(?: de)?|nel campo|where it says|bei|à la ligne|"
    r"donde dice|dove dice"
)
KIND_OF = r"wifi |wlan-?|new |neue[sr]? |front "
WORDS_BETWEEN = r"[^\d.!?\n]{0,40}\n?\s{0,4}"
QUOTES = "\"'`“”„«»"

# ── what announces ──────────────────────────────────────────────────────────────────────────────────────────

PAPERS = (
    r"passport|driver'?s? licen[cs]e|driving licen[cs]e|licen[cs]e (?:number|no\b)|reisepass(?:nummer)?|passdaten|"
    r"pass-?(?:nr|nummer)|"
    r"(?:personal)?ausweis(?:nummer|-?nr)?|führerschein(?:nummer|-?nr)?|passeport|permis(?: de conduire)?|"
    r"carte (?:nationale )?d['’] ?identité|cni|pièce d['’]identité|dvla|dl(?= ?(?:#|no\b|:|number))|"
    r"known travell?er|ktn|perso|"
    r"ausweisnr|titre de séjour|pasaporte|"
    r"(?:carnet|permiso) de conducir|"
    r"passaporto|patente(?: di guida)?|carta (?:d['’] ?)?identità|c\. ?i\.|cie|passaporte|carta de condução|"
    r"paspoort|rijbewijs|"
    r"national insurance|ni|nino|(?<!\.)social(?: security)?|ssn|sin|nhs|tax (?:id|file)|tfn|medicare|"
    r"steuer-?(?:id|nr|nummer)|"
    r"(?:steuer)?identifikations-?(?:nummer|nr)|steueridentifikations-?(?:nummer|nr)|id-?nr|"
    r"sozialversicherungs-?(?:nummer|nr)|"
    r"rentenversicherungs-?(?:nummer|nr)|rvnr|(?:rv|sv)-?(?:nr|nummer)|versichertennummer|n[°º] ?ss|carte vitale|"
    r"seguridad social|nuss|afiliación|numéro de sécu(?:rité sociale)?|sécurité sociale|nir|dni|nif|nie|"
    r"codice fiscale|cod\. ?fisc\.?|cf|tessera sanitaria|bsn|burgerservicenummer|pesel|personnummer|aadhaar"
)
VEHICLE = (
    r"(?:licen[cs]e|number|registration) plates?|plates?|reg(?:istration)?(?! numbers?\b)|tags?|(?:auto|"
    r"kfz-)?kennzeichen|"
    r"nummernschild(?:er)?|immatriculation|immat|immatriculée?|plaque|matrícula|placa|targa(?:to|ta)?|kenteken"
)
CHASSIS_WORDS = r"vin|vehicle identification|chassis|fahrgestell\w*|fin|châssis|bastidor|telaio"
BORN = (
    r"d\.?o\.?b\.?|dates? of birth|birth ?dates?|birthdate|born|b-?day|birthday|geboren|geb\.?|geburtsdatum|"
    r"geburtstag|"
    r"né(?:e|\(e\))?|date de naissance|naissance|(?:date )?naiss\.?|data nasc\.?|fecha (?:de )?nac\.?|anniv|"
    r"geb\.?-?(?:dat|tag)\.?|soy del(?= \d)|"
    r"anniversaire|fecha de nacimiento|f\. ?(?:de )?nac\.?|nacid[oa]|nací|"
    r"nació|cumple(?= el\b)|nacimiento|cumpleaños|cumplen? años|compi\w+ gli anni|data di nascita|nat[oa]|nacque|"
    r"nascita|"
    r"compleanno|data de nascimento|nascid[oa]|"
    r"geboortedatum"
)
LOCKS = (
    r"(?:front |back |side |main |garage |building )?(?:door|gate|garage|alarm|entry|entrance|access|safe|"
    r"lock|key ?safe|"
    r"key ?box|lock ?box|keypad|lobby|building|voicemail|security|verification|login|one-time|sim|unlock|phone|card|"
    r"bank ?card|debit card|credit card|locker|bike|shed|storage(?: unit)?|unit|sec|cabin|barrier|elevator|lift|"
    r"padlock|house|flat|apartment)"
)
PLACES = (
    r"porte|porta|puerta|portal|portail|portone|portón|cancello|alarma?|alarme|allarme|entrée|entrada|ingresso|"
    r"immeuble|edificio|edifício|palazzo|interphone|citofono|ascenseur|coffre|cassaforte|caja fuerte|garage|garaje|"
    r"box|sblocco|desbloqueo|déverrouillage|cadenas|candado|lucchetto|trastero|cantina|"
    r"cassetta(?: (?:delle )?chiavi)?|cave|boîte à clés|tarjeta|"
    r"carte|"
    r"carta|bancomat|sim|accès|acceso|accesso|sécurité|seguridad|sicurezza|messagerie|buzón|segreteria|"
    r"tür|haustür|wohnungstür|eingang|tor|garage|alarmanlage|tresor|safe|schloss|fahrradschloss|schlüsselkasten|"
    r"schlüsseltresor|hintereingang|eingangstür|keller|handy|karte|sim-karte"
)
CODES = (
    rf"\w{{0,12}}-?entsperrung|entsperrpin|pin|puk|cvv2?|cvc2?|csc|prüfziffer|(?:karten)?prüfnummer|cryptogramme|"
    rf"crypto(?=[ :=]{{1,3}}\d{{3}}\b)|"
    rf"(?-i:TAN)|otp|digicode|keypad|geheimzahl|zahlencode|türcode|zugangscode|"
    rf"entsperrcode|alarmanlage|"
    rf"(?:tür|haus|tor|alarm|garagen|zugangs|sicherheits)-?code|{LOCKS}(?:'s)? (?:code|pin|combination|combo)|"
    rf"(?:code|pin|combination|combo) (?:for|to|of|on) (?:the |my |our |your )?{LOCKS}|"
    rf"(?:code|pin|zahlen ?kombination|kombination|código|clave|codice|pin|combinación|combinazione|combinaison|"
    rf"numero)"
    rf"(?: pin)?(?: (?:für|zum|zur|vom|von|de|del|du|des|di|per|para|pour|am|an|d['’]|der|die|das|den|dem|la|le|"
    rf"el|il|"
    rf"l['’]|dell['’]|della|dello|nuestro|nostro|notre|mein\w*|unser\w*|mi|mio|mia|mon|"
    rf"ma)){{0,3}}(?: |(?<=['’]))(?:l['’]|d['’]|dell['’])?(?:{PLACES})"
)
LOCKED = (
    r"(?:(?:bike|door|combination|pad|key|bicycle|suitcase|luggage)[ -]?)?(?:pad)?lock|keypad|key ?safe|"
    r"lock ?box|(?:the|our|my|hotel|room) safe|"
    r"sim-?(?:karte|pin)|\w*schloss|tresor|der safe|im safe|(?:code|pin|"
    r"kombination) [^\d.!?\n]{0,20}(?:haus\w*|tür|tor|garage|handys?|karte)|"
    r"cadenas|coffre(?:-fort)?|(?:le )?(?:code|pin)(?: secret)? (?:de|du|d['’]|"
    r"pour)[^\d.!?\n]{0,20}(?:carte|sim|téléphone|portable|immeuble|porte|portail|garage|vélo|bâtiment|"
    r"résidence|valise)|"
    r"candado|caja fuerte|(?:código|pin|clave) (?:del?|para)[^\d.!?\n]{0,20}(?:tarjeta|sim|móvil|teléfono|"
    r"edificio|puerta|portal|garaje|bici\w*|maleta|taquilla)|"
    r"lucchetto|cassaforte|(?:codice|pin|combinazione) (?:del\w*|di|per)[^\d.!?\n]{0,20}(?:carta|sim|"
    r"telefono|cellulare|palazzo|porta|portone|garage|bici\w*|valigia|armadietto)"
)
PASSING = (
    r"pass(?:word|wd|phrase|code|wort)|pwd|pw|kennwort|wlan[- ]?(?:passwort|schlüssel|key|code|pw)|mot de passe|"
    r"mdp|contraseña|psw|pswd|passw|contra(?=\s*(?:[:=]|->| es\b))|losungswort|\w{0,20}passwort|\w{0,12}kennwort|"
    r"codewort|code ?word|"
    r"clave|senha|palavra-passe|parola d['’]ordine|wachtwoord|lösenord|adgangskode|passord|salasana|hasło|пароль|"
    r"şifre|"
    r"wi-?fi[- ](?:key|code|pw)|(?:clé|clave|chiave|llave|code|código|codice) (?:de |du |del |della |de la )?wi-?fi|"
    r"(?:network|netzwerk|wpa2?|hotspot|router)[- ]?(?:key|schlüssel)|pass[- ]wi-?fi|(?:wi-?fi|hotspot|"
    r"router)[- ]pass|"
    r"(?<!-)pass"
)
SECRETS = (
    r"api[ _-]?(?:key|token|secret)|access[ _-]?(?:key|token)|secret[ _-]?(?:access[ _-]?)?key|client[ _-]?secret|"
    r"(?:auth|private|refresh|bot|bearer|deploy)[ _-]?token|\w*_(?:key|token|secret)|token|secret|jeton|bearer|"
    r"clé(?: d['’])? ?(?:api|secrète|privée)|(?:clave|llave)(?: de)? ?(?:api|secreta|privada|acceso)|"
    r"chiave(?: di)? ?(?:api|segreta|privata|accesso)|(?:geheime[nrs]?|privater?|api-?|zugangs) ?-?schlüssel|webhook"
)
OPENED = (
    rf"(?:{LOCKS}|{PLACES}|schließfach|spind|taquilla|armadietto|casier|barrière|barrier|boom|schranke|sbarra|tablet|"
    r"laptop|handy|móvil|telefono|cellulare|téléphone)"
    r"[^\d.!?\n]{0,20}? (?:(?:opens?|unlocks?|geht|öffnet|se abre|abre|si apre|apri|s['’]ouvre|ouvre|"
    r"se desbloquea|si sblocca|se déverrouille|lässt sich|entsperr\w*) "
    r"(?:(?:only|nur|sich|solo|just|again) )?(?:with|using|by|mit|con|avec|à|par|über)|hat (?:die|den)|tiene el|"
    r"ha il)"
    r"(?: (?:the |der |die |dem |den |il |el |le |la )?(?:code|pin|código|codice))?"
)
DEVICE = (
    r"(?:burglar |house |car )?alarm|alarme|alarma|allarme|alarmanlage|interphone|citofono|portero automático|"
    r"cassaforte|coffre(?:-fort)?|caja fuerte|tresor|wandtresor|schließfach|schlüsselkasten|schlüsseltresor|"
    r"key ?safe|lock ?box|key ?box|boîte à clés|clavier|keypad|tastierino|portail|portone|cancello|gate|digicode"
)
DEVICE_GAP = (
    r"(?:'s)?(?:[ ,]{0,2}(?:tape[rz]?|compose[rz]?|faites|enter|press|type|tippe|drück\w*|digita|premi|marca|pulsa|"
    r"teclea))?[ \t]{0,2}[:=]?[ \t]{0,2}[*#]?"
)
VEHICLE_WEAK = r"parking(?: permit)?|vehicle|vehículo|véhicule|veicolo|fahrzeug|wagen|parkausweis|multa"
ENTERING = (
    r"(?:to (?:open|enter|get in)|um (?:rein|zu öffnen)|zum öffnen|pour (?:entrer|ouvrir)|para (?:abrir|entrar)|"
    rf"per (?:aprire|entrare)|(?:für|zum|pour|para|per|for|at) (?:the |die |das |den |la |le |el |il |"
    rf"l['’])?(?:{PLACES}|{LOCKS}))"
    r"[^\d.!?\n]{0,40}? (?:marca|pulsa|teclea|fai|digita|premi|fa(?:ire|ites|is)|tape[rz]?|compose[rz]?|tippe?|"
    r"drücke?|"
    r"press|dial|type(?: in)?|punch(?: in)?|key in|enter)"
)
AND_THEN = (
    r"(?:and|then|et|puis|e|poi|y|luego|und|dann) (?:the )?(?:hash|pound|star|étoile|dièse|cancelletto|asterisco|"
    r"almohadilla|raute|sternchen|stern|enter|invio|intro)"
)
