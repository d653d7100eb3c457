"""How each kind of OpenAI-compatible server is told which weights to answer with, found out by asking it.

    llama-server    `/lora-adapters` lists what it loaded; a request names the scale of every one of them
    mlx_lm.server   a request names a folder in `adapters`, beside the real path of the base in `model`
    vLLM            an adapter is a model of its own, beside its base
    others          models by name (LM Studio …)

Each has a way of answering with other weights than were asked for, without an error; each is headed off here.
"""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, ClassVar, Protocol

from likeness.core.errors import EngineMissing, InputError, NotReady
from likeness.core.lora import MLX_WEIGHTS
from likeness.core.models import find_model
from likeness.engines.language.adapters import base_for
from likeness.engines.remote.connection import Connection
from likeness.engines.remote.personal import Personal

Fields = dict[str, Any]
_PYTHON = "BaseHTTP"
"""How a server made of Python's own ``http.server`` begins its name."""


class Dialect(Protocol):
    """One kind of server. ``server`` is what it calls itself in the ``Server`` header of every answer."""

    name: ClassVar[str]
    server: str

    async def fields(self, adapter: Personal | None) -> Fields:
        """The fields of a request that make it answer with ``adapter``, or with the base as it is.

        Raises :class:`NotReady`, with how to load it, when the adapter is not there, and :class:`EngineMissing` when
        the model is not.
        """
        ...


async def detect(connection: Connection, model: str) -> Dialect:
    """The dialect of the server, which answers with ``model`` or, for "", its own. Raises :class:`EngineMissing`."""
    async with connection.asked("GET", "/models") as response:
        server = response.headers.get("Server", "")
        raw = await response.read()
    if not raw and server.startswith(_PYTHON):
        # What mlx_lm.server answers on a machine without a Hugging Face cache.
        return MlxServer(connection, model, [], server)
    try:
        entries = [entry for entry in json.loads(raw)["data"] if isinstance(entry["id"], str)]
    except (ValueError, KeyError, TypeError):
        raise connection.foreign() from None
    owners = {str(entry.get("owned_by", "")) for entry in entries}
    if "llamacpp" in owners or server.startswith("llama.cpp"):
        return LlamaServer(connection, model, entries, server)
    if "vllm" in owners:
        return Vllm(connection, model, entries, server)
    if server.startswith(_PYTHON) and owners <= {""}:
        return MlxServer(connection, model, entries, server)
    return Other(connection, model, entries, server)


class LlamaServer:
    """llama.cpp's server. Its ids are positions in its list and may change with every start, so they are looked up
    for each request. A request that leaves out ``lora`` gets what an earlier one left in the cache, and an id that it
    does not have is passed over in silence: so every adapter's scale is always sent.
    """

    name: ClassVar[str] = "llama-server"

    def __init__(self, connection: Connection, model: str, entries: list[Mapping[str, Any]], server: str) -> None:
        self.server = server
        self._connection = connection
        self._model = _one_of(connection, model, [str(entry["id"]) for entry in entries])
        self._asking: asyncio.Task[list[Mapping[str, Any]]] | None = None

    async def fields(self, adapter: Personal | None) -> Fields:
        loaded = await self._loaded()
        wanted = self._id(adapter, loaded) if adapter else None
        scales = [{"id": entry["id"], "scale": 1.0 if entry["id"] == wanted else 0.0} for entry in loaded]
        # The server keeps what it read of earlier prompts by their tokens alone, whichever adapter read them.
        fresh = {"lora": scales, "cache_prompt": False} if scales else {}
        return {"model": self._model, **fresh}

    async def _loaded(self) -> list[Mapping[str, Any]]:
        """What is loaded now. Requests that come while it is being asked wait for the same answer."""
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._ask())
            self._asking.add_done_callback(self._asked)
        return await asyncio.shield(self._asking)

    def _asked(self, task: asyncio.Task[list[Mapping[str, Any]]]) -> None:
        self._asking = None
        if not task.cancelled():
            task.exception()

    async def _ask(self) -> list[Mapping[str, Any]]:
        try:
            listed, _ = await self._connection.get("/lora-adapters", base=self._connection.root)
            return [{"id": int(entry["id"]), "path": str(entry["path"])} for entry in listed]
        except (KeyError, TypeError, ValueError):
            raise self._connection.foreign() from None

    def _id(self, adapter: Personal, loaded: list[Mapping[str, Any]]) -> int:
        exported = adapter.exports.get("gguf", {}).get("file", "")
        names = {f"{adapter.name}.gguf", PurePath(exported).name}
        found = [entry for entry in loaded if PurePath(entry["path"]).name in names]
        exact = [entry for entry in found if entry["path"] == exported]
        if len(exact or found) == 1:
            return int((exact or found)[0]["id"])
        if found:
            raise NotReady(
                f"llama-server has {len(found)} adapters called {PurePath(found[0]['path']).name}",
                hint="load only one of them",
            )
        first = "" if exported else "likeness export gguf, then: "
        file = shlex.quote(exported or f"{adapter.name}.gguf")
        raise NotReady(
            f"llama-server has not loaded the adapter {adapter.name}",
            hint=f"{first}llama-server -m BASE.gguf --lora {file} --lora-init-without-apply",
        )


