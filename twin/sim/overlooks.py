"""Cameras that overlook places and are not the sheriff's.

Knows: the table beside this file (`parish_overlooks.toml`) and its shape.
Refuses to know: what is seen there, and who may look.

Apart from the parish's other tables: what is derived from those, as streets are, has nothing to do with cameras.
"""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Literal

import msgspec

from twin.sim.parish import LatLon, Table


class Overlook(Table, frozen=True):
    """A camera of a private `owner`, who has agreed to `consent`, or of an `agency`. It looks towards `heading_deg`,
    `view_deg` wide and `range_m` far. Whoever is asked each time (`on-request`) answers `soon` or `late` with that
    chance, else not at all, and says yes with the chance `agrees`."""

    name: str
    at: LatLon
    heading_deg: float
    view_deg: float
    range_m: float
    owner: str | None = None
    consent: Literal["always", "per-incident", "on-request", "never"] | None = None
    agency: str | None = None
    soon: float = 0.0
    late: float = 0.0
    agrees: float = 0.0


@functools.cache
def load() -> tuple[Overlook, ...]:
    """In the table's order. Raises `msgspec.ValidationError`, naming the field."""
    rows = tomllib.loads((resources.files("twin.sim") / "parish_overlooks.toml").read_text("utf-8"))
    return msgspec.convert(rows["overlooks"], tuple[Overlook, ...])
