"""Writing through any server that speaks OpenAI's protocol: llama-server, mlx_lm.server, vLLM, LM Studio …

The protocol is that of https://platform.openai.com/docs/api-reference/chat; how each server is told which adapter to
use is in ``dialects``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path, PurePath
from typing import Any, ClassVar, Self

from likeness.core.errors import Busy, EngineMissing, NotFound
from likeness.core.prompts import chat
from likeness.core.protocols import EngineInfo
from likeness.core.types import Ending, WriteRequest
from likeness.engines.remote.answer import Reading, events, failed, most_tokens, texts
from likeness.engines.remote.connection import Connection, complaint
from likeness.engines.remote.dialects import Dialect, detect
from likeness.engines.remote.personal import Personal, system_prompt
from likeness.engines.remote.writer import RemoteWriter

DEFAULT_URL = "http://127.0.0.1:8080/v1"
_START = "llama-server -m BASE.gguf --lora ADAPTER.gguf --lora-init-without-apply"


class OpenAIWriter(RemoteWriter):
    """A client of one server. Text goes to this machine, or to a host that was allowed by name."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="openai",
        title="A server that speaks OpenAI's protocol",
        kind=frozenset({"writer"}),
        install=f"start a server on this machine, for example: {_START}",
        memory_mb=20,
        can=frozenset({"chat", "concurrent", "streaming", "adapter", "switch", "draft", "rewrite"}),
        opens=frozenset({"lora"}),
        licence="of the model that the server holds",
        notes="The model runs in the server's own process, which is not counted here.",
    )

    def __init__(self, connection: Connection, model: str, adapter: str) -> None:
        super().__init__(connection, adapter)
        self._model = model
        self._dialect: Dialect | None = None

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Connect at the first request. ``options``: ``url`` (ends in ``/v1``), ``model`` (as the server calls it; not
        needed where it has one), ``key``, ``allowed_hosts`` (names besides this machine's).

        A request that names no adapter is written with ``artefact``, where there is one.
        Raises :class:`Refused` for a host that is not allowed.
        """
        chosen = dict(options or {})
        connection = Connection(
            "the server",
            str(chosen.get("url") or DEFAULT_URL),
            param="openai_url",
            example=DEFAULT_URL,
            start=_START,
            allowed=chosen.get("allowed_hosts") or (),
            key=str(chosen.get("key") or ""),
        )
        return cls(connection, str(chosen.get("model") or ""), str(artefact or ""))

    async def _answer(
        self, request: WriteRequest, adapter: Personal | None, reading: Reading, details: dict[str, float | str]
    ) -> AsyncIterator[str]:
        dialect, fields = await self._weights(adapter)
        reading.server = dialect.name
        body = {
            **fields,
            "messages": [
                {"role": turn.role, "content": turn.content} for turn in chat(request, system_prompt(adapter))
            ],
            "temperature": request.temperature,
            "top_p": request.top_p,
            "max_tokens": most_tokens(request),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if request.temperature:
            # Not at temperature 0, where it changes nothing and mlx_lm.server would answer one request at a time.
            body["seed"] = request.seed
        if request.stop:
            body["stop"] = list(request.stop)
        async with self._connection.asked("POST", "/chat/completions", body) as response:
            if response.headers.get("Server", "") != dialect.server:
                self._dialect = None
                raise Busy("another server answers at this address than before", hint="the same request works again")
            details.update(model=PurePath(str(fields["model"])).name, server=dialect.name)
            async for text in texts(response.content.iter_any(), events, _said, reading):
                yield text

    async def _weights(self, adapter: Personal | None) -> tuple[Dialect, dict[str, Any]]:
        """The dialect of the server and its fields for ``adapter``; asked anew when it is another server by now."""
        known = self._dialect
        if known is not None:
            try:
                return known, await known.fields(adapter)
            except (EngineMissing, NotFound):
                self._dialect = None
        found = await detect(self._connection, self._model)
        fields = await found.fields(adapter)
        self._dialect = found
        return found, fields


def _said(event: Any, reading: Reading) -> str:
    """The text of one chunk. Its last ones say why the text ended and how many tokens it took."""
    if "error" in event:
        raise failed(reading, complaint(event))
    usage = event.get("usage")
    if usage:
        reading.ending = Ending(reading.ending.reason, int(usage["prompt_tokens"]), int(usage["completion_tokens"]))
    choices = event["choices"]
    if not choices:
        return ""
    reason = choices[0].get("finish_reason")
    if reason:
        reading.whole = True
        tokens = (reading.ending.prompt_tokens, reading.ending.completion_tokens)
        reading.ending = Ending("length" if reason == "length" else "stop", *tokens)
    text = choices[0]["delta"].get("content") or ""
    if not isinstance(text, str):
        raise TypeError("content is no text")
    return text
