"""The loss over the vocabulary at the learned positions alone, in pieces, with its gradient made on the way.

Logits are the largest thing in tuning a small model: 152,000 numbers for each token. Most tokens of a conversation are
read, not learned, and need none. A piece's gradient is made while its logits are there, since the layer over the
vocabulary is frozen: nothing of that size is kept for the backward pass, and nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_ELEMENTS = 1 << 24
"""Logits held at once: 64 MiB of float32, and their gradient."""


def losses(head: Callable[[Any], Any], hidden: Any, targets: Any, *, slopes: bool) -> Any:
    """The cross entropy (nats, float32) of predicting each of ``targets`` (n,) from ``hidden`` (n, width), shape (n,).

    ``head`` gives logits of the shape (n, vocabulary) and has no weights that learn. With ``slopes`` the result can be
    differentiated with respect to ``hidden``.
    """
    import mlx.core as mx

    vocabulary = int(head(hidden[:1]).shape[-1])
    size = max(1, _ELEMENTS // vocabulary)
    pieces = [slice(start, start + size) for start in range(0, targets.shape[0], size)]

    def of_piece(given: Any, wanted: Any) -> tuple[Any, Any]:
        logits = head(given).astype(mx.float32)
        norms = mx.logsumexp(logits, axis=-1, keepdims=True)
        found = norms[:, 0] - mx.take_along_axis(logits, wanted[:, None], axis=-1)[:, 0]
        if not slopes:
            return found, None
        probabilities = mx.exp(logits - norms)
        chosen = mx.take_along_axis(probabilities, wanted[:, None], axis=-1)
        slope = mx.put_along_axis(probabilities, wanted[:, None], chosen - 1, axis=-1)
        _, (back,) = mx.vjp(lambda rows: head(rows).astype(mx.float32), [given], [slope])
        return found, back

    def all_pieces(given: Any) -> tuple[Any, Any]:
        found: list[Any] = []
        back: list[Any] = []
        for piece in pieces:
            rows = given[piece]
            if found:  # one piece after the other, so that memory holds the logits of one
                rows = mx.depends(rows, [found[-1], *([back[-1]] if slopes else [])])
            one, slope = of_piece(rows, targets[piece])
            found.append(one)
            back.append(slope)
        return mx.concatenate(found), mx.concatenate(back) if slopes else given

    if not slopes:
        return all_pieces(hidden)[0]
    forward: Any = mx.custom_function(all_pieces)
    forward.vjp(
        lambda _, cotangents, outputs: (cotangents[0][:, None] * outputs[1].astype(mx.float32)).astype(hidden.dtype)
    )
    return forward(hidden)[0]
