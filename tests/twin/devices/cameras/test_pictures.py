"""What is in a camera's pictures: the time for machines, what its faults leave of it, and what a quiet camera saves."""

from __future__ import annotations

import asyncio
import io
from random import Random
from typing import Any

import av
import numpy as np
import pytest

from tests.twin.devices.cameras.served import SMALL, decoded, read_code, read_message
from twin.devices.cameras.camera import Camera, Clock
from twin.devices.cameras.events import POST_S, PRE_S, Memory
from twin.devices.cameras.files import mp4
from twin.devices.cameras.footage import CLEAR, LOOP_S, Footage, Trouble
from twin.devices.cameras.marks import crc16
from twin.devices.cameras.scene_above import FIELDS, WATER, Above, Ground
from twin.devices.cameras.scenes import SCENES, scene
from twin.devices.cameras.sound import ONE_HZ, PACKET, RATE, ZERO_HZ, Sound
from twin.devices.cameras.things import BENCH, CameraFacts, Frame, Kind, Moment, Seen, Shot
from twin.devices.faults import AnyFault, Black, ClockSkew, Freeze, LostLink, Reboot, Stutter

TINY = Shot(320, 180, 5, 300, 5)
T0_US = 1_773_000_000_123_456
BUSY, QUIET = Seen(15.0, True, True), Seen(15.0)


def filmed(footage: Footage, count: int, seen: Seen = BUSY, trouble: Trouble = CLEAR, first: int = 0) -> list[Frame]:
    step_us = footage.shot.step_us
    moments = [
        Moment(T0_US + number * step_us, number * step_us, number, number * step_us / 1e6, seen)
        for number in range(first, first + count)
    ]
    return [footage.next(moment, key=False, trouble=trouble) for moment in moments]


