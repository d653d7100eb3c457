"""The dataset's files: what is saved is what is read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.core.errors import InputError, NotFound
from likeness.core.types import Example, Exchange
from likeness.write import dataset

TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60)


def exchange(text: str, context: str = "", sent_at: datetime | None = None) -> Exchange:
    return Exchange("e1", text, context, "mbox", "c1", "ana@example.org", sent_at, message_ids=("m1", "m2"))


@given(TEXT, TEXT, st.none() | st.datetimes(timezones=st.just(UTC)))
def test_an_exchange_survives_its_json(text: str, context: str, sent_at: datetime | None) -> None:
    row = dataset.Row(exchange(text, context, sent_at), "valid", 3)
    assert dataset.exchange_from_json(dataset.exchange_to_json(row)) == row
    line = dataset.with_split(dataset.exchange_record(row.exchange), row.split, row.copies)
    assert line == dataset.line(dataset.exchange_to_json(row))


def test_files_are_read_back_by_split(tmp_path: Path) -> None:
    rows = [dataset.Row(exchange(f"one\u2028two {i}\n"), split) for i, split in enumerate(dataset.SPLITS)]
    assert dataset.save_exchanges(tmp_path, rows) == 3
    assert list(dataset.exchanges(tmp_path)) == rows
    assert list(dataset.exchanges(tmp_path, "test")) == rows[2:]
    example = Example("x1", "reply", "train", "Hi?", "Hello.", "e1", message_ids=("m1",))
    dataset.save_examples(tmp_path, [example])
    assert list(dataset.examples(tmp_path, "train")) == [example]
    assert len((tmp_path / dataset.EXCHANGES).read_text("utf-8").splitlines()) == 3


def test_damage_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        list(dataset.exchanges(tmp_path))
    (tmp_path / dataset.EXCHANGES).write_text('{"id": "e1"}\n{"spl')
    with pytest.raises(InputError, match=r"exchanges\.jsonl"):
        list(dataset.exchanges(tmp_path))
    (tmp_path / dataset.EXCHANGES).write_text("[1]\n")
    with pytest.raises(InputError, match="line 1"):
        list(dataset.exchanges(tmp_path))
