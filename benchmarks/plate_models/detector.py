"""The detector's network: a frame at half size becomes, per cell of 8 pixels, how likely a plate's middle lies in it,
and its corners.

Knows: layers. Refuses to know: training, frames' origin.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDE = 8
REACH_PX = 32.0  # corners are given in units of this


def _conv(before: int, after: int, stride: int = 1, dilation: int = 1, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, kernel, stride, padding=dilation * (kernel // 2), dilation=dilation, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )


class Detector(nn.Module):
    """N x 3 x H x W in -1..1, sides multiples of 16 -> N x 9 x H/8 x W/8: a logit, and four corners from the cell's
    middle."""

    def __init__(self) -> None:
        super().__init__()
        self.near = nn.Sequential(_conv(3, 16, 2), _conv(16, 24, 2), _conv(24, 32, 2), _conv(32, 32))
        self.far = nn.Sequential(_conv(32, 64, 2), _conv(64, 64), _conv(64, 64, 1, 2), _conv(64, 64, 1, 4))
        self.join = nn.Sequential(_conv(96, 48, kernel=1), _conv(48, 48))
        self.heat = nn.Conv2d(48, 1, 1)
        self.corners = nn.Conv2d(48, 8, 1)
        nn.init.constant_(self.heat.bias, -4.0)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        near = self.near(x)
        far = functional.interpolate(self.far(near), scale_factor=2.0, mode="nearest")
        joined = self.join(torch.cat([near, far], dim=1))
        return torch.cat([self.heat(joined), self.corners(joined)], dim=1)
