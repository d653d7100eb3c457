# ruff: noqa: E501  (sentences, a row for each language)
"""The sentences that personal data stands in, in five languages, and what only looks like personal data.

``{v}`` is where the value stands. Written as people write: keyword before, after, on another line, or none where the
value speaks for itself.
"""

from __future__ import annotations

LANGUAGE = {"US": "en", "GB": "en", "DE": "de", "FR": "fr", "ES": "es", "IT": "it"}

Sentences = dict[str, dict[str, tuple[str, ...]]]

FIRST: Sentences = {
    "phone": {
        "en": ("call me on {v} after six", "My cell: {v}", "Sorry, new phone. It's {v} now.", "Cheers,\nTom\n{v}", "you can always text {v}"),
        "de": ("Ruf mich unter {v} an", "Meine Handynummer: {v}", "bin heute nur mobil erreichbar, {v}", "Tel. {v}", "Viele Grüße\nAnke\n{v}"),
        "fr": ("tu peux m'appeler au {v}", "Mon portable : {v}", "Tél. {v}", "voici le numéro du plombier, {v}", "Bises\nÉlodie\n{v}"),
        "es": ("llámame al {v}", "Mi móvil es {v}", "Tlf: {v}", "el fontanero se llama Paco, {v}", "Un abrazo\nMarta\n{v}"),
        "it": ("chiamami al {v}", "Il mio cellulare: {v}", "Tel: {v}", "ti lascio il numero dell'idraulico, {v}", "Ciao\nGiulia\n{v}"),
    },
    "email": {
        "en": ("send it to {v} please", "my other address is {v}", "cc {v} and me", "({v})"),
        "de": ("schick es bitte an {v}", "Meine private Adresse ist {v}", "{v} weiß Bescheid", "Mail: {v}"),
        "fr": ("envoie-le à {v}", "mon adresse perso : {v}", "écris à {v} stp", "Courriel : {v}"),
        "es": ("mándalo a {v}", "mi correo es {v}", "escribe a {v} mejor", "Correo: {v}"),
        "it": ("mandalo a {v}", "la mia mail è {v}", "scrivi pure a {v}", "E-mail: {v}"),
    },
    "address": {
        "en": ("We moved! The new place is {v}", "I live at {v}", "please ship it to\n{v}", "party is at {v} from eight", "{v}\nring the top bell"),
        "de": ("Wir wohnen jetzt {v}", "Lieferadresse: {v}", "die Feier ist in der {v}", "Schick das Paket an\n{v}", "Treffpunkt: {v}"),
        "fr": ("on habite maintenant {v}", "Adresse de livraison : {v}", "le rendez-vous est au {v}", "envoie le colis à\n{v}", "{v}, c'est au deuxième"),
        "es": ("ahora vivimos en {v}", "Dirección: {v}", "la fiesta es en {v}", "manda el paquete a\n{v}", "{v}, llama al telefonillo"),
        "it": ("adesso abitiamo in {v}", "Indirizzo: {v}", "la festa è in {v}", "spedisci il pacco a\n{v}", "{v}, suona al citofono"),
    },
    "card": {
        "en": ("just put it on my card {v} exp 04/27", "Card number: {v}", "{v}, cvv on the phone", "use the Visa ending, wait, full number is {v}"),
        "de": ("nimm meine Karte {v} gültig bis 04/27", "Kreditkartennummer: {v}", "{v}, den Code sag ich dir am Telefon", "bezahl mit der Visa {v}"),
        "fr": ("prends ma carte {v} exp 04/27", "Numéro de carte : {v}", "{v}, le code au téléphone", "paie avec la Visa {v}"),
        "es": ("usa mi tarjeta {v} cad 04/27", "Número de tarjeta: {v}", "{v}, el código por teléfono", "paga con la Visa {v}"),
        "it": ("usa la mia carta {v} scad 04/27", "Numero di carta: {v}", "{v}, il codice per telefono", "paga con la Visa {v}"),
    },
    "bank": {
        "en": ("you can transfer it to {v}", "Bank details:\n{v}", "my account is {v}, thanks", "please pay into {v} by Friday"),
        "de": ("überweise es bitte auf {v}", "IBAN: {v}", "mein Konto: {v} danke", "Bankverbindung\n{v}"),
        "fr": ("fais le virement sur {v}", "IBAN : {v}", "mon compte c'est {v} merci", "voici mon RIB\n{v}"),
        "es": ("haz la transferencia a {v}", "IBAN: {v}", "mi cuenta es {v} gracias", "número de cuenta\n{v}"),
        "it": ("fai il bonifico su {v}", "IBAN: {v}", "il mio conto è {v} grazie", "coordinate bancarie\n{v}"),
    },
    "national_id": {
        "en": ("{k} {v}", "my {k} is {v}", "they want your {k}, mine: {v}", "{K}: {v}", "for the payroll form\n{k}\n{v}"),
        "de": ("meine {k} ist {v}", "{K}: {v}", "fürs Finanzamt, {k} {v}", "die {k} brauchst du auch noch\n{v}"),
        "fr": ("mon {k} est le {v}", "{K} : {v}", "pour la mutuelle, {k} {v}", "il te faut aussi mon {k}\n{v}"),
        "es": ("mi {k} es {v}", "{K}: {v}", "para el contrato, {k} {v}", "necesitas también mi {k}\n{v}"),
        "it": ("il mio {k} è {v}", "{K}: {v}", "per il contratto, {k} {v}", "ti serve anche il mio {k}\n{v}"),
    },
    "document": {
        "en": ("my passport number is {v}", "Passport no. {v}", "driving licence {v}, valid till 2031", "Driver's license #: {v}", "passport: {v}"),
        "de": ("meine Reisepassnummer ist {v}", "Pass-Nr. {v}", "Führerschein {v}, gültig bis 2031", "Personalausweisnummer: {v}", "Ausweis {v}"),
        "fr": ("mon numéro de passeport est {v}", "Passeport n° {v}", "permis de conduire {v}, valable jusqu'en 2031", "carte d'identité n° {v}", "passeport : {v}"),
        "es": ("mi número de pasaporte es {v}", "Pasaporte nº {v}", "carnet de conducir {v}, caduca en 2031", "permiso de conducir: {v}", "pasaporte {v}"),
        "it": ("il mio numero di passaporto è {v}", "Passaporto n. {v}", "patente {v}, valida fino al 2031", "carta d'identità n. {v}", "passaporto: {v}"),
    },
    "password": {
        "en": ("the wifi password is {v}", "pw: {v}", "user admin, pass {v}", "I changed the password to {v} btw", "Password\n{v}", "login: sam / {v} is the password"),
        "de": ("das WLAN-Passwort ist {v}", "PW: {v}", "Kennwort lautet {v}", "Benutzer admin, Passwort {v}", "Passwort\n{v}"),
        "fr": ("le mot de passe du wifi est {v}", "mdp : {v}", "identifiant admin, mot de passe {v}", "j'ai changé le mot de passe, c'est {v}", "Mot de passe\n{v}"),
        "es": ("la contraseña del wifi es {v}", "clave: {v}", "usuario admin, contraseña {v}", "he cambiado la contraseña, ahora es {v}", "Contraseña\n{v}"),
        "it": ("la password del wifi è {v}", "pwd: {v}", "utente admin, password {v}", "ho cambiato la password, adesso è {v}", "Password\n{v}"),
    },
    "pin": {
        "en": ("the door code is {v}", "PIN {v}", "gate code: {v}", "my pin is {v}, don't tell mum", "alarm code {v} when you come in", "use {v} for the key safe"),
        "de": ("der Türcode ist {v}", "PIN: {v}", "Code für die Haustür {v}", "die Geheimzahl ist {v}", "Alarmanlage {v} eintippen"),
        "fr": ("le code de la porte est {v}", "code PIN : {v}", "digicode {v}", "le code d'entrée c'est {v}", "code de l'alarme {v}"),
        "es": ("el código de la puerta es {v}", "PIN: {v}", "código del portal {v}", "el pin de la tarjeta es {v}", "clave de la alarma {v}"),
        "it": ("il codice del portone è {v}", "PIN: {v}", "codice del cancello {v}", "il pin del bancomat è {v}", "codice allarme {v}"),
    },
    "key": {
        "en": ("here's the API key {v}", "API_KEY={v}", "token: {v}", "use this secret key\n{v}", "Authorization: Bearer {v}"),
        "de": ("hier der API-Key {v}", "API_KEY={v}", "Token: {v}", "nimm diesen geheimen Schlüssel\n{v}", "Authorization: Bearer {v}"),
        "fr": ("voici la clé API {v}", "API_KEY={v}", "jeton : {v}", "utilise cette clé secrète\n{v}", "Authorization: Bearer {v}"),
        "es": ("aquí tienes la clave de API {v}", "API_KEY={v}", "token: {v}", "usa esta clave secreta\n{v}", "Authorization: Bearer {v}"),
        "it": ("ecco la chiave API {v}", "API_KEY={v}", "token: {v}", "usa questa chiave segreta\n{v}", "Authorization: Bearer {v}"),
    },
    "birth": {
        "en": ("I was born on {v}", "DOB: {v}", "date of birth {v}", "her birthday is {v} so she's older than me", "born {v} in Leeds"),
        "de": ("ich bin am {v} geboren", "Geburtsdatum: {v}", "geb. {v}", "mein Geburtstag ist der {v}", "geboren am {v} in Kassel"),
        "fr": ("je suis né le {v}", "Date de naissance : {v}", "née le {v} à Lille", "mon anniversaire est le {v}", "né(e) le {v}"),
        "es": ("nací el {v}", "Fecha de nacimiento: {v}", "nacida el {v} en Vigo", "mi cumpleaños es el {v}", "F. nac. {v}"),
        "it": ("sono nato il {v}", "Data di nascita: {v}", "nata il {v} a Bari", "il mio compleanno è il {v}", "nato a Pisa il {v}"),
    },
    "network_vehicle": {
        "en": ("the {k} is {v}", "{K}: {v}", "can you add {v} ({k}) to the list", "{k} {v} please"),
        "de": ("die {k} ist {v}", "{K}: {v}", "trag bitte {v} ({k}) ein", "{k} {v}"),
        "fr": ("l'{k} est {v}", "{K} : {v}", "ajoute {v} ({k}) à la liste", "{k} {v} stp"),
        "es": ("la {k} es {v}", "{K}: {v}", "añade {v} ({k}) a la lista", "{k} {v} por favor"),
        "it": ("il {k} è {v}", "{K}: {v}", "aggiungi {v} ({k}) alla lista", "{k} {v} per favore"),
    },
}  # fmt: skip

