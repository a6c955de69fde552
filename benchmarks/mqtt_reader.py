"""How fast the center's MQTT reader is beside paho and `mosquitto_sub > /dev/null`.

Each reads the same flood (QoS 0, a GPS sentence on one of 200 topics) from the same broker, in turns, so that what the
machine does meanwhile befalls all alike. Reported are messages a second, which the broker may be what limits, and the
reader's own processor time for a message; mosquitto_sub's figures include its start, some 10 ms. Figures of two
machines do not compare; ratios of one run do.

    python -m benchmarks.mqtt_reader [--quick] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import uvloop

from center.links.mqtt import MqttLink
from center.links.mqtt_connection import Broker
from center.links.mqtt_frames import connect, publish
from tests.servers import LOOPBACK, Server, embedded_broker, mosquitto, mosquitto_path

SENTENCE = b"$GPRMC,123519.00,A,3012.1234,N,09313.4567,W,022.4,084.4,230394,003.1,W*6A"
MEASURES = {"messages_per_s": "messages/s", "cpu_us_per_message": "CPU us/message"}
Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer messages and rounds")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    parser.add_argument("--as", dest="part", choices=("center", "paho", "flood"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part == "flood":
        flood(options.port)
    elif options.part == "center":
        print(json.dumps(uvloop.run(read_as_center(options.port, options.count))))
    elif options.part == "paho":
        print(json.dumps(read_with_paho(options.port, options.count)))
    else:
        rounds, count = (3, 100_000) if options.quick else (7, 500_000)
        results = measure(rounds, count)
        print(json.dumps(results) if options.json else table(results))


def measure(rounds: int, count: int) -> dict[str, dict[str, Figures]]:
    """By broker, then by reader or pair of readers: medians over the rounds."""
    readers = ["center", *(["mosquitto_sub"] if shutil.which("mosquitto_sub") else []), "paho"]
    brokers: dict[str, Callable[[], AbstractContextManager[Server]]] = {"embedded broker": embedded_broker}
    if mosquitto_path():
        brokers["mosquitto"] = mosquitto
    counts = {"center": count, "mosquitto_sub": count, "paho": count // 10}  # paho takes ten times as long for one
    results: dict[str, dict[str, Figures]] = {}
    for name, broker in brokers.items():
        with broker() as server, flooding(server.port):
            taken = [{reader: read(reader, server.port, counts[reader]) for reader in readers} for _ in range(rounds)]
        results[name] = {reader: medians([one[reader] for one in taken]) for reader in readers}
        for other in readers[1:]:
            ratios = [{key: one["center"][key] / one[other][key] for key in MEASURES} for one in taken]
            results[name][f"center / {other}"] = medians(ratios)
    return results


def medians(figures: Sequence[Figures]) -> Figures:
    return {key: statistics.median(one[key] for one in figures) for key in MEASURES}


def table(results: dict[str, dict[str, Figures]]) -> str:
    lines = []
    for broker, rows in results.items():
        lines += ["", f"{broker:24}" + "".join(f"{title:>16}" for title in MEASURES.values())]
        lines += [
            f"  {row:22}" + "".join(f"{figures[key]:16,.2f}" for key in MEASURES) for row, figures in rows.items()
        ]
    return "\n".join(lines[1:])


def read(reader: str, port: int, count: int) -> Figures:
    """Lets one reader take `count` messages in a process of its own."""
    if reader == "mosquitto_sub":
        begin = time.perf_counter()
        command = ["mosquitto_sub", "-p", str(port), "-t", "avl/#", "-C", str(count)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return rates(count, time.perf_counter() - begin, usage.ru_utime + usage.ru_stime)
    command = [
        sys.executable,
        "-m",
        "benchmarks.mqtt_reader",
        "--as",
        reader,
        "--port",
        str(port),
        "--count",
        str(count),
    ]
    figures: Figures = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return figures


def rates(count: int, wall_s: float, cpu_s: float) -> Figures:
    return {"messages_per_s": count / wall_s, "cpu_us_per_message": 1e6 * cpu_s / count}


class Counter:
    """A sink that counts; its figures run from the first message to the last."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.came = 0
        self.begin: tuple[float, float] | None = None
        self.figures: asyncio.Future[Figures] = asyncio.get_running_loop().create_future()

    def arrive(self, items: Sequence[tuple[str, bytes]]) -> int:
        if self.begin is None:
            self.begin = time.perf_counter(), time.process_time()
        self.came += len(items)
        if self.came >= self.count and not self.figures.done():
            wall, cpu = self.begin
            self.figures.set_result(rates(self.came, time.perf_counter() - wall, time.process_time() - cpu))
        return self.came

    async def kept(self, receipt: int) -> None:
        pass

    def replies(self, peer: str) -> bytes:  # noqa: ARG002
        return b""

    def gone(self, peer: str) -> None:
        pass

    def trouble(self, why: str) -> None:
        raise RuntimeError(why)


async def read_as_center(port: int, count: int) -> Figures:
    sink = Counter(count)
    link = MqttLink("reader", Broker(LOOPBACK, port), {"avl/#": 0}, clean_session=True)
    running = asyncio.create_task(link.run({"avl/#": sink}))
    figures = await sink.figures
    running.cancel()
    await asyncio.wait([running])
    return figures


def read_with_paho(port: int, count: int) -> Figures:
    paho: Any = importlib.import_module("paho.mqtt.client")  # only here: it is no part of the other readers' start
    came = 0
    begin = 0.0, 0.0

    def on_message(client: Any, _: Any, message: Any) -> None:
        nonlocal came, begin
        message.topic, message.payload  # noqa: B018  what any use of a message costs
        if not came:
            begin = time.perf_counter(), time.process_time()
        came += 1
        if came == count:
            client.disconnect()

    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.on_message = on_message
    client.on_connect = lambda *_: client.subscribe("avl/#")
    client.connect(LOOPBACK, port)
    client.loop_forever()
    return rates(count, time.perf_counter() - begin[0], time.process_time() - begin[1])


@contextmanager
def flooding(port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.mqtt_reader", "--as", "flood", "--port", str(port)]
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def flood(port: int) -> None:
    """Publishes as fast as the broker takes it, until killed."""
    batch = b"".join(publish(f"avl/unit-{n % 200}", SENTENCE) for n in range(1000))
    with socket.create_connection((LOOPBACK, port)) as sock:
        sock.sendall(connect("flood", 600, clean_session=True))
        while True:
            sock.sendall(batch)


if __name__ == "__main__":
    main()
