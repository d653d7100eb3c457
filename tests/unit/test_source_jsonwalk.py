"""Walking through JSON: the same values as reading it whole, in order, whatever the size of the pieces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.types import Skipped
from likeness.sources.shared import jsonwalk
from likeness.sources.shared.jsonwalk import BEGINS, ENDS, JsonWalk


def walked(path: Path, into: set[str]) -> list[tuple[str, Any]]:
    return list(JsonWalk(path).values(into))


def test_containers_are_entered_or_given_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('\ufeff{"a": [1, {"b": 2}], "c": {"d": [true, null]}, "e": []}', encoding="utf-8")
    assert walked(path, {"", "a", "e"}) == [
        ("", BEGINS),
        ("a", BEGINS),
        ("a.item", 1),
        ("a.item", {"b": 2}),
        ("a", ENDS),
        ("c", {"d": [True, None]}),
        ("e", BEGINS),
        ("e", ENDS),
        ("", ENDS),
    ]
    assert walked(path, set()) == [("", {"a": [1, {"b": 2}], "c": {"d": [True, None]}, "e": []})]


@pytest.mark.parametrize(
    "text", ["", " ", "{", "[1,", "[1 2]", '{"a" 1}', "{1: 2}", "[1] x", "[1,]", "nul", '["a', "}"]
)
def test_what_is_no_json_ends_with_a_value(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    last = walked(path, {""})[-1][1]
    assert isinstance(last, Skipped)
    assert (last.reason, last.bad) == ("truncated or damaged JSON", True)


def test_a_mistake_in_the_middle_does_not_read_the_rest_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"a": 1}, {"a": nonsense}, ' + '{"a": 1}, ' * 200_000 + "{}]")
    walk = JsonWalk(path)
    *before, (_, last) = walk.values({""})
    assert [value for _, value in before] == [BEGINS, {"a": 1}]
    assert isinstance(last, Skipped)
    assert walk.position <= 2 * jsonwalk._CHUNK


def test_a_value_longer_than_any_message_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonwalk, "_VALUE_LIMIT", 1 << 20)
    path = tmp_path / "a.json"
    path.write_text('[1, "' + "x" * (8 << 20))
    walk = JsonWalk(path)
    assert isinstance(list(walk.values({""}))[-1][1], Skipped)
    assert walk.position < 4 << 20


def test_a_side_file_that_cannot_be_read_is_nothing(tmp_path: Path) -> None:
    assert jsonwalk.whole(tmp_path / "none.json") is None
    (tmp_path / "bad.json").write_bytes(b"[" * 100_000)
    assert jsonwalk.whole(tmp_path / "bad.json") is None
    (tmp_path / "good.json").write_bytes(b'\xef\xbb\xbf{"a": "\xff"}')
    assert jsonwalk.whole(tmp_path / "good.json") == {"a": "\ufffd"}


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=12)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "é"]), inner, max_size=3),
    max_leaves=25,
)


@settings(max_examples=200, deadline=None)
@given(value=_JSON, chunk=st.integers(1, 40), indent=st.sampled_from([None, 1]), plain=st.booleans())
def test_it_says_what_reading_whole_says(
    value: Any, chunk: int, indent: int | None, plain: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("j") / "a.json"
    path.write_text(json.dumps(value, indent=indent, ensure_ascii=plain), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonwalk, "_CHUNK", chunk)
        assert walked(path, set()) == [("", value)]
        items = [v for place, v in walked(path, {""}) if place not in ("",)]
    if isinstance(value, list):
        assert items == value
    elif isinstance(value, dict):
        assert items == list(value.values())


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=80) | st.text(alphabet='{}[]":,\\u0a1e-.ntrufals ', max_size=60).map(str.encode))
def test_no_bytes_make_it_raise(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("j") / "a.json"
    path.write_bytes(data)
    walked(path, {"", "item", "a"})