class MlxServer:
    """mlx-lm's server. It ignores ``adapters`` unless ``model`` is the real path of the base, answers "default_model"
    with whatever adapter it was started with, and downloads a model that it does not know: so the folder of a base that
    is there is always named.
    """

    name: ClassVar[str] = "mlx_lm.server"

    def __init__(self, connection: Connection, model: str, entries: list[Mapping[str, Any]], server: str) -> None:
        self.server = server
        self._connection = connection
        self._folders = [str(entry["id"]) for entry in entries if str(entry["id"]).startswith("/")]
        self._wanted = str(find_model(model).resolve()) if model else ""

    async def fields(self, adapter: Personal | None) -> Fields:
        if adapter is None:
            return {"model": self._base(None)}
        folder = Path(adapter.exports.get("mlx", {}).get("folder", "") or adapter.folder)
        if not (folder / MLX_WEIGHTS).is_file():
            raise NotReady(
                f"the adapter {adapter.name} is not there in the form that mlx_lm.server reads",
                hint="make it with: likeness export mlx",
            )
        return {"model": self._base(adapter), "adapters": str(folder)}

    def _base(self, adapter: Personal | None) -> str:
        """The folder of the base: the one that is set, else the adapter's own, else the server's only one."""
        own = str(base_for(adapter.folder).resolve()) if adapter and not self._wanted else ""
        wanted = self._wanted or own
        if self._folders:
            return _one_of(self._connection, wanted, self._folders)
        if not wanted:
            raise InputError(
                "mlx_lm.server does not say which model it has",
                hint="say which folder it was started on: LIKENESS_WRITER_MODEL=FOLDER",
            )
        return wanted


class Vllm:
    """vLLM: the name of an adapter is the name of a model whose parent is the base."""

    name: ClassVar[str] = "vLLM"

    def __init__(self, connection: Connection, model: str, entries: list[Mapping[str, Any]], server: str) -> None:
        self.server = server
        self._connection = connection
        self._model = _one_of(connection, model, [str(entry["id"]) for entry in entries if not entry.get("parent")])

    async def fields(self, adapter: Personal | None) -> Fields:
        if adapter is None:
            return {"model": self._model}
        listed, _ = await self._connection.get("/models")
        here = {str(entry["id"]) for entry in listed["data"] if entry.get("parent")}
        if adapter.name not in here:
            folder = shlex.quote(adapter.exports.get("peft", {}).get("folder", "") or str(adapter.folder))
            raise NotReady(
                f"vLLM has not loaded the adapter {adapter.name}",
                hint=f"vllm serve {self._model} --enable-lora --lora-modules {adapter.name}={folder}",
            )
        return {"model": adapter.name}


class Other:
    """Any other server: a personal model is there when one of that name is."""

    name: ClassVar[str] = "an OpenAI-compatible server"

    def __init__(self, connection: Connection, model: str, entries: list[Mapping[str, Any]], server: str) -> None:
        self.server = server
        self._connection = connection
        self._wanted = model
        self._names = [str(entry["id"]) for entry in entries]

    async def fields(self, adapter: Personal | None) -> Fields:
        if adapter is None:
            return {"model": _one_of(self._connection, self._wanted, self._names)}
        listed, _ = await self._connection.get("/models")
        if adapter.name not in {str(entry["id"]) for entry in listed["data"]}:
            raise NotReady(
                f"the server at {self._connection.url} has no model called {adapter.name}",
                hint="export with --fuse and load it there under this name, or use llama-server, which takes adapters",
            )
        return {"model": adapter.name}


def _one_of(connection: Connection, wanted: str, names: list[str]) -> str:
    """The model to name. Raises :class:`EngineMissing` for one that is not there: some servers would download it."""
    if wanted in names:
        return wanted
    known = ", ".join(names[:20]) or "none"
    if wanted:
        raise EngineMissing(
            f"the server at {connection.url} has no model {wanted} (it has: {known})",
            hint="name one of these as writer_model or substance_model, or load it there",
        )
    if len(names) != 1:
        raise InputError(
            f"the server at {connection.url} has {len(names)} models ({known})",
            hint="say which: LIKENESS_WRITER_MODEL=NAME (or LIKENESS_SUBSTANCE_MODEL)",
        )
    return names[0]
