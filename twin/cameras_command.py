"""`twin cameras`: some cameras on a socket, to be looked at with any player.

Knows: the words of its command line, and how addresses are printed.
Refuses to know: what a camera is.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from twin.command_output import err, out, refuse


def cameras(
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind; may be given again. [default: all]")] = None,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes any that is free.")] = 8554,
    sign_in: Annotated[str | None, typer.Option(help="NAME:PASSWORD that viewers must know.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Something happens everywhere: nothing is shown twice.")] = False,
    bench: Annotated[bool, typer.Option("--bench", help="720p, 25 a second, 2 Mb/s, always drawn anew.")] = False,
) -> None:
    """Serve a camera of each kind by RTSP until Ctrl-C, to be looked at with any player.

    [dim]Example: twin cameras --kind dash; ffplay -rtsp_transport tcp rtsp://127.0.0.1:8554/dash[/dim]
    """
    from twin.demo_cameras import NAMES, demo_camera, demo_memory, serve
    from twin.devices.cameras.camera import Camera
    from twin.devices.cameras.server import CameraServer
    from twin.devices.cameras.things import BENCH, Shot

    for word in kind or ():
        if word not in NAMES:
            refuse(f"--kind: found {word}, expected one of {', '.join(NAMES)}")
    name, _, password = (sign_in or "").partition(":")
    if sign_in is not None and not (name and password):
        refuse("--sign-in: expected NAME:PASSWORD")
    chosen = [one for one in NAMES if not kind or one in kind]
    shot = BENCH if bench else Shot()
    made: dict[str, Camera] = {one: demo_camera(one, shot, is_live=live or bench) for one in chosen}
    memories = {path: memory for path, camera in made.items() if (memory := demo_memory(camera)) is not None}
    who = f"{sign_in}@" if sign_in else ""

    def told(path: str, at_port: int) -> None:
        out.print(f"rtsp://{who}{host}:{at_port}/{path}", soft_wrap=True)

    err.print("until Ctrl-C:")
    try:
        users = {name: password} if sign_in else {}
        asyncio.run(serve(CameraServer(made, users, memories, host=host, port=port), told))
    except OSError as error:
        refuse(f"--port: {error}")
