"""Android's encrypted backup (``signal-2024-03-01-10-00-00.backup``): frames, decrypted one by one.

    length (4 bytes, big endian) header frame in clear: IV (16), salt, version
    then per frame: length, ciphertext, the first 10 bytes of its HMAC-SHA256

The key comes from the 30 digits by 250,000 rounds of SHA-512 and HKDF-SHA256 ("Backup Export"): 32 bytes for
AES-256-CTR, 32 for the HMAC. The first four bytes of the IV are a counter, which every frame and every attachment
raises by one. From version 1 on the length is encrypted too, and part of what the HMAC covers. Attachments, stickers
and avatars follow their frame as raw ciphertext with an HMAC of their own (over the IV too); they are passed over
unread, but for those that are asked for.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from likeness.core.errors import EngineMissing, InputError
from likeness.sources.signal import protobuf

Value = str | int | float | bytes | None
_ROUNDS = 250_000
_MAC_BYTES = 10
_HEADER_LIMIT = 1024
_FRAME_LIMIT = 64 << 20
_HEADER, _STATEMENT, _ATTACHMENT, _END, _AVATAR, _STICKER = 1, 2, 4, 6, 7, 8
_LENGTH_FIELD = {_ATTACHMENT: 3, _AVATAR: 2, _STICKER: 2}
_INSTALL = "pip install 'likeness[signal]'"
_Decrypt = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Header:
    """What a backup begins with."""

    iv: bytes
    salt: bytes
    version: int
    end: int
    """Where the frames begin, in bytes."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement with its parameters."""

    sql: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """The content of an attachment that was asked for, and the id of its row."""

    row: int
    data: bytes


class Damaged(Exception):
    """The backup is cut off or changed from some frame on."""


def header(path: Path) -> Header | None:
    """The header of a backup; ``None`` for any other file."""
    try:
        with path.open("rb") as handle:
            size = int.from_bytes(handle.read(4), "big")
            data = handle.read(size) if 20 <= size <= _HEADER_LIMIT else b""
    except OSError:
        return None
    try:
        frame = list(protobuf.fields(data)) if size and len(data) == size else []
        if len(frame) != 1 or frame[0][0] != _HEADER or not isinstance(frame[0][1], bytes):
            return None
        found = dict(protobuf.fields(frame[0][1]))
    except ValueError:
        return None
    iv, salt, version = found.get(1), found.get(2, b""), found.get(3, 0)
    if not isinstance(iv, bytes) or len(iv) != 16 or not isinstance(salt, bytes) or not isinstance(version, int):
        return None
    return Header(iv, salt, version, 4 + size)


