"""The relay beside others that send the same film to as many: what a viewer costs, and how late a picture is.

A camera of 720p at 25 pictures and about 2 Mb a second, in a process of its own; 500 viewers, in another. The processor
time of the serving process (all its threads, and the kernel for them) is taken from the scheduler's count over some
seconds, so that what else the machine does hardly matters: viewers a core are viewer-seconds by processor-seconds. On
loopback the sender pays for the delivery too, whoever it is. The others, in turns with the relay, are in
`relay_peers.py`; they have their film in memory, while the relay pulls it from the camera by RTSP.

    python -m benchmarks.relay [--quick] [--json]
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, NamedTuple

from benchmarks.figures import Result, heading, present, row, spread, tell
from benchmarks.relay_cameras import ingest, pulling
from benchmarks.relay_peers import nginx, nginx_missing
from benchmarks.relay_processes import (
    FPS,
    HEIGHT,
    KBPS,
    LOOPBACK,
    MOST_VIEWERS,
    WIDTH,
    Other,
    admitted,
    camera,
    cpu_s,
    film,
    memory_bytes,
    relay,
    viewers,
    wait_for,
)
from benchmarks.relay_tls import TLS_VIEWERS, by_tls
from center.relay import CameraState, Changed, RelayProcess, Source
from tests.servers import free_port

FRAME_MS = 1000 / FPS
MEASURED = 8
SLOW_BYTES_PER_S = 125_000


class Plan(NamedTuple):
    rounds: int
    viewers: int
    window_s: float
    slow_s: float
    cold_starts: int
    settle_s: float


QUICK, FULL = Plan(1, 100, 2.0, 4.0, 3, 1.0), Plan(3, MOST_VIEWERS, 10.0, 40.0, 30, 6.0)


def main() -> None:
    present(__doc__, measure, table)


def measure(quick: bool) -> Result:
    plan = QUICK if quick else FULL
    with film() as path, camera(path) as url:
        fan_out = viewers_a_core(plan, url, path)
        tell("a narrow viewer among others")
        slow = asyncio.run(narrow(plan, url))
        tell("cold starts")
        cold = asyncio.run(cold_starts(plan, url))
        tell("viewers by TLS")
        tls = by_tls(plan.rounds, plan.window_s, url)
        tell("pulling cameras")
        with camera(path, "several") as cameras:
            pulled = ingest(plan.rounds, plan.settle_s, plan.window_s, cameras)
    told = {"narrow": slow, "cold_start_ms": cold, "tls": tls, "ingest": pulled}
    return {"viewers": plan.viewers, "kbps": KBPS, **fan_out, **told}


# --- many viewers -----------------------------------------------------------------------------------------------------


def viewers_a_core(plan: Plan, url: str, path: str) -> Result:
    """All of them in turns, `rounds` times."""
    peers: dict[str, Callable[[], dict[str, Any]]] = {
        "relay": lambda: asyncio.run(of_relay(plan, url)),
        "plain": lambda: of_peer(plan, path, "plain", "plain"),
        "textbook": lambda: of_peer(plan, path, "textbook", "ws"),
    }
    if not nginx_missing():
        peers["nginx"] = lambda: of_nginx(plan, path)
    rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in peers}
    for number in range(plan.rounds):
        for name, measured in peers.items():
            rounds[name].append(measured())
            tell(f"round {number + 1}: {name} {rounds[name][-1]['viewers_a_core']:,.0f} viewers a core")
    own = rounds["relay"]
    delays = sorted(delay for one in own for delay in one["delays_ms"])
    told: Result = {
        "viewers_a_core": {name: spread([one["viewers_a_core"] for one in found]) for name, found in rounds.items()},
        "ratio": {
            name: spread([a["viewers_a_core"] / b["viewers_a_core"] for a, b in zip(own, found, strict=True)], 2)
            for name, found in rounds.items()
            if name != "relay"
        },
        "delay_ms": {f"p{share}": round(delays[len(delays) * share // 100], 2) for share in (50, 99)},
        "most_gap_ms": max(one["most_gap_ms"] for one in own),
        "viewer_kib": spread([one["viewer_kib"] for one in own]),
    }
    told["delay_ms"]["max"] = round(delays[-1], 2)
    if nginx_missing():
        told["nginx"] = {"skipped": nginx_missing()}
    return told


def watched(plan: Plan, pid: int, crowd: Other) -> dict[str, Any]:
    """What the crowd costs the process; bytes say that it really got the film."""
    time.sleep(min(2.0, plan.settle_s))  # the burst of joining is over
    crowd.figures()
    began_s, before_s = time.monotonic(), cpu_s(pid)
    time.sleep(plan.window_s)
    spent_s, passed_s = cpu_s(pid) - before_s, time.monotonic() - began_s
    taken = crowd.figures()["bytes"]
    got = taken * 8 / passed_s / plan.viewers / 1000
    if got < 0.8 * KBPS:
        raise SystemExit(f"viewers got {got:.0f} kb/s of {KBPS}: this machine is too busy")
    return {"viewers_a_core": plan.viewers * passed_s / spent_s}


async def of_relay(plan: Plan, url: str) -> dict[str, Any]:
    async with relay(Source("cam", url)) as one:
        return await asyncio.to_thread(_of_relay, plan, one, admitted(one))


def _of_relay(plan: Plan, one: RelayProcess, token: str) -> dict[str, Any]:
    port, pid = one.address[1], one.pid or 0
    with viewers("measured", port, token, MEASURED) as some:
        before = memory_bytes(pid)
        with viewers("ws", port, token, plan.viewers - MEASURED) as crowd:
            time.sleep(1.0)
            grown = memory_bytes(pid) - before
            some.figures()
            told = watched(plan, pid, crowd)
            seen = some.figures()["measured"]
    told["delays_ms"] = [delay for viewer in seen for delay in viewer["delays_ms"]]
    told["most_gap_ms"] = max(viewer["most_gap_ms"] for viewer in seen)
    return told | {"viewer_kib": grown / 1024 / (plan.viewers - MEASURED)}


def of_peer(plan: Plan, path: str, name: str, kind: str) -> dict[str, Any]:
    port = free_port()
    with Other("benchmarks.relay_peers", name, str(port), path) as peer:
        wait_for(port)
        with viewers(kind, port, "film", plan.viewers) as crowd:
            return watched(plan, peer.pid, crowd)


def of_nginx(plan: Plan, path: str) -> dict[str, Any]:
    port = free_port()
    with ExitStack() as stack:
        pid = stack.enter_context(nginx(port))
        wait_for(port)
        stack.enter_context(Other("benchmarks.relay_peers", "publish", f"rtmp://{LOOPBACK}:{port}/live/film", path))
        crowd = stack.enter_context(viewers("rtmp", port, "film", plan.viewers))
        return watched(plan, pid, crowd)


# --- one viewer on a narrow line --------------------------------------------------------------------------------------


async def narrow(plan: Plan, url: str) -> dict[str, Any]:
    """How far behind it is, at first and at last; and what the others notice of it."""
    async with relay(Source("cam", url)) as one:
        return await asyncio.to_thread(_narrow, plan, one, admitted(one))


def _narrow(plan: Plan, one: RelayProcess, token: str) -> dict[str, Any]:
    port = one.address[1]
    narrow_one = viewers("measured", port, token, 1, str(SLOW_BYTES_PER_S))
    with viewers("measured", port, token, MEASURED) as others, narrow_one as slow:
        time.sleep(2.0)
        slow.figures()
        others.figures()
        time.sleep(plan.slow_s)
        lags = slow.figures()["measured"][0]["delays_ms"]
        most_gap_ms = max(viewer["most_gap_ms"] for viewer in others.figures()["measured"])
    half = len(lags) // 2
    return {
        "pictures": len(lags),
        "lag_ms": spread(lags),
        "most_in_first_half_ms": max(lags[:half]),
        "most_in_second_half_ms": max(lags[half:]),
        "others_most_gap_ms": most_gap_ms,
    }


# --- cold starts ------------------------------------------------------------------------------------------------------


async def cold_starts(plan: Plan, url: str) -> dict[str, float]:
    """From a viewer's first byte to its first keyframe, with a camera that nobody has open."""
    closed = asyncio.Event()

    def told(message: Changed) -> None:
        if isinstance(message, CameraState) and message.state == "closed":
            closed.set()

    times = []
    async with relay(Source("cam", url), told=told) as one:
        token = admitted(one)
        for number in range(plan.cold_starts + 1):
            began_s = time.monotonic()
            reader, writer = await asyncio.open_connection(*one.address)
            key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            writer.write(f"GET /{token} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n{key}\r\n".encode())
            await reader.readuntil(b"moof")
            await reader.readexactly(KBPS)  # the keyframe itself has begun to come
            if number:  # the first one waits for the process
                times.append((time.monotonic() - began_s) * 1000)
            closed.clear()
            writer.close()
            await closed.wait()
    return spread(times)


