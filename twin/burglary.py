"""Burglary in the parish: crews and chance, the people who report it, and the cameras that saw it.

Knows: which part of it a scenario asks for, and how its parts hear of one another.
Refuses to know: how any of it is drawn (`twin/sim/crime*.py`), and who looks for a pattern.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random

import numpy as np
from msgspec import structs
from scipy.spatial import cKDTree

from twin.answering import Answering
from twin.devices.cameras.clip_file import clip_file
from twin.devices.community import Clip, Community, Owner
from twin.devices.community_app import CommunityApp
from twin.devices.things import SECOND_US
from twin.neighbours import Neighbours
from twin.roadside import Roadside
from twin.scenarios.sprees import Spree
from twin.setting import Setting
from twin.sim import crime_history, crime_past, profiles
from twin.sim.crime import Scenes
from twin.sim.crime_calls import Reports
from twin.sim.crime_cameras import Doorbells
from twin.sim.crime_crews import Crew
from twin.sim.crime_history import NO_SERIES, NOTHING, SHUFFLED, USUAL, History, Pattern
from twin.sim.crime_records import Burglary as Deed
from twin.sim.crime_risk import RiskSurface
from twin.sim.crime_sprees import Sprees
from twin.sim.profiles import DAY_US, Trade, since_monday_us
from twin.sim.thefts import AutoTheft

PATTERNS: dict[str, Pattern] = {"usual": USUAL, "no-series": NO_SERIES, "nothing": NOTHING, "shuffled": SHUFFLED}
JOINED_M = 3_000.0
USUALLY = "Sulphur"  # where a drive for the center's portal was, if a scenario says nothing
BEFORE_DAYS = 14  # of history, whose reports come in when the world has begun
DAY_S = 86_400
SHOWS = {
    "residential": "somebody goes round the house and comes back with bags",
    "business": "somebody breaks the glass of the shop",
    "vehicle": "somebody walks along the street and tries car doors",
}


class Burglary:
    """`background()` lets the scenario's pattern happen, `spree(...)` one crew. `community` holds what cameras kept;
    `sprees.arrest(name)` ends a crew's; `witnessed` hears of every burglary as it happens."""

    def __init__(
        self, setting: Setting, roadside: Roadside, answering: Answering, witnessed: Callable[[Deed], None]
    ) -> None:
        self._setting = setting
        self._roadside = roadside
        self._answering = answering
        self._witnessed = witnessed
        self._made: tuple[History, int] | None = None
        self._bases: dict[str, None] = {}
        self._apps: dict[int, CommunityApp] = {}
        self._films: dict[str, str | None] = {}
        self._colors: dict[str, str] = {}
        self.community = Community(setting.env, self._owner, log=setting.truth.log)

    def background(self) -> None:
        """All burglaries of the parish, crews' and chance's, from now to the scenario's end."""
        setting = self._setting
        name = setting.scenario.world.crime
        if name == "none":
            return
        patterns = setting.scenario.world.patterns
        before = BEFORE_DAYS if patterns is None else max(BEFORE_DAYS, patterns.known_days)
        days = before + 1 + int(setting.scenario.lasts_s // DAY_S)
        start = setting.local_start - timedelta(days=before)
        made = crime_history.generate(setting.people, setting.router, setting.streams, start, days, PATTERNS[name])
        begin_us = before * DAY_US
        self._made = made, begin_us
        self._scenes.play(made, begin_us)
        for story in made.stories:
            coming = [outing for outing in story.outings if outing.ends_us >= begin_us]
            if coming:
                self._gathered(story.crew)
            for outing in coming:
                if outing.theft is not None:
                    self._stolen(outing.theft.later(-begin_us))

    def past(self, path: Path) -> Path | None:
        """Write what had been reported before the world's start into a file, if there is anything. Raises OSError."""
        if self._made is None:
            return None
        setting = self._setting
        made, begin_us = self._made
        start = datetime.fromtimestamp(setting.epoch / SECOND_US, UTC) - timedelta(microseconds=begin_us)
        crime_past.write(path, made, begin_us, setting.people.homes, setting.parish.plane, start)
        return path

    def spree(self, happening: Spree) -> None:
        """One crew, from the first night it can. Raises UnknownPlaceError."""
        setting = self._setting
        around = setting.gazetteer.xy(happening.base) if happening.base is not None else None
        self._bases[happening.base or USUALLY] = None
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

    def join(self, neighbours: Neighbours) -> None:
        """Owners who have agreed to be asked, about the places that the scenario names or crews work from, get the
        app. Stands behind every spree. Raises UnknownPlaceError."""
        setting = self._setting
        said = setting.scenario.world.owners
        if said is None:
            said = tuple(self._bases) or ((USUALLY,) if self._made is not None else ())
        if not said:
            return
        places = np.array([setting.gazetteer.xy(name) for name in said])
        near = cKDTree(places).query(setting.people.homes.xy[self._doorbells.premise])[0] <= JOINED_M
        for premise in self._doorbells.premise[near].tolist():
            if self._doorbells.consent(premise) == "registered" and not neighbours.has(premise):
                self._apps[premise] = neighbours.join(self._owner(premise), self._film)

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
            happened=self._witnessed,
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
        self._colors[crew.name] = self._setting.people.vehicle_at(crew.car).color.lower()
        self._setting.truth.log(
            "crew", name=crew.name, of=crew.kind, members=crew.members, base=crew.base, car=crew.car
        )

    def _stolen(self, theft: AutoTheft) -> None:
        assert self._roadside.thefts is not None
        self._roadside.thefts.add(theft)

    def _seen(self, deed: Deed, premise: int, _: int) -> None:
        clip = self.community.saw(premise, deed.name, SHOWS[deed.kind])
        self._films[clip.clip] = self._colors.get(deed.crew or "")
        if premise in self._apps:
            self._apps[premise].wake()

    def _film(self, clip: Clip) -> bytes:
        """With the crew's car in it, where it was a crew."""
        claimed_us = self._setting.epoch + clip.claimed_us
        return clip_file(clip.address, claimed_us, clip.lasts_s, self._films[clip.clip], Random(clip.clip))

    def _owner(self, premise: int) -> Owner:
        if premise in self._apps:
            return self._apps[premise].owner
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
