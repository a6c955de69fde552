"""The relay as the center runs it: a process of its own, cameras that speak RTSP, viewers on sockets."""

from __future__ import annotations

import asyncio
import io
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from center.relay import CameraState, Refused, Source, Viewing, rtsp
from center.relay.media import Offer
from center.relay.rtp import Unit
from tests.center.relay.camera import Camera
from tests.center.relay.clips import clip
from tests.center.relay.house import PATIENCE_S, SECOND, House, house, now, pictures, said
from tests.running import becomes

pytestmark = pytest.mark.wire


def sample(nals: tuple[bytes, ...]) -> bytes:
    return b"".join(len(nal).to_bytes(4, "big") + nal for nal in nals)


def playing(
    scenario: Callable[[Camera, House], Awaitable[None]],
    password: str = "",
    channel: int | None = None,
    **limits: object,
) -> None:
    """Plays it with one camera that nobody watches yet."""

    async def play() -> None:
        camera = Camera(clip(), password=password, channel=channel)
        await camera.start()
        try:
            async with house(Source("c1", camera.url), **limits) as one:
                await scenario(camera, one)
        finally:
            await camera.stop()

    asyncio.run(play())


async def closed(socket: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as over:
        await pictures(socket, 10_000)
    assert over.value.rcvd is not None
    return over.value.rcvd.code, over.value.rcvd.reason


def test_a_viewer_gets_what_the_camera_sent_byte_for_byte_from_a_keyframe_on() -> None:
    """Behind a Digest sign-in, across a sequence number and a timestamp that wrap; the second viewer begins at once
    with the same keyframe; the camera is asked once for both, and let go when nobody is left."""

    async def scenario(camera: Camera, one: House) -> None:
        sent = [sample(picture) for picture in camera.film.pictures]
        async with one.watch(one.token()) as first, one.watch(one.token("t2")) as second:
            begun = await said(first, type="stream")
            assert begun["codec"].startswith("avc1.64")
            assert (begun["width"], begun["height"]) == (320, 180)
            seen = await pictures(first, 60)
            assert [picture.sample for picture in seen] == [sent[number % len(sent)] for number in range(60)]
            assert [picture.decode for picture in seen] == [3600 * number for number in range(60)]
            assert [picture.is_key for picture in seen] == [number % 10 == 0 for number in range(60)]
            also = await pictures(second, 20)
            assert also[0].is_key
            assert [picture.sample for picture in also] == [picture.sample for picture in seen[:20]]
            assert camera.sessions == 1
        await one.hears(lambda told: isinstance(told, CameraState) and told.state == "closed")
        assert [told.is_open for told in one.told if isinstance(told, Viewing)] == [True, True, False, False]

    playing(scenario, password="s3cret:@/")


def test_a_camera_that_sends_on_other_channels_than_it_was_asked_to_is_shown() -> None:
    """Pictures and reports: which channels it will be is the camera's to say (RFC 2326, 12.39)."""

    async def scenario(camera: Camera, one: House) -> None:
        async with one.watch(one.token()) as socket:
            (first,) = await pictures(socket, 1)
            assert first.sample == sample(camera.film.pictures[0])
            assert isinstance((await said(socket, type="clock"))["off_us"], int)

    playing(scenario, channel=200)


def test_a_camera_that_was_away_resumes_on_the_same_socket_and_is_told_of_once() -> None:
    async def scenario(camera: Camera, one: House) -> None:
        async with one.watch(one.token()) as socket:
            before = await pictures(socket, 5)
            await camera.stop()
            word = await said(socket, type="state", state="offline")
            assert word["age_s"] >= 0.8
            await camera.start()
            await said(socket, type="state", state="live")
            after = await pictures(socket, 5)
            assert after[0].is_key or after[0].decode > before[-1].decode
            assert after[0].decode > before[-1].decode + 0.8 * 90_000  # the timeline knows of the pause
        states = [told.state for told in one.told if isinstance(told, CameraState)]
        assert states == ["opening", "live", "offline", "live"]

    playing(scenario)


@pytest.mark.parametrize("mood", ["same", "small", "stamps", "silent"])
def test_a_camera_that_shows_the_past_is_found_out(mood: str) -> None:
    async def scenario(camera: Camera, one: House) -> None:
        async with one.watch(one.token()) as socket:
            await pictures(socket, 25)
            assert [told.state for told in one.told if isinstance(told, CameraState)] == ["opening", "live"]
            camera.mood = mood  # type: ignore[assignment]
            word = await said(socket, type="state", state="stale")
            assert 0.6 <= word["age_s"] < 3.0
            camera.mood = "well"
            await said(socket, type="state", state="live")

    playing(scenario)


class Ear:
    """Hears nothing."""

    def opened(self, offer: Offer) -> None: ...

    def heard(self, unit: Unit) -> None: ...


def test_a_camera_whose_encoder_has_died_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reports, and its answers to what keeps the session, are no pictures."""
    monkeypatch.setattr(rtsp, "SILENT_S", 3.0)

    async def play() -> str:
        camera = Camera(clip())
        camera.mood = "silent"
        await camera.start()
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await rtsp.play(camera.url, "video", Ear())
        finally:
            await camera.stop()

    assert asyncio.run(play()) == "nothing came for 3 s"


def test_revoking_a_ticket_ends_its_streams_at_once_and_expiry_does_too() -> None:
    async def scenario(camera: Camera, one: House) -> None:
        token, other = one.token(), one.token("t2")
        async with one.watch(token) as socket, one.watch(other) as expiring, one.watch(one.token("t3")) as bystander:
            await pictures(socket, 3)
            began_at = now()
            one.relay.revoke("t1")
            assert await closed(socket) == (4403, "the ticket has been revoked")
            assert now() - began_at < SECOND
            async with one.watch(token) as again:
                assert (await closed(again))[0] == 4401
            one.token("t2", lasts_s=0.5)
            assert await closed(expiring) == (4403, "the ticket has expired")
            await pictures(bystander, 3)
        assert (await one.ask(f"{token}.mp4"))[0].startswith(b"HTTP/1.1 404")
        refused = await one.hears(lambda told: isinstance(told, Refused))
        assert isinstance(refused, Refused)
        assert (refused.ticket, refused.peer) == ("", "127.0.0.1")

    playing(scenario)


def test_what_is_too_much_is_refused_with_a_reason() -> None:
    async def scenario(camera: Camera, one: House) -> None:
        token = one.token()
        async with one.watch(token) as first, one.watch(token):
            await pictures(first, 1)
            async with one.watch(token) as third:
                assert await closed(third) == (1013, "this ticket is in use 2 times already")
            async with one.watch(one.token("t2")), one.watch(one.token("t3")) as fourth:
                assert await closed(fourth) == (1013, "3 streams are open already; the limit is 3")
        async with one.watch(one.token("t4", "elsewhere")) as stranger:
            assert await closed(stranger) == (1013, "there is no such camera")

    playing(scenario, viewers=3, viewers_per_ticket=2)


def test_one_person_does_not_take_all_there_is() -> None:
    """Whatever the tickets; others come in all the same, and so does who closes one. The center is told once of who
    tries again and again."""

    async def scenario(camera: Camera, one: House) -> None:
        tokens = [one.token(f"t{number}", holder="ada") for number in range(3)]
        async with one.watch(tokens[0]) as first:
            async with one.watch(tokens[1]):
                await pictures(first, 1)
                for _ in range(3):
                    async with one.watch(tokens[2]) as third:
                        assert await closed(third) == (1013, "2 streams are open for you already: close one")
                assert (await one.ask(f"{tokens[2]}.jpg"))[0].startswith(b"HTTP/1.1 503")
                async with one.watch(one.token("t9", holder="sam")) as another:
                    await pictures(another, 1)
            await one.hears(lambda told: isinstance(told, Viewing) and told.ticket == "t1" and not told.is_open)
            async with one.watch(tokens[2]) as third:
                await pictures(third, 1)
        refused = [told for told in one.told if isinstance(told, Refused)]
        assert [told.ticket for told in refused] == ["t2"]

    playing(scenario, viewers_each=2)


def test_a_page_of_another_host_opens_nothing() -> None:
    async def scenario(camera: Camera, one: House) -> None:
        token = one.token()
        head, _ = await one.ask(f"{token}.jpg", "Origin: https://elsewhere.example\r\n")
        assert head.startswith(b"HTTP/1.1 403")
        head, _ = await one.still(token, "Origin: http://127.0.0.1:8000\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert b"Access-Control-Allow-Origin: http://127.0.0.1:8000" in head

    playing(scenario)


def test_who_knocks_again_and_again_is_counted_and_not_told_of_each_time() -> None:
    async def scenario(camera: Camera, one: House) -> None:
        for _ in range(40):
            head, _ = await one.ask("a-token-that-nobody-has-got.mp4")
            assert head.startswith(b"HTTP/1.1 404")
        await one.hears(lambda told: isinstance(told, Refused) and "more without a ticket" in told.why)
        assert len(one.told) < 40

    playing(scenario)


def test_an_ordinary_player_plays_it_and_a_still_is_a_picture() -> None:
    """FFmpeg's libraries read the chunked file as it grows, and the JPEG is of the newest keyframe."""

    async def scenario(camera: Camera, one: House) -> None:
        token = one.token()

        def play() -> list[tuple[int, int]]:
            with av.open(one.address(token, "http") + ".mp4", timeout=PATIENCE_S) as media:
                frames = media.decode(video=0)
                return [(frame.width, frame.pts) for _, frame in zip(range(15), frames, strict=False)]

        seen = await asyncio.to_thread(play)
        assert [pts - seen[0][1] for _, pts in seen] == [3600 * number for number in range(15)]
        assert seen[0][0] == 320
        _, jpeg = await one.still(token)
        with av.open(io.BytesIO(jpeg), format="mjpeg") as still:
            assert next(still.decode(video=0)).width == 320

    playing(scenario)


def test_a_killed_relay_is_back_with_the_tickets_that_are_still_valid() -> None:
    """At the same address; that its streams are over is told by the center's side, because nobody else can."""

    async def scenario(camera: Camera, one: House) -> None:
        token = one.token()
        async with one.watch(token) as socket:
            await pictures(socket, 3)
            assert one.relay.pid is not None
            os.kill(one.relay.pid, signal.SIGKILL)
            with pytest.raises(ConnectionClosed):
                await pictures(socket, 1000)
        ended = await one.hears(lambda told: isinstance(told, Viewing) and not told.is_open)
        assert isinstance(ended, Viewing)
        assert (ended.ticket, ended.why) == ("t1", "the relay has ended")
        async with one.watch(token) as socket:
            await pictures(socket, 3)

    playing(scenario)


@pytest.mark.parametrize("ahead_s", [3600, -3600])
def test_a_clock_that_is_set_loses_no_picture_and_hides_no_frozen_camera(ahead_s: int) -> None:
    """What came a moment ago came a moment ago, by the new clock as well."""

    async def scenario(camera: Camera, one: House) -> None:
        async with one.watch(one.token()) as socket:
            await pictures(socket, 25)
            one.ahead_us = ahead_s * SECOND
            made = await one.relay.export("c1", one.now() - 10 * SECOND, one.now())
            assert sum(len(gop.frames) for gop in made.gops) >= 25
            camera.mood = "same"
            word = await said(socket, type="state", state="stale")
            assert 0.6 <= word["age_s"] < 3.0

    playing(scenario)


ALONE = """
import asyncio, time
from center.relay import Limits, RelayProcess
async def main():
    relay = RelayProcess((), Limits(), print, now=lambda: time.time_ns() // 1000)
    running = asyncio.create_task(relay.run())
    while relay.pid is None:
        await asyncio.sleep(0.01)
    print(relay.pid, flush=True)
    await running
asyncio.run(main())
"""


def test_a_relay_whose_center_is_killed_ends() -> None:
    """Nobody else could tell it any more that a ticket is over."""
    center = subprocess.Popen([sys.executable, "-c", ALONE], stdout=subprocess.PIPE, text=True)
    assert center.stdout is not None
    relay = Path(f"/proc/{int(center.stdout.readline())}")
    assert relay.exists()
    center.kill()
    center.communicate()
    becomes(lambda: not relay.exists() or "State:\tZ" in (relay / "status").read_text())


def test_the_ring_gives_whole_groups_with_both_clocks() -> None:
    """An always-on camera is kept though nobody watches, for as long as it was asked to and no longer."""

    async def play() -> None:
        camera = Camera(clip(), offset_us=-7200 * SECOND)
        await camera.start()
        try:
            source = Source("c1", camera.url, is_always_on=True, ring_s=1.0)
            async with house(source) as one:
                await one.hears(lambda told: isinstance(told, CameraState) and told.state == "live")
                async with one.watch(one.token()) as socket:
                    assert abs((await said(socket, type="clock"))["off_us"] + 7200 * SECOND) < SECOND
                    await pictures(socket, 50)
                made = await one.relay.export("c1", now() - 60 * SECOND, now())
                assert 3 <= len(made.gops) <= 5  # a second of groups of 0.4 s, and the one that was under way
                sent = {sample(picture) for picture in camera.film.pictures}
                for gop in made.gops:
                    assert gop.frames[0].is_key
                    assert {frame.data for frame in gop.frames} <= sent
                    for frame in gop.frames:
                        assert frame.source is not None
                        assert abs(frame.at - frame.source - 7200 * SECOND) < SECOND
                assert (await one.relay.export("c1", 0, 5)).why == "nothing is kept of that time"
                assert (await one.relay.export("c9", 0, now())).why == "no such camera"
        finally:
            await camera.stop()

    asyncio.run(play())


def test_sound_is_a_ticket_and_a_session_of_its_own() -> None:
    """Whoever watches hears nothing and the camera is not even asked for sound; whoever listens gets Opus, coded once
    for all who do, that a player decodes to what was said: a tone of 500 Hz."""

    async def scenario(camera: Camera, one: House) -> None:
        async with one.watch(one.token()) as watching:
            await pictures(watching, 5)
            assert camera.audio_sessions == 0
            async with (
                one.watch(one.token("t2", audio=True)) as listening,
                one.watch(one.token("t3", audio=True)) as also,
            ):
                begun = await said(listening, type="stream")
                assert begun["mime"] == 'audio/mp4; codecs="opus"'
                heard = await pictures(listening, 50)
                assert [later.decode - first.decode for first, later in pairwise(heard)] == [960] * 49
                assert {piece.sample for piece in await pictures(also, 20)} <= {piece.sample for piece in heard}
                assert camera.audio_sessions == 1
            await pictures(watching, 5)

        def listen(token: str) -> list[float]:
            with av.open(one.address(token, "http") + ".mp4", timeout=PATIENCE_S) as media:
                frames = itertools.islice(media.decode(audio=0), 40)
                return [float(value) for frame in frames for value in frame.to_ndarray().reshape(-1)]

        samples = np.array(await asyncio.to_thread(listen, one.token("t4", audio=True)))[-24_000:]
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(24_000)))
        assert abs(int(spectrum[20:].argmax()) + 20 - 250) <= 2  # bins of 2 Hz

    playing(scenario)