IDENTITY_WORD = {
    "US": ("SSN", "social security number", "social"),
    "GB": ("NI number", "national insurance number", "NINO"),
    "DE": ("Steuer-ID", "Steueridentifikationsnummer", "IdNr"),
    "FR": ("numéro de sécu", "numéro de sécurité sociale", "NIR"),
    "ES": ("DNI", "NIF", "DNI/NIE"),
    "IT": ("codice fiscale", "cod. fisc.", "CF"),
}
VEHICLE_WORD = {
    "en": {"ip": "IP address", "mac": "MAC address", "vin": "VIN", "plate": "licence plate"},
    "de": {"ip": "IP-Adresse", "mac": "MAC-Adresse", "vin": "Fahrgestellnummer", "plate": "Kennzeichen"},
    "fr": {"ip": "adresse IP", "mac": "adresse MAC", "vin": "numéro de châssis", "plate": "immatriculation"},
    "es": {"ip": "dirección IP", "mac": "dirección MAC", "vin": "número de bastidor", "plate": "matrícula"},
    "it": {"ip": "indirizzo IP", "mac": "indirizzo MAC", "vin": "numero di telaio", "plate": "targa"},
}

AROUND = {
    "en": (("Hi Ana, thanks for yesterday.", "See you Thursday!"), ("Right, before I forget.", "Let me know if that works."), ("lol ok", "speak soon x"), ("No rush with the report.", "Talk next week.")),
    "de": (("Hallo Ana, danke für gestern.", "Bis Donnerstag!"), ("So, bevor ich es vergesse.", "Sag Bescheid, ob das passt."), ("haha ok", "bis bald"), ("Mit dem Bericht eilt es nicht.", "Bis nächste Woche.")),
    "fr": (("Salut Ana, merci pour hier.", "À jeudi !"), ("Bon, avant que j'oublie.", "Dis-moi si ça te va."), ("mdr ok", "à plus"), ("Pas d'urgence pour le rapport.", "On se parle la semaine prochaine.")),
    "es": (("Hola Ana, gracias por lo de ayer.", "¡Nos vemos el jueves!"), ("Bueno, antes de que se me olvide.", "Dime si te va bien."), ("jaja vale", "hablamos pronto"), ("No hay prisa con el informe.", "Hablamos la semana que viene.")),
    "it": (("Ciao Ana, grazie per ieri.", "A giovedì!"), ("Allora, prima che mi dimentichi.", "Fammi sapere se va bene."), ("ahah ok", "a presto"), ("Non c'è fretta per la relazione.", "Ci sentiamo la settimana prossima.")),
}  # fmt: skip

