"""The recogniser's network: one plate, 48 x 160, becomes 40 columns of characters and a guess at the state.

Knows: layers. Refuses to know: training, pictures' origin.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from benchmarks.plate_models.samples import STATES
from twin.devices.lpr.glyphs import ALPHABET

CLASSES = 1 + len(ALPHABET)  # 0 is CTC's blank


def _conv(
    before: int, after: int, kernel: int | tuple[int, int] = 3, stride: int | tuple[int, int] = 1
) -> nn.Sequential:
    padding = kernel // 2 if isinstance(kernel, int) else (0, kernel[1] // 2)
    return nn.Sequential(
        nn.Conv2d(before, after, kernel, stride, padding=padding, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )


class _Residual(nn.Module):
    def __init__(self, width: int, kernel: int | tuple[int, int] = 3) -> None:
        super().__init__()
        self.body = _conv(width, width, kernel)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class _Deeper(nn.Module):
    """Two convolutions that begin by changing nothing: a network that has learned without them loses nothing."""

    def __init__(self, width: int) -> None:
        super().__init__()
        last = nn.BatchNorm2d(width)
        nn.init.zeros_(last.weight)
        self.body = nn.Sequential(_conv(width, width), nn.Conv2d(width, width, 3, padding=1, bias=False), last)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class _Glance(nn.Module):
    """Every column looks at every other: what is small, or set apart, shows beside the rest. Begins by changing
    nothing."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.asked = nn.Linear(width, 3 * width)
        self.told = nn.Linear(width, width)
        self.thought = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(inplace=True), nn.Linear(2 * width, width))
        for last in (self.told, self.thought[2]):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, x: Tensor) -> Tensor:
        _, columns, width = x.shape
        each = self.asked(self.before(x)).reshape(-1, columns, 3, self.heads, width // self.heads)
        query, key, value = each.permute(2, 0, 3, 1, 4)
        share = (query @ key.transpose(2, 3) * (width // self.heads) ** -0.5).softmax(3)
        x = x + self.told((share @ value).transpose(1, 2).reshape(-1, columns, width))
        return x + self.thought(self.between(x))


class Recogniser(nn.Module):
    """N x 3 x 48 x 160, each picture with mean 0 and deviation 1 -> logits N x 40 x 37, logits N x states."""

    def __init__(self) -> None:
        super().__init__()
        self.eye = nn.Sequential(
            _conv(3, 16, 3, 2),  # 24 x 80
            _conv(16, 32, 3, (2, 1)),  # 12 x 80
            _Residual(32),
            _conv(32, 64, 3, 2),  # 6 x 40
            _Residual(64),
            _Residual(64),
            _conv(64, 96, 3, (2, 1)),  # 3 x 40
            _Residual(96),
        )
        self.deeper = nn.ModuleList([_Deeper(64), _Deeper(96)])
        self.line = nn.Sequential(
            _conv(96, 160, (3, 3)),  # 1 x 40
            _Residual(160, (1, 5)),
            _Residual(160, (1, 5)),
            nn.Dropout(0.1),
            nn.Conv2d(160, CLASSES, 1),
        )
        self.where = nn.Parameter(torch.zeros(1, 40, 160))
        self.glances = nn.Sequential(_Glance(160), _Glance(160))
        self.place = nn.Sequential(
            _conv(64, 48, 3, (2, 1)), nn.AvgPool2d((1, 4)), nn.Flatten(), nn.Dropout(0.2),
            nn.Linear(48 * 3 * 10, 96), nn.ReLU(inplace=True), nn.Linear(96, len(STATES)),
        )  # fmt: skip

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        fine = self.deeper[0](self.eye[:6](x))
        coarse = self.deeper[1](self.eye[6:](fine))
        columns = self.line[:3](coarse).squeeze(2).transpose(1, 2)
        columns = self.glances(columns + self.where).transpose(1, 2).unsqueeze(2)
        return self.line[3:](columns).squeeze(2).transpose(1, 2), self.place(fine)
