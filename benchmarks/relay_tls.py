"""What a viewer by TLS costs the relay: a part of `relay.py`.

Knows: that a relay with a certificate serves nobody without TLS, so that two of them are measured in turns.
Refuses to know: how TLS is done.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures import spread, tell
from benchmarks.relay_processes import admitted, cpu_s, relay, viewers
from center.relay import RelayProcess, Source
from tests.certificates import Authority

TLS_VIEWERS = 50
_MEASURED = 4
_WAYS = ("tls", "ws")


def by_tls(rounds: int, window_s: float, url: str) -> dict[str, Any]:
    """Processor time of the relay, as a share of a core, with TLS_VIEWERS on one camera, by TLS and without; and how
    old a picture is when a viewer has it."""
    with TemporaryDirectory(prefix="relay-") as folder:
        certificate, key = Authority(Path(folder)).sign("relay")
        files = {"tls": (str(certificate), str(key)), "ws": None}
        shares: dict[str, list[float]] = {way: [] for way in _WAYS}
        delays: dict[str, list[float]] = {way: [] for way in _WAYS}
        for number in range(rounds):
            for way in _WAYS:
                share, late = asyncio.run(_served(url, window_s, files[way]))
                shares[way].append(share * 100)
                delays[way] += late
                tell(f"round {number + 1}: {way} {share * 100:.2f} % of a core")
    return {
        **{f"{way}_percent": spread(shares[way], 2) for way in _WAYS},
        **{f"{way}_delay_ms": _shares(sorted(delays[way])) for way in _WAYS},
        "ratio": spread([one / other for one, other in zip(shares["tls"], shares["ws"], strict=True)], 2),
    }


def _shares(delays: list[float]) -> dict[str, float]:
    return {f"p{share}": round(delays[len(delays) * share // 100], 2) for share in (50, 99)}


async def _served(url: str, window_s: float, tls: tuple[str, str] | None) -> tuple[float, list[float]]:
    async with relay(Source("cam", url), tls=tls) as one:
        return await asyncio.to_thread(_measured, one, admitted(one), window_s, "tls-" if tls else "")


def _measured(one: RelayProcess, token: str, window_s: float, prefix: str) -> tuple[float, list[float]]:
    port, pid = one.address[1], one.pid or 0
    with (
        viewers(f"{prefix}measured", port, token, _MEASURED) as some,
        viewers(f"{prefix}ws", port, token, TLS_VIEWERS - _MEASURED),
    ):
        time.sleep(1.0)  # what joining takes is over
        some.figures()
        began_s, before_s = time.monotonic(), cpu_s(pid)
        time.sleep(window_s)
        share = (cpu_s(pid) - before_s) / (time.monotonic() - began_s)
        return share, [delay for viewer in some.figures()["measured"] for delay in viewer["delays_ms"]]
