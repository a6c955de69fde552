"""A center's whole path over a real broker: publisher, broker, ingest, journal, core, the alert in a WebSocket frame.

What is `sustained`: the highest rate that, kept up for some seconds by a publisher that waits for nobody, leaves no
backlog: a moment after the last message was due, all have been taken (by `center run`: its journal's position, as its
frames tell; by `mosquitto_sub > /dev/null`: it has counted them). Found by halving, in turns with mosquitto_sub, which
gets the same messages from the same broker, subscribed at the same QoS 1, under topics of its own. Latency is measured
at half that rate, for every read of a listed plate, from the moment its message was *due* to the arrival of the first
frame that shows the alert.

Publisher, broker, center and reader share the machine's cores. The messages are described in `wire_load.py`.

    python -m benchmarks.wire [--quick] [--json]
"""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from websockets.sync.client import ClientConnection, connect

from benchmarks.figures import Result, heading, present, row, spread, tell
from benchmarks.wire_load import LISTED, LISTED_EVERY, LOOPBACK, UNITS, Flood, listed_plate
from tests.servers import Server, embedded_broker, mosquitto, mosquitto_path
from twin.center_process import CenterProcess, free_port

GRACE_S = 0.25
"""A moment: twice the journal's slowest commit and a frame."""
START_S = 0.4
PROBE_MESSAGES = 60_000
MOST_STEPS = 12
"""A plan's steps are made in any case; more only until some rate has held."""
WAIT_S = 30.0
_POSITION = re.compile(rb'"position":(\d+)')
_READ = re.compile(rb'"reads":\[\{"read":"bench-(\d{10})"')


class Plan(NamedTuple):
    """`steps` halvings of `step_s` each, then `latency_s` at half the rate found."""

    step_s: float
    steps: int
    latency_s: float
    brokers: tuple[str, ...]


QUICK = Plan(1.0, 3, 3.0, ("embedded",))
FULL = Plan(5.0, 5, 10.0, ("mosquitto", "embedded"))


def main() -> None:
    present(__doc__, measure, table)


def measure(quick: bool) -> Result:
    plan = QUICK if quick else FULL
    brokers: dict[str, Callable[[], AbstractContextManager[Server]]] = {
        "mosquitto": lambda: mosquitto(config="max_inflight_messages 1000"),
        "embedded": embedded_broker,
    }
    result: Result = {"step_s": plan.step_s, "listed_every": LISTED_EVERY}
    for name, broker in brokers.items():
        if name not in plan.brokers:
            result[name] = {"skipped": "only in a full run"}
        elif name == "mosquitto" and mosquitto_path() is None:
            result[name] = {"skipped": "mosquitto is not installed"}
        elif shutil.which("mosquitto_sub") is None:
            result[name] = {"skipped": "mosquitto_sub, the yardstick, is not installed"}
        else:
            with broker() as server, running_center(server.port) as center:
                result[name] = on_broker(name, plan, server.port, center)
    return result


def on_broker(name: str, plan: Plan, port: int, center: Center) -> dict[str, Any]:
    readers: dict[str, Reader] = {"mosquitto_sub": Subscriber(port), "center": center}
    searches = {reader: Search(reads.probe(port)) for reader, reads in readers.items()}
    for step in range(MOST_STEPS):
        for reader, search in searches.items():
            if step >= plan.steps and search.highest:
                continue
            rate = search.next_rate()
            held = readers[reader].keeps_up(port, rate, plan.step_s)
            search.learn(rate, held)
            tell(f"{name}, step {step + 1}: {reader} at {rate:,.0f}/s {'holds' if held else 'falls behind'}")
        if step + 1 >= plan.steps and all(search.highest for search in searches.values()):
            break
    sustained = {reader: search.highest for reader, search in searches.items()}
    if not all(sustained.values()):
        return {"skipped": f"this machine is too busy: no rate held, {sustained}"}
    tell(f"{name}: latency at half the center's rate")
    latency = center.latency_ms(port, sustained["center"] / 2, plan.latency_s)
    return {
        "sustained_per_s": {reader: round(rate) for reader, rate in sustained.items()},
        "failed_at_per_s": {reader: search.failed_at() for reader, search in searches.items()},
        "ratio": round(sustained["center"] / sustained["mosquitto_sub"], 3),
        "latency_ms": latency,
    }


