"""The `center` command.

Knows: words on a command line, and exit codes: 0 held, 1 an expectation failed, 2 bad input.
Refuses to know: how anything is done.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from center import cli_audit, cli_keeping, cli_owner

if TYPE_CHECKING:
    from center.listening import Heard
    from center.store.evidence import Checked

HELD, FAILED, BAD_INPUT = 0, 1, 2

app = typer.Typer(
    name="center",
    help="A Real Time Crime Center: feeds in, alerts out, everything journaled.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    add_completion=False,
)
app.add_typer(cli_audit.app, name="audit")
app.command()(cli_keeping.purge)
app.command()(cli_keeping.backup)
app.command()(cli_owner.owner_link)
_err = Console(stderr=True, highlight=False)

SiteOption = Annotated[Path, typer.Option("--site", help="The site file.", dir_okay=False)]


def _refuse(why: object) -> NoReturn:
    _err.print(f"[red]error:[/red] {escape(str(why))}", soft_wrap=True)
    raise typer.Exit(BAD_INPUT)


def _is_pipe(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


@app.command()
def run(
    site: SiteOption,
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="Stop as well when standard input, a pipe, is closed.")
    ] = False,
) -> None:
    """Run the center alone, for real feeds, until it is interrupted.

    [dim]Example: center run --site site.toml[/dim]
    """
    from center import service
    from center.site import SiteError, load
    from center.store.journal import JournalError

    if until_eof and not _is_pipe(sys.stdin.fileno()):
        raise typer.BadParameter("standard input is neither a pipe nor a socket", param_hint="--until-eof")
    try:
        service.run(
            load(site),
            site.parent,
            ready=lambda address: print(f"operators' page: {address}", flush=True),  # noqa: T201
            told=lambda line: print(line, file=sys.stderr, flush=True),  # noqa: T201
            held_by=sys.stdin.buffer if until_eof else None,
        )
    except (SiteError, JournalError) as error:
        _refuse(error)


@app.command()
def decode(
    format: Annotated[str, typer.Argument(help="A format's name; see --list.")] = "",  # noqa: A002
    file: Annotated[str, typer.Argument(help="A file, or - for standard input.")] = "-",
    list_formats: Annotated[bool, typer.Option("--list", help="Name the formats.")] = False,
    at: Annotated[str | None, typer.Option(help="When the bytes arrived, ISO 8601. [default: now]")] = None,
    peer: Annotated[str, typer.Option(help="Who sent them: a topic, an address. [default: the file's name]")] = "",
    option: Annotated[list[str] | None, typer.Option("--option", "-o", help="A decoder's option, name=value.")] = None,
) -> None:
    """Turn captured bytes into events, one JSON object a line; what makes no sense is a FeedFaulted line.

    [dim]Example: center decode nmea capture.log | head[/dim]
    """
    from center.core.events import Micros
    from center.decode import chunks_of, decode, to_ndjson
    from center.ingest import FORMATS

    if list_formats:
        table = Table("format", "what", "standard", box=None)
        for name, one in FORMATS.items():
            table.add_row(name, one.about, one.standard)
        Console().print(table)
        return
    arrived = datetime.now(tz=UTC)
    try:
        if at is not None:
            arrived = datetime.fromisoformat(at)
            arrived = arrived if arrived.tzinfo else arrived.replace(tzinfo=UTC)
        options = dict(_pair(text) for text in option or ())
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as source:
            named = peer or ("" if file == "-" else Path(file).name)
            micros = Micros(round(arrived.timestamp() * 1_000_000))
            for event in decode(format, chunks_of(source), micros, options, named):
                sys.stdout.buffer.write(to_ndjson(event))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough
    except (ValueError, OSError) as error:
        _refuse(error)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r} is not name=value")
    return name, value


@app.command()
def check(
    site: SiteOption,
    for_s: Annotated[float, typer.Option("--for", min=0.1, max=3600.0, help="Seconds to listen.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Listen to each configured feed and say which are valid, late, invalid or silent: before going live.

    [dim]Example: center check --site site.toml --for 30[/dim]
    """
    from center.listening import check as listen
    from center.site import SiteError, load

    try:
        settings = load(site)
        with _err.status(f"listening to {len(settings.feeds)} feeds for {for_s:g} s"):
            heard = listen(settings, site.parent, for_s)
    except SiteError as error:
        _refuse(error)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(heard) + b"\n")
    else:
        _print_heard(heard)
    raise typer.Exit(HELD if all(one.verdict == "valid" for one in heard) else FAILED)


