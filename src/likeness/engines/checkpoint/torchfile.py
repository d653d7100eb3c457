"""PyTorch's two forms of checkpoint, opened as data: the ZIP archive (since 1.6) and the older row of pickles.

ZIP: ``NAME/data.pkl`` is a pickle whose tensors refer to ``NAME/data/KEY``, each stored uncompressed.
Older: a magic number, the protocol's version and the system's sizes, each pickled; the pickle of the value; the pickled
list of keys; for each key the count of numbers (8 bytes) and the numbers. Both little-endian.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, BinaryIO

from likeness.engines.checkpoint import pickles
from likeness.engines.checkpoint.pickles import RefusedError, Tensor

MAGIC = 0x1950A86A20F9469CFC6C
LARGEST_PICKLE = 64 << 20
MOST_RECORDS = 100_000

Reader = Callable[[Tensor], bytes]


def opened(source: BinaryIO, size: int, inert: Sequence[str] = ()) -> tuple[Any, Reader]:
    """The value in a checkpoint of ``size`` bytes, its tensors as :class:`Tensor`, and what reads a tensor's bytes.
    Objects of classes whose names begin as one of ``inert`` are passed over.

    Raises :class:`RefusedError`.
    """
    lead = source.read(4)
    source.seek(0)
    if lead == b"PK\x03\x04":
        return _archive(source, size, inert)
    if lead[:1] == b"\x80":
        return _row(source, size, inert)
    raise RefusedError("it is no PyTorch checkpoint")


def tensors(value: Any, item: str = "model") -> Mapping[str, Tensor]:
    """The tensors by name: of the dictionary under ``item``, or of the value itself where there is no such item.

    Raises :class:`RefusedError` when something else than a tensor is among them.
    """
    held = value.get(item, value) if type(value) is dict else value
    if type(held) is not dict or not held:
        raise RefusedError("it holds no dictionary of tensors")
    for name, found in held.items():
        if type(name) is not str or not isinstance(found, Tensor):
            raise RefusedError(f"{str(name)[:80]!r} in it is {type(found).__name__} and no tensor")
    return held


def span(tensor: Tensor) -> tuple[int, int]:
    """Where a tensor's bytes begin and end in its storage. Raises :class:`RefusedError` unless they lie in one row and
    inside."""
    width, expected = pickles.BYTES[tensor.storage.kind], 1
    if len(tensor.strides) != len(tensor.shape):
        raise RefusedError("a tensor has another number of strides than of dimensions")
    for length, stride in zip(reversed(tensor.shape), reversed(tensor.strides), strict=True):
        if length > 1 and stride != expected:
            raise RefusedError("a tensor's numbers do not lie in one row")
        expected *= max(length, 1)
    count = prod(tensor.shape)
    if tensor.offset + count > tensor.storage.numbers:
        raise RefusedError("a tensor is larger than what it is stored in")
    return tensor.offset * width, (tensor.offset + count) * width


def _archive(source: BinaryIO, size: int, inert: Sequence[str]) -> tuple[Any, Reader]:
    try:
        archive = zipfile.ZipFile(source)
        records = archive.infolist()
        if len(records) > MOST_RECORDS:
            raise RefusedError(f"it has {len(records):,} records")
        for record in records:
            if record.compress_type != zipfile.ZIP_STORED or record.flag_bits & 1:
                raise RefusedError(f"{record.filename[:80]!r} in it is compressed or encrypted; PyTorch does neither")
        if sum(record.file_size for record in records) > size:
            raise RefusedError("its records overlap: together they are larger than the file")
        pickled = [record for record in records if record.filename.endswith("/data.pkl")]
        if len(pickled) != 1:
            raise RefusedError(f"it has {len(pickled)} records called data.pkl instead of one")
        if pickled[0].file_size > LARGEST_PICKLE:
            raise RefusedError(f"its data.pkl is over {LARGEST_PICKLE >> 20} MB")
        root = pickled[0].filename.removesuffix("data.pkl")
        order = [record for record in records if record.filename == f"{root}byteorder"]
        if order and archive.read(order[0])[:16] != b"little":
            raise RefusedError("its numbers are not little-endian")
        value = pickles.read(io.BytesIO(archive.read(pickled[0])), inert)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, ValueError, EOFError) as error:
        raise RefusedError(f"it is damaged: {error}") from None

    def reader(tensor: Tensor) -> bytes:
        start, end = span(tensor)
        try:
            with archive.open(f"{root}data/{tensor.storage.key}") as record:
                record.seek(start)
                found = record.read(end - start)
        except (KeyError, zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
            raise RefusedError(f"a tensor's numbers cannot be read: {error}") from None
        return _whole(found, end - start)

    return value, reader


def _row(source: BinaryIO, size: int, inert: Sequence[str]) -> tuple[Any, Reader]:
    if pickles.read(source) != MAGIC:
        raise RefusedError("it is a pickle, but no PyTorch checkpoint")
    if pickles.read(source) != 1001:
        raise RefusedError("it is of a version of PyTorch's older form that is not known")
    sizes = pickles.read(source)
    if type(sizes) is not dict or sizes.get("little_endian") is not True:
        raise RefusedError("its numbers are not little-endian")
    value = pickles.read(source, inert)
    keys = pickles.read(source)
    if type(keys) is not list or not all(type(key) is str for key in keys):
        raise RefusedError("it is damaged: it does not tell its records")
    kinds = {tensor.storage.key: tensor.storage.kind for tensor in _found(value)}
    places: dict[str, tuple[int, int]] = {}
    for key in keys:
        count = int.from_bytes(source.read(8), "little")
        length = count * pickles.BYTES[kinds.get(key, "F32")]
        start = source.tell()
        if start + length > size:
            raise RefusedError("it is cut off")
        places[key] = start, length
        source.seek(start + length)

    def reader(tensor: Tensor) -> bytes:
        start, end = span(tensor)
        begin, length = places.get(tensor.storage.key, (0, 0))
        if end > length:
            raise RefusedError("a tensor is larger than what it is stored in")
        source.seek(begin + start)
        return _whole(source.read(end - start), end - start)

    return value, reader


def _found(value: Any) -> list[Tensor]:
    """Every tensor in a value, however deep."""
    found, seen, left = [], set(), [value]
    while left:
        each = left.pop()
        if isinstance(each, Tensor):
            found.append(each)
        elif type(each) in (dict, list, tuple) and id(each) not in seen:
            seen.add(id(each))
            left.extend(each.values() if type(each) is dict else each)
    return found


def _whole(found: bytes, expected: int) -> bytes:
    if len(found) != expected:
        raise RefusedError("it is cut off")
    return found
