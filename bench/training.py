"""How fast a LoRA is trained, against what people use: plain ``mlx_lm.lora`` and ``transformers.Trainer`` with peft.

    python -m bench.training                        the shipped example person's dataset, 64 rows of it
    python -m bench.training --data DATASET         somebody's own
    python -m bench.training --model-size 0.5b …    another shape, see ``SIZES``

Same machine, same base, same rows, same batch, rank, modules and window; each side in a process of its own, in turn,
``--rounds`` times. Compared are the tokens a second that count in the loss (the person's words and the end of their
turn), over one epoch, from the end of the first step on; the best round of each side, since what else runs on a
machine only makes it slower. Beside it stands the same by the processor's own time, which other work disturbs less.
Memory is the largest resident set above that of the imported libraries, which weigh more than a small model. The base
has random weights: speed does not depend on what they are.

How long the rows are decides much. They are those of the dataset: for the example person 139 tokens on average
(10 % under 85, 10 % over 206), 44 of them counting. A dataset's rows are drawn at random, the draw fixed by the seed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.harness import finish
from bench.training_sides import Job
from likeness.core.types import Example
from likeness.engines.tuning import conversations
from likeness.engines.tuning.tiny import Size, make_tiny
from likeness.engines.tuning.tokens import Encoder, Row
from likeness.write import dataset as datasets
from likeness.write.tune_recipe import tune_recipe

EXAMPLE = Path(__file__).parents[1] / "examples" / "ellis"
PAIRS = (("mlx", "mlx-lm"), ("torch", "transformers"))
_MOST_MERGES = 16_384


@dataclass(frozen=True)
class Shape:
    """A Qwen2: ``Size`` without the vocabulary the tokenizer learns, and the vocabulary of the model."""

    size: Size
    vocabulary: int

    @property
    def head_share(self) -> float:
        """Share of the weights multiplied per token that are the layer over the vocabulary's."""
        size = self.size
        narrow = size.hidden * size.key_value_heads / size.heads
        layer = 2 * size.hidden * (size.hidden + narrow) + 3 * size.hidden * size.intermediate
        head = self.vocabulary * size.hidden
        return head / (head + size.layers * layer)


SIZES: Mapping[str, Shape] = {
    "small": Shape(Size(hidden=192, layers=8, heads=6, key_value_heads=2, intermediate=768, tied=True), 8_192),
    "medium": Shape(Size(hidden=256, layers=10, heads=4, key_value_heads=2, intermediate=1024, tied=True), 16_384),
    "wide": Shape(Size(hidden=256, layers=4, heads=4, key_value_heads=2, intermediate=1024, tied=True), 151_936),
    "0.5b": Shape(Size(hidden=896, layers=24, heads=14, key_value_heads=2, intermediate=4864, tied=True), 151_936),
}
"""``small`` is the one compared by: its layer over the vocabulary has about the share of the weights multiplied that
Qwen2.5-0.5B's has (27 %; 10 % at 3B, 7 % at 7B), for a small model with a large vocabulary would flatter whoever makes
few logits. ``wide`` has the whole vocabulary of Qwen2.5, and few layers."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2, help="how often each side runs")
    parser.add_argument("--model-size", choices=tuple(SIZES), default="small", help="shape of the base")
    parser.add_argument("--rows", type=int, default=64, help="examples to train on")
    parser.add_argument("--data", type=Path, help="dataset folder; the example person's by default")
    parser.add_argument("--sides", nargs="+", choices=("mlx", "torch"), default=("mlx", "torch"), help="which runtimes")
    parser.add_argument("--checkpointing", action="store_true", help="gradient checkpointing on all sides")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        data = options.data or _example(folder / "home")
        job = _prepare(folder, data, SIZES[options.model_size], options.rows, options.checkpointing)
        pairs = [pair for pair in PAIRS if pair[0] in options.sides]
        found: dict[str, list[dict[str, float]]] = {}
        for number in range(options.rounds):
            for pair in pairs:
                for side in pair if number % 2 == 0 else pair[::-1]:
                    found.setdefault(side, []).append(_measured(side, job))
                    print(f"round {number + 1}: {side} {found[side][-1]['seconds']:.1f} s", flush=True)
    rows = [_row(side, measures) for side, measures in found.items()]
    header = ("trainer", "useful tokens/s", "by processor", "all rounds", "peak MB", "above imports MB")
    finish("training", header, rows, _figures(found, pairs) | {"rounds": options.rounds, "rows": job.rows})


def _figures(
    found: Mapping[str, Sequence[Mapping[str, float]]], pairs: Sequence[tuple[str, str]]
) -> dict[str, float | int | None]:
    figures: dict[str, float | int | None] = {}
    for ours, theirs in pairs:
        figures[f"useful_tokens_ratio_{ours}"] = _speed(found[ours], "seconds") / _speed(found[theirs], "seconds")
        processor = _speed(found[ours], "processor") / _speed(found[theirs], "processor")
        figures[f"useful_tokens_processor_ratio_{ours}"] = processor
        figures[f"memory_ratio_{ours}"] = _median(found[ours], "added_mb") / _median(found[theirs], "added_mb")
        figures[f"memory_whole_ratio_{ours}"] = _median(found[ours], "peak_mb") / _median(found[theirs], "peak_mb")
    return figures


def _speed(measures: Sequence[Mapping[str, float]], of: str) -> float:
    """Useful tokens a second in the best round, by the clock ("seconds") or by the "processor"."""
    return max(measure["useful"] / measure[of] for measure in measures)


def _row(side: str, measures: Sequence[Mapping[str, float]]) -> Sequence[object]:
    told = " ".join(f"{measure['useful'] / measure['seconds']:.1f}" for measure in measures)
    speeds = (_speed(measures, "seconds"), _speed(measures, "processor"))
    return (side, *speeds, told, _median(measures, "peak_mb"), _median(measures, "added_mb"))


def _median(measures: Sequence[Mapping[str, float]], name: str) -> float:
    return statistics.median(measure[name] for measure in measures)


def _prepare(folder: Path, data: Path, shape: Shape, count: int, checkpointing: bool) -> Job:
    """Base, rows and recipe in ``folder``."""
    recipe = tune_recipe("style", bits=0, epochs=1, checkpoints=1, gradient_checkpointing=checkpointing, seed=1)
    examples = conversations.read(data, "train", recipe.kinds)
    _base(folder / "base", shape, examples)
    encoder = Encoder(folder / "base", recipe.window)
    encoded = [(example, encoder.encode(conversations.single(example))) for example in examples]
    fitting = [(example, row) for example, row in encoded if isinstance(row, Row)]
    # Whole batches alone: mlx-lm leaves out what is over.
    per_step = recipe.batch * recipe.accumulation
    chosen = random.Random(recipe.seed).sample(fitting, min(count, len(fitting)) // per_step * per_step)
    if not chosen:
        raise SystemExit(f"too few examples for one step of {per_step}")
    _write_rows(folder / "data", [example for example, _ in chosen])
    lengths, useful = (
        [int(f(row)) for _, row in chosen] for f in (lambda row: len(row.tokens), lambda row: row.learned.sum())
    )
    _tell("tokens of a row", lengths)
    _tell("of them counting", useful)
    print(f"weights over the vocabulary: {shape.head_share:.0%} of those multiplied per token", flush=True)
    job = Job(folder, recipe.model_dump(mode="json"), len(chosen))
    job.save(folder / "job.json")
    return job


def _base(folder: Path, shape: Shape, examples: Sequence[Example]) -> None:
    """A base of ``shape`` with a tokenizer learned from ``examples``. Its vocabulary is padded, as Qwen2.5's own is."""
    from dataclasses import replace

    texts = [text for example in examples for text in (example.prompt, example.completion)]
    make_tiny(folder, texts=texts, size=replace(shape.size, vocabulary=min(_MOST_MERGES, shape.vocabulary)))
    import numpy as np
    from safetensors.numpy import load_file, save_file

    config = json.loads((folder / "config.json").read_text())
    weights = load_file(folder / "model.safetensors")
    name = "model.embed_tokens.weight"
    missing = shape.vocabulary - len(weights[name])
    drawn = np.random.default_rng(0).standard_normal((missing, shape.size.hidden), np.float32)
    weights[name] = np.concatenate([weights[name], drawn / np.float32(shape.size.hidden**0.5)])
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps({**config, "vocab_size": shape.vocabulary}))


