"""A small chat model trained from random weights on one public corpus of many authors.

It is the base that ``bench.adaptation`` tunes where no real one is at hand.

    python -m bench.small_base --archive PATH --out FOLDER [--steps 900] [--without "Brian Ripley"]

The corpus is the prose of a mailing-list archive (see ``bench.style``), program code, quotes and signatures taken out.
Every mail becomes a chat as the product makes them: the message it answers, or an instruction written backwards from
it, and the mail; the model learns to predict all of it. The person to be tuned on later answers nowhere in it; what
they wrote can stand there as what somebody else answered. Interrupted, the same command goes on from where it last
saved, every four minutes. 900 steps read a third of the corpus once.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from bench.style import messages, prose
from likeness.core import plugins
from likeness.core.prompts import DRAFT_PROMPT, REPLY_PROMPT, SYSTEM_PROMPT
from likeness.core.protocols import Writer
from likeness.core.types import WriteRequest

CORPUS = "corpus.jsonl"
WINDOW, BATCH = 256, 16
_LONGEST_CONTEXT = 600


def chats(archive: Path, without: Sequence[str]) -> Iterator[dict[str, str]]:
    """Prompt and completion of every mail that is prose, by anybody but those in ``without``."""
    found = list(messages(archive))
    texts: dict[str, str] = {}
    for message in found:
        for _, text in prose([message]):
            texts[message.id] = text
    seen: set[str] = set()
    with plugins.engine("builtin.recall").open() as opened:
        writer = cast("Writer", opened)
        for message in found:
            text = texts.get(message.id, "")
            if not text or text in seen or any(name.casefold() in message.sender_name.casefold() for name in without):
                continue
            seen.add(text)
            context = texts.get(message.reply_to, "")
            if 0 < len(context) <= _LONGEST_CONTEXT:
                yield {"prompt": REPLY_PROMPT.format(context=context), "completion": text}
            instruction = "".join(writer.write(WriteRequest("instruct", text, channel="mail")).pieces).strip()
            if instruction:
                yield {"prompt": DRAFT_PROMPT.format(instruction=instruction), "completion": text}


def prepare(archive: Path, out: Path, without: Sequence[str]) -> None:
    """Write the corpus and an untrained model with its tokenizer into ``out``."""
    from likeness.engines.tuning.tiny import Size, make_tiny

    out.mkdir(parents=True, exist_ok=True)
    rows = list(chats(archive, without))
    random.Random(0).shuffle(rows)
    texts = (row[part] for row in rows for part in ("prompt", "completion"))
    size = Size(
        hidden=192, layers=4, heads=6, key_value_heads=2, intermediate=512, vocabulary=3072, positions=1024, tied=True
    )
    make_tiny(out, texts=texts, size=size)
    with (out / CORPUS).open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    print(f"{len(rows)} chats", flush=True)


def stream(tokenizer: Any, rows: Sequence[dict[str, str]]) -> list[int]:
    """All chats one after another, as ids."""
    ids: list[int] = []
    for row in rows:
        turns = (("system", SYSTEM_PROMPT), ("user", row["prompt"]), ("assistant", row["completion"]))
        chat = [{"role": role, "content": content} for role, content in turns]
        ids += tokenizer.apply_chat_template(chat, return_dict=False)
    return ids


def train(out: Path, steps: int) -> None:
    """Go on with the training in ``out`` until ``steps`` are done."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(out, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(out, local_files_only=True, dtype=torch.float32)
    rows = [json.loads(line) for line in (out / CORPUS).open(encoding="utf-8")]
    held, rows = rows[:200], rows[200:]
    data = torch.tensor(stream(tokenizer, rows))
    check = torch.tensor(stream(tokenizer, held))
    check = check[: len(check) // WINDOW * WINDOW].view(-1, WINDOW)
    windows = data[: len(data) // WINDOW * WINDOW].view(-1, WINDOW)
    state_file = out / "state.pt"
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)
    step = 0
    if state_file.exists():
        state = torch.load(state_file, weights_only=True)
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    begun = saved = time.monotonic()
    print(f"{len(data):,} tokens, {sum(p.numel() for p in model.parameters()):,} parameters, step {step}", flush=True)
    while step < steps:
        order = torch.randperm(len(windows), generator=torch.Generator().manual_seed(step * BATCH // len(windows)))
        at = step * BATCH % len(windows)
        batch = windows[order[at : at + BATCH]]
        for group in optimizer.param_groups:
            group["lr"] = 1.5e-3 * min(1.0, (step + 1) / 100) * (0.55 + 0.45 * math.cos(step / steps * math.pi))
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if step % 50 == 0:
            print(f"step {step} loss {loss.item():.3f} at {time.monotonic() - begun:.0f} s", flush=True)
        if time.monotonic() - saved > 240:
            _save(model, optimizer, step, out, check)
            saved = time.monotonic()
    _save(model, optimizer, step, out, check)


def _save(model: Any, optimizer: Any, step: int, out: Path, check: Any) -> None:
    import torch

    with torch.no_grad():
        losses = [model(input_ids=part, labels=part).loss.item() for part in check.split(BATCH)]
    print(f"step {step}: held-out loss {sum(losses) / len(losses):.3f}", flush=True)
    model.save_pretrained(out)
    torch.save({"optimizer": optimizer.state_dict(), "step": step}, out / "state.pt")


def main() -> None:
    """Prepare once, then train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--without", action="append", default=[])
    options = parser.parse_args()
    if not (options.out / CORPUS).exists():
        prepare(options.archive, options.out, options.without or ["Ripley", "Murdoch"])
    train(options.out, options.steps)


if __name__ == "__main__":
    main()