class Search:
    """Halving between a rate that was kept up and one that was not, from a rough idea of where they meet."""

    def __init__(self, idea: float) -> None:
        self.highest, self.lowest_failed = 0.0, float("inf")
        self._idea = idea

    def next_rate(self) -> float:
        if self.lowest_failed == float("inf"):
            return max(self._idea, self.highest * 1.5)
        if not self.highest:
            return self.lowest_failed * 0.6
        return (self.highest + self.lowest_failed) / 2

    def learn(self, rate: float, held: bool) -> None:
        if held:
            self.highest = max(self.highest, rate)
        else:
            self.lowest_failed = min(self.lowest_failed, rate)

    def failed_at(self) -> int | None:
        return None if self.lowest_failed == float("inf") else round(self.lowest_failed)


# --- readers ------------------------------------------------------------------------------------------------------


class Reader:
    """Somebody who takes messages. `prefix` keeps its topics apart; messages are numbered on through all floods."""

    prefix = ""

    def __init__(self) -> None:
        self.first = 0

    def flood(self, port: int, rate: float, for_s: float) -> Flood:
        count = round(rate * for_s / LISTED_EVERY) * LISTED_EVERY
        flood = Flood(port, self.prefix, rate, count, self.first)
        self.first += count
        return flood

    def probe(self, port: int) -> float:
        """Messages a second when far too many come at once: a first idea."""
        flood = self.flood(port, PROBE_MESSAGES * 10.0, 0.1)
        return 0.8 * flood.messages / self.take(flood, WAIT_S)

    def keeps_up(self, port: int, rate: float, for_s: float) -> bool:
        flood = self.flood(port, rate, for_s)
        due_s = flood.messages / flood.rate
        held = self.take(flood, due_s + GRACE_S) <= due_s + GRACE_S
        self.rest()
        return held

    def take(self, flood: Flood, within_s: float) -> float:
        """Seconds from the first message's time until the last one was taken; infinite when that took too long."""
        raise NotImplementedError

    def rest(self) -> None:
        """Returns when nothing is left of what a lost step has piled up."""


class Subscriber(Reader):
    """`mosquitto_sub > /dev/null`, which ends when it has counted them all."""

    prefix = "other/"

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def take(self, flood: Flood, within_s: float) -> float:
        command = [
            "mosquitto_sub",
            "-p",
            str(self._port),
            "-q",
            "1",
            "-t",
            f"{self.prefix}#",
            "-C",
            str(flood.messages),
        ]
        reader = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            with flooding(flood) as start_s:
                try:
                    reader.wait(start_s + within_s - time.monotonic())
                except subprocess.TimeoutExpired:
                    return float("inf")
                return time.monotonic() - start_s
        finally:
            reader.kill()
            reader.wait()


