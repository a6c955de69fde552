"""The feedback experiment for people: one HTML file with its plots inside.

Knows: what a reader wants to see: where patrols went against where crime was, and what the boxes seemed to be
worth against what they were.
Refuses to know: how the runs were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
from jinja2 import Environment, StrictUndefined
from matplotlib.figure import Figure

from twin.report import svg
from twin.study.feedback import MONTH_DAYS, Run
from twin.study.judgement import Expected, Outcome
from twin.study.town import Plan

WEST, EAST = "#c8553d", "#3b6ea8"
COLORS = ("#b3261e", "#1e7a46", "#7a5ea8", "#c98a1b", "#3b6ea8")


def write(path: Path, plan: Plan, runs: Sequence[Run], made: Sequence[Outcome], checked: Sequence[Expected]) -> None:
    """Raises OSError."""
    template = (resources.files("twin.study") / "feedback.html.j2").read_text("utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(template)
    plots = [_over_time(runs, made), _by_neighbourhood(runs, made), _worth(made)]
    seeds = sorted({run.seed for run in runs})
    path.write_text(page.render(plan=plan, seeds=seeds, made=made, checked=checked, plots=plots), "utf-8")


def _over_time(runs: Sequence[Run], made: Sequence[Outcome]) -> str:
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots()
    for one, color in zip(made, COLORS, strict=False):
        west = np.array([run.west_by_month for run in runs if run.arm == one.arm.name])
        months = np.arange(west.shape[1]) * MONTH_DAYS
        axes.plot(months, west.mean(axis=0), color=color, label=one.arm.name)
        axes.fill_between(months, west.min(axis=0), west.max(axis=0), color=color, alpha=0.12, linewidth=0)
    axes.axhline(0.5, color="#5b6472", linestyle=":", label="fair")
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("night")
    axes.set_ylabel("of the patrols, west")
    axes.set_title("Patrols in the half that had the patrols before: mean of the seeds, and their range", loc="left")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return svg(figure)


def _by_neighbourhood(runs: Sequence[Run], made: Sequence[Outcome]) -> str:
    """An arm a panel, a neighbourhood of a seed a mark: hollow at the beginning, full at the end."""
    figure = Figure(figsize=(11, 2.9), layout="constrained")
    panels = figure.subplots(1, len(made), sharex=True, sharey=True, squeeze=False)[0]
    for axes, one in zip(panels, made, strict=True):
        places = [place for run in runs if run.arm == one.arm.name for place in run.neighbourhoods]
        for west, color in ((True, WEST), (False, EAST)):
            some = [place for place in places if place.west == west]
            crime = [100 * place.crime for place in some]
            first, last = ([100 * getattr(place, name) for place in some] for name in ("patrols_first", "patrols_last"))
            axes.plot(crime, first, "o", color=color, fillstyle="none", markersize=4, alpha=0.5)
            axes.plot(crime, last, "o", color=color, markersize=4, label="west" if west else "east")
        axes.set_title(one.arm.name, loc="left")
        axes.set_xlabel("% of true crime")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("% of patrols")
    panels[-1].legend(loc="upper left", frameon=False)
    return svg(figure)


def _worth(made: Sequence[Outcome]) -> str:
    figure = Figure(figsize=(9, 2.9), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(made))
    for offset, name, color in ((-0.25, "apparent", "#c98a1b"), (0.0, "told", "#8aa4c8"), (0.25, "true", "#1e7a46")):
        axes.bar(places + offset, [getattr(one, name).mean for one in made], 0.24, color=color, label=name)
    axes.set_xticks(places, [one.arm.name for one in made])
    axes.set_ylabel("PAI")
    axes.set_title(
        "What the boxes seem to be worth, by all records and by victims' alone, and what they are", loc="left"
    )
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return svg(figure)
