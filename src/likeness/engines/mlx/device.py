"""What long work on MLX's device needs: settings of its memory, and knowing its errors for lack of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import mlx.core as mx

from likeness.core.errors import DoesNotFit

_CACHE_BYTES = 2 << 30
"""Memory of Metal kept for reuse. Conversations differ in length, and so do their buffers: without a limit the freed
ones pile up until memory is full."""


def prepare() -> None:
    """Count the largest memory anew; on Metal keep the model in memory, and few freed buffers."""
    mx.reset_peak_memory()
    if mx.metal.is_available():
        mx.set_wired_limit(int(mx.device_info()["max_recommended_working_set_size"]))
        mx.set_cache_limit(_CACHE_BYTES)


@contextmanager
def memory(name: str) -> Iterator[None]:
    """Raise :class:`DoesNotFit`, about the model ``name``, where MLX fails for lack of memory. It has no class of its
    own for that."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        told = str(error).lower()
        if isinstance(error, RuntimeError) and not any(word in told for word in ("alloc", "insufficient memory")):
            raise
        raise DoesNotFit(
            f"tuning {name} takes more memory than there is",
            hint="choose a smaller base, or fewer bits, a smaller window or batch, or gradient_checkpointing",
        ) from None
