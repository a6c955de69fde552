"""`center purge` and `center backup`.

Knows: words on a command line, and exit codes: 0 done, 1 not all of it, 2 bad input.
Refuses to know: how a store is cleared or copied.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from center.core.events import Micros
from center.site import SiteError, load
from center.store.journal import JournalError
from center.store.purging import Outcome

DONE, NOT_ALL, BAD_INPUT = 0, 1, 2
SiteFile = Annotated[Path, typer.Argument(help="The site file.", dir_okay=False)]


def _refuse(why: object) -> NoReturn:
    Console(stderr=True, highlight=False).print(f"[red]error:[/red] {escape(str(why))}", soft_wrap=True)
    raise typer.Exit(BAD_INPUT)


def _now() -> Micros:
    return Micros(time.time_ns() // 1000)


def purge(
    site: SiteFile,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; the center may be running.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Clear a stopped center's stores, and its backups, of what is past its days. A running one does it every day.

    [dim]Example: center purge --dry-run site.toml[/dim]
    """
    from center.service import State
    from center.store.purging import backups_cleared, counted, settle
    from center.store.recovery import recover

    try:
        settings = load(site)
        folder = site.parent / settings.site.state
        if not (folder / "journal.db").exists():
            raise SiteError(f"{folder}: no journal")
        now = Micros(0) if settings.site.simulated else _now()  # a simulated site's time is its journal's
        if dry_run:
            outcome = counted(folder, now)
        else:
            held = State(folder)  # no center starts on it meanwhile
            outcome = settle(folder, now)
            troubles = [outcome.trouble, *backups_cleared(folder, recover(folder / "journal.db").picture)]
            outcome.trouble = "; ".join(filter(None, troubles))
            held.let_go()
    except (SiteError, JournalError, OSError, ValueError, sqlite3.Error) as error:
        _refuse(error)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(outcome) + b"\n")
    else:
        _print(outcome, "would go" if dry_run else "gone")
    raise typer.Exit(NOT_ALL if outcome.trouble else DONE)


def _print(outcome: Outcome, what: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for kind, count in outcome.removed.items():
        console.print(f"{count:,} {kind} {what}")
    if not outcome.removed:
        console.print(f"nothing {what}")
    if outcome.held:
        console.print(f"{outcome.held:,} past their days and held")
    if outcome.trouble:
        console.print(f"[red]not all:[/red] {escape(outcome.trouble)}")


def backup(site: SiteFile, folder: Annotated[Path, typer.Argument(help="Where the copy's folder goes.")]) -> None:
    """Copy a center's state, running or not, into a folder that a center can start on. The copy is remembered: what is
    past its days goes from it as well.

    [dim]Example: center backup site.toml /mnt/backups[/dim]
    """
    from center.store.backups import make

    try:
        state = site.parent / load(site).site.state
        if not (state / "journal.db").exists():
            raise SiteError(f"{state}: no journal")
        made = make(state, folder, _now())
    except (SiteError, JournalError, OSError, ValueError, sqlite3.Error) as error:
        _refuse(error)
    Console(highlight=False, soft_wrap=True).print(f"{escape(made.folder)}: {made.position:,} events")
