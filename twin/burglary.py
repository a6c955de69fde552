"""Burglary in the parish: crews and chance, the people who report it, and the cameras that saw it.

Knows: which part of it a scenario asks for, and how its parts hear of one another.
Refuses to know: how any of it is drawn (`twin/sim/crime*.py`), and who looks for a pattern.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from msgspec import structs

from twin.answering import Answering
from twin.devices.community import Community, Owner
from twin.devices.things import SECOND_US
from twin.roadside import Roadside
from twin.scenarios.schema import Spree
from twin.setting import Setting
from twin.sim import crime_history, profiles
from twin.sim.crime import Scenes
from twin.sim.crime_calls import Reports
from twin.sim.crime_cameras import Doorbells
from twin.sim.crime_crews import Crew
from twin.sim.crime_history import NO_SERIES, NOTHING, SHUFFLED, USUAL, Pattern
from twin.sim.crime_records import Burglary as Deed
from twin.sim.crime_risk import RiskSurface
from twin.sim.crime_sprees import Sprees
from twin.sim.profiles import DAY_US, Trade, since_monday_us
from twin.sim.thefts import AutoTheft

PATTERNS: dict[str, Pattern] = {"usual": USUAL, "no-series": NO_SERIES, "nothing": NOTHING, "shuffled": SHUFFLED}
BEFORE_DAYS = 14  # of history, whose reports come in when the world has begun
DAY_S = 86_400
SHOWS = {
    "residential": "somebody goes round the house and comes back with bags",
    "business": "somebody breaks the glass of the shop",
    "vehicle": "somebody walks along the street and tries car doors",
}


class Burglary:
    """`background()` lets the scenario's pattern happen, `spree(...)` one crew. `community` holds what cameras kept;
    `sprees.arrest(name)` ends a crew's."""

    def __init__(self, setting: Setting, roadside: Roadside, answering: Answering) -> None:
        self._setting = setting
        self._roadside = roadside
        self._answering = answering
        self.community = Community(setting.env, self._owner, log=setting.truth.log)

    def background(self) -> None:
        """All burglaries of the parish, crews' and chance's, from now to the scenario's end."""
        setting = self._setting
        name = setting.scenario.world.crime
        if name == "none":
            return
        days = BEFORE_DAYS + 1 + int(setting.scenario.lasts_s // DAY_S)
        start = setting.local_start - timedelta(days=BEFORE_DAYS)
        made = crime_history.generate(setting.people, setting.router, setting.streams, start, days, PATTERNS[name])
        begin_us = BEFORE_DAYS * DAY_US
        self._scenes.play(made, begin_us)
        for story in made.stories:
            coming = [outing for outing in story.outings if outing.ends_us >= begin_us]
            if coming:
                self._gathered(story.crew)
            for outing in coming:
                if outing.theft is not None:
                    self._stolen(outing.theft.later(-begin_us))

    def spree(self, happening: Spree) -> None:
        """One crew, from the first night it can. Raises UnknownPlaceError."""
        setting = self._setting
        around = setting.gazetteer.xy(happening.base) if happening.base is not None else None
        of_day_us = since_monday_us(setting.local_start) % DAY_US
        crew = self.sprees.add(
            happening.name,
            happening.burgles,
            (of_day_us + round(happening.at_s * SECOND_US)) // DAY_US,
            nights=happening.nights,
            caught_after=happening.caught_after,
            trade=_trade(happening),
            around=around,
        )
        self._gathered(crew)

    @cached_property
    def sprees(self) -> Sprees:
        setting = self._setting
        return Sprees(
            setting.env,
            self._scenes,
            setting.people,
            setting.router,
            RiskSurface(setting.people.homes, setting.streams, even=setting.scenario.world.crime == "nothing"),
            self._doorbells,
            setting.streams,
            setting.local_start,
            stolen=self._stolen,
            log=setting.truth.log,
        )

    @cached_property
    def _scenes(self) -> Scenes:
        setting = self._setting
        reports = Reports(
            setting.env,
            setting.people,
            setting.parish.plane,
            setting.streams,
            self._answering.file,
            self._answering.callers.attend,
            epoch=setting.epoch,
            log=setting.truth.log,
        )
        return Scenes(
            setting.env,
            setting.people,
            setting.parish.plane,
            self._roadside.watched,
            self._roadside.views,
            seen=self._seen,
            reported=reports.told,
            passed=self._roadside.wanted_passed,
            log=setting.truth.log,
        )

    @cached_property
    def _doorbells(self) -> Doorbells:
        return Doorbells(self._setting.people.homes, self._setting.streams)

    def _gathered(self, crew: Crew) -> None:
        """Its car is not in the traffic besides, and the truth log knows who it is."""
        self._roadside.busy.append(crew.car)
        self._setting.truth.log(
            "crew", name=crew.name, of=crew.kind, members=crew.members, base=crew.base, car=crew.car
        )

    def _stolen(self, theft: AutoTheft) -> None:
        assert self._roadside.thefts is not None
        self._roadside.thefts.add(theft)

    def _seen(self, deed: Deed, premise: int, _: int) -> None:
        self.community.saw(premise, deed.name, SHOWS[deed.kind])

    def _owner(self, premise: int) -> Owner:
        setting, homes = self._setting, self._setting.people.homes
        lat, lon = setting.parish.plane.latlon(*homes.xy[premise].tolist())
        return Owner(
            f"community/{premise}",
            homes.address(premise),
            round(lat, 6),
            round(lon, 6),
            self._doorbells.consent(premise) or "none",
            setting.dice("community", str(premise)),
        )


def _trade(happening: Spree) -> Trade:
    """How the crew works: every night, if the scenario says how many."""
    trade = profiles.big_night() if happening.big_night else profiles.load().crews[happening.burgles]
    if happening.nights is not None:
        trade = structs.replace(trade, gap_days=(1, 1))
    if happening.car != "either":
        trade = structs.replace(trade, stolen_car=1.0 if happening.car == "stolen" else 0.0)
    return trade
