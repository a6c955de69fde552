"""`center audit`: what is done with the trail on the machine itself.

Knows: words on a command line, and exit codes: 0 it holds, 1 it does not, 2 bad input.
Refuses to know: how a chain is walked.
"""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from center.site import SiteError, load
from center.store import snapshot
from center.store.audit import REMEMBERED, AuditFile
from center.store.chain import Head, Verdict, verify_export, verify_file

HELD, FAILED, BAD_INPUT = 0, 1, 2

app = typer.Typer(help="The audit trail: is it whole, and out of the house with it.", no_args_is_help=True)
Where = Annotated[Path, typer.Argument(help="A site file, an audit.db, or an exported .ndjson.", dir_okay=False)]


def _refuse(why: object) -> NoReturn:
    Console(stderr=True, highlight=False).print(f"[red]error:[/red] {escape(str(why))}", soft_wrap=True)
    raise typer.Exit(BAD_INPUT)


def _trail(where: Path) -> Path:
    """The trail that is meant. Raises SiteError."""
    return where.parent / load(where).site.state / "audit.db" if where.suffix == ".toml" else where


@app.command()
def verify(
    where: Where,
    key: Annotated[
        str | None, typer.Option(help="The center's public key: hexadecimal, or the file signing.pub.")
    ] = None,
    head: Annotated[
        str | None, typer.Option(help="A head that was written down elsewhere, NUMBER:DIGEST, as this prints it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Walk the chain of a trail and name the first line that does not hold.

    [dim]Example: center audit verify site.toml --key signing.pub[/dim]
    """
    try:
        trail = _trail(where)
        expected = Path(key).read_text() if key is not None and Path(key).is_file() else key
        remembered = [_head(head)] if head else []
        beside = trail.with_name(REMEMBERED)
        if beside.exists() and trail.suffix != ".ndjson":
            remembered.append(msgspec.json.decode(beside.read_bytes(), type=Head))
        if trail.suffix == ".ndjson":
            found = verify_export(trail, expected, remembered)
        else:
            found = verify_file(trail, expected, remembered, _known(trail))
    except (SiteError, OSError, ValueError) as error:
        _refuse(error)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(found._asdict()) + b"\n")
    else:
        _print(trail, found)
    raise typer.Exit(FAILED if found.fault else HELD)


def _known(trail: Path) -> str:
    """The last line of which the newest snapshot beside a trail knows."""
    return snapshot.load(trail.with_name("journal.db"), at_most=2**62).access.line


def _head(said: str) -> Head:
    number, _, chain = said.partition(":")
    if not number.isdigit() or len(chain) != 64:
        raise ValueError(f"{said!r} is not NUMBER:DIGEST")
    return Head(int(number), chain, 0)


def _print(trail: Path, found: Verdict) -> None:
    console = Console(highlight=False, soft_wrap=True)
    last = found.begins + found.lines - 1
    if found.fault:
        console.print(f"[red]does not hold:[/red] {escape(str(trail))}: {escape(found.fault)}")
        console.print(f"the {found.lines} lines before it hold")
        return
    console.print(f"[green]holds[/green]: lines {found.begins} to {last}, {found.signed} signed heads on the way")
    console.print(f"head {last}:{found.head}")


@app.command()
def export(
    where: Where,
    since: Annotated[str | None, typer.Option(help="ISO 8601; without a zone, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="ISO 8601; lines before this moment.")] = None,
) -> None:
    """Write the trail, oldest line first, a JSON object a line, for a SIEM.

    [dim]Example: center audit export site.toml --since 2026-11-01 > november.ndjson[/dim]
    """
    try:
        trail = _trail(where)
        if not trail.exists():
            raise FileNotFoundError(f"{trail}: no such audit trail")
        begin, end = _micros(since, 0), _micros(until, 2**62)
        with closing(AuditFile(trail)) as file:
            for page in file.pages(begin, end):
                sys.stdout.buffer.write(b"".join(msgspec.json.encode(line) + b"\n" for line in page))
        sys.stdout.buffer.flush()
    except (SiteError, OSError, ValueError) as error:
        _refuse(error)


def _micros(said: str | None, otherwise: int) -> int:
    if said is None:
        return otherwise
    moment = datetime.fromisoformat(said)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000)
