"""Writing through Ollama (https://ollama.com), a program that runs models on this machine. Its API: ``/api/chat``.

A personal adapter is a model of its own there, made by ``likeness export ollama`` (see ``ollama_deploy``).
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from likeness.core.errors import EngineMissing, NotFound, NotReady, Refused
from likeness.core.events import Event
from likeness.core.prompts import chat
from likeness.core.protocols import EngineInfo
from likeness.core.types import Ending, WriteRequest
from likeness.engines.remote.answer import Reading, failed, most_tokens, objects, texts
from likeness.engines.remote.connection import Connection, complaint
from likeness.engines.remote.ollama_deploy import Deployment
from likeness.engines.remote.personal import Personal, system_prompt
from likeness.engines.remote.writer import RemoteWriter

DEFAULT_URL = "http://127.0.0.1:11434"
_TRUSTED_SECONDS = 30.0
"""How long a model that was found to be here is not looked for again."""


class OllamaWriter(RemoteWriter):
    """A client of Ollama, and what makes a personal model there."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="ollama",
        title="Ollama",
        kind=frozenset({"writer", "deployer"}),
        install="install Ollama from https://ollama.com, then: OLLAMA_NO_CLOUD=1 ollama serve",
        memory_mb=20,
        can=frozenset({"chat", "concurrent", "streaming", "adapter", "switch", "draft", "rewrite"}),
        opens=frozenset({"lora"}),
        licence="of the model that Ollama holds",
        notes="The model runs in Ollama's own process, which is not counted here.",
    )

    def __init__(self, connection: Connection, model: str, adapter: str) -> None:
        super().__init__(connection, adapter)
        self._model = model
        self._seen: dict[str, float] = {}

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Connect at the first request. ``options``: ``url``, ``model`` (the base, for requests without an adapter),
        ``allowed_hosts`` (names besides this machine's).

        A request that names no adapter is written with ``artefact``, where there is one.
        Raises :class:`Refused` for a host that is not allowed.
        """
        chosen = dict(options or {})
        connection = Connection(
            "Ollama",
            str(chosen.get("url") or DEFAULT_URL),
            param="ollama_url",
            example=DEFAULT_URL,
            start="ollama serve",
            allowed=chosen.get("allowed_hosts") or (),
        )
        return cls(connection, str(chosen.get("model") or ""), str(artefact or ""))

    def deploy(self, adapter: Path, files: Mapping[str, Path], options: Mapping[str, Any]) -> Iterator[Event]:
        """Make a model of the adapter there; see :meth:`Deployment.steps`."""
        steps = Deployment(self._connection, adapter, files, options).steps()
        while (event := self._background.run(_following(steps))) is not None:
            yield event

    async def _answer(
        self, request: WriteRequest, adapter: Personal | None, reading: Reading, details: dict[str, float | str]
    ) -> AsyncIterator[str]:
        model = self._name(adapter)
        await self._check_here(model, adapter)
        options: dict[str, Any] = {
            "temperature": request.temperature,
            "top_p": request.top_p,
            "num_predict": most_tokens(request),
            "seed": request.seed,
            # Ollama's own default punishes repetition, which changes the words of the person.
            "repeat_penalty": 1.0,
        }
        if request.stop:
            options["stop"] = list(request.stop)
        body = {
            "model": model,
            "messages": [
                {"role": turn.role, "content": turn.content} for turn in chat(request, system_prompt(adapter))
            ],
            "options": options,
            "stream": True,
            "think": False,
            # A conversation that is too long is an error: otherwise its beginning is dropped in silence.
            "truncate": False,
            "shift": False,
        }
        details.update(model=model, server="Ollama")
        try:
            async with self._connection.asked("POST", "/api/chat", body) as response:
                async for text in texts(response.content.iter_any(), objects, _said, reading):
                    yield text
        except NotFound:
            self._seen.pop(model, None)
            raise _no_model(model, adapter) from None

    def _name(self, adapter: Personal | None) -> str:
        """What the model to ask is called. Raises :class:`NotReady` when none was made or named."""
        if adapter is None:
            if not self._model:
                raise NotReady(
                    "no model of Ollama is named", hint="say which: LIKENESS_WRITER_MODEL=qwen2.5:3b (ollama list)"
                )
            return self._model
        made = adapter.exports.get("ollama", {}).get("model", "")
        if not made:
            raise NotReady(
                f"the adapter {adapter.name} is not at Ollama yet", hint="take it there with: likeness export ollama"
            )
        return made

    async def _check_here(self, model: str, adapter: Personal | None) -> None:
        """See that the model is there and runs here: Ollama would hand one of its cloud's to another machine.

        Raises :class:`EngineMissing` and :class:`Refused`.
        """
        now = time.monotonic()
        if now - self._seen.get(model, -_TRUSTED_SECONDS) < _TRUSTED_SECONDS:
            return
        try:
            shown = await self._connection.post("/api/show", {"model": model})
        except NotFound:
            raise _no_model(model, adapter) from None
        check_local(model, shown)
        self._seen[model] = now


def check_local(model: str, shown: Any) -> None:
    """Raise :class:`Refused` when ``/api/show`` says that another machine answers for ``model``."""
    if not isinstance(shown, dict) or shown.get("remote_host") or shown.get("remote_model"):
        raise Refused(
            f"{model} runs in Ollama's cloud, and what is sent there is private",
            hint="choose a model that is on this machine (ollama list), and start it with OLLAMA_NO_CLOUD=1",
        )


def _no_model(model: str, adapter: Personal | None) -> EngineMissing:
    hint = "take it there again with: likeness export ollama" if adapter else f"get it: ollama pull {model}"
    return EngineMissing(f"Ollama has no model {model}", hint=hint)


def _said(line: Any, reading: Reading) -> str:
    """The text of one line. The last one says why the text ended and how many tokens it took."""
    if "error" in line:
        raise failed(reading, complaint(line))
    text = line["message"]["content"]
    if line["done"]:
        reading.whole = reading.over = True
        tokens = (int(line.get("prompt_eval_count", 0)), int(line.get("eval_count", 0)))
        reading.ending = Ending("length" if line.get("done_reason") == "length" else "stop", *tokens)
    if not isinstance(text, str):
        raise TypeError("content is no text")
    return text


async def _following(steps: AsyncIterator[Event]) -> Event | None:
    return await anext(steps, None)
