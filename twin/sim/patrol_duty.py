"""A crew's day: when its shift changes, what it does of its own accord, when it eats, writes and testifies.

Knows: the hours of each agency, the mix of self-initiated work, and how long each piece takes.
Refuses to know: where a car is, and what it is sent to.

Sulphur's four shifts of about five are verified, and so is Lake Charles's count of self-initiated calls (50,330 in
2017: seven a car and day); all other figures are assumptions.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Literal, NamedTuple, TypeAlias

from twin.devices.things import SECOND_US
from twin.sim.calls_kinds import SIGMA_LN

Status: TypeAlias = Literal["available", "enroute", "on-scene", "out-of-service", "pursuit", "crash", "off-duty"]

HOUR_US = 3_600 * SECOND_US
MINUTE_US = 60 * SECOND_US

SHIFTS = {
    "CPSO": ((6, 18), 0),
    "LCPD": ((5, 17), 30),
    "SPD": ((7, 19), 0),
    "WPD": ((6, 14, 22), 15),
    "VPD": ((6, 18), 30),
    "IPD": ((7, 19), 30),
    "LSP": ((5, 17), 0),
}
"""Hours at which an agency's crews change, and minutes past them: staggered, so that the parish is never bare."""
USUAL_SHIFT = ((6, 18), 0)
WAVE_MIN = 30  # every other car changes this much later
SPREAD_MIN = 8.0
NIGHT_HOUR = 2
BRIEFING_MIN = (18.0, 32.0)

OWN_WORK_MEAN_S = 12_500.0  # of free time between pieces of self-initiated work: with the rest seven a day
STAND_CHANCE = 0.22  # after a stretch of patrol: parked for a while, still free
STAND_MEDIAN_S, STAND_SIGMA_LN = 240.0, 0.6
MEAL_MIN = (25.0, 40.0)
MEAL_AFTER_SHARE = (0.3, 0.65)  # of the shift
REPORT_CHANCE, REPORT_MIN = 0.3, (8.0, 25.0)
FUEL_MIN = (6.0, 12.0)
COURT_CHANCE = 0.03  # of cars on a weekday's morning
COURT_HOURS = (9, 11)
COURT_MIN = (45.0, 120.0)
BUSY_AT_FIRST, BUSY_FIRST_S = 0.15, 720.0  # cars that a scenario finds on an earlier matter, and how much longer


class Work(NamedTuple):
    """Something a crew is busy with. A call at least as urgent as priority `yields_to` takes it away; 0 is never."""

    what: str
    status: Status
    yields_to: int
    median_min: float = 0.0
    weight: int = 0


STOP = "traffic-stop"
OWN_WORK = (
    Work(STOP, "on-scene", 0, 11.0, 40),
    Work("property-check", "on-scene", 3, 7.0, 22),
    Work("suspicious-vehicle", "on-scene", 2, 11.0, 12),
    Work("assist-motorist", "on-scene", 2, 14.0, 9),
    Work("follow-up", "on-scene", 2, 20.0, 10),
    Work("civil-papers", "on-scene", 3, 9.0, 7),
)
_WEIGHTS = [work.weight for work in OWN_WORK]
EARLIER = Work("earlier-matter", "on-scene", 0)
MEAL = Work("meal", "out-of-service", 1)
REPORT = Work("report", "out-of-service", 2)
FUEL = Work("fuel", "out-of-service", 1)
COURT = Work("court", "out-of-service", 0)
BRIEFING = Work("shift-change", "out-of-service", 0)
SIGNED_OFF = Work("off-duty", "off-duty", 0)
CRASH = Work("crash", "crash", 0)


def own_work(dice: Random) -> tuple[Work, float]:
    """The next piece of self-initiated work, and its seconds."""
    work = dice.choices(OWN_WORK, _WEIGHTS)[0]
    return work, work.median_min * 60.0 * dice.lognormvariate(0.0, SIGMA_LN["community"] / 2)


def minutes(dice: Random, span: tuple[float, float]) -> float:
    """Seconds, from a span of minutes."""
    return dice.uniform(*span) * 60.0