@pytest.mark.parametrize(("kind", "shot"), [*((kind, SMALL) for kind in SCENES), ("dash", BENCH)])
def test_every_pictures_code_is_read(kind: Kind, shot: Shot) -> None:
    """After H.264 at the camera's rate, of every scene, with grain and flashing lights: the code says when the picture
    was taken, to the millisecond, and the message, to the microsecond."""
    frames = filmed(Footage("x", scene(kind, Random(7), shot), shot), 2 * shot.gop + 3)
    pictures = decoded([frame.nals for frame in frames])
    assert len(pictures) == len(frames)
    for frame, picture in zip(frames, pictures, strict=True):
        code, message = read_code(picture.to_ndarray(format="gray")), read_message(picture)
        assert code is not None
        assert message is not None
        assert (code.clock_ms, code.number, code.flags) == (frame.clock_us // 1000, frame.number, 0)
        assert (message.clock_us, message.number, message.flags) == (frame.clock_us, frame.number, 0)
    kilobits = sum(len(nal) for frame in frames[shot.gop :] for nal in frame.nals) * 8 * shot.fps / 1000
    assert 0.6 < kilobits / (len(frames) - shot.gop) / shot.kbps < 1.6


class Pointed:
    """Wants to know where a camera looks, and nothing else."""

    wants = ("metadata",)

    def __init__(self) -> None:
        self.told: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def frame(self, _: Frame) -> None:
        raise AssertionError("nobody asked for a picture")

    def sound(self, *_: object) -> None:
        raise AssertionError("nobody asked for sound")

    def metadata(self, packet: bytes, media_us: int) -> None:  # noqa: ARG002
        if not self.told.done():
            self.told.set_result(packet)

    def gone(self) -> None:
        raise AssertionError("it is there")


def test_where_a_camera_looks_costs_no_picture() -> None:
    """Whoever asks for the metadata alone gets it, and nothing is filmed for it: the center asks all day."""

    async def told() -> bytes:
        flying = Camera(
            CameraFacts("air", "aircraft", "Air 1"),
            Clock(lambda: 0, T0_US),
            films=lambda: pytest.fail("it films"),
            looks=lambda _: b"klv",
        )
        watcher = Pointed()
        flying.watch(watcher)
        async with asyncio.timeout(10.0):
            packet = await watcher.told
        flying.leave(watcher)
        await flying.close()
        return packet

    assert asyncio.run(told()) == b"klv"


def test_from_above_only_water_that_is_in_the_picture_is_drawn() -> None:
    """A river's bend may have the whole picture in its arm: nothing of it is seen, and nothing fails. Turned round the
    picture of a lake is all water."""
    bend = np.array([(0.0, 0.0), (900.0, 0.0), (900.0, 900.0), (850.0, 900.0), (850.0, 50.0), (0.0, 50.0)])
    lake = np.array([(-50.0, 150.0), (500.0, 150.0), (500.0, 700.0), (-50.0, 700.0)])
    corners = ((200.0, 600.0), (400.0, 600.0), (400.0, 400.0), (200.0, 400.0))
    no_streets = (np.empty((0, 2)), np.empty((0, 2)), np.empty(0))
    moment = Moment(T0_US, 0, 0, 0.0, QUIET)
    for water, color in ((bend, FIELDS), (lake, WATER)):
        canvas = np.zeros((SMALL.height, SMALL.width, 3), np.uint8)
        Above(Ground(*no_streets, (water,)), lambda: corners, SMALL).draw(canvas, moment)
        assert np.all(canvas == np.array(color, np.uint8))


def test_the_codes_sum_is_the_standard_one() -> None:
    """CRC-16/CCITT-FALSE of "123456789" is 0x29B1 in every catalogue."""
    assert crc16(b"123456789") == 0x29B1


def test_a_quiet_camera_shows_the_same_seconds_again() -> None:
    """After its first seconds nothing is drawn or encoded; the message goes on telling the time and that the picture is
    an old one; the code says from the beginning that it may be shown again. When something happens, new pictures begin
    with a key frame."""
    footage = Footage("x", scene("dash", Random(7), TINY), TINY)
    once = LOOP_S * TINY.fps
    frames = filmed(footage, once + 30, QUIET)
    assert frames[once].is_key
    pictures = decoded([frame.nals for frame in frames])
    codes = [read_code(picture.to_ndarray(format="gray")) for picture in pictures]
    messages = [read_message(picture) for picture in pictures]
    assert [code.number for code in codes if code is not None] == [*range(once), *range(30)]
    assert {code.flags for code in codes if code is not None} == {1}
    assert [message.number for message in messages if message is not None] == list(range(once + 30))
    assert [message.flags for message in messages if message is not None] == [0] * once + [1] * 30
    assert footage.must_draw(Moment(0, 0, 0, 0.0, BUSY))
    assert filmed(footage, 1, BUSY, first=once + 30)[0].is_key


def test_a_frozen_eye_shows_its_last_picture() -> None:
    """The code is at rest, the message goes on; when the fault is over, so does the code. `is_stopped`: the message
    rests as well."""
    footage = Footage("x", scene("dash", Random(7), SMALL), SMALL)
    frozen = Trouble(frozen_us=T0_US)
    frames = filmed(footage, 3) + filmed(footage, 3, trouble=frozen, first=3) + filmed(footage, 2, first=6)
    frames += filmed(footage, 3, trouble=frozen._replace(is_stopped=True), first=8)
    pictures = decoded([frame.nals for frame in frames])
    codes = [read_code(picture.to_ndarray(format="gray")) for picture in pictures]
    messages = [read_message(picture) for picture in pictures]
    assert {code.clock_ms for code in codes[3:6] + codes[8:] if code is not None} == {T0_US // 1000}
    assert len(set(codes[:3] + codes[6:8])) == 5
    assert len({message.clock_us for message in messages[:8] if message is not None}) == 8
    assert len(set(messages[7:])) == 1


def test_a_blind_eye_sees_noise() -> None:
    frames = filmed(Footage("x", scene("dash", Random(7), SMALL), SMALL), 5, trouble=Trouble(is_black=True))
    for picture in decoded([frame.nals for frame in frames]):
        grey = picture.to_ndarray(format="gray")
        assert grey.max() < 40
        assert read_code(grey) is None


def at(fault: AnyFault, since_s: float) -> Any:
    """A camera's state so many seconds after the world's beginning, one fault in force."""
    clock = Clock(lambda: round(since_s * 1e6), T0_US)
    return Camera(CameraFacts("dash", "dash", "a dash"), clock, faults=[fault]).now()


def test_each_fault_does_what_it_says() -> None:
    skewed = at(ClockSkew(on="*", by_s=-7200.0), 10.0)
    assert skewed.clock_us == T0_US + 10_000_000 - 7_200_000_000
    assert at(LostLink(on="*"), 5.0).hangs
    assert at(LostLink(on="*"), 5.0).reachable
    assert not at(LostLink(on="*", connections="cut"), 5.0).reachable
    assert [at(Stutter(on="*", every_s=4.0, hold_s=1.0), since_s).holds for since_s in (0.5, 1.5, 4.5)] == [1, 0, 1]
    reboot = Reboot(on="*", from_s=10.0, for_s=20.0, settle_s=30.0)
    assert [at(reboot, since_s).reachable for since_s in (5.0, 15.0, 35.0)] == [True, False, True]
    assert at(reboot, 35.0).clock_us == 946_684_800_000_000 + 5_000_000
    assert at(Black(on="*"), 5.0).trouble == Trouble(is_black=True)
    assert at(Freeze(on="*", from_s=3.0), 5.0).trouble == Trouble(frozen_us=T0_US + 3_000_000)
    stopped = at(Freeze(on="*", from_s=3.0, clock="stopped"), 5.0)
    assert (stopped.clock_us, stopped.trouble.is_stopped) == (T0_US + 3_000_000, True)


async def ended(memory: Memory, of: Camera) -> None:
    memory.gone()
    await of.close()


def test_a_dash_camera_keeps_the_minute_before() -> None:
    """Whether somebody watched or not: the clip has a picture for every beat from a minute before the trigger to half a
    minute after it, with the camera's clock in each; what was filmed is in it as it was filmed. It is a file that
    plays."""
    shot = Shot(160, 90, 5, 100, 5)
    made = Camera(CameraFacts("dash", "dash", "a dash"), Clock(lambda: 70_123_456, T0_US), shot=shot)

    def footage() -> Footage:
        return Footage("x", scene("dash", Random(7), shot), shot)

    watched: list[object] = []
    memory, film = Memory(made, footage), footage()
    now_us = made.now().clock_us
    event_frames = [
        film.next(Moment(now_us + beat * shot.step_us, 0, beat, beat / shot.fps, BUSY), key=beat % 5 == 0)
        for beat in range(POST_S * shot.fps // 2)
    ]
    for frame in event_frames:
        memory.remember(frame)
    made.watch = watched.append  # type: ignore[method-assign]  # its film is the one above
    event = memory.trigger("lights")
    assert memory.trigger("again") == event
    assert watched == [memory]
    asyncio.run(ended(memory, made))
    over = memory.find(event.number)
    assert over is not None
    clip = memory.clip(over)
    steps = np.diff([frame.clock_us for frame in clip]) / shot.step_us
    assert steps.min() > 0.4
    assert steps.max() < 2.1
    assert clip[0].clock_us == event.begins_us
    assert len(clip) == pytest.approx((PRE_S + POST_S) * shot.fps, abs=3)
    kept = {frame.clock_us for frame in event_frames if frame.clock_us >= event.begins_us}
    assert kept <= {frame.clock_us for frame in clip}
    with av.open(io.BytesIO(mp4(clip, shot))) as file:
        pictures = list(file.decode(video=0))
    assert len(pictures) == len(clip)
    seconds = [float(picture.pts * picture.time_base) for picture in pictures]  # type: ignore[operator]
    assert seconds[-1] == pytest.approx((clip[-1].clock_us - clip[0].clock_us) / 1e6, abs=0.01)
    clocks = [message.clock_us for picture in pictures if (message := read_message(picture)) is not None]
    assert clocks == [frame.clock_us for frame in clip]


def test_the_beeps_tell_the_second() -> None:
    """FFmpeg turns the octets into sound; the six tones after the mark are the second of the minute."""
    sound, second = Sound(Random(3)), 37
    begins_us = 1_773_000_000_000_000 - 1_773_000_000_000_000 % 60_000_000 + second * 1_000_000
    packets = [sound.next(begins_us + number * 20_000, Seen()) for number in range(RATE // PACKET)]
    assert {len(packet) for packet in packets} == {PACKET}
    decoder = av.CodecContext.create("pcm_mulaw", "r")
    decoder.sample_rate, decoder.layout = RATE, "mono"  # type: ignore[attr-defined]
    heard = np.concatenate(
        [
            frame.to_ndarray()[0]
            for packet in packets
            for frame in decoder.decode(av.Packet(packet))  # type: ignore[attr-defined]
        ]
    )
    bits = 0
    for number in range(6):
        from_ = round((0.08 + number * 0.05) * RATE)
        tone = heard[from_ : from_ + round(0.05 * RATE)].astype(float)
        powers = [abs(np.exp(-2j * np.pi * hz * np.arange(len(tone)) / RATE) @ tone) for hz in (ZERO_HZ, ONE_HZ)]
        bits = bits << 1 | int(powers[1] > powers[0])
    assert bits == second
