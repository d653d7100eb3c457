"""An adapter for Ollama: what to make the model of, the Modelfile that says the same, and the making by the engine.

The model inherits its template from the base, always has the system message of the training, and stops at the ends of
turn of its base. https://docs.ollama.com/modelfile describes the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from likeness.core import files, plugins
from likeness.core.errors import EngineMissing, InputError
from likeness.core.events import Event
from likeness.core.protocols import Deployer
from likeness.write.deploy.learned import Learned, end_tokens

ENGINE = "ollama"
MODELFILE = "Modelfile"
_CONTEXT = 4096
"""Tokens of context asked for at least: what Ollama takes by itself has changed between versions."""
_LIBRARY = (
    (r"qwen2\.5-([\d.]+)b-instruct", "qwen2.5:{}b"),
    (r"llama-3\.1-([\d.]+)b-instruct", "llama3.1:{}b"),
    (r"llama-3\.2-([\d.]+)b-instruct", "llama3.2:{}b"),
)
"""Bases whose name in Ollama's library is known to be of the same weights."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model to be made at Ollama: its name, the base there that it is made on ("" for a whole model, which brings its
    own), its system message and its parameters."""

    name: str
    base: str
    system: str
    parameters: Mapping[str, Any]


def model_of(adapter: Learned, name: str, base: str = "", *, fused: bool = False) -> Model:
    """The model called ``name`` on Ollama's ``base``, which is found from the name of the adapter's own for ""; a whole
    model (``fused``) has none.

    Raises :class:`InputError` when the base's name at Ollama is not known, or a name is none.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,79}", name):
        raise InputError(f"{name!r} cannot be the name of a model", hint="use letters, digits, . _ -", param="name")
    if base and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,199}", base):
        raise InputError(f"{base!r} is no name of a model at Ollama", hint="for example qwen2.5:7b", param="from")
    window = int(adapter.manifest.recipe.get("window", 0) or 0)
    longest = int(adapter.config.get("max_position_embeddings") or _CONTEXT)
    return Model(
        name=name,
        base="" if fused else base or _library_name(adapter.manifest.base_model),
        system=adapter.system_prompt,
        parameters={"num_ctx": min(max(_CONTEXT, window), longest), "stop": list(end_tokens(adapter.base))},
    )


def modelfile(model: Model, file: str) -> str:
    """What ``ollama create NAME -f Modelfile`` makes the same model from; ``file`` is the GGUF file beside it.

    Raises :class:`InputError` for a system message that a Modelfile cannot hold.
    """
    if '"""' in model.system or model.system.endswith('"'):
        raise InputError("a system message with three quotation marks, or one at its end, fits in no Modelfile")
    lines = [
        f"# ollama create {model.name} -f {MODELFILE}",
        *([f"FROM {model.base}", f"ADAPTER ./{file}"] if model.base else [f"FROM ./{file}"]),
        f'SYSTEM """{model.system}"""',
    ]
    for key, value in model.parameters.items():
        for one in value if isinstance(value, list) else [value]:
            lines.append(f"PARAMETER {key} " + (f'"{one}"' if isinstance(one, str) else str(one)))
    return "\n".join(lines) + "\n"


def write_modelfile(folder: Path, model: Model, file: str) -> Path:
    """Write the Modelfile into ``folder`` and return its path."""
    path = folder / MODELFILE
    files.write_text(path, modelfile(model, file))
    return path


def deploy(adapter: Learned, model: Model, gguf: Path, options: Mapping[str, Any]) -> Iterator[Event]:
    """Make the model at Ollama. ``options`` are those of the engine: ``url``, ``allowed_hosts``.

    Raises what ``Deployer.deploy`` raises.
    """
    found = plugins.engine(ENGINE)
    if "deployer" not in found.info.kind:
        raise EngineMissing(f"engine {ENGINE!r} cannot make models")
    told = {"name": model.name, "from": model.base, "system": model.system, "parameters": dict(model.parameters)}
    with found.open(None, {**options, "model": model.base or model.name}) as engine:
        yield from cast("Deployer", engine).deploy(adapter.folder, {gguf.name: gguf}, told)


def _library_name(base: str) -> str:
    short = base.rstrip("/").rsplit("/", 1)[-1].casefold()
    for pattern, name in _LIBRARY:
        # A quantised copy of the base ("…-4bit", "…-bnb-4bit") is of the same weights.
        if matched := re.fullmatch(pattern + r"(?:-[a-z]+)*(?:-\dbit)?", short):
            return name.format(matched[1])
    raise InputError(
        f"which model of Ollama's is {base or 'the base'} is not known",
        hint="say it with --from: it must be of exactly the weights that the adapter was learned on",
        param="from",
    )
