"""What a camera costs the relay, and what each of its viewers does: a part of `relay.py` that also runs alone.

Knows: how to take apart what the relay spends on a camera of 720p at 25 pictures and 2 Mb a second while somebody
watches: what it is to be woken by each picture and read it, what is done with it then, and what it is to send it. All
of it is processor time of one process for the same bytes from the same camera, in turns.
Refuses to know: how fast anybody gets anything.

- `nobody watches`: some pictures are taken together, up to half a second late; each becomes a fragment and is kept.
- `taken at once`: as each is while somebody watches, but it is sent to nobody. This is the ingest of a watched camera.
- `a viewer each`, `more`: the relay with one viewer a camera and with several; from these two what each one more costs.
- `thrown away`: a loop of the same kind (uvloop) that takes each picture as it comes and does nothing with it. Nobody
  who takes pictures at once in a process of Python's pays less.
- `PyAV` only demuxes, in a thread a camera.

    python -m benchmarks.relay_cameras [--quick] [--json]
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.figures import Result, heading, machine, present, row, spread, tell
from benchmarks.relay_processes import Other, admitted, camera, children, cpu_s, film, relay, viewers
from center.relay import CameraState, Changed, Source

CAMERAS = 8
MORE = 5
KEPT_S = 3.0
"""Less than what is waited for before anything is measured: by then memory is full, as it is for ever after."""
_KINDS = {"relay": 0, "watched": 1, "crowded": MORE}
_PEERS = {"at_once": "camera", "thrown_away": "nothing", "pyav": "pyav"}


def main() -> None:
    present(__doc__, _measure, lambda result: "\n".join([f"load {machine()['load'][0]}", *pulling(result)]))


def _measure(quick: bool) -> Result:
    with film() as path, camera(path, "several") as url:
        return ingest(1, 1.0, 2.0, url) if quick else ingest(5, 4.0, 6.0, url)


def ingest(rounds: int, settle_s: float, window_s: float, url: str) -> dict[str, Any]:
    """Shares of a core, a camera; `viewer` is what one more viewer costs, `first` what the first one does. Pictures of
    `several` cameras come each by itself: when they come together they cost two thirds, for the second finds warm what
    the first one needed."""
    found: dict[str, list[float]] = {name: [] for name in (*_KINDS, "looks", *_PEERS)}
    for number in range(rounds):
        for name, watching in _KINDS.items():
            share, looks = asyncio.run(_pulled(watching, settle_s, window_s, url))
            found[name].append(share)
            if name == "watched":
                found["looks"].append(looks)
        for name, kind in _PEERS.items():
            with Other("benchmarks.relay_ingest", kind, url, str(CAMERAS)) as peer:
                peer.line()
                found[name].append(_spent(settle_s, window_s, peer.pid)[0])
        tell(f"round {number + 1}: taken at once / PyAV {found['at_once'][-1] / found['pyav'][-1]:.2f}")
    found["first"] = [one - none for one, none in zip(found["watched"], found["at_once"], strict=True)]
    found["viewer"] = [(many - one) / (MORE - 1) for many, one in zip(found["crowded"], found["watched"], strict=True)]
    ratios = {
        name: spread([one / other for one, other in zip(found[name], found["pyav"], strict=True)], 2)
        for name in ("relay", "at_once", "watched", "thrown_away")
    }
    percents = {f"{name}_percent": spread([one * 100 for one in some], 3) for name, some in found.items()}
    return {"cameras": CAMERAS, **percents, "ratio": ratios}


async def _pulled(watching: int, settle_s: float, window_s: float, url: str) -> tuple[float, float]:
    live = 0
    all_live = asyncio.Event()

    def told(message: Changed) -> None:
        nonlocal live
        live += isinstance(message, CameraState) and message.state == "live"
        if live == CAMERAS:
            all_live.set()

    names = [f"cam{number}" for number in range(CAMERAS)]
    sources = [Source(name, url, is_always_on=True, ring_s=KEPT_S) for name in names]
    async with relay(*sources, told=told) as one:
        await all_live.wait()
        pid = one.pid or 0
        if not watching:
            return await asyncio.to_thread(_spent, settle_s, window_s, pid)
        tokens = ",".join(admitted(one, name) for name in names)
        with await asyncio.to_thread(viewers, "ws", one.address[1], tokens, watching * CAMERAS):
            return await asyncio.to_thread(_spent, settle_s, window_s, pid)


def _spent(settle_s: float, window_s: float, pid: int) -> tuple[float, float]:
    """A camera's share of a core, and what it takes of it in other processes."""
    time.sleep(settle_s)  # whatever is to be started is
    began_s, before_s, others_s = time.monotonic(), cpu_s(pid), sum(map(cpu_s, children(pid)))
    time.sleep(window_s)
    passed_s = (time.monotonic() - began_s) * CAMERAS
    return (cpu_s(pid) - before_s) / passed_s, (sum(map(cpu_s, children(pid))) - others_s) / passed_s


def pulling(cameras: dict[str, Any]) -> list[str]:
    """Lines of a table."""
    ratio = cameras["ratio"]
    percents = {
        "relay": "relay, nobody watches",
        "at_once": "relay, taken at once, sent to nobody",
        "watched": "relay, a viewer each, sent to as well",
        "first": "the first viewer of a camera",
        "viewer": "each viewer more",
        "looks": "its looks at keyframes, in another process",
        "thrown_away": "taken at once and thrown away",
        "pyav": "PyAV",
    }
    ratios = {
        "relay": "nobody watches / PyAV",
        "at_once": "taken at once, sent to nobody / PyAV",
        "watched": "a viewer each, sent to as well / PyAV",
        "thrown_away": "taken at once and thrown away / PyAV",
    }
    return [
        heading(f"pulling {cameras['cameras']} cameras, a camera"),
        *(row(title, cameras[f"{name}_percent"], "% of a core") for name, title in percents.items()),
        *(row(title, ratio[name]) for name, title in ratios.items()),
    ]


if __name__ == "__main__":
    main()