class Duty:
    """The timetable of one car's crews. `start` is the scenario's, local time; `number` is the car's in its agency.
    `signs`: crews sign on and off; nobody drives a car that `rests` in the shift that holds two o'clock at night.
    `between` is what a car is at between two crews."""

    def __init__(
        self, agency: str, number: int, start: datetime, dice: Random, *, signs: bool = False, rests: bool = False
    ) -> None:
        self.between = SIGNED_OFF if signs else BRIEFING
        self._rests = signs and rests
        hours, minute = SHIFTS.get(agency, USUAL_SHIFT)
        self._hours = hours
        self._start = start
        wave = WAVE_MIN if number % 2 else 0
        self._past = timedelta(minutes=minute + wave + dice.uniform(-SPREAD_MIN, SPREAD_MIN))
        self._dice = dice
        self._court_from = timedelta(hours=dice.uniform(*COURT_HOURS))
        self.change_us = self._change_after(0)
        self.meal_us, self.fuel_us = self._times(self.change_us - self._length_us())
        self.court_us = self._court(0)
        self.work_us = self._work(0)

    def new_crew(self, now_us: int) -> None:
        """The crews have changed: another day, another meal."""
        self.change_us = self._change_after(now_us + HOUR_US)
        self.meal_us, self.fuel_us = self._times(now_us)
        self.court_us = self._court(now_us)
        self.work_us = self._work(now_us)

    def rest_us(self, now_us: int) -> int:
        """How long nobody signs on, in the shift that ends at `change_us`: what is left of the night, or nothing."""
        begins, ends = (
            self._start + timedelta(microseconds=moment)
            for moment in (self.change_us - self._length_us(), self.change_us)
        )
        night = begins.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
        night += timedelta(days=night < begins)
        return self.change_us - now_us if self._rests and night < ends else 0

    def due(self, now_us: int) -> tuple[Work, float] | None:
        """What takes the crew off patrol now, and for how many seconds; None while nothing does."""
        dice = self._dice
        if now_us >= self.court_us:
            self.court_us = self.change_us + 24 * HOUR_US
            return COURT, minutes(dice, COURT_MIN)
        if now_us >= self.meal_us:
            self.meal_us = self.change_us + 24 * HOUR_US
            return MEAL, minutes(dice, MEAL_MIN)
        if now_us >= self.fuel_us:
            self.fuel_us = self.change_us + 24 * HOUR_US
            return FUEL, minutes(dice, FUEL_MIN)
        if now_us >= self.work_us:
            self.work_us = self._work(now_us)
            return own_work(dice)
        return None

    def _length_us(self) -> int:
        return 24 * HOUR_US // len(self._hours)

    def _change_after(self, now_us: int) -> int:
        """The first change of crews at or after `now_us`."""
        local = self._start + timedelta(microseconds=now_us)
        day = local.replace(hour=0, minute=0, second=0, microsecond=0)
        moments = [day + timedelta(days=more, hours=hour) + self._past for more in (-1, 0, 1) for hour in self._hours]
        return min((moment - self._start) // timedelta(microseconds=1) for moment in moments if moment >= local)

    def _times(self, began_us: int) -> tuple[int, int]:
        """When this crew eats and fuels; what would be past when a scenario begins has happened."""
        length_us = self._length_us()
        meal_us = began_us + round(length_us * self._dice.uniform(*MEAL_AFTER_SHARE))
        fuel_us = began_us + round(length_us * self._dice.uniform(0.1, 0.9))
        past_us = self.change_us + 24 * HOUR_US
        return meal_us if meal_us > 0 else past_us, fuel_us if fuel_us > 0 else past_us

    def _court(self, now_us: int) -> int:
        local = self._start + timedelta(microseconds=now_us)
        day = local.replace(hour=0, minute=0, second=0, microsecond=0)
        at_us = (day + self._court_from - self._start) // timedelta(microseconds=1)
        called = self._dice.random() < COURT_CHANCE
        return at_us if called and local.weekday() < 5 and at_us > now_us else self.change_us + 24 * HOUR_US

    def _work(self, now_us: int) -> int:
        return now_us + round(self._dice.expovariate(1.0) * OWN_WORK_MEAN_S * SECOND_US)
