"""The engines mlx and torch on very small models: they write, score and fuse alike, with adapters in turn."""

from __future__ import annotations

import json
import random
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies

from likeness.core import lora, lora_config, plugins
from likeness.core.artefacts import Manifest
from likeness.core.errors import DoesNotFit, EngineFailed, EngineMissing, InputError, NotFound
from likeness.core.lanes import Lanes
from likeness.core.models import model_config
from likeness.core.types import Ending, ScoreRequest, Turn, WriteRequest
from likeness.engines.tuning.tiny import Size, make_tiny

ENGINES = ("mlx", "torch")
BASES = ("qwen2", "llama")
TEXTS = (
    "Rewrite this text in my own words. Keep every fact: thanks for the slides, see you on Friday at the harbour?",
    "Schöne Grüße aus Köln! Wir sehen uns am Freitag – ça va, à bientôt 🙂 привет, как дела? お元気ですか",
)


ITEMS: tuple[tuple[tuple[Turn, ...], str], ...] = (
    ((Turn("user", "how are you?"),), "fine, thanks"),
    ((Turn("user", TEXTS[1]), Turn("assistant", "ça va"), Turn("user", "and then?")), "Grüße 🙂 " * 9),
    ((Turn("system", "Be brief."), Turn("user", "slides?")), "no"),
)
SPOKEN = tuple(((Turn("system", "Be brief."), *turns), answer) for turns, answer in ITEMS[:2])


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def copied(base: Path, folder: Path) -> Path:
    return Path(shutil.copytree(base, folder))


def needs(engine: str) -> None:
    for library in {"mlx": ("mlx", "mlx_lm"), "torch": ("torch",)}[engine]:
        pytest.importorskip(library)
    pytest.importorskip("transformers")


