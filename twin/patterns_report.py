"""The part of a run's report that is about burglaries: two plots and a table.

Knows: how what was reported and what was cried is drawn along time, and where it was.
Refuses to know: how it is scored (see patterns_score).
"""

from __future__ import annotations

from collections import defaultdict

from matplotlib.figure import Figure

from twin.devices.things import SECOND_US
from twin.outcome import Outcome
from twin.patterns_score import crews_of, cries_of, shared, told_of
from twin.sim import parish as facts
from twin.sim import roads_import

HOUR_US = 3600 * SECOND_US
COLORS = ("#c8553d", "#3a7ca5", "#7a9e3c", "#9a5fb4", "#c08a2b", "#2b8a7a")


def timeline(outcome: Outcome) -> Figure:
    """Reports of each crew as they came in, and the rashes that were cried, true ones full."""
    figure = Figure(figsize=(9, 2.8), layout="constrained")
    axes = figure.subplots()
    told, crew_of = told_of(outcome), crews_of(outcome)
    by_crew: dict[str, list[float]] = defaultdict(list)
    for deed, at_us in told.known_us.items():
        by_crew[crew_of.get(deed, "nobody's series")].append(at_us / HOUR_US)
    for number, (name, times) in enumerate(sorted(by_crew.items(), key=lambda one: one[0] == "nobody's series")):
        color = "#8a929e" if name == "nobody's series" else COLORS[number % len(COLORS)]
        axes.step(sorted(times), range(1, len(times) + 1), where="post", label=name, color=color)
    top = max((len(times) for times in by_crew.values()), default=1)
    for cry in cries_of(outcome, told):
        true = bool(shared(cry.deeds, crew_of))
        axes.axvline(cry.at_us / HOUR_US, color="#1d2430", linestyle="-" if true else ":", linewidth=1)
        axes.text(cry.at_us / HOUR_US, top, " rash" if true else " false", va="top", fontsize=8)
    axes.set_xlim(0, outcome.scenario.lasts_s / 3600)
    axes.set_xlabel("hours since the start")
    axes.set_title("Burglaries reported, and rashes cried", loc="left")
    axes.grid(alpha=0.3)
    if by_crew:
        axes.legend(frameon=False, loc="upper left")
    return figure


def places(outcome: Outcome) -> Figure:
    """Where burglaries truly were, whose, and the boxes that were patrolled."""
    parish = facts.load()
    network = roads_import.chosen(outcome.scenario.world.roads)
    figure = Figure(figsize=(9, 5.6), layout="constrained")
    axes = figure.subplots()
    for edge in network.one_each():
        if network.kind[edge] < 3:
            line = network.shape(int(edge))
            axes.plot(line[:, 0] / 1000, line[:, 1] / 1000, color="#c4c8cf", linewidth=1, zorder=1)
    by_crew: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for fact in outcome.facts:
        if fact.kind == "burglary":
            at = parish.plane.xy(float(fact.facts["lat"]), float(fact.facts["lon"]))
            by_crew[str(fact.facts.get("crew") or "nobody's series")].append((at[0] / 1000, at[1] / 1000))
    for number, (name, at_all) in enumerate(sorted(by_crew.items(), key=lambda one: one[0] == "nobody's series")):
        color = "#8a929e" if name == "nobody's series" else COLORS[number % len(COLORS)]
        axes.plot(*zip(*at_all, strict=True), "o", color=color, markersize=4, label=name, zorder=3)
    for offer in (outcome.patterns or {}).get("offers", ()):
        if offer["state"] in ("accepted", "expired"):
            for lat, lon in offer["box"]["cells"]:
                x, y = parish.plane.xy(lat, lon)
                axes.plot(x / 1000, y / 1000, "s", color="#d9a400", markersize=3, alpha=0.5, zorder=2)
    if by_crew:
        axes.legend(frameon=False, loc="upper left")
    axes.set_aspect("equal")
    axes.set_title("Where burglaries were, and the boxes that were patrolled (yellow; kilometres)", loc="left")
    return figure
