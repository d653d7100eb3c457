"""Writes what Outlook writes: an OLE container of streams, and RTF as it compresses it."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SECTOR = 512
_NONE, _END, _IN_FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SMALLEST = 4096
"""Shorter streams would go into a stream of their own kind; these are filled up with zeros instead."""


def container(storages: Mapping[str, Mapping[str, bytes]]) -> bytes:
    """An OLE container of version 3. ``storages``: name ("" for the root) to its streams."""
    entries: list[tuple[str, int, bytes, int, int]] = [("Root Entry", 5, b"", _NONE, _NONE)]
    links: dict[int, list[int]] = {0: []}
    for storage, streams in storages.items():
        parent = 0
        if storage:
            parent = len(entries)
            links[0].append(parent)
            links[parent] = []
            entries.append((storage, 1, b"", _NONE, _NONE))
        for name, data in streams.items():
            links[parent].append(len(entries))
            entries.append((name, 2, data.ljust(_SMALLEST, b"\0"), _NONE, _NONE))
    directory_sectors = -(-len(entries) * 128 // _SECTOR)
    contents, fat = bytearray(), []
    starts: dict[int, int] = {}
    for number, (_, kind, data, _, _) in enumerate(entries):
        if kind == 2:
            count = -(-len(data) // _SECTOR)
            first = directory_sectors + len(fat)
            starts[number] = first
            fat += [*range(first + 1, first + count), _END]
            contents += data.ljust(count * _SECTOR, b"\0")
    chain = [*range(1, directory_sectors), _END, *fat]
    fat_sectors = 1
    while (len(chain) + fat_sectors) * 4 > fat_sectors * _SECTOR:
        fat_sectors += 1
    first_fat = len(chain)
    chain += [_IN_FAT] * fat_sectors
    table = b"".join(struct.pack("<I", one) for one in chain).ljust(fat_sectors * _SECTOR, b"\xff")
    directory = bytearray()
    for number, (name, kind, data, _, _) in enumerate(entries):
        child = links.get(number, [_NONE])[0] if links.get(number) else _NONE
        right = next((s[s.index(number) + 1] for s in links.values() if number in s[:-1]), _NONE)
        encoded = name.encode("utf-16-le") + b"\0\0"
        directory += encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded), kind, 1)
        directory += struct.pack("<III", _NONE, right, child) + bytes(36)
        directory += struct.pack("<IQ", starts.get(number, _END if kind != 1 else 0), len(data))
    directory = directory.ljust(directory_sectors * _SECTOR, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, 0, 0, _SMALLEST, _END, 0, _END, 0)
    header += b"".join(struct.pack("<I", first_fat + n) for n in range(fat_sectors)).ljust(436, b"\xff")
    return header + bytes(directory) + bytes(contents) + table


def properties(values: Mapping[int, tuple[int, bytes]], header: int) -> bytes:
    """The stream of properties of fixed length: id to (type, up to 8 bytes)."""
    entries = (struct.pack("<HHI", kind, id, 6) + data.ljust(8, b"\0") for id, (kind, data) in values.items())
    return bytes(header) + b"".join(entries)


def text_streams(values: Mapping[int, str]) -> dict[str, bytes]:
    """A stream for each text: id to text."""
    return {f"__substg1.0_{id:04X}001F": value.encode("utf-16-le") for id, value in values.items()}


def compressed(rtf: bytes) -> bytes:
    """RTF compressed as [MS-OXRTFCP] has it, without using its references (the shortest valid form of it)."""
    body = bytearray()
    for at in range(0, len(rtf), 8):
        body += b"\0" + rtf[at : at + 8]
    return struct.pack("<IIII", len(body) + 12, len(rtf), 0x75465A4C, 0) + bytes(body)


def package(values: Mapping[int, tuple[int, bytes]], text: bytes = b"") -> bytes:
    """A ``winmail.dat``: MAPI properties by id (type and value), among them a named one and one of several values."""
    named = (
        struct.pack("<HH", 0x1F, 0x8001) + bytes(16) + struct.pack("<II", 1, 6) + "ab\0".encode("utf-16-le") + b"\0\0"
    )
    named += struct.pack("<II", 1, 4) + "x\0".encode("utf-16-le")
    several = struct.pack("<HHIII", 0x1003, 0x3001, 2, 7, 8)
    fixed = struct.pack("<HHI", 3, 0x0E07, 1)
    body = named + several + fixed
    for id, (kind, value) in values.items():
        body += struct.pack("<HHII", kind, id, 1, len(value)) + value + bytes(-len(value) % 4)
    parts = [(0x9003, struct.pack("<I", len(values) + 3) + body)] + ([(0x800C, text)] if text else [])
    attributes = (struct.pack("<BHHI", 1, id, 6, len(data)) + data + bytes(2) for id, data in parts)
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)
