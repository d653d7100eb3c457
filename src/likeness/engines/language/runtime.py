"""What a runtime has to do so that ``LanguageEngine`` can write and score with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from likeness.core.lora import Lora
from likeness.core.types import WriteRequest

_COLDEST, _NARROWEST = 1e-4, 1e-6
State = Any
"""Keys and values of the tokens read so far, in the runtime's own form."""
Prepared = Any
"""An adapter in the runtime's own form."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen: the likeliest at ``temperature`` 0; else drawn among the likeliest that together
    have the probability ``top_p``, by ``seed`` and the token's place, so that the same request draws the same."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0

    @classmethod
    def of(cls, request: WriteRequest) -> Sampling:
        """As ``request`` says, within what can be computed: so near to 0 a temperature is greedy, and one token is
        always left."""
        temperature = request.temperature if request.temperature > _COLDEST else 0.0
        return cls(temperature, min(1.0, max(_NARROWEST, request.top_p)), request.seed)


@dataclass(frozen=True, slots=True)
class Answered:
    """A conversation with its last answer as tokens; the answer, its end included, begins at ``start`` (at least 1)."""

    tokens: tuple[int, ...]
    start: int


class Runtime(Protocol):
    """A base model in memory."""

    @classmethod
    def load(cls, base: Path, options: Mapping[str, Any]) -> Self:
        """Load the model in ``base``. ``options``: ``bits`` (0, 4 or 8) it is held in, ``device`` where there are
        several. Raises :class:`InputError` when it cannot be used and :class:`EngineMissing` when this machine cannot.
        """
        ...

    def prepare(self, lora: Lora) -> Prepared:
        """An adapter ready to be put on the model; its shapes are those of the model."""
        ...

    def switch(self, adapter: Prepared | None) -> None:
        """Put an adapter on the model in place of any other, or take it off. The one that is on costs nothing; without
        one, the model computes what it would have computed had there never been one, to the bit."""
        ...

    def begin(self) -> State:
        """A state that has read nothing."""
        ...

    def read(self, state: State, tokens: Sequence[int]) -> Any:
        """Read ``tokens`` after what ``state`` holds; gives what :meth:`decode` goes on from."""
        ...

    def decode(self, state: State, read: Any, sampling: Sampling) -> Iterator[int]:
        """Tokens without end, after what was ``read`` last. Each is computed with the adapter that is on then."""
        ...

    def rewind(self, state: State, length: int) -> State | None:
        """A state of the first ``length`` tokens alone; ``None`` where the architecture cannot go back."""
        ...

    def log_probabilities(self, batch: Sequence[Answered]) -> list[NDArray[np.float64]]:
        """Natural log probability of every token of each answer."""
        ...

    def close(self) -> None: ...
