"""How much memory this machine lets a run have: on the device where there is one, else the machine's own."""

from __future__ import annotations

import sys
from pathlib import Path

_MB = 2**20
_CGROUP = Path("/sys/fs/cgroup")


def available_mb(runtime: str) -> float:
    """Memory in MB that a run in ``runtime`` ("mlx", "torch") can have now.

    Apple Silicon: what Metal may wire (``iogpu.wired_limit_mb`` where it was raised, else the recommended working
    set), at most what is free. CUDA: the free memory of the fullest device. Otherwise the memory that is available,
    at most what the control group of this process allows. Raises :class:`ImportError` when the runtime is absent.
    """
    if runtime == "mlx":
        device = _metal_mb()
        return min(device, _host_mb()) if device else _host_mb()
    return _torch_mb()


def _metal_mb() -> float:
    """The limit of Metal, 0 without it."""
    import mlx.core as mx

    if not mx.metal.is_available():
        return 0.0
    raised = _wired_limit_mb()
    return raised or float(mx.device_info()["max_recommended_working_set_size"]) / _MB


def _wired_limit_mb() -> float:
    """``iogpu.wired_limit_mb``; 0 when it was left alone or there is no such setting."""
    import subprocess

    if sys.platform != "darwin":
        return 0.0
    told = subprocess.run(
        ["/usr/sbin/sysctl", "-n", "iogpu.wired_limit_mb"], capture_output=True, text=True, check=False
    )
    return float(told.stdout.strip() or 0) if told.returncode == 0 else 0.0


def _torch_mb() -> float:
    import torch

    if torch.cuda.is_available():
        return float(min(torch.cuda.mem_get_info(device)[0] for device in range(torch.cuda.device_count()))) / _MB
    if torch.backends.mps.is_available():
        return min(_wired_limit_mb() or float(torch.mps.recommended_max_memory()) / _MB, _host_mb())
    return _host_mb()


def _host_mb() -> float:
    import psutil

    free = float(psutil.virtual_memory().available)
    return min(free, _group_limit()) / _MB


def _group_limit() -> float:
    """Bytes this process's control group still allows; infinite without one."""
    try:
        limit = (_CGROUP / "memory.max").read_text().strip()
        used = int((_CGROUP / "memory.current").read_text())
    except (OSError, ValueError):
        return float("inf")
    return float("inf") if limit == "max" else max(0.0, int(limit) - used)