CLEAN_FIRST: dict[str, tuple[str, ...]] = {
    "en": (
        "Your order 114-3941689-8772232 shipped this morning.", "Order #4456123 was refunded.", "upgrade to version 10.4.1.2 first", "I'm still on Python 3.11.4 and numpy 1.26.4",
        "That'll be 1,249.99 all in, or 12 x 104.17 a month.", "We meet on 12/03/2024 at 14:30 in room 4.17.", "Final score 3-2 after extra time, 6-7 7-6 7-5 in the tennis.",
        "ISBN 978-0-306-40615-7 is the one you want.", "If x = 3.14159265 and y = 2.71828183 then x*y is about 8.54.", "for (int i = 0; i < 1024; i++) total += a[i];",
        "2024-03-11 09:14:22,318 INFO worker[4211] finished job 88213 in 0.42s", "1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6", "You're in room 1408, breakfast from 7.", "part number 90210-AX7 is out of stock",
        "my number one priority is sleep", "we played pin the tail on the donkey", "the pin on the board fell off", "He was born to run, as Springsteen says.", "the street was empty at 5 in the morning",
        "pass me the salt", "the key is to start early", "keys are under the mat", "password reset emails never arrive here", "please change your password every year, they say",
        "we need a token gesture", "I ran 10.5 km in 52:31", "Flight BA 2490 leaves at 18:05 from gate 22B", "The 1998-1999 season was their best", "call me when you're done", "call me maybe, 99 Luftballons and 867-5309 jokes again",
        "chapter 12, pages 340-355, section 4.2.1", "invoice 2023-00417 is still open", "it's 192 by 108 pixels, no 1920x1080", "population 8,336,817 at the last count", "p < 0.001, n = 1204, t(1202) = 3.44",
        "The meeting id is on the invite.", "on 4 July 1976 she would have been ten", "The war ended on 8 May 1945.", "We got married on 14 June 2008", "the conference is on 21 September 2025", "see issue #18234 and PR #18240",
        "commit 3f2a9bc fixed it", "sha 9f86d081 looks right", "the train at 0817 from platform 12", "tracking says it is in Memphis", "42 Wallaby Way is from a film", "about 300 people came, 120 stayed",
        "I drive a Golf now", "the code review took four hours", "the code is in the repo", "code 404 means not found", "error 0x80070057 again", "the PIN code exercise in chapter 3 was fun", "the account of what happened is in chapter 9",
        "account for 45 % of the cost", "10 Downing Street was on the news", "we are 5 to 10 minutes away", "SELECT id, name FROM t WHERE id IN (10234, 10235, 10236);", "add 250 g flour, 125 ml milk, 2 eggs, 180 degrees for 25 minutes",
        "rev 4.0.30319.42000 of the framework", "the bus 73 then the 390", "1234 is not a number, it's a sequence", "1 2 3 4 5 6 7 8 9 10 11 12", "0.1 + 0.2 = 0.30000000000000004", "Matrix rows: 12 34 56 78 90 12 34 56",
        "I've told you a million times", "Mambo No. 5 was on repeat", "we lost 21-14, then won 28-27", "the deadline is 31/12/2024 23:59", "passport control took an hour", "my driving licence expires in 2031", "what's your address again?", "the IP rights stay with us",
        "licence plates are made in the prison", "social security is a mess", "their phone number has changed, I don't have the new one", "email me the slides", "my birthday is on Saturday", "her birthday is in May, I think",
    ),
    "de": (
        "Deine Bestellung 302-8841276-1123456 ist unterwegs.", "Rechnung 2023-00417 ist noch offen.", "Das macht 1.249,99 Euro, oder 12 Raten zu 104,17.", "Wir treffen uns am 12.03.2024 um 14:30 in Raum 4.17.", "Endstand 3:2 nach Verlängerung", "Version 10.4.1.2 läuft stabil",
        "Das ist meine Nummer eins", "Die Straße war um 5 Uhr leer", "Ich bin gestern 10,5 km in 52:31 gelaufen", "Der ICE 1075 fährt um 08:17 von Gleis 12", "Das Passwort habe ich vergessen", "Der Code ist im Repo", "Der Schlüssel liegt unter der Matte", "Der Krieg endete am 8. Mai 1945.",
        "Am 14. Juni 2008 haben wir geheiratet", "geboren wurde sie in Kassel", "Seiten 340-355, Kapitel 12", "250 g Mehl, 125 ml Milch, 180 Grad", "ISBN 978-3-16-148410-0 ist es", "Auf der Straße des 17. Juni war Stau", "Zimmer 1408, Frühstück ab 7", "Mein Pass läuft 2031 ab", "Ruf mich an, wenn du fertig bist", "Paragraph 312 BGB, Absatz 2",
    ),
    "fr": (
        "Ta commande 405-2214563-8891234 est partie.", "La facture 2023-00417 est encore ouverte.", "Ça fait 1 249,99 euros, ou 12 fois 104,17.", "On se voit le 12/03/2024 à 14h30, salle 4.17.", "Score final 3-2 après prolongation", "la version 10.4.1.2 marche bien",
        "c'est mon numéro un", "la rue était vide à 5 heures", "j'ai couru 10,5 km en 52:31", "le TGV 6607 part à 08h17 voie 12", "j'ai oublié le mot de passe", "le code est dans le dépôt", "la clé est sous le paillasson", "La guerre a fini le 8 mai 1945.",
        "On s'est mariés le 14 juin 2008", "elle est née à Lille", "pages 340 à 355, chapitre 12", "250 g de farine, 125 ml de lait, 180 degrés", "chambre 1408, petit déjeuner à 7 h", "mon passeport expire en 2031", "appelle-moi quand tu as fini", "article 1382 du code civil", "place aux jeunes, 3 entrées pour 2", "je cours dans la rue de temps en temps",
    ),
    "es": (
        "Tu pedido 406-1189234-7765432 ya ha salido.", "La factura 2023-00417 sigue abierta.", "Son 1.249,99 euros, o 12 plazos de 104,17.", "Quedamos el 12/03/2024 a las 14:30 en la sala 4.17.", "Resultado final 3-2 tras la prórroga", "la versión 10.4.1.2 va bien",
        "eres mi número uno", "la calle estaba vacía a las 5", "corrí 10,5 km en 52:31", "el AVE 3112 sale a las 08:17 de la vía 12", "he olvidado la contraseña", "el código está en el repositorio", "la clave es empezar pronto", "La guerra acabó el 8 de mayo de 1945.",
        "Nos casamos el 14 de junio de 2008", "nació en Vigo", "páginas 340 a 355, capítulo 12", "250 g de harina, 125 ml de leche, 180 grados", "habitación 1408, desayuno desde las 7", "mi pasaporte caduca en 2031", "llámame cuando acabes", "artículo 1902 del código civil", "la plaza estaba llena, 3000 personas", "vía libre hasta las 10",
    ),
    "it": (
        "Il tuo ordine 407-9923411-2234567 è partito.", "La fattura 2023-00417 è ancora aperta.", "Sono 1.249,99 euro, o 12 rate da 104,17.", "Ci vediamo il 12/03/2024 alle 14:30 in sala 4.17.", "Risultato finale 3-2 dopo i supplementari", "la versione 10.4.1.2 va bene",
        "sei il mio numero uno", "la via era vuota alle 5", "ho corso 10,5 km in 52:31", "il Frecciarossa 9615 parte alle 08:17 dal binario 12", "ho dimenticato la password", "il codice è nel repository", "la chiave è sotto lo zerbino", "La guerra finì l'8 maggio 1945.",
        "Ci siamo sposati il 14 giugno 2008", "è nata a Bari", "pagine 340-355, capitolo 12", "250 g di farina, 125 ml di latte, 180 gradi", "camera 1408, colazione dalle 7", "il mio passaporto scade nel 2031", "chiamami quando hai finito", "articolo 2043 del codice civile", "in via di principio sì, 3 volte su 4", "corso di 40 ore, 12 lezioni",
    ),
}  # fmt: skip

