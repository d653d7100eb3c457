"""What the talker of Qwen3-TTS reads, and the frames it writes: the dual track of text and codes (arXiv 2601.15621).

| row                | text track      | codec track                                          |
|--------------------|-----------------|------------------------------------------------------|
| role, 3            | role            | nothing                                              |
| tags, 3 or 4       | pad             | (think, think_bos, language or nothink, …) think_eos |
| speaker, 0 or 1    | pad             | the speaker's vector                                 |
| 1                  | bos             | pad                                                  |
| text, n            | [heard and] text| pad                                                  |
| 1                  | eos             | pad                                                  |
| 1                  | pad             | bos                                                  |
| codes heard, t     | pad             | sum of the 16 codebooks' embeddings                  |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import mlx.core as mx
import numpy as np

from likeness.core.errors import InputError
from likeness.engines.mlx.speech.qwen3.codec import Codes

LANGUAGES = {
    "zh": "chinese",
    "en": "english",
    "ja": "japanese",
    "ko": "korean",
    "de": "german",
    "fr": "french",
    "ru": "russian",
    "pt": "portuguese",
    "es": "spanish",
    "it": "italian",
}
_ROLE, _AFTER = 3, 5
"""Tokens of ``<|im_start|>assistant\\n``, and of what the template puts after the text."""
_SUPPRESSED = 1024
"""The last rows of the vocabulary are signs, not sounds; of them only the end is ever written."""
_LEAST_FRAMES = 2


@dataclass(frozen=True, slots=True)
class Sampling:
    """How codes are drawn: the published values. ``code_…`` is for the 15 codebooks after the first."""

    temperature: float = 0.9
    top_k: int = 50
    top_p: float = 1.0
    repetition_penalty: float = 1.05
    code_temperature: float = 0.9
    code_top_k: int = 50
    code_top_p: float = 1.0

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """The published values, changed by what ``options`` has under the same names.

        Raises :class:`InputError` for a value out of its range.
        """
        try:
            given: dict[str, Any] = {
                field.name: (int if field.name.endswith("top_k") else float)(options[field.name])
                for field in fields(cls)
                if field.name in options
            }
        except (TypeError, ValueError) as error:
            raise InputError(f"a sampling option is no number: {error}") from None
        made = replace(cls(), **given)
        sound = (
            min(made.temperature, made.code_temperature) >= 0
            and min(made.top_k, made.code_top_k) >= 0
            and all(0 < share <= 1 for share in (made.top_p, made.code_top_p))
            and made.repetition_penalty > 0
        )
        if not sound:
            raise InputError(f"sampling options are out of range: {given}", hint="temperatures from 0, shares up to 1")
        return made


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is read before the first frame: rows (1, n, width), and the row that stands on the text track after."""

    rows: Any
    pad: Any


