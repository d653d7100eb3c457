"""The tone-colour converter in PyTorch: a variational autoencoder of speech whose flow knows whose voice it is.

    spectrogram -> posterior encoder -> latent of the source voice
                -> flow, told the source's colour -> latent of nobody's voice
                -> flow backwards, told the target's colour -> latent of the target voice -> generator -> sound
    spectrogram -> reference encoder -> a voice's tone colour

VITS (Kim et al. 2021, arXiv:2106.06103) as OpenVoice uses it (Qin et al. 2023, arXiv:2312.01479): WaveNet layers
(van den Oord et al. 2016, arXiv:1609.03499), affine coupling (Dinh et al. 2017, arXiv:1605.08803), the HiFi-GAN
generator (Kong et al. 2020, arXiv:2010.05646), global style tokens' reference encoder (Wang et al. 2018,
arXiv:1803.09017). Parameters bear the names of the published checkpoint, with weight normalisation multiplied out.
Tensors are (1, channels, frames). Imported only where a converter is used, since it brings PyTorch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from likeness.engines.openvoice.config import ConverterConfig, Network

WAVENET_KERNEL = 5
POSTERIOR_LAYERS = 16
COUPLINGS = 4
COUPLING_LAYERS = 4
REFERENCE_FILTERS = (32, 32, 64, 64, 128, 128)
REFERENCE_WIDTH = 128
_SLOPE, _LAST_SLOPE = 0.1, 0.01
"""Of the leaky rectifiers; the one before the last convolution has PyTorch's own."""


