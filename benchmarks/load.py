"""A load test: a center, a parish that keeps its own time, and people and telephones from Locust.

Knows: in which order a recording, broker, center, replay and Locust start, and that all of them stop.
Refuses to know: what people do (locustfile.py), and how fast is fast enough.

The parish plays a scenario once in lockstep; its recording is then replayed over real sockets by its own clock, open
loop, so that a slow center meets the same load as a fast one. Everything is on this machine's loopback. The report is
out/load.html. Exits 1 when a request failed, or a message of the replay could not leave.

    python -m benchmarks.load [--quick] [--json]
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.figures import Result, present, tell
from twin.broker import Broker
from twin.center_process import CenterProcess, addresses
from twin.parish_site import Addresses
from twin.recording import Recording
from twin.site_elsewhere import with_addresses

HERE = Path(__file__).parent
OUT = HERE.parent / "out"
BOOT_S = 5.0
WAIT_S = 60.0
MOST_PAGES = 500


class Plan(NamedTuple):
    """`users` for `run_s`; the half hour of the scenario is replayed `speed` times as fast as it was."""

    users: int
    run_s: int
    speed: float


QUICK, FULL = Plan(12, 20, 100.0), Plan(80, 62, 30.0)


def main() -> None:
    failures: list[str] = []

    def measure(quick: bool) -> Result:
        result = run(QUICK if quick else FULL)
        failures.extend(result["failed"])
        return result

    present(__doc__, measure, table)
    sys.exit(1 if failures else 0)


def run(plan: Plan) -> Result:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rtcc-")))
        film = folder / "parish.mcap"
        tell("the parish is recorded")
        _call([sys.executable, "-m", "twin.cli", "run", "stolen-car", "--record", str(film), "--json"])
        recording = Recording(film)
        recording.read_about()
        where = addresses({feed["name"]: feed["link"] for feed in recording.site["feeds"]})
        broker = Broker(folder, int(where.broker.rpartition(":")[2]))
        broker.start()
        stack.callback(broker.stop)
        starts_s = time.time() + BOOT_S
        center = _center(film, folder, where, plan.speed, starts_s)
        center.start()
        stack.callback(center.stop)
        asyncio.run(center.ready())
        time.sleep(max(0.0, starts_s - time.time()))  # until then its clock stands
        tell(f"center at http://{where.api}; {plan.users} users for {plan.run_s} s")
        replay = ["-m", "twin.cli", "replay", str(film), "--site", str(center.site), "--speed", f"{plan.speed:g}"]
        feeding = _start(stack, [sys.executable, *replay, "--json"])
        OUT.mkdir(exist_ok=True)
        locust = _start(stack, _locust(plan, where.api), RTCC_BROKER=where.broker)
        told, complaints = locust.communicate(timeout=plan.run_s + WAIT_S)
        fed = _finish(feeding)
    return _result(plan, json.loads(told or "[]"), fed, locust.returncode, complaints)


def _center(film: Path, folder: Path, where: Addresses, speed: float, starts_s: float) -> CenterProcess:
    """A center of the recording's site, whose clock begins with the recording's first message, at `starts_s`."""
    recording = Recording(film)
    first = next(recording.messages())
    clock = {"epoch_us": first.at_us, "origin_us": round(starts_s * 1e6), "rate": speed}
    site = with_addresses(recording.site, where)
    site["api"] = {**site["api"], "pages_each": MOST_PAGES}  # the many are few people's
    return CenterProcess(folder, {**site, "clock": clock})


def _locust(plan: Plan, api: str) -> list[str]:
    users = ["-u", str(plan.users), "-r", str(max(1, plan.users // 4)), "-t", f"{plan.run_s}s", "--stop-timeout", "5"]
    reports = ["--html", str(OUT / "load.html"), "--json", "--only-summary", "--loglevel", "WARNING"]
    locustfile = ["-f", str(HERE / "locustfile.py"), "--headless", "--host", f"http://{api}"]
    return [sys.executable, "-m", "locust", *locustfile, *users, *reports]


def _start(stack: ExitStack, command: list[str], **environment: str) -> subprocess.Popen[str]:
    """A process that is killed when all is over."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )

    def stop() -> None:
        process.kill()
        process.communicate()

    stack.callback(stop)
    return process


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=WAIT_S)


def _finish(feeding: subprocess.Popen[str]) -> dict[str, Any]:
    """What the replay says of itself; nothing when it had not come to its end."""
    try:
        told, _ = feeding.communicate(timeout=WAIT_S)
    except subprocess.TimeoutExpired:
        return {}
    fed: dict[str, Any] = json.loads(told) if told else {}
    return fed


def _result(plan: Plan, rows: list[dict[str, Any]], fed: dict[str, Any], code: int, complaints: str) -> Result:
    requests = [_row(row) for row in rows]
    failed = [f"{row['name']}: {row['failures']} failed" for row in requests if row["failures"]]
    if not requests:
        failed.append(f"locust reported nothing (exit {code}): {complaints[-500:]}")
    if not fed:
        failed.append("the replay did not come to its end")
    elif fed["lost"]:
        failed.append(f"the replay could not send {fed['lost']} messages")
    return {"users": plan.users, "run_s": plan.run_s, "requests": requests, "replay": fed, "failed": failed}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """One kind of request, in milliseconds. Locust gives counts by (rounded) response time."""
    times = sorted((float(ms), count) for ms, count in row["response_times"].items())
    return {
        "kind": row["method"],
        "name": row["name"],
        "count": row["num_requests"],
        "failures": row["num_failures"],
        "p50_ms": _percentile(times, 0.5),
        "p99_ms": _percentile(times, 0.99),
        "max_ms": round(row["max_response_time"], 1),
    }


def _percentile(times: list[tuple[float, int]], share: float) -> float | None:
    wanted = share * sum(count for _, count in times)
    for ms, count in times:
        wanted -= count
        if wanted <= 0:
            return ms
    return None


def table(result: Result) -> str:
    lines = [f"{result['users']} users for {result['run_s']} s; report: out/load.html", ""]
    lines.append(f"{'':40}{'count':>10}{'failed':>8}{'p50 ms':>10}{'p99 ms':>10}{'max ms':>10}")
    for one in sorted(result["requests"], key=lambda one: (one["kind"], one["name"])):
        title = f"{one['kind']} {one['name']}"
        figures = f"{one['p50_ms'] or 0:>10g}{one['p99_ms'] or 0:>10g}{one['max_ms']:>10g}"
        lines.append(f"{title:40}{one['count']:>10,}{one['failures']:>8}{figures}")
    fed = result["replay"]
    if fed:
        late = f"late p50 {fed['late_p50_s'] * 1000:.1f} ms, p95 {fed['late_p95_s'] * 1000:.1f} ms"
        lines += ["", f"replay: {fed['messages']:,} messages at {fed['messages_per_s']:,.0f}/s, {late}"]
    return "\n".join([*lines, "", *(f"FAILED: {why}" for why in result["failed"])]).rstrip()


if __name__ == "__main__":
    main()
