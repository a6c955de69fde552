"""`twin happen`: something more, in a world that plays.

Knows: the words of its command line, and how an answer is printed.
Refuses to know: what can happen (see happening_now).
"""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from twin.command_output import out, refuse


def happen(
    to: Annotated[str, typer.Argument(help="HOST:PORT, as twin run --page says it.")],
    what: Annotated[str, typer.Argument(help="As under happens: of a scenario, without at_s.")],
) -> None:
    """Have something happen now in a world that plays: incident, stolen-car, traffic-stop, panic or fly.

    [dim]Example: twin happen 127.0.0.1:41234 '{do: panic, unit: CPSO-03}'[/dim]
    """
    host, _, port = to.rpartition(":")
    if not port.isdigit():
        refuse(f"{to}: expected HOST:PORT, as twin run --page says it")
    line = " ".join(what.split())
    try:
        with socket.create_connection((host, int(port)), timeout=10.0) as world:
            world.sendall(f"{line}\n".encode())
            answer = world.makefile().read().strip()
    except (OSError, OverflowError) as error:
        refuse(f"{to}: {error}")
    if answer.startswith("error: "):
        refuse(answer.removeprefix("error: "))
    out.print(answer, soft_wrap=True, markup=False)