FRESH: Sentences = {
    "phone": {
        "en": ("Dave the electrician is on {v}", "If nobody answers try {v}, that's my mum", "whatsapp me: {v}", "Office {v} / home later", "lost my mobile so ring the landline, {v}"),
        "de": ("Wenn was ist: {v}", "Du erreichst mich ab sechs unter {v}", "der Klempner hat die {v}", "Büro {v}", "meine neue Nummer lautet {v}"),
        "fr": ("en cas de souci, {v}", "le plombier est joignable au {v}", "mon nouveau numéro : {v}", "bureau {v}", "envoie-moi un sms au {v}"),
        "es": ("si pasa algo, {v}", "mi nuevo número es el {v}", "oficina {v}", "mándame un whatsapp al {v}", "el teléfono de la clínica: {v}"),
        "it": ("se succede qualcosa, {v}", "il mio nuovo numero è {v}", "ufficio {v}", "scrivimi su whatsapp al {v}", "il telefono dello studio: {v}"),
    },
    "email": {
        "en": ("forward the invoice to {v} when you can", "She's at {v} these days", "Email\n{v}", "ask {v}"),
        "de": ("leite die Rechnung an {v} weiter", "sie hat jetzt {v}", "E-Mail\n{v}", "frag {v}"),
        "fr": ("transfère la facture à {v}", "elle a maintenant {v}", "E-mail\n{v}", "demande à {v}"),
        "es": ("reenvía la factura a {v}", "ahora tiene {v}", "Correo electrónico\n{v}", "pregunta a {v}"),
        "it": ("inoltra la fattura a {v}", "adesso ha {v}", "E-mail\n{v}", "chiedi a {v}"),
    },
    "address": {
        "en": ("the surgery has moved to {v}", "taxi to {v} please, at nine", "You'll find us at\n{v}", "send the keys back to {v}, thanks"),
        "de": ("die Praxis ist umgezogen: {v}", "Taxi bitte zur {v}", "Sie finden uns hier\n{v}", "schick die Schlüssel zurück an {v}, danke"),
        "fr": ("le cabinet a déménagé : {v}", "un taxi pour le {v} svp", "vous nous trouverez au\n{v}", "renvoie les clés au {v}, merci"),
        "es": ("la consulta se ha mudado a {v}", "un taxi para {v} por favor", "nos encontrarás en\n{v}", "devuelve las llaves a {v}, gracias"),
        "it": ("lo studio si è trasferito in {v}", "un taxi per {v} per favore", "ci trovi in\n{v}", "rimanda le chiavi in {v}, grazie"),
    },
    "card": {
        "en": ("they charged {v} twice!", "book the hotel with {v}, valid thru 09/28", "my new Mastercard is {v}", "cc no. {v}"),
        "de": ("die haben {v} zweimal belastet", "buch das Hotel mit {v}, gültig bis 09/28", "meine neue Mastercard ist {v}", "KK-Nr. {v}"),
        "fr": ("ils ont débité {v} deux fois", "réserve l'hôtel avec {v}, valable jusqu'au 09/28", "ma nouvelle Mastercard est {v}", "n° CB {v}"),
        "es": ("han cobrado dos veces en {v}", "reserva el hotel con {v}, válida hasta 09/28", "mi nueva Mastercard es {v}", "nº tarjeta {v}"),
        "it": ("hanno addebitato {v} due volte", "prenota l'albergo con {v}, valida fino al 09/28", "la mia nuova Mastercard è {v}", "n. carta {v}"),
    },
    "bank": {
        "en": ("rent goes to {v} from now on", "for the deposit: {v}", "the landlord changed banks, new details {v}", "here you go\n{v}"),
        "de": ("die Miete geht ab jetzt auf {v}", "für die Kaution: {v}", "der Vermieter hat die Bank gewechselt, neue Daten {v}", "bitteschön\n{v}"),
        "fr": ("le loyer va désormais sur {v}", "pour la caution : {v}", "le propriétaire a changé de banque, nouvelles coordonnées {v}", "voilà\n{v}"),
        "es": ("el alquiler va ahora a {v}", "para la fianza: {v}", "el casero ha cambiado de banco, nuevos datos {v}", "aquí tienes\n{v}"),
        "it": ("l'affitto ora va su {v}", "per la caparra: {v}", "il padrone di casa ha cambiato banca, nuovi dati {v}", "ecco qua\n{v}"),
    },
    "national_id": {
        "en": ("HR asked again for my {k}: {v}", "({k} {v})", "put {v} where it says {k}", "{K} = {v}"),
        "de": ("die Personalabteilung will wieder meine {k}: {v}", "({k} {v})", "trag {v} bei {k} ein", "{K} = {v}"),
        "fr": ("les RH redemandent mon {k} : {v}", "({k} {v})", "mets {v} à la ligne {k}", "{K} = {v}"),
        "es": ("recursos humanos pide otra vez mi {k}: {v}", "({k} {v})", "pon {v} donde dice {k}", "{K} = {v}"),
        "it": ("l'ufficio personale vuole di nuovo il mio {k}: {v}", "({k} {v})", "metti {v} dove dice {k}", "{K} = {v}"),
    },
    "document": {
        "en": ("for the check-in you need my passport, it's {v}", "licence number {v}", "passport {v} exp 2031", "they copied my driving licence ({v})", "new passport no is {v}"),
        "de": ("für den Check-in brauchst du meinen Reisepass: {v}", "Führerscheinnummer {v}", "Reisepass {v} gültig bis 2031", "sie haben meinen Personalausweis kopiert ({v})", "Ausweisnr. {v}"),
        "fr": ("pour l'enregistrement il te faut mon passeport : {v}", "numéro de permis {v}", "passeport {v} exp 2031", "ils ont copié ma carte d'identité ({v})", "n° de passeport {v}"),
        "es": ("para facturar necesitas mi pasaporte: {v}", "número del carnet de conducir {v}", "pasaporte {v} cad 2031", "han copiado mi pasaporte ({v})", "nº de pasaporte {v}"),
        "it": ("per il check-in ti serve il mio passaporto: {v}", "numero patente {v}", "passaporto {v} scad 2031", "hanno copiato la mia carta d'identità ({v})", "n. passaporto {v}"),
    },
    "password": {
        "en": ("Netflix password = {v}", "I reset it, the new password is now {v}", "log in with guest / password {v}", "the passphrase? {v}", "pwd:{v}"),
        "de": ("Netflix-Passwort = {v}", "hab's zurückgesetzt, das neue Passwort ist jetzt {v}", "melde dich mit gast / Passwort {v} an", "das Kennwort? {v}", "Passwort:{v}"),
        "fr": ("mot de passe Netflix = {v}", "je l'ai réinitialisé, le nouveau mot de passe est {v}", "connecte-toi avec invité / mot de passe {v}", "le mdp ? {v}", "mdp:{v}"),
        "es": ("contraseña de Netflix = {v}", "la he restablecido, la nueva contraseña es {v}", "entra con invitado / contraseña {v}", "¿la contraseña? {v}", "contraseña:{v}"),
        "it": ("password di Netflix = {v}", "l'ho reimpostata, la nuova password è {v}", "entra con ospite / password {v}", "la password? {v}", "password:{v}"),
    },
    "pin": {
        "en": ("the garage keypad is {v}", "my SIM pin: {v}", "entry code for the building is {v}", "combination for the bike lock {v}", "the safe opens with {v}"),
        "de": ("Zahlenschloss am Fahrrad: {v}", "meine SIM-PIN: {v}", "der Code vom Hauseingang ist {v}", "die PIN der Karte lautet {v}", "der Safe geht mit {v} auf"),
        "fr": ("le cadenas du vélo : {v}", "le PIN de ma SIM : {v}", "le code de l'immeuble est {v}", "code de la carte bleue {v}", "le coffre s'ouvre avec {v}"),
        "es": ("el candado de la bici: {v}", "el PIN de la SIM: {v}", "el código del edificio es {v}", "el pin del móvil es {v}", "la caja fuerte se abre con {v}"),
        "it": ("il lucchetto della bici: {v}", "il PIN della SIM: {v}", "il codice del palazzo è {v}", "il pin del telefono è {v}", "la cassaforte si apre con {v}"),
    },
    "key": {
        "en": ("export SECRET_TOKEN={v}", "the new access token is {v}, don't share it", "client secret: {v}", "I rotated the key, now {v}"),
        "de": ("export SECRET_TOKEN={v}", "das neue Zugriffstoken ist {v}, nicht weitergeben", "Client Secret: {v}", "hab den Schlüssel getauscht, jetzt {v}"),
        "fr": ("export SECRET_TOKEN={v}", "le nouveau jeton d'accès est {v}, ne le partage pas", "client secret : {v}", "j'ai changé la clé, maintenant {v}"),
        "es": ("export SECRET_TOKEN={v}", "el nuevo token de acceso es {v}, no lo compartas", "client secret: {v}", "he cambiado la clave, ahora {v}"),
        "it": ("export SECRET_TOKEN={v}", "il nuovo token di accesso è {v}, non condividerlo", "client secret: {v}", "ho cambiato la chiave, adesso {v}"),
    },
    "birth": {
        "en": ("they need the kids' dates of birth: {v}", "mum was born {v}", "D.O.B. {v}", "Birth date\n{v}", "happy to confirm I was born on the {v}"),
        "de": ("sie brauchen das Geburtsdatum der Kinder: {v}", "Mama wurde am {v} geboren", "geboren: {v}", "Geburtstag\n{v}", "Geb.-Datum {v}"),
        "fr": ("il leur faut la date de naissance des enfants : {v}", "maman est née le {v}", "naissance : {v}", "Né le\n{v}", "date naiss. {v}"),
        "es": ("necesitan la fecha de nacimiento de los niños: {v}", "mamá nació el {v}", "nacimiento: {v}", "Nacido el\n{v}", "fecha nac. {v}"),
        "it": ("serve la data di nascita dei bambini: {v}", "la mamma è nata il {v}", "nascita: {v}", "Nato il\n{v}", "data nasc. {v}"),
    },
    "network_vehicle": {
        "en": ("my {k} changed to {v}", "{k}\n{v}", "please whitelist {v}, it's the {k} of the new one", "is {v} your {k}?"),
        "de": ("meine {k} ist jetzt {v}", "{k}\n{v}", "bitte {v} freischalten, das ist die {k} vom neuen", "ist {v} deine {k}?"),
        "fr": ("mon {k} est maintenant {v}", "{k}\n{v}", "peux-tu autoriser {v}, c'est le {k} du nouveau", "c'est {v} ton {k} ?"),
        "es": ("mi {k} ahora es {v}", "{k}\n{v}", "autoriza {v}, es la {k} del nuevo", "¿es {v} tu {k}?"),
        "it": ("il mio {k} adesso è {v}", "{k}\n{v}", "autorizza {v}, è il {k} di quello nuovo", "è {v} il tuo {k}?"),
    },
}  # fmt: skip

