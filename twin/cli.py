"""The `twin` command.

Knows: words on a command line, how results are printed, and exit codes: 0 held, 1 an expectation failed, 2 bad input.
Refuses to know: how anything is done.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from twin import parish_command
from twin.calibrate_command import calibrate

HELD, FAILED, BAD_INPUT = 0, 1, 2

app = typer.Typer(
    name="twin",
    help="A digital twin of a parish: plays scenarios against a center and scores it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    add_completion=False,
)
app.add_typer(parish_command.app, name="parish")
app.command()(calibrate)
_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


def _refuse(why: object) -> NoReturn:
    _err.print(f"[red]error:[/red] {escape(str(why))}", soft_wrap=True)
    raise typer.Exit(BAD_INPUT)


@app.command("list")
def list_scenarios() -> None:
    """Name the scenarios that come with the twin.

    [dim]Example: twin list[/dim]
    """
    from twin.scenarios.loader import ScenarioError, load, shipped

    table = Table("scenario", "minutes", "what happens", box=None, pad_edge=False)
    try:
        for name in shipped():
            scenario = load(name)
            table.add_row(name, f"{scenario.lasts_s / 60:g}", " ".join(scenario.about.split()))
    except ScenarioError as error:
        _refuse(error)
    _out.print(table)


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="A shipped scenario's name, or a YAML file.")],
    seed: Annotated[int | None, typer.Option(help="The world's seed. [default: the scenario's]")] = None,
    wire: Annotated[bool, typer.Option("--wire/--lockstep", help="Real sockets, or function calls.")] = False,
    speed: Annotated[float, typer.Option(min=0.1, max=100.0, help="World seconds a second, on the wire.")] = 10.0,
    record: Annotated[Path | None, typer.Option(help="Keep a recording (MCAP).", dir_okay=False)] = None,
    report: Annotated[Path | None, typer.Option(help="Write a report (HTML).", dir_okay=False)] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the expectations as JUnit XML.", dir_okay=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    page: Annotated[
        bool, typer.Option(help="On the wire: the page, on port 8000 if it is free, until Ctrl-C.")
    ] = False,
    human: Annotated[bool, typer.Option("--human", help="Leave the alerts to whoever sits at the page.")] = False,
    roads: Annotated[
        Path | None, typer.Option(help="Streets of your own (.pbf, .graphml).", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """Play a scenario against a center, and score the center.

    [dim]Example: twin run stolen-car --seed 7 --report out.html[/dim]
    """
    from twin import junit as junit_file
    from twin import report as report_file
    from twin.center_process import CenterError
    from twin.runs import Wish
    from twin.runs import run as play
    from twin.scenarios.loader import ScenarioError, load, located, with_roads
    from twin.setting import WorldError

    if page and not wire:
        _refuse("--page: found no --wire; in lockstep there is nothing to watch")
    try:
        for kept in filter(None, (record, report, junit)):
            if not kept.absolute().parent.is_dir():  # said before the run and not after it
                raise NotADirectoryError(f"{kept}: there is no folder {kept.parent}")
        loaded = load(scenario)
        if roads is not None:
            loaded = with_roads(loaded, roads)
        if human:
            loaded = msgspec.structs.replace(loaded, world=msgspec.structs.replace(loaded.world, operators=0))
        wish = Wish(
            scenario=loaded,
            seed=loaded.seed if seed is None else seed,
            wire=wire,
            speed=speed,
            page=page,
            record=record,
            stay=page and not as_json,
            told=lambda line: _err.print(line, soft_wrap=True),
        )
        with _progress(f"{loaded.name} ({'wire' if wire else 'lockstep'})", quiet=as_json) as progress:
            done = play(wish, _journals(), progress)
        if report is not None:
            report_file.write(report, done.outcome, done.score, done.checked)
        if junit is not None:
            junit_file.write(junit, done.outcome, done.checked, done.seconds)
    except WorldError as error:
        _refuse(located(scenario, str(error)))
    except (ScenarioError, CenterError, OSError) as error:
        _refuse(error)
    except KeyboardInterrupt:
        _err.print("stopped before the scenario was over")
        raise typer.Exit(130) from None
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(_summary(done)) + b"\n")
    else:
        _print_done(done)
    raise typer.Exit(HELD if done.passed else FAILED)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A recording (MCAP).", exists=True, dir_okay=False)],
    speed: Annotated[str, typer.Option(help="How many times as fast as it was recorded, or max.")] = "1",
    site: Annotated[
        Path | None, typer.Option(help="The site file of a running center. [default: a center of its own]")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Send a recording's bytes again over the wire, open loop, and say how late it ran.

    [dim]Example: twin replay friday.mcap --speed 10[/dim]
    """
    from twin.center_process import CenterError
    from twin.recording import RecordingError
    from twin.replaying import replay as send

    try:
        factor = None if speed == "max" else _factor(speed)
        with _err.status("replaying") as status:
            done = send(file, factor, site, lambda count: status.update(f"{count:,} messages"))
    except (RecordingError, CenterError, ValueError, OSError) as error:
        _refuse(error)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(done) + b"\n")
        return
    table = Table("messages", "MB", "seconds", "messages/s", "late p50 ms", "p95 ms", "max ms", "lost", box=None)
    late = [f"{value * 1000:.1f}" for value in (done.late_p50_s, done.late_p95_s, done.late_max_s)]
    counts = (f"{done.messages:,}", f"{done.bytes / 1e6:.1f}", f"{done.seconds:.1f}", f"{done.messages_per_s:,.0f}")
    table.add_row(*counts, *late, f"{done.lost}")
    _out.print(table)
    if done.damage:
        _err.print(f"[yellow]{escape(done.damage)}[/yellow]", soft_wrap=True)


