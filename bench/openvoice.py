"""How fast and how alike the tone-colour converter is: ``python -m bench.openvoice``.

A checkpoint of V2's full size with random weights, made on the spot, goes the way of a download (``.pth`` to
safetensors); it converts a clip of 3 s and a sound of 20 s. Beside it, in the same run, with the same weights and
noise, the published implementation, where it is installed (``pip install --no-deps openvoice-cli``). Processor time is
given too, which says more than the clock on a busy machine. Peak memory is of a process of its own for each side.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from bench import harness
from likeness.core.events import drain
from likeness.core.types import Audio
from likeness.engines.openvoice.converter import Converter
from likeness.engines.openvoice.engine import OpenVoice

sys.path.append(str(Path(sys.prefix) / "peers"))  # where `make models` puts the published one

RATE = 22_050
CONFIG: dict[str, Any] = {
    "data": {"sampling_rate": RATE, "filter_length": 1024, "hop_length": 256, "win_length": 1024, "n_speakers": 0},
    "model": {
        "zero_g": True,
        "inter_channels": 192,
        "hidden_channels": 192,
        "filter_channels": 768,
        "n_heads": 2,
        "n_layers": 6,
        "kernel_size": 3,
        "p_dropout": 0.1,
        "resblock": "1",
        "resblock_kernel_sizes": [3, 7, 11],
        "resblock_dilation_sizes": [[1, 3, 5]] * 3,
        "upsample_rates": [8, 8, 2, 2],
        "upsample_initial_channel": 512,
        "upsample_kernel_sizes": [16, 16, 4, 4],
        "gin_channels": 256,
    },
}
NORMALISED = ("cond_layer", "in_layers", "res_skip_layers", "dec.ups", "convs1", "convs2", "ref_enc.convs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=0, help="of PyTorch; its own choice by default")
    parser.add_argument("--runs", type=int, default=5, help="of each side, in turns")
    parser.add_argument("--side", choices=["ours", "published"], help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    if arguments.side:
        _one_side(arguments.side, arguments.model)
        return
    with tempfile.TemporaryDirectory() as scratch:
        compare(Path(scratch), arguments.runs)


def compare(scratch: Path, runs: int) -> None:
    """Make the checkpoint, run both sides in turns, print."""
    folder = scratch / "OpenVoiceV2"
    size = download(folder)
    kept = scratch / "checkpoint.pth"
    kept.write_bytes((folder / "converter" / "checkpoint.pth").read_bytes())
    began = time.perf_counter()
    drain(OpenVoice.prepare_model(folder))
    preparing = time.perf_counter() - began
    began = time.perf_counter()
    converter = Converter.load(folder)
    loading = time.perf_counter() - began
    clip, source, target = noise_like_speech(3.0), *colours()

    sides: dict[str, Callable[[], np.ndarray]] = {"ours": lambda: converter.convert(clip, source, target).samples}
    if find_spec("openvoice_cli"):
        sides["published"] = published(kept, clip, source, target)
    times: dict[str, list[float]] = {name: [] for name in sides}
    busy: dict[str, list[float]] = {name: [] for name in sides}
    made: dict[str, np.ndarray] = {}
    for _ in range(runs + 1):
        for name, convert in sides.items():
            began, used = time.perf_counter(), time.process_time()
            made[name] = convert()
            busy[name].append(time.process_time() - used)
            times[name].append(time.perf_counter() - began)
    figures: dict[str, float | int | None] = {
        "checkpoint_mb": size,
        "prepare_seconds": preparing,
        "load_seconds": loading,
    }
    began = time.perf_counter()
    converter.extract([clip])
    figures["extract_rtf"] = (time.perf_counter() - began) / clip.seconds
    began, stream = time.perf_counter(), converter.stream([noise_like_speech(20.0).samples], source, target)
    next(stream)
    figures["first_sound_ms"] = 1000 * (time.perf_counter() - began)
    stream.close()
    rows = []
    for name, taken in times.items():
        steady = sorted(taken[1:])
        peaks = _peaks(name, folder if name == "ours" else kept)
        figures |= {f"{name}_rtf": median(steady) / clip.seconds, f"{name}_best_rtf": steady[0] / clip.seconds}
        figures[f"{name}_cpu_rtf"] = median(busy[name][1:]) / clip.seconds
        figures |= {f"{name}_peak_mb_{length}": peak for length, peak in peaks.items()}
        rows.append(
            [name, taken[0], median(steady), median(steady) / clip.seconds, figures[f"{name}_cpu_rtf"], *peaks.values()]
        )
    if len(made) > 1:
        figures["largest_difference"] = float(np.abs(made["ours"] - made["published"]).max())
        print(f"largest difference between the two sounds: {figures['largest_difference']:.2g}")
        figures["largest_sample"] = float(np.abs(made["published"]).max())
    else:
        print("the published implementation is not installed: pip install --no-deps openvoice-cli")
    header = [
        "side",
        "first s",
        "3 s clip, s",
        "real-time factor",
        "CPU s per s",
        "loaded MB",
        "peak MB 3 s",
        "peak MB 20 s",
    ]
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads")
    harness.finish("openvoice", header, rows, figures)


def download(folder: Path) -> float:
    """Fill ``folder`` as a download does, with random weights; returns the checkpoint's size in MB."""
    from likeness.engines.openvoice.config import ConverterConfig
    from likeness.engines.openvoice.network import ToneColourConverter

    torch.manual_seed(0)
    held = {}
    for name, value in ToneColourConverter(ConverterConfig.model_validate(CONFIG)).state_dict().items():
        if name.endswith(".weight") and any(layer in name for layer in NORMALISED):
            held[f"{name}_v"] = value
            held[f"{name}_g"] = value.flatten(1).norm(dim=1).reshape(-1, *[1] * (value.ndim - 1))
        else:
            held[name] = value
    (folder / "converter").mkdir(parents=True)
    (folder / "converter" / "config.json").write_text(json.dumps(CONFIG))
    path = folder / "converter" / "checkpoint.pth"
    torch.save({"model": held, "iteration": 0, "learning_rate": 1e-4}, path)
    return path.stat().st_size / 2**20