# --- what it says -----------------------------------------------------------------------------------------------------


def table(result: Result) -> str:
    on = result["machine"]
    slow = result["narrow"]
    lines = [
        f"{result['viewers']} viewers of {WIDTH}x{HEIGHT} at {FPS}/s, {KBPS / 1000:g} Mb/s",
        f"{on['processor']}, load {on['load'][0]}",
        "",
        heading("viewers a core"),
        *(row(name, figures) for name, figures in result["viewers_a_core"].items()),
        *(row(f"relay / {name}", figures) for name, figures in result["ratio"].items()),
        *([f"nginx: {result['nginx']['skipped']}"] if "nginx" in result else []),
        row("memory a viewer, resident", result["viewer_kib"], "KiB"),
        "",
        f"camera to viewer, one of {result['viewers']}: p50 {result['delay_ms']['p50']} ms, "
        f"p99 {result['delay_ms']['p99']} ms, max {result['delay_ms']['max']} ms; "
        f"most between two pictures {result['most_gap_ms']} ms (a picture lasts {FRAME_MS:g} ms)",
        "",
        heading(f"a viewer of {SLOW_BYTES_PER_S * 8 / 1e6:g} Mb/s"),
        row("its lag", slow["lag_ms"], "ms"),
        f"at most {slow['most_in_first_half_ms']:,.0f} ms in the first half, "
        f"{slow['most_in_second_half_ms']:,.0f} ms in the second; {slow['pictures']} pictures; "
        f"the others' most between two: {slow['others_most_gap_ms']} ms",
        "",
        heading("cold camera to first keyframe"),
        row("from the viewer's first byte", result["cold_start_ms"], "ms"),
        "",
        heading(f"{TLS_VIEWERS} viewers by TLS, and as many without"),
        row("relay by TLS, all of it", result["tls"]["tls_percent"], "% of a core"),
        row("relay without", result["tls"]["ws_percent"], "% of a core"),
        row("by TLS / without", result["tls"]["ratio"]),
        "camera to viewer by TLS: p50 {p50} ms, p99 {p99} ms".format(**result["tls"]["tls_delay_ms"])
        + "; without: p50 {p50} ms, p99 {p99} ms".format(**result["tls"]["ws_delay_ms"]),
        "",
        *pulling(result["ingest"]),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
