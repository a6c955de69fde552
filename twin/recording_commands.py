"""The `twin` commands about recordings.

Knows: words on a command line, and how results are printed.
Refuses to know: how recordings are written, sent and compared.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from twin.command_output import FAILED, HELD, err, out, print_json, refuse


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
        with err.status("replaying") as status:
            done = send(file, factor, site, lambda count: status.update(f"{count:,} messages"))
    except (RecordingError, CenterError, ValueError, OSError) as error:
        refuse(error)
    if as_json:
        print_json(done)
        return
    table = Table("messages", "MB", "seconds", "messages/s", "late p50 ms", "p95 ms", "max ms", "lost", box=None)
    late = [f"{value * 1000:.1f}" for value in (done.late_p50_s, done.late_p95_s, done.late_max_s)]
    counts = (f"{done.messages:,}", f"{done.bytes / 1e6:.1f}", f"{done.seconds:.1f}", f"{done.messages_per_s:,.0f}")
    table.add_row(*counts, *late, f"{done.lost}")
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