def published(checkpoint: Path, clip: Audio, source: np.ndarray, target: np.ndarray) -> Callable[[], np.ndarray]:
    """The published implementation's conversion of ``clip`` with the noise that ours takes for seed 0."""
    sys.modules.setdefault("librosa", types.ModuleType("librosa"))  # for mel spectrograms, which are not used here
    filters = types.ModuleType("librosa.filters")
    filters.mel = None  # type: ignore[attr-defined]
    sys.modules.setdefault("librosa.filters", filters)
    from openvoice_cli.mel_processing import spectrogram_torch
    from openvoice_cli.models import SynthesizerTrn

    model = SynthesizerTrn(0, 513, n_speakers=0, **CONFIG["model"]).eval()
    model.load_state_dict(torch.load(checkpoint, weights_only=True)["model"])
    told = torch.from_numpy(source), torch.from_numpy(target)
    frames = len(clip.samples) // 256
    noise = torch.from_numpy(np.random.default_rng(0).standard_normal((frames, 192), dtype=np.float32).T.copy())[None]

    def convert() -> np.ndarray:
        drawn = torch.randn_like
        torch.randn_like = lambda _: noise  # type: ignore[assignment]
        try:
            with torch.no_grad():
                spectrum = spectrogram_torch(torch.from_numpy(clip.samples)[None], 1024, RATE, 256, 1024)
                lengths = torch.LongTensor([spectrum.size(-1)])
                sound = model.voice_conversion(spectrum, lengths, sid_src=told[0], sid_tgt=told[1], tau=0.3)[0]
        finally:
            torch.randn_like = drawn
        return sound[0, 0].numpy()

    return convert


def noise_like_speech(seconds: float) -> Audio:
    """Noise that comes and goes as syllables do."""
    count = round(seconds * RATE)
    loud = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * np.arange(count) / RATE)
    return Audio((0.1 * loud * np.random.default_rng(1).standard_normal(count)).astype(np.float32), RATE)


def colours() -> tuple[np.ndarray, np.ndarray]:
    """Of two made-up voices."""
    chance = np.random.default_rng(2)
    source, target = (chance.standard_normal((1, 256, 1)).astype(np.float32) * 0.3 for _ in range(2))
    return source, target


def _peaks(side: str, model: Path) -> dict[str, float]:
    threads = ["--threads", str(torch.get_num_threads())]
    command = [sys.executable, "-m", "bench.openvoice", "--side", side, "--model", str(model), *threads]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return told


def _one_side(side: str, model: Path) -> None:
    """Print peak memory with the model loaded, after 3 s and after 20 s."""
    source, target = colours()
    peaks: dict[str, float] = {}
    if side == "ours":
        converter = Converter.load(model)
        peaks["loaded"] = harness.peak_mb()
        for seconds in (3, 20):
            for _ in converter.stream([noise_like_speech(float(seconds)).samples], source, target):
                pass
            peaks[f"{seconds}s"] = harness.peak_mb()
    else:
        for seconds in (3, 20):
            convert = published(model, noise_like_speech(float(seconds)), source, target)
            peaks.setdefault("loaded", harness.peak_mb())
            convert()
            peaks[f"{seconds}s"] = harness.peak_mb()
    print(json.dumps(peaks))


if __name__ == "__main__":
    main()
