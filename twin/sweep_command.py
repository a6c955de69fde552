"""The `twin` commands about many seeds.

Knows: words on a command line, and how results are printed.
Refuses to know: how seeds are played, and where.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from twin.command_output import FAILED, HELD, INTERRUPTED, Faults, check_folders, err, out, print_json, progress, refuse

if TYPE_CHECKING:
    from twin.score import Spread
    from twin.sweep import Row, Task

Workers = Annotated[int | None, typer.Option(min=1, max=512, help="Plays at once. [default: the processors there are]")]


def sweep(
    scenario: Annotated[str, typer.Argument(help="A shipped scenario's name, or a YAML file.")],
    seeds: Annotated[str, typer.Option(help="1..200, or 7, or 1..10,42")] = "1..20",
    faults: Annotated[Faults, typer.Option(help="The scenario's, or a mix drawn for each seed.")] = "own",
    workers: Workers = None,
    ray: Annotated[str | None, typer.Option(help="A Ray cluster's host:port, or local.")] = None,
    limit: Annotated[float, typer.Option(min=1.0, help="Seconds that one seed may take.")] = 900.0,
    report: Annotated[Path | None, typer.Option(help="Write a table and plots (HTML).", dir_okay=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Play a scenario under many seeds, each in a process of its own; a failure names the command that repeats it.

    [dim]Example: twin sweep stolen-car --seeds 1..200 --faults random --report sweep.html[/dim]
    """
    from twin import sweep_report
    from twin.journals import of_this_center
    from twin.scenarios.loader import load, located
    from twin.scenarios.reading import ScenarioError
    from twin.setting import WorldError
    from twin.sweep import check, seeds_of, tasks, totals
    from twin.sweep_ray import RayError

    rows: list[Row] = []
    stopped = False
    try:
        check_folders(report)
        loaded = load(scenario)
        wanted = tasks(scenario, loaded, seeds_of(seeds), faults == "random", of_this_center())
        check(loaded)
        quiet = redirect_stdout(sys.stderr) if as_json else nullcontext()  # Ray talks where results belong
        with quiet, progress(f"{loaded.name}, {len(wanted)} seeds", quiet=as_json) as told:
            try:
                for row in _plays(wanted, workers, ray, limit):
                    rows.append(row)
                    told(len(rows) / len(wanted))
                    if not row.held and not as_json:
                        _print_failure(row)
            except KeyboardInterrupt:
                stopped = True
        rows.sort(key=lambda row: row.seed)
        if report is not None:
            sweep_report.write(report, loaded, faults, rows)
    except WorldError as error:
        refuse(located(scenario, str(error)))
    except (ScenarioError, RayError, ValueError, OSError) as error:
        refuse(error)
    if as_json:
        print_json({"scenario": loaded.name, "faults": faults, "rows": rows, "totals": totals(rows)})
    else:
        _print_rows(rows)
    if stopped:
        err.print(f"[yellow]stopped: {len(rows)} of {len(wanted)} seeds were played[/yellow]")
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(HELD if all(row.held for row in rows) else FAILED)


def draw(
    scenario: Annotated[str, typer.Argument(help="A shipped scenario's name, or a YAML file.")],
    seed: Annotated[int | None, typer.Option(help="Whose mix to draw. [default: the scenario's]")] = None,
) -> None:
    """Print the scenario that `--faults random` plays: a mix of faults, as a file that can be kept and changed.

    [dim]Example: twin draw stolen-car --seed 17 > mix.yaml; twin run mix.yaml[/dim]
    """
    from twin.mix import as_yaml, drawn
    from twin.scenarios.loader import load, located
    from twin.scenarios.reading import ScenarioError
    from twin.setting import WorldError

    try:
        loaded = load(scenario)
        mix = drawn(loaded, loaded.seed if seed is None else seed)
    except WorldError as error:
        refuse(located(scenario, str(error)))
    except ScenarioError as error:
        refuse(error)
    typer.echo(as_yaml(mix), nl=False)


def _plays(wanted: list[Task], workers: int | None, ray: str | None, limit_s: float) -> Iterator[Row]:
    from twin.sweep_ray import play_on_ray
    from twin.sweep_workers import play_here

    if ray is not None:
        return play_on_ray(wanted, ray, workers, limit_s)
    return play_here(wanted, workers or os.cpu_count() or 1, limit_s)


def _print_failure(row: Row) -> None:
    """At once: a sweep may be long."""
    why = row.broke.rpartition("\n")[2] if row.broke else "; ".join(row.failed)
    out.print(f"[red]seed {row.seed}[/red] {escape(why)}\n  {escape(row.command)}", soft_wrap=True)


def _print_rows(rows: list[Row]) -> None:
    from twin.sweep import totals

    table = Table("seed", "", "faults", "recall", "alert s p50", "p95", "terminal s p50", "p95", "seconds", box=None)
    for row in rows:
        mark = "[green]held[/green]" if row.held else "[red]broke[/red]" if row.broke else "[red]failed[/red]"
        times = (*_both(row.to_alert), *_both(row.to_terminal))
        table.add_row(f"{row.seed}", mark, f"{row.faults}", _number(row.recall), *times, f"{row.seconds:.1f}")
    made = totals(rows)
    times = (*_both(made.time_to_alert_s), *_both(made.time_to_terminal_s))
    table.add_row("all", f"{made.held}/{made.seeds}", "", _number(made.recall_mean), *times, "", style="bold")
    out.print(table)
    for row in rows:
        if not row.held:
            out.print(f"[red]again:[/red] {escape(row.command)}", soft_wrap=True)


def _both(spread: Spread) -> tuple[str, str]:
    return _number(spread.p50), _number(spread.p95)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