class WaveNet(nn.Module):
    """Gated convolutions, each with a residual to the next layer and a skip to the sum that is given out."""

    def __init__(self, width: int, layers: int, condition: int) -> None:
        super().__init__()
        self.width = width
        self.cond_layer = nn.Conv1d(condition, 2 * width * layers, 1)
        self.in_layers = nn.ModuleList(
            nn.Conv1d(width, 2 * width, WAVENET_KERNEL, padding=WAVENET_KERNEL // 2) for _ in range(layers)
        )
        self.res_skip_layers = nn.ModuleList(
            nn.Conv1d(width, width if layer == layers - 1 else 2 * width, 1) for layer in range(layers)
        )

    def forward(self, x: Tensor, colour: Tensor) -> Tensor:
        conditions = self.cond_layer(colour).split(2 * self.width, dim=1)
        skipped = torch.zeros_like(x)
        for number, condition in enumerate(conditions):
            gate = self.in_layers[number](x) + condition
            passed = gate[:, : self.width].tanh() * gate[:, self.width :].sigmoid()
            passed = self.res_skip_layers[number](passed)
            if number < len(conditions) - 1:
                x = x + passed[:, : self.width]
            skipped = skipped + passed[:, -self.width :]
        return skipped


class PosteriorEncoder(nn.Module):
    """A linear spectrogram into mean and log deviation of the latent."""

    def __init__(self, bins: int, sizes: Network) -> None:
        super().__init__()
        self.pre = nn.Conv1d(bins, sizes.hidden_channels, 1)
        self.enc = WaveNet(sizes.hidden_channels, POSTERIOR_LAYERS, sizes.gin_channels)
        self.proj = nn.Conv1d(sizes.hidden_channels, 2 * sizes.inter_channels, 1)

    def forward(self, spectrogram: Tensor, colour: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_deviation = self.proj(self.enc(self.pre(spectrogram), colour)).chunk(2, dim=1)
        return mean, log_deviation


class Coupling(nn.Module):
    """Moves one half of the channels by what a WaveNet makes of the other half; undone by subtracting the same."""

    def __init__(self, sizes: Network) -> None:
        super().__init__()
        half = sizes.inter_channels // 2
        self.pre = nn.Conv1d(half, sizes.hidden_channels, 1)
        self.enc = WaveNet(sizes.hidden_channels, COUPLING_LAYERS, sizes.gin_channels)
        self.post = nn.Conv1d(sizes.hidden_channels, half, 1)

    def forward(self, x: Tensor, colour: Tensor, sign: int) -> Tensor:
        kept, moved = x.chunk(2, dim=1)
        return torch.cat([kept, moved + sign * self.post(self.enc(self.pre(kept), colour))], dim=1)


class Flow(nn.Module):
    """Couplings, each followed by turning the order of the channels round."""

    def __init__(self, sizes: Network) -> None:
        super().__init__()
        # the published list counts the turns too, hence the even names
        self.flows = nn.ModuleDict({str(2 * number): Coupling(sizes) for number in range(COUPLINGS)})

    def remove(self, x: Tensor, colour: Tensor) -> Tensor:
        """The latent of the voice of ``colour`` without that voice."""
        for coupling in self.flows.values():
            x = coupling(x, colour, 1).flip(1)
        return x

    def add(self, x: Tensor, colour: Tensor) -> Tensor:
        """The reverse of :meth:`remove`."""
        for coupling in reversed(list(self.flows.values())):
            x = coupling(x.flip(1), colour, -1)
        return x


class ResidualBlock(nn.Module):
    """HiFi-GAN's first kind: pairs of a dilated and a plain convolution, each pair with a residual."""

    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(
            nn.Conv1d(channels, channels, kernel, dilation=dilation, padding=(kernel - 1) * dilation // 2)
            for dilation in dilations
        )
        self.convs2 = nn.ModuleList(nn.Conv1d(channels, channels, kernel, padding=(kernel - 1) // 2) for _ in dilations)

    def forward(self, x: Tensor) -> Tensor:
        for dilated, plain in zip(self.convs1, self.convs2, strict=True):
            x = x + plain(functional.leaky_relu_(dilated(functional.leaky_relu(x, _SLOPE)), _SLOPE))
        return x


class Generator(nn.Module):
    """HiFi-GAN: the latent, stretched step by step to samples."""

    def __init__(self, sizes: Network) -> None:
        super().__init__()
        channels = sizes.upsample_initial_channel
        self.conv_pre = nn.Conv1d(sizes.inter_channels, channels, 7, padding=3)
        self.cond = nn.Conv1d(sizes.gin_channels, channels, 1)
        self.ups, self.resblocks = nn.ModuleList(), nn.ModuleList()
        for rate, kernel in zip(sizes.upsample_rates, sizes.upsample_kernel_sizes, strict=True):
            self.ups.append(nn.ConvTranspose1d(channels, channels // 2, kernel, rate, padding=(kernel - rate) // 2))
            channels //= 2
            shapes = zip(sizes.resblock_kernel_sizes, sizes.resblock_dilation_sizes, strict=True)
            self.resblocks.extend(ResidualBlock(channels, size, dilations) for size, dilations in shapes)
        self.conv_post = nn.Conv1d(channels, 1, 7, padding=3, bias=False)

    def forward(self, latent: Tensor, colour: Tensor) -> Tensor:
        x = self.conv_pre(latent) + self.cond(colour)
        each = len(self.resblocks) // len(self.ups)
        for number, up in enumerate(self.ups):
            x = up(functional.leaky_relu_(x, _SLOPE))
            made = self.resblocks[number * each](x)
            for block in range(number * each + 1, (number + 1) * each):
                made += self.resblocks[block](x)
            x = made.div_(each)
        return self.conv_post(functional.leaky_relu_(x, _LAST_SLOPE)).tanh_()


class ReferenceEncoder(nn.Module):
    """A linear spectrogram into the tone colour of who speaks: convolutions, and the last state of a recurrence."""

    def __init__(self, bins: int, colour: int) -> None:
        super().__init__()
        self.layernorm = nn.LayerNorm(bins)
        widths = (1, *REFERENCE_FILTERS)
        self.convs = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=2, padding=1)
            for before, after in zip(widths, REFERENCE_FILTERS, strict=False)
        )
        rows = bins
        for _ in REFERENCE_FILTERS:
            rows = (rows - 1) // 2 + 1
        self.gru = nn.GRU(REFERENCE_FILTERS[-1] * rows, REFERENCE_WIDTH, batch_first=True)
        self.proj = nn.Linear(REFERENCE_WIDTH, colour)

    def forward(self, spectrogram: Tensor) -> Tensor:
        x = self.layernorm(spectrogram.transpose(1, 2)[:, None])
        for convolution in self.convs:
            x = convolution(x).relu_()
        _, last = self.gru(x.transpose(1, 2).flatten(2))
        return self.proj(last[0])[:, :, None]


class ToneColourConverter(nn.Module):
    """The whole model, named as the published checkpoint names its parts."""

    def __init__(self, config: ConverterConfig) -> None:
        super().__init__()
        self.zero_colour = config.model.zero_g
        self.dec = Generator(config.model)
        self.enc_q = PosteriorEncoder(config.data.bins, config.model)
        self.flow = Flow(config.model)
        self.ref_enc = ReferenceEncoder(config.data.bins, config.model.gin_channels)

    def latent(self, spectrogram: Tensor, noise: Tensor, source: Tensor, target: Tensor) -> Tensor:
        """(1, bins, frames) of the source voice into the target's latent (1, channels, frames).

        ``noise`` is of the latent's shape, already scaled by the temperature.
        """
        mean, log_deviation = self.enc_q(spectrogram, self._told(source))
        moved: Tensor = self.flow.add(self.flow.remove(mean + noise * log_deviation.exp(), source), target)
        return moved

    def sound(self, latent: Tensor, target: Tensor) -> Tensor:
        """A latent of n frames into (1, 1, n × hop) samples."""
        made: Tensor = self.dec(latent, self._told(target))
        return made

    def _told(self, colour: Tensor) -> Tensor:
        return torch.zeros_like(colour) if self.zero_colour else colour


def latent_reach() -> int:
    """How many frames to either side :meth:`ToneColourConverter.latent` looks at for one frame.

    The flow's way back begins with the coupling its way there ended with, on the same half, and so reaches no further.
    """
    return (WAVENET_KERNEL // 2) * (POSTERIOR_LAYERS + (2 * COUPLINGS - 1) * COUPLING_LAYERS)


def sound_reach(sizes: Network) -> int:
    """How many frames to either side :meth:`ToneColourConverter.sound` looks at for the samples of one frame."""
    reach = 3
    shapes = list(zip(sizes.resblock_kernel_sizes, sizes.resblock_dilation_sizes, strict=True))
    block = max(sum((kernel - 1) // 2 * (dilation + 1) for dilation in dilations) for kernel, dilations in shapes)
    for rate, kernel in zip(reversed(sizes.upsample_rates), reversed(sizes.upsample_kernel_sizes), strict=True):
        reach = -(-(reach + block + kernel) // rate)
    return reach + 3