CLEAN_FRESH: dict[str, tuple[str, ...]] = {
    "en": (
        "Ticket 5581-0047 was closed yesterday.", "Booking reference QX7R2L, seat 14A.", "parcel 1Z999AA10123456784 is on its way", "we're on firmware 3.2.0.118 now", "macOS 14.4.1 (23E224) broke it",
        "it cost 39.90 plus 4.50 shipping", "from 9:30 to 11:45 on 3/4", "they won 4-0 and 2-1", "ISSN 1476-4687, volume 592", "sin(0.5236) is 0.5", "def f(x): return x ** 2 + 10000", "[12:04:31] WARN 1043 retries left 3",
        "Qh5+ Ke7 Qxe5#", "table 12, four people at 19:30", "screw M8x40, quantity 250", "Symphony No. 9 in D minor, Op. 125", "the top 100 songs of 1985", "he ran the 400 m in 44.72", "top secret, don't tell anyone", "the secret is butter",
        "that token ring network was fun in 1994", "she keyed in the numbers by hand", "the card reader is broken", "a birthday card for Ana", "born in the eighties", "the bank was closed on 26 December 2022", "account number on the letterhead is wrong",
        "the code word was banana", "he typed the wrong pin again", "PIN entry is disabled after 3 tries", "pass the exam with 60 points", "password policy: 12 characters minimum", "my passport is in the drawer", "she got her licence in 1998",
        "we live in a small street near the park", "the road was closed for 3 miles", "Route 66 is 2,448 miles long", "12 Monkeys and 10 Things I Hate About You", "5th Avenue is expensive", "call of duty 4 is old", "dial it back a notch", "ring me",
        "IP is intellectual property", "10.5.2 is the section you want", "my plate was empty", "the plates are in the dishwasher", "tag 2.14 was pushed", "reg expressions are hard", "500 people liked it, 1200 saw it", "see RFC 2822 and RFC 5322",
        "the serial is on page 3", "2 x 4 is 8, 16 x 16 is 256", "week 34, day 7", "1 hour 20 minutes at 180", "population 67,330,000 in 2021", "my number came up", "model 2400-B, colour 07", "the year was 1066", "chapter 3 verse 16", "about 1500 words by 15 May 2024",
    ),
    "de": (
        "Ticket 5581-0047 ist erledigt.", "Buchung QX7R2L, Platz 14A.", "kostet 39,90 plus 4,50 Versand", "von 9:30 bis 11:45 am 3.4.", "Schraube M8x40, 250 Stück", "die Geheimzutat ist Butter", "der Kartenleser ist kaputt", "PIN dreimal falsch eingegeben", "mein Pass liegt in der Schublade", "seit 1998 hat sie den Führerschein",
        "wir wohnen in einer kleinen Straße am Park", "die A8 war auf 5 km gesperrt", "Tisch 12, vier Personen um 19:30", "Artikel 4711 ist ausverkauft", "am 26. Dezember 2022 war die Bank zu", "Passwortregeln: mindestens 12 Zeichen", "in den Achtzigern geboren", "Platz 3 von 20", "Seite 12, Zeile 7", "der Weg ist das Ziel",
    ),
    "fr": (
        "le ticket 5581-0047 est clos.", "réservation QX7R2L, place 14A.", "39,90 plus 4,50 de port", "de 9h30 à 11h45 le 3/4", "vis M8x40, 250 pièces", "le secret c'est le beurre", "le lecteur de carte est cassé", "code faux trois fois", "mon passeport est dans le tiroir", "elle a le permis depuis 1998",
        "on habite une petite rue près du parc", "l'A7 était fermée sur 5 km", "table 12, quatre personnes à 19h30", "l'article 4711 est épuisé", "la banque était fermée le 26 décembre 2022", "mot de passe : 12 caractères minimum", "née dans les années 80", "3e place sur 20", "page 12, ligne 7", "la clé du succès",
    ),
    "es": (
        "el ticket 5581-0047 está cerrado.", "reserva QX7R2L, asiento 14A.", "39,90 más 4,50 de envío", "de 9:30 a 11:45 el 3/4", "tornillo M8x40, 250 unidades", "el secreto es la mantequilla", "el lector de tarjetas no va", "pin mal tres veces", "mi pasaporte está en el cajón", "tiene el carnet desde 1998",
        "vivimos en una calle pequeña junto al parque", "la A7 estaba cortada 5 km", "mesa 12, cuatro personas a las 19:30", "el artículo 4711 está agotado", "el banco cerró el 26 de diciembre de 2022", "contraseña: mínimo 12 caracteres", "nacida en los ochenta", "puesto 3 de 20", "página 12, línea 7", "la clave del éxito",
    ),
    "it": (
        "il ticket 5581-0047 è chiuso.", "prenotazione QX7R2L, posto 14A.", "39,90 più 4,50 di spedizione", "dalle 9:30 alle 11:45 il 3/4", "vite M8x40, 250 pezzi", "il segreto è il burro", "il lettore di carte è rotto", "pin sbagliato tre volte", "il passaporto è nel cassetto", "ha la patente dal 1998",
        "abitiamo in una piccola via vicino al parco", "la A7 era chiusa per 5 km", "tavolo 12, quattro persone alle 19:30", "l'articolo 4711 è esaurito", "la banca era chiusa il 26 dicembre 2022", "password: minimo 12 caratteri", "nata negli anni ottanta", "3 posto su 20", "pagina 12, riga 7", "la chiave del successo",
    ),
}  # fmt: skip

