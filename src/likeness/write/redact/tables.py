"""Tables in text: a first row that names its columns tells what the values under it are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from likeness.write.redact.folding import folded
from likeness.write.redact.spans import Span

_COLUMNS: dict[str, tuple[str, re.Pattern[str]]] = {
    kind: (
        names,
        re.compile(shape),
    )
    for kind, names, shape in (
        ("password", "password passwort passwd pass pwd pw kennwort mot_de_passe mdp contraseña clave pin puk secret",
         r"(?=.*[\d\W])\S{4,80}"),
        ("phone", "phone tel telephone telefon mobile mobil handy téléphone portable teléfono móvil telefono cellulare "
         "cell fax phone_number", r"[+(]?\d[\d ()./-]{6,22}"),
        ("birth date", "dob birthdate date_of_birth birthday birth_date geburtsdatum geb geboren date_de_naissance "
         "naissance né_le fecha_nac fecha_de_nacimiento nacimiento data_di_nascita nascita nato_il",
         r"(?=.*\d).{6,20}"),
        ("id", "ssn social_security nino ni_number steuer_id idnr nir n°_sécu dni nif nie codice_fiscale cf passport "
         "passport_no passeport pasaporte passaporto reisepass ausweis licence license_no",
         r"(?=(?:.*\d){4})[\w .-]{6,24}"),
        ("account", "iban account account_no account_number acct konto kontonummer compte cuenta conto sort_code",
         r"(?=(?:.*\d){6})[\w -]{6,40}"),
        ("address", "address street adresse anschrift straße dirección domicilio indirizzo rue",
         r"(?=.*\d)(?=.*[^\W\d_]{3}).{6,80}"),
        ("vehicle", "plate license_plate licence_plate registration kennzeichen immatriculation matrícula targa vin",
         r"(?=.*\d)[\w -]{5,18}"),
        ("token", "token api_key apikey key access_key", r"(?=.*\d)\S{16,300}"),
    )
}  # fmt: skip
_KINDS = {folded(name): kind for kind, (names, _) in _COLUMNS.items() for name in names.split()}
_SEPARATORS = ("|", "\t", ";", ",")


def find(text: str) -> Iterator[Span]:
    """Yield the cells under columns that are named for personal data. ``text`` as ``view.plain_view`` gives it."""
    if "\n" not in text:
        return
    columns: dict[int, str] = {}
    separator, width, position = "", 0, 0
    for line in text.split("\n"):
        if not (separator and line.count(separator) == width):
            separator, columns = _header(line)
            width = line.count(separator) if separator else 0
        elif columns:
            yield from _cells(line, position, separator, columns)
        position += len(line) + 1


def _header(line: str) -> tuple[str, dict[int, str]]:
    if len(line) > 400:
        return "", {}
    for separator in _SEPARATORS:
        if separator in line:
            names = [re.sub(r"[\W_]+", "_", folded(cell.strip(" \t\"'*`"))) for cell in line.split(separator)]
            columns = {place: _KINDS[name] for place, name in enumerate(names) if name in _KINDS}
            # Every column of a header is named in a word or three, none of them a figure.
            named = all(len(name) <= 24 and not re.search(r"\d", name) for name in names)
            return (separator, columns) if columns and named else ("", {})
    return "", {}


def _cells(line: str, position: int, separator: str, columns: dict[int, str]) -> Iterator[Span]:
    for place, cell in enumerate(line.split(separator)):
        bare = cell.strip(" \t\r\"'*`")
        kind = columns.get(place)
        if kind and _COLUMNS[kind][1].fullmatch(bare) and not bare.startswith("["):
            start = position + cell.index(bare)
            yield Span(start, start + len(bare), kind)
        position += len(cell) + len(separator)
