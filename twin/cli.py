"""The `twin` command.

Knows: which commands there are, how a run is asked for and printed, and exit codes: 0 held, 1 an expectation failed, 2
bad input.
Refuses to know: how anything is done, and recordings and sweeps (see recording_commands and sweep_command).
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from twin import cameras_command, happen_command, parish_command, recording_commands, study_command, sweep_command
from twin.calibrate_command import calibrate
from twin.command_output import FAILED, HELD, INTERRUPTED, Faults, check_folders, err, out, print_json, progress, refuse

if TYPE_CHECKING:
    from twin.scenarios.schema import Scenario

app = typer.Typer(
    name="twin",
    help="A digital twin of a parish: plays scenarios against a center and scores it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    add_completion=False,
)
app.add_typer(parish_command.app, name="parish")
app.add_typer(study_command.app, name="study")


@app.command("list")
def list_scenarios() -> None:
    """Name the scenarios that come with the twin.

    [dim]Example: twin list[/dim]
    """
    from twin.scenarios.loader import load, shipped
    from twin.scenarios.reading import ScenarioError

    table = Table("scenario", "minutes", "what happens", box=None, pad_edge=False)
    try:
        for name in shipped():
            scenario = load(name)
            table.add_row(name, f"{scenario.lasts_s / 60:,.0f}", " ".join(scenario.about.split()))
    except ScenarioError as error:
        refuse(error)
    out.print(table)


@app.command()
def new(name: Annotated[str, typer.Argument(help="Of the scenario: small letters, digits and dashes.")]) -> None:
    """Write a scenario of your own to begin with, NAME.yaml here: one that runs, with comments.

    [dim]Example: twin new my-night; twin run my-night.yaml[/dim]
    """
    from twin.scenarios.reading import ScenarioError
    from twin.starting_point import write

    try:
        written = write(name, Path.cwd())
    except (ScenarioError, OSError) as error:
        refuse(error)
    for file in written:
        out.print(file.name)


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
    faults: Annotated[
        Faults, typer.Option(help="The scenario's, or a mix drawn for the seed (docs/sweeps.md).")
    ] = "own",
) -> None:
    """Play a scenario against a center, and score the center.

    [dim]Example: twin run stolen-car --seed 7 --report out.html[/dim]
    """
    from twin import junit as junit_file
    from twin import report as report_file
    from twin.center_process import CenterError
    from twin.journals import of_this_center
    from twin.runs import Wish
    from twin.runs import run as play
    from twin.scenarios.loader import located
    from twin.scenarios.reading import ScenarioError
    from twin.setting import WorldError

    if page and not wire:
        refuse("--page: found no --wire; in lockstep there is nothing to watch")
    try:
        check_folders(record, report, junit)
        loaded, seed = _chosen(scenario, seed, roads, human, faults)
        wish = Wish(
            scenario=loaded,
            seed=seed,
            wire=wire,
            speed=speed,
            page=page,
            record=record,
            stay=page and not as_json,
            told=lambda line: err.print(line, soft_wrap=True),
        )
        with progress(f"{loaded.name} ({'wire' if wire else 'lockstep'})", quiet=as_json) as told:
            done = play(wish, of_this_center(), told)
        if report is not None:
            report_file.write(report, done.outcome, done.score, done.checked)
        if junit is not None:
            junit_file.write(junit, done.outcome, done.checked, done.seconds)
    except WorldError as error:
        refuse(located(scenario, str(error)))
    except (ScenarioError, CenterError, OSError) as error:
        refuse(error)
    except KeyboardInterrupt:
        err.print("stopped before the scenario was over")
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json(_summary(done))
    else:
        _print_done(done)
    raise typer.Exit(HELD if done.passed else FAILED)


def _chosen(scenario: str, seed: int | None, roads: Path | None, human: bool, faults: Faults) -> tuple[Scenario, int]:
    """The scenario and the seed that the words on the command line ask for."""
    from twin.mix import drawn
    from twin.scenarios.loader import load, with_roads

    loaded = load(scenario)
    seed = loaded.seed if seed is None else seed
    if roads is not None:
        loaded = with_roads(loaded, roads)
    if human:
        loaded = msgspec.structs.replace(loaded, world=msgspec.structs.replace(loaded.world, operators=0))
    return (drawn(loaded, seed) if faults == "random" else loaded), seed


def _summary(done: Any) -> dict[str, Any]:
    from twin import patterns_score, tips_score

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
    patterns = patterns_score.score(outcome)
    if patterns is not None:
        summary["patterns"] = msgspec.to_builtins(patterns)
    if (tips := tips_score.score(outcome)) is not None:
        summary["tips"] = msgspec.to_builtins(tips)
    if done.pace is not None:
        summary["pace"] = {key: round(value, 6) for key, value in done.pace._asdict().items()}
    return summary


def _print_done(done: Any) -> None:
    made, outcome = done.score, done.outcome
    table = Table(box=None, show_header=False)
    found = round((made.recall or 0.0) * made.expected)
    table.add_row("wanted cars and panic buttons found", f"{found} of {made.expected} that could be")
    table.add_row("alerts that were right", f"{made.alerted - len(made.wrong)} of {made.alerted}")
    table.add_row("until the room saw it", _within(made.time_to_alert_s))
    table.add_row("until a deputy's terminal showed it", _within(made.time_to_terminal_s))
    out.print(table)
    if done.checked:
        checks = Table("", "expected", "seen", box=None)
        for one in done.checked:
            mark = "[green]held[/green]" if one.held else "[red]failed[/red]"
            checks.add_row(mark, escape(one.what), escape(one.seen))
        out.print(checks)
    for miss in made.missed:
        out.print(f"[red]missed[/red] {escape(f'{miss.name} {miss.subject}: {miss.why}')}", soft_wrap=True)
    for wrong in made.wrong:
        out.print(f"[red]wrong[/red] {escape(f'{wrong.alert} {wrong.subject}: {wrong.why}')}", soft_wrap=True)
    for told in made.told_of_innocent:
        how = "as a fact" if told.as_fact else "as not verified"
        what = f"{told.unit} of {told.plate} {how}: {told.why}"
        out.print(f"[red]told[/red] {escape(what)}", soft_wrap=True)
    _print_patterns(outcome)
    _print_tips(outcome)
    speed = outcome.scenario.lasts_s / max(1e-9, done.seconds)
    late = f", late p95 {done.pace.late_p95_s * 1000:.1f} ms" if done.pace else ""
    out.print(f"{outcome.scenario.name} seed {outcome.seed}: {outcome.mode}, {speed:.0f}x real time{late}")
    out.print(f"digest: {outcome.digest}", soft_wrap=True)
    if done.pace is not None and not done.pace.kept_up:
        out.print(
            f"[yellow]this machine was too busy for --speed {done.pace.rate:g}[/yellow]: a message waited up to "
            f"{done.pace.slowest_s:.1f} s for its answer, the world was up to {done.pace.late_max_s:.1f} s late: "
            f"{done.pace.behind_s:.0f} s of the parish. What is asked to happen in time may have failed for that.",
            soft_wrap=True,
        )


def _within(spread: Any) -> str:
    if spread.p50 is None or spread.p95 is None:
        return "–"
    return f"half in {spread.p50:.1f} s, 19 of 20 in {spread.p95:.1f} s"


def _print_patterns(outcome: Any) -> None:
    from twin import patterns_score

    made = patterns_score.score(outcome)
    if made is None:
        return
    for line in made.told():
        out.print(escape(line), soft_wrap=True)


def _print_tips(outcome: Any) -> None:
    from twin import tips_score

    made = tips_score.score(outcome)
    if made is not None:
        out.print(escape(made.said()), soft_wrap=True)


for _command in (
    sweep_command.sweep,
    sweep_command.draw,
    recording_commands.record,
    recording_commands.replay,
    recording_commands.cut,
    recording_commands.merge,
    recording_commands.diff,
    calibrate,
    cameras_command.cameras,
    happen_command.happen,
):
    app.command()(_command)


@app.command()
def frames(
    folder: Annotated[Path, typer.Argument(help="Where the JPEGs and truth.csv go.", file_okay=False)],
    passages: Annotated[int, typer.Option(min=1, max=100_000, help="Vehicles that pass.")] = 20,
    seed: Annotated[int, typer.Option(help="The same seed takes the same pictures.")] = 7,
    night: Annotated[bool, typer.Option("--night", help="Infrared: dark road, bright plates.")] = False,
    rain: Annotated[float, typer.Option(min=0.0, max=1.0, help="From none to a downpour.")] = 0.0,
    speed: Annotated[float, typer.Option(min=0.0, max=60.0, help="Metres a second.")] = 15.0,
    angle: Annotated[float, typer.Option(min=0.0, max=50.0, help="Degrees between the lens and the way.")] = 12.0,
) -> None:
    """Take the frames that plate-reader cameras would, with the truth of each in truth.csv.

    [dim]Example: twin frames out/night --passages 50 --night[/dim]
    """
    from twin.devices.lpr.optics import Conditions
    from twin.roadside_frames import write

    conditions = Conditions(night=night, rain=rain, speed_mps=speed, angle_deg=angle, glare=night)
    try:
        count = write(folder, passages, seed, conditions)
    except OSError as error:
        refuse(error)
    err.print(f"{folder}: {count:,} frames of {passages:,} passages")


def main() -> None:
    """The program's entry point. Whoever asks it to stop, politely or with Ctrl-C, takes the center along that it has
    started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()


if __name__ == "__main__":
    main()
