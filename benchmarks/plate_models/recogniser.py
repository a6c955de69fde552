"""The recogniser's network: one plate, 48 x 160, becomes 40 columns of characters and a guess at the state.

Knows: layers. Refuses to know: training, pictures' origin.
"""

from __future__ import annotations

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
        self.line = nn.Sequential(
            _conv(96, 160, (3, 3)),  # 1 x 40
            _Residual(160, (1, 5)),
            _Residual(160, (1, 5)),
            nn.Dropout(0.1),
            nn.Conv2d(160, CLASSES, 1),
        )
        self.place = nn.Sequential(
            _conv(96, 32, 1), nn.AvgPool2d((1, 4)), nn.Flatten(), nn.Dropout(0.2), nn.Linear(32 * 3 * 10, len(STATES))
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.eye(x)
        return self.line(seen).squeeze(2).transpose(1, 2), self.place(seen)
