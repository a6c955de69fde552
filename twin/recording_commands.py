"""The `twin` commands about recordings.

Knows: words on a command line, and how results are printed.
Refuses to know: how recordings are made, cut, joined, sent and compared.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from twin.command_output import FAILED, HELD, INTERRUPTED, check_folders, err, out, print_json, progress, refuse

if TYPE_CHECKING:
    from twin.recording_parts import Made
    from twin.replay import Replayed, Sender


def record(
    day: Annotated[str, typer.Argument(help="A scenario's name or file, or a recording to draw again.")],
    to: Annotated[Path, typer.Option("--out", help="The recording (MCAP).", dir_okay=False)],
    scale: Annotated[int, typer.Option(min=1, max=100, help="So many times the units, reads and calls.")] = 1,
    seed: Annotated[int | None, typer.Option(min=0, help="The world's seed. [default: the scenario's]")] = None,
    lasts: Annotated[float | None, typer.Option(min=1.0, help="Seconds of it. [default: the scenario's]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Put a day of the parish on record, with no center to hear it: load that is made once and sent often.

    A recording in a scenario's place is drawn again: the same day, under another seed.

    [dim]Example: twin record stolen-car --scale 10 --out load.mcap[/dim]
    """
    from twin.loads import record as keep
    from twin.loads import scenario_of
    from twin.recording import RecordingError
    from twin.scenarios.loader import load, located
    from twin.scenarios.reading import ScenarioError
    from twin.scenarios.scale import scaled
    from twin.setting import WorldError

    is_recording = Path(day).suffix == ".mcap"
    try:
        check_folders(to)
        scenario = scenario_of(Path(day)) if is_recording else load(day)
        if scale > 1:
            scenario = scaled(scenario, scale)
        if lasts is not None:
            scenario = msgspec.structs.replace(scenario, lasts_s=lasts)
        with progress(scenario.name, quiet=as_json) as told:
            done = keep(scenario, scenario.seed if seed is None else seed, to, told)
    except WorldError as error:
        refuse(error if is_recording else located(day, str(error)))
    except (ScenarioError, RecordingError, OSError) as error:
        refuse(error)
    except KeyboardInterrupt:
        err.print(f"stopped; {to} holds what there was until then", soft_wrap=True)
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json(done)
        return
    table = Table("messages", "MB", "facts", "seconds", "messages/s", box=None)
    counts = (f"{done.messages:,}", f"{done.bytes / 1e6:.1f}", f"{done.facts:,}", f"{done.seconds:,.0f}")
    table.add_row(*counts, f"{done.messages / done.seconds:,.0f}")
    out.print(table)


