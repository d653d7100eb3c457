"""Language models with MLX: writing with adapters, scoring, training and fusing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from likeness.core.events import Event
from likeness.core.protocols import EngineInfo
from likeness.engines.language.engine import LanguageEngine
from likeness.engines.language.runtime import Runtime
from likeness.engines.tuning.backend import Backend


class MlxEngine(LanguageEngine):
    """Apple Silicon first; where MLX's build for processors is installed it works on Linux too."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="mlx",
        title="Language models with MLX",
        kind=frozenset({"writer", "trainer"}),
        needs=("mlx", "mlx_lm", "transformers"),
        install="pip install 'likeness[mlx]'",
        memory_mb=400,
        can=frozenset({"streaming", "adapter", "switch", "chat", "rewrite", "draft", "score", "fuse", "resume"}),
        opens=frozenset({"lora"}),
        licence="of the model: most of Qwen2.5 is Apache-2.0, Llama has a licence of its own",
        notes="Reads models from folders on this machine; downloads nothing.",
    )

    @classmethod
    def load(cls, base: Path, options: Mapping[str, Any]) -> Runtime:
        """See :meth:`LanguageEngine.load`."""
        from likeness.engines.mlx.runtime import MlxRuntime

        return MlxRuntime.load(base, options)

    @classmethod
    def backend(cls) -> type[Backend]:
        """See :meth:`LanguageEngine.backend`."""
        from likeness.engines.mlx.backend import MlxBackend

        return MlxBackend

    @classmethod
    def fuse(cls, adapter: Path, base: Path, out: Path) -> Iterator[Event]:
        """See :class:`~likeness.core.protocols.Fusing`. A base that is quantised is fused in its full precision, and
        the last event says so."""
        from likeness.core.models import digest, model_config
        from likeness.engines.language import adapters, fusing

        lora = adapters.read(adapters.find(adapter), base, digest(base))
        fusing.copy_along(base, out)
        quantised = bool(model_config(base).get("quantization"))
        if quantised:
            from likeness.engines.mlx.loading import write_dequantised

            write_dequantised(base, out)
        else:
            fusing.copy_weights(base, out)
        yield from fusing.add(lora, out)
        yield Event("fused", 1, 1, "models", "the quantised base was written in full precision" if quantised else "")
