"""Whether the twin's burglaries are like real ones: the figures that a history is judged by.

Knows: how to measure dispersion, near repeats, hours, windows and sprees in rows of burglaries and reports.
Refuses to know: how they were made.

    python -m twin.sim.crime_figures [--years 2] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import chi2

from twin.sim import homes as premises
from twin.sim import parish as facts
from twin.sim import roads
from twin.sim.crime_history import NO_SERIES, NOTHING, SHUFFLED, USUAL, History, Pattern, a_year, generate
from twin.sim.crime_records import NONE, Rows
from twin.sim.crime_risk import area_names
from twin.sim.geometry import Floats
from twin.sim.homes import Homes
from twin.sim.people import People
from twin.sim.profiles import DAY_US, HOUR_US, KINDS, WEEK_H, WEEK_US, Micros, hour_of_week, load
from twin.sim.routing import Router
from twin.streams import Streams

CELL_M = 1000.0
KNOX_M, KNOX_DAYS = 200.0, 14.0


def dispersion(xy: Floats, at_us: Micros, homes: Homes, weeks: int) -> float:
    """Variance over mean of weekly counts in square kilometres with homes."""
    inhabited = np.unique(_cell(homes.xy[homes.of("residential")]))
    where = np.searchsorted(inhabited, _cell(xy))
    known = inhabited[np.minimum(where, len(inhabited) - 1)] == _cell(xy)
    in_time = (at_us >= 0) & (at_us < weeks * WEEK_US) & known
    counts = np.zeros((len(inhabited), weeks))
    np.add.at(counts, (where[in_time], at_us[in_time] // WEEK_US), 1)
    return float(counts.var() / counts.mean())


def daily(burglaries: Rows, homes: Homes, days: int) -> NDArray[np.int64]:
    """Burglaries by area (the city, the sheriff's, the other towns: as the tables of volumes have them) and day."""
    areas = list(load().kinds["vehicle"].areas)
    area = np.array([areas.index(name) for name in area_names(homes, areas)])
    counts = np.zeros((len(areas), days), dtype=np.int64)
    np.add.at(counts, (area[homes.district[burglaries["premise"]]], burglaries["at_us"] // DAY_US), 1)
    return counts


def daily_dispersion(burglaries: Rows, homes: Homes, days: int) -> float:
    """Variance over mean of daily counts by area."""
    counts = daily(burglaries, homes, days)
    return float(counts.var() / counts.mean())


def knox(xy: Floats, at_us: Micros, near_m: float = KNOX_M, near_days: float = KNOX_DAYS) -> float:
    """Pairs of burglaries close in space and time, over those that there would be if places had nothing to do with
    times."""
    pairs = cKDTree(xy).query_pairs(near_m, output_type="ndarray")
    apart = np.abs(at_us[pairs[:, 0]] - at_us[pairs[:, 1]])
    near_us = near_days * DAY_US
    ordered = np.sort(at_us)
    later = np.searchsorted(ordered, ordered + near_us, side="right") - np.arange(len(ordered)) - 1
    share = later.sum() / (len(ordered) * (len(ordered) - 1) / 2)
    return float((apart <= near_us).sum() / (len(pairs) * share))


def hours_p(at_us: Micros, start: datetime, hours: Floats) -> float:
    """How likely counts by hour of the week as far from the table `hours` as these would be, were the table right."""
    seen = np.bincount(hour_of_week(at_us, start), minlength=WEEK_H)
    expected = hours / hours.sum() * len(at_us)
    return float(chi2.sf(((seen - expected) ** 2 / expected).sum(), WEEK_H - 1))


def windows_h(reports: Rows) -> tuple[float, float, float]:
    """Hours from last seen to found: of half, of three quarters and of nine tenths of first reports at most."""
    first = reports[reports["version"] == 1]
    half, most, nearly = np.quantile((first["to_us"] - first["from_us"]) / HOUR_US, [0.5, 0.75, 0.9]).tolist()
    return half, most, nearly


def nights(history: History) -> NDArray[np.int64]:
    """How many vehicle burglaries each outing of a vehicle crew brought."""
    found = [story.outings for story in history.stories if story.crew.kind == "vehicle"]
    return np.array([len(outing.hits) for outings in found for outing in outings], dtype=np.int64)


def figures(history: History, homes: Homes) -> dict[str, float]:
    """What a reader wants to know of a history."""
    burglaries, reports = history.burglaries, history.reports
    years, weeks = history.days / 365.25, history.days // 7
    first = reports[(reports["version"] == 1) & (history.about != NONE)]
    rows: dict[str, float] = {}
    for number, kind in enumerate(KINDS):
        mine = burglaries[burglaries["kind"] == number]
        rows[f"{kind}_a_year"] = len(mine) / years
        rows[f"{kind}_a_year_expected"] = a_year(kind)
        rows[f"{kind}_reported_a_year"] = float((first["kind"] == number).sum()) / years
        rows[f"{kind}_triggered"] = float((mine["parent"] != NONE).mean())
        rows[f"{kind}_by_crews"] = float((mine["crew"] != NONE).mean())
        rows[f"{kind}_knox"] = knox(homes.xy[mine["premise"]], mine["at_us"])
    half, most, nearly = windows_h(reports)
    outings = nights(history)
    return rows | {
        "variance_over_mean": dispersion(homes.xy[burglaries["premise"]], burglaries["at_us"], homes, weeks),
        "daily_variance_over_mean": daily_dispersion(burglaries, homes, history.days),
        "reported_variance_over_mean": dispersion(homes.xy[first["premise"]], first["known_us"], homes, weeks),
        "knox": knox(homes.xy[burglaries["premise"]], burglaries["at_us"]),
        "window_median_h": half,
        "window_75_h": most,
        "window_90_h": nearly,
        "unfounded": float((history.about[reports["version"] == 1] == NONE).mean()),
        "corrected": float((reports["status"] == 1).sum() / len(first)),
        "hits_a_night": float(outings.mean()) if len(outings) else 0.0,
        "on_camera": float(len(np.unique(history.sightings["burglary"])) / len(burglaries)),
    }


def _cell(xy: Floats) -> NDArray[np.int64]:
    """One number for each square kilometre."""
    east, north = np.floor(xy / CELL_M).astype(np.int64).T
    cell: NDArray[np.int64] = (east + 10_000) * 100_000 + north + 10_000
    return cell


def main() -> None:
    """Print the figures of one history, and the two that tell a pattern of histories without one."""
    parser = argparse.ArgumentParser(description="figures of the twin's burglaries")
    parser.add_argument("--years", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    homes, streams = premises.load(), Streams(options.seed)
    people, router = People(streams, facts.load(), homes), Router(roads.load())
    start, days = datetime(2024, 1, 1), round(options.years * 365.25)  # noqa: DTZ001  # local, as all of the twin's
    people.person(0)
    began = time.perf_counter()
    usual = generate(people, router, streams, start, days)
    made_s = time.perf_counter() - began
    for name, value in {**figures(usual, homes), "made_s": made_s}.items():
        sys.stdout.write(f"{name:28} {value:10.3f}\n")
    others: dict[str, Pattern] = {"no_series": NO_SERIES, "nothing": NOTHING, "shuffled": SHUFFLED, "usual": USUAL}
    for name, pattern in others.items():
        rows = generate(people, router, streams, start, days, pattern).burglaries
        xy = homes.xy[rows["premise"]]
        sys.stdout.write(f"{name:12} knox {knox(xy, rows['at_us']):6.3f}  ")
        sys.stdout.write(f"variance/mean {dispersion(xy, rows['at_us'], homes, days // 7):6.3f}\n")


if __name__ == "__main__":
    main()