LAST: Sentences = {
    "phone": {
        "en": ("I'm at my sister's, her landline's {v}", "for emergencies only {v}", "{v} is the vet"),
        "de": ("ich bin bei meiner Schwester, Festnetz {v}", "nur für Notfälle {v}", "{v} ist der Tierarzt"),
        "fr": ("je suis chez ma sœur, son fixe : {v}", "uniquement en cas d'urgence {v}", "{v} c'est le vétérinaire"),
        "es": ("estoy en casa de mi hermana, el fijo es {v}", "solo para emergencias {v}", "{v} es el veterinario"),
        "it": ("sono da mia sorella, il fisso è {v}", "solo per emergenze {v}", "{v} è il veterinario"),
    },
    "email": {
        "en": ("I use {v} for work now", "login is {v}", "Reply to {v} instead"),
        "de": ("für die Arbeit nehme ich jetzt {v}", "Login ist {v}", "Antworte lieber an {v}"),
        "fr": ("pour le travail j'utilise {v}", "identifiant {v}", "réponds plutôt à {v}"),
        "es": ("para el trabajo uso {v}", "usuario {v}", "responde mejor a {v}"),
        "it": ("per il lavoro uso {v}", "utente {v}", "rispondi piuttosto a {v}"),
    },
    "address": {
        "en": ("viewing at {v}, half past ten", "my parents are still at {v}", "Deliver to:\n{v}"),
        "de": ("Besichtigung {v} um halb elf", "meine Eltern wohnen noch {v}", "Lieferung an:\n{v}"),
        "fr": ("visite au {v} à dix heures et demie", "mes parents habitent toujours {v}", "Livrer à :\n{v}"),
        "es": ("visita en {v} a las diez y media", "mis padres siguen en {v}", "Entregar en:\n{v}"),
        "it": ("visita in {v} alle dieci e mezza", "i miei stanno ancora in {v}", "Consegnare a:\n{v}"),
    },
    "card": {
        "en": ("can you type in {v} for me", "lost it, the number was {v}", "the shop kept {v} on file"),
        "de": ("kannst du {v} für mich eintippen", "verloren, die Nummer war {v}", "der Laden hat {v} gespeichert"),
        "fr": ("tu peux taper {v} pour moi", "perdue, le numéro était {v}", "le magasin a gardé {v}"),
        "es": ("¿puedes teclear {v} por mí?", "la perdí, el número era {v}", "la tienda guardó {v}"),
        "it": ("puoi digitare {v} per me", "persa, il numero era {v}", "il negozio ha tenuto {v}"),
    },
    "bank": {
        "en": ("send my half to {v}", "wages are paid into {v}", "refund went to {v}, odd"),
        "de": ("schick meine Hälfte auf {v}", "das Gehalt kommt auf {v}", "die Erstattung ging auf {v}, komisch"),
        "fr": ("envoie ma moitié sur {v}", "le salaire arrive sur {v}", "le remboursement est allé sur {v}, bizarre"),
        "es": ("manda mi mitad a {v}", "la nómina entra en {v}", "la devolución fue a {v}, raro"),
        "it": ("manda la mia metà su {v}", "lo stipendio arriva su {v}", "il rimborso è andato su {v}, strano"),
    },
    "national_id": {
        "en": ("they lost my {k}, so again: {v}", "{k}, {v}, in case they ask", "you wanted my {k} - {v}"),
        "de": ("sie haben meine {k} verloren, also nochmal: {v}", "{k}, {v}, falls sie fragen", "du wolltest meine {k} - {v}"),
        "fr": ("ils ont perdu mon {k}, donc encore une fois : {v}", "{k}, {v}, au cas où", "tu voulais mon {k} - {v}"),
        "es": ("han perdido mi {k}, otra vez: {v}", "{k}, {v}, por si preguntan", "querías mi {k} - {v}"),
        "it": ("hanno perso il mio {k}, di nuovo: {v}", "{k}, {v}, nel caso chiedano", "volevi il mio {k} - {v}"),
    },
    "document": {
        "en": ("renewed my passport, {v} is the new one", "driving licence no: {v}", "passport details: {v}, issued in Leeds"),
        "de": ("Reisepass erneuert, {v} ist der neue", "Führerschein-Nr.: {v}", "Passdaten: {v}, ausgestellt in Kassel"),
        "fr": ("passeport renouvelé, {v} c'est le nouveau", "permis n° : {v}", "données du passeport : {v}, délivré à Lille"),
        "es": ("pasaporte renovado, {v} es el nuevo", "carnet de conducir nº: {v}", "datos del pasaporte: {v}, expedido en Vigo"),
        "it": ("passaporto rinnovato, {v} è il nuovo", "patente n.: {v}", "dati del passaporto: {v}, rilasciato a Bari"),
    },
    "password": {
        "en": ("guest wifi: password {v}", "try {v} as the password", "same password as ever, {v}"),
        "de": ("Gäste-WLAN: Passwort {v}", "probier {v} als Passwort", "gleiches Passwort wie immer, {v}"),
        "fr": ("wifi invités : mot de passe {v}", "essaie {v} comme mot de passe", "même mot de passe que d'habitude, {v}"),
        "es": ("wifi de invitados: contraseña {v}", "prueba {v} como contraseña", "la misma contraseña de siempre, {v}"),
        "it": ("wifi ospiti: password {v}", "prova {v} come password", "la solita password, {v}"),
    },
    "pin": {
        "en": ("let yourself in, door code {v}", "phone unlocks with pin {v}", "the cleaner's alarm code: {v}"),
        "de": ("komm einfach rein, Türcode {v}", "Handy geht mit PIN {v} auf", "Alarmcode der Putzhilfe: {v}"),
        "fr": ("entre directement, code porte {v}", "le téléphone s'ouvre avec le PIN {v}", "code alarme de la femme de ménage : {v}"),
        "es": ("entra directamente, código puerta {v}", "el móvil se abre con el PIN {v}", "código de alarma de la limpiadora: {v}"),
        "it": ("entra pure, codice porta {v}", "il telefono si apre con il PIN {v}", "codice allarme della signora delle pulizie: {v}"),
    },
    "key": {
        "en": ("curl -H 'X-Api-Key: {v}'", "my GitHub token ({v}) expired", "paste {v} into the API key field"),
        "de": ("curl -H 'X-Api-Key: {v}'", "mein GitHub-Token ({v}) ist abgelaufen", "füge {v} ins Feld für den API-Key ein"),
        "fr": ("curl -H 'X-Api-Key: {v}'", "mon token GitHub ({v}) a expiré", "colle {v} dans le champ clé API"),
        "es": ("curl -H 'X-Api-Key: {v}'", "mi token de GitHub ({v}) ha caducado", "pega {v} en el campo de clave API"),
        "it": ("curl -H 'X-Api-Key: {v}'", "il mio token GitHub ({v}) è scaduto", "incolla {v} nel campo chiave API"),
    },
    "birth": {
        "en": ("patient born {v}", "my date of birth hasn't changed: {v}", "he has the same birthday as me, {v}"),
        "de": ("Patient, geb. am {v}", "mein Geburtsdatum hat sich nicht geändert: {v}", "er hat am selben Tag Geburtstag, {v}"),
        "fr": ("patient né le {v}", "ma date de naissance n'a pas changé : {v}", "il a le même anniversaire que moi, {v}"),
        "es": ("paciente nacido el {v}", "mi fecha de nacimiento no ha cambiado: {v}", "cumple años el mismo día que yo, {v}"),
        "it": ("paziente nato il {v}", "la mia data di nascita non è cambiata: {v}", "compie gli anni come me, il {v}"),
    },
    "network_vehicle": {
        "en": ("visitor parking needs my {k}: {v}", "found it, {k} {v}", "({k}: {v})"),
        "de": ("für den Besucherparkplatz meine {k}: {v}", "gefunden, {k} {v}", "({k}: {v})"),
        "fr": ("pour le parking visiteurs mon {k} : {v}", "trouvé, {k} {v}", "({k} : {v})"),
        "es": ("para el aparcamiento de visitas mi {k}: {v}", "encontrado, {k} {v}", "({k}: {v})"),
        "it": ("per il parcheggio visitatori il mio {k}: {v}", "trovato, {k} {v}", "({k}: {v})"),
    },
}  # fmt: skip

