"""`twin study`: experiments whose question is about the method and not about a center.

Knows: the words on the command line, how runs are shared out over processes, how results are printed, exit codes.
Refuses to know: how anything is simulated or judged.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from twin.command_output import FAILED, HELD, INTERRUPTED, check_folders, err, out, print_json, progress, refuse

if TYPE_CHECKING:
    from twin.study.feedback import Arm, Run
    from twin.study.judgement import Expected, Outcome, Spread
    from twin.study.town import Plan

app = typer.Typer(help="Experiments with the method itself.", no_args_is_help=True, rich_markup_mode="rich")

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""Sums in another order are other sums: numpy reads these when a process starts."""


@app.callback()
def study() -> None:
    """Experiments with the method itself."""


@app.command()
def feedback(
    seeds: Annotated[str, typer.Option(help="1..5, or 7, or 1..3,9")] = "1..5",
    days: Annotated[int | None, typer.Option(min=28, max=1096, help="Nights of patrol. [default: 365]")] = None,
    found: Annotated[
        float, typer.Option(min=0.0, max=10.0, help="Rate by the hour at which a patrol finds what nobody tells.")
    ] = 0.25,
    reported: Annotated[float, typer.Option(min=0.01, max=1.0, help="The share of victims who tell.")] = 0.25,
    history: Annotated[float, typer.Option(min=0.0, max=1.0, help="Of earlier patrols, the west's share.")] = 0.8,
    quick: Annotated[bool, typer.Option("--quick", help="Half a year of nights; rougher figures.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, max=512, help="Runs at once. [default: processors]")] = None,
    report: Annotated[Path | None, typer.Option(help="Write tables and plots (HTML).", dir_okay=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """What patrol boxes do when their own finds are fed back to them; exit with 1 when records of all kinds do not run
    away, or what victims tell does not stay fair.

    [dim]Example: twin study feedback --seeds 1..5 --report feedback.html[/dim]
    """
    from msgspec.structs import replace

    from twin.study import feedback_report
    from twin.study.feedback import ARMS
    from twin.study.judgement import judged, outcomes
    from twin.study.town import QUICK, Plan
    from twin.sweep import seeds_of

    runs: list[Run] = []
    plan = QUICK if quick else Plan()
    plan = replace(plan, days=days or plan.days, found_an_hour=found, reported=reported, history_west=history)
    try:
        check_folders(report)
        tasks = [(arm, plan, seed) for seed in seeds_of(seeds) for arm in ARMS]
        with progress(f"{len(tasks)} runs of {plan.days} nights", quiet=as_json) as told:
            for run in _runs(tasks, workers or os.cpu_count() or 1):
                runs.append(run)
                told(len(runs) / len(tasks))
        made, checked = outcomes(runs), judged(runs)
        if report is not None:
            feedback_report.write(report, plan, runs, made, checked)
    except (ValueError, OSError) as error:
        refuse(error)
    except KeyboardInterrupt:
        err.print("stopped before the experiment was over")
        raise typer.Exit(INTERRUPTED) from None
    held = all(one.held for one in checked)
    if as_json:
        print_json({"plan": plan, "held": held, "expectations": checked, "arms": made, "runs": runs})
    else:
        _print(made, checked)
    raise typer.Exit(HELD if held else FAILED)


def _runs(tasks: list[tuple[Arm, Plan, int]], workers: int) -> Iterator[Run]:
    """In the order of the tasks."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(tasks)), context, initializer=_undisturbed) as pool:
        try:
            yield from pool.map(_run, tasks)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _undisturbed() -> None:
    """Ctrl-C is the business of whoever started the process, who takes it along however they end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_starter, daemon=True).start()


def _end_with_starter() -> None:
    starter = multiprocessing.parent_process()
    assert starter is not None
    starter.join()
    os._exit(1)


def _run(task: tuple[Arm, Plan, int]) -> Run:
    """In a process of its own."""
    from twin.study.feedback import run
    from twin.study.nights import Nightly

    return run(*task, Nightly)


def _print(made: list[Outcome], checked: list[Expected]) -> None:
    table = Table("arm", "trained on", "patrols west", "seeds", "PAI apparent", "told", "true", "found", box=None)
    for one in made:
        mean = (one.apparent.mean, one.told.mean, one.true.mean)
        numbers = (f"{one.west.mean:.2f}", _range(one.west), *(f"{value:.2f}" for value in mean))
        table.add_row(one.arm.name, one.arm.about, *numbers, f"{one.found.mean:.0%}")
    out.print(table)
    for check in checked:
        mark = "[green]held[/green]" if check.held else "[red]failed[/red]"
        out.print(f"{mark} {check.what}: {check.seen}", soft_wrap=True)


def _range(values: Spread) -> str:
    return f"{values.least:.2f}–{values.most:.2f}"
