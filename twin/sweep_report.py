"""A sweep's report for people: one HTML file with its plots inside.

Knows: what a reader of a sweep wants to see: how many seeds held, how the numbers spread, and what to run again.
Refuses to know: how seeds were played.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from twin.report import svg
from twin.scenarios.schema import Scenario
from twin.sweep import Row, totals

HELD, FAILED, P50, P95 = "#1e7a46", "#b3261e", "#8aa4c8", "#c8553d"


def write(path: Path, scenario: Scenario, faults: str, rows: Sequence[Row]) -> None:
    """Raises OSError."""
    template = (resources.files("twin") / "sweep_report.html.j2").read_text("utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(template)
    html = page.render(scenario=scenario, faults=faults, rows=rows, totals=totals(rows), plots=[_over_seeds(rows)])
    path.write_text(html, encoding="utf-8")


def _over_seeds(rows: Sequence[Row]) -> str:
    """Recall and times, a mark a seed; what failed is red."""
    figure = Figure(figsize=(9, 7), layout="constrained")
    recall, alert, told = figure.subplots(3, 1, sharex=True)
    for held, color in ((True, HELD), (False, FAILED)):
        some = [row for row in rows if row.held == held and row.recall is not None]
        recall.plot([row.seed for row in some], [row.recall for row in some], ".", color=color)
    recall.set_ylim(-0.05, 1.05)
    recall.set_ylabel("recall")
    recall.set_title("Over the seeds", loc="left")
    for axes, name in ((alert, "to_alert"), (told, "to_terminal")):
        _times(axes, [(row.seed, getattr(row, name)) for row in rows])
    alert.set_ylabel("s to the alert")
    told.set_ylabel("s to a terminal")
    told.set_xlabel("seed")
    for axes in (recall, alert, told):
        axes.grid(alpha=0.3)
    return svg(figure)


def _times(axes: Axes, spreads: list[tuple[int, object]]) -> None:
    for part, color in (("p50", P50), ("p95", P95)):
        known = [(seed, value) for seed, spread in spreads if (value := getattr(spread, part)) is not None]
        axes.plot([seed for seed, _ in known], [value for _, value in known], ".", color=color, label=part)
    axes.legend(loc="upper right", frameon=False)
