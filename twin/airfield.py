"""The sheriff's aeroplane and the receiver that hears it.

Knows: when it flies and where the antenna stands.
Refuses to know: transponder formats.
"""

from __future__ import annotations

from twin.devices.adsb import AdsbReceiver
from twin.devices.line_quality import LineQuality
from twin.scenarios.schema import Fly
from twin.setting import Setting
from twin.sim.sky import Flight, Sky

SERIAL_SERVER = LineQuality(transport="stream", delay_ms=15)
ANTENNA_M = 20.0


class Airfield:
    """Without a `fly` in the scenario the aeroplane circles over the largest town from the start, if there is one."""

    def __init__(self, setting: Setting) -> None:
        base = setting.parish.airports[0].runways[0].thresholds[0]
        self._base = setting.parish.plane.xy(*base)
        self._flights: list[Flight] = []
        name = "adsb/klch"
        flies = any(isinstance(happening, Fly) for happening in setting.scenario.happens)
        if setting.scenario.world.aircraft and not flies:
            largest = max(setting.parish.places, key=lambda place: place.people)
            self.fly(0, setting.ends_us, setting.gazetteer.xy(largest.name))
        self.receiver = AdsbReceiver(
            setting.env,
            name,
            base.lat,
            base.lon,
            ANTENNA_M,
            Sky(setting.parish.plane, self._flights).states,
            setting.line(name, "adsb", "receiver", SERIAL_SERVER),
            setting.dice("adsb", "klch"),
            epoch=setting.epoch,
            faults=setting.faults(name),
        )

    def fly(self, from_us: int, for_us: int, over: tuple[float, float]) -> None:
        """Put a flight into the world's future. `over`: metres on the parish's plane."""
        self._flights.append(Flight(from_us, from_us + for_us, self._base, over))
