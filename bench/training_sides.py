"""One epoch of one trainer, in a process of its own: ``bench.training`` starts it and reads the JSON it ends with.

    python -m bench.training_sides SIDE JOB.json

Sides: ``mlx`` and ``torch`` are the product's; ``mlx-lm`` is mlx-lm's own command with a configuration file,
``transformers`` its Trainer with an adapter of peft. All get the same base, rows, batch, accumulation, rank, dropout,
modules, rate and window, and take the loss on the answers alone. The time is that of one epoch, from the end of the
first optimizer step, which warms everything up, to the saved adapter; nobody validates in it. Counted are the tokens
that are learned: the answer's and the end of the turn. Memory is the largest resident set of the process, and what of
it came after the libraries were imported.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.harness import peak_mb


@dataclass(frozen=True)
class Job:
    """What every side is given. ``folder`` has the base, the rows in each side's form, and room for results."""

    folder: Path
    recipe: dict[str, Any]
    rows: int

    @property
    def base(self) -> Path:
        return self.folder / "base"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({**asdict(self), "folder": str(self.folder)}))

    @staticmethod
    def load(path: Path) -> Job:
        found = json.loads(path.read_text())
        return Job(Path(found["folder"]), found["recipe"], found["rows"])


@dataclass
class Measure:
    """Seconds of the training by the clock and of the processor, the tokens learned in them, and what memory was before
    the model was loaded (MB)."""

    imported_mb: float
    seconds: float = 0.0
    processor: float = 0.0
    useful: int = 0

    def begin(self) -> None:
        """From here on it counts."""
        self.seconds, self.processor = -time.perf_counter(), -time.process_time()

    def end(self) -> None:
        """Up to here."""
        self.seconds += time.perf_counter()
        self.processor += time.process_time()


def ours(job: Job, runtime: str) -> Measure:
    """The product's loop, up to the published adapter."""
    backend: Any
    if runtime == "mlx":
        import mlx_lm  # noqa: F401

        from likeness.engines.mlx.backend import MlxBackend as backend  # noqa: N813
    else:
        import transformers.models.qwen2.modeling_qwen2  # noqa: F401

        from likeness.engines.torch.backend import TorchBackend as backend  # noqa: N813
    from likeness.engines.tuning import checkpoints, run

    measure = Measure(peak_mb())
    out = job.folder / f"ours-{runtime}"
    for event in run.train(backend, job.data, {**job.recipe, "base": str(job.base)}, out):
        if event.stage == "training" and event.done == 1:
            measure.begin()
    measure.end()
    measure.useful = sum(
        line["useful_tokens"] for line in checkpoints.lines(out) if line["step"] > 1 and "loss" in line
    )
    return measure


