"""What the gateway adds between a language model and its reader, token by token.

    python -m bench.serving                 llama-server and mlx on a random model of the shape of Qwen2.5-0.5B
    python -m bench.serving --shape tiny    the same on a model of no size, in a minute

Every measure is paired: the same request directly and through the gateway, in turn, in one run. How long a token was
on its way is known to the token: llama-server is asked through a tap that notes when each one passed, mlx runs in an
engine that says the time in place of the text, and so does the paced server behind the hundred streams (20 ms a token:
a real model would take all of this machine and measure itself). What is shown is what the gateway adds to that.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import textwrap
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import numpy as np

from bench.gateway import quantile, started
from bench.harness import finish
from bench.upstream import Tap, paced
from likeness.core import exports, lora
from likeness.core.artefacts import Manifest, publish
from likeness.core.home import Home
from likeness.core.models import model_config
from likeness.engines.tuning.tiny import Size, make_tiny
from likeness.write.deploy.gguf import write_gguf

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import llama_runtime

HALF_BILLION = Size(hidden=896, layers=24, heads=14, key_value_heads=2, intermediate=4864, tied=True)
"""Qwen2.5-0.5B but for its vocabulary: 358 million weights of 494."""
STREAMS = 100
PROMPT = "Say thanks for the slides and see you on Friday at the harbour"
TIMED = """
    import time
    from dataclasses import replace
    from likeness.core.types import Draft
    from likeness.engines.mlx.engine import MlxEngine


    class Timed(MlxEngine):
        info = replace(MlxEngine.info, name="timed")

        def write(self, request):
            draft = super().write(request)
            return Draft((f"{time.perf_counter_ns()} " for _ in draft.pieces), draft.provenance, draft.ended)
