"""A shift sergeant who has patrol boxes and cars to put into them.

Knows: the words in which the room's alert names its boxes, where own units were last shown, and how long a person
takes.
Refuses to know: whether a box is worth anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from math import cos, hypot, radians
from random import Random
from typing import Any, TypeAlias

from simpy import Environment

from twin.devices.clock import call_later
from twin.devices.things import SECOND_US, Log

Post: TypeAlias = Callable[[str, dict[str, Any], Callable[[bool], None]], None]
"""`post(path, body, answered)`: `answered(granted)` comes later, or never when the center is away."""
BOX = re.compile(r"(\S+) near (-?\d+\.\d+), (-?\d+\.\d+)")
"""As docs/api.md has the detail of an alert `patrol-boxes`."""
MAX_UNITS = 5_000


class Sergeant:
    """Takes every box that is offered, each for the nearest own unit that is available and has none. `saw` is told
    every frame."""

    def __init__(
        self, env: Environment, name: str, dice: Random, post: Post, log: Log, think_s: tuple[float, float]
    ) -> None:
        self._env = env
        self._name = name
        self._dice = dice
        self._post = post
        self._log = log
        self._think_s = think_s
        self._units: dict[str, dict[str, Any]] = {}
        self._sent: dict[str, str] = {}

    def saw(self, units: Iterable[dict[str, Any]], alerts: Iterable[dict[str, Any]]) -> None:
        for unit in units:
            if unit.get("own") and (unit["unit"] in self._units or len(self._units) < MAX_UNITS):
                self._units[unit["unit"]] = unit
        for alert in alerts:
            if alert["kind"] == "patrol-boxes":
                for box, lat, lon in BOX.findall(alert.get("detail", "")):
                    self._consider(box, float(lat), float(lon))

    def _consider(self, box: str, lat: float, lon: float) -> None:
        if box not in self._sent:
            self._sent[box] = ""
            seconds = self._dice.uniform(*self._think_s)
            call_later(self._env, round(seconds * SECOND_US), self._take, box, lat, lon)

    def _take(self, box: str, lat: float, lon: float) -> None:
        busy = set(self._sent.values())
        free = [unit for unit in self._units.values() if unit["unit"] not in busy and _is_free(unit)]
        if not free:
            del self._sent[box]  # the next frame with the alert offers it again
            return
        unit = min(free, key=lambda one: (_apart(one, lat, lon), one["unit"]))["unit"]
        self._sent[box] = unit
        self._log("box-taken", operator=self._name, box=box, unit=unit)
        self._post(f"/api/boxes/{box}/accept", {"request": f"{self._name}-box-{box}", "units": [unit]}, _unread)


def _is_free(unit: dict[str, Any]) -> bool:
    return unit.get("status") == "available" and unit.get("lat") is not None and not unit.get("stale")


def _apart(unit: dict[str, Any], lat: float, lon: float) -> float:
    return hypot(unit["lat"] - lat, (unit["lon"] - lon) * cos(radians(lat)))


def _unread(_: bool) -> None:
    """The frames show what came of it."""
