"""The process in which a pickled checkpoint is read: ``python -m likeness.engines.checkpoint.worker``.
Arguments are the beginnings of classes' names whose objects are passed over.

The file is its standard input. Before it reads a byte it takes from itself the right to open anything, write to any
file, start a process, and use more than so much memory and processor time. It gives out, on standard output, messages
led by their kind (1 byte) and length (8 bytes, little-endian): ``H`` JSON with each tensor's ``name``, ``kind`` (dtype
as in safetensors) and ``shape``; then a ``T`` with the bytes of each; ``E`` at the end; or ``X``, a refusal in words.
"""

from __future__ import annotations

import codecs
import json
import os
import resource
import sys
from math import prod

from likeness.engines.checkpoint import pickles, torchfile
from likeness.engines.checkpoint.pickles import RefusedError

MEMORY_BYTES = 768 << 20
CPU_SECONDS = 60
LARGEST_MODEL = 2 << 30
LONGEST_NAME = 200
_CODECS = ("ascii", "utf-8", "latin-1", "cp437", "raw-unicode-escape", "unicode-escape")


def main() -> None:
    """Read the checkpoint on standard input and end."""
    try:
        _limit_process()
        _give_tensors()
    except RefusedError as error:
        _send(b"X", str(error).encode("utf-8", "replace"))
    except MemoryError:
        _send(b"X", b"reading it takes too much memory")
    sys.stdout.buffer.flush()


def _limit_process() -> None:
    """No further file, none written, no child, no core dump; bounded memory and processor time.

    macOS does not enforce a limit on address space; the parent watches resident memory there.
    """
    for name in _CODECS:  # they are modules, which cannot be found any more once no file can be opened
        codecs.lookup(name)
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 0,
    }
    for which, most in limits.items():
        try:
            resource.setrlimit(which, (most, most))
        except (ValueError, OSError):
            continue


def _give_tensors() -> None:
    source = sys.stdin.buffer
    value, reader = torchfile.opened(source, os.fstat(source.fileno()).st_size, sys.argv[1:])
    found = torchfile.tensors(value)
    total = 0
    for name, tensor in found.items():
        if len(name) > LONGEST_NAME:
            raise RefusedError(f"a tensor has a name of {len(name):,} characters")
        total += prod(tensor.shape) * pickles.BYTES[tensor.storage.kind]
    if total > LARGEST_MODEL:
        raise RefusedError(f"its tensors take {total >> 20:,} MB, over the limit of {LARGEST_MODEL >> 20:,} MB")
    told = [{"name": name, "kind": each.storage.kind, "shape": each.shape} for name, each in found.items()]
    _send(b"H", json.dumps(told).encode())
    for tensor in found.values():
        _send(b"T", reader(tensor))
    _send(b"E", b"")


def _send(kind: bytes, payload: bytes) -> None:
    sys.stdout.buffer.write(kind + len(payload).to_bytes(8, "little"))
    sys.stdout.buffer.write(payload)


if __name__ == "__main__":
    main()