class Backup:
    """Reads one backup; ``position`` counts the bytes passed so far.

    Raises :class:`InputError` for a wrong passphrase before anything is given out, and :class:`EngineMissing` without
    the library that decrypts.
    """

    def __init__(self, path: Path, passphrase: str) -> None:
        found = header(path)
        if found is None:
            raise InputError(f"{path.name} is no Signal backup", hint="give the file signal-….backup as Signal made it")
        if found.version > 1:
            raise InputError(
                f"{path.name} is a backup of version {found.version}; versions 0 and 1 are known",
                hint="export the chats as JSON in Signal (Settings, Chats) and import that",
            )
        self._path = path
        self._header = found
        self._cipher_key, self._mac_key = _keys(passphrase, found.salt)
        self._counter = int.from_bytes(found.iv[:4], "big")
        self._decryptor = _aes()
        self.position = 0

    def items(self, wanted: Callable[[int, int], bool] = lambda row, length: False) -> Iterator[Statement | Attachment]:
        """Each SQL statement, in order, and after its row each attachment that is ``wanted`` (row's id, length).

        Raises :class:`Damaged` where the file is cut off or was changed.
        """
        size = self._path.stat().st_size
        with self._path.open("rb") as handle:
            handle.seek(self._header.end)
            first = True
            while True:
                try:
                    frame = self._frame(handle, size)
                    found = list(protobuf.fields(frame))
                except (Damaged, ValueError) as error:
                    if first:
                        raise InputError(
                            f"the passphrase does not open {self._path.name}",
                            hint="check the 30 digits; they belong to the backup's own phone and time",
                        ) from None
                    raise Damaged(str(error)) from None
                first = False
                self.position = handle.tell()
                for number, value in found:
                    if number == _END:
                        return
                    if not isinstance(value, bytes):
                        continue
                    if number == _STATEMENT:
                        yield _statement(value)
                    elif number in _LENGTH_FIELD:
                        row, length = self._attached(handle, value, _LENGTH_FIELD[number], size)
                        if number == _ATTACHMENT and wanted(row, length):
                            yield Attachment(row, self._content(handle, length))
                        else:
                            self._next_iv()
                            handle.seek(length + _MAC_BYTES, os.SEEK_CUR)

    def _frame(self, handle: BinaryIO, size: int) -> bytes:
        decrypt = self._decryptor(self._cipher_key, self._next_iv())
        mac = hmac.new(self._mac_key, digestmod=hashlib.sha256)
        written = handle.read(4)
        if len(written) != 4:
            raise Damaged("the end of the backup is missing")
        if self._header.version >= 1:
            mac.update(written)
            written = decrypt(written)
        length = int.from_bytes(written, "big")
        if not _MAC_BYTES < length <= min(_FRAME_LIMIT, size - handle.tell()):
            raise Damaged("a frame is longer than what follows")
        data = handle.read(length)
        mac.update(data[:-_MAC_BYTES])
        if not hmac.compare_digest(mac.digest()[:_MAC_BYTES], data[-_MAC_BYTES:]):
            raise Damaged("a frame does not match its check")
        return decrypt(data[:-_MAC_BYTES])

    def _attached(self, handle: BinaryIO, value: bytes, field: int, size: int) -> tuple[int, int]:
        """The id of the row and the length in bytes of what follows an attachment's frame."""
        try:
            found = dict(protobuf.fields(value))
        except ValueError as error:
            raise Damaged(str(error)) from None
        row, length = found.get(1, 0), found.get(field, 0)
        if not isinstance(length, int) or handle.tell() + length + _MAC_BYTES > size:
            raise Damaged("an attachment is longer than what follows")
        return row if isinstance(row, int) else 0, length

    def _content(self, handle: BinaryIO, length: int) -> bytes:
        iv = self._next_iv()
        data = handle.read(length)
        if not hmac.compare_digest(
            hmac.digest(self._mac_key, iv + data, "sha256")[:_MAC_BYTES], handle.read(_MAC_BYTES)
        ):
            raise Damaged("an attachment does not match its check")
        return self._decryptor(self._cipher_key, iv)(data)

    def _next_iv(self) -> bytes:
        iv = (self._counter & 0xFFFFFFFF).to_bytes(4, "big") + self._header.iv[4:]
        self._counter += 1
        return iv


def _statement(data: bytes) -> Statement:
    sql = ""
    values: list[Value] = []
    try:
        for number, value in protobuf.fields(data):
            if isinstance(value, bytes) and number == 1:
                sql = value.decode("utf-8", "replace")
            elif isinstance(value, bytes) and number == 2:
                values.append(_parameter(value))
    except ValueError as error:
        raise Damaged(str(error)) from None
    return Statement(sql, tuple(values))


def _parameter(data: bytes) -> Value:
    for number, value in protobuf.fields(data):
        if number == 1 and isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if number == 2 and isinstance(value, int):
            return protobuf.signed(value)
        if number == 3 and isinstance(value, bytes) and len(value) == 8:
            return protobuf.double(value)
        if number == 4 and isinstance(value, bytes):
            return value
    return None


def _keys(passphrase: str, salt: bytes) -> tuple[bytes, bytes]:
    """The keys of cipher and HMAC."""
    digits = passphrase.encode("ascii")
    digest = hashlib.sha512(salt)
    rolling = digits
    for _ in range(_ROUNDS):
        digest.update(rolling)
        digest.update(digits)
        rolling = digest.digest()
        digest = hashlib.sha512()
    extracted = hmac.digest(bytes(32), rolling[:32], "sha256")
    first = hmac.digest(extracted, b"Backup Export\x01", "sha256")
    return first, hmac.digest(extracted, first + b"Backup Export\x02", "sha256")


def _aes() -> Callable[[bytes, bytes], _Decrypt]:
    """AES-256 in counter mode. Imported here, because only a backup needs it."""
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    except ImportError:
        raise EngineMissing("reading a Signal backup needs the library cryptography", hint=_INSTALL) from None

    def decryptor(key: bytes, iv: bytes) -> _Decrypt:
        return Cipher(algorithms.AES(key), modes.CTR(iv)).decryptor().update

    return decryptor
