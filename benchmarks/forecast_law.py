"""What somebody would say who knew the law by which the twin's burglaries are drawn: the most that can be foretold.

Knows: the risk of every door, how one burglary brings another, which crews are at work and how they choose.
Refuses to know: what will happen. It is no method, and takes no part in a comparison: nobody is told all this.

Everything that happened is known to it at once, told or not. Of an outing to come it knows what a crew does not: when
(it is spread over the days on which it may be), and where a night goes on from its first door.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from benchmarks.forecast_peers import Peer
from benchmarks.forecast_trial import LAW
from center.forecast.grid import Floats, Grid
from twin.sim.crime_crews import Outing
from twin.sim.crime_history import History, Story, a_year, expected_of_crews
from twin.sim.crime_risk import PERIOD_DAYS, RiskSurface
from twin.sim.geometry import norms
from twin.sim.people import People
from twin.sim.profiles import DAY_US, KINDS, Kind, load
from twin.streams import Streams

AROUND = 40
"""A burglary that brings another near by is stood for by so many places, nearer ones thicker."""
GOLDEN = np.pi * (3.0 - np.sqrt(5.0))
REACH_DAYS = 150
WALK_M = 300.0
"""How far off its first door a night's burglaries are, besides."""
YEAR_DAYS = 365.25


class Law(Peer):
    """Of one kind; `epoch`: the day number of the history's start."""

    name = LAW

    def __init__(self, made: History, people: People, streams: Streams, kind: Kind, epoch: int, grid: Grid) -> None:
        self._kind, self._epoch, self._grid, self._homes = kind, epoch, grid, people.homes
        self._risk = RiskSurface(people.homes, streams)
        self._targets = self._risk.targets(kind)
        self._cell, self._on = _cells(self._targets.xy, grid)
        mine = made.burglaries[(made.burglaries["kind"] == KINDS.index(kind)) & (made.burglaries["crew"] < 0)]
        self._at = mine["at_us"] / DAY_US
        self._brings = _near(people.homes.xy[mine["premise"]], grid)
        self._stories = [story for story in made.stories if story.crew.kind == kind]
        self._periods: dict[int, Floats] = {}

    def surface(self, day: int) -> Floats:
        here = day - self._epoch
        return self._of_places(here) + self._of_repeats(here) + self._of_crews(here)

    def _of_places(self, day: int) -> Floats:
        period = day // PERIOD_DAYS
        if period not in self._periods:
            volume = load().kinds[self._kind]
            daily = (a_year(self._kind) - expected_of_crews(self._kind)) * (1 - volume.triggered) / YEAR_DAYS
            self._periods[period] = daily * self._by_cell(self._risk.weights(self._kind, period))
        return self._periods[period]

    def _of_repeats(self, day: int) -> Floats:
        volume = load().kinds[self._kind]
        lately = slice(*np.searchsorted(self._at, [day - REACH_DAYS, day]).tolist())
        daily = volume.triggered / volume.lag_days * np.exp(-(day - self._at[lately]) / volume.lag_days)
        brought: Floats = daily @ self._brings[lately]
        return brought

    def _of_crews(self, day: int) -> Floats:
        total = np.zeros(self._grid.size)
        for story in self._stories:
            before = [outing for outing in story.outings if outing.ends_us < day * DAY_US]
            if before and day - before[-1].ends_us // DAY_US <= story.crew.trade.gap_days[1]:
                total += self._of_crew(story, before[-1], day)
        return total

    def _of_crew(self, story: Story, last: Outing, day: int) -> Floats:
        """It may be caught or give up; else it begins near where it last did, or anywhere in its reach."""
        trade, returns = story.crew.trade, load().returns
        goes_on = (1 - trade.caught) * (1 - trade.gives_up)
        daily = goes_on / float(np.mean(trade.gap_days)) * float(np.mean(trade.tries)) * trade.hits
        risk = self._risk.weights(self._kind, day // PERIOD_DAYS)
        again = risk * np.exp(-self._away(self._homes.xy[last.began]) / (returns.again_m + WALK_M))
        anywhere = risk * np.exp(-((self._away(np.array(story.crew.around)) / trade.reach_m) ** 2))
        weight = returns.again * again / again.sum() + (1 - returns.again) * anywhere / anywhere.sum()
        return daily * self._by_cell(weight)

    def _away(self, place: Floats) -> Floats:
        return norms(self._targets.xy - place)

    def _by_cell(self, weight: Floats) -> Floats:
        return np.bincount(self._cell, weight[self._on], self._grid.size).astype(np.float64)


def _cells(xy: Floats, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """The cell of each point that is on the grid, and which these are."""
    on = np.flatnonzero(grid.inside(*xy.T))
    return grid.cell(*xy[on].T), on


def _near(xy: Floats, grid: Grid) -> csr_array:
    """Where another follows on each: at the same address, or some way off (burglaries, cells)."""
    repeats = load().repeats
    nth = np.arange(AROUND)
    away = np.minimum(-repeats.near_m * np.log(1 - (nth + 0.5) / AROUND), repeats.nearest_m)
    ring = away[:, None] * np.stack([np.cos(nth * GOLDEN), np.sin(nth * GOLDEN)], axis=1)
    offsets = np.concatenate([np.zeros((1, 2)), ring])
    share = np.full(len(offsets), (1 - repeats.same_address) / AROUND)
    share[0] = repeats.same_address
    cell, on = _cells((xy[:, None, :] + offsets).reshape(-1, 2), grid)
    burglary, offset = np.divmod(on, len(offsets))
    return csr_array((share[offset], (burglary, cell)), (len(xy), grid.size))
