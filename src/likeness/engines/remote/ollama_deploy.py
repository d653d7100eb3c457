"""Making a personal model at Ollama: the files are uploaded, then one request puts base, adapter and words together.

Until version 0.34.0 that is a LoRA in GGUF on a base that is there (``from`` and ``adapters``). Later versions take no
adapters any more; they get a whole model in GGUF, with the adapter merged into it (``files``). Followed:
https://github.com/ollama/ollama/blob/main/docs/api.md (create a model, push a blob).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from likeness.core.errors import EngineFailed, EngineMissing, InputError, NotFound
from likeness.core.events import Event
from likeness.engines.remote import gguf_header
from likeness.engines.remote.connection import Connection, complaint
from likeness.engines.remote.gguf_header import Header
from likeness.engines.remote.personal import personal

OLDEST = (0, 30)
"""Earlier ones run GGUF in another way and refuse adapters of Qwen3."""
LAST_WITH_ADAPTERS = (0, 34, 0)
_CONTEXT = 8192
_MARKERS = {"qwen2": "<|im_start|>", "qwen3": "<|im_start|>", "llama": "<|start_header_id|>"}
"""What a chat template of the architecture must hold for the model to see conversations as in training."""
_STOPS = {"qwen2": ["<|im_end|>"], "qwen3": ["<|im_end|>"], "llama": ["<|eot_id|>"]}
_PIECE = 1 << 20


class Deployment:
    """One model on its way to Ollama.

    ``files`` are GGUF files by name: a LoRA, a whole model with the adapter merged into it, or both, of which the
    server's version decides. ``options``: ``name`` (what to call it; the adapter's name when left out), ``from`` (the
    base there, for a LoRA), ``system`` (the system message; that of the training when left out), ``parameters``
    (Ollama's, as in a Modelfile).
    """

    def __init__(
        self, connection: Connection, adapter: Path, files: Mapping[str, Path], options: Mapping[str, Any]
    ) -> None:
        found = personal(str(adapter))
        assert found is not None
        self._adapter = found
        self._connection = connection
        self._files = dict(files)
        self._name = str(options.get("name") or re.sub(r"[^a-z0-9_.-]+", "-", found.name.casefold()).strip("-."))
        self._from = str(options.get("from") or "")
        self._system = str(options.get("system") or found.system)
        self._parameters = dict(options.get("parameters") or {"num_ctx": _CONTEXT})

    async def steps(self) -> AsyncIterator[Event]:
        """Check, upload, create, look at what was made. The last event's note is the model's name.

        Raises :class:`EngineMissing` when Ollama does not answer, is too old, or lacks the base; :class:`InputError`
        when base and adapter do not belong together or the base carries an adapter already; :class:`EngineFailed`
        when it cannot make the model.
        """
        version = await self._version()
        yield Event("checking", 0, 4, "steps", f"Ollama {'.'.join(map(str, version))}")
        whole = version > LAST_WITH_ADAPTERS
        file, header = self._file(whole, version)
        if _is_adapter(header):
            await self._check_base(header)
        yield Event("uploading", 1, 4, "steps", file.name)
        digest = await self._upload(file)
        yield Event("creating", 2, 4, "steps", self._name)
        await self._create(header, file.name, digest)
        yield Event("verifying", 3, 4, "steps", self._name)
        await self._verify()
        yield Event("deployed", 4, 4, "steps", self._name)

    async def _version(self) -> tuple[int, ...]:
        told, _ = await self._connection.get("/api/version")
        try:
            numbers = tuple(int(part) for part in re.match(r"\d+(?:\.\d+)*", told["version"]).group().split("."))  # type: ignore[union-attr]
        except (KeyError, TypeError, AttributeError):
            raise self._connection.foreign() from None
        if numbers < OLDEST and numbers != (0, 0, 0):
            raise EngineMissing(
                f"Ollama {told['version']} is too old for personal models",
                hint=f"update it to {OLDEST[0]}.{OLDEST[1]} or later: https://ollama.com/download",
            )
        # A build from source calls itself 0.0.0 and is taken for the newest.
        return numbers if numbers != (0, 0, 0) else (*LAST_WITH_ADAPTERS[:2], 1_000_000)

    def _file(self, whole: bool, version: tuple[int, ...]) -> tuple[Path, Header]:
        """The file for this version of the server: a whole model where that is needed, else the adapter first."""
        found = [(path, gguf_header.read(path)) for path in self._files.values()]
        fitting = [(path, header) for path, header in found if not (whole and _is_adapter(header))]
        if not found:
            raise InputError("there is no file of the adapter to take to Ollama", hint="likeness export gguf")
        if not fitting:
            raise InputError(
                f"Ollama {'.'.join(map(str, version))} takes no adapters any more, only whole models",
                hint="make one: likeness export ollama --fuse (llama-server takes adapters: likeness export gguf)",
                param="fuse",
            )
        return min(fitting, key=lambda entry: not _is_adapter(entry[1]))

    async def _check_base(self, header: Header) -> None:
        """See that the base is there, of the adapter's shape, bare, and asked by the template of training."""
        if not self._from:
            raise InputError("the base at Ollama is not named", hint="say which: --from qwen2.5:3b (ollama list)")
        try:
            shown = await self._connection.post("/api/show", {"model": self._from})
        except NotFound:
            # Asked to build on what it does not have, Ollama would fetch it from the network.
            raise EngineMissing(
                f"Ollama has no model {self._from}", hint=f"get it once: ollama pull {self._from}"
            ) from None
        try:
            info, modelfile = dict(shown["model_info"]), str(shown.get("modelfile", ""))
            template, renderer = str(shown.get("template", "")), str(shown.get("renderer", ""))
        except (KeyError, TypeError, ValueError):
            raise self._connection.foreign() from None
        if shown.get("remote_host") or shown.get("remote_model"):
            raise InputError(
                f"{self._from} runs in Ollama's cloud and takes no adapter", hint="choose one that is here"
            )
        if re.search(r"^ADAPTER\s", modelfile, re.M):
            raise InputError(
                f"{self._from} carries an adapter already, and both would be applied",
                hint="build on the model it was made from (ollama show --modelfile)",
            )
        self._check_shape(header, info)
        marker = _MARKERS.get(str(info.get("general.architecture")))
        if marker and marker not in template and not renderer:
            raise InputError(
                f"the chat template of {self._from} is not the one of its family: {marker} is missing",
                hint="use the instruct model from Ollama's library as it is",
            )

    def _check_shape(self, header: Header, info: Mapping[str, Any]) -> None:
        architecture = str(info.get("general.architecture", "?"))
        wanted = str(header.values.get("general.architecture", "?"))
        if architecture != wanted:
            raise InputError(
                f"the adapter was learned on a {wanted} model and {self._from} is {architecture}",
                hint=f"name the model it was learned on: {self._adapter.base_model}",
            )
        blocks = 1 + max((int(name.split(".")[1]) for name in header.shapes if name.startswith("blk.")), default=-1)
        width = next((shape[0] for name, shape in header.shapes.items() if name.endswith("attn_q.weight.lora_a")), 0)
        has = (
            int(info.get(f"{architecture}.block_count", blocks)),
            int(info.get(f"{architecture}.embedding_length", 0)),
        )
        if blocks > has[0] or (width and has[1] and width != has[1]):
            raise InputError(
                f"the adapter does not fit {self._from}: it is for {blocks} layers of width {width}, not {has[0]} of "
                f"{has[1]}",
                hint=f"name the model it was learned on: {self._adapter.base_model}",
            )

    async def _upload(self, file: Path) -> str:
        digest = f"sha256:{_sha256(file)}"
        with file.open("rb") as handle:
            async with self._connection.asked("POST", f"/api/blobs/{digest}", data=handle):
                pass
        return digest

    async def _create(self, header: Header, file_name: str, digest: str) -> None:
        architecture = str(header.values.get("general.architecture", ""))
        stops = _STOPS.get(architecture, [])
        body: dict[str, Any] = {
            "model": self._name,
            # Always the words of training: without them the template puts in its own.
            "system": self._system,
            # Ollama's own punishes repetition, which changes the words of the person.
            "parameters": {"repeat_penalty": 1.0, **({"stop": stops} if stops else {}), **self._parameters},
            "stream": True,
        }
        if _is_adapter(header):
            # Its type is what Ollama tells an adapter from a second model by.
            body |= {"from": self._from, "adapters": {file_name: digest}}
        else:
            body |= {"files": {file_name: digest}}
        done = False
        async with self._connection.asked("POST", "/api/create", body) as response:
            async for line in response.content:
                done |= self._step(line)
        if not done:
            raise EngineFailed("Ollama broke off while it made the model", hint="its own log says why")

    def _step(self, line: bytes) -> bool:
        if not line.strip():
            return False
        try:
            told = json.loads(line)
        except ValueError:
            raise EngineFailed("Ollama sent what cannot be understood", hint="is it another program?") from None
        if "error" in told:
            raise EngineFailed(f"Ollama could not make the model{complaint(told)}", hint="its own log says why")
        return bool(told.get("status") == "success")

    async def _verify(self) -> None:
        shown = await self._connection.post("/api/show", {"model": self._name})
        if shown.get("system", "") != self._system:
            raise EngineFailed(
                f"Ollama made {self._name} with another system prompt than it was learned with",
                hint="remove it (ollama rm) and export again",
            )


def _is_adapter(header: Header) -> bool:
    return bool(header.values.get("general.type") == "adapter")


def _sha256(file: Path) -> str:
    sha = hashlib.sha256()
    with file.open("rb") as handle:
        while piece := handle.read(_PIECE):
            sha.update(piece)
    return sha.hexdigest()