def _print_heard(heard: Sequence[Heard]) -> None:
    """A row a feed, and below, at full width, why the others are not valid: a terminal may have 80 columns."""
    table = Table(
        "feed", "format, link", "verdict", "msgs", "events", "faults", "lag s", "peers", box=None, pad_edge=False
    )
    for one in heard:
        lag = "" if one.lag_s is None else f"{one.lag_s:.1f}"
        counts = (f"{one.messages}", f"{one.events}", f"{one.faults}", lag, f"{one.peers}")
        verdict = f"[{_COLORS[one.verdict]}]{one.verdict}[/]"
        table.add_row(escape(one.feed), f"{one.format}, {one.link}", verdict, *counts)
    console = Console(highlight=False)
    console.print(table)
    for one in heard:
        if one.why:
            console.print(f"{escape(one.feed)}: {escape(one.why)}", soft_wrap=True)


_COLORS = {"valid": "green", "late": "yellow", "invalid": "red", "silent": "red"}


@app.command()
def record(
    file: Annotated[Path, typer.Argument(help="The MCAP file to write.", dir_okay=False)],
    site: SiteOption,
    for_s: Annotated[float | None, typer.Option("--for", min=0.1, help="Seconds; without it, until Ctrl-C.")] = None,
) -> None:
    """Tap the raw bytes of every feed into an MCAP file, one channel a feed.

    [dim]Example: center record --site site.toml friday.mcap[/dim]
    """
    from center.listening import record as listen
    from center.site import SiteError, load

    messages = 0
    try:
        settings = load(site)
        with _err.status("listening") as status:

            def progress(count: int, size: int) -> None:
                nonlocal messages
                messages = count
                status.update(f"{count:,} messages, {size / 1e6:.1f} MB")

            messages = listen(settings, site.parent, file, for_s, progress)
    except KeyboardInterrupt:
        pass  # the way to end it
    except (SiteError, OSError) as error:
        _refuse(error)
    _err.print(f"{file}: {messages:,} messages")


@app.command()
def read(
    images: Annotated[list[str], typer.Argument(help="Photographs (JPEG, PNG, WebP, BMP), or - for standard input.")],
    draw: Annotated[
        Path | None, typer.Option(help="Write the picture with what was read on it; one image only.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Each picture on a line of its own, not indented.")] = False,
    plate: Annotated[bool, typer.Option("--plate", help="The pictures show one plate each, and nothing else.")] = False,
    passage: Annotated[
        bool, typer.Option("--passage", help="The pictures are one camera's frames: print events.")
    ] = False,
) -> None:
    """Read the number plates in photographs: JSON, with what else each character may be.

    [dim]Example: center read street.jpg --draw seen.png[/dim]
    """
    from center.vision.telling import ReadError, passages, told

    if draw is not None and (len(images) != 1 or passage):
        _refuse("--draw takes one image at a time")
    try:
        for line in (
            passages(images) if passage else told(images, for_people=not as_json, only_a_plate=plate, draw=draw)
        ):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ReadError as error:
        _refuse(error)


@app.command()
def verify(
    clip: Annotated[Path, typer.Argument(help="A clip that a center kept.", dir_okay=False)],
    key: Annotated[
        str | None, typer.Option(help="The center's public key: hexadecimal, or the file signing.pub.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest and what is wrong as JSON.")] = False,
) -> None:
    """Check that a clip is as the center kept it: every group of pictures, and who signed it.

    [dim]Example: center verify k204.1.mp4 --key signing.pub[/dim]
    """
    from center.store.evidence import EvidenceError, check
    from center.store.evidence import as_json as told

    try:
        expected = Path(key).read_text() if key is not None and Path(key).is_file() else key
        checked = check(clip.read_bytes(), expected)
    except (EvidenceError, OSError, UnicodeDecodeError) as error:
        _refuse(f"{clip}: {error}")
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(told(checked)) + b"\n")
    else:
        _print_checked(checked, compared=key is not None)
    raise typer.Exit(FAILED if checked.faults else HELD)


def _print_checked(checked: Checked, *, compared: bool) -> None:
    said = checked.manifest
    console = Console(highlight=False, soft_wrap=True)
    begin, end = (
        datetime.fromtimestamp(at / 1e6, UTC).isoformat(" ", "milliseconds") for at in (said.start_us, said.end_us)
    )
    console.print(escape(f"{said.camera}, {begin} to {end}, incident {said.incident}"))
    console.print(escape(f"kept by {said.operator} at {said.site}: {said.reason}"))
    if said.camera_clock:
        console.print(escape(f"{said.camera_clock}: these times are the center's"))
    for one in said.sound.heard if said.sound else ():
        why = f"{one.reason} {one.case}".strip()
        console.print(escape(f"with the sound of {one.camera}: {one.operator} was let listen for {why}, {one.ticket}"))
    for fault in checked.faults:
        console.print(f"[red]changed:[/red] {escape(fault)}")
    if not checked.faults:
        console.print(f"[green]whole[/green]: {len(said.groups)} groups of pictures, signed by {said.key}")
        if not compared:
            console.print("compare this key with the center's clips/signing.pub, or give it with --key")


def main() -> None:
    """The program's entry point."""
    app()


if __name__ == "__main__":
    main()
