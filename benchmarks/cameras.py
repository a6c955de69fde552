"""What the twin's cameras cost: processor time of the server's process a stream, watched over RTSP on loopback.

    python -m benchmarks.cameras [--seconds 10] [--json]

Three kinds of stream: quiet ones (640x360, 15 a second) that show the same seconds again, the same while something
happens (drawn and encoded), and 720p, 25 a second, about 2 Mb/s. The viewer is another process that throws away what it
gets. Processor time is the process's own, so other work on the machine stretches a run and hardly changes its figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import time
from multiprocessing.connection import Connection
from typing import NamedTuple

from twin.demo_cameras import demo_camera
from twin.devices.cameras.footage import LOOP_S
from twin.devices.cameras.server import CameraServer
from twin.devices.cameras.things import BENCH, Shot

WARM_S = 2.0
"""Quiet cameras are given longer: all of them draw at first, and a busy machine draws slowly."""
READ_BYTES = 1 << 18


class Case(NamedTuple):
    name: str
    shot: Shot
    is_live: bool
    streams: int
    warm_s: float


CASES = (
    Case("quiet, 640x360, 15/s", Shot(), False, 20, 3.0 * LOOP_S),
    Case("drawn, 640x360, 15/s", Shot(), True, 4, WARM_S),
    Case("drawn, 1280x720, 25/s", BENCH, True, 1, WARM_S),
)


def serve(case: Case, parent: Connection) -> None:
    """The server's process: tells its port, and its processor time whenever it is asked."""

    async def run() -> None:
        cameras = {f"c{number}": demo_camera("dash", case.shot, is_live=case.is_live) for number in range(case.streams)}
        server = CameraServer(cameras, {})
        await server.open()
        parent.send(server.port)
        while await asyncio.to_thread(parent.recv):
            parent.send(time.process_time())
        await server.close()

    asyncio.run(run())


async def watch(port: int, camera: str, got: list[int]) -> None:
    """Play a camera and count octets."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    url = f"rtsp://127.0.0.1:{port}/{camera}"
    writer.write(
        f"SETUP {url}/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n".encode()
    )
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    session = head.partition("Session: ")[2].partition(";")[0]
    writer.write(f"PLAY {url} RTSP/1.0\r\nCSeq: 2\r\nSession: {session}\r\n\r\n".encode())
    while data := await reader.read(READ_BYTES):
        got[0] += len(data)


async def measured(case: Case, seconds: float) -> dict[str, float | str]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(case, theirs))
    process.start()
    port = await asyncio.to_thread(ours.recv)
    got = [0]
    viewers = [asyncio.create_task(watch(port, f"c{number}", got)) for number in range(case.streams)]
    await asyncio.sleep(case.warm_s)

    async def used_s() -> float:
        ours.send(True)
        return float(await asyncio.to_thread(ours.recv))

    from_s, from_octets, began_s = await used_s(), got[0], time.monotonic()
    await asyncio.sleep(seconds)
    cpu_s, octets, wall_s = await used_s() - from_s, got[0] - from_octets, time.monotonic() - began_s
    for viewer in viewers:
        viewer.cancel()
    await asyncio.gather(*viewers, return_exceptions=True)
    ours.send(False)
    await asyncio.to_thread(process.join)
    return {
        "streams": case.name,
        "count": case.streams,
        "core_percent_a_stream": round(100 * cpu_s / wall_s / case.streams, 2),
        "kbit_s_a_stream": round(octets * 8 / 1000 / wall_s / case.streams),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    wish = parser.parse_args()
    rows = [asyncio.run(measured(case, wish.seconds)) for case in CASES]
    if wish.json:
        print(json.dumps({"processors": os.cpu_count(), "rows": rows}))
        return
    print(f"{'streams':24}{'count':>6}{'core %':>8}{'kbit/s':>8}   (each)")
    for row in rows:
        print(f"{row['streams']:24}{row['count']:>6}{row['core_percent_a_stream']:>8}{row['kbit_s_a_stream']:>8}")


if __name__ == "__main__":
    main()
