"""The tone-colour converter: its numbers against the published implementation, streaming without seams."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openvoice_models import CONFIG, prepared, weights
from speech_like import speech

from likeness.core.errors import InputError
from likeness.core.types import Audio
from likeness.engines.openvoice.spectrogram import spectrogram

pytest.importorskip("torch", reason="PyTorch is not installed")

from likeness.engines.openvoice.converter import Converter
from likeness.engines.openvoice.network import latent_reach, sound_reach

RATE = 22_050


@pytest.fixture(scope="module")
def converter(tmp_path_factory: pytest.TempPathFactory) -> Converter:
    return Converter.load(prepared(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module")
def sound() -> Audio:
    return speech(seconds=6.0, rate=RATE, seed=3)


@pytest.fixture(scope="module")
def colours() -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(7)
    return tuple(chance.standard_normal((1, 256, 1)).astype(np.float32) for _ in range(2))  # type: ignore[return-value]


@pytest.mark.filterwarnings("ignore")
def test_same_weights_give_what_the_published_implementation_gives(
    monkeypatch: pytest.MonkeyPatch, converter: Converter, sound: Audio, colours: tuple[np.ndarray, np.ndarray]
) -> None:
    """Spectrogram, tone colour and converted sound, with the same noise."""
    import torch

    for name in ("librosa", "librosa.filters"):  # imported by it for mel spectrograms, which a converter has no use for
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setattr(sys.modules["librosa.filters"], "mel", None, raising=False)
    reason = "the published implementation is not installed: pip install --no-deps openvoice-cli"
    models = pytest.importorskip("openvoice_cli.models", reason=reason)
    processing = pytest.importorskip("openvoice_cli.mel_processing", reason=reason)

    peer = models.SynthesizerTrn(0, 513, n_speakers=0, **CONFIG["model"]).eval()
    peer.load_state_dict({name: torch.from_numpy(array) for name, array in weights().items()})
    samples = torch.from_numpy(sound.samples)[None]
    spectrum = processing.spectrogram_torch(samples, 1024, RATE, 256, 1024)
    ours = spectrogram(sound.samples, converter.config.data)
    assert np.abs(ours.T - spectrum[0].numpy()).max() < 1e-4

    source, target = colours
    noise = np.random.default_rng(11).standard_normal((len(ours), 8), dtype=np.float32)
    monkeypatch.setattr(torch, "randn_like", lambda _: torch.from_numpy(noise.T.copy())[None])
    with torch.no_grad():
        colour = peer.ref_enc(spectrum.transpose(1, 2)).unsqueeze(-1).numpy()
        lengths = torch.LongTensor([spectrum.size(-1)])
        told = torch.from_numpy(source), torch.from_numpy(target)
        expected = peer.voice_conversion(spectrum, lengths, *told, tau=0.3)[0][0, 0].numpy()
    assert np.abs(expected).max() > 0.05
    assert np.abs(converter.extract([sound]) - colour).max() < 1e-5
    made = converter.convert(sound, source, target, tau=0.3, seed=11).samples
    assert made.shape == expected.shape
    assert np.abs(made - expected).max() < 1e-4


def test_blocks_join_to_what_the_whole_gives_at_once(
    converter: Converter, sound: Audio, colours: tuple[np.ndarray, np.ndarray]
) -> None:
    import torch

    source, target = colours
    spectra = spectrogram(sound.samples, converter.config.data)
    noise = np.random.default_rng(5).standard_normal((len(spectra), 8), dtype=np.float32) * np.float32(0.3)
    model, (g_source, g_target) = converter._model, (torch.from_numpy(colour) for colour in colours)
    with torch.inference_mode():
        latent = model.latent(torch.from_numpy(spectra.T)[None], torch.from_numpy(noise.T)[None], g_source, g_target)
        whole = model.sound(latent, g_target)[0, 0].numpy()
    made = np.concatenate(list(converter.stream([sound.samples], source, target, 0.3, 5)))
    assert made.shape == whole.shape
    assert np.abs(made - whole).max() < 1e-5


@pytest.mark.parametrize("pieces", [1, 100, 5000, 40_000])
def test_how_a_sound_is_cut_does_not_matter(
    converter: Converter, sound: Audio, colours: tuple[np.ndarray, np.ndarray], pieces: int
) -> None:
    samples = sound.samples[:30_000] if pieces == 1 else sound.samples
    whole = converter.convert(Audio(samples, RATE), *colours, seed=1).samples
    step = pieces if pieces > 1 else 777
    cut = [samples[start : start + step] for start in range(0, len(samples), step)]
    made = np.concatenate(list(converter.stream(iter(cut), *colours, seed=1)))
    assert np.abs(made - whole).max() < 1e-5


def test_the_reach_is_what_one_frame_touches(converter: Converter) -> None:
    """What is not a number spreads to everything that is computed from it, however little that counts."""
    import torch

    frames, middle = 300, 150
    spectrum, noise = torch.ones(1, 513, frames), torch.zeros(1, 8, frames)
    told = torch.ones(1, 256, 1)
    spectrum[:, :, middle] = float("nan")
    latent = torch.zeros(1, 8, frames)
    latent[:, :, middle] = float("nan")
    with torch.inference_mode():
        seen = np.flatnonzero(converter._model.latent(spectrum, noise, told, told).isnan().any(dim=1)[0].numpy())
        heard = np.flatnonzero(converter._model.sound(latent, told).isnan()[0, 0].numpy()) // 256
    assert (seen.min(), seen.max()) == (middle - latent_reach(), middle + latent_reach())
    reach = sound_reach(converter.config.model)
    assert middle - reach <= heard.min() < heard.max() <= middle + reach
    assert heard.max() - heard.min() >= 2 * (reach - 2)


def test_the_same_seed_gives_the_same_samples(
    converter: Converter, sound: Audio, colours: tuple[np.ndarray, np.ndarray]
) -> None:
    once, again = (converter.convert(sound, *colours, seed=4).samples for _ in range(2))
    other = converter.convert(sound, *colours, seed=5).samples
    calm = [converter.convert(sound, *colours, tau=0.0, seed=seed).samples for seed in (4, 5)]
    assert np.array_equal(once, again)
    assert np.abs(once - other).max() > 1e-4
    assert np.array_equal(*calm)


def test_a_long_sound_comes_block_by_block_and_the_first_early(
    converter: Converter, sound: Audio, colours: tuple[np.ndarray, np.ndarray]
) -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while True:
            taken += RATE // 10
            yield sound.samples[: RATE // 10]

    made = converter.stream(endless(), *colours)
    lengths = [len(next(made)) for _ in range(12)]
    assert max(lengths) <= 224 * 256
    assert sum(lengths) <= taken < sum(lengths) + 6 * RATE
    first = converter.stream(endless(), *colours)
    taken = 0
    next(first)
    assert taken < 1.8 * RATE


def test_a_tone_colour_is_the_mean_over_the_clips(converter: Converter, sound: Audio) -> None:
    half = len(sound.samples) // 2
    clips = [Audio(sound.samples[:half], RATE), Audio(sound.samples[half:], RATE)]
    each = [converter.extract([clip]) for clip in clips]
    both = converter.extract(clips)
    assert both.shape == (1, 256, 1)
    assert both.dtype == np.float32
    assert np.allclose(both, np.mean(each, axis=0), atol=1e-6)
    assert np.abs(each[0] - each[1]).max() > 1e-4


@pytest.mark.parametrize("samples", [1, 255, 300, 1023, 1024, 1025])
def test_short_sounds(converter: Converter, colours: tuple[np.ndarray, np.ndarray], samples: int) -> None:
    audio = Audio(np.full(samples, 0.1, np.float32), RATE)
    assert len(converter.convert(audio, *colours).samples) == 4 * 256
    assert np.isfinite(converter.extract([audio])).all()


def test_no_sound(converter: Converter, colours: tuple[np.ndarray, np.ndarray]) -> None:
    nothing = Audio(np.zeros(0, np.float32), RATE)
    assert len(converter.convert(nothing, *colours).samples) == 0
    with pytest.raises(InputError, match="no sound"):
        converter.extract([nothing])


def test_other_rates_are_brought_to_the_models(converter: Converter, colours: tuple[np.ndarray, np.ndarray]) -> None:
    made = converter.convert(speech(seconds=3.0, rate=48_000), *colours)
    assert made.rate == RATE
    assert abs(made.seconds - 3.0) < 0.02


@pytest.mark.parametrize("damage", ["cut", "absent", "other sizes"])
def test_a_damaged_model_is_an_error(tmp_path: Path, damage: str) -> None:
    folder = prepared(tmp_path / "model")
    held = folder / "model.safetensors"
    if damage == "cut":
        held.write_bytes(held.read_bytes()[:2000])
    elif damage == "absent":
        held.unlink()
    else:
        config = folder / "config.json"
        config.write_text(config.read_text().replace('"hidden_channels": 8', '"hidden_channels": 16'))
    with pytest.raises(InputError, match=r"model\.safetensors") as caught:
        Converter.load(folder)
    assert "models get" in caught.value.hint
