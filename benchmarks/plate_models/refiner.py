"""The refiner's network: what the detector took for a plate, cut out with room around it, becomes the plate's corners.

Knows: layers. Refuses to know: training, frames' origin.
"""

from __future__ import annotations

from torch import Tensor, nn

WIDTH, HEIGHT = 128, 64
ROOM = 0.4  # the cut is larger than what the detector said by this share


def _conv(before: int, after: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)
    )


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(_conv(width, width), _conv(width, width))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class Refiner(nn.Module):
    """N x 3 x 64 x 128, each picture with mean 0 and deviation 1 -> N x 8: corners as shares of width and height."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(3, 16, 2),  # 32 x 64
            _conv(16, 32, 2),  # 16 x 32
            _Residual(32),
            _conv(32, 64, 2),  # 8 x 16
            _Residual(64),
            _Residual(64),
            _conv(64, 32),
            nn.Flatten(),
            nn.Linear(32 * 8 * 16, 64),
            nn.ReLU(inplace=True),
            nn.Linear(64, 8),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + 0.5
