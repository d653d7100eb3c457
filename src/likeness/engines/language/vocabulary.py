"""What a model's tokenizer says: prompts as tokens, answers as tokens, and the tokens that end an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from likeness.core.errors import InputError
from likeness.core.models import model_config
from likeness.core.types import Turn
from likeness.engines.language.runtime import Answered
from likeness.engines.tuning.conversations import Conversation
from likeness.engines.tuning.tokens import Encoder, Row, prompt_ids

_BREAK = "\u200b"
"""Zero-width space: put into what would be read as a control token, it makes it plain text."""
_PROBE = (Turn("system", "a"), Turn("user", "b"))


class Vocabulary:
    """The tokenizer in the folder of a model, used as in training (``engines.tuning.tokens``).

    Raises :class:`InputError` when it is damaged or not the model's own, or its template does not end a turn.
    """

    def __init__(self, base: Path) -> None:
        config = model_config(base)
        self.positions = int(config.get("max_position_embeddings") or 0)
        self._encoder = Encoder(base, self.positions)
        self.tokenizer: Any = self._encoder.tokenizer
        self._control = [str(token) for token in self.tokenizer.added_tokens_decoder.values()]
        self.ends = self._ends(base, config)

    def prompt(self, turns: Sequence[Turn]) -> list[int]:
        """The tokens that ask for an answer to ``turns``. Control tokens in their text are read as text, since what
        is answered comes from anybody. Raises :class:`InputError` when the template refuses the turns."""
        return prompt_ids(self.tokenizer, [Turn(turn.role, self._harmless(turn.content)) for turn in turns])

    def answered(self, turns: Sequence[Turn], answer: str) -> Answered:
        """A conversation with its answer, and the end of that, as tokens.

        Raises :class:`InputError` when there is no answer, it holds control tokens, or all of it is too long.
        """
        row = self._encoder.encode(Conversation((*turns, Turn("assistant", answer)), ("answer",)))
        if not isinstance(row, Row):
            raise InputError(
                f"an answer cannot be scored: {row.reason} (the model reads {self.positions} tokens)",
                hint="leave it out",
                param="items",
            )
        end = int(np.flatnonzero(row.learned)[-1]) + 1
        start = int(np.flatnonzero(~row.learned[:end])[-1]) + 1
        return Answered(tuple(int(token) for token in row.tokens[:end]), start)

    def _harmless(self, text: str) -> str:
        for token in self._control:
            if token in text:
                text = text.replace(token, token[0] + _BREAK + token[1:])
        return text

    def _ends(self, base: Path, config: dict[str, Any]) -> frozenset[int]:
        """Every token after which the model has nothing more to say: those its files name, the one that ends a turn in
        the template, and those that would open the next turn."""
        ends = {*_ids(config.get("eos_token_id")), *_ids(getattr(self.tokenizer, "eos_token_id", None))}
        path = base / "generation_config.json"
        if path.is_file():
            try:
                ends |= _ids(json.loads(path.read_text(encoding="utf-8")).get("eos_token_id"))
            except (ValueError, AttributeError) as error:
                raise InputError(f"{base.name}/{path.name} is damaged: {error}", hint="get the model again") from None
        probe = self.answered(_PROBE, "c").tokens
        ends.add(probe[-1])
        asked = self.prompt(_PROBE)
        last = max((place for place, token in enumerate(asked) if token == probe[-1]), default=-1)
        opening = set(asked[last + 1 :]) & set(asked[:last]) & set(self.tokenizer.added_tokens_decoder)
        return frozenset(ends | opening)


def _ids(value: Any) -> set[int]:
    if value is None:
        return set()
    return {int(each) for each in value} if isinstance(value, Iterable) else {int(value)}
