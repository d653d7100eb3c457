"""``likeness export``: what was learned, in the forms that other programs read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person

if TYPE_CHECKING:
    from likeness.write.deploy.exporting import Exported, Job

AdapterOption = Annotated[str, typer.Option("--adapter", metavar="NAME", help="Which adapter; the newest by default.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Where to write; in the adapter's own folder by default.")
]
FuseOption = Annotated[
    bool,
    typer.Option("--fuse", help="Write base and adapter as one whole model instead of the adapter."),
]
PromptsOption = Annotated[int, typer.Option("--prompts", min=1, max=200, help="Questions to compare the answers of.")]
StaleOption = Annotated[
    bool, typer.Option("--allow-stale", help="Export what was learned from messages that were forgotten since.")
]


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(
        help="Hand what was learned to other programs.",
        epilog=examples(
            "likeness export ollama",
            "likeness export gguf --out ~/models",
            "likeness export mlx --fuse --out ~/models/me",
        ),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command(
        "ollama",
        short_help="A model at Ollama.",
        help="Make a model at Ollama that writes as you do, and ask it and the adapter here the same questions. "
        "Beside the GGUF file lies a Modelfile, for reading. Ollama takes adapters until version 0.34.0; later ones "
        "are given a whole model of 8 bits.",
        epilog=examples(
            "likeness export ollama --name me --from qwen2.5:7b",
            "likeness export ollama --fuse   (a whole model, whatever the version)",
        ),
    )(ollama)
    group.command(
        "gguf",
        short_help="For llama.cpp, LM Studio …",
        help="Write the adapter as a GGUF file, which llama.cpp puts onto any quantisation of its base, or a whole "
        "model of 8 bits.",
        epilog=examples(
            "likeness export gguf",
            "llama-server -m BASE.gguf --lora FILE.gguf --lora-init-without-apply   (then, while it runs:)",
            "likeness export gguf --compare",
            "likeness export gguf --fuse --out ~/models   (a whole model, for programs that take no adapters)",
        ),
    )(gguf)
    group.command(
        "mlx",
        short_help="For mlx-lm.",
        help="Write the adapter as mlx-lm reads it, or a whole model for MLX.",
        epilog=examples("likeness export mlx", "likeness export mlx --fuse --out ~/models/me"),
    )(mlx)
    group.command(
        "peft",
        short_help="For transformers, vLLM …",
        help="Write the adapter as PEFT reads it, or a whole model for transformers.",
        epilog=examples("likeness export peft --out ~/adapters/me", "likeness export peft --fuse --out ~/models/me"),
    )(peft)
    app.add_typer(group, name="export")


def ollama(
    adapter: AdapterOption = "",
    name: Annotated[str, typer.Option("--name", help="The model's name; yours by default.")] = "",
    base: Annotated[str, typer.Option("--from", metavar="MODEL", help="Ollama's model of the very same base.")] = "",
    out: OutOption = None,
    fused: FuseOption = False,
    compare: Annotated[bool, typer.Option("--compare/--no-compare", help="Compare the answers afterwards.")] = True,
    prompts: PromptsOption = 8,
    allow_stale: StaleOption = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Export to Ollama."""
    from likeness.write.deploy.exporting import to_ollama

    job = to_ollama(
        open_person(person),
        server=_server("ollama"),
        adapter=adapter,
        out=out,
        name=name,
        base=base,
        fused=fused,
        compared=compare,
        prompts=prompts,
        allow_stale=allow_stale,
    )
    _show(job, as_json, 'Next: ollama run {model} "…", or LIKENESS_WRITER=ollama likeness write "…"')


def gguf(
    adapter: AdapterOption = "",
    name: Annotated[str, typer.Option("--name", help="The file's name; the adapter's by default.")] = "",
    out: OutOption = None,
    fused: FuseOption = False,
    compare: Annotated[
        bool, typer.Option("--compare", help="Compare with the llama-server that has loaded the file (openai_url).")
    ] = False,
    prompts: PromptsOption = 8,
    allow_stale: StaleOption = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Export as GGUF."""
    from likeness.write.deploy.exporting import to_gguf

    job = to_gguf(
        open_person(person),
        adapter=adapter,
        out=out,
        name=name,
        fused=fused,
        server=_server("openai") if compare else None,
        prompts=prompts,
        allow_stale=allow_stale,
    )
    next_step = "-m {path}" if fused else "-m BASE.gguf --lora {path} --lora-init-without-apply"
    _show(job, as_json, f"Next: llama-server {next_step}")


def mlx(
    adapter: AdapterOption = "",
    out: OutOption = None,
    fused: FuseOption = False,
    allow_stale: StaleOption = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Export for mlx-lm."""
    from likeness.write.deploy.exporting import to_mlx

    _show(to_mlx(open_person(person), adapter=adapter, out=out, fused=fused, allow_stale=allow_stale), as_json)


def peft(
    adapter: AdapterOption = "",
    out: OutOption = None,
    fused: FuseOption = False,
    allow_stale: StaleOption = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Export for PEFT."""
    from likeness.write.deploy.exporting import to_peft

    _show(to_peft(open_person(person), adapter=adapter, out=out, fused=fused, allow_stale=allow_stale), as_json)


def _server(engine: str) -> dict[str, Any]:
    from likeness.core.settings import settings
    from likeness.write.generate import engine_options

    return engine_options(settings(), engine)


def _show(job: Job, as_json: bool, then: str = "") -> None:
    from dataclasses import asdict

    from likeness.cli.progress import result_of

    made = result_of(job, quiet=as_json)
    if as_json:
        typer.echo(json.dumps(asdict(made), ensure_ascii=False, default=str))
        return
    what = f"{made.adapter} with its base" if made.fused else made.adapter
    on = f" on {made.model_base}" if made.model_base else ""
    at = f"Ollama's model {made.model}{on}" if made.model else str(made.path)
    typer.echo(f"Exported {what}: {at}")
    if made.model:
        typer.echo(f"Modelfile: {made.path / 'Modelfile'}")
    _show_parity(made)
    if then:
        typer.echo(then.format(model=made.model, path=made.path))


def _show_parity(made: Exported) -> None:
    found = made.parity
    if found is None:
        return
    same = round(found.identical * len(found.answers))
    typer.echo(f"Compared {len(found.answers)} answers of {found.there} with those of {found.here}:")
    typer.echo(f"  {same} the same word for word; likeness to the adapter's {found.alike:.0f} of 100 (chrF),")
    typer.echo(f"  to the bare base's {found.alike_base:.0f}")
    for number, answer in enumerate(found.answers, 1):
        if answer.first_difference is not None:
            typer.echo(f"  {number}: differs from character {answer.first_difference + 1}, chrF {answer.alike:.0f}")
    if found.in_effect is False:
        typer.echo(
            "  The exported answers are more like the bare base's: the adapter is not in effect, or on another base.",
            err=True,
        )
    elif found.in_effect is None:
        typer.echo("  Adapter and base answer alike here, so that this does not show whether it is in effect.")
