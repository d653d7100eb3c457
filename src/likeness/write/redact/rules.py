"""Which words announce which values, and of what kind those are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from likeness.write.redact import shapes
from likeness.write.redact.announcing_words import (
    BEING,
    BORN,
    CHASSIS_WORDS,
    CODES,
    DEVICE,
    DEVICE_GAP,
    ENTERING,
    GAP,
    KIND_OF,
    LOCKED,
    OPENED,
    OWNED,
    PAPERS,
    SECRETS,
    VEHICLE,
    VEHICLE_WEAK,
    WORDS_BETWEEN,
)
from likeness.write.redact.folding import folded, loosened

_LINKING = rf"[\s,.!)\]]{{0,6}}(?:[(\[]|(?:{BEING})?(?:\s(?:{OWNED})){{0,2}}\s(?:{KIND_OF})?)"


@dataclass(frozen=True, slots=True)
class Rule:
    """``words`` that announce, the ``shape`` of the value, what else must hold of it, and what kind it is. ``free``:
    what else may stand between. ``after``: the word may also follow the value.

    A text is looked at only if it has one of ``stems`` somewhere or one of ``short`` as a word: a hundred times cheaper
    than the expressions, and as good as long as every one of ``words`` has one."""

    kind: str
    words: str
    shape: str
    holds: Callable[[str, str], bool]
    stems: str
    short: str = ""
    free: str = ""
    after: bool = False
    flags: re.RegexFlag = re.I
    gap: str = GAP

    def patterns(self) -> Iterator[re.Pattern[str]]:
        """The expressions with the groups ``gap`` and ``value``."""
        announcing = f"(?i:{loosened(self.words)})"
        value = rf"(?P<value>(?{'i' if self.flags else '-i'}:{self.shape}))"
        between = rf"(?P<gap>{self.gap}" + (f"|{self.free})" if self.free else ")")
        yield re.compile(rf"(?<!\w){announcing}(?!\w)(?:['’]s)?(?i:{between})(?<!\w){value}")
        if self.after:
            yield re.compile(rf"(?<![\w.-])(?P<gap>){value}(?i:{_LINKING}){announcing}(?!\w)")

    def gate(self) -> tuple[tuple[str, ...], frozenset[str]]:
        """``stems`` and ``short`` as ``folded`` text has them."""
        return tuple(folded(self.stems).replace("_", " ").split(",")), frozenset(folded(self.short).split())


RULES = (
    Rule(
        "id", PAPERS, shapes.PAPER, shapes.is_paper, after=True, free=r"[^\d.!?\n]{0,32}\n?\s{0,4}",
        flags=re.NOFLAG,
        stems="passport,licen,reisepass,passdaten,pass-n,passn,ausweis,führerschein,passeport,permis,carte,séjour,"
        "pasaporte,carnet,passaport,patente,carta,paspoort,rijbewijs,insurance,social,steuer,identifikation,id-nr,"
        "idnr,versicherung,versicherten,sécu,fisc,sanitaria,burgerservice,pesel,personnummer,aadhaar,medicare,tax,"
        "identité,travel,perso,rvnr,rv-n,sv-n,rvnum,svn,vitale,afiliación,c.i,c. i,n° ss,n°ss,nº ss,nºss",
        short="dl ktn cni ni nino ssn sin nhs tfn nir dni nif nie cf bsn dvla cie nuss",
    ),
    Rule(
        "vehicle", VEHICLE, shapes.PLATE, shapes.is_plate, free=WORDS_BETWEEN, after=True,
        stems="plate,registration,kennzeichen,nummernschild,immat,plaque,matrícula,placa,targa,kenteken",
        short="reg tag tags",
    ),
    Rule(
        "vehicle", CHASSIS_WORDS, r"[A-HJ-NPR-Z0-9]{17}(?!\w)", shapes.is_chassis,
        free=WORDS_BETWEEN, after=True, stems="chassis,vehicle,fahrgestell,châssis,bastidor,telaio", short="vin fin",
    ),
    Rule(
        "vehicle", VEHICLE_WEAK, shapes.PLATE, shapes.is_plate, free=r"(?:\s(?:for|für|de|del|al|per|pour)\b)?\s{0,2}",
        flags=re.NOFLAG, stems="parking,vehic,vehíc,véhic,veicol,fahrzeug,wagen,parkausweis,multa",
    ),
    Rule(
        "birth date", BORN, shapes.DATE, shapes.is_any, free=WORDS_BETWEEN, after=True,
        stems="d.o,do.b,dob,birth,born,b-day,bday,geboren,geburts,geb.,naissance,naiss,anniversaire,nacimiento,"
        "nacid,nació,cumple,compi,nascit,nascid,nasc.,nacque,complean,nascimento,geboorte,nac.,né(,née(,fecha,anniv,"
        "soy del,geb-,gebd,gebt",
        short="geb né née nac nasc nací nato nata",
    ),
    Rule(
        "password", CODES, shapes.PIN, shapes.is_code, after=True, free=r"[^\d.!?\n]{0,40}[:=(]\s{0,9}\(?",
        stems="digicode,keypad,geheimzahl,code,alarm,combin,combo,kombination,código,codice,clave,numero,prüfziffer,"
        "ntsperr,prüfnummer,crypto,entsperr",
        short="pin puk cvv cvc tan otp csc",
    ),
    Rule(
        "password", LOCKED, shapes.PIN, shapes.is_code, free=r"[^\d.!?\n+*=<>&(){}]{0,40}[(]?\s{0,9}",
        stems="lock,keypad,keysafe,key safe,the safe,our safe,my safe,hotel safe,room safe,der safe,im safe,code,"
        "combin,combo,coffre,fuerte,cadenas,candado,lucchetto,cassaforte,tresor,schloss,kombination,código,clave,"
        "codice,sim-pin,simpin,sim-karte,simkarte",
        short="pin",
    ),
    Rule(
        "password", OPENED, shapes.LONG_PIN, shapes.is_any, stems=(
            "open,unlock,geht,öffnet,abre,apri,apre,ouvre,desbloquea,sblocca,déverrouille,lässt,entsperr"
        ),
        short="hat tiene ha", gap=r"(?:\s(?:the|der|die|dem|den|il|el|le|la|al))?\s",
    ),
    Rule(
        "password", DEVICE, shapes.LONG_PIN, shapes.is_code, gap=DEVICE_GAP,
        stems="alarm,allarme,interphone,citofono,portero,cassaforte,coffre,fuerte,tresor,schließfach,schlüssel,"
        "keysafe,key safe,lock,keybox,key box,boîte,clavier,keypad,tastierino,portail,portone,cancello,gate,digicode",
    ),
    Rule(
        "password", ENTERING, shapes.LONG_PIN, shapes.is_code, gap=r"[ \t]+",
        stems="pulsa,teclea,digita,premi,faites,taper,tapez,compose,drück,key in",
        short="marca fai faire fais tape dial press type punch enter tipp tippe",
    ),
    Rule(
        "token", SECRETS, shapes.KEY, shapes.is_mixed, free=r"[^\d.!?\n]{0,30}",
        stems="key,token,secret,secrète,privée,privada,jeton,bearer,cléapi,clépriv,clave,llave,chiave,schlüssel,webhook",
        short="clé clés",
    ),
    Rule(
        "token", r"(?:api[ -]?)?keys?|schlüssel|clés?|clave(?: api)?|llave|chiave(?: api)?",
        r"[A-Za-z0-9_-]{32,200}(?!\w)", shapes.is_mixed, after=True, free=r"[^\d.!?\n]{0,30}",
        stems="key,schlüssel,clave,llave,chiave",
        short="clé clés",
    ),
)  # fmt: skip
"""Numbers of papers, plates, chassis, dates of birth, codes of locks, and keys."""
