"""What the twin's commands say, and with which code they end.

Knows: where output and complaints go, exit codes, progress bars.
Refuses to know: what any command does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NoReturn, TypeAlias

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Faults: TypeAlias = Literal["own", "random"]
HELD, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def refuse(why: object) -> NoReturn:
    """Bad input: say why, and end."""
    err.print(f"[red]error:[/red] {escape(str(why))}", soft_wrap=True)
    raise typer.Exit(BAD_INPUT)


def check_folders(*files: Path | None) -> None:
    """What is to be written must have a folder to be in: said before the work and not after it. Raises OSError."""
    for kept in filter(None, files):
        if not kept.absolute().parent.is_dir():
            raise NotADirectoryError(f"{kept}: there is no folder {kept.parent}")


def print_json(what: object) -> None:
    """One object and nothing else."""
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")


@contextmanager
def progress(what: str, *, quiet: bool) -> Iterator[Callable[[float], None]]:
    """A bar for as long as something lasts; it is told the share that is done."""
    columns = (
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=quiet) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)
