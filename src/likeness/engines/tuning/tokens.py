"""Conversations as tokens, with a mark on those that are learned: the person's words and the end of their turns.

The template renders the conversation up to each turn of theirs with the opening of that turn, as it is done when the
model is asked; what the whole rendering has beyond that is theirs. Both parts are cut into tokens apart, so that the
model reads in training exactly the tokens it is asked with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import InputError
from likeness.core.models import model_config
from likeness.core.plugins import import_failed
from likeness.core.types import Turn
from likeness.engines.tuning.backend import Tokens
from likeness.engines.tuning.conversations import Conversation

# What Llama 3.1's template says when nobody states a date. A later template of the family would say today's, and the
# prompt of tomorrow would not be the one learned.
TEMPLATE_VALUES = {"date_string": "26 Jul 2024", "enable_thinking": False}


class Tokenizer(Protocol):
    """What is used of a tokenizer of transformers."""

    all_special_tokens: list[str]
    all_special_ids: list[int]
    added_tokens_decoder: dict[int, Any]

    def apply_chat_template(self, conversation: Any, **options: Any) -> Any: ...
    def encode(self, text: str, **options: Any) -> list[int]: ...
    def decode(self, token_ids: Sequence[int], **options: Any) -> str: ...
    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation as tokens: ``tokens`` and ``learned`` of shape (length,), and the ids of its examples."""

    tokens: Tokens
    learned: NDArray[np.bool_]
    examples: tuple[str, ...]

    @property
    def name(self) -> str:
        return "+".join(self.examples)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Examples that cannot be learned from, and why ("longer than the window", …)."""

    examples: tuple[str, ...]
    reason: str


TOO_LONG = "longer than the window"
NO_WORDS = "nothing to learn in it"
CONTROL = "has a control token of the model in its text"


def load_tokenizer(base: Path) -> Tokenizer:
    """The tokenizer in the folder of a model; nothing is downloaded, no code of the folder's is run.

    Raises :class:`EngineMissing` without transformers, or with one that cannot be imported, and :class:`InputError`
    when the tokenizer cannot be read.
    """
    try:
        from transformers import AutoTokenizer
    except Exception as error:  # of a broken installation any kind comes: RuntimeError, OSError, AttributeError
        raise import_failed("transformers", error, "pip install 'likeness[torch]'") from error
    try:
        loaded: Any = AutoTokenizer.from_pretrained(str(base), local_files_only=True, trust_remote_code=False)
    except Exception as error:  # the library raises many kinds, bare Exception among them
        raise InputError(f"the tokenizer of {base.name} cannot be read: {error}", hint="get the model again") from None
    return cast(Tokenizer, loaded)


def render(tokenizer: Tokenizer, turns: Sequence[Turn], *, ask: bool) -> str:
    """The text of ``turns`` in the model's template, with the opening of an answer when ``ask``.

    Raises :class:`InputError` when the template is missing or refuses the turns.
    """
    messages = [{"role": turn.role, "content": turn.content} for turn in turns]
    try:
        text: str = tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=ask, **TEMPLATE_VALUES
        )
    except Exception as error:  # a missing template is a ValueError, what a template raises is jinja2's
        raise InputError(
            f"the model's chat template cannot be used: {error}", hint="use an instruct model with a chat template"
        ) from None
    return text


def prompt_ids(tokenizer: Tokenizer, turns: Sequence[Turn]) -> list[int]:
    """The tokens with which an answer to ``turns`` is asked for, as in training."""
    return tokenizer.encode(render(tokenizer, turns, ask=True), add_special_tokens=False)


class Encoder:
    """Turns conversations into rows. Raises :class:`InputError` when base and tokenizer do not belong together."""

    def __init__(self, base: Path, window: int) -> None:
        self.tokenizer = load_tokenizer(base)
        self.window = window
        self._name = base.name
        self._vocabulary = int(model_config(base).get("vocab_size", 0))
        added = (str(token) for token in self.tokenizer.added_tokens_decoder.values())
        self._control = tuple(sorted({*self.tokenizer.all_special_tokens, *added}))
        self._ends = frozenset((*self.tokenizer.all_special_ids, *self.tokenizer.added_tokens_decoder))
        asked = (Turn("system", "a"), Turn("user", "b"), Turn("assistant", "c"))
        self.encode(Conversation(asked, ()))
        self.several_turns = self._can_go_on((*asked, *asked[1:]))
        """Whether the template keeps an answer as it was when more is said (Qwen3's takes its thoughts out)."""

    def _can_go_on(self, turns: tuple[Turn, ...]) -> bool:
        try:
            self.encode(Conversation(turns, ()))
        except InputError:
            return False
        return True

    def length(self, conversation: Conversation) -> int:
        """Tokens of a conversation."""
        return len(self._cut(render(self.tokenizer, conversation.turns, ask=False)))

    def encode(self, conversation: Conversation) -> Row | LeftOut:
        """The row of a conversation, or why there is none."""
        if any(token in turn.content for turn in conversation.turns for token in self._control):
            return LeftOut(conversation.examples, CONTROL)
        tokens: list[int] = []
        learned: list[bool] = []
        for text, theirs in self._parts(conversation.turns):
            ids = self._cut(text)
            marked = self._to_end_of_turn(ids) if theirs else 0
            tokens += ids
            learned += [True] * marked + [False] * (len(ids) - marked)
        if not any(learned):
            return LeftOut(conversation.examples, NO_WORDS)
        if len(tokens) > self.window:
            return LeftOut(conversation.examples, TOO_LONG)
        return Row(np.array(tokens, np.int32), np.array(learned, np.bool_), conversation.examples)

    def _parts(self, turns: Sequence[Turn]) -> list[tuple[str, bool]]:
        """The rendering in pieces: what is read, then what begins with an answer of the person's, in turn."""
        whole = render(self.tokenizer, turns, ask=False)
        cuts = []
        for place, turn in enumerate(turns):
            if turn.role != "assistant":
                continue
            asked = render(self.tokenizer, turns[:place], ask=True)
            if not whole.startswith(asked):
                raise InputError(
                    f"the chat template of {self._name} writes an answered conversation otherwise than an asked one",
                    hint="use a model whose template only adds to what was said before",
                )
            cuts.append(len(asked))
        parts = [(whole[: cuts[0]], False)] if cuts else [(whole, False)]
        for start, end in zip(cuts, [*cuts[1:], len(whole)], strict=True):
            # What follows the end of an answer (the next question) is in the same piece: it is not learned.
            parts.append((whole[start:end], True))
        return parts

    def _to_end_of_turn(self, ids: Sequence[int]) -> int:
        """How many of ``ids`` are the person's: their words and the token that ends the turn."""
        for place, token in enumerate(ids):
            if token in self._ends:
                return place + 1
        raise InputError(
            f"the chat template of {self._name} does not end a turn with a token of its own, so that the model would "
            "never learn to stop",
            hint="use an instruct model",
        )

    def _cut(self, text: str) -> list[int]:
        ids = self.tokenizer.encode(text, add_special_tokens=False)
        if ids and max(ids) >= self._vocabulary:
            raise InputError(
                f"the tokenizer of {self._name} belongs to another model: it gives the token {max(ids)}, and the model "
                f"knows {self._vocabulary}",
                hint="get the model again, with its own tokenizer",
            )
        return ids
