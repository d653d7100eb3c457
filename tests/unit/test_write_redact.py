"""Personal data goes, everything else stays: a planted set in twelve forms and six countries, and clean text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.core.types import Message
from likeness.write.redact import PLACEHOLDERS, Names, Redactor, checksums, collect, scan
from likeness.write.redact.folding import folded
from likeness.write.redact.rules import RULES, Rule

REDACTOR = Redactor.of()

# form -> (country, text, what must be gone)
PLANTED: dict[str, list[tuple[str, str, str]]] = {
    "phone": [
        ("US", "Ring me on (415) 555-0132 after six.", "555-0132"),
        ("US", "my cell is 617-392-8396", "392-8396"),
        ("GB", "You can get me on 020 7946 0958 most days", "7946"),
        ("GB", "text me: 07700 900462", "900462"),
        ("DE", "Meine Nummer ist 0151 23456789, ruf an", "23456789"),
        ("DE", "+49 30 901820 geht auch", "901820"),
        ("FR", "Mon portable : 06 12 34 56 78", "12 34 56"),
        ("ES", "Llámame al +34 612 345 678", "612"),
        ("IT", "il mio cellulare è 347 123 4567", "123 4567"),
    ],
    "email": [
        ("US", "write to sam.o'neil+lists@mail.example.com please", "sam.o"),
        ("GB", "it's j.smith@example.co.uk", "smith"),
        ("DE", "Bitte an lena.müller@beispiel.example.de", "beispiel"),
        ("FR", "écris à anne_marie [at] exemple.fr", "anne_marie"),
        ("ES", "luis.gomez at example.com", "gomez"),
        ("IT", "la mail è rossi(at)esempio.it", "rossi"),
    ],
    "card": [
        ("US", "Card 4111 1111 1111 1111, exp 04/27", "1111 1111"),
        ("GB", "it is 5555-5555-5555-4444", "5555"),
        ("DE", "Amex 378282246310005", "378282246310005"),
        ("FR", "ma carte 4970 1000 0000 0014", "4970"),
        ("ES", "la tarjeta 6011111111111117", "6011111111111117"),
        ("IT", "carta 3782 822463 10005", "822463"),
    ],
    "iban": [
        ("GB", "GB82 WEST 1234 5698 7654 32 is mine", "5698"),
        ("DE", "IBAN: DE89370400440532013000", "0532013000"),
        ("FR", "FR14 2004 1010 0505 0001 3M02 606 merci", "1010"),
        ("ES", "ES91 2100 0418 4502 0005 1332", "0418"),
        ("IT", "IT60X0542811101000000123456", "0542811101"),
        ("NL", "naar NL91ABNA0417164300 graag", "ABNA"),
    ],
    "address": [
        ("US", "Send it to 1600 Pennsylvania Avenue NW, Washington, DC 20500 by Friday", "Pennsylvania"),
        ("US", "I'm at 742 Evergreen Terrace, Apt 3", "Evergreen"),
        ("GB", "We moved to 221B Baker Street, London NW1 6XE in May", "Baker"),
        ("DE", "Wir wohnen jetzt in der Lindenstraße 12, 10969 Berlin", "Linden"),
        ("DE", "Adresse: Bahnhofstr. 5a, 80335 München", "Bahnhof"),
        ("FR", "J'habite 12 bis rue de la République, 69002 Lyon", "République"),
        ("ES", "vivo en Calle de Alcalá 50, 28014 Madrid", "Alcalá"),
        ("IT", "abito in Via Giuseppe Garibaldi 18, 20121 Milano", "Garibaldi"),
        ("NL", "Keizersgracht 126, 1015 CW Amsterdam", "Keizers"),
    ],
    "password": [
        ("US", "the password is hunter2!", "hunter2"),
        ("GB", "wifi password: Tr0ub4dor&3", "Tr0ub4dor"),
        ("DE", "Das Passwort lautet Sommer2024#", "Sommer2024"),
        ("FR", "mot de passe : Azerty!99", "Azerty!99"),
        ("ES", "la contraseña es gatito77", "gatito77"),
        ("IT", "la password è Ciao1234!", "Ciao1234"),
    ],
    "pin": [
        ("US", "the door code is 4821", "4821"),
        ("GB", "PIN: 0937", "0937"),
        ("DE", "Die PIN ist 7734", "7734"),
        ("FR", "le code d'accès est 5512", "5512"),
        ("ES", "el código de seguridad es 118822", "118822"),
        ("IT", "il PIN è 90210", "90210"),
    ],
    "token": [
        ("US", "key sk-proj-abcdEFGH1234ijklMNOP5678", "abcdEFGH"),
        ("US", "AWS AKIAIOSFODNN7EXAMPLE there", "AKIA"),
        ("GB", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "16C7e42F"),
        ("DE", "Token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN", "eyJ"),
        ("FR", "api_key=9f8e7d6c5b4a39281706", "9f8e7d6c"),
        ("ES", "https://example.com/reset?token=a8f5f167f44f4964e6c9", "a8f5f167"),
        ("IT", "la chiave AIzaSyA1b2C3d4E5f6G7h8I9j0KlMnOpQrStUvW", "AIzaSyA1b2"),
    ],
    "private key": [
        (country, f"{lead}\n-----BEGIN {kind}PRIVATE KEY-----\nMIIEow\nabc=\n-----END {kind}PRIVATE KEY-----", "MIIE")
        for country, lead, kind in (
            ("US", "Here:", "RSA "), ("GB", "it's", ""), ("DE", "hier", "EC "),
            ("FR", "voici", "OPENSSH "), ("ES", "aquí", "RSA "), ("IT", "ecco", "ENCRYPTED "),
        )
    ],
    "ip": [
        ("US", "ssh to 203.0.113.45 and look", "203.0.113"),
        ("GB", "my router is at 192.168.1.254", "192.168"),
        ("DE", "der Server 10.24.3.77 antwortet nicht", "10.24"),
        ("FR", "depuis 198.51.100.7", "198.51"),
        ("ES", "la IP es 2001:db8:85a3::8a2e:370:7334", "8a2e"),
        ("IT", "MAC 00:1B:44:11:3A:B7", "1B:44"),
    ],
    "id": [
        ("US", "SSN 536-22-8714 on the form", "536-22"),
        ("GB", "NI: AB 12 34 56 C", "12 34 56"),
        ("DE", "Steuer-ID: 86095742719", "86095742719"),
        ("FR", "numéro 2 55 08 14 168 025 38", "168 025"),
        ("ES", "mi DNI es 12345678Z", "12345678"),
        ("IT", "codice fiscale RSSMRA85T10A562S", "RSSMRA"),
    ],
    "account and birth": [
        ("US", "routing number: 021000021", "021000021"),
        ("GB", "sort code 20-00-00, account number 55779911", "55779911"),
        ("DE", "Kontonummer 532013000", "532013000"),
        ("FR", "née le 14/07/1989 à Nantes", "14/07/1989"),
        ("ES", "fecha de nacimiento: 02-11-1975", "02-11-1975"),
        ("IT", "nato il 3 marzo 1980", "3 marzo 1980"),
    ],
}  # fmt: skip

CLEAN = [
    "Your order 4711-2208 came to 1,299.00 euros, see invoice 20240315.",
    "We met on 2010-03-01 at 10:30, then again on 12/05/2011.",
    "R 2.10.1 patched (2010-02-01 r51089) works, 3.5.1.2 does not.",
    "It ran in 0.1098938 seconds; the second took 12.5 and the third 1.4142136 0.7071068.",
    "The train leaves at 0800-1600 on weekdays and costs $45.50.",
    "The password is required, and the password was changed yesterday.",
    "Forgot your password? The password field is empty.",
    "Have a look at stats.example.org or at example.com for more.",
    "Commit 4a1ed749271c52e60a85e794e6f34b0831efb1ae broke it.",
    "Bug 12345 and PR 98765 are the same as issue #4567.",
    "ISBN 978-0-306-40615-7 is out of print, doi 10.1000/182 is not.",
    "Parcel 1Z 999 should come between 9 and 17.",
    "The 2nd Row was empty and 20 People stood on the Hill.",
    "[1] 0 1 2 3 4 5 6 7 8 9, and the number 0.946251 is last.",
    "I ran 10 km in 52:31 and slept 8.5 hours.",
    "Room 101, floor 3, table 14 at 7.",
    "He scored 3-2 in the 2014 final; 120 minutes, 4 cards.",
    "Please pin the post and call me when the pin is back.",
    "The key point is to keep the key under 20 characters.",
    "x <- c(1.5, 2.25, 1e7); options(scipen = 50)",
    "I paid 250 for 3 nights, 83.33 each, and 12 % tax.",
    "Chapter 4, pages 112-138, table 7.2 and figure 12.",
    "Auf Platz 3 kam 2019 ein Team aus Bremen.",
    "Version v1.2.3.4 and build 10.0.19045.3803 are affected.",
    "The population grew from 1 200 000 to 1 450 000 in 2020.",
    "Our account of events differs; the account was long.",
    "She was born in Leeds and is not yet 30.",
    "ThisIsAVeryLongCamelCaseIdentifierForATest and some_snake_case_name_that_is_long",
    "https://github.com/example/project/blob/main/src/likeness/core/types.py#L20-L44",
    "See you on 24 May 2024 at 18:00, gate B12, seat 14C.",
    "0.5 + 0.25 = 0.75, and 7 x 8 = 56, i.e. 1/3 of 168.",
]  # fmt: skip


def test_planted_data_is_found_in_twelve_forms_and_six_countries() -> None:
    assert len(PLANTED) == 12
    assert all(len({country for country, _, _ in cases}) >= 6 for cases in PLANTED.values())
    cases = [(form, *case) for form, found in PLANTED.items() for case in found]
    missed = [(form, country, text) for form, country, text, gone in cases if gone in REDACTOR.redact(text).text]
    assert len(missed) <= 0.03 * len(cases), missed


def test_clean_text_is_not_touched() -> None:
    sentences = [f"{a} {b}" for a in CLEAN for b in CLEAN if a != b]
    touched = {text: REDACTOR.redact(text).text for text in [*CLEAN, *sentences] if REDACTOR.redact(text).text != text}
    assert len(touched) <= 0.01 * len(sentences), list(touched.values())[:5]
    assert not [text for text in CLEAN if text in touched]


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = REDACTOR.redact(text).text
    assert REDACTOR.redact(once).text == once
    assert not scan(once)


def test_placeholders_say_the_kind_and_are_counted() -> None:
    redacted = REDACTOR.redact("Ring 020 7946 0958 or write to a.b@example.com")
    assert redacted.text == "Ring [phone] or write to [email]"
    assert redacted.counts == {"phone": 1, "email": 1}
    assert all(text.startswith("[") for text in PLACEHOLDERS)
    assert scan("Ring 020 7946 0958") == {"phone": 1}


def test_names_go_when_asked_for() -> None:
    redactor = Redactor.of(names=["Ana Souza", "Ana"])
    assert redactor.redact("Dear Ana, Ana Souza said an anagram").text == "Dear [name], [name] said an anagram"
    assert REDACTOR.redact("Dear Ana").text == "Dear Ana"


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (checksums.luhn, "4111111111111111", "4111111111111112"),
        (checksums.iban, "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
        (checksums.dni, "12345678Z", "12345678A"),
        (checksums.codice_fiscale, "RSSMRA85T10A562S", "RSSMRA85T10A562T"),
        (checksums.cpf, "529.982.247-25", "529.982.247-24"),
        (checksums.ahv, "756.9217.0769.85", "756.9217.0769.84"),
        (checksums.pesel, "44051401359", "44051401358"),
        (checksums.steuer_id, "86095742719", "86095742718"),
        (checksums.bsn, "111222333", "111222334"),
        (checksums.nir, "255081416802538", "255081416802539"),
    ],
)
def test_check_digits(check: object, good: str, bad: str) -> None:
    assert callable(check)
    assert check(good)
    assert not check(bad)


ANNOUNCED = [
    ("the licence plate is KW23 LGS.", "KW23"),
    ("añade 7353\u00a0GJN (matrícula) a la lista", "7353"),
    ("Fahrgestellnummer: WVW0KGES04N380415", "WVW0"),
    ("ich bin am 17.1.60<br> geboren", "17.1.60"),
    ("il mio compleanno è il <b>22 febbraio 1984</b>", "1984"),
    ("Passaporto n. \n  aa5917235", "5917235"),
    ("Passwort\nSchnitz3l!", "Schnitz"),
    ("user admin, pass sunflower-baseball-30", "sunflower"),
    ("Regen!bogen7 ist das Passwort", "Regen"),
    ("use 4821 for the key safe", "4821"),
    ("código del portal *90210*", "90210"),
    ("die Steuer-ID brauchst du auch noch\n98 173 542 082", "542"),
    ("my social security number is 263 46 2081", "2081"),
    ("fais le virement sur fr1420041010050500013m02606", "0500"),
    ("20-00-00 55779911", "55779911"),
    ("card 4111.1111.1111.1111!", "1111"),
    ("thutchinson at gmail.com", "thutchinson"),
    ("Flat 3, 119b Kingsway, Leeds LS6 2AB", "Kingsway"),
    ("calle de los Olmos, nº 16", "Olmos"),
    ("API_KEY=(a40d51edf7a07d26a0d8d4f6fba253bd3a8cedfb)", "a40d51"),
]


@pytest.mark.parametrize(("text", "gone"), ANNOUNCED)
def test_what_a_word_nearby_gives_away_goes(text: str, gone: str) -> None:
    assert gone not in REDACTOR.redact(text).text


@pytest.mark.parametrize(
    "text",
    [
        "my driving licence expires in 2031",
        "mon passeport expire en 2031",
        "R Under development (unstable) (2024-11-10 r87316)",
        "Composition  0.484 -0.376   0.784 -0.101",
        "number of rows: 2370829",
        "c(20160302L, 11882250L, 11879250L)",
        "by(x, acf, na.action=na.pass, plot=T1234)",
        "her birthday is in May",
        "the password is wrong again",
        "the code is in the repo since 2019",
    ],
)
def test_what_only_sounds_like_it_stays(text: str) -> None:
    assert REDACTOR.redact(text).text == text


def test_a_whole_number_is_replaced_not_a_part_that_looks_like_a_code() -> None:
    assert REDACTOR.redact("5492 1665 8918 8302, cvv on the phone").text == "[card], cvv on the phone"


NAMED = Redactor.of(names=["Ana Souza", "Will Hunter", "May Lin", "Elizabeth Marsh"], own=["Sam Ellis"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ana's slides, ANA!", "[name]'s slides, [name]!"),
        ("Will said so. Ask Will.", "[name] said so. Ask [name]."),
        ("thanks will", "thanks [name]"),
        ("May and I met May on Tuesday", "[name] and I met [name] on Tuesday"),
        ("the Hunters are here, and Lizzie", "the [name] are here, and [name]"),
        ("Hey Zoe,\nit is done\n\nCheers,\nTom", "Hey [name],\nit is done\n\nCheers,\n[name]"),
        ("@Kit and Will Hunter: hello", "@[name] and [name]: hello"),
        ("Liebe Ana,", "Liebe [name],"),
    ],
)
def test_a_person_is_taken_out_however_they_are_named(text: str, expected: str) -> None:
    assert NAMED.redact(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "Will you come in May? I will.",
        "May I ask you on 5 May?",
        "the hunter and the marsh",
        "Love,\nSam",
        "Hi Sam,",
        "Dear all,",
        "Hi there,",
        "an anagram",
    ],
)
def test_words_stay_where_nobody_is_meant_and_the_owner_always(text: str) -> None:
    assert NAMED.redact(text).text == text


def test_names_are_collected_from_headers_greetings_signatures_and_mentions() -> None:
    body = "Hi Priya,\nplease tell @Noor.\n> Cheers,\n> Tomasz Nowak"
    message = Message(
        "1", "mbox", "c", "x@example.org", None, body, False, "Souza, Ana (Work)", ("Kit B", "a@example.org")
    )
    assert collect(message) == {"priya", "noor", "tomasz", "nowak", "souza", "ana", "kit"}
    assert scan("Tell Noor", names=Names.of(["noor"])) == {"name": 1}


def _alternatives(parsed: Iterable[tuple[Any, Any]]) -> list[str]:
    """Texts an expression matches: every branch of every part once, the other parts as they come first."""
    parts = [_choices(str(operation), argument) for operation, argument in parsed]
    first = [part[0] for part in parts]
    varied = ["".join([*first[:place], text, *first[place + 1 :]]) for place, part in enumerate(parts) for text in part]
    return varied or [""]


def _choices(name: str, argument: Any) -> list[str]:
    if name == "LITERAL":
        return [chr(argument)]
    if name == "BRANCH":
        return [text for branch in argument[1] for text in _alternatives(branch)]
    if name == "SUBPATTERN":
        return _alternatives(argument[3])
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        return ([""] if argument[0] == 0 else []) + _alternatives(argument[2])
    if name == "IN":
        return _alternatives(argument[:1])
    return ["a" if name in ("CATEGORY", "NOT_LITERAL", "NEGATE", "ANY") else ""]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind}-{rule.words[:12]}")
def test_every_announcing_word_passes_the_gate_of_its_rule(rule: Rule) -> None:
    stems, short = rule.gate()
    texts = _alternatives(list(re._parser.parse(rule.words, re.I)))  # type: ignore[attr-defined]
    shut = [
        text
        for text in texts
        if not any(stem in folded(text) for stem in stems) and short.isdisjoint(re.findall(r"[^\W\d_]+", folded(text)))
    ]
    assert texts
    assert not shut, shut[:10]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,name,phone\n1,Dana,603-555-0119", "id,name,phone\n1,Dana,[phone]"),
        ("| host | user | password |\n|---|---|---|\n| nas | ana | Biscuit!91 |", "| nas | ana | [password] |"),
        ("name;DNI;ciudad\nAna;12345678Z;Vigo", "Ana;[id];Vigo"),
    ],
)
def test_a_first_row_tells_what_a_column_holds(text: str, expected: str) -> None:
    assert REDACTOR.redact(text).text.endswith(expected)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("creds: svc_backup / Wint3r.Sun", "Wint3r"),
        ("zugangsdaten: jweiss / Regen.Bogen9", "Regen"),
        ("PGPASSWORD='pgLuca2020' psql -h db", "pgLuca"),
        ("curl -u admin:Tr0ub4dor https://example.com", "Tr0ub4dor"),
        ("mysql -u root -pr00tTienda9 shop", "r00t"),
        ("wifi Livebox-A1B2 clé G4hT77kkLm9", "G4hT"),
        ("wlan schluessel: Kaffee_77", "Kaffee"),
        ("matricula 4417klm", "4417"),
        ("numero de telefono 347.1234567", "1234567"),
        ("garage opens with 4471", "4471"),
        ("interphone 4417 puis cloche", "4417"),
        ("visa 4111·1111·1111·1111", "1111"),
        ("mac is 3C22.FB81.0A9E", "FB81"),
        ("OKAFO802091C99AB", "OKAFO"),
        ("2100 0418 45 0200051332", "0200"),
        ("* 07.11.1979 in Fürth", "1979"),
        ("netflix: ana@example.org / Palomitas_90", "Palomitas"),
        ("credenziali: lgreco / Sole.Mare3", "Sole"),
        ("define('DB_PASSWORD', 'Zanahoria!4');", "Zanahoria"),
        ("the password's Popc0rnTime", "Popc0rn"),
        ("mot de passe temporaire Hk7-mPq2", "Hk7"),
        ("para abrir el garaje marca 7719", "7719"),
        ("pour entrer faut faire 4417 et étoile", "4417"),
        ("tarjeta 4111 1111 1111 1111 11/28", "1111 1111"),
        ("jonas.weiss(at)posteo(punkt)de", "weiss"),
        ("paid out of 13385702 (20-45-77)", "13385702"),
    ],
)
def test_what_stands_in_settings_pairs_and_chat_goes(text: str, gone: str) -> None:
    assert gone not in REDACTOR.redact(text).text


@pytest.mark.parametrize(
    "text",
    [
        "password: ********",
        "API_KEY=${API_KEY}",
        "DB_PASS=<your password>",
        "api_key: os.environ['API_KEY']",
        "lottery 05 11 23 34 41",
        "je ne viens pas le 12/03/2024",
        "name,qty,price\nscrew,20,3.50",
        "the building has 2000 rooms",
        "C:\\\\Users\\\\Phil\\\\Desktop>C:/PROGRA~1/R/R-devel/bin",
        "CIE   -0.32168004",
        "Flight DL 1187 ATL-BOS 06:55",
    ],
)
def test_blanks_to_fill_in_and_figures_stay(text: str) -> None:
    assert REDACTOR.redact(text).text == text


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("the password is sunshine", "sunshine"),
        ("pw is bluewhale, dont tell", "bluewhale"),
        ("Das Passwort lautet Sonnenblume.", "Sonnenblume"),
        ("mot de passe : tournesol", "tournesol"),
        ("my pin is four four one seven", "four one"),
        ("PIN: vier sieben eins neun", "sieben"),
        ("The alarm code is 4-8-2-1", "4-8-2-1"),
        ("username sam password hunter", "hunter"),
    ],
)
def test_a_secret_may_be_a_word(text: str, gone: str) -> None:
    assert gone not in REDACTOR.redact(text).text


@pytest.mark.parametrize(
    "text",
    [
        "The password is wrong.",
        "the password is something you choose",
        "Das Passwort ist abgelaufen.",
        "I forgot my password, is anyone there?",
        "do you have the correct username and password selected",
        "the source code has one two three bugs",
        "the password is the same as before",
    ],
)
def test_what_is_said_of_a_password_stays(text: str) -> None:
    assert REDACTOR.redact(text).text == text
