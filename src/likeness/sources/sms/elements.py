"""The elements of a backup: ``sms`` and ``mms`` with its parts and addresses, from a stream of any size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat  # nosec: entities are refused below

from likeness.core.types import Skipped
from likeness.sources.sms import repair

_NEXT = re.compile(rb"<(?:sms|mms)[\s>]")
_ROOT = b"<smses>"
_TEXTS_LIMIT = 1 << 20


@dataclass(slots=True)
class Element:
    """One message: its kind ("sms", "mms"), attributes, the texts of its parts and its (type, address) pairs."""

    kind: str
    number: int
    values: dict[str, str]
    texts: list[str] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        """An attribute; the app writes "null" for none."""
        value = self.values.get(name, "")
        return "" if value == "null" else value


class _EntitiesDeclared(Exception):
    """The file declares entities, which no backup does."""


class Backup:
    """Reads one file; ``position`` counts the bytes taken so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.position = 0
        self._number = 0
        self._found: list[Element] = []
        self._open: Element | None = None

    def elements(self) -> Iterator[Element | Skipped]:
        """Each message in the file's order. Damage costs the message it is in and is said; reading goes on after it."""
        with self._path.open("rb") as handle:
            parser, fed, lost = self._parser(), 0, False
            for piece in repair.pieces(handle, self._count):
                while piece:
                    if lost:
                        resumed = _NEXT.search(piece)
                        if resumed is None:
                            break
                        piece = piece[resumed.start() :]
                        parser, fed, lost = self._parser(), len(_ROOT), False
                        parser.Parse(_ROOT, False)
                    try:
                        parser.Parse(piece, False)
                    except _EntitiesDeclared:
                        yield Skipped("XML that declares entities", self._where(), bad=True)
                        return
                    except expat.ExpatError as error:
                        yield from self._taken()
                        yield Skipped("damaged XML", self._where(), bad=True, detail=expat.ErrorString(error.code))
                        piece, lost, self._open = piece[max(parser.ErrorByteIndex - fed, 0) + 1 :], True, None
                        continue
                    fed += len(piece)
                    piece = b""
                    yield from self._taken()
            yield from self._end(parser, lost)

    def _end(self, parser: expat.XMLParserType, lost: bool) -> Iterator[Element | Skipped]:
        if lost:
            return
        try:
            parser.Parse(b"", True)
        except (expat.ExpatError, _EntitiesDeclared):
            yield from self._taken()
            yield Skipped("truncated file", self._where(), bad=True, detail="the end of the backup is missing")
        yield from self._taken()

    def _parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._close
        parser.EntityDeclHandler = self._refuse
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        return parser

    @staticmethod
    def _refuse(*_: object) -> None:
        raise _EntitiesDeclared

    def _start(self, name: str, values: dict[str, str]) -> None:
        if name in ("sms", "mms"):
            self._number += 1
            self._open = Element(name, self._number, values)
        elif self._open is None:
            return
        elif name == "part":
            kind = values.get("ct", "").split(";")[0].strip().lower()
            text = values.get("text", "")
            if kind == "text/plain" and text not in ("", "null") and len(text) <= _TEXTS_LIMIT:
                self._open.texts.append(text)
        elif name == "addr":
            self._open.addresses.append((values.get("type", ""), values.get("address", "")))

    def _close(self, name: str) -> None:
        if name in ("sms", "mms") and self._open is not None:
            self._found.append(self._open)
            self._open = None

    def _taken(self) -> list[Element]:
        found, self._found = self._found, []
        return found

    def _count(self, size: int) -> None:
        self.position += size

    def _where(self) -> str:
        return f"{self._path.name}:after message {self._number}"