@pytest.fixture(scope="module", params=BASES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("tokenizers")
    return make_tiny(tmp_path_factory.mktemp(request.param), request.param, texts=TEXTS, seed=3)


@pytest.fixture(scope="module")
def adapters(base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Folders of adapters of different rank, modules and scale; "" is the base as it is."""
    folder = tmp_path_factory.mktemp("adapters")
    kinds: dict[str, tuple[list[str], int, float, bool]] = {
        "narrow": (["q_proj", "v_proj"], 4, 8.0, False),
        "wide": (["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], 16, 32.0, True),
    }
    made = {"": ""}
    for seed, (name, (modules, rank, alpha, stabilised)) in enumerate(kinds.items()):
        made[name] = str(write_adapter(folder / name, base, modules, rank, alpha, stabilised, seed))
    return made


def write_adapter(
    folder: Path, base: Path, modules: list[str], rank: int, alpha: float, stabilised: bool = False, seed: int = 0
) -> Path:
    fresh = lora.fresh(model_config(base), modules, rank, alpha, rank_stabilised=stabilised, seed=seed)
    drawn = np.random.default_rng(seed)
    weights = {
        name: value if ".lora_A." in name else drawn.standard_normal(value.shape, np.float32) * np.float32(0.1)
        for name, value in fresh.weights.items()
    }
    folder.mkdir(parents=True)
    lora.write(folder, replace(fresh, weights=weights))
    return folder


@pytest.fixture(scope="module", params=ENGINES)
def opened(request: pytest.FixtureRequest, base: Path) -> Iterator[Any]:
    needs(request.param)
    with plugins.engine(request.param).open(None, {"model": str(base)}) as engine:
        yield engine


def ask(text: str = "thank Ana for the slides", **changes: Any) -> WriteRequest:
    return WriteRequest(**{"task": "draft", "text": text, "max_tokens": 24, **changes})


def written(engine: Any, request: WriteRequest) -> str:
    return "".join(engine.write(request).pieces)


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
        with plugins.engine(engine).open(None, {"model": str(base)}) as writer:
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
    kind = type(opened)
    fresh = {}
    for request in requests:
        with kind.open(None, {"model": str(opened._base), "prompt_cache": False}) as engine:
            fresh[request] = written(engine, request)
    order = requests * 4
    random.Random(7).shuffle(order)
    for request in order:
        assert written(opened, request) == fresh[request]


def test_the_base_is_exact_before_during_and_after_adapters(opened: Any, adapters: dict[str, str]) -> None:
    with type(opened).open(None, {"model": str(opened._base)}) as untouched:
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
    with type(opened).open(None, {"model": str(copy)}) as engine:
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


def test_what_was_read_before_is_used_and_never_stale(
    opened: Any, adapters: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    long = " ".join(TEXTS * 4)
    requests = [
        ask(f"{long[: 300 * part]} {tail}", adapter=folder, max_tokens=6)
        for part, tail in ((1, "and then?"), (1, "no"), (2, "no"))
        for folder in adapters.values()
    ]
    with type(opened).open(None, {"model": str(opened._base), "prompt_cache": False}) as engine:
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


def test_scores_are_those_of_transformers_and_peft(opened: Any, base: Path, adapters: dict[str, str]) -> None:
    torch, peft = pytest.importorskip("torch"), pytest.importorskip("peft")
    from transformers import AutoModelForCausalLM

    from likeness.core.prompts import PLAIN_SYSTEM_PROMPT, SYSTEM_PROMPT
    from likeness.engines.language.vocabulary import Vocabulary

    vocabulary = Vocabulary(base)
    for adapter in adapters.values():
        model = AutoModelForCausalLM.from_pretrained(str(base), local_files_only=True)
        model = peft.PeftModel.from_pretrained(model, adapter) if adapter else model
        system = Turn("system", SYSTEM_PROMPT if adapter else PLAIN_SYSTEM_PROMPT)
        for (turns, answer), (total, count) in zip(ITEMS, opened.score(ScoreRequest(ITEMS, adapter)), strict=True):
            row = vocabulary.answered(turns if turns[0].role == "system" else (system, *turns), answer)
            tokens = torch.tensor([row.tokens])
            with torch.no_grad():
                likely = model(tokens).logits[0].log_softmax(-1)
            found = likely[torch.arange(len(row.tokens) - 1), tokens[0, 1:]][row.start - 1 :]
            assert count == len(found)
            assert total == pytest.approx(float(found.sum()), abs=1e-4 * len(found))
    alone = [opened.score(ScoreRequest((item,)))[0] for item in ITEMS]
    assert np.allclose(opened.score(ScoreRequest(ITEMS)), alone, atol=1e-3)
    assert opened.score(ScoreRequest(())).shape == (0, 2)


def test_a_fused_model_is_base_and_adapter_in_every_runtime(
    opened: Any, base: Path, adapters: dict[str, str], tmp_path: Path
) -> None:
    expected = opened.score(ScoreRequest(SPOKEN, adapters["wide"]))
    events = list(type(opened).fuse(Path(adapters["wide"]), base, made(tmp_path / "fused")))
    assert events[-1].stage == "fused"
    for engine in ENGINES:
        needs(engine)
        with plugins.engine(engine).open(None, {"model": str(tmp_path / "fused")}) as fused:
            found = fused.score(ScoreRequest(SPOKEN))
        assert np.allclose(found[:, 0] / found[:, 1], expected[:, 0] / expected[:, 1], atol=1e-4)
    assert sorted(path.name for path in (tmp_path / "fused").iterdir()) == sorted(path.name for path in base.iterdir())


def test_fusing_rounds_once_to_the_precision_of_the_file(base: Path, adapters: dict[str, str], tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file, save_file

    half = copied(base, tmp_path / "half")
    tensors = {name: tensor.bfloat16() for name, tensor in load_file(base / "model.safetensors").items()}
    names = sorted(tensors)
    (half / "model.safetensors").unlink()
    for part, chosen in (("1", names[::2]), ("2", names[1::2])):
        parted = {name: tensors[name] for name in chosen}
        save_file(parted, half / f"model-0000{part}-of-00002.safetensors", metadata={"format": "pt"})
    list(plugins.engine("torch").fuse(Path(adapters["wide"]), half, made(tmp_path / "fused")))  # type: ignore[attr-defined]
    found: dict[str, Any] = {}
    for path in sorted((tmp_path / "fused").glob("*.safetensors")):
        found |= load_file(path)
    adapter = lora.read(Path(adapters["wide"]))
    for name, tensor in tensors.items():
        key = f"base_model.model.{name.removesuffix('.weight')}.lora_A.weight"
        expected = tensor
        if key in adapter.weights:
            delta = adapter.weights[key.replace("lora_A", "lora_B")] @ adapter.weights[key]
            expected = (tensor.float() + torch.from_numpy(np.float32(adapter.scale) * delta)).bfloat16()
        assert torch.equal(found[name], expected), name


def test_fewer_bits_are_those_of_a_converted_model(base: Path, adapters: dict[str, str], tmp_path: Path) -> None:
    needs("mlx")
    from mlx_lm.convert import convert

    mlx = plugins.engine("mlx")
    convert(str(base), str(tmp_path / "four"), quantize=True, q_bits=4, q_group_size=64)
    with mlx.open(None, {"model": str(base), "bits": 4}) as loaded:
        expected = [loaded.score(ScoreRequest(SPOKEN, adapters[name])) for name in ("", "wide")]  # type: ignore[attr-defined]
    with mlx.open(None, {"model": str(tmp_path / "four")}) as converted:
        for name, wanted in zip(("", "wide"), expected, strict=True):
            assert np.array_equal(converted.score(ScoreRequest(SPOKEN, adapters[name])), wanted)  # type: ignore[attr-defined]
    with mlx.open(None, {"model": str(base)}) as whole:
        assert not np.allclose(whole.score(ScoreRequest(SPOKEN)), expected[0], atol=1e-2)  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="4 bits already"):
        mlx.open(None, {"model": str(tmp_path / "four"), "bits": 8})

    events = list(mlx.fuse(Path(adapters["wide"]), tmp_path / "four", made(tmp_path / "fused")))  # type: ignore[attr-defined]
    assert "full precision" in events[-1].note
    with mlx.open(None, {"model": str(tmp_path / "fused")}) as fused:
        found = fused.score(ScoreRequest(SPOKEN))  # type: ignore[attr-defined]
    assert np.allclose(found[:, 0] / found[:, 1], expected[1][:, 0] / expected[1][:, 1], atol=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_cannot_be_used_is_said(
    engine: str, base: Path, adapters: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs(engine)
    kind = plugins.engine(engine)
    with pytest.raises(EngineMissing, match="which model"):
        kind.open()
    with pytest.raises(EngineMissing, match="not on this machine"):
        kind.open(None, {"model": "Qwen/Qwen2.5-3B-Instruct"})
    cut = copied(base, tmp_path / "cut")
    (cut / "model.safetensors").write_bytes((cut / "model.safetensors").read_bytes()[:5000])
    with pytest.raises(InputError, match="cannot be loaded"):
        kind.open(None, {"model": str(cut)})
    strange = copied(base, tmp_path / "strange")
    (strange / "config.json").write_text(
        json.dumps({**model_config(base), "model_type": "nobody", "architectures": []})
    )
    with pytest.raises(InputError, match="strange"):
        kind.open(None, {"model": str(strange)})

    other = make_tiny(tmp_path / "other", "qwen2", texts=TEXTS, size=Size(hidden=128, intermediate=192))
    foreign = write_adapter(tmp_path / "foreign", other, ["q_proj", "v_proj"], 4, 8.0)
    learned = write_adapter(tmp_path / "learned", base, ["q_proj", "v_proj"], 4, 8.0)
    Manifest("adapter", "learned", base_model="elsewhere", form="lora", extra={"base_digest": "0" * 16}).save(learned)
    recalled = made(tmp_path / "recalled")
    Manifest("adapter", "recalled", "builtin.recall").save(recalled)
    with kind.open(None, {"model": str(base)}) as opened:
        for adapter, told in ((foreign, "was not learned on"), (learned, "elsewhere"), (recalled, "builtin.recall")):
            with pytest.raises(InputError, match=told):
                opened.write(ask(adapter=str(adapter)))  # type: ignore[attr-defined]
        with pytest.raises(NotFound, match="nothing-here"):
            opened.write(ask(adapter=str(tmp_path / "nothing-here")))  # type: ignore[attr-defined]
        with pytest.raises(InputError, match=r"[\d,]+ tokens, and .* reads 2,048"):
            opened.write(ask("word " * 3000))  # type: ignore[attr-defined]
        with pytest.raises(InputError, match="2048 tokens"):
            opened.score(ScoreRequest((((Turn("user", "a"),), "word " * 3000),)))  # type: ignore[attr-defined]
        with pytest.raises(InputError, match="neutralise"):
            opened.write(ask(task="neutralise"))  # type: ignore[attr-defined]
        assert written(opened, ask())
    monkeypatch.setattr(plugins, "find_spec", lambda name: None)
    with pytest.raises(EngineMissing, match="not installed") as missing:
        plugins.engine(engine)
    assert missing.value.hint == f"pip install 'likeness[{engine}]'"


def test_mlx_says_when_it_is_used_on_another_thread(base: Path) -> None:
    needs("mlx")
    errors: list[Exception] = []
    with plugins.engine("mlx").open(None, {"model": str(base)}) as engine:

        def use() -> None:
            try:
                written(engine, ask())
            except Exception as error:
                errors.append(error)

        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        assert written(engine, ask())
    assert isinstance(errors[0], EngineFailed)
    assert "thread" in str(errors[0])


@pytest.mark.parametrize("base", ["qwen2"], indirect=True)
@pytest.mark.parametrize("engine", ENGINES)
def test_in_a_lane_the_base_stays_and_adapters_change(engine: str, base: Path, adapters: dict[str, str]) -> None:
    needs(engine)
    with plugins.engine(engine).open(None, {"model": str(base)}) as direct:
        expected = {folder: written(direct, ask(adapter=folder)) for folder in adapters.values()}
    lanes = Lanes(4000)
    try:
        writer = lanes.writer(engine, None, {"model": str(base)})
        for folder in (*adapters.values(), *adapters.values()):
            draft = writer.write(ask(adapter=folder))
            assert "".join(draft.pieces) == expected[folder]
            assert (draft.ended().reason, draft.ended().completion_tokens) == ("length", 24)
        dropped = writer.write(ask(max_tokens=2000))
        next(dropped.pieces)
        del dropped
        assert "".join(writer.write(ask()).pieces) == expected[""]
        assert [status.starts for status in lanes.status()] == [1]
        with pytest.raises(InputError, match="tokens"):
            writer.write(ask("word " * 3000))
        lanes.memory_limit_mb = 100
        with pytest.raises(DoesNotFit):
            lanes.writer(engine, None, {"model": str(base), "bits": 0}).write(ask())
    finally:
        lanes.close()


def test_memory_is_told_from_the_files(tmp_path: Path) -> None:
    small = make_tiny(tmp_path / "small", "qwen2", texts=TEXTS)
    large = make_tiny(tmp_path / "large", "qwen2", texts=TEXTS, size=Size(hidden=512, layers=12, intermediate=2048))
    for engine in ENGINES:
        needs(engine)
        kind: Any = plugins.engine(engine)
        told = [kind.memory_needed(None, {"model": str(folder)}) for folder in (small, large)]
        weights = (large / "model.safetensors").stat().st_size / 2**20
        assert told[1] - told[0] > weights
        assert kind.memory_needed(None, {"model": str(large), "bits": 4}) < told[1] - weights / 2
