"""Others that send one film to many, each a process of its own: yardsticks for `relay.py`.

Knows: the least that can be done (`plain`: one send a viewer and picture, no protocol, nothing bounded), how it is done
in textbooks (`textbook`: a queue and a task a viewer, `await websocket.send_bytes`), and nginx's RTMP module.
Refuses to know: the relay, and how anything is measured. None of these reads a camera; nginx is published to.

    python -m benchmarks.relay_peers plain|textbook PORT FILM
    python -m benchmarks.relay_peers publish URL FILM
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from tests.center.relay.clips import Clip, stored

LOOPBACK = "127.0.0.1"
NGINX_MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")


def messages(film: Clip) -> list[bytes]:
    """What a viewer gets of each picture, made in advance: as large as what the relay sends."""
    return [bytes(144) + b"".join(len(nal).to_bytes(4, "big") + nal for nal in picture) for picture in film.pictures]


def plain(port: int, film: Clip) -> None:
    """Nothing but the copying: whoever connects gets every picture."""
    listening = socket.create_server((LOOPBACK, port), backlog=1024)
    viewers: list[socket.socket] = []

    def accept() -> None:
        while True:
            viewer, _ = listening.accept()
            viewer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            viewers.append(viewer)

    Thread(target=accept, daemon=True).start()
    framed = [b"\x82\x7f" + len(one).to_bytes(8, "big") + one for one in messages(film)]
    began, number = time.monotonic(), 0
    while True:
        data = framed[number % len(framed)]
        for viewer in list(viewers):
            try:
                viewer.send(data)
            except OSError:
                viewers.remove(viewer)
        number += 1
        time.sleep(max(0.0, began + number / film.fps - time.monotonic()))


def textbook(port: int, film: Clip) -> None:
    """A queue a viewer, a task that awaits every send: Starlette on uvicorn and uvloop, nothing compressed."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket

    queues: dict[asyncio.Queue[bytes], None] = {}
    film_messages = messages(film)

    async def watch(websocket: WebSocket) -> None:
        await websocket.accept()
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        queues[queue] = None
        try:
            while True:
                await websocket.send_bytes(await queue.get())
        finally:
            del queues[queue]

    async def play() -> None:
        began, number = time.monotonic(), 0
        while True:
            for queue in queues:
                queue.put_nowait(film_messages[number % len(film_messages)])
            number += 1
            await asyncio.sleep(max(0.0, began + number / film.fps - time.monotonic()))

    async def serve() -> None:
        app = Starlette(routes=[WebSocketRoute("/{path:path}", watch)])
        options: dict[str, Any] = {"log_level": "error", "ws": "websockets-sansio", "ws_per_message_deflate": False}
        options["ws_ping_interval"] = None  # our viewers only take: they answer no ping, and would be let go
        async with asyncio.TaskGroup() as works:
            works.create_task(play())
            works.create_task(uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=port, **options)).serve())

    import uvloop

    uvloop.run(serve())


def publish(url: str, film: Clip) -> None:
    """The film to an RTMP server, at its own pace, over and over."""
    import av

    raw = io.BytesIO(b"".join(b"\0\0\0\1" + nal for picture in film.pictures for nal in picture))
    source = av.open(raw, format="h264")
    packets = [packet for packet in source.demux(video=0) if packet.size]
    out = av.open(url, "w", format="flv")
    stream = out.add_stream_from_template(source.streams.video[0])
    began, number = time.monotonic(), 0
    while True:
        packet = packets[number % len(packets)]
        packet.stream = stream
        packet.time_base = stream.time_base
        packet.pts = packet.dts = round(number / film.fps / stream.time_base)
        out.mux(packet)
        number += 1
        time.sleep(max(0.0, began + number / film.fps - time.monotonic()))


@contextmanager
def nginx(port: int) -> Iterator[int]:
    """A single process that relays what is published to it; its pid. Only where `nginx_missing` says nothing."""
    with TemporaryDirectory(prefix="nginx-") as folder:
        config = Path(folder) / "nginx.conf"
        config.write_text(
            f"load_module {NGINX_MODULE}; daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;\n"
            "events { worker_connections 4096; }\n"
            f"rtmp {{ server {{ listen {LOOPBACK}:{port}; chunk_size 65536; application live {{ live on; }} }} }}\n"
        )
        if os.geteuid() == 0:
            config.write_text("user root;\n" + config.read_text())
        process = subprocess.Popen([_nginx() or "nginx", "-c", str(config), "-p", folder])
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait()


def nginx_missing() -> str:
    """Why it cannot be measured; empty when it can."""
    return "" if _nginx() and NGINX_MODULE.exists() else "nginx with libnginx-mod-rtmp is not installed"


def _nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


if __name__ == "__main__":
    _what, _where = sys.argv[1:3]
    _film = stored(sys.argv[3])
    if _what == "publish":
        publish(_where, _film)
    else:
        {"plain": plain, "textbook": textbook}[_what](int(_where), _film)
