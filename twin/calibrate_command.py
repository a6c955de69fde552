"""`twin calibrate`: is the simulated parish like the published one?

Knows: the words on the command line, and how the comparison is printed.
Refuses to know: how anything is measured.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from twin.calibrate import Compared
from twin.progress import Progress as Watching

HELD, MISSED, BAD_INPUT = 0, 1, 2

_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


def calibrate(
    days: Annotated[int, typer.Option(min=1, max=60, help="Days of the whole parish; minutes each.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The world's seed.")] = 1,
    only: Annotated[list[str] | None, typer.Option(help="This figure only; may be given again.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a report with plots (HTML).", dir_okay=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Compare the parish with published figures; exit with 1 when one misses.

    [dim]Example: twin calibrate --report out/calibration.html[/dim]
    """
    from twin import calibrate as rows
    from twin import calibrate_measures, calibrate_report
    from twin.calibrate_worlds import Worlds

    figures = rows.load()
    names = [figure.name for figure in figures]
    for name in only or ():
        if name not in names:
            _refuse(f"--only: found {name!r}, expected one of {', '.join(names)}")
    started = time.monotonic()
    with _watching(quiet=as_json) as watch:
        measures = calibrate_measures.of(Worlds(days, seed, watch))
        compared = rows.calibrate([figure for figure in figures if not only or figure.name in only], measures)
    seconds = time.monotonic() - started
    if report is not None:
        try:
            calibrate_report.write(report, compared, days, seed)
        except OSError as error:
            _refuse(error)
    held = all(one.held for one in compared)
    if as_json:
        said = {"days": days, "seed": seed, "held": held, "seconds": round(seconds, 1), "figures": compared}
        sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    else:
        _print(compared)
    raise typer.Exit(HELD if held else MISSED)


def _print(compared: Sequence[Compared]) -> None:
    from twin.calibrate_report import holds, shown

    table = Table("", "figure", "published", "simulated", "holds", "mark", box=None)
    for one in compared:
        verdict = "[green]held[/green]" if one.held else "[red]missed[/red]"
        figure = one.figure
        values = shown(figure.published), shown(one.simulated), holds(one)
        table.add_row(verdict, figure.name, *(escape(value) for value in values), figure.mark)
    _out.print(table)
    for one in compared:
        if not one.held:
            _out.print(f"[red]missed[/red] {escape(f'{one.figure.name}: {one.figure.source}')}", soft_wrap=True)


@contextmanager
def _watching(*, quiet: bool) -> Iterator[Callable[[str], Watching]]:
    """A bar for each world."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=_err, transient=True, disable=quiet) as bars:

        def watch(what: str) -> Watching:
            task = bars.add_task(what, total=1.0)
            return lambda share: bars.update(task, completed=share)

        yield watch


def _refuse(why: object) -> NoReturn:
    _err.print(f"[red]error:[/red] {escape(str(why))}", soft_wrap=True)
    raise typer.Exit(BAD_INPUT)