def _write_rows(folder: Path, examples: Sequence[Example]) -> None:
    """The rows in the product's form, and as chats for the others; the same prompts byte for byte."""
    folder.mkdir()
    datasets.save_examples(folder, examples)
    with (folder / "train.jsonl").open("w", encoding="utf-8") as file:
        for example in examples:
            turns = conversations.single(example).turns
            chat = [{"role": turn.role, "content": turn.content} for turn in turns]
            file.write(json.dumps({"messages": chat}) + "\n")


def _measured(side: str, job: Job) -> dict[str, float]:
    """One run of ``side`` in its own process."""
    shutil.rmtree(job.folder / f"ours-{side}", ignore_errors=True)
    # mlx-lm compiles its step; on a processor that takes minutes and gains little, so it is spared that.
    environment = {**os.environ, "MLX_DISABLE_COMPILE": "1"} if sys.platform != "darwin" else dict(os.environ)
    command = [sys.executable, "-m", "bench.training_sides", side, str(job.folder / "job.json")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{side} failed:\n{done.stderr[-3000:]}")
    measure: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return measure


def _example(home: Path) -> Path:
    """The example person's dataset, prepared in ``home``."""
    print("preparing the shipped example person's dataset", flush=True)
    known = json.loads((EXAMPLE / "person.json").read_text(encoding="utf-8"))["identities"]
    for arguments in (
        ("init", "ellis"),
        ("import", str(EXAMPLE), "--yes", *(f"--me={identity}" for identity in known)),
        ("prepare", "writing", "--allow-small"),
    ):
        environment = {**os.environ, "LIKENESS_HOME": str(home)}
        done = subprocess.run(
            [sys.executable, "-m", "likeness", *arguments], env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"likeness {arguments[0]} failed:\n{done.stderr}")
    found = datasets.latest(home / "ellis" / "datasets")
    assert found is not None  # it has just been made
    return found


def _tell(what: str, counts: Sequence[int]) -> None:
    cuts = statistics.quantiles(counts, n=10)
    print(f"{what}: {statistics.mean(counts):.0f} on average, {cuts[0]:.0f} to {cuts[-1]:.0f} for the middle 80 %")


if __name__ == "__main__":
    main()
