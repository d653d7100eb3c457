"""A pickle, read as data: nothing in it is imported, called or changed.

A pickle is a program for a stack machine. This machine knows only what tensors and dictionaries are made of, and makes
values of this module for them; Python's own unpickler takes no part. Everything else is refused, with what was found:
any other global, any call of one, instances, extension codes, sets, buffers. ``pickletools`` splits the bytes into
operations and executes none. The format: https://docs.python.org/3/library/pickletools.html
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

MOST_OPERATIONS = 500_000
"""The published checkpoint has some twenty thousand."""
_LONGEST_FOUND = 80


class RefusedError(Exception):
    """The file holds what is never read, is damaged, or is over a limit."""


@dataclass(frozen=True, slots=True)
class Global:
    """A name that is allowed to stand in a checkpoint. It is a name here and nothing more."""

    name: str


@dataclass(frozen=True, slots=True)
class Inert:
    """Where an object of the class ``name`` stood that the reader was told to pass over. Nothing of it is kept."""

    name: str


@dataclass(frozen=True, slots=True)
class Storage:
    """Where numbers lie in the file: ``key`` names the record, ``kind`` is a dtype as safetensors writes it."""

    key: str
    kind: str
    numbers: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """A view of a storage, in numbers and not in bytes."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


KINDS = {
    "DoubleStorage": "F64",
    "FloatStorage": "F32",
    "HalfStorage": "F16",
    "BFloat16Storage": "BF16",
    "LongStorage": "I64",
    "IntStorage": "I32",
    "ShortStorage": "I16",
    "CharStorage": "I8",
    "ByteStorage": "U8",
    "BoolStorage": "BOOL",
}
BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
_ORDERED = "collections.OrderedDict"
_REBUILD = "torch._utils._rebuild_tensor_v2"
_PARAMETER = "torch._utils._rebuild_parameter"
_SIZE = "torch.Size"
_DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")
ALLOWED = frozenset([_ORDERED, _REBUILD, _PARAMETER, _SIZE, *(f"torch.{name}" for name in (*KINDS, *_DTYPES))])
_MARK = object()
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_NUMBERS = frozenset(("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"))
_TEXTS = frozenset(("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"))
_BYTES = frozenset(("STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"))
_LITERALS = _NUMBERS | _TEXTS | _BYTES
_NO_EFFECT = frozenset(("PROTO", "FRAME"))


def read(source: BinaryIO, inert: Sequence[str] = ()) -> Any:
    """The value of the pickle that begins where ``source`` stands, which is left behind its end.

    Values are numbers, strings, bytes, lists, tuples and dictionaries, and this module's. Objects of classes whose
    names begin as one of ``inert`` become :class:`Inert`. Raises :class:`RefusedError`, and nothing is run, whatever
    the bytes are.
    """
    machine = _Machine(tuple(inert))
    operations = 0
    try:
        for operation, argument, position in pickletools.genops(source):
            operations += 1
            if operations > MOST_OPERATIONS:
                raise RefusedError(f"it has over {MOST_OPERATIONS:,} operations")
            if operation.name == "STOP":
                return machine.pop()
            machine.step(operation.name, argument, position or 0)
    except RefusedError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise RefusedError(f"it is damaged: {type(error).__name__}: {str(error)[:_LONGEST_FOUND]}") from None
    raise RefusedError("it is damaged: it has no end")


