"""A small world to play in: a few units, all readers, little traffic.

Knows: how to write such a scenario shortly.
Refuses to know: what is tested with it.
"""

from __future__ import annotations

from twin.scenarios.loader import parse
from twin.scenarios.schema import Scenario

WORLD = "world: {units: {CPSO: 3, LCPD: 1}, reads_a_day: 20000, calls_a_day: 300, hotlist: 20, aircraft: true}\n"


def text(lasts_s: float = 60.0, more: str = "") -> str:
    """As YAML; `more` are further keys."""
    return f"name: small\nabout: A small world.\nstart: 2026-03-14T21:00\nlasts_s: {lasts_s:g}\n{WORLD}{more}"


def scenario(lasts_s: float = 60.0, more: str = "") -> Scenario:
    return parse(text(lasts_s, more).encode(), "small.yaml")