def cut(
    file: Annotated[Path, typer.Argument(help="A recording (MCAP).", exists=True, dir_okay=False)],
    to: Annotated[Path, typer.Option("--out", help="The new recording (MCAP).", dir_okay=False)],
    begin: Annotated[float, typer.Option("--from", min=0.0, help="Seconds behind its first message.")] = 0.0,
    end: Annotated[float | None, typer.Option("--to", min=0.0, help="Seconds behind its first message.")] = None,
    links: Annotated[str, typer.Option(help="Only these feeds, as avl-udp,lpr. [default: all]")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Keep a part of a recording: some minutes of it, some feeds of it. Truth goes along.

    [dim]Example: twin cut day.mcap --from 600 --to 1200 --links lpr,hotlist-state --out part.mcap[/dim]
    """
    from twin.recording import RecordingError
    from twin.recording_parts import cut as keep

    try:
        check_folders(to)
        if end is not None and end <= begin:
            raise ValueError(f"--to: found {end:g}, expected more than --from, which is {begin:g}")
        done = keep(file, to, begin, end, [name.strip() for name in links.split(",") if name.strip()])
    except (RecordingError, ValueError, OSError) as error:
        refuse(error)
    _print_made(done, as_json=as_json)


def merge(
    files: Annotated[list[Path], typer.Argument(help="Recordings (MCAP).", exists=True, dir_okay=False)],
    to: Annotated[Path, typer.Option("--out", help="The new recording (MCAP).", dir_okay=False)],
    align: Annotated[bool, typer.Option("--align", help="Let all begin when the first does.")] = False,
    shift: Annotated[list[float] | None, typer.Option(help="Seconds to move each by; once for each file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Make one recording of several, in order of time. Truth goes along.

    [dim]Example: twin merge friday.mcap storm.mcap --align --out both.mcap[/dim]
    """
    from twin.recording import RecordingError
    from twin.recording_parts import merged

    try:
        check_folders(to)
        done = merged(files, to, shift or None, align=align)
    except (RecordingError, OSError) as error:
        refuse(error)
    _print_made(done, as_json=as_json)


def replay(
    file: Annotated[Path, typer.Argument(help="A recording (MCAP).", exists=True, dir_okay=False)],
    speed: Annotated[str, typer.Option(help="How many times as fast as it was recorded, or max.")] = "1",
    site: Annotated[
        Path | None, typer.Option(help="The site file of a running center. [default: a center of its own]")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many send; each peer's messages by one.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Send a recording's bytes again over the wire, open loop, and say how late it ran.

    [dim]Example: twin replay friday.mcap --speed 10[/dim]
    """
    from twin.center_process import CenterError
    from twin.recording import RecordingError
    from twin.replay_processes import SendingError
    from twin.replaying import replay as send

    try:
        factor = None if speed == "max" else _factor(speed)
        with err.status("replaying") as status:
            done = send(file, factor, site, processes, lambda count: status.update(f"{count:,} messages"))
    except (RecordingError, CenterError, SendingError, ValueError, OSError) as error:
        refuse(error)
    if as_json:
        print_json(done)
        return
    table = Table("", "messages", "MB", "seconds", "messages/s", "late p50 ms", "p95 ms", "max ms", "lost", box=None)
    for number, one in enumerate(done.processes if processes > 1 else (), 1):
        table.add_row(f"process {number}", f"{one.messages:,}", "", "", "", *_late(one), "")
    counts = (f"{done.messages:,}", f"{done.bytes / 1e6:.1f}", f"{done.seconds:.1f}", f"{done.messages_per_s:,.0f}")
    table.add_row("all", *counts, *_late(done), f"{done.lost}")
    out.print(table)
    if done.unknown:
        err.print(f"{done.unknown:,} messages stayed here: the site has no feed of that name")
    if done.damage:
        err.print(f"[yellow]{escape(done.damage)}[/yellow]", soft_wrap=True)


def diff(
    a: Annotated[Path, typer.Argument(help="A recording (MCAP) or a journal.", exists=True, dir_okay=False)],
    b: Annotated[Path, typer.Argument(help="Another.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Show where two runs first differ: the event, its position, and what caused it.

    [dim]Example: twin diff before.mcap after.mcap[/dim]
    """
    from twin.difference import first_difference
    from twin.journals import JournalError, of_this_center
    from twin.recording import RecordingError

    try:
        found = first_difference(a, b, of_this_center().events)
    except (RecordingError, JournalError, OSError) as error:
        refuse(error)
    if as_json:
        print_json(found)
    elif found is None:
        out.print("the runs are the same")
    else:
        out.print(f"first difference at position {found.position}: {escape(found.cause)}", soft_wrap=True)
        table = Table("field", a.name, b.name, box=None)
        for field in found.fields:
            sides = [("" if side is None else str(side.get(field, "")))[:200] for side in (found.a, found.b)]
            table.add_row(field, *(escape(text) for text in sides))
        out.print(table)
    raise typer.Exit(HELD if found is None else FAILED)


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor <= 10_000:
        raise ValueError(f"--speed: found {text!r}, expected a number above 0 and at most 10000, or max")
    return factor


def _late(of: Replayed | Sender) -> list[str]:
    return [f"{value * 1000:.1f}" for value in (of.late_p50_s, of.late_p95_s, of.late_max_s)]


def _print_made(done: Made, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    out.print(f"{done.messages:,} messages and {done.facts:,} facts over {done.seconds:,.1f} s")
    for damage in done.damage:
        err.print(f"[yellow]{escape(damage)}[/yellow]", soft_wrap=True)