class Talker:
    """The talker of one loaded model (``mlx_audio``'s), with its text tokenizer."""

    def __init__(self, model: Any) -> None:
        self._talker, self._config, self._tokenizer = model.talker, model.config, model.tokenizer
        self._codes = model.config.talker_config

    def prompt(
        self, text: str, language: str = "", speaker: Any = None, heard: str = "", codes: Codes | None = None
    ) -> Prompt:
        """The rows for ``text``. ``speaker`` is a vector (width,) or None; ``heard`` and ``codes`` (n, 16) are what a
        reference says and its codes, which makes the model go on in its voice."""
        told = self._ids(f"<|im_start|>assistant\n{_plain(text)}<|im_end|>\n<|im_start|>assistant\n")
        role, words = told[:_ROLE], told[_ROLE:-_AFTER]
        if codes is not None:
            words = self._ids(_plain(heard)) + words
        marks = self._config
        bos, eos, pad = mx.split(
            self._words([marks.tts_bos_token_id, marks.tts_eos_token_id, marks.tts_pad_token_id]), 3, axis=1
        )
        ids = self._codes
        track = [self._first(self._tags(language))]
        if speaker is not None:
            track.append(mx.array(speaker).reshape(1, 1, -1).astype(track[0].dtype))
        signs = self._first([ids.codec_pad_id, ids.codec_bos_id])
        head = mx.concatenate([*track, signs[:, :1]], axis=1)
        above = mx.concatenate([mx.broadcast_to(pad, (1, head.shape[1] - 1, pad.shape[2])), bos], axis=1)
        body = mx.concatenate([self._words(words), eos], axis=1) + signs[:, :1]
        rows = [self._words(role), above + head, body, pad + signs[:, 1:]]
        if codes is not None:
            rows.append(pad + self._sum([mx.array(codes[:, group])[None] for group in range(codes.shape[1])]))
        return Prompt(mx.concatenate(rows, axis=1), pad)

    def named(self, voice: str) -> Any:
        """The vector of a voice that is baked into the model; names are compared without regard to case.

        Raises :class:`InputError` when there is none of that name: the library would leave the voice out and go on.
        """
        known = {name.casefold(): value for name, value in (self._codes.spk_id or {}).items()}
        if voice.casefold() not in known:
            told = ", ".join(sorted(known)) or "none"
            raise InputError(f"the model has no voice {voice!r}", hint=f"its voices: {told}", param="voice")
        row = known[voice.casefold()]
        return self._first([row[0] if isinstance(row, Sequence) else row])[0, 0]

    def frames(self, prompt: Prompt, sampling: Sampling, seed: int, most: int) -> Iterator[Codes]:
        """Frames of 16 codes, at most ``most``, until the model ends. The same seed draws the same codes."""
        talker, rows, cache = self._talker, prompt.rows, self._talker.make_cache()
        size = int(self._codes.vocab_size)
        written = mx.zeros((1, size), dtype=mx.bool_)
        sounds = mx.arange(size)[None] < size - _SUPPRESSED
        end = mx.arange(size)[None] == self._codes.codec_eos_token_id
        for number in range(most):
            keys = mx.random.split(mx.random.key(((seed % 2**40) << 20) + number), int(self._codes.num_code_groups))
            logits, hidden = talker(rows, cache=cache)
            chances = _penalised(logits[:, -1].astype(mx.float32), written, sampling.repetition_penalty)
            allowed = sounds | end if number >= _LEAST_FRAMES else sounds
            chances = mx.where(allowed, chances, -mx.inf)
            first = _drawn(chances, sampling.temperature, sampling.top_k, sampling.top_p, keys[0])
            codes = self._rest(hidden[:, -1:], first, sampling, keys)
            written = written | (mx.arange(size)[None] == first)
            rows = prompt.pad + self._sum(codes)
            frame = mx.concatenate(codes, axis=1)
            mx.eval(frame, rows, written)
            found = np.array(frame[0]).astype(np.int32)
            if found[0] == self._codes.codec_eos_token_id:
                return
            yield found

    def _rest(self, hidden: Any, first: Any, sampling: Sampling, keys: Any) -> list[Any]:
        """``first`` (1, 1) and the codes of the other codebooks, each drawn after those before it."""
        predictor = self._talker.code_predictor
        cache, codes = predictor.make_cache(), [first]
        rows = mx.concatenate([hidden, self._talker.get_input_embeddings()(first)], axis=1)
        for group in range(1, int(self._codes.num_code_groups)):
            if group > 1:
                rows = predictor.codec_embedding[group - 2](codes[-1])
            logits, _, _ = predictor(rows, cache=cache, generation_step=group - 1)
            chances = logits[:, -1].astype(mx.float32)
            codes.append(
                _drawn(chances, sampling.code_temperature, sampling.code_top_k, sampling.code_top_p, keys[group])
            )
        return codes

    def _sum(self, codes: Sequence[Any]) -> Any:
        """The embeddings of one code of each codebook, each (1, n), added up."""
        total = self._talker.get_input_embeddings()(codes[0])
        for group, code in enumerate(codes[1:]):
            total = total + self._talker.code_predictor.codec_embedding[group](code)
        return total

    def _tags(self, language: str) -> list[int]:
        ids = self._codes
        wanted = LANGUAGES.get(language.casefold(), language.casefold())
        known = {name.casefold(): value for name, value in (ids.codec_language_id or {}).items()}
        if wanted in known:
            return [ids.codec_think_id, ids.codec_think_bos_id, known[wanted], ids.codec_think_eos_id]
        return [ids.codec_nothink_id, ids.codec_think_bos_id, ids.codec_think_eos_id]

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False))

    def _words(self, ids: Sequence[int]) -> Any:
        return self._talker.text_projection(self._talker.get_text_embeddings()(mx.array([list(ids)])))

    def _first(self, ids: Sequence[int]) -> Any:
        return self._talker.get_input_embeddings()(mx.array([list(ids)]))


def _plain(text: str) -> str:
    """``text`` without what would be read as a sign of the template, or melt into the line's end before it."""
    return text.replace("<|", " ").replace("|>", " ").strip()


def _penalised(logits: Any, written: Any, penalty: float) -> Any:
    """Logits of what was written already, less likely (Keskar et al. 2019, arXiv 1909.05858)."""
    if penalty == 1.0:
        return logits
    return mx.where(written, mx.where(logits < 0, logits * penalty, logits / penalty), logits)


def _drawn(logits: Any, temperature: float, top_k: int, top_p: float, key: Any) -> Any:
    """One token, shape (1, 1), from float32 logits (1, vocabulary)."""
    if temperature == 0:
        return mx.argmax(logits, axis=-1, keepdims=True)
    logits = logits / temperature
    if 0 < top_k < logits.shape[-1]:
        least = mx.min(mx.topk(logits, top_k, axis=-1), axis=-1, keepdims=True)
        logits = mx.where(logits >= least, logits, -mx.inf)
    if top_p < 1:
        ordered = -mx.sort(-logits, axis=-1)
        shares = mx.softmax(ordered, axis=-1)
        before = mx.cumsum(shares, axis=-1) - shares
        least = mx.min(mx.where(before < top_p, ordered, mx.inf), axis=-1, keepdims=True)
        logits = mx.where(logits >= least, logits, -mx.inf)
    return mx.random.categorical(logits, key=key)[:, None]
