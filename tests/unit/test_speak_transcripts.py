"""Transcripts are found beside recordings in every usual shape."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.errors import InputError, NotFound
from likeness.speak.transcripts import Transcripts, read_table

JSON_LINES = """{"audio_filepath": "x/a.wav", "text": "Well, hello."}
broken
{"file": "b", "transcript": "Good bye."}
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", 'file,transcript\na.wav,"Well, hello."\nsub/b.wav,Good bye.\n'),
        ("t.csv", 'b,Good bye.\na,"Well, hello."\n'),
        ("t.csv", "id;text\na;Well, hello.\nb;Good bye.\n"),
        ("t.tsv", 'path\tlocale\tsentence\na.mp3\ten\tWell, hello.\nb.mp3\ten\tGood bye.\n'),
        ("metadata.csv", "a|Well, hello.|well hello\nb|Good bye.|good bye\n"),
        ("t.jsonl", JSON_LINES),
    ],
)  # fmt: skip
def test_tables_of_every_kind(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert read_table(tmp_path / name) == {"a": "Well, hello.", "b": "Good bye."}


def test_quotes_in_ljspeech_metadata_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text('LJ001-0001|"Open," he said|open he said\n', encoding="utf-8")
    assert read_table(tmp_path / "metadata.csv") == {"lj001-0001": '"Open," he said'}


def test_where_a_transcript_is_looked_for(tmp_path: Path) -> None:
    wavs = tmp_path / "wavs"
    wavs.mkdir()
    (tmp_path / "metadata.csv").write_text("a|from the folder\nb|from the folder\n", encoding="utf-8")
    (wavs / "b.txt").write_text("\ufefffrom the\n sidecar\n", encoding="utf-8")
    (tmp_path / "given.csv").write_text("file,text\nb.wav,from the table\n", encoding="utf-8")
    found = Transcripts()
    assert [found.of(wavs / name) for name in ("a.wav", "b.wav", "c.wav")] == [
        "from the folder",
        "from the sidecar",
        "",
    ]
    assert Transcripts(tmp_path / "given.csv").of(wavs / "b.wav") == "from the table"
    assert Transcripts(tmp_path / "given.csv").of(wavs / "a.wav") == "from the folder"


def test_a_table_says_how_a_line_was_spoken(tmp_path: Path) -> None:
    (tmp_path / "transcripts.csv").write_text(
        'file,text,emotion\na.wav,"Hi, you.", Happy\nb.wav,Oh.\n', encoding="utf-8"
    )
    (tmp_path / "lines.jsonl").write_text('{"file": "b.wav", "text": "Oh.", "feeling": "tired"}\n', encoding="utf-8")
    found = Transcripts()
    assert [found.emotion_of(tmp_path / name) for name in ("a.wav", "b.wav", "c.wav")] == ["happy", "", ""]
    assert found.of(tmp_path / "a.wav") == "Hi, you."
    assert Transcripts(tmp_path / "lines.jsonl").emotion_of(tmp_path / "b.wav") == "tired"
    assert Transcripts(tmp_path / "lines.jsonl").emotion_of(tmp_path / "a.wav") == "happy"


def test_a_bad_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Transcripts(tmp_path / "absent.csv")
    (tmp_path / "bad.csv").write_bytes(b"a,\xff\xfe\x80")
    with pytest.raises(InputError, match="UTF-8"):
        Transcripts(tmp_path / "bad.csv")
    (tmp_path / "empty.csv").write_text("one column\n", encoding="utf-8")
    with pytest.raises(InputError, match="no row"):
        Transcripts(tmp_path / "empty.csv")


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300), name=st.sampled_from(["t.csv", "t.tsv", "t.jsonl"]))
def test_no_table_brings_anything_but_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = tmp_path_factory.mktemp("tables") / name
    path.write_bytes(content)
    try:
        table = read_table(path)
    except InputError:
        return
    assert all(key and said for key, said in table.items())