@app.command()
def diff(
    a: Annotated[Path, typer.Argument(help="A recording (MCAP) or a journal.", exists=True, dir_okay=False)],
    b: Annotated[Path, typer.Argument(help="Another.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Show where two runs first differ: the event, its position, and what caused it.

    [dim]Example: twin diff before.mcap after.mcap[/dim]
    """
    from center.embedded import JournalError
    from twin.difference import first_difference
    from twin.recording import RecordingError

    try:
        found = first_difference(a, b, _journals().events)
    except (RecordingError, JournalError, OSError) as error:
        _refuse(error)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    elif found is None:
        _out.print("the runs are the same")
    else:
        _out.print(f"first difference at position {found.position}: {escape(found.cause)}", soft_wrap=True)
        table = Table("field", a.name, b.name, box=None)
        for field in found.fields:
            sides = [("" if side is None else str(side.get(field, "")))[:200] for side in (found.a, found.b)]
            table.add_row(field, *(escape(text) for text in sides))
        _out.print(table)
    raise typer.Exit(HELD if found is None else FAILED)


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor <= 10_000:
        raise ValueError(f"--speed: found {text!r}, expected a number above 0 and at most 10000, or max")
    return factor


def _journals() -> Any:
    from center.embedded import code_fingerprint, journal_digest, journal_events
    from twin.runs import Journals

    return Journals(journal_digest, journal_events, code_fingerprint())


@contextmanager
def _progress(what: str, *, quiet: bool) -> Iterator[Any]:
    columns = (
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=_err, transient=True, disable=quiet) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _summary(done: Any) -> dict[str, Any]:
    outcome = done.outcome
    summary: dict[str, Any] = {
        "scenario": outcome.scenario.name,
        "seed": outcome.seed,
        "mode": outcome.mode,
        "digest": outcome.digest,
        "passed": done.passed,
        "score": msgspec.to_builtins(done.score),
        "alerts": [
            {key: alert.get(key) for key in ("alert", "kind", "subject", "state", "disposition", "headline")}
            | {"at": alert["at"]}
            for alert in sorted(outcome.alerts.values(), key=lambda alert: (alert["at"], alert["alert"]))
        ],
        "expectations": msgspec.to_builtins(done.checked),
        "feeds": {
            name: {key: feed.get(key) for key in ("format", "state", "messages", "events", "faults")}
            for name, feed in sorted(outcome.feeds.items())
        },
        "incidents": len(outcome.incidents),
        "seconds": round(done.seconds, 3),
    }
    if done.late_s is not None:
        summary["late_s"] = {"p50": round(done.late_s[0], 6), "p95": round(done.late_s[1], 6)}
    return summary


def _print_done(done: Any) -> None:
    made, outcome = done.score, done.outcome
    table = Table("recall", "precision", "alert s p50", "p95", "terminal s p50", "p95", "wanted", "alerts", box=None)
    numbers = (
        made.recall,
        made.precision,
        made.time_to_alert_s.p50,
        made.time_to_alert_s.p95,
        made.time_to_terminal_s.p50,
        made.time_to_terminal_s.p95,
    )
    table.add_row(
        *("–" if value is None else f"{value:.2f}" for value in numbers), f"{made.expected}", f"{made.alerted}"
    )
    _out.print(table)
    if done.checked:
        checks = Table("", "expected", "seen", box=None)
        for one in done.checked:
            mark = "[green]held[/green]" if one.held else "[red]failed[/red]"
            checks.add_row(mark, escape(one.what), escape(one.seen))
        _out.print(checks)
    for miss in made.missed:
        _out.print(f"[red]missed[/red] {escape(f'{miss.name} {miss.subject}: {miss.why}')}", soft_wrap=True)
    for wrong in made.wrong:
        _out.print(f"[red]wrong[/red] {escape(f'{wrong.alert} {wrong.subject}: {wrong.why}')}", soft_wrap=True)
    speed = outcome.scenario.lasts_s / max(1e-9, done.seconds)
    late = f", late p95 {done.late_s[1] * 1000:.1f} ms" if done.late_s else ""
    _out.print(f"{outcome.scenario.name} seed {outcome.seed}: {outcome.mode}, {speed:.0f}x real time{late}")
    _out.print(f"digest: {outcome.digest}", soft_wrap=True)


def main() -> None:
    """The program's entry point. Whoever asks it to stop, politely or with Ctrl-C, takes the center along that it has
    started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()


if __name__ == "__main__":
    main()
