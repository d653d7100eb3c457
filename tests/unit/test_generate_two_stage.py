"""Which adapter and model an engine is opened with, what comes back of it, and writing in two stages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import fake_writer
import pytest

from likeness.core import artefacts
from likeness.core.artefacts import Manifest
from likeness.core.errors import EngineFailed, InputError, NotFound, NotReady
from likeness.core.home import Home, PersonHome
from likeness.core.prompts import SUBSTANCE_SYSTEM_PROMPT
from likeness.core.settings import Settings, settings
from likeness.core.types import WriteRequest
from likeness.write.generate import (
    adapter_folder,
    channels,
    check_channel,
    draft,
    engine_options,
    open_substance,
    open_writer,
    rewrite,
)
from likeness.write.train import latest_adapter
from likeness.write.two_stage import kept, loss

FACTS = "Meet Ana at 14:30 on 3 May. It is not at https://example.org."


def says(adapter: str, request: WriteRequest) -> str:
    """A frame around everything; the base keeps to facts, the adapter loses one and makes another up."""
    if not adapter:
        return f"Sure! Here's a draft of your message:\n\n{FACTS}"
    if request.task == "rewrite":
        return "Here's the rewritten text:\n\nhey, Ana at 14:30 on 3 May, room 12, see https://example.org"
    return f"**Draft**\n\n{adapter} writes: {request.text or request.context}"


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    made = Home(tmp_path / "Likeness").create("sam")
    with artefacts.publish(made.datasets / "writing-1") as folder:
        counted = {"channel": {"signal": {"corpus": 3}, "mail": {"corpus": 40}}}
        Manifest("dataset", "writing-1", measures={"histograms": counted}).save(folder)
    return made


def plain_adapter(home: PersonHome, name: str, engine: str) -> None:
    with artefacts.publish(home.adapters / name) as folder:
        Manifest("adapter", name, engine=engine, created_at="2020-01-01T00:00:00+00:00").save(folder)


def test_an_engine_gets_the_newest_adapter_of_a_form_it_opens(
    home: PersonHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = fake_writer.install(monkeypatch, says)
    plain_adapter(home, "recall-1", "builtin.recall")
    with pytest.raises(NotReady) as error:
        latest_adapter(home, fake_writer.NAME)
    assert "likeness train writing" in error.value.hint
    made = fake_writer.adapter(home)
    assert latest_adapter(home, fake_writer.NAME) == made
    assert latest_adapter(home, "builtin.recall").name == "recall-1"
    assert latest_adapter(home) == made
    with open_writer(home, fake_writer.NAME) as writer:
        assert "".join(draft(writer, "say it").pieces) == "fake-1 writes: say it"
    assert kind.opened[-1] == (made, {})
    with open_writer(home, fake_writer.NAME, "fake-1/step-000100", model="elsewhere") as writer:
        assert "".join(draft(writer, "say it").pieces) == "step-000100 writes: say it"
    assert kind.opened[-1] == (made / "checkpoints" / "step-000100", {"model": "elsewhere"})
    with pytest.raises(NotFound, match="step-000300"):
        adapter_folder(home, fake_writer.NAME, "fake-1/step-000300")
    with pytest.raises(NotFound, match="nothing"):
        adapter_folder(home, fake_writer.NAME, "nothing")
    with pytest.raises(InputError, match="cannot use it"), open_writer(home, fake_writer.NAME, "recall-1"):
        pass


def test_one_request_can_name_another_adapter(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = fake_writer.install(monkeypatch, says)
    fake_writer.adapter(home)
    with open_writer(home, fake_writer.NAME) as writer:
        assert "".join(draft(writer, "x", adapter="/adapters/other").pieces) == "other writes: x"
        "".join(rewrite(writer, "x", adapter="/adapters/other").pieces)
    assert [request.adapter for request in kind.asked] == ["/adapters/other"] * 2


def test_stale_adapters_are_refused_with_the_command_that_learns_again(
    home: PersonHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_writer.install(monkeypatch, says)
    folder = fake_writer.adapter(home)
    Manifest("adapter", "fake-1", engine="fake", form="lora", extra={"stale": {"reason": "forgotten"}}).save(folder)
    for name in ("", "fake-1", "fake-1/step-000100"):
        with pytest.raises(NotReady, match="stale") as error:
            adapter_folder(home, fake_writer.NAME, name)
        assert "likeness train writing" in error.value.hint
        adapter_folder(home, fake_writer.NAME, name, allow_stale=True)


def test_plain_is_the_base_of_the_newest_adapter_or_the_model_named(
    home: PersonHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = fake_writer.install(monkeypatch, says)
    made = fake_writer.adapter(home)
    with open_writer(home, fake_writer.NAME, plain=True) as writer:
        assert "".join(draft(writer, "say it").pieces) == FACTS
    with open_writer(home, fake_writer.NAME, plain=True, model="other"):
        pass
    assert kind.opened == [(None, {"model": str(made / "base")}), (None, {"model": "other"})]
    with pytest.raises(InputError, match="no language model"), open_writer(home, "builtin.recall", plain=True):
        pass


def test_a_plain_base_is_held_in_the_bits_its_adapter_was_learned_in(
    home: PersonHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = fake_writer.install(monkeypatch, says)
    old, new = fake_writer.adapter(home, "old"), fake_writer.adapter(home, "new")
    for folder, bits in ((old, 4), (new, 8)):
        replace(artefacts.load(folder), recipe={"bits": bits}, created_at=f"202{bits}-01-01T00:00:00+00:00").save(
            folder
        )
    for name in ("", "old", "old/step-000100"):
        with open_writer(home, fake_writer.NAME, name, plain=True):
            pass
    expected = [{"model": str(new / "base"), "bits": 8}, *([{"model": str(old / "base"), "bits": 4}] * 2)]
    assert kind.opened == [(None, options) for options in expected]
    with open_substance(home, fake_writer.NAME):
        pass
    assert kind.opened[-1] == (None, expected[0])


def test_options_are_those_of_the_engine_and_the_role() -> None:
    chosen = Settings(
        writer="ollama", writer_model="qwen2.5:3b", substance="openai", substance_model="big", openai_key="k"
    )
    hosts: tuple[str, ...] = ()
    assert engine_options(chosen, "ollama", "writer") == {
        "model": "qwen2.5:3b", "url": "http://127.0.0.1:11434", "allowed_hosts": hosts
    }  # fmt: skip
    assert engine_options(chosen, "openai", "substance") == {
        "model": "big", "url": "http://127.0.0.1:8080/v1", "key": "k", "allowed_hosts": hosts
    }  # fmt: skip
    assert "model" not in engine_options(chosen, "openai", "writer")
    assert engine_options(chosen, "mlx", "writer") == {}
    assert engine_options(settings(), "builtin.recall", "writer") == {}


def test_channels_are_those_of_the_dataset(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_writer.install(monkeypatch, says)
    folder = fake_writer.adapter(home)
    assert channels(home, folder) == ("mail", "signal")
    for channel in ("", "mail", "signal", "whatsapp"):
        check_channel(home, folder, channel)
    with pytest.raises(InputError, match="pigeon") as error:
        check_channel(home, folder, "pigeon")
    assert "mail, signal" in error.value.hint


def test_two_stages_tell_both_and_what_was_lost(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = fake_writer.install(monkeypatch, says)
    fake_writer.adapter(home)
    with (
        open_writer(home, fake_writer.NAME) as writer,
        open_substance(home, fake_writer.NAME, model="big") as thought,
    ):
        drafted = draft(writer, "meet Ana", context="When?", style_reference="like this", substance=thought)
        assert drafted.provenance.details["substance"] == FACTS
        assert "facts_lost" not in drafted.provenance.details
        text = "".join(drafted.pieces)
    assert text.startswith("hey, Ana at 14:30")
    first, second = kind.asked
    assert (first.task, first.turns[0].content, first.style_reference) == ("chat", SUBSTANCE_SYSTEM_PROMPT, "")
    assert "When?" in first.turns[1].content
    assert "like this" not in first.turns[1].content
    assert (second.task, second.text, second.style_reference) == ("rewrite", FACTS, "like this")
    told = drafted.provenance.details
    assert (told["facts"], told["facts_lost"], told["lost"], told["made_up"]) == (6.0, 1.0, "not", "12")
    assert told["finished"] == "preamble"
    assert told["substance_engine"] == fake_writer.NAME
    assert loss(drafted.provenance) == "lost: not; made up: 12"
    assert drafted.provenance.note.count(fake_writer.NAME) >= 1


def test_nothing_lost_is_nothing_told() -> None:
    assert kept("See Ana at 3.", "ana at 3, see you") == {"facts_lost": 0.0}


def test_a_first_stage_without_words_is_an_error(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_writer.install(monkeypatch, lambda adapter, request: "<think>hm</think>")
    fake_writer.adapter(home)
    with open_writer(home, fake_writer.NAME) as writer, pytest.raises(EngineFailed):
        draft(writer, "x", substance=writer)


def test_only_language_models_say_what_to_say(home: PersonHome) -> None:
    with pytest.raises(InputError, match="no language model"), open_substance(home, "builtin.recall"):
        pass
