"""The refiner's network: what the detector took for a plate, cut out with room around it, becomes the plate's corners.

Knows: layers. Refuses to know: training, frames' origin.
"""

from __future__ import annotations

from torch import Tensor, nn

WIDTH, HEIGHT = 112, 56
ROOM = 0.4  # the cut is larger than what the detector said by this share


def _conv(before: int, after: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)
    )


class Refiner(nn.Module):
    """N x 3 x 56 x 112, each picture with mean 0 and deviation 1 -> N x 8: corners as shares of width and height."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(3, 16, 2),  # 28 x 56
            _conv(16, 32, 2),  # 14 x 28
            _conv(32, 32),
            _conv(32, 48, 2),  # 7 x 14
            _conv(48, 48),
            _conv(48, 24),
            nn.Flatten(),
            nn.Linear(24 * 7 * 14, 48),
            nn.ReLU(inplace=True),
            nn.Linear(48, 8),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + 0.5