"""


@dataclass
class Latencies:
    """Milliseconds that tokens were on their way, directly and through the gateway, and those until the first."""

    direct: list[float] = field(default_factory=list)
    through: list[float] = field(default_factory=list)
    first_direct: list[float] = field(default_factory=list)
    first_through: list[float] = field(default_factory=list)

    def added(self) -> list[float]:
        """What each token took longer than the median one that came directly."""
        usual = statistics.median(self.direct) if self.direct else 0.0
        return [value - usual for value in self.through]

    def first_added(self) -> list[float]:
        """The same until the first token."""
        return [value - statistics.median(self.first_direct) for value in self.first_through]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=("0.5b", "tiny"), default="0.5b", help="shape of the model")
    parser.add_argument("--pairs", type=int, default=12, help="pairs of streams for each engine")
    parser.add_argument("--tokens", type=int, default=32, help="tokens of each stream")
    parser.add_argument("--without-mlx", action="store_true", help="leave out mlx")
    options = parser.parse_args()
    rows: list[Sequence[object]] = []
    figures: dict[str, float | int | None] = {"streams": STREAMS}
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        model = make_tiny(at / "base", "qwen2", size=HALF_BILLION if options.shape == "0.5b" else None)
        home = _person(at / "Likeness", model)
        llama = asyncio.run(_llama(at, model, home, options, rows, figures))
        every = llama.added()
        if not options.without_mlx:
            every += asyncio.run(_mlx(at, model, home, options, rows, figures)).added()
        asyncio.run(_hundred(home, rows, figures))
    figures["added_ms_p50"] = quantile(every, 0.5)
    figures["added_ms_p95"] = quantile(every, 0.95)
    finish("serving", ("milliseconds", "p50", "p95", "worst", "n"), rows, figures)


async def _llama(
    at: Path,
    model: Path,
    home: Home,
    options: argparse.Namespace,
    rows: list[Sequence[object]],
    figures: dict[str, float | int | None],
) -> Latencies:
    """llama-server with two adapters, directly and through the gateway in turn, behind one tap."""
    files = [home.root / "exports" / f"{name}.gguf" for name in ("first", "second")]
    gguf = llama_runtime.write_base(model, at / "base.gguf")
    found = Latencies()
    with (
        llama_runtime.server(gguf, "--lora-init-without-apply", adapters=files, seconds=180) as server,
        Tap(server).running() as tap,
        started(home.root, "sam", {"writer": "openai", "openai_url": f"{tap.url}/v1"}) as gateway,
    ):
        # As the gateway asks: with every adapter's scale, the prompt read anew.
        off = {"lora": [{"id": 0, "scale": 0}, {"id": 1, "scale": 0}], "cache_prompt": False}
        for number in range(options.pairs + 1):
            for url, client, fields, tokens, firsts in (
                (f"{tap.url}/v1", None, off, found.direct, found.first_direct),
                (str(gateway.base_url) + "/v1", gateway, {"model": "base"}, found.through, found.first_through),
            ):
                asked = time.perf_counter()
                heard = await _stream(url, client, {**fields, "max_tokens": options.tokens})
                passed = tap.passed()
                if number:
                    tokens += _on_the_way(passed, heard)
                    firsts.append((heard[0][0] - asked) * 1000)
        switched = await _switching(gateway)
    rows.append(_row("llama-server: added to a token", found.added()))
    rows.append(_row("  on its way directly", found.direct))
    rows.append(_row("llama-server: added to the first token", found.first_added()))
    rows += _switch_rows("llama-server", switched)
    figures |= {
        "llama_added_ms_p50": quantile(found.added(), 0.5),
        "llama_added_ms_p95": quantile(found.added(), 0.95),
        "llama_first_added_ms_p50": quantile(found.first_added(), 0.5),
        "adapter_switch_ms": _switch(switched),
    }
    return found


async def _mlx(
    at: Path,
    model: Path,
    home: Home,
    options: argparse.Namespace,
    rows: list[Sequence[object]],
    figures: dict[str, float | int | None],
) -> Latencies:
    """The mlx engine in its lane. Directly a token is there when the engine gives it: its time is what it says."""
    site = at / "site"
    (site / "timed-1.0.dist-info").mkdir(parents=True)
    (site / "timed-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: timed\nVersion: 1.0\n")
    (site / "timed-1.0.dist-info" / "entry_points.txt").write_text("[likeness.engines]\ntimed = timed_engine:Timed\n")
    (site / "timed_engine.py").write_text(textwrap.dedent(TIMED))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))
    found = Latencies()
    with started(home.root, "sam", {"writer": "timed", "writer_model": str(model)}) as gateway:
        url = str(gateway.base_url) + "/v1"
        for number in range(max(2, options.pairs // 3) + 1):
            heard = await _stream(url, gateway, {"model": "base", "max_tokens": options.tokens})
            if number:
                found.through += _said_ago(heard)
        switched = await _switching(gateway)
    rows.append(_row("mlx: added to a token", found.added()))
    rows += _switch_rows("mlx", switched)
    figures |= {
        "mlx_added_ms_p50": quantile(found.added(), 0.5),
        "mlx_added_ms_p95": quantile(found.added(), 0.95),
        "adapter_switch_ms_mlx": _switch(switched),
    }
    return found


async def _hundred(home: Home, rows: list[Sequence[object]], figures: dict[str, float | int | None]) -> None:
    """A hundred streams at once from a paced server, directly and through the gateway, three times in turn."""
    found = Latencies()
    with (
        paced() as upstream,
        started(home.root, "sam", {"writer": "openai", "openai_url": f"{upstream}/v1"}) as gateway,
    ):
        for number in range(4):
            for url, client, tokens, firsts in (
                (f"{upstream}/v1", None, found.direct, found.first_direct),
                (str(gateway.base_url) + "/v1", gateway, found.through, found.first_through),
            ):
                asked = time.perf_counter()
                crowd = await asyncio.gather(*(_stream(url, client, {"model": "base"}) for _ in range(STREAMS)))
                if number:
                    for heard in crowd:
                        tokens += _said_ago(heard)[1:]
                        firsts.append((heard[0][0] - asked) * 1000)
    rows.append(_row(f"{STREAMS} streams at once: added to the first token", found.first_added()))
    rows.append(_row("  first token directly", found.first_direct))
    rows.append(_row(f"{STREAMS} streams at once: added to a token", found.added()))
    rows.append(_row("  on its way directly", found.direct))
    figures |= {
        "streams100_added_ms": quantile(found.first_added(), 0.5),
        "streams100_added_ms_p95": quantile(found.first_added(), 0.95),
        "streams100_token_added_ms_p50": quantile(found.added(), 0.5),
        "streams100_token_added_ms_p95": quantile(found.added(), 0.95),
    }


@dataclass(frozen=True)
class Switched:
    """Milliseconds until the first token: with the adapter of the request before, and with another."""

    same: list[float]
    other: list[float]


async def _switching(gateway: httpx.Client) -> Switched:
    """Ask for one token with adapters in an order that stays and changes at random."""
    found = Switched([], [])
    drawn = random.Random(3)
    url, last = str(gateway.base_url) + "/v1", ""
    for _ in range(24):
        adapter = drawn.choice(("first", "second"))
        asked = time.perf_counter()
        fields = {"model": "me:rewrite", "adapter": adapter, "max_tokens": 2}
        heard = await _stream(url, gateway, fields, may_be_empty=True)
        took = ((heard[0][0] if heard else time.perf_counter()) - asked) * 1000
        if last:
            (found.same if adapter == last else found.other).append(took)
        last = adapter
    return found


def _switch(found: Switched) -> float:
    return statistics.median(found.other) - statistics.median(found.same)


def _switch_rows(name: str, found: Switched) -> list[Sequence[object]]:
    return [_row(f"{name}: first token, same adapter", found.same), _row("  another adapter", found.other)]


Heard = list[tuple[float, str]]
"""When a reader had which text: seconds on the clock that all processes share."""


async def _stream(
    url: str, gateway: httpx.Client | None, fields: Mapping[str, Any], *, may_be_empty: bool = False
) -> Heard:
    """Read one stream. The reader is the same for both, so that its own slowness is on both sides.

    Two tokens of a random model can be no text once finished, which the gateway answers with an error.
    """
    body = {"messages": [{"role": "user", "content": PROMPT}], "temperature": 0, "stream": True, **fields}
    headers = {"Authorization": gateway.headers["Authorization"]} if gateway is not None else {}
    heard: Heard = []
    rest = b""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with (
        aiohttp.ClientSession(connector=connector, trust_env=False) as session,
        session.post(url.replace("//v1", "/v1") + "/chat/completions", json=body, headers=headers) as response,
    ):
        if response.status == 400 and may_be_empty:
            return heard
        if response.status != 200:
            raise SystemExit(f"{url} answered {response.status}: {await response.text()}")
        async for chunk in response.content.iter_any():
            now = time.perf_counter()
            *lines, rest = (rest + chunk).split(b"\n")
            text = Tap.text(lines)
            if text:
                heard.append((now, text))
    return heard


def _on_the_way(passed: Heard, heard: Heard) -> list[float]:
    """Milliseconds from each token's passing the tap to the moment all of its characters were read.

    Text that the finishing pass held back counts until it was given.
    """
    arrivals = [(moment, len(text)) for moment, text in heard]
    taken: list[float] = []
    so_far, had, index = 0, 0, -1
    for moment, text in passed:
        so_far += len(text)
        while had < so_far and index + 1 < len(arrivals):
            index += 1
            had += arrivals[index][1]
        if had >= so_far:
            taken.append((arrivals[index][0] - moment) * 1000)
    return taken


def _said_ago(heard: Heard) -> list[float]:
    """Milliseconds since the moments that the text itself says, in nanoseconds."""
    return [(moment - int(said) / 1e9) * 1000 for moment, text in heard for said in text.split()]


def _person(root: Path, model: Path) -> Home:
    """Sam, with two adapters on the model, as for llama-server and for mlx."""
    made = Home(root)
    home = made.create("sam")
    config = model_config(model)
    for number, name in enumerate(("first", "second"), 1):
        fresh = lora.fresh(config, ("q_proj", "k_proj", "v_proj", "o_proj"), 16, 32.0, seed=number)
        drawn = np.random.default_rng(number)
        weights = {key: _filled(key, value, drawn) for key, value in fresh.weights.items()}
        adapter = replace(fresh, weights=weights)
        with publish(home.adapters / name) as folder:
            lora.write(folder, adapter)
            Manifest(kind="adapter", name=name, engine="mlx", form="lora", base_model=str(model)).save(folder)
        file = root / "exports" / f"{name}.gguf"
        write_gguf(file, adapter, config, name=name)
        exports.record(home.adapters / name, "gguf", {"file": str(file)})
    return made


def _filled(name: str, value: np.ndarray[Any, Any], drawn: np.random.Generator) -> np.ndarray[Any, Any]:
    return value if "lora_A" in name else (drawn.standard_normal(value.shape) * 0.05).astype(np.float32)


def _row(name: str, values: Sequence[float]) -> Sequence[object]:
    return name, quantile(values, 0.5), quantile(values, 0.95), max(values), len(values)


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
