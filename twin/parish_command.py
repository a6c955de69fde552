"""`twin parish`: the ground that scenarios are played on.

Knows: the words on the command line, and how a network's figures are printed.
Refuses to know: how streets are read and made (`sim/roads_import`).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

BAD_INPUT = 2

app = typer.Typer(help="The ground that scenarios are played on.", no_args_is_help=True, rich_markup_mode="rich")
_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


@app.callback()
def parish() -> None:
    """The ground that scenarios are played on."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="OpenStreetMap PBF or GraphML.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Check a file of streets, make the network from it and keep it: `twin run --roads FILE` drives on it.

    [dim]Example: twin parish import calcasieu.osm.pbf[/dim]
    """
    from twin.sim import parish as facts
    from twin.sim import roads, roads_import
    from twin.sim.roads_drawn import RoadsError
    from twin.sim.roads_fit import misfits
    from twin.sim.routing import Router

    started = time.monotonic()
    try:
        network = roads_import.load(file)
    except (RoadsError, OSError) as error:
        _err.print(f"[red]error:[/red] {escape(str(error))}", soft_wrap=True)
        raise typer.Exit(BAD_INPUT) from None
    found = misfits(facts.load(), Router(network))
    figures: dict[str, float | str] = {**roads.figures(network), "seconds": round(time.monotonic() - started, 2)}
    figures["digest"] = network.digest()
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode({"file": str(file), **figures, "misfits": found}) + b"\n")
    else:
        table = Table("figure", "value", box=None)
        for name, value in figures.items():
            table.add_row(name, value if isinstance(value, str) else f"{value:,}")
        _out.print(table)
        for misfit in found:
            _err.print(f"[red]error:[/red] {escape(f'{file}: {misfit}')}", soft_wrap=True)
    raise typer.Exit(BAD_INPUT if found else 0)