CLEAN_LAST: dict[str, tuple[str, ...]] = {
    "en": (
        "ref 20-4471/B, see page 6", "seats 11F and 11G, boarding 06:40", "ran 21.1 km in 1:48:22", "it's 28 degrees at 7 pm", "try 3 x 10 reps at 40 kg", "score was 15-40, then deuce", "kernel 6.8.0-31-generic", "EUR/USD 1.0843", "bars 17 to 32, in 6/8", "lot 2291 went for 14,500",
        "the licence plate game was fun", "she was born lucky", "born and bred in 2 villages", "key signature: 3 flats", "locks change every 10 years", "the alarm went off at 0430", "gate closes 20 minutes before", "the code review is on Monday 14 October 2024", "passport photos are 35x45 mm", "the account has 3 users",
        "card 7 of 52", "a card for 80 people", "he moved to a street with 12 houses", "Highway 61 Revisited", "24 hours, 1440 minutes, 86400 seconds", "ISBN 0-19-853453-1 is out of print", "the address bar is empty", "who has the password?", "who knows the door code?", "pin number 4 on the chip is ground",
    ),
    "de": ("Az. 20-4471/B, siehe Seite 6", "Sitze 11F und 11G, Boarding 06:40", "21,1 km in 1:48:22", "der Alarm ging um 04:30 los", "Passfotos sind 35x45 mm", "wer hat das Passwort?", "wer kennt den Türcode?", "Konto 1200 an Konto 8400", "Karte 7 von 52", "sie ist 1961 geboren"),
    "fr": ("réf. 20-4471/B, voir page 6", "places 11F et 11G, embarquement 06:40", "21,1 km en 1:48:22", "l'alarme a sonné à 04:30", "photos de passeport 35x45 mm", "qui a le mot de passe ?", "qui connaît le code de la porte ?", "carte 7 sur 52", "elle est née en 1961", "la clé de 12 et la clé de 13"),
    "es": ("ref. 20-4471/B, ver página 6", "asientos 11F y 11G, embarque 06:40", "21,1 km en 1:48:22", "la alarma sonó a las 04:30", "fotos de pasaporte 35x45 mm", "¿quién tiene la contraseña?", "¿quién sabe el código de la puerta?", "carta 7 de 52", "nació en 1961", "la llave del 12 y la del 13"),
    "it": ("rif. 20-4471/B, vedi pagina 6", "posti 11F e 11G, imbarco 06:40", "21,1 km in 1:48:22", "l'allarme è suonato alle 04:30", "foto del passaporto 35x45 mm", "chi ha la password?", "chi sa il codice del portone?", "carta 7 di 52", "è nata nel 1961", "la chiave del 12 e del 13"),
}  # fmt: skip
