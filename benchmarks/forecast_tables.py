"""What a trial of forecasts found, as tables for people.

Knows: how wide a terminal is.
Refuses to know: how any figure came about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.forecast_trial import OURS

NAME = 38


def table(result: dict[str, Any]) -> str:
    return "\n".join(_lines(result))


def rash_table(result: dict[str, Any]) -> str:
    """Found share and delay by method, consistency and how often a week it may cry for nothing."""
    rash = result["rash"]
    lines = [
        f"{rash['kind']}: {rash['sprees']} sprees planted over {rash['days']} days; {rash['events']:,} events in all",
        f"{'consistency, method':{NAME}}{'allowed':>9}{'false':>9}{'found':>9}{'events late':>13}{'days late':>11}",
    ]
    for consistency, methods in rash["consistency"].items():
        for name, rates in methods.items():
            for allowed, one in rates.items():
                late = [one["events_median"], one["days_median"]]
                said = "".join(f"{'-' if value is None else f'{value:.1f}':>{12}}" for value in late)
                rate = f"{allowed:>9}{one['false_a_week']:9.2f}{one['found']:9.2f}"
                lines.append(f"{consistency + ', ' + name:{NAME}}{rate}{said}")
    return "\n".join([*lines, "allowed, false: a week, on the year before and in the year of the trial"])


def desk_table(result: dict[str, Any]) -> str:
    """What the desk said, with crews and where there is no pattern, side by side."""
    said = result["desk"]
    usual, nothing = said["usual"], said["nothing"]
    lines = [
        f"{said['trial_days']} days of the twin, looked at every morning",
        f"{'':{NAME}}{'usual':>12}{'nothing':>12}",
    ]
    for name, value in usual.items():
        cells = (f"{'-' if one is None else f'{one:.3g}':>12}" for one in (value, nothing[name]))
        lines.append(f"{name.replace('_', ' '):{NAME}}{''.join(cells)}")
    return "\n".join(lines)


def series_table(result: dict[str, Any]) -> str:
    """How well pairs are told apart, and what groups are made of them."""
    said = result["series"]
    lines = [
        f"{said['burglaries']:,} burglaries, {said['pairs']:,} pairs near and soon enough, {said['same']:,} one crew's",
        f"AUC {said['auc_shipped']:.3f} (learned here {said['auc_learned']:.3f}; distance and days alone "
        f"{said['auc_distance_and_time_only']:.3f})",
        f"groups: precision {said['precision']:.2f}, recall {said['recall']:.2f} of pairs, the largest of "
        f"{said['largest']}",
        f"learned here: weights {said['learned']['weights']}, bias {said['learned']['bias']}",
        *(f"  said {one['said']:.2f}, was {one['was']:.2f} ({one['pairs']:,} pairs)" for one in said["by_tenth"]),
    ]
    return "\n".join(lines)


def _lines(result: dict[str, Any]) -> Iterator[str]:
    about = result["about"]
    yield f"{result['machine']['processor']}, load {result['machine']['load'][0]}"
    yield (
        f"{result['data']}: {about['events']:,} events in {about['days']:,} days; cells of {about['cell_m']:g} m, "
        f"{about['cells_that_count']:,} of {about['cells']:,} count"
    )
    yield from (f"  {note}" for note in result["notes"])
    for kind, one in result["kinds"].items():
        yield ""
        yield from _kind(kind, one)
    yield ""
    yield from _speed(result["speed"])


def _kind(kind: str, one: dict[str, Any]) -> Iterator[str]:
    yield f"{kind}: {one['events']:,} events; {one['events_foretold']:,} foretold on {one['days_foretold']} days"
    horizons = [key for key in one["methods"][OURS] if key.endswith("d")]
    for horizon in horizons:
        areas = list(one["methods"][OURS][horizon])
        day = "the next day" if horizon == "1d" else f"the next {horizon[:-1]} days"
        yield f"{day + ': hit % at area':{NAME}}" + "".join(f"{area:>22}" for area in areas) + "   PAI   PEI at 5%"
        for name, method in one["methods"].items():
            cells = "".join(f"{_percent(method[horizon][area]):>22}" for area in areas)
            last = method[horizon][areas[-1]]
            yield f"  {name:{NAME - 2}}{cells}{last['pai']:6.1f}{last['pei']:12.2f}"
        yield f"{'  ours less theirs, in pairs':{NAME}}" + "".join(f"{area:>22}" for area in areas)
        for name, method in one["methods"].items():
            if name != OURS:
                cells = "".join(f"{_more(method[horizon][area]):>22}" for area in areas)
                yield f"  {name:{NAME - 2}}{cells}"
    yield f"{'per event':{NAME}}nats over uniform   ms a day"
    for name, method in one["methods"].items():
        yield f"  {name:{NAME - 2}}{method['nats_per_event_over_uniform']:17.3f}{method['ms_per_day']:11.1f}"
    yield from _calibration(one)


def _calibration(one: dict[str, Any]) -> Iterator[str]:
    said = one["calibration"]
    held = said["interval_90_held"]
    tenths = " ".join(f"{ratio:.2f}" for ratio in said["observed_over_expected_by_tenth"])
    blocks = "none" if held["blocks"] is None else f"{held['blocks']:.3f} of {held['block_days']:,} block-days"
    yield (
        f"  expected {said['expected']:,.0f}, observed {said['observed']:,.0f}: {said['expected_over_observed']:.3f}; "
        f"log-likelihood per event {said['log_likelihood_per_event']:.3f}"
    )
    yield f"  observed / expected by tenth of the expected, riskiest cells first: {tenths}"
    yield f"  90 % intervals held: whole area {held['whole']:.3f} of days, blocks {blocks}"
    place = one["long_run_share"]
    yield f"  of the surface {place:.0%} is long-run place, {1 - place:.0%} recent events"
    yield "  weights: " + "; ".join(f"{name} {weight:.3f}" for name, weight in one["weights"].items())
    for where, verdict in one["verdict"].items():
        times = verdict["times_best_open_cp"]
        word = "best" if verdict["ours_best"] else f"best is {verdict['best']}"
        if not verdict["ours_best"]:
            word += ", ours within the interval" if verdict["ours_best_or_within"] else ", ours clearly less"
        yield f"  {where}: {word}; {'no hit of theirs' if times is None else f'{times:.3f}'} x the best of open_cp"


def _speed(speed: dict[str, Any]) -> Iterator[str]:
    yield f"{'all over again, one core':{NAME}}seconds of processor time"
    for fit in speed["fit"]:
        again = "  (the same events again, moved)" if fit["repeated"] else ""
        yield f"  {fit['events']:>9,} events{'':{NAME - 18}}{fit['fit_s']:8.2f}{again}"
    took = speed["update_ms"]
    yield f"one report more, all cells ranked: {took['median']} ms median, {took['p99']} ms p99, {took['max']} ms max"
    sepp = speed["sepp"]
    if "trouble" in sepp:
        yield f"stochastic declustering of {sepp['events']:,} events: {sepp['trouble']}"
    else:
        yield (
            f"stochastic declustering (open_cp's SEPP) of {sepp['events']:,} events, {sepp['iterations']} rounds: "
            f"{sepp['fit_s']:.1f} s, {sepp['times']:,.0f} x ours ({sepp['ours_s']:.2f} s)"
        )


def _percent(one: dict[str, float]) -> str:
    return f"{100 * one['hit']:.1f} ({100 * one['low']:.1f} to {100 * one['high']:.1f})"


def _more(one: dict[str, float]) -> str:
    return f"{100 * one['ours_more_low']:+.1f} to {100 * one['ours_more_high']:+.1f}"
