"""The parish against published figures.

Knows: the rows of `calibrate.toml`, and when a simulated value holds against a published one.
Refuses to know: how anything is measured (`calibrate_measures`), and how results are shown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Literal, TypeAlias

import msgspec

HOURS = tuple(f"{hour:02d}" for hour in range(24))

Value: TypeAlias = float | tuple[float, ...]


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published figure: a number that holds between `least` and `most`, or a profile of which at most `within` may
    lie elsewhere. `labels` name a profile's parts; without, they are hours of the day."""

    name: str
    what: str
    measure: str
    published: Value
    mark: Literal["verified", "assumption"]
    source: str
    why: str
    least: float | None = None
    most: float | None = None
    within: float | None = None
    labels: tuple[str, ...] = HOURS

    def __post_init__(self) -> None:
        is_profile = isinstance(self.published, tuple)
        if is_profile != (self.within is not None) or is_profile == (self.least is not None and self.most is not None):
            raise ValueError(f"{self.name}: a number has least and most, a profile within")
        if isinstance(self.published, tuple) and len(self.published) != len(self.labels):
            raise ValueError(f"{self.name}: {len(self.published)} parts, {len(self.labels)} labels")


class Compared(msgspec.Struct, frozen=True):
    """What came of a figure. `simulated` is None when there was nothing to measure; `apart` is the share of a profile
    that lies elsewhere."""

    figure: Figure
    simulated: Value | None
    held: bool
    apart: float | None = None


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    figures: tuple[Figure, ...]


def load() -> tuple[Figure, ...]:
    """The published figures. Raises msgspec.ValidationError, naming the row, when the table is not of its shape."""
    rows = tomllib.loads((resources.files("twin") / "calibrate.toml").read_text("utf-8"))
    return msgspec.convert(rows, _Table).figures


def compare(figure: Figure, simulated: Value | None) -> Compared:
    """Whether a simulated value holds. A value of another shape than the published one does not."""
    if isinstance(figure.published, tuple):
        if not isinstance(simulated, tuple) or not sum(simulated):
            return Compared(figure, None, False)
        apart = moved(figure.published, simulated)
        assert figure.within is not None
        return Compared(figure, simulated, apart <= figure.within, round(apart, 4))
    if not isinstance(simulated, int | float):
        return Compared(figure, None, False)
    assert figure.least is not None
    assert figure.most is not None
    return Compared(figure, simulated, figure.least <= simulated <= figure.most)


def moved(published: Sequence[float], simulated: Sequence[float]) -> float:
    """The share of a profile that would have to be moved to make it another: 0 (the same) to 1."""
    here, there = sum(published), sum(simulated)
    return sum(abs(p / here - q / there) for p, q in zip(published, simulated, strict=True)) / 2


def calibrate(figures: Sequence[Figure], measures: Mapping[str, Callable[[], Value | None]]) -> list[Compared]:
    """Measure and compare every figure, in order."""
    return [compare(figure, measures[figure.measure]()) for figure in figures]
