"""A calibration for people: values in words, and one HTML file with a plot for every figure.

Knows: how a number, a profile and a tolerance are shown.
Refuses to know: what was measured and how.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import matplotlib as mpl
from jinja2 import Environment, StrictUndefined
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from twin.calibrate import Compared, Value

PUBLISHED, SIMULATED, MISSED = "#8aa4c8", "#1e7a46", "#c8553d"
FEW = 6

mpl.rcParams.update({"svg.hashsalt": "rtcc", "font.size": 9, "svg.fonttype": "none"})


def shown(value: Value | None) -> str:
    """A number as people read it; a profile of a few parts by its shares, of many by its least and most part, where 1
    is the average."""
    if value is None:
        return "nothing"
    if not isinstance(value, tuple):
        return f"{value:,.10g}"
    mean = sum(value) / len(value)
    if len(value) <= FEW:
        return " / ".join(f"{part / mean / len(value):.0%}" for part in value)
    return f"{min(value) / mean:.2f} to {max(value) / mean:.2f}"


def holds(one: Compared) -> str:
    """When it holds and, of a profile, how much of it lies elsewhere."""
    figure = one.figure
    if figure.within is None:
        return f"{figure.least:,.10g} to {figure.most:,.10g}"
    apart = "" if one.apart is None else f"{one.apart:.1%} elsewhere, "
    return f"{apart}at most {figure.within:.0%}"


def write(path: Path, compared: Sequence[Compared], days: int, seed: int) -> None:
    """Raises OSError."""
    template = (resources.files("twin") / "calibrate.html.j2").read_text("utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(template)
    held = sum(one.held for one in compared)
    about = {"compared": compared, "held": held, "days": days, "seed": seed}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page.render(**about, shown=shown, holds=holds, plot=_plot), "utf-8")


def _plot(one: Compared) -> str:
    picture = Picture(figsize=(9, 1.3 if one.figure.within is None else 2.6), layout="constrained")
    axes = picture.subplots()
    if isinstance(one.figure.published, tuple):
        _profile(axes, one, one.figure.published)
    else:
        _number(axes, one, one.figure.published)
    axes.spines[["top", "right"]].set_visible(False)
    out = io.StringIO()
    picture.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def _number(axes: Axes, one: Compared, published: float) -> None:
    """The band in which it holds, what was published, and what came out."""
    figure = one.figure
    assert figure.least is not None
    assert figure.most is not None
    axes.axvspan(figure.least, figure.most, color=PUBLISHED, alpha=0.3, label="holds")
    axes.axvline(published, color=PUBLISHED, label="published")
    if isinstance(one.simulated, int | float):
        axes.plot(one.simulated, 0.5, "D", color=SIMULATED if one.held else MISSED, label="simulated", clip_on=False)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def _profile(axes: Axes, one: Compared, published: Sequence[float]) -> None:
    """Shares in percent: what was published as bars, what came out as a line, or as points where parts are few."""
    labels = one.figure.labels
    places = range(len(labels))
    axes.bar(places, _percent(published), color=PUBLISHED, alpha=0.6, label="published")
    if isinstance(one.simulated, tuple):
        style = "D" if len(labels) <= FEW else "-"
        color = SIMULATED if one.held else MISSED
        axes.plot(places, _percent(one.simulated), style, color=color, label="simulated")
    every = max(1, len(labels) // 24)
    axes.set_xticks(list(places)[::every], labels[::every])
    axes.set_ylabel("%")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def _percent(parts: Sequence[float]) -> list[float]:
    return [100.0 * part / sum(parts) for part in parts]
