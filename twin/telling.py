"""People who tell the tip line what they saw, or think they saw.

Knows: who noticed what, how well people remember places, times and plates, and in which words they say it.
Refuses to know: how a tip is handed over (devices/tip_line.py), and what anybody makes of it.

Whoever tells is a made-up resident. Where there is no tip line (`world: {tips: N}`), nobody is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from twin.devices.clock import call_later, now_us
from twin.devices.line_quality import LineQuality
from twin.devices.things import SECOND_US
from twin.devices.tip_line import Teller, TipLine, Told
from twin.parish_site import TIP_FEED
from twin.scenarios.tips import Tell
from twin.setting import Setting, WorldError
from twin.sim.crime_records import Burglary
from twin.sim.people_records import state_number
from twin.sim.plates import Vehicle
from twin.sim.routing_leg import Leg

OVER_THE_INTERNET = LineQuality(transport="request", delay_ms=60, jitter_ms=30)
CHANNELS, SHARES = ("phone", "web", "app"), (3, 5, 2)
REMEMBERED_M = 80.0  # how far off the place is that somebody names (spread, each way)
OFF_M = 150.0  # and what the line's people write down for it
WRONG_PLACE_M = (4_000.0, 9_000.0)
DAY_US = 86_400 * SECOND_US
MINUTE_US = 60 * SECOND_US
BEFORE_THEY_TELL_US = (30 * SECOND_US, 150 * SECOND_US)
"""Of those whom a scenario has tell."""
WITNESSED = 0.15  # of burglaries, by somebody who tells the line
TELLS_LN_H, TELLS_SIGMA = 1.5, 0.8  # half of them within four and a half hours
NOT_SO = (("nothing", 0.7), ("place", 0.15), ("time", 0.15))
"""All of these are assumptions: no tip line publishes such figures."""

SAW = {
    "robbery": "I was across the street. They came out running and got into a car.",
    "crash": "I saw how it happened. One of them did not stop.",
    "burglary": "Somebody was at the doors there who does not live there.",
    "stolen car": "That car was driven as if it was not theirs.",
}
CHATTER = (
    ("Drug activity", "They come and go all night at that house."),
    ("Fraud", "A man at the door wanted money for a roof he never mended."),
    ("Littering", "The same truck dumps its load behind the levee again."),
    ("Harassment", "My neighbour plays music at me and he knows it."),
    ("Fugitive", "I think I know the face from the paper, at the bait shop."),
    ("Animal cruelty", "Two dogs are on a chain there without water."),
)
_BESIDE = {"B": "8", "8": "B", "O": "0", "0": "O", "S": "5", "5": "S"}
_OTHERS = "ABCDEFGHJKLMNPRTUVWXYZ2346791"


class Spot(NamedTuple):
    """Something to be told of: of what kind, where and when."""

    about: str
    offence: str
    x: float
    y: float
    at_us: int


class Telling:
    """`line` is the tip line, where there is one."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.line: TipLine | None = None
        self._a_day = setting.scenario.world.tips
        if self._a_day is None:
            return
        name = "tips/parish"
        self.line = TipLine(
            setting.env,
            name,
            setting.line(name, TIP_FEED, "application/json", OVER_THE_INTERNET),
            setting.dice("tips", "parish"),
            epoch=setting.epoch,
            year=setting.local_start.year,
            faults=setting.faults(name),
            log=setting.truth.log,
        )
        if self._a_day:
            dice = setting.dice("tips", "chatter")
            call_later(setting.env, self._pause_us(dice), self._chatter, dice)

    def plan(self, tell: Tell, spots: Mapping[str, Spot], ways: Mapping[str, tuple[Vehicle, Sequence[Leg]]]) -> None:
        """`spots` are incidents above, `ways` those of stolen cars. Raises WorldError."""
        if self.line is None:
            raise WorldError("do: there is no tip line here; world: {tips: 0} has one")
        at_us = round(tell.at_s * SECOND_US)
        dice = self._setting.dice("tips", tell.name)
        seen_us = at_us - dice.randint(*BEFORE_THEY_TELL_US)
        if tell.car is not None and tell.car not in ways:
            raise WorldError(f"car: no stolen car {tell.car} happens above")
        if tell.about in spots:
            spot = spots[tell.about]
            seen_us = max(seen_us, spot.at_us)
        elif tell.about in ways:
            way = ways[tell.about][1]
            x, y = next((leg for leg in reversed(way) if leg.departs <= seen_us), way[0]).at(seen_us)[:2]
            spot = Spot(tell.about, "stolen car", x, y, seen_us)
        else:
            raise WorldError(f"about: no incident and no stolen car {tell.about} happens above")
        car = ways[tell.car or tell.about][0] if (tell.car or tell.about) in ways else None
        said = self._of(spot, seen_us, tell.wrong, dice, car, read=tell.read)
        call_later(self._setting.env, at_us - now_us(self._setting.env), self._tell, said, dice)

    def burgled(self, deed: Burglary) -> None:
        """A burglary happens now; somebody may have seen it, and tell so hours later."""
        if self.line is None:
            return
        dice = self._setting.dice("tips", deed.name)
        if dice.random() >= WITNESSED:
            return
        x, y = self._setting.people.homes.xy[deed.premise].tolist()
        now = now_us(self._setting.env)
        wrong = dice.choices([word for word, _ in NOT_SO], [share for _, share in NOT_SO])[0]
        said = self._of(Spot(deed.name, "burglary", x, y, now), now, wrong, dice)
        later_us = round(dice.lognormvariate(TELLS_LN_H, TELLS_SIGMA) * 3_600 * SECOND_US)
        call_later(self._setting.env, later_us, self._tell, said, dice)

    def _of(
        self, spot: Spot, seen_us: int, wrong: str, dice: Random, car: Vehicle | None = None, *, read: bool = False
    ) -> Told:
        """What somebody says who was near."""
        x, y = spot.x + dice.gauss(0, REMEMBERED_M), spot.y + dice.gauss(0, REMEMBERED_M)
        if wrong == "place":
            x, y = x + dice.choice((-1, 1)) * dice.uniform(*WRONG_PLACE_M), y + dice.uniform(*WRONG_PLACE_M)
        lat, lon = self._setting.parish.plane.latlon(x, y)
        begins_us = seen_us - (DAY_US if wrong == "time" else 0) - dice.randint(0, 10) * MINUTE_US
        plate = car.plate if car and read else ""
        return Told(
            text=SAW.get(spot.offence, "I saw something there that was not right."),
            offence=spot.offence.capitalize(),
            channel=dice.choices(CHANNELS, SHARES)[0],
            begins_us=begins_us,
            ends_us=begins_us + 15 * MINUTE_US,
            lat=round(lat, 5),
            lon=round(lon, 5),
            off_m=OFF_M,
            plate=_misremembered(plate, dice) if plate and wrong == "plate" else plate,
            state=car.state if car and read else "",
            looks=(car.make, car.model, car.color.lower()) if car else ("", "", ""),
            about=spot.about,
            wrong="" if wrong == "nothing" else wrong,
        )

    def _chatter(self, dice: Random) -> None:
        """Somebody tells of something else, as most do."""
        setting = self._setting
        call_later(setting.env, self._pause_us(dice), self._chatter, dice)
        offence, text = dice.choice(CHATTER)
        home = dice.choice(setting.parish.people)
        lat, lon = home.lat + dice.gauss(0, 0.004), home.lon + dice.gauss(0, 0.004)
        said = Told(text, offence, dice.choices(CHANNELS, SHARES)[0], lat=round(lat, 5), lon=round(lon, 5), off_m=OFF_M)
        self._tell(said, dice)

    def _tell(self, said: Told, dice: Random) -> None:
        assert self.line is not None
        people = self._setting.people
        number = dice.randrange(len(people))
        person = people.person(number)
        self.line.tell(said, Teller(f"{person.first} {person.last}", people.phone(number)), state_number(number))

    def _pause_us(self, dice: Random) -> int:
        assert self._a_day
        return round(dice.expovariate(self._a_day / 86_400) * SECOND_US)


def _misremembered(plate: str, dice: Random) -> str:
    """One letter is another one, and none that looks like it."""
    at = dice.randrange(len(plate))
    same = (plate[at], _BESIDE.get(plate[at], ""))
    return plate[:at] + dice.choice([mark for mark in _OTHERS if mark not in same]) + plate[at + 1 :]
