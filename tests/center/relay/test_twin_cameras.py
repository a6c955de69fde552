"""The twin's cameras, which share no code with the relay, as a viewer of the relay sees them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping

import av
import numpy as np
import pytest

from center.relay import Source
from tests.center.relay.house import PATIENCE_S, House, house, said
from tests.twin.devices.cameras.served import camera, read_code, serving
from twin.devices.cameras.camera import Camera
from twin.devices.faults import LostLink

pytestmark = pytest.mark.wire


def relayed(cameras: Mapping[str, Camera], scenario: Callable[[House], Awaitable[None]]) -> None:
    with serving(cameras, {"rtcc": "secret"}) as running:

        async def play() -> None:
            sources = [Source(name, f"{running.url}/{name}") for name in cameras]
            async with house(*sources, stale_s=1.5) as one:
                await scenario(one)

        asyncio.run(play())


def test_every_picture_of_the_twins_arrives_and_says_when_it_was_taken() -> None:
    """Behind a sign-in; the time code in each picture is read after the relay, and none is missing."""

    async def scenario(one: House) -> None:
        whole = b""
        async with one.watch(one.token(camera="dash")) as viewer, asyncio.timeout(PATIENCE_S):
            await said(viewer, type="stream")
            while whole.count(b"moof") < 30:
                message = await viewer.recv()
                whole += message if isinstance(message, bytes) else b""
        with av.open(io.BytesIO(whole), format="mp4") as got:
            codes = [read_code(frame.to_ndarray(format="gray")) for frame in got.decode(video=0)]
        numbers = [code.number for code in codes if code is not None]
        assert len(numbers) == len(codes) >= 30
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))

    relayed({"dash": camera()}, scenario)


def test_the_clock_in_the_stream_is_read_where_no_report_tells_one() -> None:
    """As MPEG-TS by HTTP there is no RTCP; the SEI message beside each picture tells the time."""
    with serving({"dash": camera()}, {"rtcc": "secret"}) as running:
        url = f"http{running.url.removeprefix('rtsp')}/dash.ts"

        async def play() -> None:
            async with house(Source("dash", url), stale_s=1.5) as one, one.watch(one.token(camera="dash")) as viewer:
                assert isinstance((await said(viewer, type="clock"))["off_us"], int)

        asyncio.run(play())


def test_a_camera_of_the_twins_whose_link_hangs_is_stale_until_it_is_back() -> None:
    lost = LostLink(on="*", from_s=3, for_s=3)

    async def scenario(one: House) -> None:
        async with one.watch(one.token(camera="dash")) as viewer:
            for state in ("live", "stale", "live"):
                await said(viewer, type="state", state=state)

    relayed({"dash": camera(faults=[lost])}, scenario)


def test_a_microphone_of_the_twins_is_heard() -> None:
    async def scenario(one: House) -> None:
        whole = b""
        async with one.watch(one.token(camera="mic", audio=True)) as listener, asyncio.timeout(PATIENCE_S):
            while whole.count(b"moof") < 30:
                message = await listener.recv()
                whole += message if isinstance(message, bytes) else b""
        with av.open(io.BytesIO(whole), format="mp4") as got:
            samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in got.decode(audio=0)])
        assert np.abs(samples).max() > 0.01

    relayed({"mic": camera("microphone")}, scenario)
