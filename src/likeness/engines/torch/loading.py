"""Loading a base model for tuning: from safetensors alone, on the best device there is, quantised where asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from likeness.core.errors import DoesNotFit, EngineMissing, InputError
from likeness.core.models import model_config

INSTALL = "pip install 'likeness[torch]'"
INSTALL_CUDA = "pip install 'likeness[cuda]'"


def device() -> str:
    """ "cuda", "mps" (Apple Silicon) or "cpu"."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def load(base: Path, bits: int) -> Any:
    """The causal language model in ``base``, its attention by scaled dot products, without a key-value cache.

    Numbers are kept as the checkpoint has them, float16 made bfloat16: gradients overflow in float16. ``bits`` 4 (NF4)
    and 8 quantise the linear layers through bitsandbytes.

    Raises :class:`EngineMissing` when a library is absent, :class:`InputError` for a folder that is no such model and
    :class:`DoesNotFit` when it is too large.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()  # the run's own events tell where it stands
    config = model_config(base)
    if "quantization" in config:
        raise InputError(f"{base.name} is quantised for MLX", hint="use the engine mlx, or the original model")
    where = device()
    options: dict[str, Any] = {"dtype": _dtype(config)}
    if bits:
        options["quantization_config"] = _quantisation(bits, where, options["dtype"])
    try:
        model = AutoModelForCausalLM.from_pretrained(
            str(base),
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            attn_implementation="sdpa",
            device_map={"": where},
            **options,
        )
    except torch.OutOfMemoryError:
        raise too_large(base.name) from None
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise InputError(f"{base.name} cannot be loaded: {error}", hint="get the model again") from None
    model.config.use_cache = False
    return model


def recompute(model: Any) -> None:
    """Let ``model`` keep no more of each layer than its input, and compute the rest again in the backward pass (Chen et
    al. 2016, arXiv 1604.06174).
    """
    from functools import partial

    from torch.utils.checkpoint import checkpoint

    for layer in model.model.layers:
        layer.forward = partial(checkpoint, layer.forward, use_reentrant=False)


def too_large(name: str) -> DoesNotFit:
    """The error when the device's memory does not suffice."""
    return DoesNotFit(
        f"tuning {name} takes more memory than there is",
        hint="choose a smaller base, or fewer bits, a smaller window or batch, or gradient_checkpointing",
    )


def _dtype(config: dict[str, Any]) -> Any:
    import torch

    stored = config.get("dtype") or config.get("torch_dtype") or "float32"
    return torch.float32 if stored == "float32" else torch.bfloat16


def _quantisation(bits: int, where: str, dtype: Any) -> Any:
    from importlib.util import find_spec

    if find_spec("bitsandbytes") is None:
        raise EngineMissing(
            f"a base of {bits} bits needs bitsandbytes on {where}",
            hint=f"install it with: {INSTALL_CUDA}; or train with bits=0",
        )
    _stay_offline()
    from transformers import BitsAndBytesConfig

    made: Any = BitsAndBytesConfig
    if bits == 8:
        return made(load_in_8bit=True)
    return made(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )


def _stay_offline() -> None:
    """Where the package ``kernels`` is there, bitsandbytes fetches compiled code from a hub as it is imported."""
    import logging
    import os

    from huggingface_hub import constants

    os.environ["HF_HUB_OFFLINE"] = "1"
    constants.HF_HUB_OFFLINE = True
    # It would tell at every start that it did not get that code.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
