"""Everybody who flies over the parish on business of their own: airliners, flying pupils, travellers, heavies.

Knows: the streams of the parish's table, hour by hour, and the wind that decides about runways.
Refuses to know: the sheriff's aeroplane, and who hears whom.

The flights of an hour are drawn when it is near, from dice named for the stream and the hour, so the sky of a day does
not depend on when a scenario begins; each flight has dice of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil, cos, exp, radians, sin
from random import Random

from twin.devices.things import SECOND_US
from twin.sim.parish import Parish, Stream, Turn
from twin.sim.rhythm import HOUR_US, by_hour
from twin.sim.sky import Flight
from twin.sim.sky_field import HEAVY, JET, LIGHT, Field, bearing_way
from twin.sim.sky_path import Course, Way
from twin.sim.sky_tails import address, tail

FLYING = (0.05, 0.03, 0.03, 0.05, 0.1, 0.4, 0.9, 1.4, 1.8, 2.0, 2.1, 2.0,
          1.7, 1.8, 1.9, 2.0, 1.9, 1.6, 1.2, 0.7, 0.4, 0.25, 0.15, 0.1)  # fmt: skip
"""Small aircraft by hour of the day (assumption)."""
OVERFLYING = (0.4, 0.25, 0.2, 0.25, 0.4, 0.7, 1.1, 1.4, 1.4, 1.3, 1.3, 1.3,
              1.3, 1.3, 1.3, 1.3, 1.4, 1.4, 1.3, 1.2, 1.1, 0.9, 0.7, 0.5)  # fmt: skip
"""Airliners on their airways by hour of the day (assumption)."""
WEEKEND = {"circuit": 1.3, "cross-country": 1.1, "heavy": 0.4, "airway": 1.0}
WINDS = ((45, 160.0), (20, 110.0), (20, 340.0), (15, 40.0))
"""How often, in a hundred, the wind comes from about there: the Gulf's breeze and the northers behind fronts
(assumption)."""
WIND_HOURS = 6
FOOT_M = 0.3048
KNOT_MPS = 1852 / 3600
AWAY_M = 160_000.0
COUNTRY_M = 90_000.0
HALF_AIRWAY_M = 230_000.0
CARRIERS = ("BYX", "GCX", "TJX", "PLX", "SVX")  # invented
AHEAD_HOURS, BACK_HOURS = 1, 1
EARLY_S, LATE_S, MOST_LATE_S = -240.0, 420.0, 5_400.0
ROUNDS = (2, 7)
HOUR_SERIALS = 61
LEAST_TURN_US = 35 * 60 * SECOND_US


class SkyTraffic:
    """`add(flight)` gets every flight in good time, if `plan` is called whenever an hour begins. `dice(kind, name)`
    makes dice; `local_start` is the scenario's start by the parish's clocks."""

    def __init__(
        self,
        parish: Parish,
        local_start: datetime,
        dice: Callable[[str, str], Random],
        add: Callable[[Flight], None],
    ) -> None:
        self._parish = parish
        self._start = local_start
        self._dice = dice
        self._add = add
        aprons = {apron.airport: apron.at for apron in parish.aprons}
        self.fields = {one.ident: Field(one, aprons[one.ident], parish.plane) for one in parish.airports}
        self._centre = parish.plane.xy(*parish.centre)
        self._factors = {
            kind: by_hour(local_start, OVERFLYING if kind == "airway" else FLYING, weekend)
            for kind, weekend in WEEKEND.items()
        }
        first = local_start.replace(minute=0, second=0, microsecond=0)
        self._hour = first - timedelta(hours=BACK_HOURS)

    def plan(self, now_us: int) -> int:
        """Draw the flights of every hour up to the next; returns when to come again."""
        until = self._start + timedelta(microseconds=now_us) + timedelta(hours=AHEAD_HOURS)
        while self._hour <= until:
            self._draw(self._hour)
            self._hour += timedelta(hours=1)
        return self._us(self._hour) - AHEAD_HOURS * HOUR_US

    def wind_deg(self, at: datetime) -> float:
        """Where the wind comes from, the same for some hours."""
        dice = self._dice("wind", f"{at:%Y-%m-%d}/{at.hour // WIND_HOURS}")
        from_deg = dice.choices([wind for _, wind in WINDS], [weight for weight, _ in WINDS])[0]
        return (from_deg + dice.gauss(0.0, 12.0)) % 360.0

    def _us(self, at: datetime) -> int:
        return round((at - self._start) / timedelta(microseconds=1))

    def _draw(self, hour: datetime) -> None:
        streams = self._parish.streams
        hours = hour.toordinal() * 24 + hour.hour
        for number, stream in enumerate(streams):
            dice = self._dice("sky", f"{stream.stream}/{hour:%Y-%m-%dT%H}")
            mean = stream.a_day / 24 * self._factors[stream.kind](self._us(hour))
            for count in range(_poisson(mean, dice)):
                begin_us = self._us(hour) + dice.randrange(HOUR_US)
                serial = hours * HOUR_SERIALS + number + len(streams) * count
                own = self._dice("flight", f"{stream.stream}/{hour:%Y-%m-%dT%H}/{count}")
                self._add(self._flight(stream, hour, begin_us, serial, own))
        for turn in self._parish.turns:
            if int(turn.arrives) == hour.hour:
                self._turn(turn, hour)

    def _flight(self, stream: Stream, hour: datetime, begin_us: int, serial: int, dice: Random) -> Flight:
        if stream.kind == "airway":
            return self._overflight(stream, begin_us, serial, dice)
        if stream.kind == "circuit":
            return self._circuits(stream, hour, begin_us, serial, dice)
        return self._journey(stream, hour, begin_us, serial, dice)

    def _overflight(self, stream: Stream, begin_us: int, serial: int, dice: Random) -> Flight:
        """Straight over, at a flight level that fits the direction: odd thousands eastward, even ones westward."""
        eastward = stream.course_deg % 360.0 < 180.0
        level_m = (dice.choice((31_000, 33_000, 35_000, 37_000, 39_000)) + (0 if eastward else 1_000)) * FOOT_M
        speed = dice.uniform(415.0, 480.0) * KNOT_MPS
        aside_m = stream.right_km * 1000 + dice.gauss(0.0, 2_500.0)
        ways = []
        for ahead_m in (-HALF_AIRWAY_M, HALF_AIRWAY_M):
            east, north = sin(radians(stream.course_deg)), cos(radians(stream.course_deg))
            x, y = self._centre
            ways.append(Way(x + ahead_m * east + aside_m * north, y + ahead_m * north - aside_m * east, level_m, speed))
        path = Course(ways[0]).to(ways[1]).path()
        callsign = f"{dice.choice(CARRIERS)}{dice.randrange(100, 3_000)}"
        return Flight(begin_us, address(tail("X", serial)), callsign, _squawk(dice), "A3", path)

    def _circuits(self, stream: Stream, hour: datetime, begin_us: int, serial: int, dice: Random) -> Flight:
        field = self.fields[stream.airport]
        strip = field.strip(self.wind_deg(hour), LIGHT.runway_m)
        path = field.circuits(LIGHT, strip, dice.randint(*ROUNDS), dice.uniform(270.0, 330.0))
        name = tail("Y", serial)
        return Flight(begin_us, address(name), name, "1200", LIGHT.category, path)

    def _journey(self, stream: Stream, hour: datetime, begin_us: int, serial: int, dice: Random) -> Flight:
        """To or from somewhere beyond the parish."""
        field = self.fields[stream.airport]
        is_heavy = stream.kind == "heavy"
        kind, series = (HEAVY, "X") if is_heavy else (LIGHT, "Y")
        strip = field.strip(self.wind_deg(hour), kind.runway_m)
        level_m = dice.choice((18_000, 21_000, 24_000) if is_heavy else (2_500, 3_500, 4_500, 5_500, 6_500)) * FOOT_M
        far_m = AWAY_M if is_heavy else COUNTRY_M
        there = bearing_way(field.apron, dice.uniform(0.0, 360.0), far_m, level_m, kind.cruise_mps)
        is_coming = dice.random() < 0.5
        path = field.arrive(Course(there), kind, strip) if is_coming else field.depart(kind, strip, there)
        name = tail(series, serial)
        callsign = f"{dice.choice(CARRIERS)}{dice.randrange(9_000, 9_990)}" if is_heavy else name
        return Flight(begin_us, address(name), callsign, _squawk(dice) if is_heavy else "1200", kind.category, path)

    def _turn(self, turn: Turn, hour: datetime) -> None:
        """An airliner comes, stands at its gate, and goes."""
        midnight = hour.replace(hour=0)
        dice = self._dice("flight", f"{turn.callsigns[0]}/{hour:%Y-%m-%d}")
        field = self.fields[turn.airport]
        strip = field.strip(self.wind_deg(hour), JET.runway_m)
        bearing_deg = turn.bearing_deg + dice.gauss(0.0, 4.0)
        there = bearing_way(field.apron, bearing_deg, AWAY_M, 18_000 * FOOT_M, JET.cruise_mps)
        icao = address(tail("W", self._parish.turns.index(turn)))
        late_us = round(min(MOST_LATE_S, EARLY_S + LATE_S * dice.lognormvariate(0.0, 0.9)) * SECOND_US)
        coming = field.arrive(Course(there), JET, strip)
        docked_us = self._us(midnight + timedelta(hours=turn.arrives)) + late_us
        self._add(Flight(docked_us - coming.lasts_us, icao, turn.callsigns[0], _squawk(dice), JET.category, coming))
        off_us = max(self._us(midnight + timedelta(hours=turn.departs)), docked_us + LEAST_TURN_US)
        going = field.depart(JET, strip, there)
        self._add(Flight(off_us, icao, turn.callsigns[1], _squawk(dice), JET.category, going))


def _poisson(mean: float, dice: Random) -> int:
    """Knuth's way: fine for the few that an hour has."""
    limit, product, count = exp(-mean), dice.random(), 0
    while product > limit and count < ceil(10 * mean + 10):
        product *= dice.random()
        count += 1
    return count


def _squawk(dice: Random) -> str:
    """A discrete code of a control centre."""
    return f"{dice.randrange(0o1001, 0o7000):04o}"