def mlx_lm(job: Job) -> Measure:
    """``mlx_lm.lora`` by its own command line; its batches are counted on their way."""
    import mlx_lm.lora
    import yaml
    from mlx_lm.tuner.trainer import iterate_batches

    measure = Measure(peak_mb())
    recipe = job.recipe
    batches = job.rows // recipe["batch"]
    keys = [
        f"{'mlp' if name in ('gate_proj', 'up_proj', 'down_proj') else 'self_attn'}.{name}"
        for name in recipe["modules"]
    ]
    config = {
        "model": str(job.base),
        "train": True,
        "data": str(job.data),
        "mask_prompt": True,
        "num_layers": -1,
        "batch_size": recipe["batch"],
        "grad_accumulation_steps": recipe["accumulation"],
        "grad_checkpoint": recipe["gradient_checkpointing"],
        "iters": batches,
        "learning_rate": recipe["learning_rate"],
        "optimizer": "adamw",
        "max_seq_length": recipe["window"],
        "adapter_path": str(job.folder / "mlx-lm"),
        "steps_per_report": max(1, batches // 4),
        "steps_per_eval": batches + 1,
        "lora_parameters": {
            "rank": recipe["rank"],
            "dropout": recipe["dropout"],
            "scale": recipe["alpha"] / recipe["rank"],
            "keys": keys,
        },
    }
    path = job.folder / "mlx-lm.yaml"
    path.write_text(yaml.safe_dump(config))
    plain = mlx_lm.lora.train

    def counted(*arguments: Any, **options: Any) -> Iterator[Any]:
        for number, (batch, lengths) in enumerate(iterate_batches(*arguments, **options)):
            if number == recipe["accumulation"]:
                measure.begin()
            if number >= recipe["accumulation"]:
                # One less per row: the line break after the end of the turn.
                measure.useful += int((lengths[:, 1] - lengths[:, 0] - 1).sum())
            yield batch, lengths

    def timed(*arguments: Any, **options: Any) -> None:
        plain(*arguments, iterate_batches=counted, **options)
        measure.end()

    mlx_lm.lora.train = timed
    sys.argv = ["mlx_lm.lora", "--config", str(path)]
    mlx_lm.lora.main()
    return measure


def transformers(job: Job) -> Measure:
    """``transformers.Trainer`` with an adapter of peft: the prompt labelled -100, batches padded to their longest."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import (
        AutoModelForCausalLM,
        AutoTokenizer,
        DataCollatorForSeq2Seq,
        Trainer,
        TrainerCallback,
        TrainingArguments,
    )

    measure = Measure(peak_mb())
    recipe = job.recipe
    tokenizer = AutoTokenizer.from_pretrained(str(job.base), local_files_only=True)
    rows = []
    for line in (job.data / "train.jsonl").read_text(encoding="utf-8").splitlines():
        messages = json.loads(line)["messages"]
        ids = tokenizer.apply_chat_template(messages, return_dict=False)
        asked = tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True, return_dict=False)
        rows.append(
            {"input_ids": ids, "labels": [-100] * len(asked) + ids[len(asked) :], "attention_mask": [1] * len(ids)}
        )
    model = AutoModelForCausalLM.from_pretrained(str(job.base), local_files_only=True, dtype=torch.float32)
    adapter = LoraConfig(
        r=recipe["rank"],
        lora_alpha=recipe["alpha"],
        lora_dropout=recipe["dropout"],
        target_modules=list(recipe["modules"]),
        task_type="CAUSAL_LM",
    )
    arguments = TrainingArguments(
        output_dir=str(job.folder / "transformers"),
        per_device_train_batch_size=recipe["batch"],
        gradient_accumulation_steps=recipe["accumulation"],
        gradient_checkpointing=recipe["gradient_checkpointing"],
        num_train_epochs=1,
        learning_rate=recipe["learning_rate"],
        warmup_steps=0,
        lr_scheduler_type=recipe["schedule"],
        optim="adamw_torch",
        save_strategy="no",
        report_to="none",
        logging_steps=4,
        disable_tqdm=True,
        seed=recipe["seed"],
    )
    pad, learned = DataCollatorForSeq2Seq(tokenizer, padding=True, label_pad_token_id=-100), []

    def counted(features: list[Any]) -> Any:
        # One less per row: the line break after the end of the turn.
        learned.append(sum(sum(label != -100 for label in row["labels"]) - 1 for row in features))
        return pad(features)

    class FirstStep(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.global_step == 1:
                measure.begin()

    trainer = Trainer(
        model=get_peft_model(model, adapter),
        args=arguments,
        train_dataset=rows,
        data_collator=counted,
        callbacks=[FirstStep()],
    )
    trainer.train()
    trainer.save_model()
    measure.end()
    measure.useful = sum(learned[recipe["accumulation"] :])
    return measure


SIDES: dict[str, Callable[[Job], Measure]] = {
    "mlx": lambda job: ours(job, "mlx"),
    "torch": lambda job: ours(job, "torch"),
    "mlx-lm": mlx_lm,
    "transformers": transformers,
}


def main() -> None:
    """Run one side and print what it took."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    measure = SIDES[sys.argv[1]](Job.load(Path(sys.argv[2])))
    peak = peak_mb()
    told = {"seconds": measure.seconds, "processor": measure.processor, "useful": measure.useful}
    print(json.dumps({**told, "peak_mb": peak, "added_mb": peak - measure.imported_mb}))


if __name__ == "__main__":
    main()
