"""A run's report for people: one HTML file with its plots inside.

Knows: what a reader of a run wants to see: did it hold, how fast was it, what went wrong, where.
Refuses to know: how anything was measured (see score).
"""

from __future__ import annotations

import io
from importlib import resources
from pathlib import Path

import matplotlib as mpl
from jinja2 import Environment, StrictUndefined
from matplotlib.figure import Figure

from twin import patterns_report, patterns_score, tips_score
from twin.expectations import Checked
from twin.outcome import Outcome
from twin.score import Score, all_wanted, timing
from twin.sim import parish as facts
from twin.sim import roads_import

mpl.rcParams.update({"svg.hashsalt": "rtcc", "font.size": 9, "svg.fonttype": "none"})


def write(path: Path, outcome: Outcome, made: Score, checked: list[Checked]) -> None:
    """Raises OSError."""
    template = (resources.files("twin") / "report.html.j2").read_text("utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(template)
    timings = [(wanted, timing(outcome, wanted)) for wanted in all_wanted(outcome)]
    html = page.render(
        outcome=outcome,
        score=made,
        checked=checked,
        timings=timings,
        passed=all(one.held for one in checked),
        feeds=sorted(outcome.feeds.values(), key=lambda feed: str(feed["feed"])),
        alerts=sorted(outcome.alerts.values(), key=lambda alert: int(alert["at"])),
        minutes=lambda at_us: f"{(at_us - outcome.epoch) / 60e6:.2f}",
        plots=[_timeline(outcome), _latency(outcome), _map(outcome), *_patterns(outcome)],
        patterns=patterns_score.score(outcome),
        tips=tips_score.score(outcome),
    )
    path.write_text(html, encoding="utf-8")


def _patterns(outcome: Outcome) -> list[str]:
    if outcome.patterns is None:
        return []
    return [svg(patterns_report.timeline(outcome)), svg(patterns_report.places(outcome))]


def _timeline(outcome: Outcome) -> str:
    """What happened, and what the room saw, along one axis of minutes."""
    figure = Figure(figsize=(9, 2.8), layout="constrained")
    axes = figure.subplots()
    rows = (
        ("passed a reader", [f.at_us for f in outcome.facts if f.kind == "passed"], "o"),
        ("listed", [f.at_us for f in outcome.facts if f.kind in ("hotlist-written", "hotlist-finished")], "s"),
        ("911 calls", [f.at_us for f in outcome.facts if f.kind == "called"], "|"),
        ("alert raised", [a["at"] - outcome.epoch for a in outcome.alerts.values()], "D"),
        ("deputy told", [f.at_us for f in outcome.facts if f.kind == "told"], "v"),
        ("deputy acknowledged", [f.at_us for f in outcome.facts if f.kind == "acked"], "^"),
    )
    for row, (_, moments, marker) in enumerate(rows):
        axes.plot([moment / 60e6 for moment in moments], [row] * len(moments), marker, markersize=6, alpha=0.8)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    axes.set_xlim(0, outcome.scenario.lasts_s / 60)
    axes.set_xlabel("minutes since the start")
    axes.set_title("What happened and what the room saw", loc="left")
    axes.grid(axis="x", alpha=0.3)
    axes.invert_yaxis()
    return svg(figure)


def _latency(outcome: Outcome) -> str:
    """How long each wanted thing took to an alert and to a terminal."""
    figure = Figure(figsize=(9, 2.4), layout="constrained")
    axes = figure.subplots()
    rows = [(wanted.name, timing(outcome, wanted)) for wanted in all_wanted(outcome)]
    for row, (_, one) in enumerate(rows):
        if one.terminal_s is not None:
            axes.barh(row, one.terminal_s, color="#8aa4c8", label="to a deputy's terminal" if row == 0 else None)
        if one.alert_s is not None:
            axes.barh(row, one.alert_s, color="#c8553d", height=0.4, label="to the alert" if row == 0 else None)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set_xlabel("seconds since it could be known")
    axes.set_title("Latency", loc="left")
    if axes.get_legend_handles_labels()[0]:  # nothing wanted may ever have been alerted
        axes.legend(loc="lower right", frameon=False)
    axes.grid(axis="x", alpha=0.3)
    return svg(figure)


def _map(outcome: Outcome) -> str:
    """Where: highways, readers, and the reads of every hit in order."""
    parish = facts.load()
    network = roads_import.chosen(outcome.scenario.world.roads)
    figure = Figure(figsize=(9, 5.2), layout="constrained")
    axes = figure.subplots()
    for edge in network.one_each():
        if network.kind[edge] < 3:
            line = network.shape(int(edge))
            axes.plot(line[:, 0] / 1000, line[:, 1] / 1000, color="#c4c8cf", linewidth=1.2, zorder=1)
    for site in parish.readers[: outcome.scenario.world.readers]:
        x, y = parish.plane.xy(*site.at)
        axes.plot(x / 1000, y / 1000, "s", color="#5b6472", markersize=3, zorder=2)
    for alert in outcome.alerts.values():
        at = [parish.plane.xy(r["lat"], r["lon"]) for r in alert.get("reads", ()) if r.get("lat") is not None]
        if at:
            axes.plot([x / 1000 for x, _ in at], [y / 1000 for _, y in at], "-o", label=alert["subject"], zorder=3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, loc="upper left")
    axes.set_aspect("equal")
    whose = "plausible, not real" if outcome.scenario.world.roads is None else f"from {outcome.scenario.world.roads}"
    axes.set_title(f"Where hits were read (roads are {whose}; kilometres)", loc="left")
    return svg(figure)


def svg(figure: Figure) -> str:
    """The same for the same figure, without date or maker."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
