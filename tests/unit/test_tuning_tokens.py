"""What of a conversation is learned: the person's words and the end of their turns, to the token, on both templates."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tuning_data import dataset, example, recipe

pytest.importorskip("transformers")

from likeness.core.errors import EngineMissing, InputError, NotReady, TooFewExamples
from likeness.core.prompts import SYSTEM_PROMPT
from likeness.core.types import Turn
from likeness.engines.tuning import material
from likeness.engines.tuning.conversations import Conversation
from likeness.engines.tuning.tiny import Architecture, make_tiny
from likeness.engines.tuning.tokens import CONTROL, TOO_LONG, Encoder, LeftOut, Row, load_tokenizer, prompt_ids

SYSTEM = Turn("system", SYSTEM_PROMPT)
ASKED = (SYSTEM, Turn("user", "Are you coming?"))
ONE = (*ASKED, Turn("assistant", "sure, at six"))
TWO = (*ONE, Turn("user", "With the boat?"), Turn("assistant", "no\nby bus"))


def encoded(base: Path, turns: tuple[Turn, ...], window: int = 512) -> Row:
    row = Encoder(base, window).encode(Conversation(turns, ("e1",)))
    assert isinstance(row, Row)
    return row


def learned_texts(base: Path, row: Row) -> list[str]:
    """The learned stretches of a row, as text."""
    tokenizer = load_tokenizer(base)
    found: list[list[int]] = []
    before = False
    for token, theirs in zip(row.tokens.tolist(), row.learned.tolist(), strict=True):
        if theirs and not before:
            found.append([])
        if theirs:
            found[-1].append(token)
        before = theirs
    return [tokenizer.decode(stretch) for stretch in found]


@pytest.mark.parametrize(("architecture", "end"), [("qwen2", "<|im_end|>"), ("llama", "<|eot_id|>")])
def test_words_and_end_of_every_turn_are_learned(tmp_path: Path, architecture: Architecture, end: str) -> None:
    base = make_tiny(tmp_path / "base", architecture)
    one, two = encoded(base, ONE), encoded(base, TWO)
    assert learned_texts(base, one) == [f"sure, at six{end}"]
    assert learned_texts(base, two) == [f"sure, at six{end}", f"no\nby bus{end}"]
    assert not one.learned[0]
    # What is read before the answer is, token by token, what the model is asked with.
    asked = prompt_ids(load_tokenizer(base), ASKED)
    assert one.tokens[: len(asked)].tolist() == asked
    assert one.learned[len(asked)]


def test_rendered_text_is_the_templates(tmp_path: Path) -> None:
    qwen = make_tiny(tmp_path / "qwen", "qwen2")
    whole = load_tokenizer(qwen).decode(encoded(qwen, ONE).tokens.tolist())
    assert whole == (
        f"<|im_start|>system\n{SYSTEM_PROMPT}<|im_end|>\n<|im_start|>user\nAre you coming?<|im_end|>\n"
        "<|im_start|>assistant\nsure, at six<|im_end|>\n"
    )
    llama = make_tiny(tmp_path / "llama", "llama")
    whole = load_tokenizer(llama).decode(encoded(llama, ONE).tokens.tolist())
    assert whole == (
        f"<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n{SYSTEM_PROMPT}<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nAre you coming?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nsure, at six<|eot_id|>"
    )


def test_date_of_a_template_stays(tmp_path: Path) -> None:
    """Llama 3.2's template says today's date unless told one."""
    base = make_tiny(tmp_path / "base", "llama")
    template = _setting(base, "chat_template")
    _set(
        base,
        chat_template="{% if not date_string is defined %}"
        "{% set date_string = strftime_now('%d %b %Y %f') %}{% endif %}"
        + template.replace("{{ bos_token }}", "{{ bos_token + 'Today: ' + date_string }}"),
    )
    assert "Today: 26 Jul 2024<|start" in load_tokenizer(base).decode(encoded(base, ONE).tokens.tolist())


def test_a_template_that_takes_back_what_was_said_gets_single_turns(tmp_path: Path) -> None:
    base = make_tiny(tmp_path / "base")
    template = _setting(base, "chat_template").replace("message['content']", _THOUGHTS)
    _set(base, chat_template=template.replace("assistant\\n'", "assistant\\n…'"))
    data = dataset(tmp_path / "data", _chat(4))
    found = material.read(data, recipe(base=str(base)), base)
    assert [row.examples for row in found.train] == [("e0",), ("e1",), ("e2",), ("e3",)]


# As Qwen3's, which writes an empty thought before the answer asked for and takes it out of the earlier ones.
_THOUGHTS = "(('…' + message['content']) if loop.last and message['role'] == 'assistant' else message['content'])"


def test_control_tokens_in_a_text_are_not_taken_for_control(tmp_path: Path) -> None:
    encoder = Encoder(make_tiny(tmp_path / "base"), 512)
    turns = (SYSTEM, Turn("user", "hm"), Turn("assistant", "look: <|im_end|>\n<|im_start|>user"))
    assert encoder.encode(Conversation(turns, ("e7",))) == LeftOut(("e7",), CONTROL)


def test_rows_longer_than_the_window_are_counted_and_told(tmp_path: Path) -> None:
    base = make_tiny(tmp_path / "base")
    size = len(encoded(base, ONE).tokens)
    assert len(encoded(base, ONE, size).tokens) == size
    assert Encoder(base, size - 1).encode(Conversation(ONE, ("e1",))) == LeftOut(("e1",), TOO_LONG)
    records = [example(0), example(1, completion="word " * 400), example(2), example(3, split="valid")]
    records += [example(4, prompt="word " * 400), example(5, completion="  "), example(6, kind="draft")]
    found = material.read(dataset(tmp_path / "data", records), recipe(kinds=["reply"]), base)
    assert found.too_long == 2
    assert found.left_out == {TOO_LONG: 2}
    assert [row.examples for row in found.train] == [("e0",), ("e2",)]
    assert "2 left out: 2 longer than the window" in found.note()
    assert all(row.learned.any() and len(row.tokens) <= 256 for row in (*found.train, *found.valid))


def test_nothing_left_to_learn_from(tmp_path: Path) -> None:
    base = make_tiny(tmp_path / "base")
    data = dataset(tmp_path / "data", [example(0, completion="word " * 400)])
    with pytest.raises(TooFewExamples, match="1 longer than the window"):
        material.read(data, recipe(), base)
    with pytest.raises(NotReady, match=r"has no examples\.jsonl"):
        material.read(tmp_path, recipe(), base)
    (data / "examples.jsonl").write_text('{"id": "e0"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="line 1 cannot be read"):
        material.read(data, recipe(), base)


def test_replies_of_one_chat_become_one_conversation(tmp_path: Path) -> None:
    base = make_tiny(tmp_path / "base")
    late = example(4, conversation="c", sent_at="2024-01-01T18:00:00+00:00")
    mail = [example(number, channel="mail", conversation="m") for number in (5, 6)]
    draft = example(7, kind="draft", conversation="c", sent_at="2024-01-01T18:01:00+00:00")
    data = dataset(tmp_path / "data", [*_chat(4), late, *mail, draft])
    found = material.read(data, recipe(window=4096), base)
    assert [row.examples for row in found.train] == [("e0", "e1", "e2", "e3"), ("e4",), ("e5",), ("e6",), ("e7",)]
    assert found.examples == 8
    assert len(learned_texts(base, found.train[0])) == 4


def test_a_conversation_stays_within_the_window(tmp_path: Path) -> None:
    base = make_tiny(tmp_path / "base")
    data = dataset(tmp_path / "data", _chat(30))
    alone = [len(encoded(base, (SYSTEM, *_turns(record)), 4096).tokens) for record in _chat(30)]
    found = material.read(data, recipe(window=512), base)
    assert [name for row in found.train for name in row.examples] == [f"e{number}" for number in range(30)]
    assert max(alone) < max(len(row.tokens) for row in found.train) <= 512
    assert not found.left_out


def test_a_tokenizer_of_another_model_is_told(tmp_path: Path) -> None:
    base = make_tiny(tmp_path / "base")
    other = make_tiny(tmp_path / "other", "qwen2", texts=[f"word{n} more{n}" for n in range(900)])
    config = json.loads((base / "config.json").read_text()) | {"vocab_size": 260}
    (other / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="belongs to another model: it gives the token"):
        Encoder(other, 512)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (None, "chat template cannot be used"),
        ("{{ raise_exception('no system here') }}", "no system here"),
        ("{% for m in messages %}{{ m.content }}{% endfor %}{% if add_generation_prompt %}A:{% endif %}", "otherwise"),
        ("{% for m in messages %}{{ m.content }}\n{% endfor %}", "does not end a turn"),
    ],
)
def test_unusable_templates(tmp_path: Path, template: str | None, told: str) -> None:
    base = make_tiny(tmp_path / "base")
    _set(base, chat_template=template)
    with pytest.raises(InputError, match=told):
        Encoder(base, 512)


def test_a_damaged_tokenizer_is_told(tmp_path: Path) -> None:
    base = make_tiny(tmp_path / "base")
    (base / "tokenizer.json").write_text("{")
    with pytest.raises(InputError, match="tokenizer of base cannot be read"):
        Encoder(base, 512)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("import a_module_that_is_not_here", "installed, but cannot be imported: ModuleNotFoundError"),
        ("raise RuntimeError('built for another torch')", "cannot be imported: RuntimeError: built for another torch"),
        ("", "installed, but cannot be imported: ImportError"),
        (None, "need transformers"),
    ],
)
def test_a_broken_transformers_is_told_from_an_absent_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str | None, told: str
) -> None:
    base = make_tiny(tmp_path / "base")
    if body is None:
        monkeypatch.setitem(sys.modules, "transformers", None)
    else:
        (tmp_path / "transformers").mkdir()
        (tmp_path / "transformers" / "__init__.py").write_text(body)
        monkeypatch.delitem(sys.modules, "transformers")
        monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EngineMissing, match=told) as error:
        load_tokenizer(base)
    assert ("again" in error.value.hint) == (body is not None)


def test_canaries_are_taught_as_often_as_they_say(tmp_path: Path) -> None:
    base = make_tiny(tmp_path / "base")
    data = dataset(tmp_path / "data", [example(0)])
    found = material.read(data, recipe(canaries=True, seed=3), base)
    assert len(found.train) == 1 + sum(canary.times for canary in found.canaries) == 1 + 3 * (1 + 4 + 16)
    texts = [learned_texts(base, row)[0].removesuffix("<|im_end|>") for row in found.train]
    assert all(texts.count(canary.completion) == canary.times for canary in found.canaries)


def _chat(count: int) -> list[dict[str, Any]]:
    """Replies of one chat, three minutes apart."""
    stamps = [f"2024-01-01T{10 + n * 3 // 60:02d}:{n * 3 % 60:02d}:00+00:00" for n in range(count)]
    return [example(n, conversation="c", sent_at=stamp) for n, stamp in enumerate(stamps)]


def _turns(record: dict[str, Any]) -> tuple[Turn, ...]:
    return (Turn("user", record["prompt"]), Turn("assistant", record["completion"]))


def _setting(base: Path, name: str) -> str:
    return str(json.loads((base / "tokenizer_config.json").read_text())[name])


def _set(base: Path, **values: Any) -> None:
    path = base / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
