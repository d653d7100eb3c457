"""The gateway in front of real servers of language models: adapters on and off in turn, never text of another one."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from running_gateway import Running, running
from served_models import PROMPTS, TOKENS, Truth, alone, base, cases, client_of, person, through

sys.path.insert(0, str(Path(__file__).parents[1]))
import llama_runtime


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("language")
    base(made / "base")
    return made


@pytest.fixture(scope="module")
def llama(folder: Path) -> Iterator[tuple[Running, Truth]]:
    """A gateway in front of a llama-server with two of three adapters, and what each weights say on their own."""
    home = person(folder / "Likeness", folder / "base", ("unknown", "first", "second"))
    model = llama_runtime.write_base(folder / "base", folder / "base.gguf")
    files = [home.root.parent / "exports" / f"{name}.gguf" for name in ("first", "second")]
    truth: Truth = {}
    for adapter, loaded in (("", []), ("first", files[:1]), ("second", files[1:])):
        with llama_runtime.server(model, adapters=loaded) as url:
            truth |= alone(url, adapter)
    assert len(set(truth.values())) == len(truth)
    # In another order than they were made in, and applied at start: ids are positions, and defaults are not trusted.
    with llama_runtime.server(model, "--parallel", "2", adapters=files[::-1]) as url:
        settings = {"LIKENESS_WRITER": "openai", "LIKENESS_OPENAI_URL": f"{url}/v1"}
        with running(home, settings) as gateway:
            yield gateway, truth


def test_llama_server_answers_with_the_weights_that_were_asked_for(llama: tuple[Running, Truth]) -> None:
    gateway, truth = llama
    client = client_of(gateway)
    drawn = random.Random(7)
    for number in range(40):
        case = drawn.choice(cases())
        assert through(client, case, stream=bool(number % 2)) == truth[case], (number, case)


def test_llama_server_keeps_concurrent_requests_apart(llama: tuple[Running, Truth]) -> None:
    gateway, truth = llama
    client = client_of(gateway)
    asked = random.Random(8).choices(cases(), k=24)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda case: through(client, case, stream=True), asked))
    assert said == [truth[case] for case in asked]


def test_the_openai_client_gets_limits_stops_counts_and_provenance(llama: tuple[Running, Truth]) -> None:
    gateway, truth = llama
    client = client_of(gateway)
    assert [model.id for model in client.models.list()] == ["me", "me:rewrite", "base", "voice"]
    assert client.models.retrieve("base").id == "base"
    turns = [{"role": "user", "content": PROMPTS[0]}]
    short = client.chat.completions.create(model="base", messages=turns, max_tokens=3, temperature=0)
    assert short.choices[0].finish_reason == "length"
    assert short.usage is not None
    assert short.usage.completion_tokens == 3
    assert truth["", PROMPTS[0]].startswith(short.choices[0].message.content or "?")
    chunks = list(
        client.chat.completions.create(
            model="base",
            messages=turns,
            max_tokens=3,
            temperature=0,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert chunks[-1].usage == short.usage
    assert chunks[-2].choices[0].finish_reason == "length"
    whole = truth["", PROMPTS[0]]
    at = next(at for at in range(8, len(whole)) if whole.index(whole[at : at + 5]) == at)
    stop = whole[at : at + 5]
    stopped = client.chat.completions.create(
        model="base", messages=turns, max_tokens=TOKENS, temperature=0, stop=[stop]
    )
    assert stopped.choices[0].finish_reason == "stop"
    assert (stopped.choices[0].message.content or "").rstrip() == whole[:at].rstrip()
    free = [
        client.chat.completions.create(
            model="me", messages=turns, max_tokens=8, temperature=1.5, top_p=0.9, seed=seed
        ).choices[0]
        for seed in (1, 1, 2)
    ]
    assert free[0].message.content == free[1].message.content != free[2].message.content
    told = client.chat.completions.create(model="me", messages=turns, max_tokens=8)
    provenance = told.likeness["provenance"]
    assert (provenance["engine"], provenance["method"]) == ("openai", "generated")
    assert provenance["details"]["adapter"] == "second"
    assert provenance["details"]["server"] == "llama-server"


def test_two_stages_are_written_by_the_base_and_said_by_the_person(llama: tuple[Running, Truth]) -> None:
    gateway, _ = llama
    client = client_of(gateway)
    for model in ("base", "me"):
        answer = client.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": PROMPTS[1]}],
            max_tokens=8,
            temperature=0,
            extra_body={"voice": "me", "style_reference": "hey! see ya"},
        )
        assert answer.choices[0].message.content
        details = answer.likeness["provenance"]["details"]
        assert details["substance"]
        assert details["substance_engine"] == "openai"
        assert details["adapter"] == "second"
        assert {"substance", "write"} <= set(answer.likeness["timings"])


def test_an_adapter_that_is_not_loaded_there_comes_with_the_command_that_loads_it(llama: tuple[Running, Truth]) -> None:
    gateway, _ = llama
    with gateway.client() as client:
        body = {"model": "me", "adapter": "unknown", "messages": [{"role": "user", "content": "hello"}]}
        for stream in (False, True):
            response = client.post("/v1/chat/completions", json={**body, "stream": stream})
            assert response.status_code == 409
            message = response.json()["error"]["message"]
            assert "unknown" in message
            assert "unknown.gguf --lora-init-without-apply" in message
        body["adapter"] = "../first"
        assert client.post("/v1/chat/completions", json=body).status_code == 422
        body["adapter"] = "nobody"
        assert client.post("/v1/chat/completions", json=body).status_code == 404


def test_the_pipeline_speaks_what_the_same_writer_wrote(llama: tuple[Running, Truth]) -> None:
    gateway, _ = llama
    with gateway.client() as client:
        response = client.post("/api/tts/pipeline", json={"prompt": PROMPTS[0], "voice": "nobody"})
        assert response.status_code in (404, 409)


def test_nothing_that_was_said_is_in_the_log(llama: tuple[Running, Truth]) -> None:
    gateway, truth = llama
    for words in (*PROMPTS, *truth.values()):
        assert words not in gateway.log