class Center(Reader):
    """`center run` with an operator who watches: frames tell the journal's position and show the alerts."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__()
        self.position = 0
        self.shown: dict[int, float] = {}
        self._moved = threading.Condition()
        self._socket = socket
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        for frame in self._socket:
            now_s = time.monotonic()
            data = frame if isinstance(frame, bytes) else frame.encode()
            for found in _READ.finditer(data):
                self.shown.setdefault(int(found[1]), now_s)
            position = _POSITION.search(data, 0, 200)
            if position:
                with self._moved:
                    self.position = int(position[1])
                    self._moved.notify_all()

    def reaches(self, position: int, until_s: float) -> bool:
        with self._moved:
            return self._moved.wait_for(lambda: self.position >= position, max(0.0, until_s - time.monotonic()))

    def take(self, flood: Flood, within_s: float) -> float:
        wanted = self.position + flood.messages
        with flooding(flood) as start_s:
            if not self.reaches(wanted, start_s + within_s):
                return float("inf")
            return time.monotonic() - start_s

    def rest(self) -> None:
        """Nothing has moved for a while."""
        last = -1
        while last != self.position:
            last = self.position
            self.reaches(last + 1, time.monotonic() + 1.0)

    def latency_ms(self, port: int, rate: float, for_s: float) -> dict[str, Any]:
        """From the moment a listed plate's message was due until a frame showed its alert."""
        flood = self.flood(port, rate, for_s)
        wanted = range(flood.first, flood.first + flood.messages, LISTED_EVERY)
        with flooding(flood) as start_s:
            self.reaches(self.position + flood.messages, start_s + for_s + WAIT_S)
        self.rest()
        taken = sorted(
            (self.shown[number] - start_s - (number - flood.first) / rate) * 1000
            for number in wanted
            if number in self.shown
        )
        if not taken:
            return {"rate_per_s": round(rate), "alerts": 0, "missing": len(wanted)}
        return {
            "rate_per_s": round(rate),
            "alerts": len(taken),
            "missing": len(wanted) - len(taken),
            "p50": round(taken[len(taken) // 2], 1),
            "p99": round(taken[min(len(taken) - 1, len(taken) * 99 // 100)], 1),
            **spread(taken),
        }


@contextmanager
def flooding(flood: Flood) -> Iterator[float]:
    """A publisher in a process of its own; gives the (monotonic) time of its first message."""
    command = [sys.executable, "-m", "benchmarks.wire_load", *map(str, flood)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        start_s = time.monotonic() + START_S
        process.stdin.write(f"{start_s}\n")
        process.stdin.flush()
        yield start_s
    finally:
        process.kill()
        process.communicate()


# --- the center ---------------------------------------------------------------------------------------------------


@contextmanager
def running_center(port: int) -> Iterator[Center]:
    with tempfile.TemporaryDirectory(prefix="rtcc-") as name:
        folder = Path(name)
        (folder / "hotlists").mkdir()
        plates = (listed_plate(number * LISTED_EVERY) for number in range(LISTED))
        (folder / "hotlists" / "wanted.csv").write_text("plate,state\n" + "".join(f"{one},LA\n" for one in plates))
        process = CenterProcess(folder, _site(port))
        process.start()
        try:
            _until_ready(process)
            with connect(
                f"ws://{LOOPBACK}:{process.api[1]}/ws/operators",
                additional_headers={"Cookie": _sign_in(process.api)},
                compression=None,
                max_size=64 << 20,
                ping_interval=None,
            ) as socket:
                center = Center(socket)
                if not center.reaches(3, time.monotonic() + WAIT_S):  # the site, the list's feed, the list
                    raise RuntimeError(f"the hotlist did not come: {process.log.read_text()[-2000:]}")
                yield center
        finally:
            process.stop()


def _site(port: int) -> dict[str, Any]:
    broker = f"{LOOPBACK}:{port}"
    units = [{"unit": f"U{number:03d}", "agency": "so", "devices": [f"bench/U{number:03d}"]} for number in range(UNITS)]
    return {
        "site": {"name": "wire benchmark", "simulated": True},
        "api": {"listen": f"{LOOPBACK}:{free_port(set())}"},
        "agencies": [{"agency": "so", "name": "Sheriff's Office", "own": True}],
        "operators": [{"operator": "ada", "name": "Ada", "agency": "so"}],
        "units": units,
        "feeds": [
            {"name": "phones", "format": "owntracks", "link": "mqtt", "connect": broker, "topic": "owntracks/#"},
            {"name": "plates", "format": "rekor", "link": "mqtt", "connect": broker, "topic": "plates/#"},
            {"name": "list", "format": "hotlist", "link": "folder", "folder": "hotlists", "settle_s": 0.1},
        ],
    }


def _until_ready(process: CenterProcess) -> None:
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            _ask(process.api, "GET", "/api/status")
        except OSError:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the center did not start: {process.log.read_text()[-2000:]}") from None
            time.sleep(0.05)
        else:
            return


def _sign_in(api: tuple[str, int]) -> str:
    return _ask(api, "POST", "/api/session", b'{"operator":"ada"}').headers["set-cookie"].partition(";")[0]


def _ask(api: tuple[str, int], method: str, path: str, body: bytes | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(*api, timeout=5.0)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


# --- for people ---------------------------------------------------------------------------------------------------


def table(result: Result) -> str:
    lines = [f"{result['machine']['processor']}, load {result['machine']['load'][0]}"]
    for name in ("mosquitto", "embedded"):
        part = result[name]
        if "skipped" in part:
            lines += ["", f"{name}: skipped, {part['skipped']}"]
            continue
        told = f"{name}: sustained for {result['step_s']:g} s"
        lines += ["", f"{told:44}{'holds':>14}{'fails':>14}"]
        for reader, rate in part["sustained_per_s"].items():
            lines.append(f"  {reader:42}{rate:>14,}{part['failed_at_per_s'][reader] or '-':>14}  messages/s")
        lines.append(f"  {'center / mosquitto_sub':42}{part['ratio']:>14}")
        latency = part["latency_ms"]
        lines.append(heading(f"  due to shown, at {latency['rate_per_s']:,} messages/s"))
        if latency["alerts"]:
            lines.append(row(f"  {latency['alerts']} alerts, {latency['missing']} missing", latency, "ms"))
            lines.append(f"  {'p50, p99':42}{latency['p50']:>14}{latency['p99']:>14}  ms")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
