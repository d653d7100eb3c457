"""Language models with PyTorch: writing with adapters, scoring, training and fusing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from likeness.core.events import Event
from likeness.core.protocols import EngineInfo
from likeness.engines.language.engine import LanguageEngine
from likeness.engines.language.runtime import Runtime
from likeness.engines.tuning.backend import Backend


class TorchEngine(LanguageEngine):
    """CUDA, Apple's MPS, or the processor: the best that is there."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="torch",
        title="Language models with PyTorch",
        kind=frozenset({"writer", "trainer"}),
        needs=("torch", "transformers"),
        install="pip install 'likeness[torch]'",
        memory_mb=600,
        can=frozenset({"streaming", "adapter", "switch", "chat", "rewrite", "draft", "score", "fuse", "resume"}),
        opens=frozenset({"lora"}),
        licence="of the model: most of Qwen2.5 is Apache-2.0, Llama has a licence of its own",
        notes="Reads models from folders on this machine; downloads nothing.",
    )

    @classmethod
    def load(cls, base: Path, options: Mapping[str, Any]) -> Runtime:
        """See :meth:`LanguageEngine.load`."""
        from likeness.engines.torch.runtime import TorchRuntime

        return TorchRuntime.load(base, options)

    @classmethod
    def backend(cls) -> type[Backend]:
        """See :meth:`LanguageEngine.backend`."""
        from likeness.engines.torch import parallel

        return parallel.chosen()

    @classmethod
    def fuse(cls, adapter: Path, base: Path, out: Path) -> Iterator[Event]:
        """See :class:`~likeness.core.protocols.Fusing`. A base that is quantised for MLX is refused."""
        from likeness.core.errors import InputError
        from likeness.core.models import digest, model_config
        from likeness.engines.language import adapters, fusing

        if model_config(base).get("quantization"):
            raise InputError(f"{base.name} is quantised for MLX", hint="use the engine mlx, or the original model")
        lora = adapters.read(adapters.find(adapter), base, digest(base))
        fusing.copy_along(base, out)
        fusing.copy_weights(base, out)
        yield from fusing.add(lora, out)
        yield Event("fused", 1, 1, "models")
