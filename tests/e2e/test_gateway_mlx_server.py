"""The gateway in front of mlx_lm.server, and with mlx in a lane: adapters on and off in turn, never another's text."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from running_gateway import running
from served_models import PROMPTS, SYSTEM, TOKENS, Truth, answer_of, base, cases, client_of, draft_of, person, through
from served_models import mlx_server as server

from likeness.core.home import PersonHome
from likeness.core.prompts import PLAIN_SYSTEM_PROMPT

pytestmark = pytest.mark.slow


def alone(model: Path, adapter: str, converted: Path | None) -> Truth:
    """What mlx-lm says with these weights alone, in this program."""
    mlx_lm = pytest.importorskip("mlx_lm", reason="mlx-lm is not installed")
    loaded, tokenizer = mlx_lm.load(str(model), adapter_path=str(converted) if converted else None)
    found = {}
    for prompt in PROMPTS:
        system = SYSTEM if adapter else PLAIN_SYSTEM_PROMPT
        turns = [{"role": "system", "content": system}, {"role": "user", "content": prompt}]
        tokens = tokenizer.apply_chat_template(turns, add_generation_prompt=True)
        said = mlx_lm.generate(loaded, tokenizer, tokens, max_tokens=TOKENS)
        found[adapter, prompt] = draft_of(said, prompt) if adapter else answer_of(said)
    return found


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PersonHome, Truth]:
    """A base, a person with two adapters on it, and what each weights say on their own."""
    folder = tmp_path_factory.mktemp("mlx")
    model = base(folder / "base")
    home = person(folder / "Likeness", model)
    truth: Truth = {}
    for adapter in ("", "first", "second"):
        truth |= alone(model, adapter, home.root.parent / "exports" / f"{adapter}-mlx" if adapter else None)
    assert len(set(truth.values())) == len(truth)
    return model, home, truth


def in_turn(home: PersonHome, settings: dict[str, str], truth: Truth, seed: int) -> None:
    """Ask for all weights in a random order, one by one and at once. Detokenizers differ in a space at the start."""
    with running(home, settings) as gateway:
        client = client_of(gateway)
        drawn = random.Random(seed)
        for number in range(12):
            case = drawn.choice(cases())
            assert through(client, case, stream=bool(number % 2)).lstrip() == truth[case].lstrip(), (number, case)
        asked = drawn.choices(cases(), k=6)
        with ThreadPoolExecutor(3) as pool:
            said = list(pool.map(lambda case: through(client, case, stream=True), asked))
        assert [text.lstrip() for text in said] == [truth[case].lstrip() for case in asked]


def test_mlx_server_answers_with_the_weights_that_were_asked_for(tiny: tuple[Path, PersonHome, Truth]) -> None:
    model, home, truth = tiny
    # Started with an adapter, which is its default: the base has to be the base all the same.
    with server(model, "--adapter-path", str(home.root.parent / "exports" / "first-mlx")) as url:
        settings = {
            "LIKENESS_WRITER": "openai",
            "LIKENESS_WRITER_MODEL": str(model),
            "LIKENESS_OPENAI_URL": f"{url}/v1",
        }
        in_turn(home, settings, truth, 9)


def test_the_engine_in_its_lane_does_too(tiny: tuple[Path, PersonHome, Truth]) -> None:
    _, home, truth = tiny
    in_turn(home, {"LIKENESS_WRITER": "mlx", "MLX_DISABLE_COMPILE": "1"}, truth, 10)