class _Machine:
    """The stack, the marks on it, and what was memoised."""

    def __init__(self, inert: tuple[str, ...]) -> None:
        self._inert = inert
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._steps: dict[str, Callable[[Any], None]] = dict(self._table())

    def _table(self) -> Iterator[tuple[str, Callable[[Any], None]]]:
        push, pop = self._stack.append, self.pop
        yield "MARK", lambda _: push(_MARK)
        yield "POP", lambda _: self._drop()
        yield "POP_MARK", lambda _: self._drop(marked=True)
        yield "DUP", lambda _: push(self._stack[-1])
        yield "EMPTY_LIST", lambda _: push([])
        yield "EMPTY_TUPLE", lambda _: push(())
        yield "EMPTY_DICT", lambda _: push({})
        yield "LIST", lambda _: push(self._marked())
        yield "TUPLE", lambda _: push(tuple(self._marked()))
        yield "TUPLE1", lambda _: push((pop(),))
        yield "TUPLE2", lambda _: push(self._several(2))
        yield "TUPLE3", lambda _: push(self._several(3))
        yield "DICT", lambda _: push(_filled({}, self._marked()))
        yield "APPEND", lambda _: self._extend([pop()])
        yield "APPENDS", lambda _: self._extend(self._marked())
        yield "SETITEM", lambda _: self._set(list(self._several(2)))
        yield "SETITEMS", lambda _: self._set(self._marked())
        yield "MEMOIZE", lambda _: self._memo.__setitem__(len(self._memo), self._top())
        for name in ("PUT", "BINPUT", "LONG_BINPUT"):
            yield name, lambda index: self._memo.__setitem__(index, self._top())
        for name in ("GET", "BINGET", "LONG_BINGET"):
            yield name, lambda index: push(self._memo[index])
        yield "GLOBAL", lambda name: push(self._named(name.replace(" ", ".", 1)))
        yield "STACK_GLOBAL", lambda _: push(self._named(_joined(*self._several(2))))
        yield "REDUCE", lambda _: push(_called(*self._several(2)))
        yield "NEWOBJ", lambda _: push(_made(*self._several(2)))
        yield "BUILD", lambda _: self._build()
        yield "BINPERSID", lambda _: push(_stored(pop()))

    def step(self, name: str, argument: Any, position: int) -> None:
        """Do one operation."""
        if name in _NO_EFFECT:
            return
        if name in _CONSTANTS or name in _LITERALS:
            self._stack.append(_CONSTANTS.get(name, argument))
        elif name in self._steps:
            self._steps[name](argument)
        else:
            told = f" ({_shown(argument)})" if argument is not None else ""
            raise RefusedError(f"it holds the operation {name}{told} at byte {position}, which no tensor needs")

    def pop(self) -> Any:
        """The value on top, which must not be a mark."""
        value = self._stack.pop()
        if value is _MARK:
            raise ValueError("a value is missing")
        return value

    def _drop(self, *, marked: bool = False) -> None:
        if marked:
            self._marked()
        else:
            self._stack.pop()

    def _top(self) -> Any:
        if self._stack[-1] is _MARK:
            raise ValueError("a value is missing")
        return self._stack[-1]

    def _several(self, count: int) -> tuple[Any, ...]:
        return tuple(reversed([self.pop() for _ in range(count)]))

    def _marked(self) -> list[Any]:
        """What lies above the last mark, taken off with it."""
        found = []
        while (value := self._stack.pop()) is not _MARK:
            found.append(value)
        return found[::-1]

    def _extend(self, values: list[Any]) -> None:
        target = self._top()
        if type(target) is not list:
            raise ValueError("a list is missing")
        target.extend(values)

    def _set(self, values: list[Any]) -> None:
        target = self._top()
        if type(target) is not dict:
            raise ValueError("a dictionary is missing")
        _filled(target, values)

    def _named(self, name: str) -> Global | Inert:
        if self._inert and name.startswith(self._inert):
            return Inert(name)
        return _allowed(name)

    def _build(self) -> None:
        """The state of an object. Ordered dictionaries have one (``_metadata``), and what is inert; it is left out."""
        self.pop()
        if type(self._top()) not in (dict, Inert):
            raise RefusedError(f"it sets the state of {_shown(self._top())}")


def _filled(target: dict[Any, Any], values: list[Any]) -> dict[Any, Any]:
    if len(values) % 2:
        raise ValueError("a key without a value")
    for key, value in zip(values[::2], values[1::2], strict=True):
        if type(key) not in (str, int):
            raise RefusedError(f"a dictionary has the key {_shown(key)}")
        target[key] = value
    return target


def _joined(module: Any, name: Any) -> str:
    if type(module) is not str or type(name) is not str:
        raise ValueError("a name is missing")
    return f"{module}.{name}"


def _allowed(name: str) -> Global:
    if name not in ALLOWED:
        raise RefusedError(f"it names {_shown(name)}, which no tensor needs")
    return Global(name)


def _called(function: Any, arguments: Any) -> Any:
    """What calling one of the allowed globals would give, as data."""
    if isinstance(function, Inert):
        return function
    if not isinstance(function, Global) or type(arguments) is not tuple:
        raise RefusedError(f"it calls {_shown(function)}")
    if function.name == _ORDERED and len(arguments) <= 1:
        pairs = arguments[0] if arguments else []
        return _filled({}, [part for key, value in pairs for part in (key, value)])
    if function.name == _SIZE and len(arguments) == 1:
        return _sizes(arguments[0])
    if function.name == _PARAMETER and isinstance(arguments[0], Tensor):
        return arguments[0]
    if function.name == _REBUILD and len(arguments) >= 4 and isinstance(arguments[0], Storage):
        storage, offset, shape, strides = arguments[:4]
        return Tensor(storage, _natural(offset), _sizes(shape), _sizes(strides))
    raise RefusedError(f"it calls {function.name} as no checkpoint does")


def _made(kind: Any, arguments: Any) -> Inert:
    """An object of a class: only of those that are passed over."""
    if not isinstance(kind, Inert) or type(arguments) is not tuple:
        raise RefusedError(f"it makes an object of {_shown(kind)}, which no tensor needs")
    return kind


def _stored(told: Any) -> Storage:
    """``("storage", type, key, device, how many numbers)``, the one kind of reference that checkpoints have."""
    if type(told) is not tuple or len(told) < 5 or told[0] != "storage" or not isinstance(told[1], Global):
        raise RefusedError(f"it refers to {_shown(told)}")
    kind = KINDS.get(told[1].name.removeprefix("torch."))
    if kind is None or type(told[2]) is not str:
        raise RefusedError(f"it refers to a storage of {_shown(told[1].name)}")
    return Storage(told[2], kind, _natural(told[4]))


def _sizes(value: Any) -> tuple[int, ...]:
    if type(value) not in (tuple, list) or len(value) > 8:
        raise ValueError("a shape is missing")
    return tuple(map(_natural, value))


def _natural(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 62:
        raise ValueError("a size is missing")
    return value


def _shown(value: Any) -> str:
    """A found value, short and on one line; of one that may be deep, or refer to itself, only the kind."""
    if isinstance(value, Global):
        return value.name
    if isinstance(value, str | int | float | bytes):
        return ascii(value[:_LONGEST_FOUND] if isinstance(value, str | bytes) else value)[: _LONGEST_FOUND + 10]
    return f"a value of kind {type(value).__name__}"
