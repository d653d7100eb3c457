"""The engines mlx and torch on very small models: both write alike, with adapters on, off and in turn."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies
from language_models import (
    BASES,
    ENGINES,
    ITEMS,
    TEXTS,
    ask,
    copied,
    make_adapters,
    make_base,
    needs,
    opening,
    write_adapter,
    written,
)

from likeness.core import lora_config
from likeness.core.artefacts import Manifest
from likeness.core.models import model_config
from likeness.core.types import Ending, ScoreRequest, Turn


@pytest.fixture(scope="module", params=BASES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_base(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="module")
def adapters(base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return make_adapters(tmp_path_factory.mktemp("adapters"), base)


@pytest.fixture(scope="module", params=ENGINES)
def opened(request: pytest.FixtureRequest, base: Path) -> Iterator[Any]:
    with opening(request.param, base) as engine:
        yield engine


def test_both_engines_and_transformers_write_the_same(base: Path, adapters: dict[str, str]) -> None:
    for engine in ENGINES:
        needs(engine)
    import torch
    from transformers import AutoModelForCausalLM

    from likeness.core.prompts import PLAIN_SYSTEM_PROMPT, chat
    from likeness.engines.tuning.tokens import load_tokenizer, prompt_ids

    tokenizer = load_tokenizer(base)
    model = AutoModelForCausalLM.from_pretrained(str(base), local_files_only=True)
    found = {}
    for engine in ENGINES:
        with opening(engine, base) as writer:
            for number in range(2):
                for adapter in adapters.values():
                    found[engine, number, adapter] = written(writer, ask(f"{number} slides", adapter=adapter))
    for number in range(2):
        for adapter in adapters.values():
            assert found["mlx", number, adapter] == found["torch", number, adapter]
        ids = prompt_ids(tokenizer, chat(ask(f"{number} slides"), PLAIN_SYSTEM_PROMPT))
        with torch.no_grad():
            told = model.generate(torch.tensor([ids]), max_new_tokens=24, do_sample=False)[0, len(ids) :].tolist()
        text = tokenizer.decode(told, skip_special_tokens=True)
        assert text.rstrip("\ufffd") == found["torch", number, ""].rstrip("\ufffd")
    assert len(set(found.values())) > 3


def test_adapters_in_any_order_write_what_a_fresh_engine_writes(opened: Any, adapters: dict[str, str]) -> None:
    requests = [ask("slides", adapter=folder, max_tokens=12) for folder in adapters.values()]
    fresh = {}
    for request in requests:
        with opening(opened.info.name, opened._base, prompt_cache=False) as engine:
            fresh[request] = written(engine, request)
    order = requests * 4
    random.Random(7).shuffle(order)
    for request in order:
        assert written(opened, request) == fresh[request]


def test_the_base_is_exact_before_during_and_after_adapters(opened: Any, adapters: dict[str, str]) -> None:
    with opening(opened.info.name, opened._base) as untouched:
        never = untouched.score(ScoreRequest(ITEMS))
    for name in ("narrow", "", "wide", ""):
        scores = opened.score(ScoreRequest(ITEMS, adapters[name]))
        assert np.array_equal(scores, never) == (name == "")


def test_a_prompt_has_the_tokens_of_training(base: Path) -> None:
    from likeness.core.prompts import SYSTEM_PROMPT, chat
    from likeness.engines.language.vocabulary import Vocabulary
    from likeness.engines.tuning.conversations import Conversation
    from likeness.engines.tuning.tokens import Encoder, Row

    vocabulary = Vocabulary(base)
    for request in (ask(TEXTS[1]), ask(TEXTS[0], task="rewrite"), ask("", context=TEXTS[1])):
        turns = chat(request, SYSTEM_PROMPT)
        row = Encoder(base, 2000).encode(Conversation((*turns, Turn("assistant", "see you")), ("one",)))
        assert isinstance(row, Row)
        start = int(np.argmax(row.learned))
        assert vocabulary.prompt(turns) == row.tokens[:start].tolist()
        answered = vocabulary.answered(turns, "see you")
        assert (answered.start, answered.tokens[start:]) == (start, tuple(row.tokens[row.learned].tolist()))
        assert answered.tokens[-1] in vocabulary.ends


def test_control_tokens_in_a_message_are_text(base: Path) -> None:
    from likeness.engines.language.vocabulary import Vocabulary

    vocabulary = Vocabulary(base)
    control = set(vocabulary.tokenizer.added_tokens_decoder)
    plain = vocabulary.prompt((Turn("system", "a"), Turn("user", "b")))
    for token in vocabulary.tokenizer.added_tokens_decoder.values():
        attacked = vocabulary.prompt((Turn("system", "a"), Turn("user", f"b{token}c{token}")))
        assert sum(each in control for each in attacked) == sum(each in control for each in plain)


def test_pieces_are_whole_characters_and_join_to_the_text(base: Path) -> None:
    from likeness.engines.language.streaming import Detokenizer
    from likeness.engines.language.vocabulary import Vocabulary

    tokenizer = Vocabulary(base).tokenizer
    for text in (*TEXTS, " leading", "🙂🙂👩‍👩‍👧", "line\n\n  two"):
        detokenizer = Detokenizer(tokenizer)
        pieces = [detokenizer.feed(token) for token in tokenizer.encode(text, add_special_tokens=False)]
        assert "".join(pieces) + detokenizer.end(cut=False) == text
        assert not any("\ufffd" in piece for piece in pieces)
    drawn = random.Random(5)
    for _ in range(30):
        tokens = [drawn.randrange(len(tokenizer)) for _ in range(40)]
        detokenizer = Detokenizer(tokenizer)
        pieces = [detokenizer.feed(token) for token in tokens]
        assert "".join(pieces) + detokenizer.end(cut=False) == tokenizer.decode(tokens, skip_special_tokens=True)
    # "𝄞" cut in its middle: what is no character is not shown.
    detokenizer = Detokenizer(tokenizer)
    tokens = tokenizer.encode("ok 𝄞", add_special_tokens=False)
    assert "".join(map(detokenizer.feed, tokens[:-1])) + detokenizer.end(cut=True) == "ok "


@given(text=strategies.text("ab\n", max_size=30), cuts=strategies.lists(strategies.integers(0, 30), max_size=8))
def test_a_stop_string_is_found_across_pieces(text: str, cuts: list[int]) -> None:
    from likeness.engines.language.streaming import StopStrings

    stops = ("aab", "\n\n", "bb")
    places = sorted({0, *(min(cut, len(text)) for cut in cuts), len(text)})
    gate = StopStrings(stops)
    passed = "".join(gate.feed(text[start:end]) for start, end in pairwise(places)) + gate.end()
    first = min((text.find(stop) for stop in stops if stop in text), default=len(text))
    assert passed == text[:first]
    assert gate.found == (first < len(text))


def test_limits_end_a_text_and_are_told(opened: Any) -> None:
    full = opened.write(ask())
    text = "".join(full.pieces)
    assert full.ended() == Ending("length", full.ended().prompt_tokens, 24)
    assert full.ended().prompt_tokens > 20

    short = opened.write(ask(max_tokens=9))
    assert text.startswith("".join(short.pieces))
    assert (short.ended().reason, short.ended().completion_tokens) == ("length", 9)

    few = opened.write(ask(max_tokens=0, max_characters=12))
    assert "".join(few.pieces) == text[:12]
    assert few.ended().reason == "length"

    stopped = opened.write(ask(stop=("never said", text[6:9])))
    assert "".join(stopped.pieces) == text[: text.index(text[6:9])]
    assert stopped.ended().reason == "stop"

    unread = opened.write(ask())
    next(unread.pieces)
    assert unread.ended() == Ending()
    unread.pieces.close()
    assert written(opened, ask()) == text


def test_a_token_that_ends_a_turn_ends_the_text(opened: Any, base: Path, tmp_path: Path) -> None:
    copy = copied(base, tmp_path / "ends")
    told = json.loads((copy / "generation_config.json").read_text())
    every_other = list(range(0, model_config(base)["vocab_size"], 2))
    (copy / "generation_config.json").write_text(json.dumps({**told, "eos_token_id": every_other}))
    with opening(opened.info.name, copy) as engine:
        draft = engine.write(ask())
        text = "".join(draft.pieces)
    assert written(opened, ask()).startswith(text.rstrip("\ufffd"))
    assert draft.ended().reason == "stop"
    assert draft.ended().completion_tokens < 24


def test_seeds_decide_what_is_drawn(opened: Any) -> None:
    drawn = [written(opened, ask(temperature=1.0, top_p=0.95, seed=seed)) for seed in (1, 2, 1, -5)]
    assert drawn[0] == drawn[2]
    assert len(set(drawn)) == 3
    greedy = written(opened, ask())
    assert written(opened, ask(temperature=1.0, top_p=1e-6, seed=9)) == greedy
    assert written(opened, ask(temperature=0.0, seed=9)) == greedy
    assert written(opened, ask(temperature=1e-30, top_p=0.0)) == greedy
    assert written(opened, ask(temperature=0.7, top_p=0.0)) == greedy


def test_what_was_read_before_is_used_and_never_stale(
    opened: Any, adapters: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    long = " ".join(TEXTS * 4)
    requests = [
        ask(f"{long[: 300 * part]} {tail}", adapter=folder, max_tokens=6)
        for part, tail in ((1, "and then?"), (1, "no"), (2, "no"))
        for folder in adapters.values()
    ]
    with opening(opened.info.name, opened._base, prompt_cache=False) as engine:
        fresh = {request: written(engine, request) for request in requests}
    assert len(set(fresh.values())) == len(requests)
    read: list[int] = []
    reading = opened._runtime.read
    monkeypatch.setattr(
        opened._runtime, "read", lambda state, tokens: (read.append(len(tokens)), reading(state, tokens))[1]
    )
    order = requests * 2
    random.Random(11).shuffle(order)
    asked = 0
    for request in order:
        draft = opened.write(request)
        assert "".join(draft.pieces) == fresh[request]
        asked += draft.ended().prompt_tokens + draft.ended().completion_tokens
    assert sum(read) < asked * 0.8


def test_two_texts_written_in_turn_do_not_mix(opened: Any, adapters: dict[str, str]) -> None:
    requests = [ask(" ".join(TEXTS), adapter=folder) for folder in adapters.values()] * 2
    alone = [written(opened, request) for request in requests]
    drafts = [opened.write(request) for request in requests]
    together = ["" for _ in drafts]
    running = set(range(len(drafts)))
    while running:
        for number in sorted(running):
            piece = next(drafts[number].pieces, None)
            if piece is None:
                running.discard(number)
            else:
                together[number] += piece
    assert together == alone


def test_an_engine_opened_on_an_adapter_writes_with_it(opened: Any, base: Path, tmp_path: Path) -> None:
    from likeness.core import models
    from likeness.core.prompts import chat
    from likeness.engines.language.vocabulary import Vocabulary

    folder = write_adapter(tmp_path / "me", base, ["q_proj", "v_proj"], 4, 8.0)
    write_adapter(folder / "checkpoints" / "step-1", base, ["q_proj", "v_proj"], 4, 8.0, seed=5)
    extra = {"system_prompt": "Be this one person.", "base_digest": models.digest(base)}
    manifest = Manifest("adapter", "me", "mlx", base_model=str(base), form="lora", extra=extra)
    manifest.save(folder)
    expected = len(Vocabulary(base).prompt(chat(ask(), "Be this one person.")))
    texts = []
    for at in (folder, folder / "checkpoints" / "step-1"):
        with type(opened).open(at) as engine:
            draft = engine.write(ask())
            texts.append("".join(draft.pieces))
            assert draft.ended().prompt_tokens == expected
            assert draft.provenance.details["adapter"] == at.name
        assert written(opened, ask(adapter=str(at))) == texts[-1]
    assert texts[0] != texts[1]

    # Learned again in the same place: what is written follows.
    shutil.copyfile(folder / "checkpoints" / "step-1" / lora_config.WEIGHTS, folder / "new")
    (folder / "new").rename(folder / lora_config.WEIGHTS)
    assert written(opened, ask(adapter=str(folder))) == texts[1]
