"""The center's relay, written by another hand from the same standards, watches the twin's cameras."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from center.relay import Source
from tests.center.relay.house import house
from tests.twin.devices.cameras.served import camera, serving
from tests.twin.devices.cameras.test_handing_over import looks, made
from twin.devices.faults import Black, Freeze

pytestmark = pytest.mark.wire

STALE_S = 2.0
WHOLE = 40
"""Pictures: some seconds of them."""


async def seen(url: str, cameras: Sequence[str], until: str) -> dict[str, list[Any]]:
    """What a viewer of each gets, up to a state or to so many pictures: states by name, pictures by size."""

    async def look(home: Any, name: str) -> list[Any]:
        got: list[Any] = []
        async with asyncio.timeout(60.0), home.watch(home.token(f"t-{name}", name)) as viewer:
            while until not in got and not (until == "" and len(got) >= WHOLE):
                message = await viewer.recv()
                if isinstance(message, bytes):
                    got.append(len(message))
                elif (told := json.loads(message))["type"] == "state":
                    got += filter(None, (told["state"], told["why"].partition(":")[0]))
        return got

    sources = [Source(name, f"{url}/{name}") for name in cameras]
    async with house(*sources, stale_s=STALE_S) as home:
        return dict(zip(cameras, await asyncio.gather(*(look(home, name) for name in cameras)), strict=True))


def test_it_plays_them_and_finds_out_who_is_frozen() -> None:
    """Signed in with SHA-256, a busy camera, a quiet one and the aeroplane's with its second track play; one whose
    picture stands still is found out, whether its clock runs on or not; one whose lens is covered is said to have no
    picture."""
    playing = {"busy": camera(), "quiet": camera(busy=False), "air": made("aircraft", looks=looks)}
    frozen = {
        "runs": camera(faults=[Freeze(on="*", from_s=5.0)]),
        "stopped": camera(faults=[Freeze(on="*", from_s=5.0, clock="stopped")]),
    }
    black = {"black": camera(faults=[Black(on="*")])}
    with serving(playing | frozen | black, {"rtcc": "secret"}) as running:
        for got in asyncio.run(seen(running.url, list(playing), "")).values():
            assert "live" in got
            assert "stale" not in got
        for got in asyncio.run(seen(running.url, list(frozen), "stale")).values():
            assert "stale" in got
        (got,) = asyncio.run(seen(running.url, ["black"], "no picture")).values()
        assert "stale" in got
